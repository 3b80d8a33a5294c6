//! Requests that no webhook takes: the program's own handler answers them, as a whole or piece by piece.

use crate::{
    answer::{self, Answer},
    body,
    listener::Kill,
    made::{Made, MadePiece},
    piped::{Pipe, piped},
    service::Shared,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cronflow_core::{
    json::JsonText,
    worker::{Failure, FunctionRole, Outcome},
};
use cronflow_engine::{CallFailure, CallOwner, CodeCall, Piece, Pieces};
use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    header::{CONTENT_LENGTH, HOST},
    http::{request::Parts, uri::Authority},
};
use serde::Serialize;
use serde_json::json;
use std::{borrow::Cow, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

/// Requests at once, those that are still being answered included.
pub(crate) const MAX_CALLS: usize = 1_000;
/// Largest body of a request.
const MAX_BODY: usize = 10 * 1024 * 1024;
/// Longest time until an answer begins.
const HEAD_LIMIT: Duration = Duration::from_secs(120);
/// How long a client may take nothing of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Parts that wait for the connection, and the most bytes of one.
const WAITING: usize = 2;
const PART: usize = 64 * 1024;
/// KiB of bodies that the worker has at once.
pub(crate) const MAX_BODIES: usize = 64 * 1024;

/// A program that answers requests.
#[derive(Debug, Clone)]
pub struct App {
    /// Digest of its code, in hex.
    pub version: Arc<str>,
}

/// A request as the handler is given it (stdlib/web/serve.ts).
#[derive(Serialize)]
struct Asked<'a> {
    exchange: u64,
    method: &'a str,
    url: String,
    /// The path and the query as they came.
    target: &'a str,
    headers: Vec<(&'a str, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    ip: String,
    port: u16,
}

/// What is kept of a request while it is answered.
struct Asking {
    shared: Arc<Shared>,
    /// The method and the path, for messages.
    request: String,
    method: Method,
    kill: Option<Kill>,
    /// Its place among those that are answered at once, and what its body takes of the worker's memory.
    _places: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

type Ended = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Hands a request to the handler. Once its body is here it is handled to the end, also when the client goes away.
pub(crate) async fn handle(shared: Arc<Shared>, app: App, request: Request<Incoming>, client: SocketAddr) -> Answer {
    let (head, incoming) = request.into_parts();
    if head.method == Method::CONNECT {
        return error(StatusCode::NOT_IMPLEMENTED, "this is no proxy");
    }
    let whole = match body::read(incoming, MAX_BODY, shared.options.body_timeout, &shared.bodies).await {
        Ok(whole) => whole,
        Err(problem) => return unread(problem),
    };
    // After the body is here: who sends it slowly does not hold a place.
    let Ok(place) = shared.app_calls.clone().try_acquire_owned() else {
        return busy("too many requests are being answered");
    };
    // The worker has a body several times over; beyond that they take turns.
    let size = u32::try_from(whole.bytes.len().div_ceil(1024)).unwrap_or(u32::MAX);
    let Ok(Ok(memory)) = timeout(PATIENCE, shared.app_bodies.clone().acquire_many_owned(size)).await else {
        return busy("too many large bodies are being handled");
    };
    let pieces = shared.engine.open_pieces();
    let argument = asked(&head, &whole.bytes, pieces.exchange(), client, shared.address);
    drop(whole);
    let request = format!("{} {}", head.method, head.uri.path());
    let call = CodeCall {
        workflow: "".into(),
        version: app.version,
        role: FunctionRole::Fetch,
        name: request.as_str().into(),
        payload: JsonText::null(),
        trigger: JsonText::null(),
        steps: Vec::new(),
        argument: Some(argument),
        // An answer that is sent piece by piece has no limit; until it begins, there is the one below.
        timeout: None,
    };
    let engine = shared.engine.clone();
    let ended: Ended = Box::pin(async move { engine.call(call).await });
    let kill = head.extensions.get::<Kill>().cloned();
    let asking = Asking { shared, request, method: head.method, kill, _places: (place, memory) };
    tokio::spawn(answer(asking, pieces, ended)).await.unwrap_or_else(|_| failed())
}

fn asked(head: &Parts, body: &[u8], exchange: u64, client: SocketAddr, server: SocketAddr) -> JsonText {
    let host = head.uri.authority().map(ToString::to_string).or_else(|| {
        let given = head.headers.get(HOST)?.to_str().ok()?;
        given.parse::<Authority>().ok().filter(|host| !host.as_str().contains('@')).map(|host| host.to_string())
    });
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let path = if target.starts_with('/') { target } else { "/" };
    let (body, encoding) = match std::str::from_utf8(body) {
        Ok("") => (None, None),
        Ok(text) => (Some(Cow::Borrowed(text)), None),
        Err(_) => (Some(STANDARD.encode(body).into()), Some("base64")),
    };
    // The bytes of a header's value are its characters (https://fetch.spec.whatwg.org/#headers-class).
    let text = |value: &[u8]| value.iter().map(|byte| char::from(*byte)).collect();
    let asked = Asked {
        exchange,
        method: head.method.as_str(),
        url: format!("http://{}{path}", host.unwrap_or_else(|| server.to_string())),
        target,
        headers: head.headers.iter().map(|(name, value)| (name.as_str(), text(value.as_bytes()))).collect(),
        body,
        encoding,
        ip: client.ip().to_string(),
        port: client.port(),
    };
    JsonText::trusted(serde_json::to_string(&asked).unwrap_or_default())
}

/// Waits until the answer is there, or until it begins.
async fn answer(asking: Asking, mut pieces: Pieces, mut ended: Ended) -> Answer {
    let head = tokio::select! {
        biased;
        outcome = &mut ended => return whole(&asking, outcome),
        head = pieces.next() => head,
        () = tokio::time::sleep(HEAD_LIMIT) => {
            let limit = HEAD_LIMIT.as_secs();
            report(&asking, Failure::new("TimeoutError", format!("there was no answer within {limit} s")));
            return error(StatusCode::GATEWAY_TIMEOUT, "the answer took too long");
        }
    };
    let made = head.as_ref().and_then(|head| serde_json::from_str::<Made>(head.piece.as_str()).ok());
    let (pipe, body) = piped(WAITING);
    let Some(answer) = made.and_then(|made| made.answer_with(body)) else { return not_sendable(&asking) };
    head.into_iter().for_each(Piece::sent);
    let is_bodiless =
        asking.method == Method::HEAD || matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let announced = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let left = if is_bodiless { Some(0) } else { announced };
    tokio::spawn(stream(asking, pipe, pieces, ended, left));
    answer
}

fn whole(asking: &Asking, outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Ok(text) => {
            let made = serde_json::from_str::<Made>(text.as_str()).ok();
            let answer =
                made.and_then(|made| if asking.method == Method::HEAD { made.answer_to_head() } else { made.answer() });
            answer.unwrap_or_else(|| not_sendable(asking))
        }
        Outcome::WorkerLost { reason, .. } => {
            report(asking, Failure::new("WorkerLostError", reason));
            lost(&asking.method)
        }
        other => {
            report(asking, failure_of(other));
            failed()
        }
    }
}

fn failure_of(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Err(failure) => failure,
        Outcome::Cancel { reason } => Failure::new("CancelledError", reason),
        Outcome::WorkerLost { reason, .. } => Failure::new("WorkerLostError", reason),
        Outcome::TimedOut => Failure::new("TimeoutError", "the handler was stopped"),
        Outcome::Ok(_) | Outcome::Flow(_) => Failure::new("Error", "the handler declared steps"),
    }
}

/// Sends pieces as they come. Ends with the handler, or with the client; then the handler's signal fires. `left`: bytes
/// that the head has announced.
async fn stream(asking: Asking, pipe: Pipe, mut pieces: Pieces, mut ended: Ended, mut left: Option<u64>) {
    loop {
        let piece = tokio::select! {
            biased;
            Some(piece) = pieces.next() => piece,
            outcome = &mut ended => {
                if !matches!(outcome, Outcome::Ok(_)) {
                    report(&asking, failure_of(outcome));
                    drop(timeout(PATIENCE, pipe.break_off()).await);
                }
                return;
            }
            // The connection needs no more once it has what was announced; the handler goes on to its end.
            () = pipe.closed(), if left != Some(0) => return,
        };
        let Some(bytes) = serde_json::from_str(piece.piece.as_str()).ok().and_then(MadePiece::bytes) else {
            return drop(timeout(PATIENCE, pipe.break_off()).await);
        };
        match send(&pipe, bytes, &mut left).await {
            Sent::All => piece.sent(),
            Sent::Gone => return,
            Sent::Stalled => {
                tracing::debug!(request = asking.request, "a client took nothing of its answer");
                return asking.kill.iter().for_each(|kill| kill.0.notify_one());
            }
        }
    }
}

/// What became of a piece.
enum Sent {
    All,
    /// The client has gone away.
    Gone,
    /// It takes nothing.
    Stalled,
}

/// In small parts: a slow client that takes some of them is not one that takes nothing.
async fn send(pipe: &Pipe, mut bytes: Bytes, left: &mut Option<u64>) -> Sent {
    while !bytes.is_empty() && *left != Some(0) {
        let part = bytes.split_to(bytes.len().min(PART));
        let size = part.len() as u64;
        match timeout(PATIENCE, pipe.send(part)).await {
            Ok(Ok(())) => *left = left.map(|left| left.saturating_sub(size)),
            Ok(Err(_)) => return Sent::Gone,
            Err(_) => return Sent::Stalled,
        }
    }
    Sent::All
}

fn not_sendable(asking: &Asking) -> Answer {
    report(asking, Failure::new("TypeError", "the answer has a status, header or body that cannot be sent"));
    failed()
}

fn report(asking: &Asking, failure: Failure) {
    let report = CallFailure { of: CallOwner::Program, request: asking.request.clone(), failure };
    asking.shared.engine.call_failed(report);
}

fn error(status: StatusCode, message: &str) -> Answer {
    answer::json(status, &json!({ "error": message }))
}

fn failed() -> Answer {
    error(StatusCode::INTERNAL_SERVER_ERROR, "the handler failed; the server's log says why")
}

fn busy(message: &str) -> Answer {
    answer::retry_later(error(StatusCode::SERVICE_UNAVAILABLE, message))
}

/// The worker went away, and how far the handler had come nobody knows. A client may repeat what it can repeat safely
/// (<https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2>), so only that is asked of it. To any other request `Retry-After`
/// would promise that a repetition does no harm, and 503 that the request has not been handled. It is not 502 either: to
/// the client this server is the origin, and proxies take 502 for a reason to ask again.
fn lost(method: &Method) -> Answer {
    if method.is_idempotent() {
        return busy("a worker went away while it answered the request");
    }
    let message = "a worker went away while it answered the request; it may have had effects";
    error(StatusCode::INTERNAL_SERVER_ERROR, message)
}

fn unread(problem: body::Error) -> Answer {
    let answer = error(problem.status(), &problem.message(MAX_BODY));
    if problem == body::Error::Busy { answer::retry_later(answer) } else { answer }
}
