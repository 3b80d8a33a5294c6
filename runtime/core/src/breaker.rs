//! Circuit breakers: after too many failures in a row a breaker lets nothing through for a while,
//! then a few trial calls, and closes again when they succeed.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// The `circuitBreaker` option of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerPolicy {
    /// Breakers of the same name are one.
    pub name: Arc<str>,
    /// Failures in a row that open it.
    pub failure_threshold: u32,
    /// How long it stays open.
    pub recovery_timeout: Duration,
    /// When not empty: only failures with such a name, or with such a text in the message, count.
    pub expected_errors: Vec<String>,
    /// Trial calls at a time while it is half open.
    pub half_open_max: u32,
}

/// How a breaker stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Failures in a row.
    pub failures: u32,
    /// Since when it is open.
    pub opened_at: Option<Timestamp>,
    /// Trial calls that are under way. They do not outlive the process.
    #[serde(skip)]
    pub trials: u32,
}

/// How a call went, as far as a breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Well.
    Good,
    /// Badly.
    Bad,
    /// It was given up without a result that says anything.
    Unknown,
}

impl Breaker {
    /// Asks to make a call. A refusal names the moment from which it is worth asking again.
    ///
    /// # Errors
    /// When the breaker is open, or half open with all its trial calls under way.
    pub fn admit(&mut self, policy: &BreakerPolicy, now: Timestamp) -> Result<(), Timestamp> {
        let Some(opened) = self.opened_at else {
            return Ok(());
        };
        let reopens = opened.after(policy.recovery_timeout);
        if now < reopens {
            return Err(reopens);
        }
        if self.trials >= policy.half_open_max {
            return Err(now);
        }
        self.trials += 1;
        Ok(())
    }

    /// Notes how a call went that was let through. Returns whether anything durable changed.
    pub fn report(&mut self, policy: &BreakerPolicy, verdict: Verdict, now: Timestamp) -> bool {
        let before = (self.failures, self.opened_at);
        self.trials = self.trials.saturating_sub(1);
        match verdict {
            Verdict::Good => {
                self.failures = 0;
                self.opened_at = None;
            }
            Verdict::Bad => {
                self.failures = self.failures.saturating_add(1);
                let half_open = self.opened_at.is_some();
                if half_open || self.failures >= policy.failure_threshold {
                    self.opened_at = Some(now);
                }
            }
            Verdict::Unknown => {}
        }
        before != (self.failures, self.opened_at)
    }

    /// The state's usual name.
    #[must_use]
    pub fn state(&self, policy: &BreakerPolicy, now: Timestamp) -> &'static str {
        match self.opened_at {
            None => "CLOSED",
            Some(opened) if now < opened.after(policy.recovery_timeout) => "OPEN",
            Some(_) => "HALF_OPEN",
        }
    }
}

impl BreakerPolicy {
    /// Whether a failure of that name and message counts.
    #[must_use]
    pub fn counts(&self, name: &str, message: &str) -> bool {
        let matches = |wanted: &String| name == wanted || message.contains(wanted.as_str());
        self.expected_errors.is_empty() || self.expected_errors.iter().any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> BreakerPolicy {
        BreakerPolicy {
            name: "api".into(),
            failure_threshold: 3,
            recovery_timeout: Duration::from_millis(100),
            expected_errors: Vec::new(),
            half_open_max: 1,
        }
    }

    #[test]
    fn opens_half_opens_and_closes() {
        let (policy, mut breaker) = (policy(), Breaker::default());
        for at in 0..3 {
            assert_eq!(breaker.admit(&policy, Timestamp(at)), Ok(()));
            breaker.report(&policy, Verdict::Bad, Timestamp(at));
        }
        assert_eq!(breaker.state(&policy, Timestamp(3)), "OPEN");
        assert_eq!(breaker.admit(&policy, Timestamp(101)), Err(Timestamp(102)));
        assert_eq!(breaker.admit(&policy, Timestamp(102)), Ok(()), "one trial call");
        assert!(breaker.admit(&policy, Timestamp(102)).is_err(), "and no second beside it");
        breaker.report(&policy, Verdict::Bad, Timestamp(110));
        assert_eq!(breaker.admit(&policy, Timestamp(209)), Err(Timestamp(210)), "a failed trial opens it again");
        assert_eq!(breaker.admit(&policy, Timestamp(210)), Ok(()));
        breaker.report(&policy, Verdict::Good, Timestamp(211));
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let (policy, mut breaker) = (policy(), Breaker::default());
        for verdict in [Verdict::Bad, Verdict::Bad, Verdict::Good, Verdict::Bad, Verdict::Bad] {
            breaker.report(&policy, verdict, Timestamp(0));
        }
        assert_eq!(breaker.state(&policy, Timestamp(0)), "CLOSED");
    }

    #[test]
    fn only_expected_errors_count() {
        let policy = BreakerPolicy { expected_errors: vec!["TimeoutError".into(), "503".into()], ..policy() };
        assert!(policy.counts("TimeoutError", "x"));
        assert!(policy.counts("Error", "HTTP 503"));
        assert!(!policy.counts("TypeError", "x"));
    }
}
