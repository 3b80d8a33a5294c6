//! A request to a webhook: read it, start the run, answer with its end.

mod payload;

use crate::{
    answer::{self, Answer},
    body,
    router::Match,
    service::Shared,
};
use cronflow_core::{id::RunId, json::JsonText, machine::RunStatus};
use cronflow_engine::{Accepted, RunEnd, TriggerError, TriggerRequest};
use hyper::{HeaderMap, Method, Request, StatusCode, body::Incoming, header::CONTENT_TYPE};
use payload::Rejected;
use serde_json::json;
use std::net::SocketAddr;

/// Handles a request whose route is known.
pub(crate) async fn handle(
    shared: &Shared,
    matched: Match<'_>,
    request: Request<Incoming>,
    client: SocketAddr,
) -> Answer {
    let (head, incoming) = request.into_parts();
    let query = head.uri.query().unwrap_or_default();
    let trigger = describe(&head.method, head.uri.path(), query, &head.headers, &matched, client);
    let bytes = match body::read(incoming, shared.options.body_timeout).await {
        Ok(bytes) => bytes,
        Err(error) => return unreadable(error),
    };
    let has_body = !bytes.is_empty() || !matches!(head.method, Method::GET | Method::HEAD | Method::DELETE);
    let payload = if has_body {
        let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        payload::of_body(kind, &bytes)
    } else {
        Ok(payload::of_query(query))
    };
    match payload {
        Ok(payload) => {
            let request = TriggerRequest {
                entry: Some(matched.entry),
                or_waits: true,
                ..TriggerRequest::new(matched.workflow.clone(), payload, trigger)
            };
            run(shared, request).await
        }
        Err(Rejected { status, reason }) => refused(status, "Payload validation failed", &reason),
    }
}

async fn run(shared: &Shared, request: TriggerRequest) -> Answer {
    let Accepted { run, end, .. } = match shared.engine.trigger(request).await {
        Ok(accepted) => accepted,
        Err(error) => return turned_away(&error),
    };
    match tokio::time::timeout(shared.options.response_timeout, end).await {
        Ok(Ok(end)) if end.status.is_terminal() => ended(run, end),
        // It waits for a person, an event or a long sleep; or it takes longer, or the engine is stopping and it goes on at the next start.
        Ok(_) | Err(_) => accepted(run),
    }
}

fn ended(run: RunId, end: RunEnd) -> Answer {
    if end.status == RunStatus::Completed {
        let output = end.output.unwrap_or_else(JsonText::null);
        // Written by hand, so that the output keeps its bytes.
        let body = format!(
            "{{\"status\":\"success\",\"message\":\"Webhook processed successfully\",\
             \"workflow_triggered\":true,\"run_id\":\"{run}\",\"output\":{}}}",
            output.as_str()
        );
        return answer::text(StatusCode::OK, body);
    }
    // What went wrong may be secret; the run's record has it.
    let body = json!({
        "status": "error",
        "message": "Workflow execution failed",
        "error": format!("the run ended as {}; its record says why", end.status),
        "workflow_triggered": true,
        "run_id": run.to_string(),
    });
    answer::json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

/// 202: the run goes on.
pub(crate) fn accepted(run: RunId) -> Answer {
    let body = json!({"status": "accepted", "run_id": run.to_string(), "url": format!("/api/runs/{run}")});
    answer::json(StatusCode::ACCEPTED, &body)
}

fn turned_away(error: &TriggerError) -> Answer {
    let status = match error {
        TriggerError::UnknownWorkflow(_) => StatusCode::NOT_FOUND,
        TriggerError::Stopping | TriggerError::Overloaded | TriggerError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    // A store's error names files of the server; clients learn only that it cannot record.
    let reason = match error {
        TriggerError::Store(_) => "the run could not be recorded".to_owned(),
        other => other.to_string(),
    };
    answer::retry_later(refused(status, "Workflow was not triggered", &reason))
}

fn unreadable(error: body::Error) -> Answer {
    let (status, reason) = match error {
        body::Error::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {} KiB", body::MAX_BODY / 1024))
        }
        body::Error::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time".to_owned()),
        body::Error::Broken => (StatusCode::BAD_REQUEST, "the body is incomplete".to_owned()),
    };
    refused(status, "Payload validation failed", &reason)
}

fn refused(status: StatusCode, message: &str, error: &str) -> Answer {
    let body = json!({"status": "error", "message": message, "error": error, "workflow_triggered": false});
    answer::json(status, &body)
}

/// `ctx.trigger`.
fn describe(
    method: &Method,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    matched: &Match<'_>,
    client: SocketAddr,
) -> JsonText {
    let mut named = serde_json::Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        named.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(", ").into());
    }
    let params: serde_json::Map<_, _> =
        matched.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    JsonText::of(&json!({
        "type": "webhook",
        "method": method.as_str(),
        "path": path,
        "headers": named,
        "query": payload::pairs(query),
        "params": params,
        "ip": client.ip().to_string(),
    }))
}
