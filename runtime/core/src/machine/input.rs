//! What can happen to a run.

use super::RunStatus;
use crate::{
    id::RunId,
    json::JsonText,
    place::Place,
    worker::{Failure, FunctionRole, Outcome},
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The run was admitted and begins.
    Start,
    /// The engine restarted; the state was rebuilt from the store.
    Recover,
    /// A call into user code ended.
    Finished {
        /// Where.
        place: Place,
        /// Which function.
        role: FunctionRole,
        /// Which attempt.
        attempt: u32,
        /// How.
        outcome: Outcome,
    },
    /// Time has passed.
    Tick,
    /// An event that the run waits for was published.
    Event {
        /// Its number.
        id: i64,
        /// Its name.
        name: String,
        /// What it carries.
        payload: JsonText,
    },
    /// Somebody decided.
    Resume {
        /// The token of the wait.
        token: String,
        /// The decision.
        payload: JsonText,
    },
    /// A child run ended.
    ChildEnded {
        /// Which.
        child: RunId,
        /// How.
        status: RunStatus,
        /// Its result.
        output: Option<JsonText>,
        /// Its error.
        error: Option<Failure>,
    },
    /// The answer to [`super::Effect::Lookup`].
    Cached {
        /// Where.
        place: Place,
        /// The key that was asked for.
        key: String,
        /// What was found.
        output: Option<JsonText>,
    },
    /// Somebody wants the run to end.
    Cancel {
        /// Why, for people.
        reason: String,
    },
    /// Somebody wants a failed run to go on from where it failed. Comes right after the state was
    /// rebuilt.
    Retry,
}
