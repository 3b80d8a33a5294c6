//! `/api/deliveries`: requests that reached webhooks, and what became of them.

use super::{bad, call::Call, store_error};
use crate::{
    answer::{self, Answer},
    webhook,
};
use cronflow_core::{
    error::Code,
    storage::{DeliveryFilter, DeliveryOutcome},
    view,
};
use hyper::StatusCode;
use serde_json::{Value, json};

/// `GET /api/deliveries?workflow&outcome&limit&cursor`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let filter = match filter(&call) {
        Ok(filter) => filter,
        Err(message) => return bad(&message),
    };
    let limit = filter.limit as usize;
    match call.shared.engine.deliveries(filter).await {
        Ok(rows) => {
            let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id.to_string());
            let all: Vec<Value> = rows.iter().map(view::delivery).collect();
            answer::json(StatusCode::OK, &json!({"deliveries": all, "nextCursor": next}))
        }
        Err(error) => store_error(&error),
    }
}

fn filter(call: &Call<'_>) -> Result<DeliveryFilter, String> {
    let outcome = call.query.get("outcome").map(str::parse::<DeliveryOutcome>).transpose();
    Ok(DeliveryFilter {
        workflow: call.query.get("workflow").map(str::to_owned),
        outcome: outcome.map_err(|error| error.to_string())?,
        before: call.query.parsed("cursor")?,
        limit: call.query.limit()?,
    })
}

/// `GET /api/deliveries/{id}`: with its headers and the beginning of its body.
pub(super) async fn show(call: Call<'_>) -> Answer {
    let Ok(id) = call.param(0).parse::<i64>() else { return unknown(&call) };
    match call.shared.engine.delivery(id).await {
        Ok(Some(row)) => answer::json(StatusCode::OK, &view::delivery(&row)),
        Ok(None) => unknown(&call),
        Err(error) => store_error(&error),
    }
}

/// `POST /api/deliveries/{id}/replay`: a new run with the same payload.
pub(super) async fn replay(call: Call<'_>) -> Answer {
    let Ok(id) = call.param(0).parse::<i64>() else { return unknown(&call) };
    let engine = &call.shared.engine;
    match engine.delivery(id).await {
        Ok(Some(_)) => {}
        Ok(None) => return unknown(&call),
        Err(error) => return store_error(&error),
    }
    match engine.replay_delivery(id).await {
        Ok(run) => webhook::accepted(run),
        Err(error) => answer::api_error(StatusCode::CONFLICT, Code::Conflict, &error.message, None),
    }
}

fn unknown(call: &Call<'_>) -> Answer {
    let message = format!("there is no delivery '{}'", call.param(0));
    let hint = Some("GET /api/deliveries lists them");
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownObject, &message, hint)
}
