//! A client of the management API.

use cronflow_core::error::{Code, Diagnostic};
use reqwest::{Client, Method};
use serde_json::Value;
use std::time::Duration;

/// The server when nothing else is said.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:3000";
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends one request and reads its JSON answer.
///
/// # Errors
/// When no server answers, or when it answers with an error.
pub(crate) fn call(url: &str, method: Method, path: &str, body: Option<String>) -> Result<Value, Diagnostic> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| crate::errors::internal(&error))?;
    runtime.block_on(send(url.trim_end_matches('/'), method, path, body))
}

async fn send(url: &str, method: Method, path: &str, body: Option<String>) -> Result<Value, Diagnostic> {
    cronflow_services::http::install_tls();
    let client = Client::builder().connect_timeout(CONNECT_TIMEOUT).no_proxy().build();
    let client = client.map_err(|error| crate::errors::internal(&error))?;
    let mut request = client.request(method, format!("{url}{path}"));
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    let answer = request.send().await.map_err(|_| unreachable(url))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|_| unreachable(url))?;
    let value: Value = serde_json::from_str(&text).map_err(|_| strange(url))?;
    if status.is_success() { Ok(value) } else { Err(of_answer(url, &value)) }
}

/// Whether a server of ours answers there.
pub(crate) fn is_up(url: &str) -> bool {
    call(url, Method::GET, "/health", None).is_ok_and(|health| health["uptimeMs"].is_number())
}

fn of_answer(url: &str, answer: &Value) -> Diagnostic {
    let error = &answer["error"];
    let known = Code::ALL.iter().find(|code| Some(code.as_str()) == error["code"].as_str());
    let Some(code) = known else { return strange(url) };
    let problem = Diagnostic::new(*code, error["message"].as_str().unwrap_or_default());
    match error["hint"].as_str() {
        Some(hint) => problem.with_help(hint),
        None => problem,
    }
}

fn unreachable(url: &str) -> Diagnostic {
    Diagnostic::new(Code::ServerUnreachable, format!("no server answers at {url}"))
        .with_help("start one with 'cronflow-rt FILE', or name another with --url or CRONFLOW_URL")
}

fn strange(url: &str) -> Diagnostic {
    Diagnostic::new(Code::ServerUnreachable, format!("what answers at {url} is no cronflow-rt server"))
        .with_help("name the right one with --url or CRONFLOW_URL")
}
