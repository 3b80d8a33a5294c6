//! The network side of `fetch`.

use super::encoding::bytes_of;
use crate::{
    extensions::Op,
    isolate::{Settle, state::State, task::Refusal},
};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string,
    object::builtins::{JsArray, JsUint8Array},
};
use cronflow_services::http::{Redirects, Request, Response};
use std::time::{Duration, SystemTime};

pub(crate) const OPS: &[Op] = &[("fetch", 1, fetch)];

/// `fetch({method, url, headers, body, redirect, timeoutMs})`: a promise of
/// `{status, statusText, url, redirected, headers, body}`; rejects with a `TypeError`.
fn fetch(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let request = request_of(args.get_or_undefined(0), context)?;
    let state = State::of(context)?;
    let client = state.http()?;
    let task = state.task(state.current());
    let work = async move {
        let result = client.fetch(request).await;
        let settle: Settle = Box::new(move |context| match result {
            Ok(response) => {
                if let Some(task) = task {
                    task.refusal.set(refusal_of(&response));
                }
                response_object(response, context)
            }
            Err(error) => Err(JsNativeError::typ().with_message(error.to_string()).into()),
        });
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// What a failed request says about another one (RFC 9110, section 10.2.3).
fn refusal_of(response: &Response) -> Option<Refusal> {
    if response.status < 400 {
        return None;
    }
    let header = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
    let retry_after = header.and_then(|(_, value)| {
        let value = value.trim();
        if let Ok(seconds) = value.parse::<u32>() {
            return Some(u64::from(seconds) * 1000);
        }
        let date = httpdate::parse_http_date(value).ok()?;
        let wait = date.duration_since(SystemTime::now()).unwrap_or_default();
        u64::try_from(wait.as_millis()).ok()
    });
    Some(Refusal { status: response.status, retry_after })
}

fn request_of(value: &JsValue, context: &mut Context) -> JsResult<Request> {
    let object = value.to_object(context)?;
    let text = |key: &str, context: &mut Context| -> JsResult<String> {
        let value = object.get(JsString::from(key), context)?;
        Ok(value.to_string(context)?.to_std_string_lossy())
    };
    let redirects = match text("redirect", context)?.as_str() {
        "error" => Redirects::Error,
        "manual" => Redirects::Manual,
        _ => Redirects::Follow,
    };
    let timeout = object.get(js_string!("timeoutMs"), context)?.as_number();
    Ok(Request {
        method: text("method", context)?,
        url: text("url", context)?,
        headers: pairs_of(&object.get(js_string!("headers"), context)?, context)?,
        body: body_of(&object.get(js_string!("body"), context)?, context)?,
        redirects,
        timeout: timeout
            .filter(|millis| millis.is_finite() && *millis > 0.0)
            .map(|millis| Duration::from_millis(millis as u64)),
    })
}

fn pairs_of(value: &JsValue, context: &mut Context) -> JsResult<Vec<(String, String)>> {
    let Some(list) = value.as_object() else {
        return Ok(Vec::new());
    };
    let list = JsArray::from_object(list)?;
    let mut pairs = Vec::new();
    for index in 0..list.length(context)? {
        let pair = list.at(index as i64, context)?.to_object(context)?;
        let name = pair.get(0, context)?.to_string(context)?.to_std_string_lossy();
        let value = pair.get(1, context)?.to_string(context)?.to_std_string_lossy();
        pairs.push((name, value));
    }
    Ok(pairs)
}

fn body_of(value: &JsValue, context: &mut Context) -> JsResult<Option<bytes::Bytes>> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    if let Some(text) = value.as_string() {
        return Ok(Some(text.to_std_string_lossy().into_bytes().into()));
    }
    Ok(Some(bytes_of(value, context)?.into()))
}

fn response_object(response: Response, context: &mut Context) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    let mut headers = Vec::with_capacity(response.headers.len());
    for (name, value) in response.headers {
        let pair = [JsString::from(name).into(), JsString::from(value).into()];
        headers.push(JsArray::from_iter(pair, context).into());
    }
    let body = JsUint8Array::from_iter(response.body, context)?;
    let reason = reason_phrase(response.status);
    let fields: [(&str, JsValue); 6] = [
        ("status", response.status.into()),
        ("statusText", JsString::from(reason).into()),
        ("url", JsString::from(response.url).into()),
        ("redirected", response.redirected.into()),
        ("headers", JsArray::from_iter(headers, context).into()),
        ("body", body.into()),
    ];
    for (key, value) in fields {
        object.create_data_property_or_throw(JsString::from(key), value, context)?;
    }
    Ok(object.into())
}

fn reason_phrase(status: u16) -> &'static str {
    cronflow_services::http::reason(status)
}
