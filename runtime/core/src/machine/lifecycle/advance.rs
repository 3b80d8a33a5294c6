//! The flow moves on: enters nodes until one makes it wait, and ends the run when nothing is left.

use crate::{
    definition::Workflow,
    id::NodeId,
    machine::{
        Effect, RunState, RunStatus,
        nodes::{self, Flow},
    },
};

pub(in crate::machine) fn advance(state: &mut RunState, workflow: &Workflow, effects: &mut Vec<Effect>) {
    if state.status != RunStatus::Running {
        return;
    }
    while state.failure.is_none() && !flow_waits(state, workflow) {
        let id = state.cursor;
        let Some(node) = workflow.node(id) else { break };
        state.cursor = NodeId(id.0 + 1);
        if nodes::enter(state, id, node, effects) == Flow::Wait {
            return;
        }
    }
    let flow_is_over = state.failure.is_some() || workflow.node(state.cursor).is_none();
    if flow_is_over && !state.has_live_attempt() {
        end(state, effects);
    }
}

/// Whether the node before the cursor still holds the flow up. Actions never do.
fn flow_waits(state: &RunState, workflow: &Workflow) -> bool {
    use crate::definition::NodeKind;
    let Some(before) = state.cursor.0.checked_sub(1).map(NodeId) else {
        return false;
    };
    let holds = workflow.node(before).is_some_and(|node| node.kind != NodeKind::Action);
    holds && state.steps.get(&before).is_some_and(|step| !step.status.is_terminal())
}

fn end(state: &mut RunState, effects: &mut Vec<Effect>) {
    let (status, output, error) = match state.failure.clone() {
        Some(failure) => (RunStatus::Failed, None, Some(failure)),
        None => (RunStatus::Completed, state.last_output().cloned(), None),
    };
    state.status = status;
    effects.push(Effect::EndRun { status, output, error });
}
