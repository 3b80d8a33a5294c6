//! The ids of items that a poll has seen: bounded, the least recently seen go first.

use cronflow_core::time::Timestamp;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// Ids that one poll remembers.
pub(super) const MAX_IDS: usize = 10_000;
/// An id that is seen again is noted again when its last note is older than this.
const REFRESH: Duration = Duration::from_secs(3600);

/// See the module's text.
#[derive(Default)]
pub(super) struct Seen {
    at: HashMap<Arc<str>, Timestamp>,
    order: BTreeSet<(Timestamp, Arc<str>)>,
}

impl Seen {
    pub(super) fn new(ids: Vec<(Arc<str>, Timestamp)>) -> Self {
        let order = ids.iter().map(|(id, at)| (*at, id.clone())).collect();
        Self { at: ids.into_iter().collect(), order }
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.at.contains_key(id)
    }

    /// Notes an id; whether that must be made durable.
    pub(super) fn note(&mut self, id: &Arc<str>, now: Timestamp) -> bool {
        match self.at.get(id) {
            Some(at) if at.after(REFRESH) > now => return false,
            Some(at) => {
                self.order.remove(&(*at, id.clone()));
            }
            None => {}
        }
        self.at.insert(id.clone(), now);
        self.order.insert((now, id.clone()))
    }

    /// Takes out what is too much.
    pub(super) fn take_surplus(&mut self) -> Vec<Arc<str>> {
        let mut surplus = Vec::new();
        while self.order.len() > MAX_IDS
            && let Some((_, id)) = self.order.pop_first()
        {
            self.at.remove(&id);
            surplus.push(id);
        }
        surplus
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_seen_go_first() {
        let id = |n: usize| -> Arc<str> { format!("{n:05}").into() };
        let mut seen = Seen::new((0..MAX_IDS).map(|n| (id(n), Timestamp(n as i64))).collect());
        let later = Timestamp(0).after(2 * REFRESH);
        assert!(!seen.note(&id(0), Timestamp(5)), "it was noted a moment ago");
        assert!(seen.note(&id(0), later));
        assert!(seen.note(&id(MAX_IDS), later));
        assert_eq!(seen.take_surplus(), [id(1)]);
        assert!(seen.knows("00000") && !seen.knows("00001"));
        assert_eq!(seen.take_surplus(), [] as [Arc<str>; 0]);
    }
}
