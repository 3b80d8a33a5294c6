//! Tables: what is read, what is refused and why, and when it fires, also where clocks are changed.

use super::*;
use crate::view::iso;
use chrono::DateTime;
use proptest::prelude::*;
use rstest::rstest;

fn at(text: &str) -> Timestamp {
    Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

/// The next fires, without the parts of the text that are always the same.
fn fires(expression: &str, zone: &str, after: &str, count: usize) -> String {
    let (cron, zone) = (Cron::parse(expression).unwrap(), zone.parse().unwrap());
    let next = |at: &Timestamp| cron.next_after(*at, zone);
    let times = std::iter::successors(next(&at(after)), next).take(count);
    times.map(|at| iso(at).replace(".000Z", "").replace(":00Z", "")).collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case("* * * * *", "2026-01-01T00:01:00 2026-01-01T00:02:00")]
#[case("*/20 * * * *", "2026-01-01T00:20:00 2026-01-01T00:40:00")]
#[case("7/20 0 * * *", "2026-01-01T00:07:00 2026-01-01T00:27:00")]
#[case("* * * * * *", "2026-01-01T00:00:01 2026-01-01T00:00:02")]
#[case("30,10 0 0 * * *", "2026-01-01T00:00:10 2026-01-01T00:00:30")]
#[case("0 9-17/4 * * *", "2026-01-01T09:00:00 2026-01-01T13:00:00")]
#[case("@daily", "2026-01-02T00:00:00 2026-01-03T00:00:00")]
#[case("@Weekly", "2026-01-04T00:00:00 2026-01-11T00:00:00")]
#[case("@yearly", "2027-01-01T00:00:00 2028-01-01T00:00:00")]
#[case("0 0 * jan,MAR mon", "2026-01-05T00:00:00 2026-01-12T00:00:00")]
#[case("0 0 * * SAT-SUN", "2026-01-03T00:00:00 2026-01-04T00:00:00")]
#[case("0 0 * * 7", "2026-01-04T00:00:00 2026-01-11T00:00:00")]
#[case("0 0 * * 5-7", "2026-01-02T00:00:00 2026-01-03T00:00:00")]
#[case("0 0 L * *", "2026-01-31T00:00:00 2026-02-28T00:00:00")]
#[case("0 0 15,L * ?", "2026-01-15T00:00:00 2026-01-31T00:00:00")]
#[case("0 0 * * 5L", "2026-01-30T00:00:00 2026-02-27T00:00:00")]
#[case("0 0 * * fri#2", "2026-01-09T00:00:00 2026-02-13T00:00:00")]
#[case("0 0 * * 1#1,1#3", "2026-01-05T00:00:00 2026-01-19T00:00:00")]
#[case("0 0 29 2 *", "2028-02-29T00:00:00 2032-02-29T00:00:00")]
#[case("0 0 * 2 1#5", "2044-02-29T00:00:00 2072-02-29T00:00:00")]
// Either day field is enough when both are given, and both count when one begins with a star.
#[case("0 0 13 * 5", "2026-01-02T00:00:00 2026-01-09T00:00:00")]
#[case("0 0 */2 * 1", "2026-01-05T00:00:00 2026-01-19T00:00:00")]
fn fires_in_utc(#[case] expression: &str, #[case] expected: &str) {
    assert_eq!(fires(expression, "UTC", "2026-01-01T00:00:00Z", 2), expected);
}

/// Berlin, 2026: 02:00 becomes 03:00 on March 29 (01:00 UTC), 03:00 becomes 02:00 on October 25 (01:00 UTC).
#[rstest]
#[case::in_the_gap("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00 2026-03-30T00:30:00")]
#[case::end_of_the_gap("0 3 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00 2026-03-30T01:00:00")]
#[case::both("30 2,3 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00 2026-03-29T01:30:00")]
#[case::once_for_the_whole_gap("*/10 2 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00 2026-03-30T00:00:00")]
#[case::just_before("30 2 * * *", "2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00 2026-03-30T00:30:00")]
#[case::just_after("30 2 * * *", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00 2026-03-31T00:30:00")]
#[case::the_first_of_two("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00 2026-10-26T01:30:00")]
#[case::the_second_is_none("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00 2026-10-27T01:30:00")]
#[case::hourly_over_the_gap(
    "30 * * * *",
    "2026-03-29T00:00:00Z",
    "2026-03-29T00:30:00 2026-03-29T01:30:00 2026-03-29T02:30:00"
)]
#[case::hourly_over_the_repeat(
    "30 * * * *",
    "2026-10-25T00:00:00Z",
    "2026-10-25T00:30:00 2026-10-25T01:30:00 2026-10-25T02:30:00"
)]
#[case::named_hours("0 0-23 * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00 2026-10-25T02:00:00")]
#[case::every_second_hour_loses_none(
    "0 */2 * * *",
    "2026-03-28T22:59:00Z",
    "2026-03-28T23:00:00 2026-03-29T01:00:00 2026-03-29T02:00:00"
)]
#[case::across_the_year("0 12 1 1 *", "2026-01-02T00:00:00Z", "2027-01-01T11:00:00 2028-01-01T11:00:00")]
fn fires_where_clocks_are_changed(#[case] expression: &str, #[case] after: &str, #[case] expected: &str) {
    let count = expected.split(' ').count();
    assert_eq!(fires(expression, "Europe/Berlin", after, count), expected);
}

#[rstest]
// Half an hour: 02:00 becomes 02:30 on October 4; 02:00 becomes 01:30 on April 5.
#[case("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00 2026-10-04T15:15:00")]
#[case("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", "2026-04-04T14:45:00 2026-04-05T15:15:00")]
// At midnight: 00:00 becomes 01:00.
#[case("0 0 * * *", "America/Havana", "2026-03-07T12:00:00Z", "2026-03-08T05:00:00 2026-03-09T04:00:00")]
// A day that never was.
#[case("0 9 * * *", "Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-30T10:00:00 2011-12-30T19:00:00")]
fn fires_in_odd_zones(#[case] expression: &str, #[case] zone: &str, #[case] after: &str, #[case] expected: &str) {
    assert_eq!(fires(expression, zone, after, 2), expected);
}

#[rstest]
#[case("", "it has 0 fields")]
#[case("* * * *", "it has 4 fields; write five")]
#[case("* * * * * * *", "it has 7 fields")]
#[case("61 * * * *", "field 1, minute: 61 is not from 0 to 59")]
#[case("0 61 * * * *", "field 2, minute: 61 is not from 0 to 59")]
#[case("0 24 * * *", "field 2, hour: 24 is not from 0 to 23")]
#[case("0 0 0 * *", "field 3, day of month: 0 is not from 1 to 31")]
#[case("0 0 * 13 *", "field 4, month: 13 is not from 1 to 12")]
#[case("0 0 * JANX *", "field 4, month: 'JANX' is no month")]
#[case("0 0 * * 8", "field 5, day of week: 8 is not from 0 to 7")]
#[case("0 0 * * MON#6", "field 5, day of week: 'MON#6' is no day of week")]
#[case("0 0 * * FUNDAY", "field 5, day of week: 'FUNDAY' is no day of week")]
#[case("10-5 * * * *", "field 1, minute: the range '10-5' runs backwards")]
#[case("*/0 * * * *", "field 1, minute: the step of '*/0' is not from 1 to 59")]
#[case("1,,2 * * * *", "field 1, minute: an entry of the list is missing")]
#[case("5* * * * *", "field 1, minute: '5*' is no minute")]
#[case("5* * * * * *", "field 1, second: '5*' is no second")]
#[case("0 0 1MON * *", "field 3, day of month: '1MON'")]
#[case("? * * * *", "field 1, minute: '?'")]
#[case("-1 * * * *", "field 1, minute: '-1'")]
#[case("0 0 30 2 *", "field 3, day of month: there is no such day")]
#[case("0 0 W * *", "field 3, day of month: 'W'")]
#[case("@reboot", "'@reboot' is not one of @yearly")]
#[case("every day", "it has 2 fields")]
fn refuses(#[case] expression: &str, #[case] reason: &str) {
    let error = Cron::parse(expression).unwrap_err().to_string();
    assert!(error.starts_with(&format!("Invalid cron expression: {expression} (")), "{error}");
    assert!(error.contains(reason), "{error}");
}

#[test]
fn nothing_fires_after_the_end_of_time() {
    let cron = Cron::parse("* * * * *").unwrap();
    assert_eq!(cron.next_after(at("9999-12-31T23:59:59Z"), Tz::UTC), None);
    assert_eq!(cron.next_after(Timestamp(i64::MAX), Tz::UTC), None);
}

proptest! {
    #[test]
    fn never_panics(text in "[-0-9*/,#?LWA-Za-z@ ]{0,20}|\\PC{0,20}", after in any::<i64>()) {
        if let Ok(cron) = Cron::parse(&text) {
            let _ = cron.next_after(Timestamp(after), Tz::Europe__Berlin);
        }
    }
}

fn every(span: &str) -> Schedule {
    Schedule {
        id: "w".into(),
        timing: Timing::Every(crate::duration::parse(span).unwrap()),
        overlap: Overlap::Skip,
        catch_up: CatchUp::Last,
        window: Duration::from_secs(3600),
        jitter: Duration::ZERO,
        start: None,
        end: None,
        payload: None,
    }
}

#[rstest]
#[case("90s", &["1970-01-01T00:01:30.000Z", "1970-01-01T00:03:00.000Z"])]
#[case("36h", &["1970-01-02T12:00:00.000Z", "1970-01-04T00:00:00.000Z"])]
#[case("1500ms", &["1970-01-01T00:00:01.500Z", "1970-01-01T00:00:03.000Z"])]
fn intervals_do_not_drift(#[case] span: &str, #[case] expected: &[&str]) {
    let schedule = every(span);
    let times: Vec<String> = schedule.times(Timestamp(0)).take(2).map(iso).collect();
    assert_eq!(times, expected);
    // However late somebody asks, the times are the same.
    let late = schedule.next_after(Timestamp(schedule.times(Timestamp(0)).next().unwrap().0 - 1));
    assert_eq!(late.map(iso).as_deref(), Some(expected[0]));
}

#[test]
fn bounds_count_themselves() {
    let (start, end) = (Some(Timestamp(180_000)), Some(Timestamp(270_000)));
    let times: Vec<i64> = Schedule { start, end, ..every("90s") }.times(Timestamp(0)).map(|at| at.0).collect();
    assert_eq!(times, [180_000, 270_000]);
}

#[test]
fn jitter_is_the_same_each_time_and_another_for_each_schedule() {
    let late = |id: &str, time: i64| {
        let schedule = Schedule { id: id.into(), jitter: Duration::from_secs(60), ..every("90s") };
        schedule.starts_at(Timestamp(time)).0 - time
    };
    assert_eq!(late("a", 90_000), late("a", 180_000));
    let delays: std::collections::BTreeSet<i64> = (0..50).map(|n| late(&format!("w{n}"), 0)).collect();
    assert!(delays.len() > 45, "{delays:?}");
    assert!(delays.iter().all(|delay| (0..60_000).contains(delay)));
    assert_eq!(every("90s").starts_at(Timestamp(7)), Timestamp(7));
}

#[test]
fn the_run_of_a_time_is_always_the_same() {
    let time = at("2026-01-01T00:00:00Z");
    assert_eq!(run_of("w", time), run_of("w", time));
    assert_ne!(run_of("w", time), run_of("v", time));
    assert_ne!(run_of("w", time), run_of("w", Timestamp(time.0 + 1)));
    assert!(run_of("w", time) < run_of("a", Timestamp(time.0 + 1)), "they sort by time");
}
