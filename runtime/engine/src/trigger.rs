//! How runs come into being: triggers, events, subflows.

use crate::{
    dispatcher::{Dispatcher, MAX_LIVE_RUNS},
    handle::{Accepted, TriggerError, TriggerRequest},
    live::Waiter,
    unit::{Admission, Ask, Then, Unit},
};
use cronflow_core::{
    definition::{Source, Workflow},
    id::RunId,
    json::JsonText,
    machine::{Input, RunState, RunStatus},
    storage::{EventRow, RunRow, RunSettings, Write},
    view,
    worker::{Failure, RunContext},
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Dispatcher {
    pub(crate) fn trigger(
        &mut self,
        request: TriggerRequest,
        reply: oneshot::Sender<Result<Accepted, TriggerError>>,
        unit: &mut Unit,
    ) {
        let workflow = self.registry.current.get(&request.workflow).cloned();
        let refusal = if self.is_stopping {
            Some(TriggerError::Stopping)
        } else if self.runs.len() >= MAX_LIVE_RUNS {
            Some(TriggerError::Overloaded)
        } else {
            workflow.is_none().then(|| TriggerError::UnknownWorkflow(request.workflow.to_string()))
        };
        let Some(workflow) = workflow.filter(|_| refusal.is_none()) else {
            let _ = reply.send(Err(refusal.unwrap_or(TriggerError::Stopping)));
            return;
        };
        let now = self.clock.now();
        let run = self.numbers.run(now, &mut self.random);
        let settings = RunSettings {
            entry: request.entry,
            start_at: request.delay.map(|delay| now.after(delay)),
            priority: request.priority,
            idempotency_key: request.idempotency_key,
            replay_of: request.replay_of,
            mocks: request.mocks,
            ..RunSettings::default()
        };
        let has_key = settings.idempotency_key.is_some();
        self.add_run(run, &workflow, request.payload, request.trigger, None, settings, unit);
        if let Some(mut delivery) = request.delivery {
            delivery.run = Some(run);
            unit.writes.push(Write::InsertDelivery(*delivery));
        }
        let (waiter, end) = oneshot::channel();
        if let Some(live) = self.runs.get_mut(&run) {
            live.waiters.push(Waiter { sender: waiter, or_waits: request.or_waits });
        }
        unit.admission = Some(Admission { run, reply, end, born: vec![run] });
        // With a key it is not known yet whether the run is the first: it begins once it is added.
        if !has_key {
            self.pass_gate(run, unit);
        }
        if let Some(admission) = &mut unit.admission {
            admission.born = unit
                .writes
                .iter()
                .filter_map(|write| match write {
                    Write::InsertRun(row) => Some(row.id),
                    _ => None,
                })
                .collect();
        }
    }

    /// A run is durable that could not begin before it was.
    pub(crate) fn added(&mut self, run: RunId, unit: &mut Unit) {
        let waits = self.runs.get(&run).is_some_and(|live| {
            live.state.status == RunStatus::Pending && live.wake_at.is_none() && live.settings.stage.is_none()
        });
        if waits {
            self.pass_gate(run, unit);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a new run")]
    fn add_run(
        &mut self,
        run: RunId,
        workflow: &Arc<Workflow>,
        payload: JsonText,
        trigger: JsonText,
        parent: Option<RunId>,
        settings: RunSettings,
        unit: &mut Unit,
    ) {
        let now = self.clock.now();
        let context = Arc::new(RunContext {
            run,
            workflow: workflow.id.clone(),
            version: workflow.version.clone(),
            payload,
            trigger,
            entry: settings.entry,
            started_at: now,
            mocks: settings.mocks.clone(),
        });
        let row = RunRow {
            id: run,
            workflow_id: workflow.id.clone(),
            version: workflow.version.clone(),
            status: RunStatus::Pending,
            payload: context.payload.clone(),
            trigger: context.trigger.clone(),
            parent,
            settings: settings.clone(),
            output: None,
            error: None,
            created_at: now,
            started_at: None,
            completed_at: None,
        };
        if settings.idempotency_key.is_some() {
            unit.ask(Write::InsertRun(row), Ask::Added);
        } else {
            unit.writes.push(Write::InsertRun(row));
        }
        let state = RunState::new(context, workflow);
        self.insert(state, workflow.clone(), parent, settings);
    }

    pub(crate) fn start_child(
        &mut self,
        parent: RunId,
        child: RunId,
        workflow: &Arc<str>,
        payload: JsonText,
        wait: bool,
        unit: &mut Unit,
    ) {
        let Some(workflow) = self.registry.current.get(workflow).cloned() else {
            let error = Failure::new("Error", format!("there is no workflow '{workflow}'"));
            let status = RunStatus::Failed;
            self.inputs.push_back((parent, Input::ChildEnded { child, status, output: None, error: Some(error) }));
            return;
        };
        let trigger = JsonText::of(&serde_json::json!({"type": "subflow", "parent": parent.to_string()}));
        let settings = RunSettings::default();
        self.add_run(child, &workflow, payload, trigger, wait.then_some(parent), settings, unit);
        // It goes through flow control after the parent's own effects.
        self.newborn.push(child);
    }

    /// An event and everything that it starts or resumes are one unit.
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
        self.start_for_event(name, payload, unit);
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(id);
        })));
    }

    fn start_for_event(&mut self, name: &Arc<str>, payload: &JsonText, unit: &mut Unit) {
        let registry = self.registry.clone();
        let mut workflows: Vec<&Arc<Workflow>> = registry.current.values().collect();
        workflows.sort_by(|a, b| a.id.cmp(&b.id));
        for workflow in workflows {
            for (index, trigger) in (0..).zip(&workflow.triggers) {
                let Source::Event { event } = &trigger.source else { continue };
                if !matches_event(event, name) || self.is_stopping {
                    continue;
                }
                let now = self.clock.now();
                let run = self.numbers.run(now, &mut self.random);
                let about = serde_json::json!({
                    "type": "event",
                    "event": {"name": &**name, "payload": payload.to_value(), "timestamp": view::iso(now)},
                });
                let settings = RunSettings { entry: Some(index), ..RunSettings::default() };
                self.add_run(run, workflow, payload.clone(), JsonText::of(&about), None, settings, unit);
                self.pass_gate(run, unit);
            }
        }
    }
}

/// Whether a pattern such as `order.*` covers a name. `*` stands for one part, at the end for all
/// that follow.
pub(crate) fn matches_event(pattern: &str, name: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('.').peekable(), name.split('.').peekable());
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) if patterns.peek().is_none() => return true,
            (Some("*"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches_event;
    use rstest::rstest;

    #[rstest]
    #[case("order.created", "order.created", true)]
    #[case("order.*", "order.created", true)]
    #[case("order.*", "order.created.late", true)]
    #[case("order.*", "order", false)]
    #[case("order.*", "orders.created", false)]
    #[case("*", "anything.at.all", true)]
    #[case("*.created", "order.created", true)]
    #[case("*.created", "order.deleted", false)]
    #[case("a.*.c", "a.b.c", true)]
    #[case("a.*.c", "a.b.d", false)]
    fn patterns(#[case] pattern: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(matches_event(pattern, name), expected);
    }
}
