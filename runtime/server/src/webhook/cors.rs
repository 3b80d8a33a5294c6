//! Which web pages may call a webhook: the questions of browsers, and the headers of answers.

use crate::answer::{self, Answer};
use cronflow_core::definition::Cors;
use hyper::{
    HeaderMap,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, HeaderName, HeaderValue, ORIGIN, VARY,
    },
};

/// The answer to a browser's question whether a page may send a request.
pub(crate) fn preflight(cors: &Cors, methods: &[&str], asked: &HeaderMap) -> Answer {
    let mut answer = answer::options(methods);
    if !allow(cors, asked, &mut answer) {
        return answer;
    }
    put(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, &methods.join(", "));
    if cors.headers.is_empty() {
        if let Some(wanted) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
            answer.headers_mut().append(VARY, HeaderValue::from_static("access-control-request-headers"));
        }
    } else {
        put(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers.join(", "));
    }
    if let Some(age) = cors.max_age {
        put(&mut answer, ACCESS_CONTROL_MAX_AGE, &age.as_secs().to_string());
    }
    answer
}

/// Lets the page read an answer.
pub(crate) fn share(cors: &Cors, asked: &HeaderMap, answer: &mut Answer) {
    if allow(cors, asked, answer) && !cors.expose.is_empty() {
        put(answer, ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose.join(", "));
    }
}

/// Names the origin that may; `false` when it may not.
fn allow(cors: &Cors, asked: &HeaderMap, answer: &mut Answer) -> bool {
    if cors.origins.is_empty() {
        put(answer, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        return true;
    }
    answer.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = asked.get(ORIGIN) else { return false };
    if !cors.origins.iter().any(|one| one.as_bytes() == origin.as_bytes()) {
        return false;
    }
    answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if cors.credentials {
        put(answer, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    true
}

fn put(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
