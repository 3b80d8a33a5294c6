//! A client of the management API.

use crate::{args, settings::Settings};
use cronflow_core::error::{Code, Diagnostic};
use reqwest::{Method, Response};
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The server when nothing else is said.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:3000";
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) url: String,
    token: Option<String>,
}

impl Client {
    /// The server of the arguments, of `cronflow.toml`, or the default one.
    ///
    /// # Errors
    /// When the settings are wrong.
    pub(crate) fn open(args: &args::Server) -> Result<Self, Diagnostic> {
        let settings = Settings::find()?;
        let url = args.url.clone().or_else(|| settings.url.clone());
        Self::of(url.as_deref().unwrap_or(DEFAULT_URL), &settings)
    }

    /// A server by its address.
    ///
    /// # Errors
    /// When the settings are wrong.
    pub(crate) fn of(url: &str, settings: &Settings) -> Result<Self, Diagnostic> {
        Ok(Self { url: url.trim_end_matches('/').to_owned(), token: settings.token()? })
    }

    /// Sends one request and reads its JSON answer.
    ///
    /// # Errors
    /// When no server answers, or when it answers with an error.
    pub(crate) fn call(&self, method: Method, path: &str, body: Option<String>) -> Result<Value, Diagnostic> {
        runtime()?.block_on(self.send(method, path, body))
    }

    /// `GET`.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(crate) fn get(&self, path: &str) -> Result<Value, Diagnostic> {
        self.call(Method::GET, path, None)
    }

    /// `POST` of JSON.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Diagnostic> {
        self.call(Method::POST, path, Some(body.to_string()))
    }

    /// As [`Self::call`], on a runtime that is there.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Result<Value, Diagnostic> {
        let answer = self.open_answer(method, path, body, None).await?;
        let status = answer.status();
        let text = answer.text().await.map_err(|_| self.unreachable())?;
        let value: Value = serde_json::from_str(&text).map_err(|_| self.strange())?;
        if status.is_success() { Ok(value) } else { Err(self.of_answer(&value)) }
    }

    /// Opens the stream of changes, behind the event that came last.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub(crate) async fn stream(&self, path: &str, last: Option<&str>) -> Result<Response, Diagnostic> {
        let answer = self.open_answer(Method::GET, path, None, last).await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let text = answer.text().await.map_err(|_| self.unreachable())?;
        Err(serde_json::from_str(&text).map_or_else(|_| self.strange(), |value| self.of_answer(&value)))
    }

    async fn open_answer(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        last: Option<&str>,
    ) -> Result<Response, Diagnostic> {
        cronflow_services::http::install_tls();
        let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).no_proxy().build();
        let client = client.map_err(|error| crate::errors::internal(&error))?;
        let mut request = client.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        request.send().await.map_err(|_| self.unreachable())
    }

    /// Whether a server of ours answers there.
    pub(crate) fn is_up(&self) -> bool {
        self.get("/health").is_ok_and(|health| health["uptimeMs"].is_number())
    }

    fn of_answer(&self, answer: &Value) -> Diagnostic {
        let error = &answer["error"];
        let known = Code::ALL.iter().find(|code| Some(code.as_str()) == error["code"].as_str());
        let Some(code) = known else { return self.strange() };
        let problem = Diagnostic::new(*code, error["message"].as_str().unwrap_or_default());
        let hint = match (code, error["hint"].as_str()) {
            (Code::Unauthorized, _) => {
                Some("set CRONFLOW_TOKEN; 'cronflow-rt token create NAME' on the server's machine makes a token")
            }
            (_, hint) => hint,
        };
        match hint {
            Some(hint) => problem.with_help(hint),
            None => problem,
        }
    }

    fn unreachable(&self) -> Diagnostic {
        Diagnostic::new(Code::ServerUnreachable, format!("no server answers at {}", self.url))
            .with_help("start one with 'cronflow-rt FILE', or name another with --url or CRONFLOW_URL")
    }

    fn strange(&self) -> Diagnostic {
        Diagnostic::new(Code::ServerUnreachable, format!("what answers at {} is no cronflow-rt server", self.url))
            .with_help("name the right one with --url or CRONFLOW_URL")
    }
}

/// A runtime for one command.
pub(crate) fn runtime() -> Result<Runtime, Diagnostic> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| crate::errors::internal(&error))
}

/// A part of a path.
pub(crate) fn part(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // A path wants %20 where a form has a plus.
    encoded.replace('+', "%20")
}
