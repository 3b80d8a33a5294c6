//! Events: what is published resumes runs that wait and starts runs of triggers that listen.
//!
//! The event, the runs that it starts and what it does to runs that wait are one unit. When a function
//! of the author must judge the event first, its run is recorded with it and goes when it is not wanted.

use crate::{
    dispatcher::Dispatcher,
    handle::RunEnd,
    live::TaskOwner,
    unit::{Then, Unit},
};
use cronflow_core::{
    definition::{Source, Workflow},
    id::{RunId, TaskId},
    json::JsonText,
    machine::{Input, RunStatus},
    place::Place,
    storage::{EventRow, RunSettings, Write, covers},
    view,
    worker::{Blame, Failure, FunctionRole, Outcome, Task},
};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::oneshot;

impl Dispatcher {
    pub(crate) fn publish(
        &mut self,
        name: &Arc<str>,
        payload: &JsonText,
        reply: oneshot::Sender<i64>,
        unit: &mut Unit,
    ) {
        let now = self.clock.now();
        self.numbers.event += 1;
        let id = self.numbers.event;
        let row = EventRow { id, name: name.clone(), payload: payload.clone(), at: now };
        unit.writes.push(Write::InsertEvent(row));
        for run in self.waiting.remove(name).unwrap_or_default() {
            let input = Input::Event { id, name: name.to_string(), payload: payload.clone() };
            self.apply(run, input, unit);
            let still_waits = self.runs.get(&run).is_some_and(|run| run.state.awaited_events().next().is_some());
            if still_waits {
                self.waiting.entry(name.clone()).or_default().insert(run);
            }
        }
        self.start_for_event(id, name, payload, unit);
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(id);
        })));
    }

    fn start_for_event(&mut self, id: i64, name: &Arc<str>, payload: &JsonText, unit: &mut Unit) {
        let registry = self.registry.clone();
        let mut workflows: Vec<&Arc<Workflow>> = registry.current.values().collect();
        workflows.sort_by(|a, b| a.id.cmp(&b.id));
        for workflow in workflows {
            for (index, trigger) in (0..).zip(&workflow.triggers) {
                let Source::Event { event, asks, .. } = &trigger.source else { continue };
                if !covers(event, name) {
                    continue;
                }
                let now = self.clock.now();
                let run = self.numbers.run(now, &mut self.random);
                let about = json!({
                    "type": "event",
                    "event": {"id": id, "name": &**name, "payload": payload.to_value(), "timestamp": view::iso(now)},
                });
                let settings = RunSettings { entry: Some(index), asks: *asks, ..RunSettings::default() };
                self.add_run(run, workflow, payload.clone(), JsonText::of(&about), None, settings, unit);
                // While the engine stops nothing begins; the run is durable and begins at the next start.
                if !self.is_stopping {
                    self.pass_gate(run, unit);
                }
            }
        }
    }

    /// Asks the trigger's function whether a run is wanted.
    pub(crate) fn ask_trigger(&mut self, id: RunId, unit: &mut Unit) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        if self.is_stopping || run.tasks.contains_key(&Place::root()) {
            return;
        }
        self.numbers.task += 1;
        let task = TaskId(self.numbers.task);
        run.tasks.insert(Place::root(), task);
        let role = FunctionRole::TriggerFilter(run.settings.entry.unwrap_or_default());
        let owner = TaskOwner { run: id, place: Place::root(), role, attempt: 1, path: run.workflow.id.clone() };
        self.tasks.insert(task, owner);
        unit.then.push(Then::Submit(Box::new(Task {
            id: task,
            place: Place::root(),
            name: run.workflow.id.clone(),
            role,
            attempt: 1,
            timeout: None,
            context: run.state.context.clone(),
            steps: Vec::new(),
            argument: None,
            scopes: Vec::new(),
        })));
    }

    /// The trigger's function has judged: `true`, `false`, or an object that says what does not fit.
    pub(crate) fn trigger_judged(&mut self, id: RunId, outcome: Outcome, unit: &mut Unit) {
        if let Some(run) = self.runs.get_mut(&id) {
            run.tasks.remove(&Place::root());
        }
        let failure = match outcome {
            Outcome::Ok(text) => match text.to_value() {
                serde_json::Value::Bool(true) => return self.is_wanted(id, unit),
                serde_json::Value::Bool(false) => return self.drop_run(id, unit),
                other => {
                    let reason = other["mismatch"].as_str().unwrap_or("the event does not fit");
                    let failure = Failure::new("NotAdmittedError", reason);
                    return self.end_pending(id, RunStatus::Cancelled, failure, unit);
                }
            },
            Outcome::WorkerLost { blame: Blame::Innocent, .. } => return self.ask_trigger(id, unit),
            Outcome::WorkerLost { reason, .. } => Failure::new("WorkerLostError", reason),
            Outcome::Err(failure) => failure,
            Outcome::TimedOut | Outcome::Flow(_) | Outcome::Cancel { .. } => {
                Failure::new("Error", "the filter of an event did not say whether the event is wanted")
            }
        };
        self.end_pending(id, RunStatus::Failed, failure, unit);
    }

    fn is_wanted(&mut self, id: RunId, unit: &mut Unit) {
        if let Some(run) = self.runs.get_mut(&id) {
            run.settings.asks = false;
            self.save_settings(id, unit);
            self.pass_gate(id, unit);
        }
    }

    fn drop_run(&mut self, id: RunId, unit: &mut Unit) {
        let Some(run) = self.runs.remove(&id) else { return };
        self.forget(id, &run);
        unit.writes.push(Write::DropRun { id });
        let end = RunEnd { status: RunStatus::Cancelled, output: None, error: None };
        unit.then.push(Then::Ended { run: id, waiters: run.waiters, end });
    }
}
