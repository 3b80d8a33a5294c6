//! The handle: how the rest of the program talks to the dispatcher.

use cronflow_core::{
    definition::Workflow,
    id::RunId,
    json::JsonText,
    machine::RunStatus,
    storage::{self, LogRow, RunFilter, RunRow, StoredRun},
    worker::Failure,
};
use std::sync::Arc;
use tokio::sync::oneshot;

/// A request to start a run.
#[derive(Debug, Clone)]
pub struct TriggerRequest {
    /// Which workflow, in its current version.
    pub workflow: Arc<str>,
    /// `ctx.payload`.
    pub payload: JsonText,
    /// `ctx.trigger`.
    pub trigger: JsonText,
}

/// Why no run was started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    /// There is no such workflow.
    #[error("there is no workflow '{0}'")]
    UnknownWorkflow(String),
    /// The engine is stopping.
    #[error("the server is shutting down")]
    Stopping,
    /// Too many triggers wait to be recorded.
    #[error("too many requests at once")]
    Overloaded,
    /// The run could not be recorded.
    #[error("the run could not be recorded: {0}")]
    Store(storage::Error),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnd {
    /// Its status: completed, failed, cancelled or timed out.
    pub status: RunStatus,
    /// Its result, when completed.
    pub output: Option<JsonText>,
    /// Its error, when not.
    pub error: Option<Failure>,
}

/// A run that is durably recorded.
#[derive(Debug)]
pub struct Accepted {
    /// Its id.
    pub run: RunId,
    /// Resolves when the run has ended and that is committed. An error means that the engine
    /// stopped first; the run goes on at the next start.
    pub end: oneshot::Receiver<RunEnd>,
}

/// A cheap, cloneable handle to a running engine.
#[derive(Clone)]
pub struct EngineHandle {}

impl EngineHandle {
    /// Starts a run; resolves when it is durably recorded.
    ///
    /// # Errors
    /// When it was not recorded; then it will not run either.
    pub async fn trigger(&self, _request: TriggerRequest) -> Result<Accepted, TriggerError> {
        todo!()
    }

    /// Workflows in their current version, sorted by id.
    #[must_use]
    pub fn workflows(&self) -> Vec<Arc<Workflow>> {
        todo!()
    }

    /// One run with its log, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run(
        &self,
        _id: RunId,
    ) -> Result<Option<(StoredRun, Vec<LogRow>)>, storage::Error> {
        todo!()
    }

    /// Runs, newest first, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs(&self, _filter: RunFilter) -> Result<Vec<RunRow>, storage::Error> {
        todo!()
    }

    /// Why the engine cannot accept work at present (its store cannot be written), if so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        todo!()
    }
}
