//! A recorded run, as `runs export` writes it.

use cronflow_core::{
    json::JsonText,
    moment,
    time::Timestamp,
    worker::{Failure, Outcome},
};
use serde::Deserialize;
use serde_json::Value;

/// See the module's text.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) workflow_id: String,
    pub(super) status: String,
    pub(super) parent: Option<String>,
    pub(super) created_at: String,
    pub(super) payload: Value,
    pub(super) trigger: Value,
    pub(super) output: Value,
    pub(super) error: Value,
    pub(super) steps: Vec<RecordedStep>,
    /// That of the server; absent in exports of older programs.
    #[serde(default)]
    pub(super) time_zone: Option<String>,
}

/// A step of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordedStep {
    pub(super) path: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) output: Value,
    pub(super) error: Value,
    pub(super) attempts: Vec<RecordedAttempt>,
    /// Of a loop that has not completed; of a batch in groups.
    #[serde(default)]
    pub(super) items: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) started_at: String,
    #[serde(default)]
    pub(super) completed_at: Option<String>,
}

/// An attempt of a step.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct RecordedAttempt {
    attempt: u32,
    status: String,
    output: Value,
    error: Value,
}

impl Record {
    pub(super) fn step(&self, path: &str) -> Option<&RecordedStep> {
        // Hooks stand at the place of what they hear of.
        self.steps.iter().find(|step| step.path == path && step.kind != "hook")
    }

    /// When it was accepted.
    pub(super) fn created(&self) -> Timestamp {
        moment::parse(&self.created_at, Timestamp(0)).unwrap_or(Timestamp(0))
    }

    /// How many bodies of a loop are on record by their steps.
    pub(super) fn rounds(&self, path: &str) -> u32 {
        let number = |step: &RecordedStep| {
            let (number, _) = step.path.strip_prefix(path)?.strip_prefix('[')?.split_once(']')?;
            number.parse::<u32>().ok()
        };
        self.steps.iter().filter_map(number).max().map_or(0, |last| last + 1)
    }

    /// Whether it had ended when it was exported.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "failed" | "cancelled" | "timed_out")
    }
}

/// Kinds whose end nobody waits for, and bodies, which are told of by their steps.
const ASIDE: [&str; 4] = ["action", "log", "body", "hook"];

impl RecordedStep {
    /// Whether the way of the run does not depend on it.
    pub(super) fn is_aside(&self) -> bool {
        ASIDE.contains(&self.kind.as_str())
    }

    /// Whether its end is on record.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "completed" | "failed")
    }

    /// When it was handed out.
    pub(super) fn began(&self) -> Option<Timestamp> {
        moment::parse(&self.started_at, Timestamp(0)).ok()
    }

    /// How many milliseconds it took, waits included.
    pub(super) fn took(&self) -> Option<i64> {
        let ended = moment::parse(self.completed_at.as_deref()?, Timestamp(0)).ok()?;
        Some(ended.millis_since(self.began()?))
    }

    /// Whether nobody answered in time.
    pub(super) fn timed_out(&self) -> bool {
        self.status == "failed" || self.output["timedOut"] == Value::Bool(true)
    }

    /// How an attempt ended; `None` when that is not on record.
    pub(super) fn attempt(&self, number: u32) -> Option<Outcome> {
        let attempt = self.attempts.iter().rev().find(|one| one.attempt == number)?;
        match attempt.status.as_str() {
            "completed" => Some(Outcome::Ok(JsonText::of(&attempt.output))),
            "failed" | "retrying" => Some(Outcome::Err(failure(&attempt.error))),
            _ => None,
        }
    }

    /// Whether another attempt followed.
    pub(super) fn goes_on_after(&self, number: u32) -> bool {
        self.attempts.iter().any(|one| one.attempt > number)
    }

    /// How it ended.
    pub(super) fn outcome(&self) -> Outcome {
        match self.status.as_str() {
            "failed" => Outcome::Err(failure(&self.error)),
            _ => Outcome::Ok(JsonText::of(&self.output)),
        }
    }
}

fn failure(error: &Value) -> Failure {
    serde_json::from_value(error.clone()).unwrap_or_else(|_| {
        let text = |key: &str| error[key].as_str().map(str::to_owned);
        Failure::new(&text("name").unwrap_or_else(|| "Error".to_owned()), text("message").unwrap_or_default())
    })
}
