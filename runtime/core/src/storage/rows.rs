//! Rows as they rest: runs, attempts, log lines, workflows, events.

use crate::{
    host::LogLevel,
    id::{AttemptId, RunId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    place::Place,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

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
    /// The run whose `subflow` started it and waits for it.
    pub parent: Option<RunId>,
    /// What was asked for it besides the payload.
    pub settings: RunSettings,
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

impl RunRow {
    /// What a list shows of it.
    #[must_use]
    pub fn summary(&self) -> RunSummary {
        RunSummary {
            id: self.id,
            workflow_id: self.workflow_id.clone(),
            version: self.version.clone(),
            status: self.status,
            parent: self.parent,
            replay_of: self.settings.replay_of,
            created_at: self.created_at,
            started_at: self.started_at,
            completed_at: self.completed_at,
        }
    }
}

/// A run in a list: all but its payload, its trigger and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Its id.
    pub id: RunId,
    /// Its workflow.
    pub workflow_id: Arc<str>,
    /// The code version it started on.
    pub version: Arc<str>,
    /// Where it stands.
    pub status: RunStatus,
    /// The run that waits for it.
    pub parent: Option<RunId>,
    /// The run that it replays.
    pub replay_of: Option<RunId>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it began to execute.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// One page of a list of runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunPage {
    /// Newest first.
    pub runs: Vec<RunSummary>,
    /// Where the next page begins ([`super::RunFilter::before`]); absent on the last one.
    pub next: Option<RunId>,
}

/// How many runs of a workflow have a status.
#[derive(Debug, Clone, PartialEq)]
pub struct RunCount {
    /// The workflow.
    pub workflow_id: Arc<str>,
    /// The status.
    pub status: RunStatus,
    /// How many.
    pub count: u64,
    /// How long those that have ended took together, in milliseconds.
    pub total_millis: u64,
}

/// What was asked for a run besides its payload; rests as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunSettings {
    /// Which trigger of the workflow started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u32>,
    /// Not before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Timestamp>,
    /// Higher goes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Keys of flow control, by limit, once they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<BTreeMap<String, String>>,
    /// How many stages of flow control it has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<u8>,
    /// When the first of the triggers came that it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debounced_since: Option<Timestamp>,
    /// The key under which a second trigger finds this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The run that this one replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<RunId>,
    /// Outputs that stand for steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mocks: Vec<(Arc<str>, JsonText)>,
    /// Whether the function of its trigger must agree before it counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// The schedule that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Arc<str>>,
    /// Whether it waits for the end of another run of its schedule.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_line: bool,
}

impl RunSettings {
    /// Whether nothing was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One attempt at one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The attempt.
    pub id: AttemptId,
    /// Its run.
    pub run_id: RunId,
    /// Where in the run.
    pub place: Place,
    /// The node's name.
    pub name: Arc<str>,
    /// Names of the bodies around it and its own, such as `each[2]/load`; absent when it is the name.
    pub path: Option<Arc<str>>,
    /// The node's kind: `step`, `action`, `log` and so on; `body` and `hook` are no nodes.
    pub kind: Arc<str>,
    /// Counts from 1.
    pub attempt: u32,
    /// Where it stands.
    pub status: StepStatus,
    /// Its output, when completed.
    pub result: Option<JsonText>,
    /// A [`crate::worker::Failure`] as JSON, when failed.
    pub error: Option<JsonText>,
    /// What the machine must remember about it: a [`crate::machine::Note`] as JSON.
    pub note: Option<JsonText>,
    /// When something is to happen: the next attempt, the end of a wait.
    pub wake_at: Option<Timestamp>,
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

/// An event that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Counts up; given out by the engine.
    pub id: i64,
    /// Its name.
    pub name: Arc<str>,
    /// What it carries.
    pub payload: JsonText,
    /// When.
    pub at: Timestamp,
}

/// One durable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRow {
    /// Whose: `global`, `workflow:<id>`, or the engine's own with a leading `$`.
    pub scope: Arc<str>,
    /// Its name.
    pub key: Arc<str>,
    /// The value.
    pub value: JsonText,
    /// When it stops counting.
    pub expires_at: Option<Timestamp>,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// Something that was asked of the management API and changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// A version 7 UUID as text: ids sort by time.
    pub id: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Who: the name of a token, or `local`.
    pub actor: Arc<str>,
    /// From which address.
    pub client: Arc<str>,
    /// What: the name of the operation.
    pub action: Arc<str>,
    /// On what: the path of the request.
    pub target: Arc<str>,
    /// The status of the answer; absent while it is not known, and for ever when the server died first.
    pub outcome: Option<u16>,
}

/// A run with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// The run.
    pub run: RunRow,
    /// Its step attempts in the order in which they were handed out.
    pub steps: Vec<StepRow>,
}
