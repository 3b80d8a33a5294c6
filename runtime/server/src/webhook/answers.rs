//! What a webhook answers once its run is recorded.

use super::{gate, refusal::Refusal, request::Delivery};
use crate::{
    answer::{self, Answer},
    made::Made,
};
use cronflow_core::{
    definition::Respond,
    id::{NodeId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    place::Place,
    storage::StoredRun,
    view,
    worker::{Failure, FunctionRole, Outcome, StepView},
};
use cronflow_engine::RunEnd;
use hyper::StatusCode;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Longest time for the function that makes the answer.
const RESPOND_LIMIT: Duration = Duration::from_secs(10);
/// The failure of a run that flow control did not let begin.
const NOT_ADMITTED: &str = "NotAdmittedError";

/// How long the answer waits for the end of the run.
pub(super) fn patience(delivery: &Delivery) -> Duration {
    let rules = &delivery.hook.rules;
    match rules.respond {
        Respond::Accepted => Duration::ZERO,
        _ => rules.response_timeout.unwrap_or(delivery.shared.options.response_timeout),
    }
}

/// The answer, as the webhook's rules want it. Without an end the run goes on: it takes longer than the answer waits, or
/// the engine is stopping and it goes on at the next start.
pub(super) async fn of_run(delivery: &Delivery, run: RunId, end: Option<RunEnd>) -> Answer {
    let rules = &delivery.hook.rules;
    match end.filter(|_| rules.respond != Respond::Accepted) {
        Some(end) if end.status == RunStatus::Completed && rules.respond == Respond::Function => {
            by_function(delivery, run, end).await.unwrap_or_else(|refusal| *refusal.answer)
        }
        Some(end) if end.status == RunStatus::Completed => completed(run, end.output.as_ref()),
        Some(end) if end.status.is_terminal() => failed(delivery, run, &end).await,
        // It waits for a person, an event or a long sleep.
        Some(_) | None => accepted(run),
    }
}

fn completed(run: RunId, output: Option<&JsonText>) -> Answer {
    // Written by hand, so that the output keeps its bytes.
    let body = format!(
        "{{\"status\":\"success\",\"message\":\"Webhook processed successfully\",\
         \"workflow_triggered\":true,\"run_id\":\"{run}\",\"output\":{}}}",
        output.map_or("null", JsonText::as_str)
    );
    answer::text(StatusCode::OK, body)
}

/// 202: the run goes on.
pub(crate) fn accepted(run: RunId) -> Answer {
    let body = json!({"status": "accepted", "run_id": run.to_string(), "url": format!("/api/runs/{run}")});
    answer::json(StatusCode::ACCEPTED, &body)
}

async fn failed(delivery: &Delivery, run: RunId, end: &RunEnd) -> Answer {
    if delivery.hook.rules.answers_errors
        && let Some(answer) = answer_of_hook(delivery, run).await
    {
        return answer;
    }
    let refused = end.error.as_ref().filter(|error| error.name == NOT_ADMITTED);
    // What went wrong may be secret; the run's record has it. What flow control says is not.
    let (status, reason) = match refused {
        Some(error) if error.message.starts_with("rateLimit") => (StatusCode::TOO_MANY_REQUESTS, error.message.clone()),
        Some(error) => (StatusCode::CONFLICT, error.message.clone()),
        None => {
            let reason = format!("the run ended as {}; its record says why", end.status);
            (StatusCode::INTERNAL_SERVER_ERROR, reason)
        }
    };
    let body = json!({
        "status": "error",
        "message": "Workflow execution failed",
        "error": reason,
        "workflow_triggered": true,
        "run_id": run.to_string(),
    });
    let answer = answer::json(status, &body);
    if status == StatusCode::TOO_MANY_REQUESTS { answer::retry_later(answer) } else { answer }
}

/// The answer that `onError` has returned: it was called as a hook of the run, once.
async fn answer_of_hook(delivery: &Delivery, run: RunId) -> Option<Answer> {
    let (stored, _) = delivery.shared.engine.run(run).await.ok()??;
    let hook = Place::root().hook();
    let row = stored.steps.iter().rev().find(|row| row.place == hook && row.status == StepStatus::Completed)?;
    serde_json::from_str::<Option<Made>>(row.result.as_ref()?.as_str()).ok()??.answer()
}

async fn by_function(delivery: &Delivery, run: RunId, end: RunEnd) -> Result<Answer, Refusal> {
    let unreadable = || Refusal::failed("the database cannot be read");
    let stored = delivery.shared.engine.run(run).await.map_err(|_| unreadable())?;
    let (stored, _) = stored.ok_or_else(unreadable)?;
    let facts =
        json!({"id": run.to_string(), "startedAt": view::iso(stored.run.created_at), "version": &*stored.run.version});
    let output = end.output.unwrap_or_else(JsonText::null);
    let argument = format!("{{\"run\":{facts},\"output\":{}}}", output.as_str());
    let role = FunctionRole::Respond(delivery.hook.entry);
    let (payload, trigger) = (stored.run.payload.clone(), stored.run.trigger.clone());
    let steps = steps_of(delivery, &stored);
    let outcome = gate::call(delivery, role, payload, trigger, argument, steps, RESPOND_LIMIT).await;
    let made = match outcome {
        Ok(Outcome::Ok(text)) => {
            serde_json::from_str::<Made>(text.as_str()).ok().and_then(Made::answer).ok_or_else(|| {
                Outcome::Err(Failure::new("TypeError", "respond returned a status, header or body that cannot be sent"))
            })
        }
        Ok(other) => Err(other),
        Err(refusal) => return Err(refusal),
    };
    Ok(made.unwrap_or_else(|outcome| {
        let _ = gate::failed(delivery, outcome);
        no_answer(run)
    }))
}

/// The run has ended well, and the function that makes the answer has not.
fn no_answer(run: RunId) -> Answer {
    let body = json!({
        "status": "error",
        "message": "Webhook processing failed",
        "error": "the answer could not be made; the server's log says why",
        "workflow_triggered": true,
        "run_id": run.to_string(),
    });
    answer::json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

/// The finished steps as `ctx.steps` shows them, in order of completion.
fn steps_of(delivery: &Delivery, stored: &StoredRun) -> Vec<Arc<StepView>> {
    let graph = &delivery.hook.workflow.graph;
    let has_output = |place: &Place| {
        place.depth() == 1 && graph.node(NodeId(place.number())).is_some_and(|node| node.kind.has_output())
    };
    let done = stored.steps.iter().filter(|row| row.status == StepStatus::Completed && has_output(&row.place));
    let mut done: Vec<_> = done.filter(|row| row.result.is_some()).collect();
    done.sort_by_key(|row| (row.completed_at, row.id));
    let view = |row: &&cronflow_core::storage::StepRow| StepView {
        place: row.place.clone(),
        round: 0,
        name: row.name.clone(),
        attempts: row.attempt,
        output: row.result.clone().unwrap_or_else(JsonText::null),
    };
    done.iter().map(view).map(Arc::new).collect()
}
