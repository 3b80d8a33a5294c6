//! What workflow code may ask of the engine.

use crate::json::JsonText;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Severity of a log line or console call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For developers.
    Debug,
    /// Ordinary.
    Info,
    /// Unusual.
    Warn,
    /// Wrong.
    Error,
}

impl LogLevel {
    /// The level as stored and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Reads a stored level; unknown text is `info`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "debug" => Self::Debug,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => Self::Info,
        }
    }
}

/// What `cronflow.start(options)` asked for. The command line and environment go first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct StartOptions {
    /// Address to listen on.
    pub host: Option<String>,
    /// Port to listen on; 0 picks a free one.
    pub port: Option<u16>,
    /// Most connections at once.
    pub max_connections: Option<u32>,
    /// `false` serves no HTTP at all.
    pub http: Option<bool>,
}

/// What `cronflow.start()` resolves with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Where the server listens; absent when HTTP is off.
    pub address: Option<SocketAddr>,
}

/// What workflow code asks of the engine while it executes. The names are those of the methods that
/// workflow authors call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "method")]
pub enum HostRequest {
    /// Starts a run; answers with its id when it is durable.
    Trigger(TriggerArguments),
    /// Starts a run; answers with the whole run when it has ended.
    TriggerAndWait(TriggerArguments),
    /// A whole run, or null.
    Inspect {
        /// Its id.
        run: String,
    },
    /// Runs, newest first.
    ListRuns {
        /// Only of this workflow.
        workflow: Option<String>,
        /// Only with this status.
        status: Option<String>,
        /// At most so many.
        limit: Option<u32>,
        /// Only older than this run.
        before: Option<String>,
    },
    /// Ends a run; answers whether there was one to end.
    CancelRun {
        /// Its id.
        run: String,
        /// Why.
        reason: Option<String>,
    },
    /// Starts a new run from an old one; answers with its id.
    Replay {
        /// The old run.
        run: String,
        /// Another payload.
        payload: Option<JsonText>,
        /// Steps before this one keep their outputs.
        from_step: Option<String>,
        /// Outputs that stand for steps.
        #[serde(default)]
        mocks: Vec<(String, JsonText)>,
    },
    /// Lets a failed run go on from where it failed; answers whether it does.
    RetryRun {
        /// Its id.
        run: String,
    },
    /// Publishes an event; answers with its number when it is durable.
    PublishEvent {
        /// Its name.
        name: String,
        /// What it carries.
        payload: JsonText,
    },
    /// Resumes a wait; answers whether somebody waited.
    Resume {
        /// The token of the wait.
        token: String,
        /// The decision.
        payload: JsonText,
    },
    /// Everything that waits for a person, or what waits with this token.
    Paused {
        /// Only this one.
        token: Option<String>,
    },
    /// Reads or changes a durable value.
    State {
        /// `global` or `workflow:<id>`.
        scope: String,
        /// Its name.
        key: String,
        /// `get`, `set`, `incr` or `delete`.
        op: String,
        /// For `set`.
        value: Option<JsonText>,
        /// For `incr`.
        by: Option<f64>,
        /// For `set`: how long it counts, in milliseconds.
        ttl: Option<f64>,
    },
    /// How many values there are, by scope.
    StateStats,
    /// Deletes values that have expired; answers with their number.
    CleanupState,
    /// Schedules, intervals and polls.
    Schedules,
    /// Lets a schedule rest, or go on.
    PauseSchedule {
        /// Its id.
        id: String,
        /// Whether it rests.
        paused: bool,
    },
    /// Starts a run of a schedule now; answers with its id, or with the whole run when it has ended; null
    /// for a poll.
    RunSchedule {
        /// Its id.
        id: String,
        /// Whether to wait for the run's end.
        wait: bool,
    },
    /// Events, newest first.
    EventHistory {
        /// Only of this name, or of names that a pattern such as `order.*` covers.
        name: Option<String>,
        /// Only published at this moment or later, in milliseconds since the epoch.
        since: Option<f64>,
        /// Only older than the event of this number.
        before: Option<i64>,
        /// At most so many.
        limit: Option<u32>,
    },
    /// How many runs hold slots and wait for them.
    ConcurrencyStats {
        /// Only of this workflow.
        workflow: Option<String>,
    },
    /// How many triggers there are, by kind.
    TriggerStats,
    /// Lets the running steps end, and the process with them.
    Stop,
    /// Sends a piece of the answer to an HTTP request: first its head, then its body. Answers, when the piece has been
    /// sent, whether anybody still reads.
    AnswerPiece {
        /// Which request.
        exchange: u64,
        /// What is sent, in the form that the HTTP server reads.
        piece: JsonText,
    },
}

/// What `trigger()` is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TriggerArguments {
    /// Which workflow.
    pub workflow: String,
    /// `ctx.payload`.
    pub payload: JsonText,
    /// A second trigger with this key starts nothing and gets the first one's run.
    pub idempotency_key: Option<String>,
    /// Milliseconds before it may begin.
    pub delay: Option<f64>,
    /// Higher goes first.
    pub priority: Option<i32>,
    /// Which of the workflow's triggers it stands for.
    pub entry: Option<u32>,
    /// `ctx.trigger`; that of a manual trigger when absent.
    pub trigger: Option<JsonText>,
}

/// Why the engine did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// The name of the error that workflow code sees.
    pub name: String,
    /// Its message.
    pub message: String,
}

impl HostError {
    /// An ordinary `Error`.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { name: "Error".to_owned(), message: message.into() }
    }
}

/// Takes the engine's answer, on any thread.
pub type HostAnswer = Box<dyn FnOnce(Result<JsonText, HostError>) + Send>;
