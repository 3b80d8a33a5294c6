//! Requests without a socket: what a test sends meets the routes, the checks and the answers of the server.

use super::{admit, answers, conclude, request::Delivery, signature};
use crate::{
    answer::{self, Answer},
    auth::Auth,
    body::Budget,
    listener::{MAX_CHECKS, Options},
    metrics::Metrics,
    router::{Match, Route, Router},
    service::{self, Shared},
};
use bytes::Bytes;
use cronflow_core::{
    definition::{Secret, Source},
    id::RunId,
    storage::DeliveryOutcome,
    time::Timestamp,
};
use cronflow_engine::{EngineHandle, RunEnd};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Method, Request, Uri,
    header::{HeaderName, HeaderValue},
    http::request::Parts,
};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, oneshot, watch};

/// Where such requests come from, and go to.
const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A request that a test makes.
#[derive(Debug, Clone, Default)]
pub struct Rehearsed {
    /// The workflow that is tested.
    pub workflow: String,
    /// Its method; the first one that the webhook answers when absent.
    pub method: Option<String>,
    /// Path and query.
    pub address: String,
    /// Its headers; a name may come more than once.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// Whether it is signed as the webhook wants.
    pub signing: Option<Signing>,
}

/// How a request is signed.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// With this secret instead of the first one of the webhook.
    pub secret: Option<String>,
    /// As if it were signed at this moment instead of now.
    pub at: Option<Timestamp>,
}

/// Why a request cannot even be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RehearsalError {
    /// No request has this path.
    #[error(
        "'{0}' is not the path of a request: it begins with /, and what is no plain character in it is percent-encoded"
    )]
    Address(String),
    /// No request has this method.
    #[error("'{0}' is not the method of a request")]
    Method(String),
    /// A header that no client can send.
    #[error("the header '{0}' has a name or value that cannot be sent")]
    Header(String),
    /// The workflow is not served there.
    #[error("workflow '{workflow}' has no webhook for '{path}'; it has: {known}")]
    Path {
        /// The workflow.
        workflow: String,
        /// The path.
        path: String,
        /// The paths it has.
        known: String,
    },
    /// Another workflow of the file is served there.
    #[error("'{path}' belongs to workflow '{workflow}', which comes first on a server too")]
    Foreign {
        /// The path.
        path: String,
        /// The other workflow.
        workflow: String,
    },
    /// There is nothing to sign.
    #[error(
        "webhook '{0}' checks no signature; leave out signed, secret and signedAt, or give the webhook a signature"
    )]
    Unsigned(String),
    /// The secret is none of the scheme.
    #[error("the secret does not fit the scheme '{0}' of the webhook; Standard Webhooks has base64 after 'whsec_'")]
    Secret(&'static str),
}

/// What a client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers; those that come more than once are joined.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Bytes,
}

/// What has become of a request.
pub enum Sent {
    /// It has started no run.
    Refused {
        /// What it came to.
        outcome: DeliveryOutcome,
        /// Why, as it is recorded.
        reason: Option<String>,
        /// What the client gets.
        reply: Reply,
    },
    /// Its run is recorded.
    Accepted(Box<Pending>),
}

/// A request whose run is recorded, and that is not answered yet.
pub struct Pending {
    /// The run.
    pub run: RunId,
    /// Whether this request started it.
    pub is_new: bool,
    /// How long the answer waits for the run.
    pub patience: Duration,
    end: oneshot::Receiver<RunEnd>,
    delivery: Delivery,
}

/// See the module's text.
pub struct Rehearsal(Arc<Shared>);

impl Rehearsal {
    /// A server for the workflows of an engine, with the limits that it has when nothing else is said.
    #[must_use]
    pub fn new(engine: EngineHandle) -> Self {
        let workflows = engine.workflows();
        let (_, stop) = watch::channel(false);
        Self(Arc::new(Shared {
            router: Router::new(&workflows),
            workflows,
            options: Options::default(),
            auth: Auth::new(false, Vec::new()),
            metrics: Arc::new(Metrics::default()),
            epoch: engine.now().0,
            engine,
            stop,
            address: CLIENT,
            started: Instant::now(),
            bodies: Budget::default(),
            checks: Semaphore::new(MAX_CHECKS),
            app: None,
            app_calls: Arc::new(Semaphore::new(0)),
            app_bodies: Arc::new(Semaphore::new(0)),
        }))
    }

    /// Sends a request; resolves when its run is durable, or when it is clear that there is none.
    ///
    /// # Errors
    /// When no client could send it, or when it is not meant for the tested workflow.
    pub async fn send(self, request: Rehearsed) -> Result<Sent, RehearsalError> {
        let Rehearsed { workflow, body, signing, .. } = &request;
        let mut head = head_of(&request)?;
        let path = head.uri.path().to_owned();
        head.method = self.method_of(&request, &path)?;
        if service::is_too_long(&head.uri) {
            return Ok(refused(DeliveryOutcome::Rejected, None, &head.method, service::too_long()).await);
        }
        let matched = match self.0.router.find(head.method.as_str(), &path) {
            Route::Webhook(matched) => matched,
            Route::WrongMethod(known) => {
                let answer = self.0.wrong_method(&known, &head.method, &path, &head.headers);
                let is_question = head.method == Method::OPTIONS;
                let outcome = if is_question { DeliveryOutcome::Answered } else { DeliveryOutcome::Rejected };
                return Ok(refused(outcome, None, &head.method, answer).await);
            }
            Route::Unknown => {
                let answer = answer::not_found();
                return Ok(refused(DeliveryOutcome::Rejected, None, &head.method, answer).await);
            }
        };
        if *matched.hook.workflow.id != **workflow {
            return Err(RehearsalError::Foreign { path, workflow: matched.hook.workflow.id.to_string() });
        }
        if let Some(signing) = signing {
            self.sign(&matched, &mut head.headers, body, signing)?;
        }
        let delivery = Delivery::new(self.0.clone(), matched, head, CLIENT);
        let read = delivery.read(Full::new(Bytes::from(request.body))).await;
        match admit(&delivery, read).await {
            Ok(accepted) => {
                let patience = answers::patience(&delivery);
                let (run, is_new, end) = (accepted.run, accepted.is_new, accepted.end);
                Ok(Sent::Accepted(Box::new(Pending { run, is_new, patience, end, delivery })))
            }
            Err(refusal) => Ok(refused(refusal.outcome, refusal.reason, &delivery.head.method, *refusal.answer).await),
        }
    }

    /// The method of a request. A path that none of the workflow's webhooks has is a mistake of the test.
    fn method_of(&self, request: &Rehearsed, path: &str) -> Result<Method, RehearsalError> {
        let own = self.0.workflows.iter().filter(|workflow| *workflow.id == *request.workflow);
        let own: Vec<_> = own.cloned().collect();
        let router = Router::new(&own);
        let hooks = || {
            let triggers = own.iter().flat_map(|workflow| &workflow.triggers);
            triggers.filter_map(|trigger| match &trigger.source {
                Source::Webhook { path, methods, .. } => Some((path, methods)),
                _ => None,
            })
        };
        let fits = |method: &&String| matches!(router.find(method, path), Route::Webhook(_));
        let usual = || hooks().flat_map(|(_, methods)| methods).find(fits).map_or("POST", String::as_str);
        let method = request.method.as_deref().unwrap_or_else(usual);
        if matches!(router.find(method, path), Route::Unknown) {
            let known = hooks().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", ");
            return Err(RehearsalError::Path { workflow: request.workflow.clone(), path: path.to_owned(), known });
        }
        Method::from_bytes(method.as_bytes()).map_err(|_| RehearsalError::Method(method.to_owned()))
    }

    fn sign(
        &self,
        matched: &Match<'_>,
        headers: &mut HeaderMap,
        body: &[u8],
        signing: &Signing,
    ) -> Result<(), RehearsalError> {
        let hook = matched.hook;
        let signature = hook.rules.signature.as_ref().ok_or_else(|| RehearsalError::Unsigned(hook.path.clone()))?;
        let given = signing.secret.as_deref().map(Secret::new);
        let wrong = || RehearsalError::Secret(signature.scheme.as_str());
        let secret = given.as_ref().or(signature.secrets.first()).ok_or_else(wrong)?;
        let at = signing.at.unwrap_or_else(|| self.0.engine.now()).0.div_euclid(1000);
        let id = format!("test-{}", self.0.engine.next_delivery());
        signature::sign(signature, secret, headers, body, (at, &id)).ok_or_else(wrong)
    }
}

impl Pending {
    /// The answer. It waits for the end of the run, until `impatient` resolves.
    pub async fn reply(self, impatient: impl Future<Output = ()>) -> Reply {
        let end = tokio::select! {
            biased;
            end = self.end => end.ok(),
            () = impatient => None,
        };
        let answer = conclude(&self.delivery, self.run, self.is_new, end).await;
        reply(&self.delivery.head.method, answer).await
    }
}

fn head_of(request: &Rehearsed) -> Result<Parts, RehearsalError> {
    let address = || RehearsalError::Address(request.address.clone());
    let uri: Uri = request.address.parse().map_err(|_| address())?;
    if uri.scheme().is_some() || !request.address.starts_with('/') {
        return Err(address());
    }
    let (mut head, ()) = Request::new(()).into_parts();
    head.uri = uri;
    for (name, value) in &request.headers {
        let wrong = || RehearsalError::Header(name.clone());
        let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        head.headers.append(HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?, value);
    }
    Ok(head)
}

async fn refused(outcome: DeliveryOutcome, reason: Option<String>, method: &Method, answer: Answer) -> Sent {
    Sent::Refused { outcome, reason, reply: reply(method, answer).await }
}

async fn reply(method: &Method, answer: Answer) -> Reply {
    let (head, body) = answer.into_parts();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &head.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|all| *all = format!("{all}, {value}"))
            .or_insert_with(|| value.clone().into_owned());
    }
    let body = match body.collect().await {
        Ok(body) if method != Method::HEAD => body.to_bytes(),
        _ => Bytes::new(),
    };
    Reply { status: head.status.as_u16(), headers, body }
}
