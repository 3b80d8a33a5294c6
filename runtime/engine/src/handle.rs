//! The handle: how the rest of the program talks to the dispatcher.

use crate::{
    dispatcher::{Event, Registry},
    writer::Writer,
};
use cronflow_core::{
    definition::Workflow,
    id::RunId,
    json::JsonText,
    machine::RunStatus,
    storage::{self, LogRow, Reader, RunFilter, RunRow, StoredRun},
    worker::Failure,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

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
    /// Too many runs at once.
    #[error("too many runs at once")]
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
pub struct EngineHandle {
    pub(crate) inbox: mpsc::UnboundedSender<Event>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) reader: Arc<Mutex<Box<dyn Reader>>>,
    pub(crate) writer: Writer,
}

impl EngineHandle {
    /// Starts a run; resolves when it is durably recorded.
    ///
    /// # Errors
    /// When it was not recorded; then it will not run either.
    pub async fn trigger(&self, request: TriggerRequest) -> Result<Accepted, TriggerError> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Event::Trigger { request, reply }).map_err(|_| TriggerError::Stopping)?;
        answer.await.unwrap_or(Err(TriggerError::Stopping))
    }

    /// Workflows in their current version, sorted by id.
    #[must_use]
    pub fn workflows(&self) -> Vec<Arc<Workflow>> {
        let mut all: Vec<_> = self.registry.current.values().cloned().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// One run with its log, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run(&self, id: RunId) -> Result<Option<(StoredRun, Vec<LogRow>)>, storage::Error> {
        self.read(move |reader| {
            let Some(run) = reader.run(id)? else {
                return Ok(None);
            };
            Ok(Some((run, reader.logs(id)?)))
        })
        .await
    }

    /// Runs, newest first, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs(&self, filter: RunFilter) -> Result<Vec<RunRow>, storage::Error> {
        self.read(move |reader| reader.runs(&filter)).await
    }

    /// Why the engine cannot accept work at present (its store cannot be written), if so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.writer.trouble().map(|error| error.to_string())
    }

    /// Stops: no new runs and no new steps; resolves when the steps that were executing have
    /// ended and everything is committed. Unfinished runs go on at the next start.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.inbox.send(Event::Stop { done }).is_ok() {
            let _ = stopped.await;
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&dyn Reader) -> Result<T, storage::Error> + Send + 'static,
    ) -> Result<T, storage::Error> {
        let reader = self.reader.clone();
        let task = tokio::task::spawn_blocking(move || {
            let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            query(&**reader)
        });
        task.await.unwrap_or_else(|error| {
            Err(storage::Error::Corrupt { path: String::new(), reason: format!("a query panicked: {error}") })
        })
    }
}
