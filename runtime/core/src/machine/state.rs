//! A run in memory, and how it is rebuilt from its rows.

use super::{RunStatus, StepStatus};
use crate::{
    definition::{NodeKind, Workflow},
    id::NodeId,
    json::JsonText,
    storage::{StepRow, StoredRun},
    time::Timestamp,
    worker::{Failure, RunContext, StepView},
};
use std::{collections::BTreeMap, sync::Arc};

/// Where one step of a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepState {
    /// Its status.
    pub status: StepStatus,
    /// The latest attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// How often it was executing when its worker crashed.
    pub crashes: u32,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunState {
    /// What never changes while it lives.
    pub context: Arc<RunContext>,
    /// Its status.
    pub status: RunStatus,
    /// The next node of the flow.
    pub cursor: NodeId,
    /// Nodes that have begun.
    pub steps: BTreeMap<NodeId, StepState>,
    /// Completed nodes in order of completion.
    pub completed: Vec<StepView>,
    /// The error that ends the run as soon as its actions have settled.
    pub failure: Option<Failure>,
}

impl RunState {
    /// A run that has not begun.
    #[must_use]
    pub fn new(context: Arc<RunContext>) -> Self {
        Self {
            context,
            status: RunStatus::Pending,
            cursor: NodeId(0),
            steps: BTreeMap::new(),
            completed: Vec::new(),
            failure: None,
        }
    }

    /// Rebuilds a run from its rows. Attempts without a recorded end show as running; the input
    /// [`super::Input::Recover`] deals with them.
    #[must_use]
    pub fn restore(stored: &StoredRun, workflow: &Workflow) -> Self {
        let run = &stored.run;
        let mut state = Self::new(Arc::new(RunContext {
            run: run.id,
            workflow: run.workflow_id.clone(),
            version: run.version.clone(),
            payload: run.payload.clone(),
            trigger: run.trigger.clone(),
            started_at: run.started_at.unwrap_or(run.created_at),
        }));
        state.status = run.status;
        let mut ended: Vec<_> = Vec::new();
        for row in &stored.steps {
            let step = state.step_mut(row.node);
            step.status = row.status;
            step.attempt = step.attempt.max(row.attempt);
            if row.status == StepStatus::Completed {
                ended.push((row.completed_at.unwrap_or(Timestamp(0)), row));
            }
            state.cursor = state.cursor.max(NodeId(row.node.0 + 1));
        }
        state.failure = state.recorded_failure(stored, workflow);
        // Rows are in order of hand-out; `completed` is in order of completion. The sort is
        // stable, so equal times keep the order of hand-out.
        ended.sort_by_key(|(at, _)| *at);
        state.completed = ended
            .into_iter()
            .map(|(_, row)| StepView {
                node: row.node,
                name: row.name.clone(),
                is_step: workflow.node(row.node).is_some_and(|node| node.kind == NodeKind::Step),
                attempts: row.attempt,
                output: row.result.clone().unwrap_or_else(JsonText::null),
            })
            .collect();
        state
    }

    /// The error of a step whose last attempt failed: the run is only waiting for its actions.
    fn recorded_failure(&self, stored: &StoredRun, workflow: &Workflow) -> Option<Failure> {
        let fatal = |row: &&StepRow| {
            let holds_the_flow = workflow.node(row.node).is_some_and(|node| node.kind != NodeKind::Action);
            let last = self.steps.get(&row.node).is_some_and(|step| step.attempt == row.attempt);
            holds_the_flow && last && row.status == StepStatus::Failed
        };
        let row = stored.steps.iter().find(fatal)?;
        let failure = row.error.as_ref().and_then(|json| serde_json::from_str(json.as_str()).ok());
        Some(failure.unwrap_or_else(|| Failure::new("Error", "the step failed")))
    }

    /// Whether any attempt is with a worker.
    #[must_use]
    pub fn has_live_attempt(&self) -> bool {
        self.steps.values().any(|step| step.status == StepStatus::Running)
    }

    /// The output of the step that completed last; what the run returns.
    #[must_use]
    pub fn last_output(&self) -> Option<&JsonText> {
        self.completed.iter().rev().find(|view| view.is_step).map(|view| &view.output)
    }

    pub(super) fn step_mut(&mut self, node: NodeId) -> &mut StepState {
        self.steps.entry(node).or_insert(StepState { status: StepStatus::Pending, attempt: 0, crashes: 0 })
    }
}
