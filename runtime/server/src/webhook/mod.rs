//! A request to a webhook: read it, check it in the documented order, start the run, answer.

mod answers;
mod cors;
mod gate;
mod payload;
mod refusal;
mod rehearsal;
pub(crate) mod request;
pub(crate) mod schema;
mod signature;

use crate::{
    answer::Answer,
    body::{self, Whole},
    router::{Match, Route, Router},
    service::Shared,
};
pub(crate) use answers::accepted;
use cronflow_core::{id::RunId, json::JsonText, storage::DeliveryOutcome};
use cronflow_engine::{Accepted, RunEnd, TriggerError, TriggerRequest};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Incoming,
    header::{ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE},
};
use refusal::Refusal;
pub use rehearsal::{Pending, Rehearsal, RehearsalError, Rehearsed, Reply, Sent, Signing};
use request::Delivery;
use std::{net::SocketAddr, sync::Arc};

/// Handles a request whose route is known. Once its body is here it is handled to the end, also when
/// the client goes away.
pub(crate) async fn handle(
    shared: Arc<Shared>,
    matched: Match<'_>,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Answer {
    let (head, incoming) = request.into_parts();
    let delivery = Delivery::new(shared, matched, head, client);
    let read = delivery.read(incoming).await;
    let answered = tokio::spawn(async move {
        match admit(&delivery, read).await {
            Ok(accepted) => {
                let end = tokio::time::timeout(answers::patience(&delivery), accepted.end).await;
                conclude(&delivery, accepted.run, accepted.is_new, end.ok().and_then(Result::ok)).await
            }
            Err(refusal) => *refusal.answer,
        }
    });
    answered.await.unwrap_or_else(|_| *Refusal::failed("the server failed").answer)
}

/// The answer to a browser that asks whether a page may call a webhook; `None` when no rule says so.
pub(crate) fn preflight(router: &Router, path: &str, headers: &HeaderMap, known: &[&str]) -> Option<Answer> {
    let wanted = headers.get(ACCESS_CONTROL_REQUEST_METHOD)?.to_str().ok()?;
    let Route::Webhook(matched) = router.find(wanted, path) else { return None };
    let cors = matched.hook.rules.cors.as_ref()?;
    Some(cors::preflight(cors, known, headers))
}

/// Checks a request and starts its run. What is refused is on record.
async fn admit(delivery: &Delivery, read: Result<Whole, body::Error>) -> Result<Accepted, Refusal> {
    let body = read.as_ref().map(|whole| whole.bytes.clone()).unwrap_or_default();
    let admitted = match read {
        Ok(whole) => check_and_start(delivery, whole).await,
        Err(error) => Err(Refusal::unread(error, delivery.hook.rules.max_body)),
    };
    admitted.map_err(|mut refusal| {
        let (status, reason) = (refusal.answer.status().as_u16(), refusal.reason.as_deref());
        delivery.shared.engine.record_delivery(delivery.refused(refusal.outcome, status, reason, &body));
        delivery.share(&mut refusal.answer);
        refusal
    })
}

/// Makes the answer to a request whose run is recorded; `end` is the run's, when it came in time.
async fn conclude(delivery: &Delivery, run: RunId, is_new: bool, end: Option<RunEnd>) -> Answer {
    let outcome = if is_new { DeliveryOutcome::Accepted } else { DeliveryOutcome::Duplicate };
    let mut answer = answers::of_run(delivery, run, end).await;
    delivery.shared.engine.answered_delivery(delivery.id, answer.status().as_u16(), outcome, Some(run));
    delivery.share(&mut answer);
    answer
}

async fn check_and_start(delivery: &Delivery, whole: Whole) -> Result<Accepted, Refusal> {
    let checked = check(delivery, &whole.bytes).await?;
    // What the run keeps is another copy.
    drop(whole);
    let key = checked.key.as_deref();
    let request = TriggerRequest {
        entry: Some(delivery.hook.entry),
        idempotency_key: checked.key.clone(),
        or_waits: true,
        delivery: Some(Box::new(delivery.accepted(key))),
        ..TriggerRequest::new(delivery.hook.workflow.id.clone(), checked.payload, checked.trigger)
    };
    delivery.shared.engine.trigger(request).await.map_err(|error| turned_away(&error))
}

/// A request that has passed all checks.
struct Checked {
    payload: JsonText,
    trigger: JsonText,
    key: Option<String>,
}

/// Signature, content type and JSON, headers, schema; then what functions have to say.
async fn check(delivery: &Delivery, body: &[u8]) -> Result<Checked, Refusal> {
    let rules = &delivery.hook.rules;
    let sent = match &rules.signature {
        None => None,
        Some(signature) => {
            let now = delivery.at.0.div_euclid(1000);
            let verified = signature::verify(signature, delivery.headers(), body, now);
            verified.map_err(|error| Refusal::signature(error.to_string()))?
        }
    };
    let mut payload = read_payload(delivery, body)?;
    check_headers(delivery)?;
    if let Some(schema) = &delivery.hook.schema {
        let complaint = schema.complaint(&payload.to_value());
        complaint.map_or(Ok(()), |complaint| Err(Refusal::payload(complaint)))?;
    }
    let trigger = delivery.trigger(body);
    let mut key = None;
    if rules.gate || delivery.hook.schema_by_code() {
        let passed = gate::ask(delivery, payload, trigger.clone()).await?;
        (payload, key) = (passed.payload, passed.key);
    }
    let named = rules.idempotency_header.as_deref().and_then(|name| header(delivery.headers(), name));
    let key = key.or(named).filter(|key| !key.is_empty());
    if key.as_ref().is_some_and(|key| key.len() > gate::MAX_KEY) {
        return Err(Refusal::headers(format!("the idempotency key is longer than {} bytes", gate::MAX_KEY)));
    }
    // A delivery that comes again is the same delivery; another webhook may use the same ids.
    let key = key.or_else(|| sent.map(|id| format!("delivery:{}:{id}", delivery.hook.path)));
    Ok(Checked { payload, trigger, key })
}

fn read_payload(delivery: &Delivery, body: &[u8]) -> Result<JsonText, Refusal> {
    let method = &delivery.head.method;
    if body.is_empty() && matches!(*method, Method::GET | Method::HEAD | Method::DELETE) {
        return Ok(payload::of_query(delivery.query()));
    }
    let kind = header(delivery.headers(), CONTENT_TYPE.as_str());
    match payload::of_body(kind.as_deref(), body) {
        Ok(payload) => Ok(payload),
        // The raw body is there for what cannot be read.
        Err(rejected) if delivery.hook.rules.raw_body && rejected.status == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Ok(JsonText::null())
        }
        Err(rejected) => Err(Refusal::rejected(rejected.status, rejected.reason)),
    }
}

fn check_headers(delivery: &Delivery) -> Result<(), Refusal> {
    for required in &delivery.hook.rules.required {
        let Some(given) = header(delivery.headers(), &required.name) else {
            return Err(Refusal::headers(format!("the header '{}' is missing", required.name)));
        };
        let Some(expected) = &required.value else { continue };
        // Parameters of a content type, such as the charset, do not make another one.
        let is_type = required.name == CONTENT_TYPE.as_str() && !expected.reveal().contains(';');
        let given = if is_type { given.split(';').next().unwrap_or_default().trim() } else { &given };
        if !signature::is_expected(given, expected) {
            return Err(Refusal::headers(format!(
                "the header '{}' does not have the value that is expected",
                required.name
            )));
        }
    }
    Ok(())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn turned_away(error: &TriggerError) -> Refusal {
    match error {
        TriggerError::UnknownWorkflow(_) => Refusal::turned_away(StatusCode::NOT_FOUND, error.to_string()),
        TriggerError::Stopping | TriggerError::Overloaded => Refusal::busy(&error.to_string()),
        // A store's error names files of the server; clients learn only that it cannot record.
        TriggerError::Store(_) => Refusal::busy("the run could not be recorded"),
    }
}
