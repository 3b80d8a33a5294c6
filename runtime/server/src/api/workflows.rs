//! `/api/workflows`, and starting a run by hand.

use super::store_error;
use crate::{
    answer::{self, Answer},
    body,
    service::Shared,
    webhook,
};
use cronflow_core::{error::Code, json::JsonText, view};
use cronflow_engine::{TriggerError, TriggerRequest};
use hyper::{Request, StatusCode, body::Incoming};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

/// The body of a trigger request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    wait: bool,
}

/// `GET /api/workflows`.
pub(super) fn list(shared: &Shared) -> Answer {
    let all: Vec<_> = shared.workflows.iter().map(|workflow| workflow.to_json()).collect();
    answer::json(StatusCode::OK, &json!({ "workflows": all }))
}

/// `GET /api/workflows/:id`.
pub(super) fn show(shared: &Shared, id: &str) -> Answer {
    match shared.workflows.iter().find(|workflow| &*workflow.id == id) {
        Some(workflow) => answer::json(StatusCode::OK, &workflow.to_json()),
        None => unknown(id),
    }
}

/// `POST /api/workflows/:id/trigger {payload, wait}`.
pub(super) async fn trigger(shared: &Shared, id: &str, request: Request<Incoming>) -> Answer {
    let id = crate::router::decode(id).unwrap_or_default();
    let bytes = match body::read(request.into_body(), body::MAX_BODY, shared.options.body_timeout, &shared.bodies).await
    {
        Ok(whole) => whole.bytes,
        Err(body::Error::TooLarge) => {
            let message = format!("the body is larger than {} KiB", body::MAX_BODY / 1024);
            return answer::api_error(StatusCode::PAYLOAD_TOO_LARGE, Code::BadRequest, &message, None);
        }
        Err(_) => return bad("the body did not arrive"),
    };
    let body: Body<'_> = match serde_json::from_slice(if bytes.is_empty() { b"{}" } else { &bytes }) {
        Ok(body) => body,
        Err(error) => return bad(&format!("the body must be {{\"payload\": ..., \"wait\": true|false}}: {error}")),
    };
    let payload = match body.payload.map(|raw| JsonText::parse(raw.get())).transpose() {
        Ok(payload) => payload.unwrap_or_else(JsonText::null),
        Err(error) => return bad(&format!("the payload is not valid JSON: {error}")),
    };
    let trigger = JsonText::of(&json!({"type": "api"}));
    let accepted = shared.engine.trigger(TriggerRequest::new(id.as_str(), payload, trigger)).await;
    let accepted = match accepted {
        Ok(accepted) => accepted,
        Err(TriggerError::UnknownWorkflow(id)) => return unknown(&id),
        Err(error) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return answer::api_error(status, Code::Overloaded, &error.to_string(), Some("try again in a moment"));
        }
    };
    // The engine may stop before the run ends; then it goes on at the next start.
    if !body.wait || accepted.end.await.is_err() {
        return webhook::accepted(accepted.run);
    }
    match shared.engine.run(accepted.run).await {
        Ok(Some((run, logs))) => answer::json(StatusCode::OK, &view::run(&run, &logs)),
        Ok(None) => webhook::accepted(accepted.run),
        Err(error) => store_error(&error),
    }
}

fn unknown(id: &str) -> Answer {
    let message = format!("there is no workflow '{id}'");
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownWorkflow, &message, Some("GET /api/workflows lists them"))
}

fn bad(message: &str) -> Answer {
    answer::api_error(StatusCode::BAD_REQUEST, Code::BadRequest, message, None)
}
