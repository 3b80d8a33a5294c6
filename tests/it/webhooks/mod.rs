//! Webhooks through the built binary: every answer, every check, and what hostile clients can do.

mod abuse;
mod answers;
mod checks;
mod deliveries;
mod responses;
mod signatures;

use crate::env::PATIENCE;
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// An answer as it came.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// What stands behind the status.
    pub(crate) reason: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends one request and reads the answer.
pub(crate) fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n").into_bytes();
    if !headers.iter().any(|(name, _)| *name == "host") {
        bytes.extend_from_slice(format!("host: 127.0.0.1:{port}\r\n").as_bytes());
    }
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("content-length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    exchange(port, &bytes)
}

/// Sends bytes as they are, and reads what comes until the end.
pub(crate) fn exchange(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that refuses early may close before everything is written.
    let _ = stream.write_all(bytes);
    read_answer(stream)
}

fn read_answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().splitn(3, ' ').skip(1);
    let status = first.next().and_then(|status| status.parse().ok()).unwrap_or(0);
    let reason = first.next().unwrap_or_default().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Answer { status, reason, headers, text: body.to_owned() }
}

/// A file with one workflow for each webhook: `w0` at `/0` and so on. Each chain follows the options.
fn source(webhooks: &[&str]) -> String {
    let mut text = String::from("import { cronflow } from 'cronflow';\n");
    for (index, webhook) in webhooks.iter().enumerate() {
        text.push_str(&format!("cronflow.define({{ id: 'w{index}' }}){webhook};\n"));
    }
    text
}
