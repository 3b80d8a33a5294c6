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
use cronflow_core::{
    json::JsonText,
    worker::{Failure, FunctionRole, Outcome},
};
use cronflow_engine::{CallFailure, CallOwner, CodeCall, Piece, Pieces};
use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    header::HOST,
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
/// Pieces that wait for the connection.
const WAITING: usize = 2;

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
    is_head: bool,
    kill: Option<Kill>,
    _place: OwnedSemaphorePermit,
}

type Ended = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Hands a request to the handler. Once its body is here it is handled to the end, also when the client goes away.
pub(crate) async fn handle(shared: Arc<Shared>, app: App, request: Request<Incoming>, client: SocketAddr) -> Answer {
    let Ok(place) = shared.app_calls.clone().try_acquire_owned() else {
        return busy("too many requests are being answered");
    };
    let (head, incoming) = request.into_parts();
    let whole = match body::read(incoming, MAX_BODY, shared.options.body_timeout, &shared.bodies).await {
        Ok(whole) => whole,
        Err(error) => return unread(error),
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
    let asking = Asking { shared, request, is_head: head.method == Method::HEAD, kill, _place: place };
    tokio::spawn(answer(asking, pieces, ended)).await.unwrap_or_else(|_| failed())
}

fn asked(head: &Parts, body: &[u8], exchange: u64, client: SocketAddr, server: SocketAddr) -> JsonText {
    let host = head.uri.authority().map(ToString::to_string).or_else(|| {
        let given = head.headers.get(HOST)?.to_str().ok()?;
        given.parse::<Authority>().ok().map(|host| host.to_string())
    });
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
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
    tokio::spawn(stream(asking, pipe, pieces, ended));
    answer
}

fn whole(asking: &Asking, outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Ok(text) => {
            let made = serde_json::from_str::<Made>(text.as_str()).ok();
            let answer = made.and_then(|made| if asking.is_head { made.answer_to_head() } else { made.answer() });
            answer.unwrap_or_else(|| not_sendable(asking))
        }
        Outcome::WorkerLost { reason, .. } => {
            report(asking, Failure::new("WorkerLostError", reason));
            busy("a worker went away while it answered the request")
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

/// Sends pieces as they come. Ends with the handler, or with the client; then the handler's signal fires.
async fn stream(asking: Asking, pipe: Pipe, mut pieces: Pieces, mut ended: Ended) {
    loop {
        let piece = tokio::select! {
            biased;
            Some(piece) = pieces.next() => piece,
            outcome = &mut ended => {
                if !matches!(outcome, Outcome::Ok(_)) {
                    report(&asking, failure_of(outcome));
                    pipe.break_off().await;
                }
                return;
            }
            () = pipe.closed() => return,
        };
        let Some(bytes) = serde_json::from_str(piece.piece.as_str()).ok().and_then(MadePiece::bytes) else {
            return pipe.break_off().await;
        };
        match timeout(PATIENCE, pipe.send(bytes)).await {
            Ok(Ok(())) => piece.sent(),
            Ok(Err(_)) => return,
            Err(_) => {
                tracing::debug!(request = asking.request, "a client took nothing of its answer");
                return asking.kill.iter().for_each(|kill| kill.0.notify_one());
            }
        }
    }
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

fn unread(problem: body::Error) -> Answer {
    match problem {
        body::Error::TooLarge => {
            error(StatusCode::PAYLOAD_TOO_LARGE, &format!("the body is larger than {} MiB", MAX_BODY >> 20))
        }
        body::Error::TooSlow => error(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"),
        body::Error::Broken => error(StatusCode::BAD_REQUEST, "the body is incomplete"),
        body::Error::Busy => busy("the server is reading too many bodies at once"),
    }
}
