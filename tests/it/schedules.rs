//! Schedules, intervals, polls and event triggers through the built binary, with kills.

use crate::env::{Env, Server, eventually};
use serde_json::{Value, json};

/// What steers the schedules of the other workflows: an API of its own.
const CONTROL: &str = "cronflow.define({ id: 'control' }).step('s', async ctx => {\n\
    const [call, ...args] = ctx.payload;\n\
    return await (cronflow as any)[call](...args) ?? null;\n\
  });\n";

fn program(workflows: &str) -> Env {
    Env::with(&format!("import {{ cronflow }} from 'cronflow';\n{workflows}\n{CONTROL}"))
}

/// Lets the program call a function of `cronflow`.
fn call(server: &Server, arguments: Value) -> Value {
    let run = server.ended(&server.trigger("control", &arguments.to_string()));
    assert_eq!(run["status"], "completed", "{run:#}");
    run["output"].clone()
}

/// A schedule as `getSchedules()` shows it.
fn schedule(server: &Server, id: &str) -> Value {
    let all = call(server, json!(["getSchedules"]));
    let found = all.as_array().unwrap().iter().find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("there is no {id} in {all:#}")).clone()
}

fn number(env: &Env, sql: &str) -> i64 {
    env.query(sql)[0][0].parse().unwrap()
}

/// `scheduled_at` of all runs of a workflow, from the first.
fn times(env: &Env, workflow: &str) -> Vec<String> {
    let sql = format!(
        "select json_extract(payload, '$.scheduled_at') from workflow_runs where workflow_id = '{workflow}' order by 1"
    );
    env.query(&sql).into_iter().map(|row| row[0].clone()).collect()
}

#[test]
fn a_schedule_fires_each_second_and_an_interval_between() {
    let env = program(
        "cronflow.define({ id: 'second' })\n\
           .onSchedule({ cron: '* * * * * *', payload: { region: 'eu' } })\n\
           .step('s', ctx => [ctx.payload, ctx.trigger]);\n\
         cronflow.define({ id: 'often' }).onInterval('200ms', { overlap: 'allow' }).step('s', ctx => ctx.payload);",
    );
    let server = env.serve();
    let done = "select count(*) from workflow_runs where status = 'completed' and workflow_id = ";
    eventually("two runs", || number(&env, &format!("{done}'second'")) >= 2);
    eventually("five runs", || number(&env, &format!("{done}'often'")) >= 5);
    let first = env.query("select id from workflow_runs where workflow_id = 'second' order by id limit 1");
    let output = server.ended(&first[0][0])["output"].clone();
    let at = &output[0]["scheduled_at"];
    assert!(at.as_str().unwrap().ends_with(".000Z"), "{output:#}");
    assert_eq!(
        output[0],
        json!({"trigger_type": "schedule", "cron_expression": "* * * * * *", "scheduled_at": at, "workflow_id": "second", "region": "eu"})
    );
    assert_eq!(
        output[1],
        json!({"type": "schedule", "cron": "* * * * * *", "timezone": "UTC", "schedule": "second", "scheduledAt": at, "isCatchUp": false})
    );
    let times = times(&env, "often");
    assert!(times.iter().all(|time| time[20..23].parse::<u32>().unwrap() % 200 == 0), "{times:?}");
    let shown = schedule(&server, "second");
    assert_eq!(
        (&shown["kind"], &shown["expression"], &shown["paused"]),
        (&json!("schedule"), &json!("* * * * * *"), &json!(false))
    );
    assert!(
        shown["nextFire"].is_string() && shown["lastFire"].is_string() && shown["lastRun"].is_string(),
        "{shown:#}"
    );
}

#[test]
fn kills_neither_lose_nor_repeat_a_time() {
    let env = program(
        "cronflow.define({ id: 'w' })\n\
           .onSchedule({ cron: '* * * * * *', catchUp: 'all', overlap: 'queue' }).step('s', ctx => ctx.payload.scheduled_at);",
    );
    let mut seen = 0;
    for _ in 0..3 {
        let server = env.serve();
        eventually("two more", || {
            number(&env, "select count(*) from workflow_runs where status = 'completed'") >= seen + 2
        });
        server.kill();
        seen = number(&env, "select count(*) from workflow_runs");
    }
    let _server = env.serve();
    // A busy machine may never have done all of them: there is a new one each second.
    let open = format!(
        "select count(*) from (select status from workflow_runs order by id limit {seen}) where status <> 'completed'"
    );
    eventually("those before have ended, and there are more", || {
        number(&env, &open) == 0 && number(&env, "select count(*) from workflow_runs") > seen
    });
    let first = "select min(\"cursor\") from schedules";
    assert!(number(&env, first) > 0);
    let ids = env.query("select id from workflow_runs order by id");
    // The time is in front of the id.
    let seconds: Vec<i64> =
        ids.iter().map(|row| i64::from_str_radix(&row[0].replace('-', "")[..12], 16).unwrap() / 1000).collect();
    let expected: Vec<i64> = (seconds[0]..seconds[0] + seconds.len() as i64).collect();
    assert_eq!(seconds, expected, "each second has one run");
}

#[test]
fn times_that_were_missed_follow_catch_up() {
    let env = program(
        &["none", "last", "all"]
            .map(|how| format!("cronflow.define({{ id: '{how}' }}).onSchedule({{ cron: '* * * * *', catchUp: '{how}' }}).step('s', () => 1);\n"))
            .concat(),
    );
    let server = env.serve();
    call(&server, json!(["getSchedules"]));
    server.kill();
    env.let_minutes_pass(10);
    let server = env.serve();
    let made_up = |workflow: &str| {
        let sql = "select count(*) from workflow_runs where status = 'completed' and json_extract(\"trigger\", '$.isCatchUp')";
        number(&env, &format!("{sql} and workflow_id = '{workflow}'"))
    };
    let missed = |schedule: &str| {
        number(
            &env,
            &format!(
                "select coalesce(sum(count), 0) from schedule_misses where schedule_id = '{schedule}' and reason = 'late'"
            ),
        )
    };
    // Ten, or eleven when a minute has begun meanwhile.
    eventually("all are made up for", || {
        missed("all") >= 10 && made_up("all") == missed("all") && made_up("last") == 1
    });
    assert_eq!((made_up("none"), missed("none"), missed("last")), (0, missed("all"), missed("all")));
    assert_eq!(schedule(&server, "none")["misses"], missed("none"));
}

#[test]
fn schedules_are_paused_resumed_and_run_by_hand() {
    let env = program(
        "cronflow.define({ id: 'w' }).onSchedule('0 0 1 1 *').onInterval({ every: '1h', id: 'hourly' }).step('s', ctx => ctx.trigger);",
    );
    let server = env.serve();
    call(&server, json!(["pauseSchedule", "w:hourly"]));
    let next = schedule(&server, "w")["nextFire"].clone();
    assert!(next.as_str().unwrap().ends_with("-01-01T00:00:00.000Z"), "{next}");
    server.kill();
    let server = env.serve();
    let shown = schedule(&server, "w:hourly");
    assert_eq!((&shown["paused"], &shown["nextFire"]), (&json!(true), &Value::Null));
    let run = call(&server, json!(["executeScheduleTrigger", "w:hourly"]));
    assert_eq!(run["output"]["schedule"], "w:hourly", "{run:#}");
    assert_eq!(run["output"]["isManual"], true);
    let id = call(&server, json!(["runScheduleNow", "w"]));
    assert_eq!(server.ended(id.as_str().unwrap())["status"], "completed");
    assert_eq!(schedule(&server, "w")["lastRun"], id);
    call(&server, json!(["resumeSchedule", "w:hourly"]));
    assert!(schedule(&server, "w:hourly")["nextFire"].is_string());
    let unknown = server.ended(&server.trigger("control", r#"["pauseSchedule", "x"]"#));
    assert_eq!(unknown["error"]["message"], "there is no schedule 'x'");
}

#[test]
fn polls_remember_and_back_off() {
    let env = program(
        "cronflow.define({ id: 'items' })\n\
           .onPoll(async ctx => [{ id: 1, payload: 'one' }, { id: 'two', value: await ctx.state.incr('asked') }], { interval: '1s' })\n\
           .step('s', ctx => [ctx.payload, ctx.trigger.item]);\n\
         cronflow.define({ id: 'keyed' }).onPoll(() => [{ sku: 'x' }], { interval: '1s', dedupe: 'sku' }).step('s', ctx => ctx.payload);\n\
         cronflow.define({ id: 'broken' }).onPoll(() => { throw new TypeError('no feed') }, { interval: '1s' }).step('s', () => 1);\n\
         cronflow.define({ id: 'nonsense' }).onPoll(() => [{ name: 'x' }], { interval: '1s' }).step('s', () => 1);",
    );
    let server = env.serve();
    let outputs = || {
        env.query(
            "select output from workflow_runs where workflow_id = 'items' and status = 'completed' order by output",
        )
    };
    eventually("the items have runs", || outputs().len() == 2);
    assert_eq!(outputs(), [[r#"["one","1"]"#], [r#"[{"id":"two","value":1},"two"]"#]]);
    let asked = || {
        env.query("select value from state where key = 'asked'").first().map_or(0, |row| row[0].parse::<i64>().unwrap())
    };
    let before = asked();
    server.kill();
    let server = env.serve();
    eventually("it is asked again after a restart", || asked() > before);
    assert_eq!(outputs().len(), 2, "it remembers");
    eventually("the one with a key has its run", || {
        env.query("select output from workflow_runs where workflow_id = 'keyed'") == [[r#"{"sku":"x"}"#]]
    });
    has_failed(&server, "broken", "TypeError", "no feed");
    has_failed(&server, "nonsense", "TypeError", "item 0 of the poll has no 'id'");
}

/// Its worker goes down with it, and what others were doing there begins again.
#[test]
fn a_poll_that_hangs_is_stopped() {
    let env = program(
        "cronflow.define({ id: 'hangs' }).onPoll(() => { for (;;) {} }, { interval: '1s', timeout: '200ms' }).step('s', () => 1);",
    );
    has_failed(&env.serve(), "hangs", "TimeoutError", "within 200 ms");
}

/// Waits until a poll has failed, which it does like that.
fn has_failed(server: &Server, id: &str, name: &str, message: &str) {
    eventually(id, || schedule(server, id)["failures"].as_i64().unwrap() > 0);
    let shown = schedule(server, id);
    assert_eq!(shown["lastError"]["name"], name, "{shown:#}");
    assert!(shown["lastError"]["message"].as_str().unwrap().contains(message), "{shown:#}");
    assert!(shown["nextAttempt"].is_string(), "{shown:#}");
}

#[test]
fn events_are_judged_before_they_start_runs() {
    let env = program(
        "cronflow.define({ id: 'large' })\n\
           .onEvent('order.*', {\n\
             schema: { type: 'object', required: ['total'], properties: { total: { type: 'number' } } },\n\
             filter: async (order, ctx) => order.total > 100 && ctx.trigger.event.name !== 'order.test',\n\
           })\n\
           .step('s', ctx => ctx.payload.total);\n\
         cronflow.define({ id: 'last' }).onEvent('typed', { debounce: '1h' }).step('s', ctx => ctx.payload);",
    );
    let server = env.serve();
    for (name, payload) in [
        ("order.paid", json!({"total": 50})),
        ("order.test", json!({"total": 500})),
        ("order.sent", json!({"total": "much"})),
        ("order.paid", json!({"total": 200})),
        ("typed", json!("a")),
        ("typed", json!("ab")),
        ("typed", json!("abc")),
    ] {
        call(&server, json!(["publishEvent", name, payload]));
    }
    let rows = |workflow: &str| {
        env.query(&format!(
            "select status, output, json_extract(error, '$.message') from workflow_runs where workflow_id = '{workflow}' order by id"
        ))
    };
    let unfit = "event 'order.*' does not fit its schema: payload.total: must be a number";
    eventually("the events are judged", || {
        rows("large") == [["cancelled", "null", unfit], ["completed", "200", "null"]]
    });
    let last = || rows("last").iter().map(|row| row[..2].join(" ")).collect::<Vec<_>>();
    eventually("the last one waits", || last() == ["cancelled null", "cancelled null", "pending null"]);
    server.kill();
    env.let_minutes_pass(60);
    let server = env.serve();
    eventually("the last one runs", || last() == ["cancelled null", "cancelled null", "completed \"abc\""]);
    let names = |arguments: Value| -> Vec<String> {
        let found = call(&server, arguments);
        found.as_array().unwrap().iter().map(|event| event["payload"].to_string()).collect()
    };
    assert_eq!(names(json!(["getEventHistory", "order.*", 2])), [r#"{"total":200}"#, r#"{"total":"much"}"#]);
    assert_eq!(
        names(json!(["getEventHistory", "order.*", {"limit": 2, "before": 3}])),
        [r#"{"total":500}"#, r#"{"total":50}"#]
    );
    assert_eq!(names(json!(["getEventHistory", "typed", {"since": "2100-01-01"}])), [] as [String; 0]);
}
