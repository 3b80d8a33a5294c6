//! URL parsing by the WHATWG algorithm.

use super::text;
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsResult, JsString, JsValue, object::builtins::JsArray};
use url::{Position, Url};

pub(crate) const OPS: &[Op] = &[("urlParse", 2, parse)];

/// `urlParse(input, base?)`: href, protocol, username, password, host, hostname, port, pathname,
/// search, hash and origin; `null` when it is no URL.
fn parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let input = text(args, 0, context)?;
    let base = if args.get_or_undefined(1).is_undefined() { None } else { Some(text(args, 1, context)?) };
    let parsed = match base {
        None => Url::parse(&input),
        Some(base) => Url::parse(&base).and_then(|base| base.join(&input)),
    };
    let Ok(url) = parsed else {
        return Ok(JsValue::null());
    };
    let port = url.port().map(|port| port.to_string()).unwrap_or_default();
    let protocol = format!("{}:", url.scheme());
    let origin = url.origin().ascii_serialization();
    let parts = [
        url.as_str(),
        &protocol,
        url.username(),
        url.password().unwrap_or_default(),
        &url[Position::BeforeHost..Position::AfterPort],
        url.host_str().unwrap_or_default(),
        &port,
        url.path(),
        leading("?", url.query()).as_str(),
        leading("#", url.fragment()).as_str(),
        &origin,
    ]
    .map(|part| JsValue::from(JsString::from(part)));
    Ok(JsArray::from_iter(parts, context).into())
}

/// An empty query or fragment shows as nothing.
fn leading(sign: &str, part: Option<&str>) -> String {
    part.filter(|part| !part.is_empty()).map(|part| format!("{sign}{part}")).unwrap_or_default()
}
