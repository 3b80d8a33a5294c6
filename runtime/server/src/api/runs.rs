//! `/api/runs`.

use super::store_error;
use crate::{
    answer::{self, Answer},
    service::Shared,
};
use cronflow_core::{error::Code, id::RunId, storage::RunFilter, view};
use hyper::StatusCode;
use serde_json::json;

/// Runs on one page, unless asked otherwise.
const PAGE: u32 = 50;
/// Most runs on one page.
const MAX_PAGE: u32 = 1_000;

/// `GET /api/runs/:id`.
pub(super) async fn show(shared: &Shared, id: &str) -> Answer {
    let Ok(id) = id.parse::<RunId>() else { return unknown(id) };
    match shared.engine.run(id).await {
        Ok(Some((run, logs))) => answer::json(StatusCode::OK, &view::run(&run, &logs)),
        Ok(None) => unknown(&id.to_string()),
        Err(error) => store_error(&error),
    }
}

/// `GET /api/runs?workflow&status&limit&cursor`.
pub(super) async fn list(shared: &Shared, query: &str) -> Answer {
    let filter = match parse(query) {
        Ok(filter) => filter,
        Err(message) => return answer::api_error(StatusCode::BAD_REQUEST, Code::BadRequest, &message, None),
    };
    let limit = filter.limit as usize;
    match shared.engine.runs(filter).await {
        Ok(runs) => {
            let next = (runs.len() == limit).then(|| runs.last().map(|run| run.id.to_string())).flatten();
            let runs: Vec<_> = runs.iter().map(view::summary).collect();
            answer::json(StatusCode::OK, &json!({"runs": runs, "nextCursor": next}))
        }
        Err(error) => store_error(&error),
    }
}

fn parse(query: &str) -> Result<RunFilter, String> {
    let mut filter = RunFilter { limit: PAGE, ..RunFilter::default() };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "workflow" => filter.workflow = Some(value.into_owned()),
            "status" => filter.status = Some(value.parse().map_err(|error| format!("{error}"))?),
            "cursor" => filter.before = Some(value.parse().map_err(|_| format!("'{value}' is no cursor"))?),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
                filter.limit = limit.ok_or_else(|| format!("limit must be a number from 1 to {MAX_PAGE}"))?;
            }
            other => return Err(format!("unknown filter '{other}'; known are workflow, status, limit and cursor")),
        }
    }
    Ok(filter)
}

fn unknown(id: &str) -> Answer {
    answer::api_error(StatusCode::NOT_FOUND, Code::UnknownRun, &format!("there is no run '{id}'"), None)
}
