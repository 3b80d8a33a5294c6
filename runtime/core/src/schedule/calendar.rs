//! Days of the calendar, counted from 1970-01-01.

use chrono::{DateTime, Datelike as _};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// How far a search for the next matching day goes: a fifth Monday in February may take 40 years.
pub(super) const HORIZON: i64 = 366 * 50;

/// A day of the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// From 1.
    pub(super) month: u32,
    /// Of the month, from 1.
    pub(super) day: u32,
    /// 0 is Sunday.
    pub(super) weekday: u32,
    length: u32,
}

impl Day {
    /// The day of that number; `None` beyond what the calendar knows.
    pub(super) fn of(number: i64) -> Option<Self> {
        let date = DateTime::from_timestamp(number.checked_mul(DAY)?, 0)?.date_naive();
        let weekday = date.weekday().num_days_from_sunday();
        Some(Self { month: date.month(), day: date.day(), weekday, length: u32::from(date.num_days_in_month()) })
    }

    /// Days of the month that follow.
    pub(super) const fn left_in_month(self) -> u32 {
        self.length - self.day
    }
}
