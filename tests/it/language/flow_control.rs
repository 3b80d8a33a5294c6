//! What decides whether and when a run may begin.

use super::Table;
use crate::env::eventually;
use serde_json::{Value, json};

fn statuses(table: &Table, index: usize) -> Vec<String> {
    let sql = format!("select status from workflow_runs where workflow_id = 'w{index}' order by id");
    table.env.query(&sql).into_iter().map(|row| row[0].clone()).collect()
}

const PUBLISH: (&str, &str) = ("", ".step('go', () => cronflow.publishEvent('go'))");

#[test]
fn concurrency_is_limited_for_each_key() {
    let options = "concurrency: { limit: 1, key: ctx => ctx.payload.k }";
    let table = Table::new("", &[(options, ".waitForEvent('go')"), PUBLISH]);
    for key in ["a", "a", "a", "b"] {
        table.server.trigger("w0", &format!(r#"{{"k":"{key}"}}"#));
    }
    // Which of those with the same key goes first is open: two workers make the keys.
    let sorted = || {
        let mut all = statuses(&table, 0);
        all.sort();
        all
    };
    eventually("one of each key", || sorted() == ["pending", "pending", "waiting", "waiting"]);
    table.run(1, "null");
    eventually("the next", || sorted() == ["completed", "completed", "pending", "waiting"]);
    table.run(1, "null");
    eventually("the last", || sorted() == ["completed", "completed", "completed", "waiting"]);
}

#[test]
fn a_rate_limit_refuses_and_a_throttle_delays() {
    let table = Table::new(
        "",
        &[
            ("rateLimit: { count: 2, per: '1h' }", ".step('s', () => 1)"),
            ("throttle: { per: '100ms' }", ".step('s', () => 1)"),
        ],
    );
    let limited: Vec<Value> = (0..3).map(|_| table.run(0, "null")).collect();
    assert_eq!(
        limited.iter().map(|run| run["status"].as_str().unwrap()).collect::<Vec<_>>(),
        ["completed", "completed", "cancelled"]
    );
    assert_eq!(limited[2]["error"]["name"], "NotAdmittedError");
    let runs: Vec<String> = (0..3).map(|_| table.server.trigger("w1", "null")).collect();
    let views: Vec<Value> = runs.iter().map(|run| table.server.ended(run)).collect();
    assert!(views.iter().all(|run| run["status"] == "completed"));
    let started = |view: &Value| view["startedAt"].as_str().unwrap().to_owned();
    assert!(millis_between(started(&views[0]), started(&views[2])) >= 199, "{views:#?}");
}

/// Milliseconds between two RFC 3339 times that are less than a day apart.
pub(super) fn millis_between(earlier: impl AsRef<str>, later: impl AsRef<str>) -> i64 {
    let of_day = |text: &str| {
        let number = |at: usize, length: usize| text[at..at + length].parse::<i64>().unwrap();
        ((number(11, 2) * 60 + number(14, 2)) * 60 + number(17, 2)) * 1000 + number(20, 3)
    };
    (of_day(later.as_ref()) - of_day(earlier.as_ref())).rem_euclid(24 * 3_600_000)
}

#[test]
fn debounce_runs_the_last_of_a_burst() {
    let table =
        Table::new("", &[("debounce: { wait: '1h', key: ctx => ctx.payload.k }", ".step('s', ctx => ctx.payload.n)")]);
    let runs: Vec<String> = (0..3).map(|n| table.server.trigger("w0", &format!(r#"{{"k":1,"n":{n}}}"#))).collect();
    eventually("the last waits", || statuses(&table, 0) == ["cancelled", "cancelled", "pending"]);
    let table = table.after_minutes(60);
    let views: Vec<Value> = runs.iter().map(|run| table.server.ended(run)).collect();
    assert_eq!(
        views.iter().map(|run| run["status"].as_str().unwrap()).collect::<Vec<_>>(),
        ["cancelled", "cancelled", "completed"]
    );
    assert_eq!(views[2]["output"], json!(2));
}

#[test]
fn a_singleton_skips_the_new_or_cancels_the_old() {
    let chain = ".sleep('10m')";
    let table = Table::new("", &[("singleton: { mode: 'skip' }", chain), ("singleton: { mode: 'cancel' }", chain)]);
    for index in 0..2 {
        table.server.trigger(&format!("w{index}"), "null");
        eventually("the first sleeps", || statuses(&table, index) == ["waiting"]);
        table.server.trigger(&format!("w{index}"), "null");
    }
    eventually("the second is skipped", || statuses(&table, 0) == ["waiting", "cancelled"]);
    eventually("the first is cancelled", || statuses(&table, 1) == ["cancelled", "waiting"]);
}

#[test]
fn limits_hold_across_a_kill_and_slots_come_back() {
    let table = Table::new(
        "",
        &[
            ("rateLimit: { count: 1, per: '1h' }", ".step('s', () => 1)"),
            ("concurrency: 1", ".waitForEvent('go').step('s', ctx => ctx.payload)"),
            PUBLISH,
        ],
    );
    assert_eq!(table.run(0, "null")["status"], "completed");
    let runs: Vec<String> = (0..2).map(|n| table.server.trigger("w1", &n.to_string())).collect();
    eventually("one waits inside, one for the slot", || statuses(&table, 1) == ["waiting", "pending"]);
    let Table { env, server } = table;
    server.kill();
    let server = env.serve();
    let table = Table { env, server };
    assert_eq!(table.run(0, "null")["status"], "cancelled", "the limit is remembered");
    assert_eq!(statuses(&table, 1), ["waiting", "pending"], "the slot is taken again");
    table.run(2, "null");
    eventually("the slot has come back", || statuses(&table, 1) == ["completed", "waiting"]);
    table.run(2, "null");
    assert_eq!(table.server.ended(&runs[1])["output"], json!(1));
}

#[test]
fn the_higher_priority_goes_first() {
    let table = Table::new(
        "",
        &[
            ("concurrency: 1", ".if('hold', ctx => ctx.payload.hold).waitForEvent('go').endIf().step('s', () => 1)"),
            PUBLISH,
            (
                "",
                ".step('go', async () => { const run = (n: number) => cronflow.trigger('w0', { n }, { priority: n });\n\
            await cronflow.trigger('w0', { hold: true }); return [await run(1), await run(9), await run(5)] })",
            ),
        ],
    );
    let ids = table.run(2, "null")["output"].clone();
    eventually("one holds the slot", || statuses(&table, 0) == ["waiting", "pending", "pending", "pending"]);
    table.run(1, "null");
    let started =
        |index: usize| table.server.ended(ids[index].as_str().unwrap())["startedAt"].as_str().unwrap().to_owned();
    let (low, high, middle) = (started(0), started(1), started(2));
    assert!(high <= middle && middle <= low, "{high} {middle} {low}");
}
