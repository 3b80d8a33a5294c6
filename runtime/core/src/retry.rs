//! Whether a failed attempt is followed by another one, and when.

use crate::worker::Failure;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How the wait grows from one attempt to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// Always the same.
    Fixed,
    /// One more `delay` each time.
    Linear,
    /// Multiplied each time.
    Exponential,
}

/// The `retry` option of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Most attempts in all, from 1.
    pub attempts: u32,
    /// How the wait grows.
    pub strategy: Strategy,
    /// The first wait.
    pub delay: Duration,
    /// The longest wait.
    pub max_delay: Duration,
    /// For exponential growth.
    pub multiplier: f64,
    /// Share of the wait that is random, from 0 to 1: half of it below, half above.
    pub jitter: f64,
    /// Names or parts of messages of errors that are worth another attempt.
    pub errors: Vec<String>,
    /// HTTP statuses that are.
    pub status_codes: Vec<u16>,
    /// Whether a function of the author has a say (`retryOn.conditions`).
    pub asks_condition: bool,
    /// Whether a function of the author wants to know (`onRetry`).
    pub tells: bool,
}

impl RetryPolicy {
    /// Whether another attempt may follow as far as can be known without asking the author's
    /// function. `failures` counts failed attempts, this one included.
    #[must_use]
    pub fn allows(&self, failures: u32, failure: &Failure) -> Allowance {
        if failures >= self.attempts || failure.retryable == Some(false) {
            return Allowance::No;
        }
        if failure.retryable == Some(true) {
            return Allowance::Yes;
        }
        let restricted = !self.errors.is_empty() || !self.status_codes.is_empty();
        let named = self.errors.iter().any(|wanted| failure.name == *wanted || failure.message.contains(wanted));
        let by_status = failure.status.is_some_and(|status| self.status_codes.contains(&status));
        if named || by_status {
            Allowance::Yes
        } else if self.asks_condition {
            Allowance::Ask
        } else if restricted {
            Allowance::No
        } else {
            Allowance::Yes
        }
    }

    /// The wait before the next attempt. `random` is any number; it only matters with jitter.
    #[must_use]
    pub fn wait(&self, failures: u32, failure: &Failure, random: u64) -> Duration {
        if let Some(millis) = failure.retry_after {
            return Duration::from_millis(millis);
        }
        let base = self.delay.as_secs_f64();
        let steps = failures.max(1) - 1;
        let grown = match self.strategy {
            Strategy::Fixed => base,
            Strategy::Linear => base * f64::from(steps + 1),
            Strategy::Exponential => base * self.multiplier.powi(i32::try_from(steps).unwrap_or(i32::MAX)),
        };
        let longest = self.max_delay.as_secs_f64();
        let wait = if grown.is_finite() { grown.min(longest) } else { longest };
        let share = (random >> 11) as f64 / (1u64 << 53) as f64;
        let jittered = wait * (1.0 + self.jitter * (share - 0.5));
        // Whole milliseconds: that is what rests in the database.
        Duration::from_millis((jittered.min(longest) * 1000.0).round() as u64)
    }
}

/// Whether another attempt may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// It may.
    Yes,
    /// It may not.
    No,
    /// The author's function decides.
    Ask,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn policy(strategy: Strategy) -> RetryPolicy {
        RetryPolicy {
            attempts: 5,
            strategy,
            delay: Duration::from_millis(100),
            max_delay: Duration::from_millis(350),
            multiplier: 2.0,
            jitter: 0.0,
            errors: Vec::new(),
            status_codes: Vec::new(),
            asks_condition: false,
            tells: false,
        }
    }

    #[rstest]
    #[case(Strategy::Fixed, [100, 100, 100, 100])]
    #[case(Strategy::Linear, [100, 200, 300, 350])]
    #[case(Strategy::Exponential, [100, 200, 350, 350])]
    fn waits_grow(#[case] strategy: Strategy, #[case] millis: [u64; 4]) {
        let failure = Failure::new("Error", "no");
        let waits = [1, 2, 3, 4].map(|n| policy(strategy).wait(n, &failure, 7).as_millis() as u64);
        assert_eq!(waits, millis);
    }

    #[rstest]
    #[case(0, 75)]
    #[case(u64::MAX / 2, 100)]
    #[case(u64::MAX, 125)]
    fn jitter_spreads(#[case] random: u64, #[case] millis: u64) {
        let policy = RetryPolicy { jitter: 0.5, ..policy(Strategy::Fixed) };
        assert_eq!(policy.wait(1, &Failure::new("Error", "no"), random), Duration::from_millis(millis));
    }

    #[test]
    fn a_failure_can_set_the_wait() {
        let failure = Failure { retry_after: Some(9000), ..Failure::new("RetryableError", "later") };
        assert_eq!(policy(Strategy::Fixed).wait(1, &failure, 0), Duration::from_secs(9));
    }

    #[rstest]
    #[case(&[], &[], false, Failure::new("TypeError", "x"), Allowance::Yes)]
    #[case(&["TypeError"], &[], false, Failure::new("TypeError", "x"), Allowance::Yes)]
    #[case(&["ECONN"], &[], false, Failure::new("Error", "read ECONNRESET"), Allowance::Yes)]
    #[case(&["TypeError"], &[], false, Failure::new("Error", "x"), Allowance::No)]
    #[case(&[], &[503], false, Failure { status: Some(503), ..Failure::new("Error", "x") }, Allowance::Yes)]
    #[case(&[], &[503], false, Failure { status: Some(400), ..Failure::new("Error", "x") }, Allowance::No)]
    #[case(&["TypeError"], &[], true, Failure::new("Error", "x"), Allowance::Ask)]
    #[case(&[], &[], true, Failure::new("Error", "x"), Allowance::Ask)]
    #[case(&[], &[], false, Failure { retryable: Some(false), ..Failure::new("NonRetryableError", "x") }, Allowance::No)]
    #[case(&["TypeError"], &[], false, Failure { retryable: Some(true), ..Failure::new("RetryableError", "x") }, Allowance::Yes)]
    fn decides(
        #[case] errors: &[&str],
        #[case] codes: &[u16],
        #[case] asks: bool,
        #[case] failure: Failure,
        #[case] expected: Allowance,
    ) {
        let errors = errors.iter().map(|text| (*text).to_owned()).collect();
        let policy =
            RetryPolicy { errors, status_codes: codes.to_vec(), asks_condition: asks, ..policy(Strategy::Fixed) };
        assert_eq!(policy.allows(1, &failure), expected);
        assert_eq!(policy.allows(5, &failure), Allowance::No, "the last attempt is the last");
    }
}
