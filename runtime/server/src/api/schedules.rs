//! `/api/schedules` and `/api/upcoming`: schedules, intervals and polls, and when they fire.

use super::{
    bad,
    call::{Call, limit},
    stopping, store_error,
};
use crate::answer::{self, Answer};
use cronflow_core::{error::Code, view};
use cronflow_engine::{ScheduleError, ScheduleState, TriggerError};
use hyper::StatusCode;
use serde_json::{Value, json};

/// Next times, unless asked otherwise.
const NEXT: u32 = 5;
/// Most next times.
const MAX_NEXT: u32 = 1_000;

fn shown(state: &ScheduleState) -> Value {
    let mut schedule = view::schedule(&state.row, state.next);
    schedule["running"] = state.running.into();
    schedule["waiting"] = state.waiting.into();
    schedule
}

/// `GET /api/schedules`.
pub(super) async fn list(call: Call<'_>) -> Answer {
    let all: Vec<Value> = call.shared.engine.schedules().await.iter().map(shown).collect();
    answer::json(StatusCode::OK, &json!({ "schedules": all }))
}

/// `GET /api/schedules/{id}?count&limit`: one, with its next times and what it missed.
pub(super) async fn show(call: Call<'_>) -> Answer {
    let parsed = count(&call).and_then(|count| Ok((count, call.query.limit()?)));
    let (count, limit) = match parsed {
        Ok(parsed) => parsed,
        Err(message) => return bad(&message),
    };
    let (engine, id) = (&call.shared.engine, call.param(0));
    let read = async {
        let mut schedule = shown(&engine.schedule(id).await?);
        let next: Vec<String> = engine.schedule_next(id, count)?.into_iter().map(view::iso).collect();
        schedule["next"] = json!(next);
        schedule["missed"] = engine.schedule_misses(id, limit).await?.iter().map(view::miss).collect();
        Ok(schedule)
    };
    match read.await {
        Ok(schedule) => answer::json(StatusCode::OK, &schedule),
        Err(error) => refused(&error),
    }
}

/// `GET /api/upcoming?count`: the next times of all that are not paused.
pub(super) async fn next(call: Call<'_>) -> Answer {
    let count = match count(&call) {
        Ok(count) => count,
        Err(message) => return bad(&message),
    };
    let engine = &call.shared.engine;
    let mut all = Vec::new();
    for state in engine.schedules().await.into_iter().filter(|state| !state.row.is_paused) {
        let times = engine.schedule_next(&state.row.id, count).unwrap_or_default();
        all.extend(times.into_iter().map(|at| (at, state.row.id.clone(), state.row.workflow_id.clone())));
    }
    all.sort();
    all.truncate(count);
    let all: Vec<Value> = all.iter().map(|(at, id, workflow)| view::fire(*at, id, workflow)).collect();
    answer::json(StatusCode::OK, &json!({ "next": all }))
}

fn count(call: &Call<'_>) -> Result<usize, String> {
    let count = call.query.parsed::<u32>("count")?.unwrap_or(NEXT);
    if count > MAX_NEXT {
        return Err(format!("count must be a number from 1 to {MAX_NEXT}"));
    }
    limit(Some(count), NEXT).map(|count| count as usize)
}

/// `POST /api/schedules/{id}/pause`.
pub(super) async fn pause(call: Call<'_>) -> Answer {
    let paused = call.shared.engine.pause_schedule(call.param(0)).await;
    done(&call, paused).await
}

/// `POST /api/schedules/{id}/resume`.
pub(super) async fn resume(call: Call<'_>) -> Answer {
    let resumed = call.shared.engine.resume_schedule(call.param(0)).await;
    done(&call, resumed).await
}

async fn done(call: &Call<'_>, done: Result<(), ScheduleError>) -> Answer {
    let found = match done {
        Ok(()) => call.shared.engine.schedule(call.param(0)).await,
        Err(error) => Err(error),
    };
    found.map_or_else(|error| refused(&error), |state| answer::json(StatusCode::OK, &shown(&state)))
}

/// `POST /api/schedules/{id}/run`: a run now; a poll is asked now, and starts runs of its own.
pub(super) async fn run(call: Call<'_>) -> Answer {
    match call.shared.engine.run_schedule(call.param(0)).await {
        Ok(accepted) => {
            let run = accepted.map(|accepted| accepted.run.to_string());
            answer::json(StatusCode::ACCEPTED, &json!({"status": "accepted", "run_id": run}))
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &ScheduleError) -> Answer {
    match error {
        ScheduleError::Unknown(_) => {
            let hint = Some("GET /api/schedules lists them");
            answer::api_error(StatusCode::NOT_FOUND, Code::UnknownObject, &error.to_string(), hint)
        }
        ScheduleError::Trigger(TriggerError::Stopping) => stopping(),
        ScheduleError::Trigger(error) => {
            answer::api_error(StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, &error.to_string(), None)
        }
        ScheduleError::Store(error) => store_error(error),
    }
}
