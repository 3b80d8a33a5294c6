//! A clock that stands still until a test moves it.

use cronflow_core::time::{Clock, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Time as a test wants it. Clones share one time.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.0)))
    }

    /// Moves on and returns the new time.
    pub fn advance(&self, by: Duration) -> Timestamp {
        // Tests have one hand on the clock, so load and store need not be one operation.
        let now = self.now().after(by);
        self.set(now);
        now
    }

    /// Jumps, also backwards.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    /// Some ordinary moment: 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::at(Timestamp(1_767_225_600_000))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
