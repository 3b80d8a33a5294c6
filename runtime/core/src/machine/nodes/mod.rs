//! What each kind of node does when the flow reaches it and when its task ends.

mod action;
mod log;
mod step;

use super::{AttemptEnd, Effect, RunState, StepStatus, lifecycle};
use crate::{
    definition::{Node, NodeKind, Workflow},
    id::NodeId,
    json::JsonText,
    worker::{Blame, Failure, FunctionRole, Outcome, StepView},
};

/// A step that was executing in this many crashes of its worker is given up. The first crash may
/// have come from outside (the system's memory killer, an operator), the second did not.
pub(super) const MAX_CRASHES: u32 = 2;

/// Whether the flow may go on to the next node at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    Wait,
}

/// The flow has reached a node.
pub(super) fn enter(state: &mut RunState, id: NodeId, node: &Node, effects: &mut Vec<Effect>) -> Flow {
    match &node.kind {
        NodeKind::Step => step::enter(state, id, effects),
        NodeKind::Action => action::enter(state, id, effects),
        NodeKind::Log { level, message } => log::enter(state, id, node, *level, message.as_deref(), effects),
    }
}

/// An attempt at a node has ended.
pub(super) fn finished(
    state: &mut RunState,
    workflow: &Workflow,
    id: NodeId,
    attempt: u32,
    outcome: Outcome,
    effects: &mut Vec<Effect>,
) {
    let Some(node) = workflow.node(id) else {
        return;
    };
    let Some(step) = state.steps.get_mut(&id) else {
        return;
    };
    // A late or repeated outcome: only the attempt that is running can end.
    if step.status != StepStatus::Running || step.attempt != attempt {
        return;
    }
    match outcome {
        Outcome::Ok(output) => complete(state, id, node, attempt, output, effects),
        Outcome::Err(failure) => fail(state, id, node, attempt, failure, effects),
        Outcome::TimedOut => fail(state, id, node, attempt, timeout_failure(node), effects),
        Outcome::WorkerLost { reason, blame } => {
            step.crashes += u32::from(blame != Blame::Innocent);
            let give_up = blame == Blame::Guilty || step.crashes >= MAX_CRASHES;
            let failure = Failure::new("WorkerLostError", reason);
            if give_up {
                fail(state, id, node, attempt, failure, effects);
            } else {
                retry_at_once(state, id, node, attempt, failure, effects);
            }
        }
    }
    lifecycle::advance(state, workflow, effects);
}

/// Hands out the next attempt at a node.
pub(super) fn start_attempt(state: &mut RunState, id: NodeId, role: FunctionRole, effects: &mut Vec<Effect>) {
    let step = state.step_mut(id);
    step.status = StepStatus::Running;
    step.attempt += 1;
    effects.push(Effect::StartAttempt { node: id, attempt: step.attempt, role });
}

/// Ends the running attempt without a verdict on the step, and starts another.
pub(super) fn retry_at_once(
    state: &mut RunState,
    id: NodeId,
    node: &Node,
    attempt: u32,
    failure: Failure,
    effects: &mut Vec<Effect>,
) {
    let end = AttemptEnd { status: StepStatus::Failed, output: None, error: Some(failure) };
    effects.push(Effect::EndAttempt { node: id, attempt, end });
    start_attempt(state, id, role_of(node), effects);
}

fn complete(state: &mut RunState, id: NodeId, node: &Node, attempt: u32, output: JsonText, effects: &mut Vec<Effect>) {
    state.step_mut(id).status = StepStatus::Completed;
    if let NodeKind::Log { level, .. } = node.kind {
        log::write(id, level, &output, effects);
    }
    record_view(state, id, node, attempt, output.clone());
    let end = AttemptEnd { status: StepStatus::Completed, output: Some(output), error: None };
    effects.push(Effect::EndAttempt { node: id, attempt, end });
}

fn fail(state: &mut RunState, id: NodeId, node: &Node, attempt: u32, failure: Failure, effects: &mut Vec<Effect>) {
    state.step_mut(id).status = StepStatus::Failed;
    let end = AttemptEnd { status: StepStatus::Failed, output: None, error: Some(failure.clone()) };
    effects.push(Effect::EndAttempt { node: id, attempt, end });
    if node.kind != NodeKind::Action {
        state.failure.get_or_insert(failure);
    }
}

fn record_view(state: &mut RunState, id: NodeId, node: &Node, attempts: u32, output: JsonText) {
    let is_step = node.kind == NodeKind::Step;
    state.completed.push(StepView { node: id, name: node.name.clone(), is_step, attempts, output });
}

fn role_of(node: &Node) -> FunctionRole {
    match node.kind {
        NodeKind::Log { .. } => FunctionRole::Message,
        NodeKind::Step | NodeKind::Action => FunctionRole::Handler,
    }
}

fn timeout_failure(node: &Node) -> Failure {
    let limit = node.timeout.map_or_else(String::new, |limit| format!(" of {} ms", limit.as_millis()));
    Failure::new("TimeoutError", format!("step '{}' took longer than its timeout{limit}", node.name))
}
