//! Rows of schedules, intervals and polls, and which events to list.

use crate::{id::RunId, json::JsonText, time::Timestamp};
use std::sync::Arc;

/// A schedule, interval or poll as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Its id.
    pub id: Arc<str>,
    /// Its workflow.
    pub workflow_id: Arc<str>,
    /// When it fires and how: what [`crate::definition::thaw`] reads.
    pub spec: JsonText,
    /// Whether a workflow that is served has it.
    pub is_served: bool,
    /// Whether it rests until somebody resumes it.
    pub is_paused: bool,
    /// Every time up to this one has been dealt with.
    pub cursor: Timestamp,
    /// The last time that started a run; of a poll: when it was last asked.
    pub last_fire: Option<Timestamp>,
    /// The last run that it started.
    pub last_run: Option<RunId>,
    /// Times that were missed in all.
    pub misses: u64,
    /// Of a poll: failures since the last success.
    pub failures: u32,
    /// Why its last run or its last answer failed.
    pub last_error: Option<JsonText>,
    /// Of a poll that failed: when it is asked again.
    pub next_attempt: Option<Timestamp>,
}

/// Times of a schedule that were missed, one after the other and for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissRow {
    /// Whose.
    pub schedule_id: Arc<str>,
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
    /// How many.
    pub count: u64,
    /// Why: `late`, `overlap`, `full` or `overload`.
    pub reason: Arc<str>,
    /// The run that makes up for it.
    pub run_id: Option<RunId>,
    /// When that was known.
    pub at: Timestamp,
}

/// Which events to list, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only of this name, or of names that a pattern such as `order.*` covers.
    pub name: Option<String>,
    /// Only published at this moment or later.
    pub since: Option<Timestamp>,
    /// Only older than this one (its id comes from the page before).
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// Whether a pattern such as `order.*` covers a name. `*` stands for one part, at the end for all
/// that follow.
#[must_use]
pub fn covers(pattern: &str, name: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('.').peekable(), name.split('.').peekable());
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) if patterns.peek().is_none() => return true,
            (Some("*"), Some(_)) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::covers;
    use rstest::rstest;

    #[rstest]
    #[case("order.created", "order.created", true)]
    #[case("order.*", "order.created", true)]
    #[case("order.*", "order.created.late", true)]
    #[case("order.*", "order", false)]
    #[case("order.*", "orders.created", false)]
    #[case("*", "anything.at.all", true)]
    #[case("*.created", "order.created", true)]
    #[case("*.created", "order.deleted", false)]
    #[case("a.*.c", "a.b.c", true)]
    #[case("a.*.c", "a.b.d", false)]
    fn patterns(#[case] pattern: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(covers(pattern, name), expected);
    }
}
