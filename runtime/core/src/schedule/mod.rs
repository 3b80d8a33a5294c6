//! Schedules: when a workflow starts by itself, and what happens to starts that were missed.

mod calendar;
mod cron;
mod walk;

pub use cron::{Cron, CronError};

use crate::{
    id::{Digest, RunId},
    json::JsonText,
    time::Timestamp,
};
use chrono_tz::Tz;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// A schedule of a workflow, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its id; it stays when the times change.
    pub id: Arc<str>,
    /// When it fires.
    pub timing: Timing,
    /// What happens when the run before is still under way.
    pub overlap: Overlap,
    /// What happens to times that were missed.
    pub catch_up: CatchUp,
    /// Missed times that are older are not made up for.
    pub window: Duration,
    /// Each fire is late by the same part of this.
    pub jitter: Duration,
    /// Nothing fires before.
    pub start: Option<Timestamp>,
    /// Nothing fires after.
    pub end: Option<Timestamp>,
    /// What runs get besides the facts of the schedule.
    pub payload: Option<JsonText>,
}

/// When a schedule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timing {
    /// When a wall clock shows certain times.
    Cron {
        /// Which.
        cron: Cron,
        /// Whose clock.
        zone: Tz,
    },
    /// At whole multiples of a span since 1970-01-01T00:00:00Z.
    Every(Duration),
}

/// What happens to a time at which the run before is still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Nothing starts; it counts as missed.
    Skip,
    /// The new run begins when the one before has ended.
    Queue,
    /// The new run begins at once.
    Allow,
    /// The run before is cancelled.
    CancelRunning,
}

/// What happens to times that were missed, because the engine was down or the clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// Nothing.
    None,
    /// The last of them starts a run.
    Last,
    /// Each of them starts a run, one after the other.
    All,
}

/// A function that is asked again and again for new items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Its id.
    pub id: Arc<str>,
    /// How often it is asked.
    pub every: Duration,
    /// Longest time for one answer.
    pub timeout: Duration,
}

impl Timing {
    /// The first time after `after`.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Cron { cron, zone } => cron.next_after(after, *zone),
            Self::Every(span) => next_multiple(*span, after),
        }
    }
}

/// The first whole multiple of a span after `after`.
#[must_use]
pub fn next_multiple(span: Duration, after: Timestamp) -> Option<Timestamp> {
    let span = i64::try_from(span.as_millis()).ok().filter(|span| *span > 0)?;
    (after.0.div_euclid(span) + 1).checked_mul(span).map(Timestamp)
}

impl Schedule {
    /// The first time after `after` within its bounds.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = self.start.map_or(after, |start| after.max(Timestamp(start.0.saturating_sub(1))));
        self.timing.next_after(after).filter(|at| self.end.is_none_or(|end| *at <= end))
    }

    /// Its times after `after`, in order.
    pub fn times(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next_after(after), |at| self.next_after(*at))
    }

    /// When the run of a time starts: the same delay each time, another for each schedule.
    #[must_use]
    pub fn starts_at(&self, time: Timestamp) -> Timestamp {
        let most = u64::try_from(self.jitter.as_millis()).unwrap_or(u64::MAX);
        if most == 0 {
            return time;
        }
        let mut hasher = Digest::hasher();
        hasher.field(self.id.as_bytes());
        time.after(Duration::from_millis(hasher.finish().leading() % most))
    }
}

/// The run of a time of a schedule. It is the same whoever makes it, so that a time starts one run.
#[must_use]
pub fn run_of(schedule: &str, time: Timestamp) -> RunId {
    let mut hasher = Digest::hasher();
    hasher.field(schedule.as_bytes());
    hasher.field(&time.0.to_be_bytes());
    let rest = hasher.finish().bytes();
    let mut ten = [0; 10];
    ten.copy_from_slice(&rest[..10]);
    let millis = u64::try_from(time.0).unwrap_or_default();
    let id: Uuid = uuid::Builder::from_unix_timestamp_millis(millis, &ten).into_uuid();
    RunId::from_uuid(id)
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
