//! Answers that workflow code makes: a middleware, `respond`, `onError`.

use crate::answer::{Answer, whole};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{HeaderName, HeaderValue},
};
use serde::Deserialize;

/// Headers that belong to the connection.
const OF_CONNECTION: [&str; 6] = ["connection", "content-length", "keep-alive", "te", "transfer-encoding", "upgrade"];

/// An answer as workflow code hands it over (stdlib/cronflow/webhook/answer.ts).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Made {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    encoding: Option<String>,
}

impl Made {
    /// The answer; `None` when it is none that can be sent.
    pub(crate) fn answer(self) -> Option<Answer> {
        let body = match self.encoding.as_deref() {
            None => Bytes::from(self.body),
            Some("base64") => STANDARD.decode(self.body).ok()?.into(),
            Some(_) => return None,
        };
        let mut answer = Response::new(whole(body));
        *answer.status_mut() = StatusCode::from_u16(self.status).ok().filter(|status| status.as_u16() >= 200)?;
        let headers = answer.headers_mut();
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            if !OF_CONNECTION.contains(&name.as_str()) {
                headers.append(name, HeaderValue::from_str(&value).ok()?);
            }
        }
        Some(answer)
    }
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
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().as_ref(), [255]);
    }

    #[test]
    fn what_cannot_be_sent_is_no_answer() {
        assert!(made(json!({"status": 101})).is_none());
        assert!(made(json!({"status": 200, "headers": [["a b", "c"]]})).is_none());
        assert!(made(json!({"status": 200, "headers": [["a", "b\r\nset-cookie: c"]]})).is_none());
        assert!(made(json!({"status": 200, "body": "!", "encoding": "base64"})).is_none());
    }
}
