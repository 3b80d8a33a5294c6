//! URLs by the WHATWG algorithm, and what HTML forms make of pairs.

use super::{encoding::utf8_of, text, url_file::FileUrl};
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue, object::builtins::JsArray};
use url::{Position, Url, form_urlencoded, quirks};

pub(crate) const OPS: &[Op] = &[
    ("urlParse", 2, parse),
    ("urlParts", 1, parts),
    ("urlSet", 3, set),
    ("formDecode", 1, form_decode),
    ("formEncode", 1, form_encode),
];

/// `urlParse(input, base?)`: the address in its normal form; `null` when it is no URL.
fn parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let input = text(args, 0, context)?;
    let base = args.get_or_undefined(1);
    let base = if base.is_undefined() { None } else { Some(text(args, 1, context)?) };
    let parsed = match base {
        None => resolve(&input, None),
        Some(base) => resolve(&base, None).and_then(|base| resolve(&input, Some(&base))),
    };
    Ok(parsed.map_or(JsValue::null(), |href| JsString::from(href).into()))
}

/// A text as an address in its normal form; the base is in its normal form already.
fn resolve(input: &str, base: Option<&str>) -> Option<String> {
    let file = base.and_then(FileUrl::of_normal);
    if let Some(parsed) = FileUrl::parse(input, file.as_ref()) {
        return parsed.map(|file| file.href());
    }
    let base = base.map(Url::parse).transpose().ok()?;
    Url::options().base_url(base.as_ref()).parse(input).ok().map(Into::into)
}

/// `urlParts(href)`: protocol, username, password, host, hostname, port, pathname, search, hash and
/// origin.
fn parts(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let href = text(args, 0, context)?;
    let parts = match FileUrl::of_normal(&href) {
        Some(file) => {
            let (search, hash) = file.search_and_hash();
            ["file:", "", "", file.host(), file.host(), "", &file.pathname(), search, hash, "null"].map(JsString::from)
        }
        None => {
            let url = normal(&href)?;
            [
                quirks::protocol(&url),
                quirks::username(&url),
                quirks::password(&url),
                quirks::host(&url),
                quirks::hostname(&url),
                quirks::port(&url),
                quirks::pathname(&url),
                quirks::search(&url),
                quirks::hash(&url),
                &origin(&url),
            ]
            .map(JsString::from)
        }
    };
    Ok(JsArray::from_iter(parts.map(JsValue::from), context).into())
}

/// A `blob:` URL has the origin of the address in it only if that is one of HTTP.
fn origin(url: &Url) -> String {
    let inner = (url.scheme() == "blob").then(|| Url::parse(url.path()).ok()).flatten();
    match inner {
        Some(inner) if !matches!(inner.scheme(), "http" | "https") => "null".to_owned(),
        _ => quirks::origin(url),
    }
}

/// `urlSet(href, part, value)`: the address with one part changed, or as it was when that cannot be.
fn set(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let href = text(args, 0, context)?;
    let (part, value) = (text(args, 1, context)?, text(args, 2, context)?);
    if let Some(mut file) = FileUrl::of_normal(&href) {
        if part == "pathname" {
            file.set_path(&value);
            return Ok(JsString::from(file.href()).into());
        }
        if file.change(|plain| change(plain, &part, &value)) {
            return Ok(JsString::from(file.href()).into());
        }
    }
    let mut url = normal(&href)?;
    let changed =
        if url.has_authority() || url.cannot_be_a_base() || !matches!(&*part, "pathname" | "host" | "hostname") {
            change(&mut url, &part, &value);
            let has_no_path = url.has_authority() && part == "pathname" && value.is_empty() && !is_special(&url);
            if has_no_path { without_path(&url) } else { url.into() }
        } else {
            without_authority(&url, &part, &value)?
        };
    Ok(JsString::from(changed).into())
}

fn is_special(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss" | "ftp" | "file")
}

fn without_path(url: &Url) -> String {
    format!("{}{}", &url[..Position::BeforePath], &url[Position::AfterPath..])
}

/// The crate forgets to put `/.` before a path that begins with two slashes, and to take it away.
fn without_authority(url: &Url, part: &str, value: &str) -> JsResult<String> {
    let tail = &url[Position::AfterPath..];
    if part == "pathname" {
        // Another scheme that the standard treats alike, with a host so that slashes have one meaning.
        let mut other = normal("x://host/")?;
        quirks::set_pathname(&mut other, value);
        let path = if other.path().is_empty() { "/" } else { other.path() };
        let dot = if path.starts_with("//") { "/." } else { "" };
        return Ok(format!("{}:{dot}{path}{tail}", url.scheme()));
    }
    let mut other = normal(&format!("{}:/x{tail}", url.scheme()))?;
    change(&mut other, part, value);
    if !other.has_authority() {
        return Ok(url.to_string());
    }
    Ok(format!("{}{}{tail}", &other[..Position::BeforePath], url.path()))
}

fn change(url: &mut Url, part: &str, value: &str) {
    // A refused change leaves the address as it is, which is what the standard asks for.
    let _ = match part {
        "protocol" => quirks::set_protocol(url, value),
        "username" => quirks::set_username(url, value),
        "password" => quirks::set_password(url, value),
        "host" => quirks::set_host(url, value),
        "hostname" => quirks::set_hostname(url, value),
        "port" => quirks::set_port(url, value),
        "pathname" => {
            quirks::set_pathname(url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(url, value);
            Ok(())
        }
        _ => {
            quirks::set_hash(url, value);
            Ok(())
        }
    };
}

fn normal(href: &str) -> JsResult<Url> {
    Url::parse(href).map_err(|error| JsNativeError::typ().with_message(error.to_string()).into())
}

/// `formDecode(text)`: name, value, name, value, and so on.
fn form_decode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let input = utf8_of(&args.get_or_undefined(0).to_string(context)?);
    let flat: Vec<JsValue> = form_urlencoded::parse(&input)
        .flat_map(|(name, value)| [JsString::from(&*name).into(), JsString::from(&*value).into()])
        .collect();
    Ok(JsArray::from_iter(flat, context).into())
}

/// `formEncode([name, value, name, value, ...])`.
fn form_encode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let list = JsArray::from_object(args.get_or_undefined(0).to_object(context)?)?;
    let mut out = String::new();
    for index in 0..list.length(context)? {
        if index > 0 {
            out.push(if index % 2 == 1 { '=' } else { '&' });
        }
        let part = utf8_of(&list.at(index as i64, context)?.to_string(context)?);
        out.extend(form_urlencoded::byte_serialize(&part));
    }
    Ok(JsString::from(out).into())
}
