//! HTTP requests for `fetch`: one pooled client, rustls with ring, bounded answers.

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Method,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use std::{sync::Once, time::Duration};

/// Largest answer body that is read into memory.
pub const MAX_BODY: usize = 64 * 1024 * 1024;
/// Most redirects that are followed, as the Fetch standard has it.
const MAX_REDIRECTS: usize = 20;
/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL cannot be requested.
    #[error("'{0}' is not a URL that can be fetched")]
    Url(String),
    /// The method is not a token.
    #[error("'{0}' is not a valid HTTP method")]
    Method(String),
    /// A header name or value is not allowed.
    #[error("'{0}' is not a valid header")]
    Header(String),
    /// The exchange failed; the text names the first cause.
    #[error("{0}")]
    Network(String),
    /// The answer is larger than [`MAX_BODY`].
    #[error("the answer is larger than {} MiB", MAX_BODY / 1024 / 1024)]
    TooLarge,
    /// A redirect came and the request forbids them.
    #[error("unexpected redirect")]
    Redirect,
}

/// What to do with redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// Follow up to twenty.
    Follow,
    /// Fail.
    Error,
    /// Hand the redirect itself out.
    Manual,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method, upper case.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// Body, if any.
    pub body: Option<Bytes>,
    /// Redirect mode.
    pub redirects: Redirects,
    /// Longest time for the whole exchange.
    pub timeout: Option<Duration>,
}

/// One answer, read to its end.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Final URL.
    pub url: String,
    /// Whether a redirect was followed.
    pub redirected: bool,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Bytes,
}

/// A client with its connection pools. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpClient {
    following: Client,
    plain: Client,
}

impl HttpClient {
    /// Builds the client; nothing is connected yet.
    ///
    /// # Errors
    /// When the system's TLS roots or proxy settings cannot be read.
    pub fn new() -> Result<Self, Error> {
        install_tls();
        let build = |policy: Policy| {
            Client::builder()
                .redirect(policy)
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("cronflow-rt/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| Error::Network(root_cause(&error)))
        };
        Ok(Self { following: build(Policy::limited(MAX_REDIRECTS))?, plain: build(Policy::none())? })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When the request is malformed, the exchange fails, or the answer is too large.
    pub async fn fetch(&self, request: Request) -> Result<Response, Error> {
        let url = parse_url(&request.url)?;
        let method =
            Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::Method(request.method.clone()))?;
        let client = if request.redirects == Redirects::Follow { &self.following } else { &self.plain };
        let mut builder = client.request(method, url.clone()).headers(headers(&request.headers)?);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        if let Some(timeout) = request.timeout {
            builder = builder.timeout(timeout);
        }
        let answer = builder.send().await.map_err(|error| Error::Network(root_cause(&error)))?;
        if request.redirects == Redirects::Error && answer.status().is_redirection() {
            return Err(Error::Redirect);
        }
        read(answer, &url).await
    }
}

async fn read(mut answer: reqwest::Response, asked: &url::Url) -> Result<Response, Error> {
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Error::Network(root_cause(&error)))? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response {
        status: answer.status().as_u16(),
        redirected: answer.url() != asked,
        url: answer.url().to_string(),
        headers,
        body: body.freeze(),
    })
}

fn parse_url(text: &str) -> Result<url::Url, Error> {
    let url = url::Url::parse(text).map_err(|_| Error::Url(text.to_owned()))?;
    if matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(Error::Url(text.to_owned())) }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut map = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Header(name.clone()))?;
        // The value stays out of the message: it may be a secret.
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Error::Header(name.clone()))?;
        map.append(key, value);
    }
    Ok(map)
}

/// The innermost cause says most ("Connection refused"), the outer ones little.
fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the request timed out".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Installs the process's TLS provider, once. reqwest needs one even for plain HTTP.
pub fn install_tls() {
    static PROVIDER: Once = Once::new();
    // Another part of the process may have installed one already; either serves.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

/// The standard reason phrase of a status; empty for an unknown one.
#[must_use]
pub fn reason(status: u16) -> &'static str {
    reqwest::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}
