//! The isolate through its own door: TypeScript in, outcomes out.

use super::{Isolate, LoadReport};
use crate::worker::{Blackboard, FromWorker, StopReason, Surroundings, WireStep, WireTask};
use cronflow_core::{
    error::{Code, Diagnostic},
    id::{NodeId, RunId, TaskId},
    json::JsonText,
    place::Place,
    time::Timestamp,
    worker::{Failure, FunctionRole, Outcome, RunContext, Scope},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::{fs, sync::Arc};
use tokio::task::LocalSet;

mod bodies;
mod compatibility;
mod crypto;
mod fetch;
mod helpers;
mod language;
mod packages;
mod roles;
mod schema;
mod services;
mod speed;
mod streams;
mod web;

/// Deep recursion needs the stack that a worker has.
fn on_worker_stack<T: Send + 'static>(work: impl AsyncFnOnce() -> T + Send + 'static) -> T {
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        LocalSet::new().block_on(&runtime, work())
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap().join().unwrap()
}

async fn load(source: &str) -> Result<(Isolate, LoadReport), Diagnostic> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workflow.ts");
    fs::write(&file, source).unwrap();
    let archive = cronflow_compiler::compile(&file).unwrap();
    let builtins = cronflow_compiler::builtins().unwrap();
    let mut isolate = Isolate::new(builtins, true, Blackboard::none(), Surroundings::default())?;
    let report = isolate.load(archive).await?;
    Ok((isolate, report))
}

fn task(id: u64, node: u32, report: &LoadReport, payload: &Value) -> WireTask {
    WireTask {
        id: TaskId(id),
        place: NodeId(node).into(),
        name: "s".into(),
        role: FunctionRole::Handler,
        attempt: 1,
        run: RunId::from_uuid(uuid::Uuid::from_u128(u128::from(id))),
        context: Some(RunContext {
            run: RunId::from_uuid(uuid::Uuid::from_u128(u128::from(id))),
            workflow: Arc::from("w"),
            version: report.workflows[0].version.clone(),
            payload: JsonText::of(payload),
            trigger: JsonText::of(&json!({"type": "manual"})),
            entry: None,
            started_at: Timestamp(0),
            mocks: Vec::new(),
        }),
        steps: Vec::new(),
        visible: Vec::new(),
        argument: None,
        scopes: Vec::new(),
    }
}

/// Runs until every task has an outcome; returns them in order of task id.
async fn outcomes(isolate: &mut Isolate, tasks: Vec<WireTask>) -> (Vec<Outcome>, Vec<String>) {
    let fresh: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let (mut done, mut printed) = (Vec::new(), Vec::new());
    for task in tasks {
        isolate.submit(task);
    }
    isolate.turn(&fresh);
    loop {
        for message in isolate.take_outbox() {
            match message {
                FromWorker::Outcome { task, outcome } => done.push((task, outcome)),
                FromWorker::Console { text, .. } | FromWorker::Log { text, .. } => printed.push(text),
                FromWorker::Loaded(_) | FromWorker::Call { .. } => {}
            }
        }
        if done.len() == fresh.len() {
            break;
        }
        isolate.wait().await;
        isolate.turn(&[]);
    }
    done.sort_by_key(|(task, _)| *task);
    (done.into_iter().map(|(_, outcome)| outcome).collect(), printed)
}

/// The outcome of a workflow's only step, whose body is `body`.
fn run_step(body: &str, payload: Value) -> (Outcome, Vec<String>) {
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'w' }}).step('s', {body});\n"
    );
    on_worker_stack(async move || {
        let (mut isolate, report) = load(&source).await.unwrap();
        let (mut done, printed) = outcomes(&mut isolate, vec![task(1, 0, &report, &payload)]).await;
        (done.remove(0), printed)
    })
}

fn ok(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Ok(text) => text.to_value(),
        other => panic!("{other:?}"),
    }
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Err(failure) => failure,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("ctx => 1", json!(1))]
#[case("async ctx => ({ n: ctx.payload.n + 1, s: `é${ctx.payload.s}` })", json!({"n": 3, "s": "éx"}))]
#[case("ctx => undefined", json!(null))]
#[case("ctx => [undefined, () => 1, NaN, -0, 1e21, 0.1, 'a\"b']", json!([null, null, null, 0, 1e21, 0.1, "a\"b"]))]
#[case("ctx => ({ d: new Date(0), u: undefined, nested: { toJSON() { return 'J' } } })", json!({"d": "1970-01-01T00:00:00.000Z", "nested": "J"}))]
#[case("ctx => { class A { x = 1; get y() { return 2 } }; return [new A(), [,1]] }", json!([{"x": 1}, [null, 1]]))]
#[case("async ctx => { await new Promise(r => setTimeout(r, 5)); return 'late' }", json!("late"))]
#[case("async ctx => { const o = structuredClone({ a: new Map([[1, { b: new Date(5) }]]) }); return o.a.get(1).b.getTime() }", json!(5))]
#[case("ctx => new Promise(r => queueMicrotask(() => r(ctx.run.workflowId)))", json!("w"))]
#[case("ctx => { class A { v = 7; m() { return new Promise(r => setTimeout(() => r(this.v), 1)) } }; return new A().m() }", json!(7))]
#[case("ctx => { const { body: { id }, ...rest } = { body: { id: 1 }, a: 2 }; return [id, rest] }", json!([1, {"a": 2}]))]
#[case("ctx => { const f = (n: number): number => n === 0 ? 0 : 1 + f(n - 1); return f(3000) }", json!(3000))]
#[case("ctx => [ctx.steps, ctx.last === undefined, ctx.trigger.type, ctx.step_name]", json!([{}, true, "manual", "s"]))]
#[case("ctx => JSON.parse('{\"a\":[1,{\"b\":null}],\"__proto__\":1}', (k, v) => v === 1 ? 2 : v)", json!({"a": [2, {"b": null}], "__proto__": 2}))]
#[case("ctx => { const u = new URL('../b?x=1#h', 'https://u:p@h:8080/a/c'); u.searchParams.append('y', 'é'); return [u.href, u.protocol, u.host, u.searchParams.get('x'), String(new URLSearchParams({ a: 'b c' }))] }", json!(["https://u:p@h:8080/b?x=1&y=%C3%A9#h", "https:", "h:8080", "1", "a=b+c"]))]
#[case("ctx => [new TextDecoder().decode(new TextEncoder().encode('é😀')), atob(btoa('hi'))]", json!(["é😀", "hi"]))]
#[case("async ctx => { const c = new AbortController(); setTimeout(() => c.abort(), 1); try { await fetch('http://127.0.0.1:1/', { signal: c.signal }) } catch {} return [c.signal.aborted, c.signal.reason.name, AbortSignal.any([c.signal]).aborted] }", json!([true, "AbortError", true]))]
#[case("ctx => { const t = new EventTarget(); const seen: string[] = []; t.addEventListener('a', e => seen.push(e.type), { once: true }); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('a')); return seen }", json!(["a"]))]
#[case("ctx => { const f = () => new URL('http://a/').href; const seen = [f(), f(), f()]; (globalThis as any).URL = class { href = 'own' }; return [...seen, f(), f(), typeof structuredClone] }", json!(["http://a/", "http://a/", "http://a/", "own", "own", "function"]))]
#[case("async ctx => Array.fromAsync([1, Promise.resolve(2)])", json!([1, 2]))]
#[case("ctx => { enum E { A = 'x', B = 'y' } return E.B as string }", json!("y"))]
fn a_step_returns(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(ok(run_step(body, json!({"n": 2, "s": "x"})).0), expected);
}

#[rstest]
#[case("ctx => { throw new TypeError('bad') }", "TypeError", "bad")]
#[case("async ctx => { await null; throw 'text' }", "Error", "text")]
#[case("ctx => { const a: any = {}; a.a = a; return a }", "InvalidOutputError", "cannot be stored as JSON")]
#[case("ctx => 10n", "InvalidOutputError", "cannot be stored as JSON")]
#[case("ctx => { const f = () => f() + 1; return f() }", "RangeError", "call stack")]
#[case("async ctx => { await null; const f = () => f() + 1; return f() }", "UnsettledError", "can never finish")]
#[case("ctx => new Promise(() => {})", "UnsettledError", "can never finish")]
#[case("ctx => { throw { get message() { throw 1 }, toString() { throw 2 } } }", "Error", "")]
#[case("ctx => { let o: any = 1; for (let i = 0; i < 500; i++) o = [o]; return o }", "InvalidOutputError", "deep")]
#[case("async ctx => (await fetch('http://127.0.0.1:1/')).status", "TypeError", "fetch failed")]
fn a_step_fails(#[case] body: &str, #[case] name: &str, #[case] message: &str) {
    let failure = failure(run_step(body, json!(null)).0);
    assert_eq!(failure.name, name, "{failure:?}");
    assert!(failure.message.contains(message), "{failure:?}");
}

#[test]
fn a_failure_names_the_place_in_the_typescript() {
    let body = "async (ctx: any) => {\n  enum E { A }\n  const x: number = E.A;\n  throw new Error('here');\n}";
    let failure = failure(run_step(body, json!(null)).0);
    let place = failure.location.unwrap();
    assert!(place.file.ends_with("workflow.ts"), "{place}");
    assert_eq!((place.line, place.column), (5, 9), "{:?}", failure.stack);
    assert!(failure.stack.unwrap().starts_with("Error: here\n    at "));
}

#[test]
fn payloads_that_are_falsy_arrive() {
    for payload in [json!(null), json!(0), json!(""), json!(false), json!([])] {
        assert_eq!(ok(run_step("ctx => ({ p: ctx.payload })", payload.clone()).0), json!({"p": payload}));
    }
}

#[test]
fn console_and_logger_print_what_node_would() {
    let body = "ctx => { console.log('a %s', 'b', { c: [1] }); ctx.logger.warn({ d: 2 }) }";
    let (_, printed) = run_step(body, json!(null));
    assert_eq!(printed, ["a b { c: [ 1 ] }", "{ d: 2 }"]);
}

#[test]
fn thousands_of_handlers_wait_together() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', async ctx => {\n\
          for (let i = 0; i < 3; i++) await new Promise(r => setTimeout(r, 10));\n\
          return ctx.payload;\n\
        });";
    let results = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        let tasks = (1..=5000).map(|id| task(id, 0, &report, &json!(id))).collect();
        outcomes(&mut isolate, tasks).await.0
    });
    for (index, outcome) in results.into_iter().enumerate() {
        assert_eq!(ok(outcome), json!(index + 1));
    }
}

#[test]
fn a_stopped_task_never_goes_on() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', async ctx => {\n\
          setTimeout(() => console.log('timer'), 5);\n\
          await new Promise(r => setTimeout(r, 1)); console.log('await'); return 1 })\n\
        .step('t', async ctx => { await new Promise(r => setTimeout(r, 30)); return 2 });";
    let (done, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        isolate.submit(task(1, 0, &report, &json!(1)));
        isolate.stop(TaskId(1), StopReason::TimedOut);
        outcomes(&mut isolate, vec![task(2, 1, &report, &json!(1))]).await
    });
    assert!(done.contains(&Outcome::TimedOut), "{done:?}");
    assert_eq!(printed, [""; 0]);
}

#[rstest]
#[case("throw new Error('top')", Code::TopLevelThrow, "Error: top")]
#[case("await new Promise(() => {})", Code::TopLevelThrow, "never settles")]
#[case("cronflow.define({ id: '' })", Code::InvalidDefinition, "Workflow ID cannot be empty")]
#[case("cronflow.define({ id: 'w', nmae: 'x' } as any)", Code::InvalidDefinition, "name")]
fn a_bad_file_is_refused(#[case] line: &str, #[case] code: Code, #[case] message: &str) {
    let source = format!("import {{ cronflow }} from 'cronflow';\n\n{line};\n");
    let problem = on_worker_stack(async move || load(&source).await.map(|_| ()).unwrap_err());
    assert_eq!(problem.code, code, "{problem:?}");
    assert!(problem.message.contains(message), "{problem:?}");
    if !line.starts_with("await") {
        assert_eq!(problem.location.map(|place| place.line), Some(3));
        assert!(problem.source_text.is_some());
    }
}

#[test]
fn start_is_collected_and_resolves_once_the_server_listens() {
    let source = "import { cronflow } from 'cronflow';\n\
        const w = cronflow.define({ id: 'w' }).step('s', () => 1);\n\
        const answer = await cronflow.start({ port: 8080 });\n\
        console.log('listening');";
    let (start, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        isolate.started("{\"address\":\"127.0.0.1:8080\"}");
        let printed = outcomes(&mut isolate, vec![task(1, 0, &report, &json!(1))]).await.1;
        (report.start, printed)
    });
    assert_eq!(start.unwrap().port, Some(8080));
    assert_eq!(printed, ["listening"]);
}

#[test]
fn internal_modules_are_out_of_reach() {
    let source = "const m = 'cronflow:internal/ops'; await import(m);";
    let problem = on_worker_stack(async move || load(source).await.map(|_| ()).unwrap_err());
    assert!(problem.message.contains("Cannot find module"), "{problem:?}");
}
