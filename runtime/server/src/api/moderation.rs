//! What one may do to runs: cancel, retry, replay; one run, or all that a filter lets through.

use super::{
    bad,
    call::{Call, Which, checked, limit},
    runs::unknown,
    stopping, store_error,
};
use crate::{
    answer::{self, Answer},
    webhook,
};
use cronflow_core::{
    error::Code,
    id::RunId,
    machine::RunStatus,
    storage::{RunFilter, RunSummary},
};
use cronflow_engine::{CancelError, EngineHandle};
use hyper::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;
use tokio::task::JoinSet;

/// Runs that one request changes, unless asked otherwise.
const BULK: u32 = 100;
/// Pages that a search for runs reads; each looks at a bounded number of runs.
const MAX_PAGES: usize = 50;
/// Why a run is cancelled when nobody says.
const REASON: &str = "cancelled by request";

/// The body of `cancel`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: Option<String>,
}

/// The body of `replay`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Replay {
    /// `null` is a payload, too.
    #[serde(default, deserialize_with = "present")]
    override_payload: Option<Box<RawValue>>,
    from_step: Option<String>,
    #[serde(default)]
    mock_steps: BTreeMap<String, Box<RawValue>>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::deserialize(deserializer).map(Some)
}

/// The body of a bulk operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Bulk {
    workflow: Option<String>,
    status: Option<String>,
    since: Option<String>,
    q: Option<String>,
    /// Says that no filter is meant.
    #[serde(default)]
    all: bool,
    limit: Option<u32>,
    #[serde(default)]
    dry_run: bool,
    reason: Option<String>,
}

/// What is done to each run.
#[derive(Clone)]
enum Action {
    Cancel { reason: String },
    Retry,
}

impl Action {
    /// The statuses of runs that it is for, unless the filter names one.
    const fn statuses(&self) -> &'static [RunStatus] {
        match self {
            Self::Cancel { .. } => &[RunStatus::Pending, RunStatus::Running, RunStatus::Waiting],
            Self::Retry => &[RunStatus::Failed, RunStatus::TimedOut],
        }
    }

    async fn carry_out(&self, engine: &EngineHandle, run: RunId) -> Result<(), CancelError> {
        match self {
            Self::Cancel { reason } => engine.cancel(run, reason).await,
            Self::Retry => engine.retry(run).await,
        }
    }
}

/// `POST /api/runs/{id}/cancel`.
pub(super) async fn cancel(call: Call<'_>) -> Answer {
    let body: Reason = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    one(call, Action::Cancel { reason: body.reason.unwrap_or_else(|| REASON.to_owned()) }).await
}

/// `POST /api/runs/{id}/retry`.
pub(super) async fn retry(call: Call<'_>) -> Answer {
    one(call, Action::Retry).await
}

async fn one(call: Call<'_>, action: Action) -> Answer {
    let id = call.param(0);
    let Ok(run) = id.parse::<RunId>() else { return unknown(id) };
    let engine = &call.shared.engine;
    match action.carry_out(engine, run).await {
        Ok(()) => answer::json(StatusCode::OK, &json!({"run_id": id})),
        Err(CancelError::Stopping) => stopping(),
        Err(error) => match engine.run(run).await {
            Ok(None) => unknown(id),
            Ok(Some((stored, _))) => conflict(&error, stored.run.status),
            Err(error) => store_error(&error),
        },
    }
}

fn conflict(error: &CancelError, status: RunStatus) -> Answer {
    let message = match error {
        CancelError::NotLive if status.is_terminal() => format!("the run has ended already: it is {status}"),
        CancelError::NotLive => CancelError::CodeMissing.to_string(),
        other => other.to_string(),
    };
    let hint = match error {
        CancelError::Completed => Some("replay starts a new run from it"),
        CancelError::StillLive => Some("cancel it first, or wait for its end"),
        _ => None,
    };
    answer::api_error(StatusCode::CONFLICT, Code::Conflict, &message, hint)
}

/// `POST /api/runs/{id}/replay`.
pub(super) async fn replay(call: Call<'_>) -> Answer {
    let Ok(run) = call.param(0).parse::<RunId>() else { return unknown(call.param(0)) };
    let body: Replay = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    let payload = match checked(body.override_payload.as_deref()) {
        Ok(payload) => payload,
        Err(message) => return bad(&message),
    };
    let mut mocks = Vec::new();
    for (step, output) in &body.mock_steps {
        match checked(Some(&**output)) {
            Ok(output) => mocks.extend(output.map(|output| (step.clone(), output))),
            Err(message) => return bad(&message),
        }
    }
    let engine = &call.shared.engine;
    match engine.run(run).await {
        Ok(Some(_)) => {}
        Ok(None) => return unknown(call.param(0)),
        Err(error) => return store_error(&error),
    }
    match engine.replay(run, payload, body.from_step, mocks).await {
        Ok(run) => webhook::accepted(run),
        Err(_) if engine.trouble().is_some() => stopping(),
        Err(error) => answer::api_error(StatusCode::CONFLICT, Code::Conflict, &error.message, None),
    }
}

/// `POST /api/runs/cancel`.
pub(super) async fn cancel_all(call: Call<'_>) -> Answer {
    many(&call, |reason| Action::Cancel { reason: reason.unwrap_or_else(|| REASON.to_owned()) }).await
}

/// `POST /api/runs/retry`.
pub(super) async fn retry_all(call: Call<'_>) -> Answer {
    many(&call, |_| Action::Retry).await
}

async fn many(call: &Call<'_>, action: impl FnOnce(Option<String>) -> Action) -> Answer {
    let body: Bulk = match call.json() {
        Ok(body) => body,
        Err(message) => return bad(&message),
    };
    let Bulk { workflow, status, since, q, all, limit: most, dry_run, reason } = body;
    let which = Which { workflow, status, since, q };
    let has_filter = which.workflow.is_some() || which.status.is_some() || which.since.is_some() || which.q.is_some();
    if has_filter == all {
        return bad("name a filter (workflow, status, since, q), or say {\"all\": true}, not both");
    }
    let action = action(reason);
    if matches!(action, Action::Cancel { .. })
        && which.status.as_deref().is_some_and(|word| word.parse().is_ok_and(RunStatus::is_terminal))
    {
        return bad("runs with that status have ended; there is nothing to cancel");
    }
    let engine = &call.shared.engine;
    let parsed = limit(most, BULK).and_then(|most| Ok((most, which.filter(engine.now())?)));
    let (most, filter) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => return bad(&message),
    };
    let (runs, has_more) = match find(engine, &filter, action.statuses(), most as usize).await {
        Ok(found) => found,
        Err(error) => return store_error(&error),
    };
    let matched = runs.len();
    let (done, failed) = if dry_run { (runs, Vec::new()) } else { carry_out(engine, &action, runs).await };
    answer::json(
        StatusCode::OK,
        &json!({
            "dryRun": dry_run, "matched": matched, "count": if dry_run { 0 } else { done.len() },
            "ids": done.iter().map(ToString::to_string).collect::<Vec<_>>(), "failed": failed, "hasMore": has_more,
        }),
    )
}

/// Runs that a filter lets through, newest first, and whether there are more.
async fn find(
    engine: &EngineHandle,
    filter: &RunFilter,
    statuses: &'static [RunStatus],
    most: usize,
) -> Result<(Vec<RunId>, bool), cronflow_core::storage::Error> {
    let of_filter = filter.status.map(|status| vec![status]);
    let mut found: Vec<RunSummary> = Vec::new();
    let mut has_more = false;
    for status in of_filter.unwrap_or_else(|| statuses.to_vec()) {
        let mut filter = RunFilter { status: Some(status), limit: most as u32 + 1, ..filter.clone() };
        for pages_left in (0..MAX_PAGES).rev() {
            let page = engine.runs(filter.clone()).await?;
            found.extend(page.runs);
            filter.before = page.next;
            if page.next.is_none() || found.len() > most {
                break;
            }
            has_more |= pages_left == 0;
        }
    }
    found.sort_by_key(|run| std::cmp::Reverse(run.id));
    has_more |= found.len() > most;
    Ok((found.iter().take(most).map(|run| run.id).collect(), has_more))
}

/// All at once, so that they share transactions. Returns those that it was done to, and why not to others.
async fn carry_out(engine: &EngineHandle, action: &Action, runs: Vec<RunId>) -> (Vec<RunId>, Vec<Value>) {
    let mut tasks = JoinSet::new();
    for run in runs {
        let (engine, action) = (engine.clone(), action.clone());
        tasks.spawn(async move { (run, action.carry_out(&engine, run).await) });
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok((run, Ok(()))) => done.push(run),
            Ok((run, Err(error))) => failed.push(json!({"id": run.to_string(), "reason": error.to_string()})),
            Err(error) => tracing::error!(%error, "a bulk operation panicked"),
        }
    }
    done.sort_by_key(|run| std::cmp::Reverse(*run));
    (done, failed)
}
