//! SIGKILL in the middle of every kind of wait and block: the run goes on exactly where it was.

use super::{Table, flow_control::millis_between, step};
use crate::env::{Env, Server, eventually};
use serde_json::{Value, json};

/// Kills the server once `ready` holds, starts it again after an hour, and returns the run at its end.
fn killed_when(table: Table, run: &str, ready: impl Fn(&Env) -> bool) -> (Env, Server, Value) {
    eventually("the moment to kill", || ready(&table.env));
    let Table { env, server } = table.after_minutes(60);
    let view = server.ended(run);
    (env, server, view)
}

fn count(env: &Env, sql: &str) -> usize {
    env.query(sql)[0][0].parse().unwrap()
}

/// No place of the run completed twice, and nothing that completed was begun again.
fn completed_once(env: &Env) {
    let twice = env.query("select place, count(*) from steps where status = 'completed' and coalesce(note, '') not like '%\"kind\":\"flow\"%' group by run_id, place having count(*) > 1");
    assert_eq!(twice, [[""; 0]; 0], "completed twice");
}

#[test]
fn during_a_sleep() {
    let table = Table::new(
        "",
        &[("", ".step('a', ctx => ctx.state.incr('a')).sleep('3602s').step('b', ctx => [ctx.last, Date.now()])")],
    );
    let run = table.server.trigger("w0", "null");
    let waiting = |env: &Env| env.query("select status from workflow_runs") == [["waiting"]];
    let (env, _server, view) = killed_when(table, &run, waiting);
    assert_eq!(view["output"][0], json!(1), "{view:#}");
    assert!(step(&view, "sleep")["durationMs"].as_i64().unwrap() >= 3_602_000, "never early: {view:#}");
    completed_once(&env);
}

#[test]
fn during_a_retry_wait() {
    let chain = ".step('a', async ctx => { const n = await ctx.state.incr('a'); if (n < 2) throw new Error('no'); return [n, ctx.run.attempt] }).retry({ attempts: 2, backoff: { delay: '3601s', maxDelay: '2h' } })";
    let table = Table::new("", &[("", chain)]);
    let run = table.server.trigger("w0", "null");
    let retrying =
        |env: &Env| count(env, "select count(*) from steps where status = 'failed' and wake_at is not null") == 1;
    let (_env, _server, view) = killed_when(table, &run, retrying);
    assert_eq!(view["output"], json!([2, 2]), "the attempts are counted on: {view:#}");
    let attempts = step(&view, "a")["attempts"].as_array().unwrap();
    let time = |attempt: usize, name: &str| attempts[attempt][name].as_str().unwrap();
    assert!(millis_between(time(0, "completedAt"), time(1, "startedAt")) >= 3_601_000, "{view:#}");
}

#[test]
fn during_a_parallel_block() {
    let chain = ".parallel([\n\
        f => { f.step('a', ctx => ctx.state.incr('a')).sleep('1h').step('b', ctx => ctx.last) },\n\
        async ctx => ctx.state.incr('c'),\n\
        f => { f.waitForEvent('e', '1h').step('d', ctx => ctx.last.timedOut) }])";
    let table = Table::new("", &[("", chain)]);
    let run = table.server.trigger("w0", "null");
    let waiting = |env: &Env| env.query("select status from workflow_runs") == [["waiting"]];
    let (env, _server, view) = killed_when(table, &run, waiting);
    assert_eq!(view["output"], json!([1, 1, true]), "{view:#}");
    completed_once(&env);
}

#[test]
fn during_a_for_each_of_a_hundred() {
    let chain = ".forEach('f', ctx => Array.from({ length: 100 }, (_, i) => i), (n, flow) => {\n\
        flow.step('a', async ctx => { await new Promise(r => setTimeout(r, 5)); return n }).step('b', ctx => ctx.last + 1) }, { concurrency: 4 })";
    let table = Table::new("", &[("", chain)]);
    let run = table.server.trigger("w0", "null");
    let half = |env: &Env| count(env, "select count(*) from steps where name = 'b' and status = 'completed'") >= 30;
    let (env, _server, view) = killed_when(table, &run, half);
    let results: Vec<_> =
        view["output"]["results"].as_array().unwrap().iter().map(|one| one["result"].as_i64().unwrap()).collect();
    assert_eq!(results, (1..=100).collect::<Vec<_>>());
    completed_once(&env);
    let begun_twice = count(&env, "select count(*) from steps where status = 'cancelled'");
    assert!(begun_twice <= 4, "at most those that were executing began again: {begun_twice}");
}

#[test]
fn during_an_approval() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".step('a', ctx => ctx.state.incr('a')).humanInTheLoop({ description: 'd', timeout: '1h', onPause: ctx => ctx.state.set('token', ctx.token) }).step('b', ctx => [ctx.steps.a.output, ctx.last.approved])",
            ),
            (
                "",
                ".step('go', async () => cronflow.resume(await cronflow.getWorkflowState('w0', 'token'), { approved: true }))",
            ),
        ],
    );
    let run = table.server.trigger("w0", "null");
    let Table { env, server } = table;
    eventually("the run waits", || env.query("select status from workflow_runs") == [["waiting"]]);
    server.kill();
    let server = env.serve();
    assert_eq!(server.ended(&server.trigger("w1", "null"))["output"], json!(true));
    assert_eq!(server.ended(&run)["output"], json!([1, true]));
    completed_once(&env);
}

#[test]
fn during_a_subflow() {
    let before = "cronflow.define({ id: 'child' }).step('c', ctx => ctx.state.incr('c')).sleep('1h').step('d', ctx => ctx.last + 1);";
    let table = Table::new(before, &[("", ".subflow('sub', 'child').step('e', ctx => ctx.last)")]);
    let run = table.server.trigger("w0", "null");
    let waiting = |env: &Env| env.query("select status from workflow_runs") == [["waiting"], ["waiting"]];
    let (env, _server, view) = killed_when(table, &run, waiting);
    assert_eq!(view["output"], json!(2), "{view:#}");
    completed_once(&env);
    assert_eq!(count(&env, "select count(*) from workflow_runs where workflow_id = 'child'"), 1);
}

#[test]
fn runs_in_flight_finish_on_their_own_code() {
    let source = |what: &str| {
        format!(
            "import {{ cronflow }} from 'cronflow';\n\
             cronflow.define({{ id: 'w' }}).step('a', () => '{what}').sleep('1h').step('b', ctx => [ctx.last, '{what}']);\n"
        )
    };
    let env = Env::with(&source("old"));
    let server = env.serve();
    let old = server.trigger("w", "null");
    eventually("the run sleeps", || env.query("select status from workflow_runs") == [["waiting"]]);
    server.kill();
    env.write("workflow.ts", source("new"));
    let server = env.serve();
    let new = server.trigger("w", "null");
    let sleeping = [["waiting"], ["waiting"]];
    eventually("both sleep", || env.query("select status from workflow_runs") == sleeping);
    server.kill();
    env.let_minutes_pass(60);
    let server = env.serve();
    assert_eq!(server.ended(&old)["output"], json!(["old", "old"]));
    assert_eq!(server.ended(&new)["output"], json!(["new", "new"]));
}

#[test]
fn a_run_whose_code_is_gone_is_reported_and_left_alone() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).sleep('1h').step('a', () => 1);\n",
    );
    let server = env.serve();
    let run = server.trigger("w", "null");
    eventually("the run sleeps", || env.query("select status from workflow_runs") == [["waiting"]]);
    server.kill();
    let database = rusqlite::Connection::open(env.path().join(".cronflow/data.db")).unwrap();
    database.execute("delete from archives", []).unwrap();
    drop(database);
    env.write(
        "workflow.ts",
        "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).step('other', () => 2);\n",
    );
    let mut server = env.serve();
    server.wait_for("the code of a run in flight is gone");
    assert_eq!(server.get(&format!("/api/runs/{run}")).1["status"], "waiting");
}
