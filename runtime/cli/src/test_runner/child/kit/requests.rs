//! Requests to webhooks that a test makes: the server's own checks and answers, without a socket.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cronflow_core::{
    host::HostError,
    json::JsonText,
    storage::DeliveryOutcome,
    time::{Clock as _, Timestamp, VirtualClock},
    worker::Failure,
};
use cronflow_engine::{CallFailure, EngineHandle, Observer, StepFailure};
use cronflow_server::{Pending, Rehearsal, Rehearsed, Reply, Sent, Signing};
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::HashMap,
    rc::{Rc, Weak},
    sync::{Arc, Mutex, PoisonError},
};

type Answered = LocalBoxFuture<'static, Result<JsonText, HostError>>;

/// A request as the kit's built-in modules hand it over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Draft {
    workflow: String,
    method: Option<String>,
    address: String,
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
    signing: Option<DraftSigning>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DraftSigning {
    secret: Option<String>,
    at: Option<f64>,
}

impl Draft {
    fn request(self) -> Result<Rehearsed, HostError> {
        let body = STANDARD.decode(&self.body).map_err(|_| HostError::new("the body of the request is no base64"))?;
        let signing =
            self.signing.map(|DraftSigning { secret, at }| Signing { secret, at: at.map(|at| Timestamp(at as i64)) });
        let Self { workflow, method, address, headers, .. } = self;
        Ok(Rehearsed { workflow, method, address, headers, body, signing })
    }
}

/// What functions of webhooks have thrown: a server writes it to its log.
#[derive(Default)]
pub(super) struct Failures(Mutex<Vec<Failure>>);

impl Failures {
    /// The last one since the last call.
    fn take(&self) -> Option<Failure> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).pop()
    }
}

impl Observer for Failures {
    fn step_failed(&self, _: StepFailure) {}

    fn call_failed(&self, report: CallFailure) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(report.failure);
    }
}

/// The requests of one session.
#[derive(Default)]
pub(super) struct Requests {
    last: u64,
    /// Their runs are recorded, and nobody has asked for the answer.
    pending: Rc<RefCell<HashMap<u64, Box<Pending>>>>,
    /// Gone when the engine has died.
    life: Rc<()>,
}

impl Requests {
    /// Sends one. Answers with `{request, run}`, or with `{refused: {outcome, reason, http}}`.
    pub(super) fn send(&mut self, engine: EngineHandle, failures: Arc<Failures>, draft: Draft) -> Answered {
        self.last += 1;
        let (number, pending, life) = (self.last, self.pending.clone(), Rc::downgrade(&self.life));
        Box::pin(async move {
            failures.take();
            let sent = Rehearsal::new(engine).send(draft.request()?).await;
            alive(&life)?;
            Ok(JsonText::of(&match sent.map_err(|error| HostError::new(error.to_string()))? {
                Sent::Accepted(one) => {
                    let run = one.run.to_string();
                    pending.borrow_mut().insert(number, one);
                    json!({"request": number, "run": run})
                }
                Sent::Refused { outcome, reason, reply } => {
                    let http = shown(&reply, failures.take());
                    json!({"refused": {"outcome": word(outcome), "reason": reason, "http": http}})
                }
            }))
        })
    }

    /// Until when the client of a request waits, and what it gets.
    pub(super) fn reply(
        &mut self,
        request: u64,
        failures: Arc<Failures>,
        clock: VirtualClock,
    ) -> Result<(Timestamp, Answered), HostError> {
        let pending = self.pending.borrow_mut().remove(&request).ok_or_else(died)?;
        let (until, life) = (clock.now().after(pending.patience), Rc::downgrade(&self.life));
        let reply = Box::pin(async move {
            let reply = pending.reply(clock.sleep_until(until)).await;
            alive(&life)?;
            Ok(JsonText::of(&shown(&reply, failures.take())))
        });
        Ok((until, reply))
    }

    /// The engine has died: clients get no answer.
    pub(super) fn break_off(&mut self) {
        self.life = Rc::new(());
        self.pending.borrow_mut().clear();
    }
}

fn alive(life: &Weak<()>) -> Result<(), HostError> {
    life.upgrade().map(drop).ok_or_else(died)
}

fn died() -> HostError {
    HostError::new("the engine died before it could answer the request")
}

/// What has become of a request that has started no run, as the status of what was tested.
const fn word(outcome: DeliveryOutcome) -> &'static str {
    match outcome {
        DeliveryOutcome::Skipped => "skipped",
        DeliveryOutcome::Answered => "answered",
        _ => "rejected",
    }
}

/// `{status, headers, body, failure}`; the body is text.
fn shown(reply: &Reply, failure: Option<Failure>) -> Value {
    let body = String::from_utf8_lossy(&reply.body);
    let mut shown = json!({"status": reply.status, "headers": reply.headers, "body": body});
    if let Some(failure) = failure {
        shown["failure"] = json!(failure);
    }
    shown
}
