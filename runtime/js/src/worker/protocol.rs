//! The messages between the engine process and a worker.

use crate::isolate::LoadReport;
use cronflow_core::{
    archive::Archive,
    error::Diagnostic,
    host::{HostError, LogLevel},
    id::{RunId, TaskId},
    json::JsonText,
    permissions::Permissions,
    place::Place,
    worker::{FunctionRole, Outcome, RunContext, Scope},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// What is around a program: permissions, and the variables of its `.env` file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// What it may reach.
    pub permissions: Permissions,
    /// Variables of the `.env` file beside it; what the process has comes first.
    pub variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// A variable that may be seen: an allowed one of the process, or one of the `.env` file.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let is_own = self.variables.contains_key(name);
        let of_process = (is_own || self.permissions.may_see(name)).then(|| std::env::var(name).ok()).flatten();
        of_process.or_else(|| self.variables.get(name).cloned())
    }

    /// The names of all of them.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let of_process = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let allowed = of_process.filter(|name| self.permissions.may_see(name));
        allowed.chain(self.variables.keys().cloned()).collect()
    }
}

/// A task as it crosses the pipe: only what the worker does not have yet.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireTask {
    pub(crate) id: TaskId,
    pub(crate) place: Place,
    pub(crate) name: Arc<str>,
    pub(crate) role: FunctionRole,
    pub(crate) attempt: u32,
    pub(crate) run: RunId,
    /// Present in the first task of a run.
    pub(crate) context: Option<RunContext>,
    /// Finished steps of the run that the worker has not heard of. They are numbered as they come.
    pub(crate) steps: Vec<WireStep>,
    /// The numbers of the finished steps that this task sees, in order.
    pub(crate) visible: Vec<u32>,
    pub(crate) argument: Option<JsonText>,
    pub(crate) scopes: Vec<Scope>,
}

/// A finished step.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireStep {
    pub(crate) place: Place,
    pub(crate) name: Arc<str>,
    pub(crate) attempts: u32,
    /// Absent when this worker made the output itself.
    pub(crate) output: Option<JsonText>,
}

/// Why a task is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum StopReason {
    /// It has passed its time limit.
    TimedOut,
    /// Nobody wants its outcome any more.
    Cancelled,
}

/// Engine to worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// Make an isolate. Comes first and once. `cache`: folder of the compiled built-in modules.
    Prepare { surroundings: Surroundings, primary: bool, cache: Option<PathBuf> },
    /// Evaluate the programs, in order. Comes second and once.
    Load { archives: Arc<[Archive]> },
    /// The server listens; the text answers `cronflow.start()`.
    Started { answer: String },
    /// Begin a task.
    Run(WireTask),
    /// Stop a task.
    Stop { task: TaskId, reason: StopReason },
    /// What a call of workflow code has brought.
    Reply { call: u64, result: Result<JsonText, HostError> },
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
    /// Workflow code asks the engine for something.
    Call {
        /// Names the call in this worker.
        call: u64,
        /// A [`cronflow_core::host::HostRequest`] as JSON.
        request: String,
    },
}
