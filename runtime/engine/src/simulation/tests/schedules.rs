//! Schedules: which times start runs when runs overlap, the engine is down, the clock jumps; and that a
//! time starts one run wherever the engine is killed.

use super::{
    dsl::*,
    life::{Life, MINUTE, minutes},
    script::{check, check_without_restarts},
};
use crate::{
    dispatcher::Event,
    schedules::{ScheduleAsk, ScheduleState},
    simulation::{author::Author, plan::Plan},
};
use cronflow_core::{storage::Reader as _, time::Timestamp};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::oneshot;

/// When simulations begin: 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000;

/// A workflow with one step that takes so long, and a schedule that fires each minute for so many minutes.
fn minutely(minutes: u64, takes: u64, options: Value) -> Plan {
    let mut trigger = json!({"type": "schedule", "cron": "* * * * *", "end": BEGIN + (minutes * MINUTE) as i64});
    crate::simulation::plan::merge(&mut trigger, &options);
    plan("w", [step("a").takes(takes)]).fields(json!({"triggers": [trigger]}))
}

#[test]
fn each_time_starts_a_run() {
    check(
        &[minutely(2, 0, json!({}))],
        &[],
        &["w: @60000 a()=a | a+ | completed a", "w: @120000 a()=a | a+ | completed a"],
    );
    let every = json!({"triggers": [{"type": "interval", "every": "36h", "end": BEGIN + 80 * 3_600_000}]});
    check(
        // 2026-01-01 is day 20,454: its midnight is a multiple of 36 hours.
        &[plan("w", [step("a")]).fields(every)],
        &[],
        &["w: @129600000 a()=a | a+ | completed a", "w: @259200000 a()=a | a+ | completed a"],
    );
}

#[test]
fn overlap_decides_what_happens_while_a_run_is_under_way() {
    let plans = |overlap: &str| [minutely(3, 90_000, json!({"overlap": overlap}))];
    // The run of the second minute is skipped.
    let skipped = ["w: @150000 a()=a | a+ | completed a", "w: @270000 a()=a | a+ | completed a"];
    check(&plans("skip"), &[], &skipped);
    let queued = [
        "w: @150000 a()=a | a+ | completed a",
        "w: @240000 a()=a | a+ | completed a",
        "w: @330000 a()=a | a+ | completed a",
    ];
    check(&plans("queue"), &[], &queued);
    let beside = [
        "w: @150000 a()=a | a+ | completed a",
        "w: @210000 a()=a | a+ | completed a",
        "w: @270000 a()=a | a+ | completed a",
    ];
    check(&plans("allow"), &[], &beside);
    let cancelled = [
        "w:  | ax | cancelled CancelledError",
        "w:  | ax | cancelled CancelledError",
        "w: @270000 a()=a | a+ | completed a",
    ];
    check(&plans("cancel-running"), &[], &cancelled);
}

#[test]
fn a_queue_survives_and_keeps_its_order_with_a_slow_start() {
    let flow = json!({"flow": {"concurrency": {"count": 1}}});
    let plans = [minutely(2, 90_000, json!({"overlap": "queue"})).fields(flow)];
    check(&plans, &[], &["w: @150000 a()=a | a+ | completed a", "w: @240000 a()=a | a+ | completed a"]);
}

#[test]
fn jitter_delays_each_start_by_the_same() {
    let lines = super::script::lines(&[minutely(2, 0, json!({"jitter": "50s"}))]);
    let at = |line: &str| line.split(['@', ' ']).nth(2).unwrap().parse::<u64>().unwrap();
    let (first, second) = (at(&lines[0]), at(&lines[1]));
    assert!((MINUTE..2 * MINUTE).contains(&first), "{lines:?}");
    assert_eq!(second, first + MINUTE, "{lines:?}");
}

#[test]
fn a_schedule_starts_the_steps_that_follow_it() {
    let triggers = json!({"triggers": [
        {"type": "manual", "after": 0},
        {"type": "interval", "every": "1h", "after": 1, "end": BEGIN + 3_600_000}]});
    check_without_restarts(
        &[plan("w", [step("a"), step("b")]).fields(triggers)],
        &[],
        &["w: @3600000 b()=b | b+ | completed b"],
    );
}

impl Life {
    /// The times of the runs, in minutes since the beginning.
    fn fired(&self) -> Vec<i64> {
        // The id of a run has its time in front.
        let time = |id: &cronflow_core::id::RunId| (id.as_uuid().as_u128() >> 80) as i64 - BEGIN;
        self.rig.stored().iter().map(|stored| time(&stored.run.id) / MINUTE as i64).collect()
    }

    /// What was missed, from the first: times in minutes, how many, why, and whether a run makes up for it.
    fn missed(&self) -> Vec<(i64, i64, u64, String, bool)> {
        let minutes = |at: Timestamp| (at.0 - BEGIN) / MINUTE as i64;
        let rows = self.rig.database.reader().misses("w", 1_000).unwrap();
        let show = |row: &cronflow_core::storage::MissRow| {
            (minutes(row.first), minutes(row.last), row.count, row.reason.to_string(), row.run_id.is_some())
        };
        rows.iter().rev().map(show).collect()
    }
}

fn late(first: i64, last: i64, count: u64, has_run: bool) -> (i64, i64, u64, String, bool) {
    (first, last, count, "late".to_owned(), has_run)
}

#[rstest]
#[case("none", &[1, 2, 8], vec![late(3, 7, 5, false)])]
#[case("last", &[1, 2, 7, 8], vec![late(3, 6, 4, false), late(7, 7, 1, true)])]
#[case("all", &[1, 2, 3, 4, 5, 6, 7, 8], (3..8).map(|n| late(n, n, 1, true)).collect())]
fn times_while_the_engine_was_down_follow_catch_up(
    #[case] catch_up: &str,
    #[case] fired: &[i64],
    #[case] missed: Vec<(i64, i64, u64, String, bool)>,
    #[values(false, true)] by_jump: bool,
) {
    let mut life = Life::of(&[minutely(100, 0, json!({"catchUp": catch_up}))]);
    life.pass(minutes(2));
    // Down for five and a half minutes, or the clock was set forward by as much.
    let gone = Duration::from_secs(330);
    if by_jump {
        life.jump(life.rig.now().after(gone))
    } else {
        life.down(gone)
    }
    life.pass(minutes(1));
    let expected_missed: u64 = missed.iter().map(|(_, _, count, _, _)| count).sum();
    if by_jump {
        // The last of them is late by no more than half a minute, so it is on time.
        let made_up: &[i64] = match catch_up {
            "none" => &[],
            "last" => &[6],
            _ => &[3, 4, 5, 6],
        };
        assert_eq!(life.fired(), [&[1, 2], made_up, &[7, 8]].concat());
        return;
    }
    assert_eq!(life.fired(), fired);
    assert_eq!(life.missed(), missed);
    assert_eq!(life.state().row.misses, expected_missed);
}

#[test]
fn what_is_older_than_the_window_is_only_recorded() {
    let mut life = Life::of(&[minutely(100, 0, json!({"catchUp": "all", "catchUpWindow": "3m"}))]);
    life.pass(minutes(2));
    life.down(Duration::from_secs(330));
    assert_eq!(life.fired(), [1, 2, 5, 6, 7]);
    assert_eq!(life.missed()[0], late(3, 4, 2, false));
}

#[test]
fn what_is_made_up_for_comes_one_after_the_other() {
    let mut life = Life::of(&[minutely(100, 0, json!({"catchUp": "all"}))]);
    life.rig.clock.advance(Duration::from_secs(330));
    life.rig.crash();
    life.rig.inbox.push_back(Event::Tick);
    life.rig.handle();
    life.rig.commit(usize::MAX, true);
    let state = life.state_without_settling();
    assert_eq!((state.running, state.waiting), (1, 4));
    life.settle();
    assert_eq!(life.fired(), [1, 2, 3, 4, 5]);
    assert!(life.rig.stored().iter().all(|stored| stored.run.status.is_terminal()));
}

impl Life {
    fn state_without_settling(&mut self) -> ScheduleState {
        let (reply, mut answer) = oneshot::channel();
        self.rig.dispatcher.handle(Event::Schedule(ScheduleAsk::List(reply)));
        answer.try_recv().unwrap().remove(0)
    }
}

#[test]
fn years_of_seconds_do_not_hold_up_the_start() {
    let trigger = json!({"type": "schedule", "cron": "* * * * * *", "catchUp": "last"});
    let mut life = Life::of(&[plan("w", [step("a")]).fields(json!({"triggers": [trigger]}))]);
    life.down(Duration::from_secs(3 * 365 * 86_400));
    let [older, last] = &life.missed()[..] else { panic!("{:?}", life.missed()) };
    assert!(older.2 > 100_000 && last.4, "{older:?} {last:?}");
    assert_eq!(
        life.state().row.last_fire,
        Some(Timestamp(life.rig.now().0)),
        "the time of the start itself is on time"
    );
}

#[test]
fn nothing_fires_twice_when_the_clock_goes_back() {
    let mut life = Life::of(&[minutely(100, 0, json!({}))]);
    life.pass(minutes(10));
    life.jump(Timestamp(BEGIN + 4 * MINUTE as i64));
    life.pass(minutes(8));
    assert_eq!(life.fired(), (1..=12).collect::<Vec<_>>());
    // Also with a restart in between.
    life.jump(Timestamp(BEGIN + 4 * MINUTE as i64));
    life.down(minutes(1));
    life.pass(minutes(9));
    assert_eq!(life.fired(), (1..=14).collect::<Vec<_>>());
    assert_eq!(life.missed(), []);
}

#[test]
fn pauses_are_durable_and_no_miss() {
    let mut life = Life::of(&[minutely(100, 0, json!({}))]);
    life.pass(minutes(2));
    life.pause(true);
    life.pass(minutes(2));
    life.down(minutes(2));
    assert_eq!(life.state().next, None);
    life.pause(false);
    assert_eq!(life.state().next, Some(Timestamp(BEGIN + 7 * MINUTE as i64)));
    life.pass(minutes(2));
    assert_eq!(life.fired(), [1, 2, 7, 8]);
    assert_eq!(life.missed(), []);
}

#[test]
fn skipped_times_in_a_row_are_one_row() {
    let mut life = Life::of(&[minutely(100, 0, json!({}))]);
    // The step of the first run stays with its worker.
    life.rig.clock.set(Timestamp(BEGIN + MINUTE as i64));
    for minute in 1..=6 {
        life.rig.clock.set(Timestamp(BEGIN + minute * MINUTE as i64));
        life.rig.inbox.push_back(Event::Tick);
        while !life.rig.is_settled() || !life.rig.dispatcher.units.is_empty() {
            life.rig.handle();
            life.rig.commit(usize::MAX, true);
        }
    }
    assert_eq!(life.fired(), [1]);
    assert_eq!(life.missed(), [(2, 6, 5, "overlap".to_owned(), false)]);
    life.settle();
    life.pass(minutes(1));
    assert_eq!(life.fired(), [1, 7]);
}

#[test]
fn other_times_and_other_files_miss_nothing() {
    let mut life = Life::of(&[minutely(1_000, 0, json!({"catchUp": "all"}))]);
    life.pass(minutes(2));
    life.pause(true);
    // Other times: what they would have had while nobody served them was not missed.
    let hourly = json!({"triggers": [{"type": "schedule", "cron": "*/5 * * * *", "catchUp": "all"}]});
    life.rig.serve(&[plan("w", [step("a")]).fields(hourly)]);
    life.down(minutes(7));
    let state = life.state();
    assert!(state.row.is_paused, "a schedule stays paused when its times change");
    life.pause(false);
    life.pass(minutes(1));
    assert_eq!(life.fired(), [1, 2, 10]);
    // Nobody has it, then somebody has it again.
    life.rig.serve(&[plan("w", [step("a")])]);
    life.down(minutes(7));
    let rows = life.rig.database.reader().schedules().unwrap();
    assert!(!rows[0].is_served);
    life.rig.serve(&[minutely(1_000, 0, json!({"catchUp": "all"}))]);
    life.down(minutes(7));
    life.pass(minutes(1));
    assert_eq!(life.fired(), [1, 2, 10, 25]);
    assert_eq!(life.missed(), []);
}

#[test]
fn a_failed_run_shows_until_one_succeeds() {
    let plans = [plan("w", [step("a").fails("NightError").gives("handler", json!(1))])
        .fields(json!({"triggers": [{"type": "schedule", "cron": "* * * * *"}]}))];
    let mut life = Life::of(&plans);
    life.pass(minutes(1));
    // Each run calls its step for the first time.
    assert_eq!(life.state().row.last_error.unwrap().to_value()["name"], "NightError");
    life.rig.serve(&[minutely(100, 0, json!({}))]);
    life.down(Duration::from_secs(1));
    life.author = Author::new(&[minutely(100, 0, json!({}))]);
    life.pass(minutes(1));
    assert_eq!(life.state().row.last_error, None);
}
