//! The handle: how the rest of the program talks to the dispatcher.

use crate::{
    admission::SlotStats,
    code::Calls,
    deliveries::Recorder,
    dispatcher::{Event, Registry},
    feed::Feed,
    observer::Observer,
    unit::Ask,
    writer::Writer,
};
use cronflow_core::{
    definition::Workflow,
    id::RunId,
    json::JsonText,
    machine::RunStatus,
    storage::{self, DeliveryRow, LogRow, Reader, Reply, RunFilter, RunPage, StoredRun, Write},
    time::Clock,
    view,
    worker::{Failure, TaskRunner},
};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, mpsc, oneshot};

/// A request to start a run.
#[derive(Debug, Clone)]
pub struct TriggerRequest {
    /// Which workflow, in its current version.
    pub workflow: Arc<str>,
    /// `ctx.payload`.
    pub payload: JsonText,
    /// `ctx.trigger`.
    pub trigger: JsonText,
    /// Which of the workflow's triggers fired; decides which steps run.
    pub entry: Option<u32>,
    /// A second request with this key starts nothing and gets the first one's run.
    pub idempotency_key: Option<String>,
    /// Not before this time has passed.
    pub delay: Option<Duration>,
    /// Higher goes first; the workflow's own when absent.
    pub priority: Option<i32>,
    /// The run that this one replays.
    pub replay_of: Option<RunId>,
    /// Outputs that stand for steps.
    pub mocks: Vec<(Arc<str>, JsonText)>,
    /// The schedule that it belongs to.
    pub schedule: Option<Arc<str>>,
    /// Whether [`Accepted::end`] resolves as well when the run begins a long wait of its own, with
    /// the status `waiting`.
    pub or_waits: bool,
    /// The request to a webhook that it came from; recorded with the run.
    pub delivery: Option<Box<DeliveryRow>>,
}

impl TriggerRequest {
    /// A request without any wishes.
    #[must_use]
    pub fn new(workflow: impl Into<Arc<str>>, payload: JsonText, trigger: JsonText) -> Self {
        Self {
            workflow: workflow.into(),
            payload,
            trigger,
            entry: None,
            idempotency_key: None,
            delay: None,
            priority: None,
            replay_of: None,
            mocks: Vec::new(),
            schedule: None,
            or_waits: false,
            delivery: None,
        }
    }
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
    /// Whether this request started it; otherwise its idempotency key led to an older run.
    pub is_new: bool,
}

/// Why a run is not cancelled or retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// It has ended, or there is none.
    #[error("there is no such run under way")]
    NotLive,
    /// It has not ended.
    #[error("the run has not ended")]
    StillLive,
    /// It ended well.
    #[error("the run has completed; nothing of it failed")]
    Completed,
    /// There is no such run.
    #[error("there is no such run")]
    Unknown,
    /// Its code is gone.
    #[error("the code that the run started on is gone")]
    CodeMissing,
    /// The engine is stopping.
    #[error("the server is shutting down")]
    Stopping,
    /// The store cannot be read.
    #[error("the database cannot be read")]
    Store,
}

/// A cheap, cloneable handle to a running engine.
#[derive(Clone)]
pub struct EngineHandle {
    pub(crate) inbox: mpsc::UnboundedSender<Event>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) reader: Arc<Mutex<Box<dyn Reader>>>,
    /// Whether reads happen where they are asked for: the store never waits for a disk.
    pub(crate) reads_inline: bool,
    pub(crate) writer: Writer,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop_wanted: Arc<Notify>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) runner: Arc<dyn TaskRunner>,
    pub(crate) calls: Arc<Calls>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) feed: Feed,
}

impl EngineHandle {
    /// Resolves when workflow code asks that the process ends.
    pub async fn stop_wanted(&self) {
        self.stop_wanted.notified().await;
    }

    /// Starts a run; resolves when it is durably recorded.
    ///
    /// # Errors
    /// When it was not recorded; then it will not run either.
    pub async fn trigger(&self, request: TriggerRequest) -> Result<Accepted, TriggerError> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Event::Trigger { request: Box::new(request), reply }).map_err(|_| TriggerError::Stopping)?;
        let mut accepted = answer.await.unwrap_or(Err(TriggerError::Stopping))?;
        if !accepted.is_new
            && let Some(end) = self.end_of(accepted.run).await
        {
            let (sender, receiver) = oneshot::channel();
            let _ = sender.send(end);
            accepted.end = receiver;
        }
        Ok(accepted)
    }

    /// How a run ended, if it has.
    async fn end_of(&self, run: RunId) -> Option<RunEnd> {
        let (stored, _) = self.run(run).await.ok()??;
        let row = stored.run;
        let error = row.error.and_then(|error| serde_json::from_str(error.as_str()).ok());
        row.status.is_terminal().then_some(RunEnd { status: row.status, output: row.output, error })
    }

    /// Ends a run with everything in it. Resolves when that is durable.
    ///
    /// # Errors
    /// When no such run is under way.
    pub async fn cancel(&self, run: RunId, reason: &str) -> Result<(), CancelError> {
        let (reply, answer) = oneshot::channel();
        let event = Event::Cancel { run, reason: reason.to_owned(), reply };
        self.inbox.send(event).map_err(|_| CancelError::Stopping)?;
        answer.await.unwrap_or(Err(CancelError::Stopping))
    }

    /// Lets a run that ended badly go on from where it failed. Resolves when that is durable.
    ///
    /// # Errors
    /// When it has not ended, ended well, or cannot go on.
    pub async fn retry(&self, run: RunId) -> Result<(), CancelError> {
        let stored = self.run(run).await.map_err(|_| CancelError::Store)?;
        let (stored, _) = stored.ok_or(CancelError::Unknown)?;
        let (reply, answer) = oneshot::channel();
        let event = Event::Retry { stored: Box::new(stored), reply };
        self.inbox.send(event).map_err(|_| CancelError::Stopping)?;
        answer.await.unwrap_or(Err(CancelError::Stopping))
    }

    /// Publishes an event; resolves with its number when it is durable, with all that it starts.
    ///
    /// # Errors
    /// When the engine is stopping.
    pub async fn publish(&self, name: &str, payload: JsonText) -> Result<i64, CancelError> {
        let (reply, answer) = oneshot::channel();
        let event = Event::Publish { name: name.into(), payload, reply };
        self.inbox.send(event).map_err(|_| CancelError::Stopping)?;
        answer.await.map_err(|_| CancelError::Stopping)
    }

    /// Resumes what waits with this token; resolves when that is durable, with whether anything did.
    pub async fn resume(&self, token: &str, payload: JsonText) -> bool {
        let (reply, answer) = oneshot::channel();
        let event = Event::Resume { token: token.to_owned(), payload, reply };
        self.inbox.send(event).is_ok() && answer.await.unwrap_or(false)
    }

    /// Lets the store answer a question, after everything that was asked for before.
    pub(crate) async fn ask(&self, write: Write) -> Option<Reply> {
        let (reply, answer) = oneshot::channel();
        let ask = Ask::Tell(Box::new(move |answer| {
            let _ = reply.send(answer);
        }));
        self.inbox.send(Event::Write { write: Box::new(write), ask }).ok()?;
        answer.await.ok()
    }

    /// How many runs hold slots of flow control, and wait for them.
    pub async fn concurrency(&self) -> Vec<SlotStats> {
        let (reply, answer) = oneshot::channel();
        let sent = self.inbox.send(Event::Concurrency { reply });
        if sent.is_ok() { answer.await.unwrap_or_default() } else { Vec::new() }
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

    /// A run as users see it, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn run_view(&self, id: RunId) -> Result<Option<Value>, storage::Error> {
        self.read(move |reader| view::stored_run(reader, id)).await
    }

    /// Runs, newest first, from the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn runs(&self, filter: RunFilter) -> Result<RunPage, storage::Error> {
        self.read(move |reader| reader.runs(&filter)).await
    }

    /// Why the engine cannot accept work at present (its store cannot be written), if so.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.writer.trouble().map(|error| error.to_string())
    }

    /// Stops from now on: no new runs and no new steps. Resolves when the steps that were executing have ended and
    /// everything is committed. Unfinished runs go on at the next start.
    pub fn stop(&self) -> impl Future<Output = ()> + Send + use<> {
        self.flush_deliveries();
        let (done, stopped) = oneshot::channel();
        let is_told = self.inbox.send(Event::Stop { done }).is_ok();
        async move {
            if is_told {
                // An engine that is gone has stopped.
                let _ = stopped.await;
            }
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&dyn Reader) -> Result<T, storage::Error> + Send + 'static,
    ) -> Result<T, storage::Error> {
        if self.reads_inline {
            let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
            return query(&**reader);
        }
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
