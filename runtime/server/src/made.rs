//! Answers that workflow code makes: a middleware, `respond`, `onError`, the program's own handler.

use crate::{
    answer::{Answer, Body, whole},
    piped::Piped,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::Either;
use hyper::{
    Response, StatusCode,
    ext::ReasonPhrase,
    header::{CONTENT_LENGTH, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};
use serde::Deserialize;

/// Headers that belong to the connection.
const OF_CONNECTION: [&str; 7] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// An answer as workflow code hands it over (stdlib/web/answer.ts).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Made {
    status: u16,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    encoding: Option<String>,
}

/// A piece of a body that is sent as it comes to be.
#[derive(Debug, Deserialize)]
pub(crate) struct MadePiece {
    body: String,
    #[serde(default)]
    encoding: Option<String>,
}

impl MadePiece {
    /// Its bytes; `None` when it is none that can be sent.
    pub(crate) fn bytes(self) -> Option<Bytes> {
        bytes_of(self.body, self.encoding.as_deref())
    }
}

fn bytes_of(body: String, encoding: Option<&str>) -> Option<Bytes> {
    match encoding {
        None => Some(body.into()),
        Some("base64") => STANDARD.decode(body).ok().map(Bytes::from),
        Some(_) => None,
    }
}

impl Made {
    /// The answer; `None` when it is none that can be sent.
    pub(crate) fn answer(mut self) -> Option<Answer> {
        let body = bytes_of(std::mem::take(&mut self.body), self.encoding.as_deref())?;
        self.head(whole(body))
    }

    /// The answer to HEAD: it may say how long the body would be.
    pub(crate) fn answer_to_head(self) -> Option<Answer> {
        let length = self.length();
        Some(of_length(self.answer()?, length))
    }

    /// The same with a body that follows. When it turns out to have another length than was said, the connection ends.
    pub(crate) fn answer_with(self, body: Piped) -> Option<Answer> {
        let length = self.length();
        Some(of_length(self.head(Either::Right(body))?, length))
    }

    fn length(&self) -> Option<u64> {
        let (_, value) = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
        value.parse().ok()
    }

    fn head(self, body: Body) -> Option<Answer> {
        let mut answer = Response::new(body);
        *answer.status_mut() = StatusCode::from_u16(self.status).ok().filter(|status| status.as_u16() >= 200)?;
        if let Some(reason) = self.reason {
            answer.extensions_mut().insert(ReasonPhrase::try_from(bytes_of_text(&reason)?).ok()?);
        }
        let headers = answer.headers_mut();
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            if !OF_CONNECTION.contains(&name.as_str()) {
                headers.append(name, value_of(&value)?);
            }
        }
        headers.entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        Some(answer)
    }
}

fn of_length(mut answer: Answer, length: Option<u64>) -> Answer {
    if let Some(length) = length {
        answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    answer
}

/// The characters of a value are its bytes (https://fetch.spec.whatwg.org/#headers-class).
fn bytes_of_text(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn value_of(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(&bytes_of_text(text)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    fn made(value: Value) -> Option<Answer> {
        serde_json::from_value::<Made>(value).unwrap().answer()
    }

    #[tokio::test]
    async fn headers_and_bytes_arrive() {
        let headers = json!([["set-cookie", "a=1"], ["set-cookie", "b=2"], ["content-length", "9"]]);
        let answer = made(json!({"status": 418, "headers": headers, "body": "/w==", "encoding": "base64"})).unwrap();
        assert_eq!(answer.status(), 418);
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
        assert!(!answer.headers().contains_key("content-length"));
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().as_ref(), [255]);
    }

    #[test]
    fn what_the_program_says_stays() {
        let headers = json!([["x-content-type-options", "none"], ["x-name", "\u{e9}"], ["Content-Length", "12"]]);
        let made: Made = serde_json::from_value(json!({"status": 200, "headers": headers})).unwrap();
        let answer = made.answer_to_head().unwrap();
        assert_eq!(answer.headers().get_all("x-content-type-options").iter().count(), 1);
        assert_eq!(answer.headers()["x-content-type-options"], "none");
        assert_eq!(answer.headers()["x-name"].as_bytes(), [0xe9]);
        assert_eq!(answer.headers()["content-length"], "12");
    }

    #[test]
    fn what_cannot_be_sent_is_no_answer() {
        assert!(made(json!({"status": 101})).is_none());
        assert!(made(json!({"status": 200, "headers": [["a b", "c"]]})).is_none());
        assert!(made(json!({"status": 200, "headers": [["a", "b\r\nset-cookie: c"]]})).is_none());
        assert!(made(json!({"status": 200, "headers": [["a", "\u{20ac}"]]})).is_none());
        assert!(made(json!({"status": 200, "reason": "a\r\nb: c"})).is_none());
        assert!(made(json!({"status": 200, "reason": "\u{20ac}"})).is_none());
        assert!(made(json!({"status": 200, "body": "!", "encoding": "base64"})).is_none());
    }
}
