//! `/api/state`: durable values of workflows. What the engine keeps for itself is not shown.

use super::{
    bad,
    call::{Call, ttl},
    stopping, store_error,
};
use crate::answer::{self, Answer};
use cronflow_core::{error::Code, json::JsonText, view};
use hyper::StatusCode;
use serde_json::{Value, json};

/// Longest key, in bytes.
const MAX_KEY: usize = 1_000;

/// `global`, or a workflow's id, as it rests.
fn scope(call: &Call<'_>) -> String {
    match call.param(0) {
        "global" => "global".to_owned(),
        id => format!("workflow:{id}"),
    }
}

/// `GET /api/state`.
pub(super) async fn scopes(call: Call<'_>) -> Answer {
    let workflows = call.shared.workflows.iter().map(|workflow| workflow.id.to_string());
    let all: Vec<String> = std::iter::once("global".to_owned()).chain(workflows).collect();
    answer::json(StatusCode::OK, &json!({ "scopes": all }))
}

/// `GET /api/state/{scope}?limit&cursor`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let limit = match call.query.limit() {
        Ok(limit) => limit,
        Err(message) => return bad(&message),
    };
    let after = call.query.get("cursor").map(str::to_owned);
    match call.shared.engine.values(scope(&call), after, limit).await {
        Ok(rows) => {
            let now = call.shared.engine.now();
            let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.key.to_string());
            let live = rows.iter().filter(|row| row.expires_at.is_none_or(|end| end > now));
            let all: Vec<Value> = live.map(view::value).collect();
            answer::json(StatusCode::OK, &json!({"values": all, "nextCursor": next}))
        }
        Err(error) => store_error(&error),
    }
}

/// `GET /api/state/{scope}/{key}`.
pub(super) async fn get(call: Call<'_>) -> Answer {
    match call.shared.engine.value(scope(&call), call.param(1).to_owned()).await {
        Ok(Some(row)) => answer::json(StatusCode::OK, &view::value(&row)),
        Ok(None) => unknown(&call),
        Err(error) => store_error(&error),
    }
}

/// `PUT /api/state/{scope}/{key}?ttl`: the body is the value.
pub(super) async fn put(call: Call<'_>) -> Answer {
    if call.param(1).len() > MAX_KEY {
        return bad("a key has at most 1000 bytes");
    }
    let ttl = match ttl(call.query.get("ttl")) {
        Ok(ttl) => ttl,
        Err(message) => return bad(&message),
    };
    let text = std::str::from_utf8(&call.body).ok();
    let Some(Ok(value)) = text.map(JsonText::parse) else { return bad("the body must be the value, as JSON") };
    if !call.shared.engine.set_value(&scope(&call), call.param(1), value, ttl).await {
        return stopping();
    }
    get(call).await
}

/// `DELETE /api/state/{scope}/{key}`.
pub(super) async fn delete(call: Call<'_>) -> Answer {
    match call.shared.engine.delete_value(&scope(&call), call.param(1)).await {
        Some(Some(_)) => answer::json(StatusCode::OK, &json!({"deleted": true})),
        Some(None) => unknown(&call),
        None => stopping(),
    }
}

fn unknown(call: &Call<'_>) -> Answer {
    let message = format!("there is no value '{}' in the scope '{}'", call.param(1), call.param(0));
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownObject, &message, None)
}
