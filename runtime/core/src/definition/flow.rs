//! Flow control: what is decided before a run may begin.

use std::{sync::Arc, time::Duration};

/// All limits of a workflow. They are asked in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlowControl {
    /// Waits until no further trigger came for a while; the last one runs.
    pub debounce: Option<Debounce>,
    /// Turns triggers away that are too many.
    pub rate_limit: Option<RateLimit>,
    /// One run at a time; what happens to the second.
    pub singleton: Option<Singleton>,
    /// Spreads starts over time; those that are too early wait.
    pub throttle: Option<Limit>,
    /// Runs at once; the others wait.
    pub concurrency: Option<Concurrency>,
    /// Workflows with the same queue share its concurrency.
    pub queue: Option<Arc<str>>,
    /// Higher goes first.
    pub priority: i32,
}

impl FlowControl {
    /// Whether a function of the author must be asked for keys.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.debounce.as_ref().is_some_and(|it| it.keyed)
            || self.rate_limit.as_ref().is_some_and(|it| it.keyed)
            || self.singleton.as_ref().is_some_and(|it| it.keyed)
            || self.throttle.as_ref().is_some_and(|it| it.keyed)
            || self.concurrency.as_ref().is_some_and(|it| it.keyed)
    }

    /// Whether a run may begin without asking any limit.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.debounce.is_none()
            && self.rate_limit.is_none()
            && self.singleton.is_none()
            && self.throttle.is_none()
            && self.concurrency.is_none()
    }
}

/// `debounce`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debounce {
    /// How long no further trigger may come.
    pub wait: Duration,
    /// Longest wait in all.
    pub max_wait: Option<Duration>,
    /// Whether a function makes the key.
    pub keyed: bool,
}

/// `rateLimit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// Most starts.
    pub count: u32,
    /// In any such span.
    pub per: Duration,
    /// Whether a function makes the key.
    pub keyed: bool,
}

/// `throttle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// One start in any such span.
    pub per: Duration,
    /// Whether a function makes the key.
    pub keyed: bool,
}

/// `singleton`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Singleton {
    /// What gives way.
    pub mode: SingletonMode,
    /// Whether a function makes the key.
    pub keyed: bool,
}

/// What gives way when a run is asked for while another one is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingletonMode {
    /// The new one.
    Skip,
    /// The old one.
    Cancel,
}

/// `concurrency`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    /// Runs at once.
    pub limit: u32,
    /// Whether a function makes the key.
    pub keyed: bool,
}
