//! Changes, and what a store answers to those that ask something.

use super::{
    AuditRow, DeliveryOutcome, DeliveryRow, EventRow, LogRow, MissRow, RunRow, RunSettings, ScheduleRow, StepRow,
    WorkflowRow,
};
use crate::{
    id::{AttemptId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    time::Timestamp,
};
use std::sync::Arc;

/// One change. A batch of them is one transaction: all or nothing.
#[derive(Debug, Clone, PartialEq)]
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
    /// Adds a run. With an idempotency key in its settings it is added only when no run of the
    /// workflow has that key; the answer says which run has it.
    InsertRun(RunRow),
    /// Moves a run that has not ended between pending, running and waiting.
    SetRunStatus {
        /// Which.
        id: RunId,
        /// Where it stands now.
        status: RunStatus,
        /// When it began to execute; kept when absent.
        started_at: Option<Timestamp>,
    },
    /// Replaces what was asked for a run.
    SetRunSettings {
        /// Which.
        id: RunId,
        /// The settings.
        settings: RunSettings,
    },
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
    /// Opens a run again that has ended.
    ReopenRun {
        /// Which.
        id: RunId,
    },
    /// Adds a step attempt.
    InsertStep(StepRow),
    /// Changes an attempt, ended or not, without ending it.
    UpdateStep {
        /// Which.
        id: AttemptId,
        /// Where it stands.
        status: StepStatus,
        /// What the machine must remember.
        note: Option<JsonText>,
        /// When something is to happen.
        wake_at: Option<Timestamp>,
    },
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
        /// What the machine must remember.
        note: Option<JsonText>,
        /// When something is to happen.
        wake_at: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// Opens an attempt again that has ended.
    ReopenStep {
        /// Which.
        id: AttemptId,
    },
    /// Adds a log line.
    InsertLog(LogRow),
    /// Adds an event.
    InsertEvent(EventRow),
    /// Adds a delivery.
    InsertDelivery(DeliveryRow),
    /// Notes what was answered to a delivery.
    AnswerDelivery {
        /// Which.
        id: i64,
        /// The status.
        status: u16,
        /// What became of it.
        outcome: DeliveryOutcome,
        /// The run that it led to.
        run: Option<RunId>,
    },
    /// Deletes old deliveries. Answers with their number.
    SweepDeliveries {
        /// Older ones go.
        before: Timestamp,
        /// Of those without a run, the newest so many stay.
        keep: u32,
        /// At most so many of each kind.
        limit: u32,
    },
    /// Takes a run away that has not begun: its trigger's function did not want it.
    DropRun {
        /// Which.
        id: RunId,
    },
    /// Adds a schedule, or replaces it.
    PutSchedule(ScheduleRow),
    /// Adds times that were missed, or replaces those of the same schedule that begin with the same time.
    PutMiss(MissRow),
    /// A poll has seen these ids.
    SeePollIds {
        /// The poll.
        schedule: Arc<str>,
        /// The ids.
        ids: Vec<Arc<str>>,
        /// When.
        at: Timestamp,
    },
    /// A poll need not know these ids any more.
    ForgetPollIds {
        /// The poll.
        schedule: Arc<str>,
        /// The ids.
        ids: Vec<Arc<str>>,
    },
    /// Reads or changes a durable value.
    State {
        /// Whose.
        scope: Arc<str>,
        /// Its name.
        key: Arc<str>,
        /// What to do.
        op: StateOp,
        /// Now: what has expired counts as absent.
        at: Timestamp,
    },
    /// Deletes values that have expired, and events and missed times older than `events_before`. Answers
    /// with the number of values.
    SweepState {
        /// Now.
        at: Timestamp,
        /// Older events go.
        events_before: Timestamp,
        /// At most so many of each.
        limit: u32,
    },
    /// Adds a line of the audit.
    InsertAudit(AuditRow),
    /// Adds how it came out.
    FinishAudit {
        /// Which line.
        id: Arc<str>,
        /// The status of the answer.
        outcome: u16,
    },
    /// Deletes old lines of the audit. Answers with their number.
    SweepAudit {
        /// Older ones go.
        before: Timestamp,
        /// At most so many.
        limit: u32,
    },
    /// Deletes finished runs with everything that belongs to them. Answers with their number.
    DeleteRuns {
        /// Of which workflow.
        workflow: Arc<str>,
        /// Ended before this moment.
        before: Timestamp,
        /// At most so many.
        limit: u32,
    },
}

/// What to do with a durable value. Each answers with the value afterwards, `Delete` with the one
/// before.
#[derive(Debug, Clone, PartialEq)]
pub enum StateOp {
    /// Reads it.
    Get,
    /// Replaces it.
    Set {
        /// The value.
        value: JsonText,
        /// When it stops counting.
        expires_at: Option<Timestamp>,
    },
    /// Adds to a number; an absent value is 0. Its expiry stays as it is.
    Incr(f64),
    /// Deletes it.
    Delete,
}

/// What a store answers to a write that asks something.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The run was added.
    Inserted,
    /// Another run has the idempotency key.
    Taken(RunId),
    /// A durable value.
    Value(Option<JsonText>),
    /// The value is no number.
    NotANumber(JsonText),
    /// So many rows.
    Count(u64),
}

impl Write {
    /// Whether the store answers it.
    #[must_use]
    pub const fn is_question(&self) -> bool {
        match self {
            Self::InsertRun(row) => row.settings.idempotency_key.is_some(),
            Self::State { .. }
            | Self::SweepState { .. }
            | Self::SweepDeliveries { .. }
            | Self::SweepAudit { .. }
            | Self::DeleteRuns { .. } => true,
            _ => false,
        }
    }
}

/// What incrementing makes of a value: `Err` when it is no number.
///
/// # Errors
/// The value as it is, when it is no number.
pub fn incremented(value: Option<&JsonText>, by: f64) -> Result<JsonText, JsonText> {
    let before = match value {
        None => 0.0,
        Some(text) => text.as_str().parse::<f64>().map_err(|_| text.clone())?,
    };
    let sum = before + by;
    if !sum.is_finite() {
        return Err(value.cloned().unwrap_or_else(JsonText::null));
    }
    // Whole numbers stay whole: `3`, not `3.0`.
    let text = if sum.fract() == 0.0 && sum.abs() < 9e15 { format!("{}", sum as i64) } else { format!("{sum}") };
    Ok(JsonText::trusted(text))
}
