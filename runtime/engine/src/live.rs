//! A run in the dispatcher's memory, and how its effects become writes and tasks.

use crate::{
    handle::RunEnd,
    writer::{Then, Unit},
};
use cronflow_core::{
    definition::Workflow,
    id::{AttemptId, NodeId, TaskId},
    json::JsonText,
    machine::{AttemptEnd, Effect, RunState, StepStatus},
    storage::{LogRow, StepRow, Write},
    time::Timestamp,
    worker::{Failure, FunctionRole, Task},
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::oneshot;

/// A run that has not ended.
pub(crate) struct LiveRun {
    pub(crate) state: RunState,
    pub(crate) workflow: Arc<Workflow>,
    /// The row of each node's running attempt.
    pub(crate) attempts: HashMap<NodeId, AttemptId>,
    /// Who wants to know the end.
    pub(crate) waiter: Option<oneshot::Sender<RunEnd>>,
}

/// What a task is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TaskOwner {
    pub(crate) run: cronflow_core::id::RunId,
    pub(crate) node: NodeId,
    pub(crate) attempt: u32,
}

/// Gives out the numbers of tasks and attempts.
pub(crate) struct Numbers {
    pub(crate) task: u64,
    pub(crate) attempt: i64,
}

impl LiveRun {
    /// Turns effects into writes and consequences. Returns the tasks that were started, and
    /// whether the run has ended. While the engine is stopping, nothing new is started.
    pub(crate) fn carry_out(
        &mut self,
        effects: Vec<Effect>,
        now: Timestamp,
        numbers: &mut Numbers,
        stopping: bool,
        unit: &mut Unit,
    ) -> (Vec<(TaskId, TaskOwner)>, bool) {
        let mut tasks = Vec::new();
        let mut ended = false;
        for effect in effects {
            match effect {
                Effect::StartAttempt { .. } if stopping => {}
                Effect::StartAttempt { node, attempt, role } => {
                    tasks.extend(self.start_attempt(node, attempt, role, now, numbers, unit));
                }
                Effect::EndAttempt { node, end, .. } => self.end_attempt(node, end, now, unit),
                Effect::Instant { node } => self.instant(node, now, numbers, unit),
                Effect::Log { node, level, message } => {
                    let step = self.workflow.node(node).map_or_else(|| "".into(), |node| node.name.clone());
                    let row = LogRow { run_id: self.state.context.run, step, level, message, at: now };
                    unit.writes.push(Write::InsertLog(row));
                }
                Effect::EndRun { status, output, error } => {
                    ended = true;
                    self.end(RunEnd { status, output, error }, now, unit);
                }
            }
        }
        (tasks, ended)
    }

    fn start_attempt(
        &mut self,
        node: NodeId,
        attempt: u32,
        role: FunctionRole,
        now: Timestamp,
        numbers: &mut Numbers,
        unit: &mut Unit,
    ) -> Option<(TaskId, TaskOwner)> {
        let row = self.row(node, attempt, StepStatus::Running, now, numbers)?;
        let definition = self.workflow.node(node)?;
        numbers.task += 1;
        let task = Task {
            id: TaskId(numbers.task),
            attempt_id: row.id,
            node,
            name: definition.name.clone(),
            role,
            attempt,
            timeout: definition.timeout,
            context: self.state.context.clone(),
            steps: self.state.completed.iter().filter(|view| view.is_step).cloned().collect(),
        };
        self.attempts.insert(node, row.id);
        unit.writes.push(Write::InsertStep(row));
        let owner = TaskOwner { run: self.state.context.run, node, attempt };
        let id = task.id;
        unit.then.push(Then::Submit(Box::new(task)));
        Some((id, owner))
    }

    fn end_attempt(&mut self, node: NodeId, end: AttemptEnd, now: Timestamp, unit: &mut Unit) {
        // An attempt without a row was never started: the engine was stopping.
        let Some(id) = self.attempts.remove(&node) else {
            return;
        };
        let error = end.error.as_ref().map(failure_json);
        unit.writes.push(Write::FinishStep { id, status: end.status, result: end.output, error, at: now });
    }

    fn instant(&mut self, node: NodeId, now: Timestamp, numbers: &mut Numbers, unit: &mut Unit) {
        let Some(mut row) = self.row(node, 1, StepStatus::Completed, now, numbers) else {
            return;
        };
        row.completed_at = Some(now);
        unit.writes.push(Write::InsertStep(row));
    }

    fn end(&mut self, end: RunEnd, now: Timestamp, unit: &mut Unit) {
        let id = self.state.context.run;
        unit.writes.push(Write::FinishRun {
            id,
            status: end.status,
            output: end.output.clone(),
            error: end.error.as_ref().map(failure_json),
            at: now,
        });
        unit.then.push(Then::Ended { run: id, waiter: self.waiter.take(), end });
    }

    fn row(
        &self,
        node: NodeId,
        attempt: u32,
        status: StepStatus,
        now: Timestamp,
        numbers: &mut Numbers,
    ) -> Option<StepRow> {
        let definition = self.workflow.node(node)?;
        numbers.attempt += 1;
        Some(StepRow {
            id: AttemptId(numbers.attempt),
            run_id: self.state.context.run,
            node,
            name: definition.name.clone(),
            kind: definition.kind.as_str().into(),
            attempt,
            status,
            result: None,
            error: None,
            started_at: now,
            completed_at: None,
        })
    }
}

/// A failure as it rests in a row.
pub(crate) fn failure_json(failure: &Failure) -> JsonText {
    JsonText::of(&serde_json::to_value(failure).unwrap_or(serde_json::Value::Null))
}
