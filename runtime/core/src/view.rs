//! Runs as users see them: the one JSON shape that the API, the command line and `inspect` share.

use crate::{
    id::RunId,
    json::JsonText,
    machine::{Note, StepStatus},
    place::Place,
    storage::{
        self, AuditRow, DeliveryRow, EventRow, LogRow, MissRow, Reader, RunPage, RunRow, RunSummary, ScheduleRow,
        StateRow, StepRow, StoredRun,
    },
    time::Timestamp,
    token::Token,
    zone,
};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A whole run: `{id, workflowId, status, payload, output, error, ..., steps, logs}`.
#[must_use]
pub fn run(stored: &StoredRun, logs: &[LogRow]) -> Value {
    let mut view = summary(&stored.run.summary());
    view["payload"] = stored.run.payload.to_value();
    view["trigger"] = stored.run.trigger.to_value();
    view["output"] = optional(stored.run.output.as_ref());
    view["error"] = optional(stored.run.error.as_ref());
    view["steps"] = steps(&stored.steps);
    view["logs"] = logs.iter().map(log).collect();
    view
}

/// The same as it rests, with its log and the time zone that the server had.
///
/// # Errors
/// When the database cannot be read.
pub fn stored_run(reader: &dyn Reader, id: RunId) -> Result<Option<Value>, storage::Error> {
    let Some(stored) = reader.run(id)? else { return Ok(None) };
    let mut view = run(&stored, &reader.logs(id)?);
    view["timeZone"] = zone::at(reader, stored.run.created_at)?.into();
    Ok(Some(view))
}

/// One line of a list of runs.
#[must_use]
pub fn summary(run: &RunSummary) -> Value {
    json!({
        "id": run.id.to_string(),
        "workflowId": &*run.workflow_id,
        "status": run.status.as_str(),
        "version": &*run.version,
        "parent": run.parent.map(|parent| parent.to_string()),
        "replayOf": run.replay_of.map(|run| run.to_string()),
        "createdAt": iso(run.created_at),
        "startedAt": run.started_at.map(iso),
        "completedAt": run.completed_at.map(iso),
        "durationMs": run.completed_at.map(|end| end.millis_since(run.started_at.unwrap_or(run.created_at))),
    })
}

/// A request to a webhook, and what became of it.
#[must_use]
pub fn delivery(row: &DeliveryRow) -> Value {
    json!({
        "id": row.id,
        "receivedAt": iso(row.at),
        "workflowId": &*row.workflow,
        "method": &*row.method,
        "path": &*row.path,
        "status": row.status,
        "outcome": row.outcome.as_str(),
        "runId": row.run.map(|run| run.to_string()),
        "key": row.key.as_deref(),
        "error": row.error.as_deref(),
        "headers": row.headers.as_ref().map(JsonText::to_value),
        "body": row.body.as_deref(),
    })
}

/// `{"runs": [...], "nextCursor"}`.
#[must_use]
pub fn page(page: &RunPage) -> Value {
    let runs: Vec<_> = page.runs.iter().map(summary).collect();
    json!({"runs": runs, "nextCursor": page.next.map(|next| next.to_string())})
}

/// A durable value.
#[must_use]
pub fn value(row: &StateRow) -> Value {
    json!({
        "scope": row.scope.strip_prefix("workflow:").unwrap_or(&row.scope),
        "key": &*row.key,
        "value": row.value.to_value(),
        "expiresAt": row.expires_at.map(iso),
        "updatedAt": iso(row.updated_at),
    })
}

/// What waits for a person; `None` for an attempt that does not.
#[must_use]
pub fn approval(row: &StepRow, run: &RunRow) -> Option<Value> {
    let Note::Token { token, description, approval_url, metadata, .. } = Note::from_json(row.note.as_ref())? else {
        return None;
    };
    Some(json!({
        "token": token,
        "runId": row.run_id.to_string(),
        "workflowId": &*run.workflow_id,
        "step": &*row.name,
        "path": row.path.as_deref().unwrap_or(&row.name),
        "type": &*row.kind,
        "description": description,
        "approvalUrl": approval_url,
        "metadata": metadata.to_value(),
        "payload": run.payload.to_value(),
        "createdAt": iso(row.started_at),
        "expiresAt": row.wake_at.map(iso),
    }))
}

/// One time of a schedule.
#[must_use]
pub fn fire(at: Timestamp, schedule: &str, workflow: &str) -> Value {
    json!({"at": iso(at), "schedule": schedule, "workflowId": workflow})
}

/// A token, without anything that it could be told from.
#[must_use]
pub fn token(token: &Token) -> Value {
    json!({
        "name": &*token.name, "scope": token.scope.as_str(), "createdAt": iso(token.created_at),
        "revokedAt": token.revoked_at.map(iso),
    })
}

/// A line of the audit.
#[must_use]
pub fn audit(row: &AuditRow) -> Value {
    json!({
        "id": &*row.id, "at": iso(row.at), "actor": &*row.actor, "client": &*row.client,
        "action": &*row.action, "target": &*row.target, "outcome": row.outcome,
    })
}

/// Groups attempts by place, in order of first hand-out. Bodies that declared steps are left out:
/// their steps are there.
fn steps(rows: &[StepRow]) -> Value {
    let mut order: Vec<Vec<&StepRow>> = Vec::new();
    let mut known: HashMap<&Place, usize> = HashMap::new();
    for row in rows {
        let index = *known.entry(&row.place).or_insert(order.len());
        match order.get_mut(index) {
            Some(attempts) => attempts.push(row),
            None => order.push(vec![row]),
        }
    }
    let declares = |attempts: &&Vec<&StepRow>| {
        let last = attempts.last().and_then(|row| Note::from_json(row.note.as_ref()));
        last != Some(Note::Flow)
    };
    order.iter().filter(declares).filter_map(|attempts| step(attempts)).collect()
}

fn step(attempts: &[&StepRow]) -> Option<Value> {
    let (first, last) = (attempts.first()?, attempts.last()?);
    let note = Note::from_json(last.note.as_ref());
    let mut view = json!({
        "name": &*last.name,
        "path": last.path.as_deref().unwrap_or(&last.name),
        "type": &*last.kind,
        "status": status(last).as_str(),
        "output": optional(last.result.as_ref()),
        "error": optional(last.error.as_ref()),
        "cached": note == Some(Note::Cached),
        "wakeAt": last.wake_at.filter(|_| !status(last).is_terminal()).map(iso),
        "startedAt": iso(first.started_at),
        "completedAt": last.completed_at.map(iso),
        "durationMs": last.completed_at.map(|end| end.millis_since(first.started_at)),
        "attempts": attempts.iter().map(|row| attempt(row)).collect::<Vec<_>>(),
    });
    // The output of a loop that has completed has them.
    if let Some(Note::Items { items }) = note.filter(|_| last.status != StepStatus::Completed) {
        view["items"] = items.iter().map(JsonText::to_value).collect();
    }
    Some(view)
}

/// A step whose last attempt failed may be about to get another one.
fn status(last: &StepRow) -> StepStatus {
    match Note::from_json(last.note.as_ref()) {
        Some(Note::Retry | Note::Deciding) if last.status == StepStatus::Failed => StepStatus::Retrying,
        _ => last.status,
    }
}

fn attempt(row: &StepRow) -> Value {
    let output = (row.status == StepStatus::Completed).then_some(row.result.as_ref()).flatten();
    json!({
        "attempt": row.attempt,
        "onError": Note::from_json(row.note.as_ref()) == Some(Note::OnError),
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

/// An event.
#[must_use]
pub fn event(row: &EventRow) -> Value {
    json!({"id": row.id, "name": &*row.name, "payload": row.payload.to_value(), "timestamp": iso(row.at)})
}

/// A schedule, interval or poll; `next` is when it fires next.
#[must_use]
pub fn schedule(row: &ScheduleRow, next: Option<Timestamp>) -> Value {
    let spec = row.spec.to_value();
    let expression = ["cron", "every", "interval"].into_iter().map(|name| &spec[name]).find(|it| !it.is_null());
    json!({
        "id": &*row.id,
        "workflowId": &*row.workflow_id,
        "kind": spec["type"],
        "expression": expression,
        "timezone": spec["timezone"],
        "overlap": spec["overlap"],
        "catchUp": spec["catchUp"],
        "paused": row.is_paused,
        "lastFire": row.last_fire.map(iso),
        "nextFire": next.map(iso),
        "lastRun": row.last_run.map(|run| run.to_string()),
        "misses": row.misses,
        "failures": row.failures,
        "lastError": optional(row.last_error.as_ref()),
        "nextAttempt": row.next_attempt.map(iso),
    })
}

/// Times of a schedule that were missed.
#[must_use]
pub fn miss(row: &MissRow) -> Value {
    json!({
        "first": iso(row.first),
        "last": iso(row.last),
        "count": row.count,
        "reason": &*row.reason,
        "run": row.run_id.map(|run| run.to_string()),
        "recordedAt": iso(row.at),
    })
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
