//! Freezes options: durations, counts, retry, cache, circuit breaker and flow control.

use super::{
    CacheKey, CachePolicy, Concurrency, Debounce, DraftBreaker, DraftCache, DraftFlow, DraftLimit, DraftRetry,
    FlowControl, Limit, Millis, RateLimit, Singleton, SingletonMode, Site, validate::invalid,
};
use crate::{
    breaker::BreakerPolicy,
    duration,
    error::Diagnostic,
    retry::{RetryPolicy, Strategy},
};
use std::time::Duration;

/// Most attempts at one step.
const MAX_ATTEMPTS: u32 = 10_000;
/// Most starts that a rate limit remembers.
const MAX_RATE: u32 = 10_000;
/// The longest wait between two attempts when none is given.
const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(3600);

/// Says what an option belongs to and where it was written.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) what: &'a str,
    pub(super) site: &'a Site,
}

impl About<'_> {
    pub(super) fn refuse(self, option: &str, reason: impl std::fmt::Display) -> Diagnostic {
        invalid(self.site, format!("{option} of {}: {reason}", self.what))
    }

    pub(super) fn duration(self, option: &str, written: &Millis) -> Result<Duration, Diagnostic> {
        match written {
            Millis::Text(text) => duration::parse(text).map_err(|error| self.refuse(option, error)),
            Millis::Number(millis) => duration::from_millis(*millis).ok_or_else(|| {
                self.refuse(option, format_args!("{millis} is not a number of milliseconds up to 100 years"))
            }),
        }
    }

    /// A duration that must not be zero.
    pub(super) fn span(self, option: &str, written: &Millis) -> Result<Duration, Diagnostic> {
        let span = self.duration(option, written)?;
        if span.is_zero() {
            Err(self.refuse(option, format_args!("a {option} must be longer than zero")))
        } else {
            Ok(span)
        }
    }

    pub(super) fn maybe_span(self, option: &str, written: Option<&Millis>) -> Result<Option<Duration>, Diagnostic> {
        written.map(|written| self.span(option, written)).transpose()
    }

    /// A whole number from 1.
    pub(super) fn count(self, option: &str, written: f64, most: u32) -> Result<u32, Diagnostic> {
        if written.fract() == 0.0 && written >= 1.0 && written <= f64::from(most) {
            return Ok(written as u32);
        }
        Err(self.refuse(option, format_args!("{written} is not a whole number from 1 to {most}")))
    }

    pub(super) fn retry(self, draft: &DraftRetry) -> Result<RetryPolicy, Diagnostic> {
        let delay = draft.delay.as_ref().map(|it| self.duration("backoff.delay", it)).transpose()?;
        let max_delay = draft.max_delay.as_ref().map(|it| self.duration("backoff.maxDelay", it)).transpose()?;
        let delay = delay.unwrap_or(Duration::from_secs(1));
        let jitter = draft.jitter.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&jitter) {
            return Err(self.refuse("jitter", format_args!("{jitter} is not between 0 and 1")));
        }
        let multiplier = draft.multiplier.unwrap_or(2.0);
        if !(multiplier.is_finite() && multiplier >= 1.0) {
            return Err(self.refuse("backoff.multiplier", format_args!("{multiplier} is not a number from 1")));
        }
        Ok(RetryPolicy {
            attempts: self.count("attempts", draft.attempts.unwrap_or(3.0), MAX_ATTEMPTS)?,
            strategy: draft.strategy.unwrap_or(Strategy::Exponential),
            delay,
            max_delay: max_delay.unwrap_or_else(|| DEFAULT_MAX_DELAY.max(delay)),
            multiplier,
            jitter,
            errors: draft.errors.clone(),
            status_codes: draft.status_codes.clone(),
            asks_condition: draft.asks_condition,
            tells: draft.tells,
        })
    }

    pub(super) fn cache(self, draft: &DraftCache, has_function: bool) -> Result<CachePolicy, Diagnostic> {
        let key = match (&draft.key, has_function) {
            (_, true) => CacheKey::Function,
            (Some(key), false) => CacheKey::Fixed(key.clone()),
            (None, false) => CacheKey::Inputs,
        };
        Ok(CachePolicy { key, ttl: self.maybe_span("cache.ttl", draft.ttl.as_ref())? })
    }

    pub(super) fn breaker(self, draft: &DraftBreaker, step: &str) -> Result<BreakerPolicy, Diagnostic> {
        let recovery = self.maybe_span("circuitBreaker.recoveryTimeout", draft.recovery_timeout.as_ref())?;
        Ok(BreakerPolicy {
            name: draft.name.as_deref().unwrap_or(step).into(),
            failure_threshold: self.count(
                "circuitBreaker.failureThreshold",
                draft.failure_threshold.unwrap_or(5.0),
                MAX_ATTEMPTS,
            )?,
            recovery_timeout: recovery.unwrap_or(Duration::from_secs(30)),
            expected_errors: draft.expected_errors.clone(),
            half_open_max: self.count(
                "circuitBreaker.halfOpenMax",
                draft.half_open_max.unwrap_or(1.0),
                MAX_ATTEMPTS,
            )?,
        })
    }

    pub(super) fn flow(self, draft: &DraftFlow) -> Result<FlowControl, Diagnostic> {
        let priority = draft.priority.unwrap_or(0.0);
        if priority.fract() != 0.0 || priority.abs() > 1e9 {
            return Err(self.refuse("priority", format_args!("{priority} is not a whole number")));
        }
        Ok(FlowControl {
            debounce: draft.debounce.as_ref().map(|it| self.debounce(it)).transpose()?,
            rate_limit: draft.rate_limit.as_ref().map(|it| self.rate_limit(it)).transpose()?,
            singleton: draft.singleton.as_ref().map(|it| self.singleton(it)).transpose()?,
            throttle: draft.throttle.as_ref().map(|it| self.throttle(it)).transpose()?,
            concurrency: draft.concurrency.as_ref().map(|it| self.concurrency(it)).transpose()?,
            queue: draft.queue.as_deref().map(Into::into),
            priority: priority as i32,
        })
    }

    fn needed<T>(self, option: &str, value: Option<T>) -> Result<T, Diagnostic> {
        value.ok_or_else(|| self.refuse(option, "it is missing"))
    }

    pub(super) fn debounce(self, draft: &DraftLimit) -> Result<Debounce, Diagnostic> {
        let wait = self.span("debounce.wait", self.needed("debounce.wait", draft.per.as_ref())?)?;
        let max_wait = self.maybe_span("debounce.maxWait", draft.max_wait.as_ref())?;
        if max_wait.is_some_and(|most| most < wait) {
            return Err(self.refuse("debounce.maxWait", "it is shorter than wait"));
        }
        Ok(Debounce { wait, max_wait, keyed: draft.keyed })
    }

    fn rate_limit(self, draft: &DraftLimit) -> Result<RateLimit, Diagnostic> {
        let count = self.count("rateLimit.count", self.needed("rateLimit.count", draft.count)?, MAX_RATE)?;
        let per = self.span("rateLimit.per", self.needed("rateLimit.per", draft.per.as_ref())?)?;
        Ok(RateLimit { count, per, keyed: draft.keyed })
    }

    fn singleton(self, draft: &DraftLimit) -> Result<Singleton, Diagnostic> {
        let mode = match draft.mode.as_deref() {
            None | Some("skip") => SingletonMode::Skip,
            Some("cancel") => SingletonMode::Cancel,
            Some(other) => {
                return Err(self.refuse("singleton.mode", format_args!("'{other}' is neither 'skip' nor 'cancel'")));
            }
        };
        Ok(Singleton { mode, keyed: draft.keyed })
    }

    fn throttle(self, draft: &DraftLimit) -> Result<Limit, Diagnostic> {
        let per = self.span("throttle.per", self.needed("throttle.per", draft.per.as_ref())?)?;
        Ok(Limit { per, keyed: draft.keyed })
    }

    fn concurrency(self, draft: &DraftLimit) -> Result<Concurrency, Diagnostic> {
        let limit = self.count("concurrency", self.needed("concurrency", draft.count)?, u32::MAX)?;
        Ok(Concurrency { limit, keyed: draft.keyed })
    }
}
