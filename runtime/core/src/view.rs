//! Runs as users see them: the one JSON shape that the API, the command line and `inspect` share.

use crate::{
    json::JsonText,
    machine::StepStatus,
    storage::{LogRow, RunRow, StepRow, StoredRun},
    time::Timestamp,
};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

/// A whole run: `{id, workflowId, status, payload, output, error, ..., steps, logs}`.
#[must_use]
pub fn run(stored: &StoredRun, logs: &[LogRow]) -> Value {
    let mut view = summary(&stored.run);
    view["payload"] = stored.run.payload.to_value();
    view["trigger"] = stored.run.trigger.to_value();
    view["output"] = optional(stored.run.output.as_ref());
    view["error"] = optional(stored.run.error.as_ref());
    view["steps"] = steps(&stored.steps);
    view["logs"] = logs.iter().map(log).collect();
    view
}

/// One line of a list of runs.
#[must_use]
pub fn summary(run: &RunRow) -> Value {
    json!({
        "id": run.id.to_string(),
        "workflowId": &*run.workflow_id,
        "status": run.status.as_str(),
        "version": &*run.version,
        "createdAt": iso(run.created_at),
        "startedAt": run.started_at.map(iso),
        "completedAt": run.completed_at.map(iso),
        "durationMs": run.completed_at.map(|end| end.millis_since(run.started_at.unwrap_or(run.created_at))),
    })
}

/// Groups attempts by node, in order of first hand-out.
fn steps(rows: &[StepRow]) -> Value {
    let mut order: Vec<Vec<&StepRow>> = Vec::new();
    for row in rows {
        match order.iter_mut().find(|attempts| attempts[0].node == row.node) {
            Some(attempts) => attempts.push(row),
            None => order.push(vec![row]),
        }
    }
    order.iter().filter_map(|attempts| step(attempts)).collect()
}

fn step(attempts: &[&StepRow]) -> Option<Value> {
    let (first, last) = (attempts.first()?, attempts.last()?);
    Some(json!({
        "name": &*last.name,
        "path": &*last.name,
        "type": &*last.kind,
        "status": last.status.as_str(),
        "output": optional(last.result.as_ref()),
        "error": optional(last.error.as_ref()),
        "startedAt": iso(first.started_at),
        "completedAt": last.completed_at.map(iso),
        "durationMs": last.completed_at.map(|end| end.millis_since(first.started_at)),
        "attempts": attempts.iter().map(|row| attempt(row)).collect::<Vec<_>>(),
    }))
}

fn attempt(row: &StepRow) -> Value {
    let output = (row.status == StepStatus::Completed).then_some(row.result.as_ref()).flatten();
    json!({
        "attempt": row.attempt,
        "status": row.status.as_str(),
        "output": optional(output),
        "error": optional(row.error.as_ref()),
        "startedAt": iso(row.started_at),
        "completedAt": row.completed_at.map(iso),
        "durationMs": row.completed_at.map(|end| end.millis_since(row.started_at)),
    })
}

fn log(row: &LogRow) -> Value {
    json!({"at": iso(row.at), "step": &*row.step, "level": row.level.as_str(), "message": row.message})
}

fn optional(text: Option<&JsonText>) -> Value {
    text.map_or(Value::Null, JsonText::to_value)
}

/// RFC 3339 in UTC with milliseconds, as JavaScript's `toISOString` prints it.
#[must_use]
pub fn iso(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "1970-01-01T00:00:00.000Z")]
    #[case(951_782_400_123, "2000-02-29T00:00:00.123Z")]
    #[case(1_795_435_199_999, "2026-11-23T11:59:59.999Z")]
    #[case(-1, "1969-12-31T23:59:59.999Z")]
    fn prints_dates(#[case] millis: i64, #[case] text: &str) {
        assert_eq!(iso(Timestamp(millis)), text);
    }
}
