//! What each kind of function is given, and what becomes of what it returns.

use super::*;
use std::time::Duration;

/// The outcome of one function of node 0 of a workflow, with these lines of its chain.
fn call(chain: &str, role: FunctionRole, argument: Value) -> (Outcome, Vec<String>) {
    let source = format!("import {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: 'w' }}){chain};\n");
    on_worker_stack(async move || {
        let (mut isolate, report) = load(&source).await.unwrap();
        let task = WireTask { role, argument: Some(JsonText::of(&argument)), ..task(1, 0, &report, &json!({"n": 2})) };
        let (mut done, printed) = outcomes(&mut isolate, vec![task]).await;
        (done.remove(0), printed)
    })
}

const FAILURE: &str = r#"{"name": "RangeError", "message": "too much", "stack": "RangeError: too much\n    at w.ts:1:1",
    "location": null, "status": 503, "retry_after": 10, "retryable": null}"#;

fn failed() -> Value {
    serde_json::from_str(FAILURE).unwrap()
}

#[rstest]
#[case(".if('x', ctx => ctx.payload.n).endIf()", FunctionRole::Condition, json!(null), json!(true))]
#[case(".if('x', async ctx => '').endIf()", FunctionRole::Condition, json!(null), json!(false))]
#[case(".forEach('x', ctx => new Set([1, 2]), () => 1)", FunctionRole::Items, json!(null), json!([1, 2]))]
#[case(".sleepUntil(ctx => new Date(5))", FunctionRole::Until, json!(null), json!(5))]
#[case(".sleepUntil(async ctx => '1970-01-01T00:00:01Z')", FunctionRole::Until, json!(null), json!(1000))]
#[case(".sleep(ctx => '5m')", FunctionRole::Duration, json!(null), json!("5m"))]
#[case(".waitForEvent('e', { filter: (p, ctx) => p.id === ctx.payload.n })", FunctionRole::Filter, json!({"id": 2}), json!(true))]
#[case(".waitForEvent('e', { filter: p => p })", FunctionRole::Filter, json!(0), json!(false))]
#[case(".humanInTheLoop({ description: 'd', onPause: (ctx, token) => [ctx.token, token] })", FunctionRole::OnPause, json!({"token": "t"}), json!(["t", "t"]))]
#[case(".humanInTheLoop({ description: 'd', onTimeout: ctx => ctx.token })", FunctionRole::OnTimeout, json!({"token": "t"}), json!("t"))]
#[case(".pause((ctx, token) => token)", FunctionRole::OnPause, json!({"token": "t"}), json!("t"))]
#[case(".subflow('s', 'w', ctx => ctx.payload.n)", FunctionRole::Input, json!(null), json!(2))]
#[case(".cancel(ctx => `n is ${ctx.payload.n}`)", FunctionRole::Reason, json!(null), json!("n is 2"))]
#[case(".log(ctx => ['a', 1])", FunctionRole::Message, json!(null), json!(["a", 1]))]
#[case(".step('s', () => 1, { cache: { key: ctx => `k${ctx.payload.n}`, ttl: '1h' } })", FunctionRole::CacheKey, json!(null), json!("k2"))]
#[case(".step('s', () => 1).onError(ctx => [ctx.error instanceof RangeError, ctx.error.name, ctx.error.message, ctx.error.status, ctx.error.retryAfter])", FunctionRole::OnError, json!({"error": failed()}), json!([true, "RangeError", "too much", 503, 10]))]
#[case(".step('s', () => 1).retry({ attempts: 3, retryOn: { conditions: (e, n) => e.message === 'too much' && n === 1 } })", FunctionRole::RetryDecision, json!({"error": failed(), "attempt": 1, "delay": 100, "asks": true}), json!(true))]
#[case(".step('s', () => 1).retry({ attempts: 3, retryOn: { conditions: () => false } })", FunctionRole::RetryDecision, json!({"error": failed(), "attempt": 1, "delay": 100, "asks": true}), json!(false))]
#[case(".step('s', () => 1).retry({ attempts: 3, retryOn: { conditions: () => false }, onRetry: () => {} })", FunctionRole::RetryDecision, json!({"error": failed(), "attempt": 1, "delay": 100, "asks": false}), json!(true))]
fn a_function_answers(
    #[case] chain: &str,
    #[case] role: FunctionRole,
    #[case] argument: Value,
    #[case] expected: Value,
) {
    assert_eq!(ok(call(chain, role, argument).0), expected);
}

#[test]
fn on_retry_hears_of_the_next_attempt() {
    let chain = ".step('s', () => 1).retry({ attempts: 3, onRetry: (e, n, ms) => console.log(e.name, n, ms) })";
    let argument = json!({"error": failed(), "attempt": 2, "delay": 100, "asks": false});
    let (outcome, printed) = call(chain, FunctionRole::RetryDecision, argument);
    assert_eq!(ok(outcome), json!(true));
    assert_eq!(printed, ["RangeError 2 100"]);
}

#[rstest]
#[case(FunctionRole::OnSuccess, json!({"step": "s", "error": null}), json!(["s", true]))]
#[case(FunctionRole::OnSuccess, json!({"step": null, "error": null}), json!([null, true]))]
#[case(FunctionRole::OnFailure, json!({"step": "s", "error": failed()}), json!(["s", "too much"]))]
fn hooks_know_the_step_and_the_error(#[case] role: FunctionRole, #[case] argument: Value, #[case] expected: Value) {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w', hooks: {\n\
          onSuccess: (ctx, step) => [step, ctx.error === undefined],\n\
          onFailure: (ctx, step) => [step, ctx.error.message] } }).step('s', () => 1);";
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        let task = WireTask { role, argument: Some(JsonText::of(&argument)), ..task(1, 0, &report, &json!(null)) };
        outcomes(&mut isolate, vec![task]).await.0.remove(0)
    });
    assert_eq!(ok(outcome), expected);
}

#[test]
fn keys_of_flow_control_are_text() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w', concurrency: { limit: 1, key: ctx => ctx.payload.n },\n\
          rateLimit: { count: 5, per: '1m', key: async ctx => 'all' } }).step('s', () => 1);";
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        let task =
            WireTask { role: FunctionRole::FlowKeys, place: Place::root(), ..task(1, 0, &report, &json!({"n": 7})) };
        outcomes(&mut isolate, vec![task]).await.0.remove(0)
    });
    assert_eq!(ok(outcome), json!({"concurrency": "7", "rateLimit": "all"}));
}

#[rstest]
#[case(
    "ctx => { throw Object.assign(new Error('x'), { status: 503, retryAfter: '2s' }) }",
    Some(503),
    Some(2000),
    None
)]
#[case(
    "ctx => { throw Object.assign(new Error('x'), { response: { status: 429 }, retryAfter: '7' }) }",
    Some(429),
    Some(7000),
    None
)]
#[case("ctx => { throw new RetryableError('x', { retryAfter: 1500 }) }", None, Some(1500), Some(true))]
#[case("ctx => { throw new NonRetryableError('x') }", None, None, Some(false))]
#[case("ctx => { throw Object.assign(new Error('x'), { status: 'odd', retryAfter: -1 }) }", None, None, None)]
fn an_error_advises_on_retries(
    #[case] body: &str,
    #[case] status: Option<u16>,
    #[case] retry_after: Option<u64>,
    #[case] retryable: Option<bool>,
) {
    let source = format!(
        "import {{ cronflow, RetryableError, NonRetryableError }} from 'cronflow';\n\
         cronflow.define({{ id: 'w' }}).step('s', {body});\n"
    );
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = load(&source).await.unwrap();
        outcomes(&mut isolate, vec![task(1, 0, &report, &json!(null))]).await.0.remove(0)
    });
    let failure = failure(outcome);
    assert_eq!((failure.status, failure.retry_after, failure.retryable), (status, retry_after, retryable));
}

#[rstest]
#[case("ctx => ctx.cancel('enough')", "enough")]
#[case("async ctx => { await null; ctx.cancel() }", "the workflow cancelled its run")]
fn a_step_cancels_its_run(#[case] body: &str, #[case] reason: &str) {
    let outcome = run_step(body, json!(null)).0;
    assert_eq!(outcome, Outcome::Cancel { reason: reason.to_owned() });
}

#[test]
fn a_stopped_step_hears_its_signal_and_may_clean_up() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', async ctx => {\n\
          await new Promise(r => ctx.signal.addEventListener('abort', r));\n\
          console.log(ctx.signal.reason.name);\n\
          await new Promise(r => setTimeout(r, 5));\n\
          console.log('clean'); await new Promise(r => setTimeout(r, 60_000)) });";
    let (done, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        // Its time ends when it has cleaned up, however long that takes here.
        isolate.state.clean_up.set(Duration::from_secs(3600));
        isolate.submit(task(1, 0, &report, &json!(1)));
        isolate.turn(&[TaskId(1)]);
        isolate.stop(TaskId(1), StopReason::TimedOut);
        let (mut done, mut printed) = (Vec::new(), Vec::new());
        while done.is_empty() {
            isolate.turn(&[]);
            for message in isolate.take_outbox() {
                match message {
                    FromWorker::Outcome { outcome, .. } => done.push(outcome),
                    FromWorker::Console { text, .. } => printed.push(text),
                    _ => {}
                }
            }
            if printed.last().is_some_and(|text| text == "clean") {
                isolate.state.end_leaving();
            }
            if done.is_empty() {
                isolate.wait().await;
            }
        }
        (done, printed)
    });
    assert_eq!(done, [Outcome::TimedOut]);
    assert_eq!(printed, ["TimeoutError", "clean"]);
}

#[test]
fn the_engine_answers_questions() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', async ctx => {\n\
          const n = await ctx.state.incr('n');\n\
          const refused = await cronflow.trigger('nowhere').catch(e => [e.name, e.message]);\n\
          return [n, refused] });";
    let (outcome, asked) = on_worker_stack(async move || {
        let (mut isolate, report) = load(source).await.unwrap();
        isolate.submit(task(1, 0, &report, &json!(1)));
        let mut asked = Vec::new();
        loop {
            isolate.turn(&[TaskId(1)]);
            for message in isolate.take_outbox() {
                match message {
                    FromWorker::Outcome { outcome, .. } => return (outcome, asked),
                    FromWorker::Call { call, request } => {
                        let refusal = cronflow_core::host::HostError::new("there is no workflow 'nowhere'");
                        let answer = if asked.is_empty() { Ok(JsonText::trusted("[5]")) } else { Err(refusal) };
                        asked.push(serde_json::from_str::<Value>(&request).unwrap());
                        isolate.replied(call, answer);
                    }
                    _ => {}
                }
            }
        }
    });
    assert_eq!(ok(outcome), json!([5, ["Error", "there is no workflow 'nowhere'"]]));
    assert_eq!(asked[0], json!({"method": "state", "scope": "workflow:w", "op": "incr", "key": "n", "by": 1}));
    assert_eq!(asked[1], json!({"method": "trigger", "workflow": "nowhere", "payload": "null"}));
}

#[test]
fn before_the_start_nothing_can_be_asked() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', () => 1); await cronflow.trigger('w');";
    let problem = on_worker_stack(async move || load(source).await.map(|_| ()).unwrap_err());
    assert!(problem.message.contains("await cronflow.start() first"), "{problem:?}");
}
