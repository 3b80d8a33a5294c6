//! The run begins.

use super::advance;
use crate::{
    definition::Workflow,
    machine::{Effect, RunState, RunStatus},
};

pub(in crate::machine) fn start(state: &mut RunState, workflow: &Workflow, effects: &mut Vec<Effect>) {
    if state.status != RunStatus::Pending {
        return;
    }
    state.status = RunStatus::Running;
    advance(state, workflow, effects);
}
