//! The engine came back: what was executing is executed again, what was finished is not.

use super::advance;
use crate::{
    definition::Workflow,
    id::NodeId,
    machine::{Effect, RunState, RunStatus, StepStatus, nodes},
    worker::Failure,
};

pub(in crate::machine) fn recover(state: &mut RunState, workflow: &Workflow, effects: &mut Vec<Effect>) {
    if state.status == RunStatus::Pending {
        state.status = RunStatus::Running;
    }
    let interrupted: Vec<(NodeId, u32)> = state
        .steps
        .iter()
        .filter(|(_, step)| step.status == StepStatus::Running)
        .map(|(id, step)| (*id, step.attempt))
        .collect();
    for (id, attempt) in interrupted {
        let Some(node) = workflow.node(id) else {
            continue;
        };
        let failure = Failure::new("InterruptedError", "the engine stopped while this attempt was executing");
        nodes::retry_at_once(state, id, node, attempt, failure, effects);
    }
    advance(state, workflow, effects);
}
