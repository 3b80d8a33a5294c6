//! Schedules, intervals and polls of a test: their times, and which of them is meant.

use cronflow_core::{
    definition::{Source, Workflow},
    host::HostError,
    json::JsonText,
    schedule::{Schedule, Timing, run_of},
    time::Timestamp,
    view::iso,
};
use cronflow_engine::ScheduleState;
use serde_json::{Value, json};
use std::sync::Arc;

/// A time of the schedules or intervals of a workflow: `at`, which must be one, or the next one. Answers with
/// `{time, due, now, runs}`: when its runs are due, and which they are.
pub(super) fn occurrence(
    workflow: &Workflow,
    kind: &str,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Value, HostError> {
    let after = at.map_or(now, |at| Timestamp(at.0.saturating_sub(1)));
    let all = workflow.triggers.iter().filter_map(|trigger| match &trigger.source {
        Source::Schedule(schedule) if kind_of(schedule) == kind => Some(schedule),
        _ => None,
    });
    let mut next: Vec<_> = all.filter_map(|schedule| Some((schedule.next_after(after)?, schedule))).collect();
    let Some(time) = next.iter().map(|(time, _)| *time).min() else {
        let message = format!("no {kind} of workflow '{}' has a time after {}", workflow.id, iso(after));
        return Err(HostError::new(message));
    };
    next.retain(|(one, _)| *one == time);
    if let Some(at) = at.filter(|at| *at != time) {
        let which: Vec<String> = next.iter().map(|(_, schedule)| words(schedule)).collect();
        let (id, which) = (&workflow.id, which.join(", "));
        let message =
            format!("no {kind} of workflow '{id}' has the time {}; the next one is {} ({which})", iso(at), iso(time));
        return Err(HostError::new(message));
    }
    let due = next.iter().map(|(_, schedule)| schedule.starts_at(time)).max().unwrap_or(time);
    let runs: Vec<String> = next.iter().map(|(_, schedule)| run_of(&schedule.id, time).to_string()).collect();
    Ok(json!({"time": time.0, "due": due.0, "now": now.0, "runs": runs}))
}

const fn kind_of(schedule: &Schedule) -> &'static str {
    match schedule.timing {
        Timing::Cron { .. } => "schedule",
        Timing::Every(_) => "interval",
    }
}

fn words(schedule: &Schedule) -> String {
    match &schedule.timing {
        Timing::Cron { cron, zone } => format!("{} in {}", cron.text(), zone.name()),
        Timing::Every(span) => format!("every {} ms", span.as_millis()),
    }
}

/// The poll of a workflow: the one of that id, or the only one.
pub(super) fn poll(workflow: &Workflow, id: Option<&str>) -> Result<Arc<str>, HostError> {
    let polls = workflow.triggers.iter().filter_map(|trigger| match &trigger.source {
        Source::Poll(poll) => Some(poll.id.clone()),
        _ => None,
    });
    let polls: Vec<Arc<str>> = polls.collect();
    let list = polls.join("', '");
    match (id, polls.as_slice()) {
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(HostError::new(format!(
            "workflow '{}' has several polls; say which with id: one of '{list}'",
            workflow.id
        ))),
        (Some(id), polls) => {
            // As it is declared, or as the engine knows it.
            let full = format!("{}:{id}", workflow.id);
            let found = polls.iter().find(|one| ***one == *id || ***one == *full);
            found.cloned().ok_or_else(|| {
                HostError::new(format!("workflow '{}' has no poll '{id}'; it has: '{list}'", workflow.id))
            })
        }
    }
}

/// How a poll stands: `{isAsking, failure}`.
pub(super) fn polled(state: &ScheduleState) -> JsonText {
    let failure = state.row.last_error.as_ref().filter(|_| state.row.failures > 0).map(JsonText::to_value);
    JsonText::of(&json!({"isAsking": state.is_asking, "failure": failure}))
}
