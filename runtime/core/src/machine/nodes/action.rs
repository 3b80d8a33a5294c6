//! An action: the flow goes on beside it; the run ends only when it has settled.

use super::{Flow, start_attempt};
use crate::{
    id::NodeId,
    machine::{Effect, RunState},
    worker::FunctionRole,
};

pub(super) fn enter(state: &mut RunState, id: NodeId, effects: &mut Vec<Effect>) -> Flow {
    start_attempt(state, id, FunctionRole::Handler, effects);
    Flow::Continue
}
