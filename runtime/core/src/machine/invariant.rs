//! What must be true of every run after every input. Property tests check it; production does not.

use super::{RunState, RunStatus, StepStatus};
use crate::definition::Workflow;

/// The first broken invariant, in words.
#[must_use]
pub fn violated(state: &RunState, workflow: &Workflow) -> Option<String> {
    let running = state.status == RunStatus::Running;
    if running && !state.has_live_attempt() {
        return Some("a running run has no live attempt: nothing would ever wake it".to_owned());
    }
    if state.status.is_terminal() && state.has_live_attempt() {
        return Some("a finished run has a live attempt".to_owned());
    }
    if state.status == RunStatus::Completed && (state.cursor.0 as usize) < workflow.nodes.len() {
        return Some("a completed run has nodes that were never entered".to_owned());
    }
    for (id, step) in &state.steps {
        let views = state.completed.iter().filter(|view| view.node == *id).count();
        let expected = usize::from(step.status == StepStatus::Completed);
        if views != expected {
            return Some(format!("node {} is {} but has {views} outputs", id.0, step.status));
        }
        if *id >= state.cursor {
            return Some(format!("node {} began before the flow reached it", id.0));
        }
    }
    None
}
