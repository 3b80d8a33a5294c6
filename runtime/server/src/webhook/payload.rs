//! The payload of a webhook: JSON, a form, text, or the query.

use cronflow_core::json::JsonText;
use hyper::StatusCode;
use serde_json::{Map, Value};

/// A body that is no payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
}

/// Reads a body by its content type. JSON is kept byte for byte; an empty body is `null`.
pub(crate) fn of_body(content_type: Option<&str>, body: &[u8]) -> Result<JsonText, Rejected> {
    if body.is_empty() {
        return Ok(JsonText::null());
    }
    let kind = content_type.unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = || std::str::from_utf8(body).map_err(|_| bad("the body is not UTF-8 text"));
    match kind.as_str() {
        "application/json" => json(text()?),
        other if other.ends_with("+json") => json(text()?),
        "application/x-www-form-urlencoded" => Ok(JsonText::of(&Value::Object(pairs(text()?)))),
        other if other.starts_with("text/") => Ok(JsonText::of(&Value::String(text()?.to_owned()))),
        other => Err(Rejected {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            reason: format!("content type '{other}' cannot be read; send JSON, a form or text"),
        }),
    }
}

/// The query of a request without a body, as an object.
pub(crate) fn of_query(query: &str) -> JsonText {
    JsonText::of(&Value::Object(pairs(query)))
}

/// URL-encoded pairs as an object; a name that comes twice has an array.
pub(crate) fn pairs(text: &str) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = Value::String(value.into_owned());
        match object.get_mut(&*name) {
            None => drop(object.insert(name.into_owned(), value)),
            Some(Value::Array(all)) => all.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    object
}

fn json(text: &str) -> Result<JsonText, Rejected> {
    JsonText::parse(text).map_err(|error| bad(&format!("the body is not valid JSON: {error}")))
}

fn bad(reason: &str) -> Rejected {
    Rejected { status: StatusCode::BAD_REQUEST, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(None, " { \"a\" : 1.50 } ", " { \"a\" : 1.50 } ")]
    #[case(Some("application/json; charset=utf-8"), "null", "null")]
    #[case(Some("application/cloudevents+json"), "[]", "[]")]
    #[case(Some("text/plain"), "a \"b\"", r#""a \"b\"""#)]
    #[case(Some("application/x-www-form-urlencoded"), "a=1&b=x+y&a=%C3%A9", r#"{"a":["1","é"],"b":"x y"}"#)]
    #[case(Some("application/json"), "", "null")]
    fn reads(#[case] kind: Option<&str>, #[case] body: &str, #[case] payload: &str) {
        assert_eq!(of_body(kind, body.as_bytes()).unwrap().as_str(), payload);
    }

    #[rstest]
    #[case(None, b"{\"a\":" as &[u8], 400, "line 1 column 5")]
    #[case(None, b"1 2", 400, "trailing")]
    #[case(None, b"\"\xff\"", 400, "UTF-8")]
    #[case(Some("image/png"), b"x", 415, "image/png")]
    fn refuses(#[case] kind: Option<&str>, #[case] body: &[u8], #[case] status: u16, #[case] reason: &str) {
        let rejected = of_body(kind, body).unwrap_err();
        assert_eq!(rejected.status.as_u16(), status);
        assert!(rejected.reason.contains(reason), "{}", rejected.reason);
    }

    const KINDS: &[&str] =
        &["application/json", "text/plain", "application/x-www-form-urlencoded", "a/b+json", "image/png", ";", ""];

    proptest::proptest! {
        /// Whatever comes: it is JSON that the rest of the program can read, or it is refused.
        #[test]
        fn what_is_accepted_is_json(kind in proptest::sample::select(KINDS), body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
            if let Ok(payload) = of_body(Some(kind), &body) {
                proptest::prop_assert!(serde_json::from_str::<Value>(payload.as_str()).is_ok());
            }
        }

        /// The same for text that looks like JSON, deep nesting included.
        #[test]
        fn what_looks_like_json_is_judged_right(text in "([\\[\\]{}:,\"a1e.+-]|null|true|\\\\u00){0,40}", deep in 0..200_usize) {
            let text = format!("{}{text}{}", "[".repeat(deep), "]".repeat(deep));
            let accepted = of_body(None, text.as_bytes()).is_ok();
            let is_json = text.is_empty() || serde_json::from_str::<Value>(&text).is_ok();
            proptest::prop_assert!(!accepted || is_json, "{}", text);
        }
    }

    #[test]
    fn a_query_is_an_object() {
        assert_eq!(of_query("a=1&a=2&b=").as_str(), r#"{"a":["1","2"],"b":""}"#);
    }
}
