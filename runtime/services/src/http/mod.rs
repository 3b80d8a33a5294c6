//! HTTP requests for `fetch`: one client and connection pool for the whole process, on a thread of
//! its own, so that bytes move while workflow code computes.

mod body;
pub mod guard;
mod redirect;

pub use body::{Body, ResponseBody, Upload};

use crate::codec::CodecError;
use cronflow_core::{error::Code, permissions::Grant};
use redirect::Redirected;
use reqwest::{
    Client, Method,
    header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, RANGE},
    redirect::Policy,
};
use std::{
    pin::Pin,
    sync::{Once, OnceLock},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{runtime::Runtime, task::JoinHandle};
use url::Url;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest silence of a server.
const READ_TIMEOUT: Duration = Duration::from_secs(300);
/// Names that are looked up at the same time.
const MAX_LOOKUPS: usize = 8;

/// Headers that are about the connection: the client makes them itself.
const OF_CONNECTION: [&str; 8] =
    ["connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

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
    /// See [`guard`].
    #[error(
        "requests to {0} are not allowed: it is a link-local or metadata address, where clouds keep the credentials of the machine"
    )]
    Forbidden(String),
    /// The host is not one of those that are allowed.
    #[error("{code}: not allowed to connect to {host}: start cronflow-rt with --allow-net={host}", code = Code::PermissionDenied)]
    NotAllowed {
        /// As the URL names it.
        host: String,
    },
    /// The exchange failed; the text names the first cause.
    #[error("{0}")]
    Network(String),
    /// The answer is larger than its reader allows.
    #[error("the answer is larger than {} MiB; read its body as a stream", .0 / 1024 / 1024)]
    TooLarge(usize),
    /// The answer does not fit its `Content-Encoding`.
    #[error("{0}")]
    Encoding(#[from] CodecError),
    /// A redirect came and the request forbids them.
    #[error("unexpected redirect")]
    Redirect,
    /// A redirect leads nowhere that can be followed.
    #[error("the redirect cannot be followed: {0}")]
    RedirectTarget(String),
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
#[derive(Debug)]
pub struct Request {
    /// Method, upper case.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Names and values in order. A value's characters are its bytes.
    pub headers: Vec<(String, String)>,
    /// Body, if any.
    pub body: Body,
    /// Redirect mode.
    pub redirects: Redirects,
    /// Hosts that it may reach, also by redirects.
    pub hosts: Grant<String>,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Final URL.
    pub url: String,
    /// Whether a redirect was followed.
    pub redirected: bool,
    /// Names and values in order. A value's characters are its bytes.
    pub headers: Vec<(String, String)>,
    /// Body. Dropping it closes the connection, unless it has been read to its end.
    pub body: ResponseBody,
}

/// A client with its connection pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
}

impl HttpClient {
    /// The client of the process.
    ///
    /// # Errors
    /// When the system's TLS roots or proxy settings cannot be read.
    pub fn shared() -> Result<Self, Error> {
        static SHARED: OnceLock<HttpClient> = OnceLock::new();
        if let Some(client) = SHARED.get() {
            return Ok(client.clone());
        }
        let client = Self::new()?;
        Ok(SHARED.get_or_init(|| client).clone())
    }

    /// A client with a pool of its own; nothing is connected yet. Proxies come from the environment.
    ///
    /// # Errors
    /// When the system's TLS roots or proxy settings cannot be read.
    pub fn new() -> Result<Self, Error> {
        install_tls();
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .dns_resolver(guard::GuardedResolver)
            .user_agent(concat!("cronflow-rt/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { client: client.map_err(|error| Error::Network(root_cause(&error)))? })
    }

    /// Sends a request, follows redirects, and returns once the final answer's headers are there.
    /// Dropping the future ends the exchange.
    ///
    /// # Errors
    /// When the request is malformed or refused, or the exchange fails.
    pub async fn fetch(&self, request: Request) -> Result<Response, Error> {
        let exchange = follow(self.client.clone(), request);
        let task = AbortOnDrop(runtime()?.spawn(exchange));
        task.await.unwrap_or_else(|error| Err(Error::Network(error.to_string())))
    }
}

/// The thread that moves bytes.
fn runtime() -> Result<&'static Runtime, Error> {
    // Made in here: a second one could not be dropped from within a task.
    static RUNTIME: OnceLock<Result<Runtime, String>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(MAX_LOOKUPS).thread_name("http").enable_all();
        builder.build().map_err(|error| error.to_string())
    });
    made.as_ref().map_err(|error| Error::Network(error.clone()))
}

/// A task that ends with its handle.
#[derive(Debug)]
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is sent next: a request after the redirects so far.
struct Hop {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Body,
    hosts: Grant<String>,
}

async fn follow(client: Client, request: Request) -> Result<Response, Error> {
    let mode = request.redirects;
    let mut hop = first_hop(request)?;
    let mut redirected = Redirected::default();
    loop {
        let has_answer_body = hop.method != Method::HEAD;
        let answer = send(&client, &mut hop).await?;
        let target = redirect::target(&answer, &hop.url);
        if mode == Redirects::Error && target.is_some() {
            return Err(Error::Redirect);
        }
        match target {
            Some(target) if mode == Redirects::Follow => redirected.next(&mut hop, answer.status(), target?)?,
            _ => return Ok(response_of(answer, &hop.url, redirected.any(), has_answer_body)),
        }
    }
}

fn first_hop(request: Request) -> Result<Hop, Error> {
    let url = Url::parse(&request.url).map_err(|_| Error::Url(request.url.clone()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::Url(request.url));
    }
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::Method(request.method.clone()))?;
    let mut headers = headers(&request.headers)?;
    let coding = if headers.contains_key(RANGE) { "identity" } else { "gzip, deflate, br" };
    for (name, value) in [(ACCEPT, "*/*"), (ACCEPT_LANGUAGE, "*"), (ACCEPT_ENCODING, coding)] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    Ok(Hop { method, url, headers, body: request.body, hosts: request.hosts })
}

async fn send(client: &Client, hop: &mut Hop) -> Result<reqwest::Response, Error> {
    guard::check(&hop.url)?;
    let host = hop.url.host_str().unwrap_or_default();
    if !hop.hosts.has_host(host, hop.url.port_or_known_default().unwrap_or_default()) {
        return Err(Error::NotAllowed { host: host.to_owned() });
    }
    let builder = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
    let builder = match &mut hop.body {
        Body::Bytes(bytes) => builder.body(bytes.clone()),
        Body::Stream(stream) => match stream.take() {
            Some(stream) => builder.body(body::streamed(stream)),
            None => builder,
        },
        Body::None if hop.method == Method::POST || hop.method == Method::PUT => builder.header(CONTENT_LENGTH, 0),
        Body::None => builder,
    };
    builder.send().await.map_err(|error| Error::Network(root_cause(&error)))
}

fn response_of(answer: reqwest::Response, url: &Url, redirected: bool, has_body: bool) -> Response {
    // What a header's bytes mean nobody knows: each becomes a character.
    let text = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Response {
        status: answer.status().as_u16(),
        url: url.to_string(),
        redirected,
        headers,
        body: ResponseBody::of(answer, has_body),
    }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut map = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        if OF_CONNECTION.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Header(name.clone()))?;
        let bytes: Option<Vec<u8>> = value.chars().map(|char| u8::try_from(char).ok()).collect();
        // The value stays out of the message: it may be a secret.
        let value = bytes.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
        map.append(key, value.ok_or_else(|| Error::Header(name.clone()))?);
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
