//! Deliveries: every request that reached a webhook, and what became of it.

use crate::{id::RunId, json::JsonText, time::Timestamp};
use std::{fmt, str::FromStr, sync::Arc};

/// What became of a request to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeliveryOutcome {
    /// It started a run.
    Accepted,
    /// An earlier delivery with the same key had started the run.
    Duplicate,
    /// The `condition` was not met.
    Skipped,
    /// A middleware answered it.
    Answered,
    /// It did not pass a check: signature, body, headers, schema, validation.
    Rejected,
    /// A function of the author threw or took too long.
    Failed,
    /// The server could not take it: too much work, a full disk, a shutdown.
    TurnedAway,
}

impl DeliveryOutcome {
    /// All outcomes.
    pub const ALL: &[Self] = &[
        Self::Accepted,
        Self::Duplicate,
        Self::Skipped,
        Self::Answered,
        Self::Rejected,
        Self::Failed,
        Self::TurnedAway,
    ];

    /// The outcome as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Skipped => "skipped",
            Self::Answered => "answered",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::TurnedAway => "turned_away",
        }
    }
}

impl fmt::Display for DeliveryOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no outcome of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is none of accepted, duplicate, skipped, answered, rejected, failed, turned_away")]
pub struct UnknownOutcome(String);

impl FromStr for DeliveryOutcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().find(|one| one.as_str() == text).copied().ok_or_else(|| UnknownOutcome(text.to_owned()))
    }
}

/// One delivery as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Counts up; given out by the engine.
    pub id: i64,
    /// When it arrived.
    pub at: Timestamp,
    /// The workflow whose webhook it reached.
    pub workflow: Arc<str>,
    /// The HTTP method.
    pub method: Arc<str>,
    /// The path, without the query.
    pub path: Arc<str>,
    /// The status that was answered; absent until then, and for good when the process died first.
    pub status: Option<u16>,
    /// What became of it.
    pub outcome: DeliveryOutcome,
    /// The run that it started, or that an earlier one had started.
    pub run: Option<RunId>,
    /// The id that the sender gave it, or the idempotency key.
    pub key: Option<Arc<str>>,
    /// Why it was not accepted.
    pub error: Option<Arc<str>>,
    /// Headers, those that hold secrets left out. Absent while a run has them.
    pub headers: Option<JsonText>,
    /// The beginning of the body. Absent while a run has it.
    pub body: Option<Arc<str>>,
}

/// Parts of the names of headers that hold secrets.
const SECRET_PARTS: [&str; 8] = ["auth", "cookie", "token", "secret", "password", "signature", "credential", "key"];
/// Headers that hold none in spite of their name.
const PLAIN: [&str; 3] = ["idempotency-key", "x-idempotency-key", "sec-websocket-key"];

/// The value of a header as it may be stored and shown: secrets are left out.
#[must_use]
pub fn shown_header<'a>(name: &str, value: &'a str) -> &'a str {
    let name = name.to_ascii_lowercase();
    let is_secret = SECRET_PARTS.iter().any(|part| name.contains(part)) && !PLAIN.contains(&name.as_str());
    if is_secret { "[secret]" } else { value }
}

/// Which deliveries to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only those with this outcome.
    pub outcome: Option<DeliveryOutcome>,
    /// Only older than this one (its id comes from the page before).
    pub before: Option<i64>,
    /// At most so many, newest first.
    pub limit: u32,
}

impl DeliveryFilter {
    /// Whether a delivery is one of those.
    #[must_use]
    pub fn lets_through(&self, row: &DeliveryRow) -> bool {
        self.workflow.as_deref().is_none_or(|workflow| workflow == &*row.workflow)
            && self.outcome.is_none_or(|outcome| outcome == row.outcome)
            && self.before.is_none_or(|before| row.id < before)
    }
}
