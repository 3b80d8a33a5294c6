//! `/api/events`: the history, and publishing.

use super::{
    bad,
    call::{Call, checked},
    stopping, store_error,
};
use crate::answer::{self, Answer};
use cronflow_core::{json::JsonText, moment, storage::EventFilter, view};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

/// Longest name of an event, in bytes.
const MAX_NAME: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publish {
    name: String,
    payload: Option<Box<RawValue>>,
}

/// `GET /api/events?name&since&limit&cursor`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let filter = match filter(&call) {
        Ok(filter) => filter,
        Err(message) => return bad(&message),
    };
    let limit = filter.limit as usize;
    match call.shared.engine.events(filter).await {
        Ok(rows) => {
            let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id.to_string());
            let all: Vec<Value> = rows.iter().map(view::event).collect();
            answer::json(StatusCode::OK, &json!({"events": all, "nextCursor": next}))
        }
        Err(error) => store_error(&error),
    }
}

fn filter(call: &Call<'_>) -> Result<EventFilter, String> {
    let since = call.query.get("since").map(|text| moment::parse(text, call.shared.engine.now())).transpose();
    Ok(EventFilter {
        name: call.query.get("name").map(str::to_owned),
        since: since?,
        before: call.query.parsed("cursor")?,
        limit: call.query.limit()?,
    })
}

/// `POST /api/events {name, payload}`.
pub(super) async fn publish(call: Call<'_>) -> Answer {
    let body: Publish = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    if body.name.is_empty() || body.name.len() > MAX_NAME {
        return bad("an event needs a name of 1 to 1000 bytes");
    }
    let payload = match checked(body.payload.as_deref()) {
        Ok(payload) => payload.unwrap_or_else(JsonText::null),
        Err(message) => return bad(&message),
    };
    match call.shared.engine.publish(&body.name, payload).await {
        Ok(id) => answer::json(StatusCode::ACCEPTED, &json!({"id": id, "name": body.name})),
        Err(_) => stopping(),
    }
}
