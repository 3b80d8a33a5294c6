//! `cronflow.*` and `ctx.*` that reach the running engine: triggers, runs, state, replay.

use super::{Table, step};
use crate::env::eventually;
use serde_json::{Value, json};

#[test]
fn workflows_start_workflows() {
    let table = Table::new(
        "",
        &[
            ("", ".step('s', async ctx => { await new Promise(r => setTimeout(r, 10)); return ctx.payload * 2 })"),
            (
                "",
                ".step('a', async () => { const run = await cronflow.triggerAndWait('w0', 21); return [run.status, run.output, run.trigger.type] })",
            ),
            (
                "",
                ".step('a', async () => { const a = await cronflow.trigger('w0', 1, { idempotencyKey: 'k' }); const b = await cronflow.trigger('w0', 2, { idempotencyKey: 'k' }); return a === b })",
            ),
            ("", ".step('a', () => cronflow.trigger('nowhere'))"),
            (
                "",
                ".step('a', async () => { const id = await cronflow.trigger('w0', 1, { delay: '1h' }); return (await cronflow.inspect(id)).status })",
            ),
        ],
    );
    assert_eq!(table.run(1, "null")["output"], json!(["completed", 42, "manual"]));
    assert_eq!(table.run(2, "null")["output"], json!(true));
    let refused = table.run(3, "null");
    assert_eq!(refused["error"]["message"], "there is no workflow 'nowhere'");
    assert!(refused["error"]["location"]["file"].as_str().unwrap().ends_with("workflow.ts"), "{refused:#}");
    assert_eq!(table.run(4, "null")["output"], json!("pending"));
}

#[test]
fn state_is_durable_and_counts_right() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".forEach('f', ctx => Array.from({ length: 40 }, (_, i) => i), async (n, ctx) => ctx.state.incr('n', 2), { concurrency: 20 }).step('e', ctx => ctx.state.get('n'))",
            ),
            (
                "",
                ".step('s', async ctx => { const s = ctx.state; await s.set('v', { a: [1] }); await s.set('gone', 1, { ttl: 1 }); await new Promise(r => setTimeout(r, 5));\n\
            return [await s.get('v'), await s.get('gone'), await s.get('none', 'd'), await s.delete('v'), await s.delete('v'), await s.get('v', null), await s.incr('c'), await s.incr('c', 4)] })",
            ),
            (
                "",
                ".step('s', async ctx => { await ctx.state.global.set('g', 5); return [await ctx.state.get('g', 'own'), await cronflow.getGlobalState('g'), await cronflow.getWorkflowState('w1', 'c'), await cronflow.incrWorkflowState('w1', 'c'), (await cronflow.getStateStats()).scopes.global] })",
            ),
            ("", ".step('s', async ctx => { await ctx.state.set('t', 'text'); return ctx.state.incr('t') })"),
            (
                "",
                ".step('s', async ctx => { for (;;) { await ctx.state.set('old', 1, { ttl: 1 }); await new Promise(r => setTimeout(r, 5)); if ((await cronflow.cleanupExpiredState()) >= 1) return true } })",
            ),
        ],
    );
    assert_eq!(table.run(0, "null")["output"], json!(80));
    assert_eq!(table.run(1, "null")["output"], json!([{"a": [1]}, null, "d", true, false, null, 1, 5]));
    assert_eq!(table.run(2, "null")["output"], json!(["own", 5, 5, 6, 1]));
    let refused = table.run(3, "null");
    assert_eq!(refused["error"]["name"], "TypeError");
    assert_eq!(table.run(4, "null")["output"], json!(true));
    let Table { env, server } = table;
    server.kill();
    let server = env.serve();
    let again = server.ended(&server.trigger("w2", "null"));
    assert_eq!(again["output"][2], json!(6), "it survives a kill");
}

#[test]
fn a_run_can_be_cancelled_from_outside() {
    let before = "cronflow.define({ id: 'child' }).step('s', ctx => new Promise(r => { ctx.signal.addEventListener('abort', () => { console.log('child heard'); r(1) }); console.log('child listens') }));";
    let mut table = Table::new(
        before,
        &[
            ("", ".subflow('c', 'child')"),
            (
                "",
                ".step('go', async ctx => [await cronflow.cancelRun(ctx.payload, 'enough'), await cronflow.cancelRun(ctx.payload)])",
            ),
        ],
    );
    let run = table.server.trigger("w0", "null");
    // A worker that still loads what a signal needs would not hear in time.
    table.server.wait_for("child listens");
    assert_eq!(table.run(1, &json!(run).to_string())["output"], json!([true, false]));
    table.server.wait_for("child heard");
    let view = table.server.ended(&run);
    assert_eq!((&view["status"], &view["error"]["message"]), (&json!("cancelled"), &json!("enough")));
    let child = table.env.query("select status from workflow_runs where workflow_id = 'child'");
    assert_eq!(child, [["cancelled"]]);
}

#[test]
fn an_old_run_is_replayed() {
    let table = Table::new(
        "",
        &[
            ("", ".step('a', ctx => ctx.payload + 1).step('b', ctx => ctx.last * 10).step('c', ctx => ctx.last + 0.5)"),
            (
                "",
                ".step('go', async ctx => { const id = await cronflow.replay(ctx.payload.run, ctx.payload.options); for (;;) { const run = await cronflow.inspect(id); if (run.status === 'completed') return [run.output, run.replayOf, run.steps.map(s => s.name).join()]; await new Promise(r => setTimeout(r, 5)) } })",
            ),
        ],
    );
    let old = table.run(0, "1");
    let id = old["id"].as_str().unwrap();
    let replay = |options: Value| table.run(1, &json!({"run": id, "options": options}).to_string())["output"].clone();
    assert_eq!(replay(json!({})), json!([20.5, id, "a,b,c"]));
    assert_eq!(replay(json!({"overridePayload": 4}))[0], json!(50.5));
    assert_eq!(
        replay(json!({"overridePayload": 4, "fromStep": "c"}))[0],
        json!(20.5),
        "earlier steps keep their outputs"
    );
    assert_eq!(replay(json!({"mockStep": {"b": 7}}))[0], json!(7.5));
}

#[test]
fn a_failed_run_goes_on_where_it_failed() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".step('a', async ctx => ctx.state.incr('a')).parallel([f => { f.step('b', async ctx => { if ((await ctx.state.incr('b')) < 2) throw new Error('once'); return 'b' }) }, async ctx => ctx.state.incr('c')]).step('e', ctx => [ctx.steps.a.output, ctx.last])",
            ),
            ("", ".step('go', ctx => cronflow.retryRun(ctx.payload))"),
        ],
    );
    let failed = table.run(0, "null");
    assert_eq!(failed["status"], "failed");
    let id = failed["id"].as_str().unwrap();
    assert_eq!(table.run(1, &json!(id).to_string())["output"], json!(true));
    let run = table.server.ended(id);
    assert_eq!(run["output"], json!([1, ["b", 1]]), "what had completed has not run again: {run:#}");
    assert_eq!(step(&run, "parallel_execution[0]/b")["status"], "completed");
}

#[test]
fn secrets_are_read_and_never_printed() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w', secrets: { key: 'API_KEY' } })\n\
          .step('s', ctx => { console.log('it is', ctx.secrets.key); ctx.logger.info(ctx.secrets.key); return ctx.secrets.key.length })\n\
          .step('f', ctx => { throw new Error('refused ' + ctx.secrets.key) });\n";
    let env = crate::env::Env::with(source);
    let mut command = env.command(&["run", "workflow.ts", "--port", "0"]);
    command.env("API_KEY", "sk-very-secret");
    let mut server = crate::env::Server::start(command);
    let run = server.ended(&server.trigger("w", "null"));
    assert_eq!(step(&run, "s")["output"], json!(14));
    server.wait_for("it is [secret]");
    assert_eq!(run["error"]["message"], "refused [secret]");
    assert!(!run.to_string().contains("sk-very-secret"));
}

#[test]
fn the_program_can_stop_the_server() {
    let table = Table::new("", &[("", ".step('s', async () => { await cronflow.stop(); return 1 })")]);
    let Table { env, server } = table;
    let run = server.trigger("w0", "null");
    assert_eq!(server.exit_code(), Some(0));
    assert_eq!(env.query(&format!("select status from workflow_runs where id = '{run}'")), [["completed"]]);
}

#[test]
fn compatibility_functions_work() {
    let table = Table::new(
        "",
        &[
            ("", ".onWebhook('/hook').step('s', ctx => [ctx.payload, ctx.trigger.path])"),
            (
                "",
                ".step('a', async () => { const run = await cronflow.executeWebhookTrigger({ path: '/hook', body: 5 }); return run.output })",
            ),
            (
                "",
                ".step('a', async () => { const r = await cronflow.benchmark({ workflowId: 'w0', iterations: 20, concurrency: 4 }); return [r.iterations, r.failed, r.runsPerSecond > 0, r.duration.min <= r.duration.max] })",
            ),
            (
                "",
                ".step('a', async () => [cronflow.isRustCoreAvailable(), cronflow.getCoreStatus().available, await cronflow.getSchedules(), (await cronflow.getWorkflowTriggers('w0'))[0].path, (await cronflow.getTriggerStats()).byType, cronflow.getWorkflow('w0').getSteps()[0].id])",
            ),
            (
                "hooks: { onSuccess: (ctx, step) => [ctx.n, step] }",
                ".step('a', () => cronflow.executeWorkflowHook('onSuccess', { n: 1 }, 'w4', 'x'))",
            ),
        ],
    );
    assert_eq!(table.run(1, "null")["output"], json!([5, "/hook"]));
    assert_eq!(table.run(2, "null")["output"], json!([20, 0, true, true]));
    assert_eq!(table.run(3, "null")["output"], json!([true, true, [], "/hook", {"webhook": 1}, "s"]));
    assert_eq!(table.run(4, "null")["output"], json!([1, "x"]));
}

#[test]
fn a_cancelled_step_that_does_not_listen_is_killed() {
    let table = Table::with_mode(
        "",
        &[("", ".step('s', () => { for (;;) {} })"), ("", ".step('go', ctx => cronflow.cancelRun(ctx.payload))")],
        &["--workers", "2"],
    );
    eventually("both workers are there", || table.server.workers().len() == 2);
    let before = table.server.workers();
    let run = table.server.trigger("w0", "null");
    eventually("the step executes", || table.env.query("select count(*) from steps where name = 's'") == [["1"]]);
    assert_eq!(table.run(1, &json!(run).to_string())["output"], json!(true));
    assert_eq!(table.server.ended(&run)["status"], "cancelled");
    eventually("the worker is replaced", || {
        let now = table.server.workers();
        now.len() == before.len() && now != before
    });
}

#[test]
fn finished_runs_are_deleted_when_their_time_is_over_and_others_never() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', () => 1);\n\
        cronflow.define({ id: 'kept', retention: '1h' }).step('s', () => 1);\n\
        cronflow.define({ id: 'asleep' }).sleep('1h');\n";
    let env = crate::env::Env::with(source);
    let server = env.serve();
    for workflow in ["w", "kept"] {
        server.ended(&server.trigger(workflow, "null"));
    }
    server.trigger("asleep", "null");
    eventually("it sleeps", || env.query("select count(*) from workflow_runs where status = 'waiting'") == [["1"]]);
    server.kill();
    let _server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--retention", "1ms"]);
    eventually("only the others are left", || {
        env.query("select workflow_id from workflow_runs order by 1") == [["asleep"], ["kept"]]
    });
    eventually("with their steps", || env.query("select count(*) from steps") == [["2"]]);
}
