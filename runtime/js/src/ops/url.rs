//! URLs by the WHATWG algorithm, and what HTML forms make of pairs.

use super::{encoding::utf8_of, text};
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue, object::builtins::JsArray};
use url::{Url, form_urlencoded, quirks};

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
    let parsed = if args.get_or_undefined(1).is_undefined() {
        Url::parse(&input)
    } else {
        Url::parse(&text(args, 1, context)?).and_then(|base| base.join(&input))
    };
    Ok(parsed.map_or(JsValue::null(), |url| JsString::from(url.as_str()).into()))
}

/// `urlParts(href)`: protocol, username, password, host, hostname, port, pathname, search, hash and
/// origin.
fn parts(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let url = normal(&text(args, 0, context)?)?;
    let origin = quirks::origin(&url);
    let parts = [
        quirks::protocol(&url),
        quirks::username(&url),
        quirks::password(&url),
        quirks::host(&url),
        quirks::hostname(&url),
        quirks::port(&url),
        quirks::pathname(&url),
        quirks::search(&url),
        quirks::hash(&url),
        &origin,
    ]
    .map(|part| JsValue::from(JsString::from(part)));
    Ok(JsArray::from_iter(parts, context).into())
}

/// `urlSet(href, part, value)`: the address with one part changed, or as it was when that cannot be.
fn set(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let mut url = normal(&text(args, 0, context)?)?;
    let value = text(args, 2, context)?;
    // A refused change leaves the address as it is, which is what the standard asks for.
    let _ = match text(args, 1, context)?.as_str() {
        "protocol" => quirks::set_protocol(&mut url, &value),
        "username" => quirks::set_username(&mut url, &value),
        "password" => quirks::set_password(&mut url, &value),
        "host" => quirks::set_host(&mut url, &value),
        "hostname" => quirks::set_hostname(&mut url, &value),
        "port" => quirks::set_port(&mut url, &value),
        "pathname" => {
            quirks::set_pathname(&mut url, &value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, &value);
            Ok(())
        }
        _ => {
            quirks::set_hash(&mut url, &value);
            Ok(())
        }
    };
    Ok(JsString::from(url.as_str()).into())
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
