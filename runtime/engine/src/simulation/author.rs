//! The author of the workflows: answers tasks as the plans say.

use super::plan::{Body, Plan, Say, What, role_name};
use cronflow_core::{
    id::RunId,
    json::JsonText,
    place::Place,
    schedule::run_of,
    time::Timestamp,
    worker::{FunctionRole, Outcome, Task},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a call is known by, whichever hand-out of it is meant.
pub(crate) type CallKey = (RunId, Place, FunctionRole);

/// See the module's text.
pub(crate) struct Author {
    plans: BTreeMap<String, Plan>,
    /// How often each call was answered.
    answered: BTreeMap<CallKey, usize>,
}

impl Author {
    pub(crate) fn new(plans: &[Plan]) -> Self {
        let plans = plans.iter().map(|plan| (plan.id.clone(), plan.clone())).collect();
        Self { plans, answered: BTreeMap::new() }
    }

    pub(crate) fn key(task: &Task) -> CallKey {
        // A poll belongs to no run: all its tasks are calls of the same function.
        let run = match task.role {
            FunctionRole::Poll(_) => run_of(&task.name, Timestamp(0)),
            _ => task.context.run,
        };
        (run, task.place.clone(), task.role)
    }

    /// How often this call was answered before.
    pub(crate) fn answers(&self, task: &Task) -> usize {
        self.answered.get(&Self::key(task)).copied().unwrap_or_default()
    }

    pub(crate) fn note_answer(&mut self, task: &Task) {
        *self.answered.entry(Self::key(task)).or_default() += 1;
    }

    /// What the function says, and how long it takes.
    pub(crate) fn say(&self, task: &Task) -> (Outcome, u64) {
        let plan = &self.plans[&*task.context.workflow];
        let number = self.answers(task);
        let of_workflow =
            matches!(task.role, FunctionRole::FlowKeys | FunctionRole::Poll(_) | FunctionRole::TriggerFilter(_));
        if task.place.is_hook() || of_workflow {
            return spoken(plan.says.get(role_name(task.role)), number, task);
        }
        let name = if task.place.is_body() { task.name.split('[').next().unwrap_or_default() } else { &task.name };
        let Some(item) = plan.find(name) else { panic!("{} has no node '{}'", plan.id, task.name) };
        let FunctionRole::Body(branch) = task.role else {
            return spoken(item.says.get(role_name(task.role)), number, task);
        };
        match item.bodies[branch as usize].round(task.place.number()) {
            Body::Flow(items) => {
                let nodes: Value = items.iter().map(super::plan::Item::draft).collect();
                (Outcome::Flow(JsonText::of(&nodes)), 0)
            }
            Body::Says(says) => spoken(Some(says), number, task),
            Body::Rounds(_) => panic!("rounds do not nest"),
        }
    }
}

/// Answers with the entry of that number, or as the author of a plain workflow would.
fn spoken(says: Option<&Vec<Say>>, number: usize, task: &Task) -> (Outcome, u64) {
    let said = says.and_then(|says| says.get(number).or(says.last()));
    match said {
        Some(say) => (outcome(&say.what, task), say.takes),
        None => (Outcome::Ok(JsonText::of(&plain(task))), 0),
    }
}

fn outcome(what: &What, task: &Task) -> Outcome {
    match what {
        What::Value(value) => Outcome::Ok(JsonText::of(value)),
        What::Argument(pointer) => {
            let argument = task.argument.as_ref().map_or(Value::Null, JsonText::to_value);
            Outcome::Ok(JsonText::of(argument.pointer(pointer).unwrap_or(&Value::Null)))
        }
        What::Fail(failure) => Outcome::Err(failure.clone()),
        What::Lost(blame) => Outcome::WorkerLost { reason: "the worker went away".to_owned(), blame: *blame },
        What::CancelRun => Outcome::Cancel { reason: "the code asked for it".to_owned() },
    }
}

/// What a function says of which the plan says nothing.
fn plain(task: &Task) -> Value {
    match task.role {
        FunctionRole::Condition | FunctionRole::Filter | FunctionRole::RetryDecision => json!(true),
        // The event says itself whether it is wanted.
        FunctionRole::TriggerFilter(_) => task.context.payload.to_value().get("judge").cloned().unwrap_or(json!(true)),
        FunctionRole::Poll(_) => json!([]),
        FunctionRole::Items => json!([1, 2]),
        FunctionRole::Duration => json!(10),
        FunctionRole::Until => json!(task.context.started_at.0 + 10),
        FunctionRole::FlowKeys => {
            let payload = task.context.payload.to_value();
            let key = payload["key"].as_str().unwrap_or_default();
            let limits = ["debounce", "rateLimit", "singleton", "throttle", "concurrency"];
            limits.iter().map(|limit| ((*limit).to_owned(), json!(key))).collect()
        }
        FunctionRole::OnPause | FunctionRole::OnTimeout | FunctionRole::OnSuccess | FunctionRole::OnFailure => {
            Value::Null
        }
        _ => json!(&*task.name),
    }
}
