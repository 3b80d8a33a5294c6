//! `next_after` against an oracle of its own making: every minute around a change of the clocks is looked
//! at, and the croner crate says which times of a wall clock match.

use super::Cron;
use crate::time::Timestamp;
use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use croner::parser::CronParser;
use proptest::{prelude::*, sample::select};
use std::collections::BTreeSet;

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const FIRST: i64 = 946_684_800; // 2000-01-01
const LAST: i64 = 2_240_611_200; // 2041-01-01
/// Looked at before and after a change: longer than any zone's clocks ever went back.
const AROUND: i64 = 27 * HOUR;

fn offset(zone: Tz, at: i64) -> i64 {
    let moment = DateTime::from_timestamp(at, 0).unwrap().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&moment).fix().local_minus_utc())
}

/// Changes of a zone's offset from 2000 to 2040.
fn changes(zone: Tz) -> Vec<i64> {
    let mut found = Vec::new();
    let mut before = offset(zone, FIRST);
    for day in (FIRST..LAST).step_by(6 * HOUR as usize) {
        let after = offset(zone, day + 6 * HOUR);
        if after != before {
            let minutes = (day..=day + 6 * HOUR).step_by(MINUTE as usize);
            found.extend(
                minutes
                    .clone()
                    .zip(minutes.skip(1))
                    .filter(|(a, b)| offset(zone, *a) != offset(zone, *b))
                    .map(|(_, b)| b),
            );
        }
        before = after;
    }
    found
}

/// What the documentation says, minute by minute.
fn expected(expression: &str, zone: Tz, change: i64) -> Vec<i64> {
    let croner = CronParser::new().parse(expression).unwrap();
    let matches = |wall: i64| croner.is_time_matching(&DateTime::<Utc>::from_timestamp(wall, 0).unwrap()).unwrap();
    let hour = expression.split(' ').nth(1).unwrap();
    let (follows, makes_up) = (hour.starts_with('*'), hour != "*");
    let mut shown = BTreeSet::new();
    let mut fires = BTreeSet::new();
    let mut before = offset(zone, change - 2 * AROUND);
    for minute in (change - 2 * AROUND..change + AROUND).step_by(MINUTE as usize) {
        let now = offset(zone, minute);
        let mut gap = (minute + before..minute + now).step_by(MINUTE as usize);
        if makes_up && gap.any(matches) {
            fires.insert(minute);
        }
        if shown.insert(minute + now) || follows {
            fires.extend(matches(minute + now).then_some(minute));
        }
        before = now;
    }
    fires.range(change - AROUND..).copied().collect()
}

fn found(expression: &str, zone: Tz, change: i64) -> Vec<i64> {
    let cron = Cron::parse(expression).unwrap();
    let next = |at: &i64| cron.next_after(Timestamp(at * 1000), zone).map(|at| at.0 / 1000);
    std::iter::successors(next(&(change - AROUND - 1)), next).take_while(|at| *at < change + AROUND).collect()
}

fn minute() -> impl Strategy<Value = String> {
    let lists = (0..60_u32, 0..60_u32).prop_map(|(a, b)| format!("{a},{b}"));
    let steps = (1..31_u32).prop_map(|step| format!("*/{step}"));
    prop_oneof![Just("0".to_owned()), Just("30".to_owned()), lists, steps, (0..60_u32).prop_map(|a| a.to_string())]
}

fn hour() -> impl Strategy<Value = String> {
    let ranges = (0..24_u32, 0..24_u32).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    let steps = (2..12_u32).prop_map(|step| format!("*/{step}"));
    // Mostly at night, when clocks are changed.
    let nights = (0..5_u32).prop_map(|hour| hour.to_string());
    prop_oneof![Just("*".to_owned()), steps, ranges.prop_filter("as `*`", |range| range != "0-23"), nights]
}

fn day() -> impl Strategy<Value = String> {
    let day = (1..29_u32, 1..32_u32).prop_map(|(a, b)| format!("{a},{b}"));
    prop_oneof![3 => Just("*".to_owned()), 1 => day, 1 => Just("L".to_owned())]
}

fn weekday() -> impl Strategy<Value = String> {
    let other = select(&["0", "7", "1-5", "SUN", "SAT,SUN", "FRI-SUN", "0#1", "SUN#2", "6L", "SUN#L", "5-7"][..]);
    let other = other.prop_filter("not ours", |text| !text.contains("#L")).prop_map(str::to_owned);
    prop_oneof![3 => Just("*".to_owned()), 1 => other]
}

fn expression() -> impl Strategy<Value = String> {
    let month = prop_oneof![3 => Just("*".to_owned()), 1 => select(&["3", "10", "MAR,OCT", "4-11"][..]).prop_map(str::to_owned)];
    (minute(), hour(), day(), month, weekday()).prop_map(|(m, h, d, mo, w)| format!("{m} {h} {d} {mo} {w}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A sample of zones and changes.
    #[test]
    fn agrees_around_changes(zone in select(&TZ_VARIANTS[..]), which in any::<prop::sample::Index>(), expression in expression()) {
        let all = changes(zone);
        if !all.is_empty() {
            let change = *which.get(&all);
            prop_assert_eq!(found(&expression, zone, change), expected(&expression, zone, change), "{} {} {}", expression, zone, change);
        }
    }

    /// Far ahead, in a zone without changes, croner finds the next time itself.
    #[test]
    fn agrees_with_croner_in_utc(expression in expression(), second in 0..59_u32, after in FIRST..LAST) {
        let croner = CronParser::builder().build().parse(&format!("{second} {expression}")).unwrap();
        let start = DateTime::<Utc>::from_timestamp(after, 0).unwrap();
        let theirs = croner.find_next_occurrence(&start, false).ok().map(|at| at.timestamp());
        let ours = Cron::parse(&format!("{second} {expression}")).ok();
        let ours = ours.and_then(|cron| cron.next_after(Timestamp(after * 1000), Tz::UTC)).map(|at| at.0 / 1000);
        prop_assert_eq!(ours, theirs, "{}", expression);
    }
}

/// Every change of every zone, with a few expressions each. Takes minutes:
/// `cargo test --release -p cronflow-core every_change -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; a sample of it always runs"]
fn every_change_of_every_zone() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let fixed = ["30 2 * * *", "0 0 * * *", "30 * * * *", "0 */2 * * *", "15 1,3 * * 0"];
    let (mut seen, mut checked) = (BTreeSet::new(), 0);
    for zone in TZ_VARIANTS {
        let all = changes(zone);
        for change in &all {
            let shift = (*change, offset(zone, change - 1), offset(zone, *change));
            // Zones that share a change share its walk.
            let is_new = seen.insert(shift);
            let random: Vec<String> = (0..if is_new { 3 } else { 1 })
                .map(|_| expression().new_tree(&mut runner).unwrap().current())
                .collect();
            let fixed = fixed.iter().filter(|_| is_new).map(|text| (*text).to_owned());
            for expression in fixed.chain(random) {
                assert_eq!(
                    found(&expression, zone, *change),
                    expected(&expression, zone, *change),
                    "{expression} {zone} {change}"
                );
                checked += 1;
            }
        }
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
    println!("{checked} expressions around {} different changes of {} zones", seen.len(), TZ_VARIANTS.len());
}
