//! What the engine needs of a database: plain rows, one writer, any number of readers.

mod deliveries;
pub mod memory;
mod rows;
mod schedules;
mod write;

pub use deliveries::{DeliveryFilter, DeliveryOutcome, DeliveryRow, UnknownOutcome, shown_header};
pub use rows::{
    AuditRow, EventRow, LogRow, RunCount, RunPage, RunRow, RunSettings, RunSummary, StateRow, StepRow, StoredRun,
    WorkflowRow,
};
pub use schedules::{EventFilter, MissRow, ScheduleRow, covers};
pub use write::{Reply, StateOp, Write, incremented};

use crate::{
    id::{AttemptId, RunId},
    machine::RunStatus,
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

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only of this workflow.
    pub workflow: Option<String>,
    /// Only with this status.
    pub status: Option<RunStatus>,
    /// Only with this parent.
    pub parent: Option<RunId>,
    /// Only accepted at this moment or later.
    pub since: Option<Timestamp>,
    /// Only with this text in the id, the workflow's id, the payload, the output or the error. Looks at
    /// so many runs at most as [`MAX_SEARCHED`] and [`MAX_SEARCHED_BYTES`] say; the page may then be
    /// empty and have a next one.
    pub text: Option<String>,
    /// Only older than this run (its id comes from the page before).
    pub before: Option<RunId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// Runs that one search for text looks at.
pub const MAX_SEARCHED: u32 = 10_000;
/// Text that one search looks through, in bytes.
pub const MAX_SEARCHED_BYTES: usize = 64 << 20;

/// Whether any of the texts has the needle in it. Small and capital letters of ASCII are the same.
#[must_use]
pub fn has_text(texts: &[&str], needle: &str) -> bool {
    let needle = needle.to_ascii_lowercase();
    texts.iter().any(|text| text.to_ascii_lowercase().contains(&needle))
}

/// Kinds of nodes that wait for a person.
pub const PAUSING_KINDS: [&str; 2] = ["humanInTheLoop", "pause"];

/// The writing side. There is one per database.
pub trait Store: Send + 'static {
    /// Applies a batch as one durable transaction. Answers, in order, each write that
    /// [asks something](Write::is_question).
    ///
    /// # Errors
    /// When nothing of the batch was applied.
    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Reply>, Error>;

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
    /// One run without its steps.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn run_row(&self, id: RunId) -> Result<Option<RunRow>, Error>;
    /// Runs, newest first, in short: payloads and outputs are not read.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn runs(&self, filter: &RunFilter) -> Result<RunPage, Error>;
    /// How many of the newest runs since a moment are of which workflow and status.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn count_runs(&self, since: Timestamp, limit: u32) -> Result<Vec<RunCount>, Error>;
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
    /// Events, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn events(&self, filter: &EventFilter) -> Result<Vec<EventRow>, Error>;
    /// Events of one name after `id`, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn events_after(&self, name: &str, id: i64) -> Result<Vec<EventRow>, Error>;
    /// The highest event id ever given out; 0 when none was.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn last_event_id(&self) -> Result<i64, Error>;
    /// The durable values of one scope by key; with `prefix`, of all scopes that begin so.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn state(&self, scope: &str, prefix: bool) -> Result<Vec<StateRow>, Error>;
    /// Schedules, intervals and polls, by id; also those that are not served any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn schedules(&self) -> Result<Vec<ScheduleRow>, Error>;
    /// What a schedule has missed, latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn misses(&self, schedule: &str, limit: u32) -> Result<Vec<MissRow>, Error>;
    /// The ids that a poll has seen, and when it saw each for the last time.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn poll_ids(&self, schedule: &str) -> Result<Vec<(Arc<str>, Timestamp)>, Error>;
    /// One durable value, expired or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn value(&self, scope: &str, key: &str) -> Result<Option<StateRow>, Error>;
    /// The durable values of one scope by key, after a key.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn values(&self, scope: &str, after: Option<&str>, limit: u32) -> Result<Vec<StateRow>, Error>;
    /// What was asked of the management API, newest first, before an id.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn audit(&self, before: Option<&str>, limit: u32) -> Result<Vec<AuditRow>, Error>;
    /// Attempts that wait for a person, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn paused(&self) -> Result<Vec<StepRow>, Error>;
    /// Deliveries, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, Error>;
    /// One delivery.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn delivery(&self, id: i64) -> Result<Option<DeliveryRow>, Error>;
    /// The highest delivery id ever given out; 0 when none was.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn last_delivery_id(&self) -> Result<i64, Error>;
}
