//! The next time of a cron expression in a zone: what happens when clocks are changed.
//!
//! A time that a change leaves out fires at the moment of the change. A time that a change repeats fires
//! the first time. Expressions whose hour begins with `*` follow real hours instead: a repeated time fires
//! each time; and when they have a time in every hour, nothing is made up for.

use super::{calendar::DAY, cron::Cron};
use crate::time::Timestamp;
use chrono::{DateTime, MappedLocalTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

/// Two changes of a zone's offset are further apart than this, in seconds.
const NEAR: i64 = 26 * 3600;
/// The end of the year 9999: nothing fires after it.
const END_OF_TIME: i64 = 253_402_300_799;

impl Cron {
    /// The first moment after `after` at which it fires.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, zone: Tz) -> Option<Timestamp> {
        let mut from = after.0.div_euclid(1000) + 1;
        let mut before = offset(zone, from - 1)?;
        loop {
            if from > END_OF_TIME {
                return None;
            }
            let now = offset(zone, from)?;
            if self.makes_up(from, before, now) {
                return Some(seconds(from));
            }
            let fire = self.next_wall(from + now)? - now;
            match next_change(zone, from, now, fire) {
                Some(change) => (before, from) = (now, change),
                None if self.follows_hours() || !is_repeat(zone, fire, now) => return Some(seconds(fire)),
                None => (before, from) = (now, fire + 1),
            }
        }
    }

    /// Whether the clocks go forward at `change`, over a time that would have fired.
    fn makes_up(&self, change: i64, before: i64, after: i64) -> bool {
        after > before
            && !self.has_all_hours()
            && self.next_wall(change + before).is_some_and(|wall| wall < change + after)
    }
}

fn seconds(at: i64) -> Timestamp {
    Timestamp(at * 1000)
}

/// Seconds that a zone is ahead of UTC.
fn offset(zone: Tz, at: i64) -> Option<i64> {
    let moment = DateTime::from_timestamp(at, 0)?.naive_utc();
    Some(i64::from(zone.offset_from_utc_datetime(&moment).fix().local_minus_utc()))
}

/// The first change of the offset in `from+1..=until`. Changes further away that cancel each other out
/// are passed over: what lies between shows no other times of the wall clock.
fn next_change(zone: Tz, from: i64, now: i64, until: i64) -> Option<i64> {
    let differs = |at: &i64| offset(zone, *at).is_some_and(|other| other != now);
    let mut after = [until.min(from + NEAR), until].into_iter().find(differs)?;
    let mut same = from;
    while after - same > 1 {
        let middle = same + (after - same) / 2;
        if differs(&middle) { after = middle } else { same = middle }
    }
    Some(after)
}

/// Whether the wall clock has shown this time before.
fn is_repeat(zone: Tz, at: i64, now: i64) -> bool {
    // Clocks go back by hours; in the history of some zones by a day.
    let was_ahead = [DAY / 4, DAY].iter().any(|ago| offset(zone, at - ago) > Some(now));
    if !was_ahead {
        return false;
    }
    let wall = DateTime::from_timestamp(at + now, 0).map(|wall| wall.naive_utc());
    match wall.map(|wall| zone.offset_from_local_datetime(&wall)) {
        Some(MappedLocalTime::Ambiguous(a, b)) => {
            let least = a.fix().local_minus_utc().min(b.fix().local_minus_utc());
            i64::from(least) == now
        }
        _ => false,
    }
}
