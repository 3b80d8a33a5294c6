//! How runs come into being: triggers and subflows.

use crate::{
    dispatcher::{Dispatcher, MAX_LIVE_RUNS},
    feed::{self, RunChange},
    handle::{Accepted, TriggerError, TriggerRequest},
    live::Waiter,
    unit::{Admission, Ask, Unit},
};
use cronflow_core::{
    definition::Workflow,
    id::RunId,
    json::JsonText,
    machine::{Input, RunState, RunStatus},
    storage::{RunRow, RunSettings, Write},
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
            schedule: request.schedule,
            ..RunSettings::default()
        };
        let has_key = settings.idempotency_key.is_some();
        self.schedules.join(run, settings.schedule.as_ref(), false);
        unit.writes.extend(self.schedules.note_run(run, settings.schedule.as_ref()));
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
    pub(crate) fn add_run(
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
        let workflow_id = workflow.id.clone();
        let change = RunChange { run, workflow: workflow_id, status: RunStatus::Pending, is_new: true, at: now };
        feed::note(&mut unit.changes, change);
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
}
