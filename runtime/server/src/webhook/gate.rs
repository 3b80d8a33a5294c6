//! What the functions of a webhook say about a request: one call into a worker for all of them.

use super::{refusal::Refusal, request::Delivery};
use crate::made::Made;
use cronflow_core::{
    json::JsonText,
    worker::{Failure, FunctionRole, Outcome},
};
use cronflow_engine::{CallFailure, CallOwner, CodeCall};
use hyper::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::time::Duration;

/// Longest time for all checks of a request.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Longest idempotency key, in bytes.
pub(super) const MAX_KEY: usize = 1_000;

/// The verdict as it crosses the pipe (stdlib/cronflow/webhook/gate.ts).
#[derive(Deserialize)]
struct Verdict<'a> {
    kind: Kind,
    /// The payload, when it is not the one that came; null is a payload.
    #[serde(borrow, default, deserialize_with = "present")]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    what: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    answer: Option<Made>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Pass,
    Skip,
    Refuse,
    Answer,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// A request that the functions let through.
pub(super) struct Passed {
    pub(super) payload: JsonText,
    pub(super) key: Option<String>,
}

/// Asks the functions of a webhook.
pub(super) async fn ask(delivery: &Delivery, payload: JsonText, trigger: JsonText) -> Result<Passed, Refusal> {
    let hook = &delivery.hook;
    let argument = if hook.schema_by_code() { r#"{"schema":true}"# } else { r#"{"schema":false}"# };
    let role = FunctionRole::Gate(hook.entry);
    let limit = hook.rules.response_timeout.map_or(TIME_LIMIT, |wait| wait.min(TIME_LIMIT));
    let outcome = call(delivery, role, payload.clone(), trigger, argument.into(), Vec::new(), limit).await?;
    let text = match outcome {
        Outcome::Ok(text) => text,
        // Workflow code that cancels says that it wants no run.
        Outcome::Cancel { .. } => return Err(Refusal::skipped()),
        other => return Err(failed(delivery, other)),
    };
    let verdict: Verdict<'_> = serde_json::from_str(text.as_str())
        .map_err(|error| failed(delivery, Outcome::Err(Failure::new("Error", error.to_string()))))?;
    let answer = verdict.answer.map(|made| made.answer().ok_or_else(|| not_sendable(delivery))).transpose()?;
    match verdict.kind {
        Kind::Pass => {
            let payload = verdict.payload.map_or(payload, |changed| JsonText::trusted(changed.get()));
            Ok(Passed { payload, key: verdict.key })
        }
        Kind::Skip => Err(Refusal::skipped()),
        Kind::Refuse => {
            let error = verdict.error.unwrap_or_default();
            let refusal = if verdict.what.as_deref() == Some("headers") {
                Refusal::headers(error)
            } else {
                Refusal::payload(error)
            };
            Err(match answer {
                Some(answer) => refusal.with_answer(answer),
                None => refusal,
            })
        }
        Kind::Answer => Err(answer.map_or_else(|| not_sendable(delivery), Refusal::answered)),
    }
}

/// Calls a function of a webhook outside of any run.
pub(super) async fn call(
    delivery: &Delivery,
    role: FunctionRole,
    payload: JsonText,
    trigger: JsonText,
    argument: String,
    steps: Vec<std::sync::Arc<cronflow_core::worker::StepView>>,
    timeout: Duration,
) -> Result<Outcome, Refusal> {
    let Ok(_place) = delivery.shared.checks.try_acquire() else {
        return Err(Refusal::busy("too many requests are being checked"));
    };
    let workflow = &delivery.hook.workflow;
    let call = CodeCall {
        workflow: workflow.id.clone(),
        version: workflow.version.clone(),
        role,
        name: delivery.hook.path.as_str().into(),
        payload,
        trigger,
        steps,
        argument: Some(JsonText::trusted(argument)),
        timeout: Some(timeout),
    };
    Ok(delivery.shared.engine.call(call).await)
}

/// The refusal that follows from a function that did not return; the log has what it threw.
pub(super) fn failed(delivery: &Delivery, outcome: Outcome) -> Refusal {
    let failure = match outcome {
        Outcome::Err(failure) => failure,
        Outcome::TimedOut => Failure::new("TimeoutError", "the checks of the webhook did not end in time"),
        // The sender tries again; the functions are not called twice for one delivery.
        Outcome::WorkerLost { reason, .. } => {
            report(delivery, Failure::new("WorkerLostError", reason));
            return Refusal::busy("a worker went away while it checked the request");
        }
        _ => Failure::new("Error", "a function of a webhook cannot declare steps"),
    };
    let is_validation = failure.status == Some(StatusCode::BAD_REQUEST.as_u16());
    report(delivery, failure);
    if is_validation {
        return Refusal::payload("the payload could not be validated".to_owned());
    }
    Refusal::failed("a function of the webhook failed; the server's log says why")
}

fn not_sendable(delivery: &Delivery) -> Refusal {
    let message = "the answer has a status, header or body that cannot be sent";
    failed(delivery, Outcome::Err(Failure::new("TypeError", message)))
}

pub(super) fn report(delivery: &Delivery, failure: Failure) {
    delivery.shared.engine.call_failed(CallFailure {
        of: CallOwner::Webhook(delivery.hook.workflow.id.to_string()),
        request: format!("{} {}", delivery.head.method, delivery.hook.path),
        failure,
    });
}
