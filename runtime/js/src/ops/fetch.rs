//! The network side of `fetch`: an exchange is opened, perhaps fed, answered, and read.

use super::{bytes::uint8_array, encoding::bytes_of, text};
use crate::{
    extensions::Op,
    isolate::{
        Settle,
        exchange::{Exchange, MAX_BODY},
        state::State,
        task::Refusal,
    },
};
use boa_engine::{
    Context, Finalize, JsArgs, JsData, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, Trace, js_string,
    object::builtins::JsArray,
};
use cronflow_services::http::{self, Body, HttpClient, Redirects, Request, Response, ResponseBody};
use std::{fmt::Display, rc::Rc, time::SystemTime};

pub(crate) const OPS: &[Op] = &[
    ("httpOpen", 1, open),
    ("httpAnswer", 1, answer),
    ("httpUpload", 2, upload),
    ("httpRead", 1, read),
    ("httpReadAll", 1, read_all),
    ("httpClose", 1, close),
];

/// What a program holds of an exchange: when nobody holds it any more, the connection goes.
#[derive(Trace, Finalize, JsData)]
struct Held(#[unsafe_ignore_trace] Rc<Exchange>);

/// `httpOpen({method, url, headers, body, redirect})`: an exchange that has not begun. The body is
/// text, bytes, `null`, or `true` for one that `httpUpload` feeds.
fn open(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let (request, upload) = request_of(args.get_or_undefined(0), context)?;
    let exchange = Exchange::new(request, upload);
    state.watch(&exchange);
    Ok(JsObject::from_proto_and_data(None, Held(exchange)).into())
}

fn exchange_of(args: &[JsValue]) -> JsResult<Rc<Exchange>> {
    let object = args.get_or_undefined(0).as_object();
    let held = object.as_ref().and_then(JsObject::downcast_ref::<Held>);
    held.map(|held| held.0.clone())
        .ok_or_else(|| JsNativeError::typ().with_message("an exchange is needed here").into())
}

/// `httpAnswer(exchange)`: sends the request; a promise of `{status, statusText, url, redirected,
/// headers}`, which rejects with a `TypeError`.
fn answer(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let exchange = exchange_of(args)?;
    let state = State::of(context)?;
    let client = HttpClient::shared().map_err(refused)?;
    let task = state.task(state.current());
    let work = async move {
        let result = exchange.send(&client).await;
        let settle: Settle = Box::new(move |context| {
            let response = result.map_err(|error| failed(&error, context))?;
            if let Some(task) = task {
                task.refusal.set(refusal_of(&response));
            }
            let Response { status, url, redirected, headers, body } = response;
            exchange.answered(body);
            answer_object(status, url, redirected, headers, context)
        });
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// `httpUpload(exchange, bytes | null | undefined)`: feeds the body; `null` ends it and `undefined`
/// fails it. A promise of whether anybody still reads it.
fn upload(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let exchange = exchange_of(args)?;
    let state = State::of(context)?;
    let piece = args.get_or_undefined(1);
    let (ends, fails) = (piece.is_null(), piece.is_undefined());
    let bytes = if ends || fails { Vec::new() } else { bytes_of(piece, context)? };
    let work = async move {
        let goes_on = match exchange.upload(!ends && !fails) {
            Some(upload) if fails => {
                upload.fail().await;
                false
            }
            Some(upload) if !ends => upload.push(bytes.into()).await,
            _ => false,
        };
        let settle: Settle = Box::new(move |_| Ok(goes_on.into()));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// `httpRead(exchange)`: a promise of the next piece of the answer's body, `null` at its end.
fn read(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    reading(args, context, async |body| {
        let piece = body.piece().await?;
        Ok(piece.map(Vec::from))
    })
}

/// `httpReadAll(exchange)`: a promise of the rest of the answer's body.
fn read_all(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    reading(args, context, async |body| body.all(MAX_BODY).await.map(Some))
}

fn reading(
    args: &[JsValue],
    context: &mut Context,
    work: impl AsyncFnOnce(&mut ResponseBody) -> Result<Option<Vec<u8>>, http::Error> + 'static,
) -> JsResult<JsValue> {
    let exchange = exchange_of(args)?;
    let state = State::of(context)?;
    let work = async move {
        let result = exchange.read(work).await;
        let settle: Settle = Box::new(move |context| match result.map_err(refused)? {
            Some(bytes) => uint8_array(&bytes, context),
            None => Ok(JsValue::null()),
        });
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

/// `httpClose(exchange)`: ends it; what waits for it is rejected.
fn close(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    exchange_of(args)?.close();
    Ok(JsValue::undefined())
}

/// A host that is not allowed has the code that all denials have.
fn failed(error: &http::Error, context: &mut Context) -> JsError {
    let object = JsNativeError::typ().with_message(error.to_string()).into_opaque(context);
    if let http::Error::NotAllowed { .. } | http::Error::Forbidden(_) = error {
        // Setting a property on the fresh error cannot fail.
        let _ = object.create_data_property(js_string!("code"), js_string!("ERR_ACCESS_DENIED"), context);
    }
    JsError::from_opaque(object.into())
}

fn refused(error: impl Display) -> JsError {
    JsNativeError::typ().with_message(error.to_string()).into()
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

fn request_of(value: &JsValue, context: &mut Context) -> JsResult<(Request, Option<http::Upload>)> {
    let object = value.to_object(context)?;
    let field = |key: &str, context: &mut Context| -> JsResult<String> {
        let value = object.get(JsString::from(key), context)?;
        text(&[value], 0, context)
    };
    let redirects = match field("redirect", context)?.as_str() {
        "error" => Redirects::Error,
        "manual" => Redirects::Manual,
        _ => Redirects::Follow,
    };
    let (body, upload) = body_of(&object.get(js_string!("body"), context)?, context)?;
    let request = Request {
        method: field("method", context)?,
        url: field("url", context)?,
        headers: pairs_of(&object.get(js_string!("headers"), context)?, context)?,
        body,
        redirects,
        hosts: State::of(context)?.surroundings.permissions.net.clone(),
    };
    Ok((request, upload))
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

fn body_of(value: &JsValue, context: &mut Context) -> JsResult<(Body, Option<http::Upload>)> {
    if value.is_undefined() || value.is_null() {
        return Ok((Body::None, None));
    }
    if value.is_boolean() {
        let (upload, body) = Body::stream();
        return Ok((body, Some(upload)));
    }
    if let Some(text) = value.as_string() {
        return Ok((Body::Bytes(text.to_std_string_lossy().into_bytes().into()), None));
    }
    Ok((Body::Bytes(bytes_of(value, context)?.into()), None))
}

fn answer_object(
    status: u16,
    url: String,
    redirected: bool,
    headers: Vec<(String, String)>,
    context: &mut Context,
) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    let mut pairs = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let pair = [JsString::from(name).into(), JsString::from(value).into()];
        pairs.push(JsArray::from_iter(pair, context).into());
    }
    let fields: [(&str, JsValue); 5] = [
        ("status", status.into()),
        ("statusText", JsString::from(http::reason(status)).into()),
        ("url", JsString::from(url).into()),
        ("redirected", redirected.into()),
        ("headers", JsArray::from_iter(pairs, context).into()),
    ];
    for (key, value) in fields {
        object.create_data_property_or_throw(JsString::from(key), value, context)?;
    }
    Ok(object.into())
}
