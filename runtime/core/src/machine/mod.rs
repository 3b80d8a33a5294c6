//! The run as a state machine without I/O: `apply` takes what happened and says what to do.
//!
//! `apply` is the only way to change a [`RunState`]. It never fails and never blocks: an input
//! that does not fit the state (a late outcome, say) changes nothing and asks for nothing. The
//! engine carries the effects out: it records them in one transaction, and only when that is
//! committed does it hand out the tasks.

mod effect;
mod input;
mod invariant;
mod lifecycle;
mod nodes;
mod state;
mod status;

pub use effect::{AttemptEnd, Effect};
pub use input::Input;
pub use invariant::violated;
pub use state::{RunState, StepState};
pub use status::{RunStatus, StepStatus};

use crate::definition::Workflow;

/// Tells the run what happened and returns what is to be done, in order.
pub fn apply(state: &mut RunState, workflow: &Workflow, input: Input) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.status.is_terminal() {
        return effects;
    }
    match input {
        Input::Start => lifecycle::start(state, workflow, &mut effects),
        Input::Recover => lifecycle::recover(state, workflow, &mut effects),
        Input::Finished { node, attempt, outcome } => {
            nodes::finished(state, workflow, node, attempt, outcome, &mut effects);
        }
        Input::Cancel { reason } => lifecycle::cancel(state, &reason, &mut effects),
    }
    effects
}

#[cfg(test)]
mod tests;
