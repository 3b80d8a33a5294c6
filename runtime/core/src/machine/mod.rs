//! The run as a state machine without I/O: `apply` takes what happened and says what to do.
//!
//! `apply` is the only way to change a [`RunState`]. It never fails and never blocks: an input
//! that does not fit the state (a late outcome, say) changes nothing and asks for nothing. The
//! engine carries the effects out: it records them in one transaction, and only when that is
//! committed does it call functions or tell anybody.
//!
//! A run is a tree. Each thing that has begun is a [`Cell`] under its [`crate::place::Place`]; each
//! flow that is under way (the workflow's own, a body of a loop, a branch) is a [`Frame`] with a
//! cursor. Everything durable is in the rows of the cells: [`restore`] makes the same state out of
//! them again.

mod driver;
mod effect;
mod input;
mod invariant;
mod lifecycle;
mod nodes;
mod note;
mod restore;
mod state;
mod status;

pub use effect::{Call, Effect, World};
pub use input::Input;
pub use invariant::violated;
pub use lifecycle::retried;
pub use note::Note;
pub use restore::{Failed, restore};
pub use state::{BodyEnd, Cell, Frame, Phase, Progress, RunState};
pub use status::{RunStatus, StepStatus};

use crate::definition::Workflow;
use driver::Driver;

/// Tells the run what happened and returns what is to be done, in order.
pub fn apply(state: &mut RunState, workflow: &Workflow, world: &mut dyn World, input: Input) -> Vec<Effect> {
    if state.status.is_terminal() && input != Input::Retry {
        return Vec::new();
    }
    let mut driver = Driver::new(state, workflow, world);
    match input {
        Input::Start => driver.start(),
        Input::Recover => driver.recover(),
        Input::Finished { place, role, attempt, outcome } => driver.finished(&place, role, attempt, outcome),
        Input::Tick => driver.tick(),
        Input::Event { id, name, payload } => driver.event(id, &name, &payload),
        Input::Resume { token, payload } => driver.resumed(&token, &payload),
        Input::ChildEnded { child, status, output, error } => driver.child_ended(child, status, output, error),
        Input::Cached { place, key, output } => driver.cached(&place, &key, output),
        Input::Cancel { reason } => driver.cancel_run(&reason),
        Input::Retry => driver.retry_run(),
    }
    driver.finish()
}
