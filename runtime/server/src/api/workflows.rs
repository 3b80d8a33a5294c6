//! `/api/workflows`, and starting a run by hand.

use super::{
    bad,
    call::{Call, checked},
    store_error,
};
use crate::{
    answer::{self, Answer},
    webhook,
};
use cronflow_core::{
    definition::Workflow,
    error::Code,
    json::JsonText,
    outline::{self, Format},
};
use cronflow_engine::{TriggerError, TriggerRequest};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use std::sync::Arc;

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 1_000;

/// The body of a trigger request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Body {
    payload: Option<Box<RawValue>>,
    idempotency_key: Option<String>,
    #[serde(default)]
    wait: bool,
}

/// `GET /api/workflows`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let all: Vec<_> = call.shared.workflows.iter().map(|workflow| workflow.to_json()).collect();
    answer::json(StatusCode::OK, &json!({ "workflows": all }))
}

/// `GET /api/workflows/{id}`.
pub(super) async fn show(call: Call<'_>) -> Answer {
    find(&call).map_or_else(|| unknown(call.param(0)), |workflow| answer::json(StatusCode::OK, &workflow.to_json()))
}

/// `GET /api/workflows/{id}/graph?format`.
pub(super) async fn graph(call: Call<'_>) -> Answer {
    let Some(workflow) = find(&call) else { return unknown(call.param(0)) };
    match call.query.get("format").unwrap_or("text").parse::<Format>() {
        Ok(format) => {
            let text = outline::draw(&workflow.to_json(), format);
            answer::plain(StatusCode::OK, "text/plain; charset=utf-8", text + "\n")
        }
        Err(message) => bad(&message),
    }
}

/// `POST /api/workflows/{id}/trigger {payload, idempotencyKey, wait}`.
pub(super) async fn trigger(call: Call<'_>) -> Answer {
    let body: Body = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    if body.idempotency_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > MAX_KEY) {
        return bad("idempotencyKey must be text of 1 to 1000 bytes");
    }
    let payload = match checked(body.payload.as_deref()) {
        Ok(payload) => payload.unwrap_or_else(JsonText::null),
        Err(message) => return bad(&message),
    };
    let (engine, id) = (&call.shared.engine, call.param(0));
    let about = JsonText::of(&json!({"type": "api"}));
    let request = TriggerRequest { idempotency_key: body.idempotency_key, ..TriggerRequest::new(id, payload, about) };
    let accepted = match engine.trigger(request).await {
        Ok(accepted) => accepted,
        Err(TriggerError::UnknownWorkflow(id)) => return unknown(&id),
        Err(error) => return refused(&error),
    };
    // The engine may stop before the run ends; then it goes on at the next start.
    if !body.wait || accepted.end.await.is_err() {
        return webhook::accepted(accepted.run);
    }
    match engine.run_view(accepted.run).await {
        Ok(Some(run)) => answer::json(StatusCode::OK, &run),
        Ok(None) => webhook::accepted(accepted.run),
        Err(error) => store_error(&error),
    }
}

fn refused(error: &TriggerError) -> Answer {
    // A store's error names files of the server; its log has it.
    let message = match error {
        TriggerError::Store(_) => "the run could not be recorded".to_owned(),
        other => other.to_string(),
    };
    let hint = Some("try again in a moment");
    answer::api_error(StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, &message, hint)
}

fn find<'a>(call: &'a Call<'_>) -> Option<&'a Arc<Workflow>> {
    call.shared.workflows.iter().find(|workflow| *workflow.id == *call.param(0))
}

fn unknown(id: &str) -> Answer {
    let message = format!("there is no workflow '{id}'");
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownWorkflow, &message, Some("GET /api/workflows lists them"))
}
