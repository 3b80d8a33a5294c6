//! Answers: JSON bodies with the headers that every answer carries.

use crate::piped::Piped;
use bytes::Bytes;
use cronflow_core::error::Code;
use http_body_util::{Either, Full};
use hyper::{
    Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde_json::{Value, json};

/// A body that is there as a whole, or one that is sent as it comes to be.
pub(crate) type Body = Either<Full<Bytes>, Piped>;
pub(crate) type Answer = Response<Body>;

/// Seconds after which a client that was turned away may try again.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// A body that is there as a whole.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Either::Left(Full::new(bytes.into()))
}

/// A JSON value.
pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    text(status, body.to_string())
}

/// Text that is JSON already.
pub(crate) fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(whole(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    answer
}

/// `{"error": {"code", "message", "hint"}}`: an error of the management API.
pub(crate) fn api_error(status: StatusCode, code: Code, message: &str, hint: Option<&str>) -> Answer {
    let mut error = json!({"code": code.as_str(), "message": message});
    if let Some(hint) = hint {
        error["hint"] = hint.into();
    }
    let answer = json(status, &json!({ "error": error }));
    if status == StatusCode::SERVICE_UNAVAILABLE { retry_later(answer) } else { answer }
}

/// Nothing is served at this path.
pub(crate) fn not_found() -> Answer {
    json(StatusCode::NOT_FOUND, &json!({"error": "Not found"}))
}

/// The path is served, by other methods.
pub(crate) fn method_not_allowed(allowed: &[&str]) -> Answer {
    let body = json!({"error": "Method not allowed", "allowed": allowed});
    with_allow(json(StatusCode::METHOD_NOT_ALLOWED, &body), allowed)
}

/// The answer to OPTIONS.
pub(crate) fn options(allowed: &[&str]) -> Answer {
    let mut answer = Response::new(whole(Bytes::new()));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    with_allow(answer, allowed)
}

/// Text of a kind, sent as a whole.
pub(crate) fn plain(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = text(status, body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Server-sent events, sent as they come to be. Nobody may keep them.
pub(crate) fn stream(body: Piped) -> Answer {
    let mut answer = Response::new(Either::Right(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Adds when to try again.
pub(crate) fn retry_later(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    answer
}

fn with_allow(mut answer: Answer, allowed: &[&str]) -> Answer {
    let list = [allowed, &["OPTIONS"]].concat().join(", ");
    if let Ok(value) = HeaderValue::from_str(&list) {
        answer.headers_mut().insert(ALLOW, value);
    }
    answer
}
