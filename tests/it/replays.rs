//! `cronflow-rt test --replay`: runs that a real server has recorded, against the code as it was and as it is now.

use crate::env::{Env, Server, eventually, stderr, stdout};
use rstest::rstest;
use serde_json::Value;
use std::sync::OnceLock;

const SOURCE: &str = r#"
import { cronflow, NonRetryableError } from 'cronflow';
import { appendFileSync } from 'node:fs';

const act = (what: string) => appendFileSync('acts.txt', `${what}\n`);
cronflow.define({ id: 'shop', hooks: { onSuccess: () => act('hook') } })
  .onWebhook('/other', { method: 'PUT' }).step('unrelated', () => 0)
  .onWebhook('/shop', { respond: 'accepted' })
  .step('load', ctx => { act('load'); return { total: ctx.payload.total, items: [1, 2, 3] }; })
  .if('large', ctx => ctx.last.total > 100)
    .step('check', () => 'checked')
  .else()
    .step('wave', () => 'waved')
  .endIf()
  .forEach('each', ctx => ctx.steps.load.output.items, (item, flow) => {
    flow.step('pack', () => item * 2).step('label', ctx => `#${item} in ${ctx.last}`);
  }, { concurrency: 2 })
  .parallel([flow => { flow.step('a', () => 1); }, () => { act('branch'); return 2; }])
  .while('again', ctx => (ctx.last?.round ?? 0) < 2, flow => { flow.step('turn', ctx => ({ round: (ctx.last?.round ?? 0) + 1 })); })
  .action('note', () => act('note'))
  .sleep('20ms')
  .waitForEvent('paid', { timeout: '1h', filter: event => event.amount > 1 })
  .humanInTheLoop({ description: 'ok?', timeout: '1h' })
  .step('end', ctx => ctx.last.note);
cronflow.define({ id: 'flaky' })
  .step('call', async ctx => { if ((await ctx.state.incr('calls')) < 3) throw new Error('down'); return 'up'; }).retry({ attempts: 4, backoff: { delay: '5ms' } })
  .step('rest', () => { throw new Error('broken'); }).onError(ctx => `healed ${ctx.error.message}`);
cronflow.define({ id: 'failing' })
  .step('pay', () => { throw new NonRetryableError('no card'); });
cronflow.define({ id: 'outer' })
  .subflow('inner', 'failing').step('after', () => 1);
cronflow.define({ id: 'gift' })
  .subflow('inner', 'wrap', ctx => ctx.payload).step('after', ctx => ctx.last);
cronflow.define({ id: 'wrap' }).step('paper', ctx => `${ctx.payload} in paper`);
cronflow.define({ id: 'late' })
  .waitForEvent('never', { timeout: '30ms' }).step('late', ctx => ctx.last.timedOut);
cronflow.define({ id: 'open' })
  .step('first', () => 1).waitForEvent('later').step('last', () => 2);
cronflow.define({ id: 'given-up' })
  .step('first', () => 1).cancel('no need').step('last', () => 2);
"#;

fn command(env: &Env, server: &Server, args: &[&str]) -> String {
    let url = format!("http://127.0.0.1:{}", server.port);
    let output = env.run(&[args, &["--url", &url]].concat());
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    stdout(&output)
}

/// What a server has recorded of these workflows; made once.
fn export() -> &'static str {
    static EXPORT: OnceLock<String> = OnceLock::new();
    EXPORT.get_or_init(|| {
        let env = Env::with(SOURCE);
        let server = env.serve();
        let ended = ["flaky", "failing", "outer", "gift", "late", "given-up"];
        let ids: Vec<String> = ended.iter().map(|id| server.trigger(id, "\"a book\"")).collect();
        ids.iter().for_each(|id| drop(server.ended(id)));
        server.trigger("open", "null");
        let (status, shop) = server.post("/shop", r#"{"total": 200}"#);
        assert_eq!(status, 202, "{shop}");
        let shop = shop["run_id"].as_str().unwrap().to_owned();
        let waits = |kind: &str| {
            let run = server.get(&format!("/api/runs/{shop}")).1;
            run["steps"].as_array().unwrap().iter().any(|step| step["type"] == kind && step["status"] == "waiting")
        };
        eventually("it waits for the event", || waits("waitForEvent"));
        command(&env, &server, &["events", "publish", "paid", "--payload", r#"{"amount":1}"#]);
        command(&env, &server, &["events", "publish", "paid", "--payload", r#"{"amount":5}"#]);
        eventually("it waits for a person", || waits("humanInTheLoop"));
        let list: Value = serde_json::from_str(&command(&env, &server, &["approvals", "list", "--json"])).unwrap();
        let token = list["approvals"][0]["token"].as_str().unwrap();
        command(&env, &server, &["approvals", "approve", token, "--payload", r#"{"note":"fine"}"#]);
        assert_eq!(server.ended(&shop)["output"], "fine");
        stdout(&env.run(&["runs", "export", "--db", ".cronflow/data.db"]))
    })
}

fn replay(source: &str, export: &str) -> (Env, Option<i32>, String) {
    let env = Env::with(source);
    env.write("runs.jsonl", export);
    let output = env.run(&["test", "--replay", "runs.jsonl", "workflow.ts"]);
    let text = stdout(&output) + &stderr(&output);
    (env, output.status.code(), text)
}

#[test]
fn what_has_not_changed_does_not_differ_and_does_nothing() {
    let (env, code, out) = replay(SOURCE, export());
    assert_eq!(code, Some(0), "{out}");
    // The run of a subflow is replayed with the run that it belongs to.
    assert!(out.contains("tests  8 passed (8)"), "{out}");
    assert_eq!(env.read("acts.txt"), "", "no step was executed");
}

#[rstest]
#[case("total > 100", "total > 500", "'if_large' (if) has another output")]
#[case("total > 100", "total > 500", "'wave' was skipped and is run now")]
#[case(".step('pack'", ".step('wrap up'", "'each[0]/wrap up' is run now and was not")]
#[case(".sleep('20ms')", "", "'sleep' (sleep) was run and is not run any more")]
#[case(".else()", ".step('more', () => 1).else()", "'more' is run now and was not")]
#[case("event.amount > 1", "event.amount > 9", "'wait_for_event_paid' (waitForEvent) got an answer and now times out")]
#[case("attempts: 4", "attempts: 2", "'call' was completed and is failed")]
#[case(".onError(ctx => `healed ${ctx.error.message}`)", "", "the run was completed and is failed (broken)")]
#[case(
    ".subflow('inner', 'wrap', ctx => ctx.payload).step('after', ctx => ctx.last)",
    ".step('after', ctx => ctx.last)",
    "'inner' (subflow) was run and is not run any more"
)]
#[case("timeout: '30ms'", "timeout: '1h'", "tests  8 passed (8)")]
#[case("[1, 2, 3]", "[7]", "tests  8 passed (8)")]
#[case("id: 'late'", "id: 'later'", "no file defines the workflow 'late'")]
fn what_differs_is_told(#[case] before: &str, #[case] now: &str, #[case] expected: &str) {
    assert!(SOURCE.contains(before));
    let (_, code, out) = replay(&SOURCE.replace(before, now), export());
    assert!(out.contains(expected), "{out}");
    assert_eq!(code, Some(i32::from(!expected.starts_with("tests"))), "{out}");
}

#[test]
fn reports_name_the_workflow_and_the_run() {
    let env = Env::with(&SOURCE.replace("total > 100", "total > 500"));
    env.write("runs.jsonl", export());
    let output = env.run(&["test", "--replay", "runs.jsonl", "--reporter", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let tests = report["files"][0]["tests"].as_array().unwrap();
    let failed: Vec<&Value> = tests.iter().filter(|test| test["status"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["path"][0], "shop");
    assert_eq!(failed[0]["errors"][0]["name"], "DivergenceError");
}

/// Functions that decide and ask for what no record has: state, requests, the time of day and its zone.
const ASKING: &str = r#"
import { cronflow } from 'cronflow';

cronflow.define({ id: 'asking', concurrency: { limit: 1, key: async ctx => String(await ctx.state.get('limit')) } })
  .step('set', async ctx => { await ctx.state.set('limit', 30); await ctx.state.set('rounds', 0); return 'set'; })
  .if('low', async ctx => (await ctx.state.get('limit')) > 5)
    .step('yes', () => 'yes')
  .else()
    .step('no', () => 'no')
  .endIf()
  .forEach('each', async ctx => ((await ctx.state.get('limit')) === 30 ? ['a', 'b'] : []), (item, flow) => {
    flow.step('one', () => item);
  })
  .batch('groups', { items: async ctx => [1, 2, await ctx.state.get('limit')], size: 2 }, (group, flow) => {
    flow.step('group', () => group.length);
  })
  .while('rounds', async ctx => (await ctx.state.incr('rounds')) < 3, flow => { flow.step('turn', () => 'turned'); })
  .sleep(async ctx => ctx.state.get('limit'))
  .if('net', async ctx => (await fetch(ctx.payload)).ok)
    .step('online', () => 'online', { cache: { key: async ctx => `${await ctx.state.get('limit')}` } })
  .endIf()
  .subflow('inner', 'part', async ctx => ({ limit: await ctx.state.get('limit') }))
  .step('end', ctx => ctx.last);
cronflow.define({ id: 'part' })
  .if('thin', ctx => ctx.payload.limit < 100).step('thinned', () => 'thin').endIf();
cronflow.define({ id: 'broken' })
  .step('set', async ctx => { await ctx.state.set('items', [1, 2, 3]); return 0; })
  .batch('parts', { items: ctx => ctx.state.get('items'), size: 2 }, (group, flow) => {
    flow.step('group', () => { if (group.length < 2) throw new Error('too few'); return group.length; });
  });
cronflow.define({ id: 'daily' })
  .step('wait', async () => { const at = Date.now(); await new Promise(done => setTimeout(done, 40)); return at; })
  .if('slow', ctx => Date.now() - ctx.last >= 30).step('was slow', () => 'slow').endIf()
  .if('tokyo', () => new Date(0).getHours() === 9).step('morning', () => new Date(0).getHours()).endIf();
cronflow.define({ id: 'patient' }).subflow('inner', 'awaited');
cronflow.define({ id: 'awaited' }).waitForEvent('late', { timeout: '1h' });
cronflow.define({ id: 'limited', timeout: '50ms' }).sleep('10s').step('never', () => 1);
"#;

/// What a server in Tokyo has recorded of these workflows; made once.
fn asking_export() -> &'static str {
    static EXPORT: OnceLock<String> = OnceLock::new();
    EXPORT.get_or_init(|| {
        let env = Env::with(ASKING);
        let mut serve = env.command(&["run", "workflow.ts", "--port", "0"]);
        serve.env("TZ", "Asia/Tokyo");
        let server = Server::start(serve);
        let run = server.trigger("asking", &format!("\"http://127.0.0.1:{}/health\"", server.port));
        assert_eq!(server.ended(&run)["output"], "thin");
        let run = server.trigger("patient", "null");
        let waits = || server.get("/api/runs?workflow=awaited").1["runs"][0]["status"] == "waiting";
        eventually("the subflow waits", waits);
        command(&env, &server, &["events", "publish", "late", "--payload", "7"]);
        assert_eq!(server.ended(&run)["output"], 7);
        let run = server.trigger("limited", "null");
        assert_eq!(server.ended(&run)["status"], "timed_out");
        let run = server.trigger("broken", "null");
        let view = server.ended(&run);
        assert_eq!(view["steps"][1]["items"], serde_json::json!([[1, 2], [3]]), "{view:#}");
        let run = server.trigger("daily", "null");
        let view = server.ended(&run);
        assert_eq!((&view["output"], &view["timeZone"]), (&9.into(), &"Asia/Tokyo".into()));
        stdout(&env.run(&["runs", "export", "--db", ".cronflow/data.db"]))
    })
}

fn replay_in(zone: &str, source: &str, export: &str) -> (Option<i32>, String) {
    let env = Env::with(source);
    env.write("runs.jsonl", export);
    let output = env.command(&["test", "--replay", "runs.jsonl"]).env("TZ", zone).output().unwrap();
    (output.status.code(), stdout(&output) + &stderr(&output))
}

#[test]
fn what_is_not_on_record_is_taken_to_be_as_it_was() {
    let (code, out) = replay_in("America/New_York", ASKING, asking_export());
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("tests  5 passed (5)"), "{out}");
    assert!(out.contains("replayed in the time zone Asia/Tokyo (the records name it)"), "{out}");
    for step in [
        "if_low' (if)",
        "each' (forEach)",
        "groups' (batch)",
        "parts' (batch)",
        "rounds' (while)",
        "sleep' (sleep)",
        "inner' (subflow)",
    ] {
        let told = out.matches(&format!("'{step} asks the engine for the state")).count();
        assert_eq!(told, 1, "{step}: {out}");
    }
    assert!(
        out.contains("'online' (step) asks the engine for the state 'limit', and the answer is not on record: whether it still decides as it did cannot be told"),
        "{out}"
    );
    assert!(out.contains("'if_net' (if) makes a request to http://127.0.0.1:"), "{out}");
}

#[rstest]
#[case("() => item", "() => 'other'", 0, "tests  5 passed")]
#[case(".sleep('10s')", ".sleep('1ms')", 1, "'never' is run now and was not")]
#[case("timeout: '50ms'", "timeout: '1h'", 1, "'never' is run now and was not")]
#[case("limit < 100", "limit < 10", 1, "in the subflow 'part': 'if_thin' (if) has another output")]
#[case("flow.step('one'", "flow.step('uno'", 1, "'each[0]/uno' is run now and was not")]
#[case("flow.step('one'", "flow.step('uno'", 1, "[workflow.ts:12:")]
#[case(
    ".sleep(async",
    ".if('new', async ctx => ctx.state.get('x')).endIf()\n.sleep(async",
    1,
    "'if_new' is run now and was not, and asks"
)]
#[case(
    "(item, flow) => {",
    "async (item, flow) => { await cronflow.getGlobalState('x');",
    0,
    "the body 'each[0]' asks the engine for the state 'x'"
)]
#[case("async ctx => (await fetch(ctx.payload)).ok", "() => new Promise(() => {})", 1, "the run was completed and is")]
fn what_differs_beside_it_is_told(#[case] before: &str, #[case] now: &str, #[case] code: i32, #[case] expected: &str) {
    assert!(ASKING.contains(before));
    let (got, out) = replay_in("UTC", &ASKING.replace(before, now), asking_export());
    assert!(out.contains(expected), "{out}");
    assert_eq!(got, Some(code), "{out}");
}

#[rstest]
#[case("tap", "\n# 'if_low' (if) asks the engine for the state 'limit'")]
#[case("tap", "\n# replayed in the time zone Asia/Tokyo")]
#[case("junit", "<system-out>&#39;if_low&#39; (if) asks the engine for the state")]
#[case("junit", "<system-out>replayed in the time zone Asia/Tokyo (the records name it)</system-out>\n  </testsuite>")]
#[case("dot", ".....\n./workflow.ts\n")]
#[case("dot", "'if_low' (if) asks the engine for the state 'limit'")]
fn every_reporter_says_what_cannot_be_told(#[case] reporter: &str, #[case] expected: &str) {
    let env = Env::with(ASKING);
    env.write("runs.jsonl", asking_export());
    let output = env.run(&["test", "--replay", "runs.jsonl", "--reporter", reporter]);
    assert!(stdout(&output).contains(expected), "{}", stdout(&output));
}

#[test]
fn divergences_have_their_place_in_junit() {
    let env = Env::with(&SOURCE.replace("total > 100", "total > 500"));
    env.write("runs.jsonl", export());
    let output = env.run(&["test", "--replay", "runs.jsonl", "--reporter", "junit"]);
    assert!(stdout(&output).contains("at workflow.ts:10</failure>"), "{}", stdout(&output));
}

#[test]
fn exports_without_a_zone_have_that_of_the_machine() {
    let export = asking_export().replace(",\"timeZone\":\"Asia/Tokyo\"", "");
    let (code, out) = replay_in("Asia/Tokyo", ASKING, &export);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("in the time zone Asia/Tokyo (that of this machine, as the records name none)"), "{out}");
    let (code, out) = replay_in("America/New_York", ASKING, &export);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("'if_tokyo' (if) has another output") && out.contains("[workflow.ts:34:"), "{out}");
}

#[test]
fn runs_of_two_zones_are_replayed_each_in_its_own() {
    let export: String = asking_export()
        .lines()
        .map(|line| if line.contains("\"daily\"") { line.to_owned() } else { line.replace("Asia/Tokyo", "UTC") } + "\n")
        .collect();
    let (code, out) = replay_in("America/New_York", ASKING, &export);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("in the time zone UTC") && out.contains("in the time zone Asia/Tokyo"), "{out}");
}

#[rstest]
#[case("total > 100", "total > 500", 10)]
#[case(".sleep('20ms')", "", 6)]
#[case(".else()", ".else().step('more', () => 1)", 12)]
fn divergences_have_the_place_of_their_step(#[case] before: &str, #[case] now: &str, #[case] line: u32) {
    let env = Env::with(&SOURCE.replace(before, now));
    env.write("runs.jsonl", export());
    let output = env.run(&["test", "--replay", "runs.jsonl", "--reporter", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let tests = report["files"][0]["tests"].as_array().unwrap();
    let error = &tests.iter().find(|test| test["status"] == "failed").unwrap()["errors"][0];
    assert_eq!((&error["file"], &error["line"]), (&"workflow.ts".into(), &line.into()), "{error}");
}

#[rstest]
#[case("{\"id\": 1}", 3, "its value 1 is no run")]
#[case("one two", 3, "is no export of runs")]
#[case("", 4, "the export has no runs")]
fn what_is_no_export_is_refused(#[case] text: &str, #[case] code: i32, #[case] message: &str) {
    let (_, got, out) = replay(SOURCE, text);
    assert!(out.contains(message), "{out}");
    assert_eq!(got, Some(code), "{out}");
}

#[test]
fn a_subflow_needs_its_own_run() {
    let lacking: Vec<&str> = export().lines().filter(|line| !line.contains(r#""workflowId":"wrap""#)).collect();
    let (_, code, out) = replay(SOURCE, &lacking.join("\n"));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("the export lacks the run of the subflow 'wrap'"), "{out}");
}
