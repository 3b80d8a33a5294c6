//! Rules about what starts runs: events, schedules, polls, and runs that were not wanted.

use super::{Place, commit, reader, run};
use crate::build;
use cronflow_core::{
    json::JsonText,
    machine::RunStatus,
    storage::{EventFilter, EventRow, MissRow, RunRow, ScheduleRow, Write},
    time::Timestamp,
};

fn event(id: i64, name: &str) -> EventRow {
    let payload = JsonText::trusted(format!("{id}"));
    EventRow { id, name: name.into(), payload, at: Timestamp(id * 10) }
}

fn ids(rows: &[EventRow]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

/// Events come back in the order of their numbers.
pub fn keep_events_in_order(place: &dyn Place) {
    let mut store = place.open();
    let rows = [event(1, "a"), event(2, "b"), event(3, "a"), event(4, "a")];
    commit(&mut *store, &rows.clone().map(Write::InsertEvent));
    let found = reader(&*store);
    let all = EventFilter { limit: 10, ..EventFilter::default() };
    assert_eq!(found.events(&all).expect("events")[0], rows[3]);
    assert_eq!(ids(&found.events_after("a", 1).expect("events")), [3, 4]);
    assert_eq!(found.last_event_id(), Ok(4));
    let sweep = Write::SweepState { at: Timestamp(0), events_before: Timestamp(25), limit: 10 };
    commit(&mut *store, &[sweep]);
    assert_eq!(ids(&reader(&*store).events(&all).expect("events")), [4, 3]);
}

/// Events are listed by name, pattern and time, a page after the other.
pub fn list_events(place: &dyn Place) {
    let mut store = place.open();
    let names = ["order.paid", "order.sent", "orders.paid", "order.paid.late", "order", "order.paid"];
    let rows = (1..).zip(names).map(|(id, name)| Write::InsertEvent(event(id, name)));
    commit(&mut *store, &rows.collect::<Vec<_>>());
    let found = reader(&*store);
    let list = |name: Option<&str>, since: Option<i64>, before: Option<i64>, limit: u32| {
        let filter = EventFilter { name: name.map(str::to_owned), since: since.map(Timestamp), before, limit };
        ids(&found.events(&filter).expect("events"))
    };
    assert_eq!(list(None, None, None, 3), [6, 5, 4]);
    assert_eq!(list(None, None, Some(4), 3), [3, 2, 1]);
    assert_eq!(list(Some("order.paid"), None, None, 9), [6, 1]);
    assert_eq!(list(Some("order.paid"), None, Some(6), 9), [1]);
    assert_eq!(list(Some("order.*"), None, None, 9), [6, 4, 2, 1]);
    assert_eq!(list(Some("order.*"), None, Some(6), 2), [4, 2]);
    assert_eq!(list(Some("*.paid"), None, None, 9), [6, 3, 1]);
    assert_eq!(list(Some("order.*"), Some(20), None, 9), [6, 4, 2]);
    assert_eq!(list(Some("order.paid"), Some(11), None, 9), [6]);
    assert_eq!(list(Some("none"), None, None, 9), [0_i64; 0]);
}

fn schedule(id: &str) -> ScheduleRow {
    ScheduleRow {
        id: id.into(),
        workflow_id: "w".into(),
        spec: JsonText::trusted(r#"{"type":"interval"}"#),
        is_served: true,
        is_paused: false,
        cursor: Timestamp(5),
        last_fire: None,
        last_run: None,
        misses: 0,
        failures: 0,
        last_error: None,
        next_attempt: None,
    }
}

/// Schedules are replaced by their id.
pub fn keep_schedules(place: &dyn Place) {
    let mut store = place.open();
    let full = ScheduleRow {
        is_served: false,
        is_paused: true,
        cursor: Timestamp(-7),
        last_fire: Some(Timestamp(3)),
        last_run: Some(build::run_id(4)),
        misses: 12,
        failures: 3,
        last_error: Some(JsonText::trusted(r#"{"name":"E"}"#)),
        next_attempt: Some(Timestamp(9)),
        ..schedule("b")
    };
    commit(&mut *store, &[Write::PutSchedule(schedule("b")), Write::PutSchedule(schedule("a"))]);
    commit(&mut *store, &[Write::PutSchedule(full.clone())]);
    assert_eq!(reader(&*store).schedules(), Ok(vec![schedule("a"), full]));
}

/// Missed times are replaced by schedule and first time, listed from the latest, and swept.
pub fn keep_misses(place: &dyn Place) {
    let mut store = place.open();
    let miss = |id: &str, first: i64, count: u64| MissRow {
        schedule_id: id.into(),
        first: Timestamp(first),
        last: Timestamp(first + 5),
        count,
        reason: "late".into(),
        run_id: (count == 1).then(|| build::run_id(1)),
        at: Timestamp(first + 100),
    };
    commit(&mut *store, &[miss("a", 1, 1), miss("a", 2, 2), miss("b", 1, 1), miss("a", 3, 1)].map(Write::PutMiss));
    commit(&mut *store, &[Write::PutMiss(miss("a", 2, 9))]);
    assert_eq!(reader(&*store).misses("a", 2), Ok(vec![miss("a", 3, 1), miss("a", 2, 9)]));
    commit(&mut *store, &[Write::SweepState { at: Timestamp(0), events_before: Timestamp(103), limit: 10 }]);
    assert_eq!(reader(&*store).misses("a", 9), Ok(vec![miss("a", 3, 1)]));
    assert_eq!(reader(&*store).misses("b", 9), Ok(Vec::new()));
}

/// Ids of polls are kept until they are forgotten.
pub fn keep_poll_ids(place: &dyn Place) {
    let mut store = place.open();
    let see = |schedule: &str, ids: &[&str], at: i64| Write::SeePollIds {
        schedule: schedule.into(),
        ids: ids.iter().map(|id| (*id).into()).collect(),
        at: Timestamp(at),
    };
    commit(&mut *store, &[see("a", &["2", "1"], 5), see("b", &["1"], 6), see("a", &["2", "3"], 7)]);
    commit(&mut *store, &[Write::ForgetPollIds { schedule: "a".into(), ids: vec!["1".into(), "9".into()] }]);
    let found = |id: &str| reader(&*store).poll_ids(id).expect("ids");
    assert_eq!(found("a"), [("2".into(), Timestamp(7)), ("3".into(), Timestamp(7))]);
    assert_eq!(found("b"), [("1".into(), Timestamp(6))]);
}

/// A run that has not begun can be taken away, another one cannot.
pub fn drop_runs_that_have_not_begun(place: &dyn Place) {
    let mut store = place.open();
    let pending = |n: u32| Write::InsertRun(RunRow { status: RunStatus::Pending, ..build::run(n) });
    let begun = Write::SetRunStatus { id: build::run_id(2), status: RunStatus::Running, started_at: None };
    commit(&mut *store, &[pending(1), pending(2), begun]);
    commit(&mut *store, &[1, 2, 3].map(|n| Write::DropRun { id: build::run_id(n) }));
    assert!(run(&*store, 1).is_none());
    assert!(run(&*store, 2).is_some());
}
