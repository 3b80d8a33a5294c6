//! The messages between the engine process and a worker.

use crate::isolate::LoadReport;
use cronflow_core::{
    archive::Archive,
    error::Diagnostic,
    host::LogLevel,
    id::{NodeId, RunId, TaskId},
    json::JsonText,
    worker::{FunctionRole, Outcome, RunContext},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The programs that every worker evaluates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadSet {
    /// The built-in modules.
    pub builtins: Archive,
    /// The user's programs, in order.
    pub archives: Vec<Archive>,
}

/// A task as it crosses the pipe: only what the worker does not have yet.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireTask {
    pub(crate) id: TaskId,
    pub(crate) node: NodeId,
    pub(crate) name: Arc<str>,
    pub(crate) role: FunctionRole,
    pub(crate) attempt: u32,
    pub(crate) run: RunId,
    /// Present in the first task of a run.
    pub(crate) context: Option<RunContext>,
    /// Steps that finished since the last task of this run.
    pub(crate) steps: Vec<WireStep>,
}

/// A finished step.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireStep {
    pub(crate) node: NodeId,
    pub(crate) name: Arc<str>,
    pub(crate) is_step: bool,
    pub(crate) attempts: u32,
    /// Absent when this worker made the output itself.
    pub(crate) output: Option<JsonText>,
}

/// Engine to worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// Evaluate the programs. Comes first and once.
    Load { set: LoadSet, primary: bool },
    /// The server listens; the text answers `cronflow.start()`.
    Started { answer: String },
    /// Begin a task.
    Run(WireTask),
    /// Stop a task that has passed its time limit.
    Stop(TaskId),
    /// A run has ended.
    Forget(RunId),
}

/// Worker to engine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// The programs have evaluated, or not.
    Loaded(Result<Vec<LoadReport>, Diagnostic>),
    /// A task ended.
    Outcome {
        /// Which.
        task: TaskId,
        /// How.
        outcome: Outcome,
    },
    /// Console output.
    Console {
        /// Whose; 0 outside tasks.
        task: TaskId,
        /// Severity.
        level: LogLevel,
        /// Without a line end.
        text: String,
    },
    /// A line for the run's log.
    Log {
        /// Whose.
        task: TaskId,
        /// Severity.
        level: LogLevel,
        /// Without a line end.
        text: String,
    },
}
