//! `/api/runs`: lists and single runs.

use super::{
    bad,
    call::{Call, Which},
    store_error,
};
use crate::answer::{self, Answer};
use cronflow_core::{error::Code, id::RunId, view};
use hyper::StatusCode;

/// `GET /api/runs/{id}`.
pub(super) async fn show(call: Call<'_>) -> Answer {
    let Ok(id) = call.param(0).parse::<RunId>() else { return unknown(call.param(0)) };
    match call.shared.engine.run_view(id).await {
        Ok(Some(run)) => answer::json(StatusCode::OK, &run),
        Ok(None) => unknown(call.param(0)),
        Err(error) => store_error(&error),
    }
}

/// `GET /api/runs?workflow&status&since&q&limit&cursor`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let mut filter = match Which::of_query(&call.query).filter(call.shared.engine.now()) {
        Ok(filter) => filter,
        Err(message) => return bad(&message),
    };
    filter.limit = match call.query.limit() {
        Ok(limit) => limit,
        Err(message) => return bad(&message),
    };
    if let Some(cursor) = call.query.get("cursor") {
        match cursor.parse() {
            Ok(run) => filter.before = Some(run),
            Err(_) => return bad(&format!("'{cursor}' is no cursor")),
        }
    }
    match call.shared.engine.runs(filter).await {
        Ok(page) => answer::json(StatusCode::OK, &view::page(&page)),
        Err(error) => store_error(&error),
    }
}

pub(super) fn unknown(id: &str) -> Answer {
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownRun, &format!("there is no run '{id}'"), None)
}
