//! The feed: which runs have changed, told once that is committed. The newest changes stay in a ring, so
//! that a listener who was away for a moment misses nothing, and one who was away for long is told so.

use cronflow_core::{id::RunId, machine::RunStatus, time::Timestamp};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Changes that are kept.
const KEPT: usize = 8_192;

/// A run that has changed: it is new, a step of it began or ended, it waits, it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChange {
    /// Which.
    pub run: RunId,
    /// Its workflow.
    pub workflow: Arc<str>,
    /// Where it stands now.
    pub status: RunStatus,
    /// Whether it is new.
    pub is_new: bool,
    /// When.
    pub at: Timestamp,
}

/// What a listener gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Changes with their numbers, in order.
    pub changes: Vec<(u64, RunChange)>,
    /// Whether changes before these are not kept any more.
    pub has_gap: bool,
}

/// How many runs were accepted and how many ended, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Accepted.
    pub accepted: u64,
    /// Ended, in the order of [`RunStatus::ALL`]; the statuses of runs under way stay 0.
    pub ended: [u64; RunStatus::ALL.len()],
}

#[derive(Default)]
struct Ring {
    changes: VecDeque<RunChange>,
    totals: Totals,
    /// The number of the newest change; they count from 1.
    last: u64,
}

/// See the module's text. Cheap to clone.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    ring: Mutex<Ring>,
    news: watch::Sender<u64>,
}

impl Default for Feed {
    fn default() -> Self {
        Self(Arc::new(Shared { ring: Mutex::default(), news: watch::Sender::new(0) }))
    }
}

impl Feed {
    /// The number of the newest change; 0 before the first.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.ring().last
    }

    /// How many runs were accepted and how many ended.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.ring().totals
    }

    /// Changes after number `after`, at most so many.
    #[must_use]
    pub fn after(&self, after: u64, limit: usize) -> Heard {
        let ring = self.ring();
        let first = ring.last + 1 - ring.changes.len() as u64;
        // A number that was never given out comes from another time.
        let has_gap = after + 1 < first || after > ring.last;
        let from = if has_gap { first } else { after + 1 };
        let skipped = usize::try_from(from - first).unwrap_or(usize::MAX);
        let changes = (from..).zip(ring.changes.iter().skip(skipped).take(limit).cloned()).collect();
        Heard { changes, has_gap }
    }

    /// Resolves when there is a change after number `after`.
    pub async fn news(&self, after: u64) {
        // The sender lives as long as the feed.
        drop(self.0.news.subscribe().wait_for(|last| *last > after).await);
    }

    /// Tells what was committed together. Of several changes of one run the last is told.
    pub(crate) fn tell(&self, changes: Vec<RunChange>) {
        if changes.is_empty() {
            return;
        }
        let mut ring = self.ring();
        for change in changes {
            ring.totals.accepted += u64::from(change.is_new);
            if change.status.is_terminal() {
                ring.totals.ended[change.status as usize] += 1;
            }
            if ring.changes.len() == KEPT {
                ring.changes.pop_front();
            }
            ring.changes.push_back(change);
            ring.last += 1;
        }
        let last = ring.last;
        drop(ring);
        self.0.news.send_replace(last);
    }

    /// Every change of the ring is one push, so a panic elsewhere leaves it whole.
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes a change among those of one unit: a run that is there already only gets its new status.
pub(crate) fn note(changes: &mut Vec<RunChange>, change: RunChange) {
    match changes.iter_mut().rev().find(|known| known.run == change.run) {
        Some(known) => (known.status, known.at) = (change.status, change.at),
        None => changes.push(change),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cronflow_testkit::build::run_id;

    fn change(n: u32, status: RunStatus) -> RunChange {
        RunChange { run: run_id(n), workflow: "w".into(), status, is_new: true, at: Timestamp(0) }
    }

    fn numbers(heard: &Heard) -> Vec<u64> {
        heard.changes.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn who_was_away_for_a_moment_misses_nothing() {
        let feed = Feed::default();
        assert_eq!(feed.after(0, 10), Heard::default());
        feed.tell((1..=5).map(|n| change(n, RunStatus::Running)).collect());
        assert_eq!(numbers(&feed.after(2, 10)), [3, 4, 5]);
        assert_eq!(numbers(&feed.after(2, 2)), [3, 4]);
        assert_eq!(feed.after(5, 10), Heard::default());
    }

    #[test]
    fn who_was_away_for_long_is_told_so() {
        let feed = Feed::default();
        let many = u32::try_from(KEPT).unwrap() + 3;
        feed.tell((1..=many).map(|n| change(n, RunStatus::Running)).collect());
        let heard = feed.after(2, 1);
        assert_eq!((heard.has_gap, numbers(&heard)), (true, vec![4]));
        assert!(!feed.after(3, 1).has_gap);
        assert!(feed.after(u64::from(many) + 1, 1).has_gap, "a number from another time");
    }

    #[test]
    fn ends_are_counted() {
        let feed = Feed::default();
        feed.tell(vec![change(1, RunStatus::Failed), change(2, RunStatus::Running)]);
        let totals = feed.totals();
        assert_eq!((totals.accepted, totals.ended.iter().sum::<u64>()), (2, 1));
        assert_eq!(totals.ended[RunStatus::Failed as usize], 1);
    }

    #[test]
    fn a_unit_tells_a_run_once() {
        let mut changes = vec![change(1, RunStatus::Pending)];
        note(&mut changes, RunChange { is_new: false, ..change(1, RunStatus::Completed) });
        assert_eq!(changes, [change(1, RunStatus::Completed)]);
    }
}
