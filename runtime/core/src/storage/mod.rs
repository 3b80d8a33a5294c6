//! What the engine needs of a database: plain rows, one writer, any number of readers.

use crate::{
    host::LogLevel,
    id::{AttemptId, NodeId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    time::Timestamp,
};
use std::sync::Arc;

/// Why a store cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It cannot be opened or written: permissions, a full disk, a read-only file system.
    #[error("the database {path} cannot be written: {reason}")]
    Unwritable {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Its content is not what this program wrote.
    #[error("the database {path} is damaged or is no database: {reason}")]
    Corrupt {
        /// The file.
        path: String,
        /// What was found.
        reason: String,
    },
    /// A newer program made it.
    #[error("the database {path} has schema version {found}, and this program knows versions up to {known}")]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Another engine has it.
    #[error("the database {path} is in use by another cronflow-rt")]
    Locked {
        /// The file.
        path: String,
    },
}

/// A run as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// Its workflow.
    pub workflow_id: Arc<str>,
    /// The code version it started on: the archive's digest in hex.
    pub version: Arc<str>,
    /// Where it stands.
    pub status: RunStatus,
    /// What it was started with.
    pub payload: JsonText,
    /// `ctx.trigger`.
    pub trigger: JsonText,
    /// Its result, when completed.
    pub output: Option<JsonText>,
    /// A [`crate::worker::Failure`] as JSON, when failed.
    pub error: Option<JsonText>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it began to execute.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// One attempt at one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The attempt.
    pub id: AttemptId,
    /// Its run.
    pub run_id: RunId,
    /// Its node.
    pub node: NodeId,
    /// The node's name.
    pub name: Arc<str>,
    /// The node's kind: `step`, `action` or `log`.
    pub kind: Arc<str>,
    /// Counts from 1.
    pub attempt: u32,
    /// Where it stands.
    pub status: StepStatus,
    /// Its output, when completed.
    pub result: Option<JsonText>,
    /// A [`crate::worker::Failure`] as JSON, when failed.
    pub error: Option<JsonText>,
    /// When it was handed out.
    pub started_at: Timestamp,
    /// When its outcome was known.
    pub completed_at: Option<Timestamp>,
}

/// One line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The run.
    pub run_id: RunId,
    /// The node that wrote it.
    pub step: Arc<str>,
    /// Severity.
    pub level: LogLevel,
    /// The line.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// A workflow version that was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRow {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The archive's digest in hex.
    pub version: Arc<str>,
    /// The definition as JSON.
    pub definition: JsonText,
    /// When this version was first served.
    pub at: Timestamp,
}

/// One change. A batch of them is one transaction: all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Makes this the current version of a workflow.
    PutWorkflow(WorkflowRow),
    /// Keeps an archive; one that is there stays as it is.
    PutArchive {
        /// Its digest in hex.
        digest: Arc<str>,
        /// Its bytes.
        content: Arc<[u8]>,
    },
    /// Adds a run.
    InsertRun(RunRow),
    /// Ends a run. A run that has ended already stays as it is.
    FinishRun {
        /// Which.
        id: RunId,
        /// How.
        status: RunStatus,
        /// Its result.
        output: Option<JsonText>,
        /// Its error.
        error: Option<JsonText>,
        /// When.
        at: Timestamp,
    },
    /// Adds a step attempt.
    InsertStep(StepRow),
    /// Ends a step attempt. One that has ended already stays as it is.
    FinishStep {
        /// Which.
        id: AttemptId,
        /// How.
        status: StepStatus,
        /// Its output.
        result: Option<JsonText>,
        /// Its error.
        error: Option<JsonText>,
        /// When.
        at: Timestamp,
    },
    /// Adds a log line.
    InsertLog(LogRow),
}

/// A run with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// The run.
    pub run: RunRow,
    /// Its step attempts in the order in which they were handed out.
    pub steps: Vec<StepRow>,
}

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only of this workflow.
    pub workflow: Option<String>,
    /// Only with this status.
    pub status: Option<RunStatus>,
    /// Only older than this run (its id comes from the page before).
    pub before: Option<RunId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// The writing side. There is one per database.
pub trait Store: Send + 'static {
    /// Applies a batch as one durable transaction.
    ///
    /// # Errors
    /// When nothing of the batch was applied.
    fn commit(&mut self, batch: &[Write]) -> Result<(), Error>;

    /// A reader of the same database.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn reader(&self) -> Result<Box<dyn Reader>, Error>;
}

/// The reading side. Sees whole transactions only.
pub trait Reader: Send + 'static {
    /// Runs that have not ended, oldest first, with their steps.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn open_runs(&self) -> Result<Vec<StoredRun>, Error>;
    /// The highest attempt id ever given out; 0 when none was.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn last_attempt_id(&self) -> Result<AttemptId, Error>;
    /// One run with its steps.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn run(&self, id: RunId) -> Result<Option<StoredRun>, Error>;
    /// Runs, newest first, without their steps.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn runs(&self, filter: &RunFilter) -> Result<Vec<RunRow>, Error>;
    /// A run's log lines in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn logs(&self, id: RunId) -> Result<Vec<LogRow>, Error>;
    /// Workflows in their current version, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn workflows(&self) -> Result<Vec<WorkflowRow>, Error>;
    /// An archive's bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn archive(&self, digest: &str) -> Result<Option<Vec<u8>>, Error>;
}
