//! What a run wants done.

use super::{RunStatus, StepStatus};
use crate::{
    host::LogLevel,
    id::NodeId,
    json::JsonText,
    worker::{Failure, FunctionRole},
};

/// How an attempt ended, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptEnd {
    /// Its status.
    pub status: StepStatus,
    /// Its output, when completed.
    pub output: Option<JsonText>,
    /// Its error, when failed.
    pub error: Option<Failure>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Record a new attempt and, after the commit, hand it to a worker.
    StartAttempt {
        /// The node.
        node: NodeId,
        /// Counts from 1.
        attempt: u32,
        /// Which function to call.
        role: FunctionRole,
    },
    /// Record how an attempt ended.
    EndAttempt {
        /// The node.
        node: NodeId,
        /// Which attempt.
        attempt: u32,
        /// How.
        end: AttemptEnd,
    },
    /// Record a node that needs no worker as done.
    Instant {
        /// The node.
        node: NodeId,
    },
    /// Write a line into the run's log.
    Log {
        /// The node.
        node: NodeId,
        /// Severity.
        level: LogLevel,
        /// The line.
        message: String,
    },
    /// Record the end of the run and tell whoever waits for it.
    EndRun {
        /// How.
        status: RunStatus,
        /// Its result.
        output: Option<JsonText>,
        /// Its error.
        error: Option<Failure>,
    },
}
