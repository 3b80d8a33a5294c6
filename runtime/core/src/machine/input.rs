//! What can happen to a run.

use crate::{id::NodeId, worker::Outcome};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The run was accepted and may begin.
    Start,
    /// The engine restarted; the state was rebuilt from the store.
    Recover,
    /// An attempt ended.
    Finished {
        /// The node.
        node: NodeId,
        /// Which attempt at it.
        attempt: u32,
        /// How.
        outcome: Outcome,
    },
    /// Somebody wants the run to end.
    Cancel {
        /// Why, for people.
        reason: String,
    },
}
