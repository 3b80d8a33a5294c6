//! Moments as people write them: a date, a date with a time, or how long ago.

use crate::{duration, time::Timestamp};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// Reads `2026-11-24`, `2026-11-24T12:00:00Z` or `2h` (two hours before `now`). Without a zone it is UTC.
///
/// # Errors
/// What can be written instead.
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(ago) = duration::parse(text) {
        let millis = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
        return Ok(Timestamp(now.0.saturating_sub(millis)));
    }
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis());
    let local = || {
        let time = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
        time.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    };
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| date.and_time(NaiveTime::MIN));
    let millis = zoned.ok().or_else(|| local().or_else(date).map(|time| time.and_utc().timestamp_millis()));
    millis
        .map(Timestamp)
        .ok_or_else(|| format!("'{text}' is no moment; write for example 2h (ago), 2026-11-24 or 2026-11-24T12:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2h", 1_000_000_000 - 7_200_000)]
    #[case("1970-01-02", 86_400_000)]
    #[case("1970-01-01T00:00:01Z", 1_000)]
    #[case("1970-01-01T01:00:01+01:00", 1_000)]
    #[case("1970-01-01T00:00:01.5", 1_500)]
    #[case(" 1970-01-01 00:01 ", 60_000)]
    fn reads(#[case] text: &str, #[case] millis: i64) {
        assert_eq!(parse(text, Timestamp(1_000_000_000)), Ok(Timestamp(millis)));
    }

    #[rstest]
    #[case("yesterday")]
    #[case("2026-13-01")]
    #[case("")]
    fn refuses(#[case] text: &str) {
        assert!(parse(text, Timestamp(0)).unwrap_err().contains("is no moment"));
    }
}
