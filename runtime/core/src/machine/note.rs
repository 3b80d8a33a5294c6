//! What the machine must remember about an attempt, besides its status; rests as JSON in its row.

use crate::{id::RunId, json::JsonText};
use serde::{Deserialize, Serialize};

/// See the module's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "is")]
pub enum Note {
    /// The attempt ended without a verdict on the step: the engine stopped, or its worker did.
    Void {
        /// Whether the step was executing when its worker crashed.
        crash: bool,
    },
    /// It failed, and a function of the author decides about another attempt.
    Deciding,
    /// It failed, and another attempt may follow at `wake_at`.
    Retry,
    /// This attempt is the `onError` function.
    OnError,
    /// The hook hears of a run that took longer than its timeout.
    RunTimedOut,
    /// The failure of an action that fails the run.
    Critical,
    /// The run was retried since: what this row says of an end does not count.
    Retried,
    /// The attempt's output is to be kept.
    CacheKey {
        /// Under which key.
        key: String,
    },
    /// The result came from a cache.
    Cached,
    /// The result stands for the step: a replay has it.
    Mocked,
    /// The result of a body is the draft of the steps that it declared.
    Flow,
    /// The items of a loop.
    Items {
        /// Each as JSON text.
        items: Vec<JsonText>,
    },
    /// The run that a subflow waits for.
    Child {
        /// Its id.
        run: RunId,
    },
    /// Events up to this one have been looked at.
    Event {
        /// Its number.
        since: i64,
    },
    /// The token that resumes the wait.
    Token {
        /// Unguessable.
        token: String,
        /// Whether somebody was told about it.
        told: bool,
        /// What is to be decided, for people.
        description: Option<String>,
        /// Where, for people.
        approval_url: Option<String>,
        /// Anything.
        metadata: JsonText,
    },
    /// The wait is over by time; a function of the author is told.
    TimedOut {
        /// The token that it had.
        token: String,
    },
}

impl Note {
    /// As it rests.
    #[must_use]
    pub fn to_json(&self) -> JsonText {
        serde_json::to_string(self).map_or_else(|_| JsonText::null(), JsonText::trusted)
    }

    /// Reads what rests in a row; what cannot be read is no note.
    #[must_use]
    pub fn from_json(text: Option<&JsonText>) -> Option<Self> {
        serde_json::from_str(text?.as_str()).ok()
    }
}
