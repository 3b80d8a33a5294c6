//! The helper classes of `cronflow/sdk` and the durations, which no workflow file can import here:
//! the test puts their modules on the global object before it loads the file.

use super::{Isolate, on_worker_stack, outcomes, task};
use crate::{
    isolate::{BUILTINS, evaluate_now},
    worker::{Blackboard, Surroundings},
};
use boa_engine::{js_string, property::Attribute};
use cronflow_core::{duration, worker::Outcome};
use rstest::rstest;
use serde_json::{Value, json};
use std::fs;

const MODULES: [&str; 3] = ["cronflow:internal/helpers", "cronflow:internal/duration", "cronflow:internal/errors"];

/// What the names in the tests' bodies mean.
const NAMES: &str = "const { RetryExecutor, CircuitBreaker, CircuitBreakerManager, StepExecutor, parseDuration, \
    NonRetryableError, RetryableError } = (globalThis as any).builtins;\n\
    const later = (ms: number) => new Promise(done => setTimeout(done, ms));\n\
    const down = () => { throw new Error('service down') };\n\
    const message = async (work: () => any) => { try { return await work() } catch (error: any) { return error.message } };\n";

fn expose(isolate: &mut Isolate, modules: &[&str]) {
    let state = isolate.state.clone();
    let context = &mut isolate.context;
    let all = boa_engine::JsObject::with_object_proto(context.intrinsics());
    for specifier in modules {
        let module = state.archives.module(BUILTINS, specifier, false, context).unwrap();
        evaluate_now(&module, &state, context).unwrap();
        let namespace = module.namespace(context);
        for key in namespace.own_property_keys(context).unwrap() {
            let value = namespace.get(key.clone(), context).unwrap();
            all.create_data_property_or_throw(key, value, context).unwrap();
        }
    }
    context.register_global_property(js_string!("builtins"), all, Attribute::all()).unwrap();
}

/// What a step with this body returns; with its console output when it fails.
fn run(body: &str) -> Value {
    run_with(&MODULES, NAMES, body)
}

/// The same with what `modules` export on `globalThis.builtins`; `names` comes before the workflow.
pub(super) fn run_with(modules: &'static [&'static str], names: &str, body: &str) -> Value {
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\n{names}cronflow.define({{ id: 'w' }}).step('s', async (ctx: any) => {{ {body} }});\n"
    );
    on_worker_stack(async move || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workflow.ts");
        fs::write(&file, source).unwrap();
        let mut isolate =
            Isolate::new(cronflow_compiler::builtins().unwrap(), true, Blackboard::none(), Surroundings::default())
                .unwrap();
        expose(&mut isolate, modules);
        let report = isolate.load(cronflow_compiler::compile(&file).unwrap()).await.unwrap();
        let (mut done, printed) = outcomes(&mut isolate, vec![task(1, 0, &report, &json!({"n": 2}))]).await;
        match done.remove(0) {
            Outcome::Ok(text) => text.to_value(),
            other => panic!("{other:?} {printed:?}"),
        }
    })
}

#[test]
fn durations_are_read_as_the_engine_reads_them() {
    let texts = [
        "500ms",
        "30s",
        "5m",
        "1h30m",
        "1.5h",
        " 2 d ",
        "1w",
        "0s",
        "1.s",
        ".5s",
        "2min",
        "3sec",
        "1h 30 m",
        "\u{a0}1s\u{85}",
        "",
        " ",
        "10",
        "s",
        "-1s",
        "1y",
        "1..5s",
        ".",
        "5 ",
        "1ß",
        "1constructor",
        "999999999w",
        "1e3s",
        "\u{feff}1s",
    ];
    let body = format!(
        "return {}.map((text: string) => {{ try {{ return parseDuration(text) }} catch (error: any) {{ return error.message }} }})",
        json!(texts)
    );
    let expected: Vec<Value> = texts
        .iter()
        .map(|text| match duration::parse(text) {
            Ok(read) => json!(read.as_millis() as u64),
            Err(error) => json!(error.to_string()),
        })
        .collect();
    assert_eq!(run(&body), json!(expected));
}

#[rstest]
#[case("parseDuration(1500)", "1500")]
#[case("parseDuration(-1)", "-1 is not a number of milliseconds up to 100 years")]
#[case("parseDuration(NaN)", "NaN is not a number of milliseconds up to 100 years")]
#[case("new RetryExecutor({ atempts: 2 })", "unknown option 'atempts' of retry; did you mean 'attempts'?")]
#[case("new RetryExecutor({ attempts: 0 })", "attempts of retry must be a whole number from 1")]
#[case("new RetryExecutor({ attempts: 2, backoff: { dely: 1 } })", "did you mean 'delay'?")]
#[case("new RetryExecutor({ attempts: 2, backoff: { delay: '5x' } })", "'5x' is not a duration: 'x' is no unit")]
#[case("RetryExecutor.execute(down, { attempts: 2, retryOn: { error: [] } })", "did you mean 'errors'?")]
#[case("new CircuitBreaker('b', { failureTreshold: 1 })", "did you mean 'failureThreshold'?")]
#[case(
    "new CircuitBreaker('b', { recoveryTimeout: 'soon' })",
    "recoveryTimeout of circuit breaker 'b': 'soon' is not a duration"
)]
#[case("new CircuitBreakerManager({ logging: true })", "unknown option 'logging' of CircuitBreakerManager")]
#[case("StepExecutor.executeStep({ name: 'a', handler: down }, {}, { timout: 5 })", "did you mean 'timeout'?")]
#[case("StepExecutor.executeStep({ name: 'a', handler: down }, {}, { timeout: 0 })", "must be longer than zero")]
#[case("StepExecutor.executeStep({ name: 'a' })", "a step needs a handler")]
fn options_act_or_are_refused(#[case] code: &str, #[case] expected: &str) {
    let found = run(&format!("return String(await message(() => {code}))"));
    assert!(found.as_str().unwrap().contains(expected), "{found}");
}

#[rstest]
// Each case: options, the errors of the tries in order, the tries that were made, the waits.
#[case("{ attempts: 3, backoff: { delay: 2 } }", "[null]", 1, json!([]))]
#[case("{ attempts: 3, backoff: { delay: 2 } }", "[{}, {}, {}, {}]", 3, json!([2, 2]))]
#[case("{ maxAttempts: 3, jitter: false, backoff: { delay: '2ms', strategy: 'fixed' } }", "[{}, {}]", 3, json!([2, 2]))]
#[case("{ attempts: 4, backoff: { strategy: 'linear', delay: 1 } }", "[{}, {}, {}]", 4, json!([1, 2, 3]))]
#[case("{ attempts: 4, backoff: { strategy: 'exponential', delay: 1 } }", "[{}, {}, {}]", 4, json!([1, 2, 4]))]
#[case("{ attempts: 4, backoff: { strategy: 'exponential', delay: 1, multiplier: 3, maxDelay: 5 } }", "[{}, {}, {}]", 4, json!([1, 3, 5]))]
#[case("{ maxAttempts: 3, jitter: false, maxBackoff: 1, backoff: { delay: 9 } }", "[{}, {}]", 3, json!([1, 1]))]
#[case("{ attempts: 3, backoff: { delay: 1 } }", "[{ name: 'NonRetryableError' }, {}]", 1, json!([]))]
#[case("{ attempts: 3, backoff: { delay: 1 } }", "[{ retryAfter: '7ms' }, { retryAfter: 6 }]", 3, json!([7, 6]))]
#[case("{ attempts: 2, backoff: { delay: 1 } }", "[{ retryAfter: '0' }]", 2, json!([0]))]
#[case("{ attempts: 2, backoff: { delay: 1 } }", "[{ retryAfter: 'Thu, 01 Jan 1970 00:00:00 GMT' }]", 2, json!([0]))]
#[case("{ attempts: 2, backoff: { delay: 1 } }", "[{ retryAfter: 'soon' }]", 2, json!([1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { errors: ['TIME'] } }", "[{ message: 'a timeout' }, { message: 'no' }]", 2, json!([1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { errors: ['ECONNRESET'] } }", "[{ code: 'ECONNRESET' }, {}]", 2, json!([1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { statusCodes: [503] } }", "[{ status: 503 }, {}, { statusCode: 404 }]", 3, json!([1, 1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { errors: ['x'], statusCodes: [503] } }", "[{ response: { status: 503 } }, {}]", 2, json!([1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { conditions: (e: any, n: number) => n < 3 } }", "[{}, {}, {}, {}]", 3, json!([1, 1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, retryOn: { errors: ['x'] } }", "[{ name: 'RetryableError' }]", 2, json!([1]))]
#[case("{ attempts: 9, backoff: { delay: 1 }, shouldRetry: (e: any) => e.message === 'x' }", "[{ message: 'x' }, {}]", 2, json!([1]))]
fn a_retry_goes_on_as_it_was_told(
    #[case] options: &str,
    #[case] errors: &str,
    #[case] tries: u32,
    #[case] delays: Value,
) {
    let body = format!(
        "const errors: any[] = {errors}; let tries = 0;\n\
         const outcome = await RetryExecutor.execute(() => {{\n\
           const facts = errors[tries++];\n\
           if (facts) throw Object.assign(new Error('bad'), facts);\n\
           return 'done';\n\
         }}, {options});\n\
         return [tries, outcome.attempts, outcome.retryDelays, outcome.success === (outcome.result === 'done'), outcome.totalDuration >= 0]"
    );
    assert_eq!(run(&body), json!([tries, tries, delays, true, true]));
}

#[rstest]
#[case::names_decide_the_order_of_on_retry(
    "const seen: any[] = []; const onRetry = (a: any, b: any, c: any) => seen.push([a.message ?? a, b.message ?? b, c]);\n\
     await RetryExecutor.execute(down, { attempts: 2, backoff: { delay: 1 }, onRetry });\n\
     await RetryExecutor.execute(down, { maxAttempts: 2, jitter: false, backoff: { delay: 1 }, onRetry });\n\
     return seen",
    json!([["service down", 1, 1], [1, "service down", 1]])
)]
#[case::a_broken_callback_changes_nothing(
    "let n = 0; const retry = new RetryExecutor({ attempts: 2, backoff: { delay: 0 }, onRetry: async () => { throw new Error('x') } });\n\
     return await retry.execute(() => { if (++n < 2) down(); return n })",
    json!(2)
)]
#[case::an_instance_throws_the_last_error(
    "return await message(() => new RetryExecutor({ attempts: 2, backoff: { delay: 0 } }).execute(down, 'op'))",
    json!("service down")
)]
#[case::jitter_stays_within_its_bounds(
    "const wait = 8, bounds = [Infinity, 0];\n\
     for (let i = 0; i < 40; i++) await RetryExecutor.execute(down, { attempts: 2, jitter: true, backoff: { delay: wait, maxDelay: 9 },\n\
       onRetry: (e: any, n: number, delay: number) => { bounds[0] = Math.min(bounds[0], delay); bounds[1] = Math.max(bounds[1], delay) } });\n\
     return [bounds[0] >= 4, bounds[1] <= 9, bounds[0] < bounds[1]]",
    json!([true, true, true])
)]
#[case::an_abort_ends_the_wait(
    "const stop = new AbortController(); setTimeout(() => stop.abort(), 5);\n\
     return (await RetryExecutor.execute(down, { attempts: 5, backoff: { delay: '60d' } }, { signal: stop.signal })).attempts",
    json!(1)
)]
#[case::made_options_retry_what_may_pass(
    "const options = (more: any) => RetryExecutor.createRetryOptions({ attempts: 2, jitter: false, backoff: { delay: 0 }, ...more });\n\
     const tries = async (text: string, more?: any) =>\n\
       (await RetryExecutor.execute(() => { throw new Error(text) }, options(more))).attempts;\n\
     return [await tries('Network is gone'), await tries('bad'), await tries('bad', { retryOn: { errors: ['bad'] } })]",
    json!([2, 1, 2])
)]
fn retries(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}

#[rstest]
#[case::opens_at_the_threshold_and_recovers(
    "const states: string[] = [];\n\
     const b = new CircuitBreaker('n', { failureThreshold: 2, recoveryTimeout: 200, onStateChange: (to: string, from: string) => states.push(`${from}-${to}`) });\n\
     const first = [await message(() => b.execute(down)), b.getState(), await message(() => b.execute(down)), b.getState()];\n\
     const shut = await message(() => b.execute(() => 'never'));\n\
     await later(210);\n\
     const half = b.getState();\n\
     return [first, shut, half, await b.execute(async () => 'up'), b.getState(), states]",
    json!([
        ["service down", "CLOSED", "service down", "OPEN"], "Circuit breaker 'n' is OPEN", "HALF_OPEN", "up", "CLOSED",
        ["CLOSED-OPEN", "OPEN-HALF_OPEN", "HALF_OPEN-CLOSED"]
    ])
)]
#[case::a_failed_trial_opens_it_again(
    "const b = new CircuitBreaker('n', { failureThreshold: 1, recoveryTimeout: 200, expectedErrors: ['down'] });\n\
     await message(() => b.execute(down)); await later(210);\n\
     await message(() => b.execute(() => { throw new Error('other') }));\n\
     return b.getState()",
    json!("OPEN")
)]
#[case::only_expected_errors_open_it(
    "const b = new CircuitBreaker('n', { failureThreshold: 2, expectedErrors: ['network', 'timeout'] });\n\
     const fail = (text: string) => message(() => b.execute(() => { throw new Error(text) }));\n\
     await fail('validation'); await fail('authorization'); await fail('a network error'); const before = b.getState();\n\
     await fail('timeout!');\n\
     return [before, b.getState(), b.getStats().failedRequests]",
    json!(["CLOSED", "OPEN", 4])
)]
#[case::failures_count_in_a_row(
    "const b = new CircuitBreaker('n', { failureThreshold: 2 });\n\
     await message(() => b.execute(down)); await b.execute(() => 1); await message(() => b.execute(down));\n\
     const { totalRequests, successfulRequests, failedRequests, currentFailureCount, lastFailureTime } = b.getStats();\n\
     const before = [b.isClosed(), b.isOpen(), totalRequests, successfulRequests, failedRequests, currentFailureCount, lastFailureTime instanceof Date];\n\
     b.reset();\n\
     return [before, b.getStats().totalRequests, b.getStats().currentFailureCount]",
    json!([[true, false, 3, 1, 2, 1, true], 0, 0])
)]
#[case::as_many_trials_as_allowed(
    "const b = new CircuitBreaker({ name: 'n', failureThreshold: 1, recoveryTimeout: 100, halfOpenMax: 2 });\n\
     await message(() => b.execute(down)); await later(110);\n\
     let begun = 0; const slow = () => { begun++; return later(5) };\n\
     const all = await Promise.all([1, 2, 3].map(() => message(() => b.execute(slow))));\n\
     return [begun, all[2], b.getState()]",
    json!([2, "Circuit breaker 'n' is OPEN", "CLOSED"])
)]
#[case::a_trial_that_never_ends_keeps_nobody_out(
    "const b = new CircuitBreaker('n', { failureThreshold: 1, recoveryTimeout: 200 });\n\
     await message(() => b.execute(down)); await later(210);\n\
     void b.execute(() => new Promise(() => {}));\n\
     const busy = await message(() => b.execute(() => 1)); await later(210);\n\
     return [busy, await b.execute(() => 2)]",
    json!(["Circuit breaker 'n' is OPEN", 2])
)]
#[case::a_call_from_before_says_nothing_about_now(
    "const b = new CircuitBreaker('n', { failureThreshold: 1, recoveryTimeout: 100 });\n\
     let good: any, bad: any;\n\
     const first = b.execute(() => new Promise(done => { good = done })), second = message(() => b.execute(() => new Promise((_, fail) => { bad = fail })));\n\
     await message(() => b.execute(down)); await later(110);\n\
     const states = [b.getState()]; good(); await first; states.push(b.getState());\n\
     b.reset(); bad(new Error('late')); await second; states.push(b.getState());\n\
     return states",
    json!(["HALF_OPEN", "HALF_OPEN", "CLOSED"])
)]
#[case::a_manager_shares_by_name(
    "const m = new CircuitBreakerManager({ defaultFailureThreshold: 1, defaultRecoveryTimeout: '1m' });\n\
     await message(() => m.executeWithCircuitBreaker('a', down));\n\
     const shut = await message(() => m.executeWithCircuitBreaker('a', () => 1));\n\
     await m.executeWithCircuitBreaker('b', () => 1, { failureThreshold: 3 });\n\
     const other = await message(() => m.getBreaker('b', { failureThreshold: 4 }));\n\
     const stats = m.getGlobalStats();\n\
     const info = m.getAllCircuitBreakers().map((one: any) => [one.name, one.state, one.options]);\n\
     return [shut, other, stats.openCircuitBreakers, stats.totalFailures, info, m.resetCircuitBreaker('a'), m.getCircuitBreakerState('a'),\n\
       m.destroyCircuitBreaker('a'), m.getCircuitBreaker('a') === undefined, m.resetCircuitBreaker('a'), m.getAllBreakers().size]",
    json!([
        "Circuit breaker 'a' is OPEN", "circuit breaker 'b' already exists with another failureThreshold", 1, 1,
        [
            ["a", "OPEN", {"failureThreshold": 1, "recoveryTimeout": "1m", "halfOpenMax": 1}],
            ["b", "CLOSED", {"failureThreshold": 3, "recoveryTimeout": "1m", "halfOpenMax": 1}]
        ],
        true, "CLOSED", true, true, false, 1
    ])
)]
fn circuit_breakers(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}

#[rstest]
#[case::outputs_are_json(
    "const out = async (handler: any) => { const r = await StepExecutor.executeStep({ name: 'a', handler }, ctx); return r.success ? r.output : r.error.name };\n\
     return [await out(() => new Date(0)), await out(() => undefined), await out(() => 10n), await out((c: any) => c.payload.n)]",
    json!(["1970-01-01T00:00:00.000Z", null, "InvalidOutputError", 2])
)]
#[case::retries_and_their_waits(
    "let n = 0; const step = { id: 'a', name: 'a', type: 'step', handler: () => { if (++n < 3) down(); return 'ok' }, options: { retry: { attempts: 3, backoff: { delay: 2 } } } };\n\
     const { success, output, attempts, retryDelays } = await StepExecutor.executeStep(step, ctx);\n\
     return [success, output, attempts, retryDelays]",
    json!([true, "ok", 3, [2, 2]])
)]
#[case::a_timeout_is_for_one_try_and_tells_the_handler(
    "let n = 0, told: any; const handler = async (c: any) => { if (++n === 1) { c.signal.onabort = () => { told = c.signal.reason.name }; await later(1000) } return c.payload.n };\n\
     const options = { timeout: 20, retry: { attempts: 2, backoff: { delay: 0 } } };\n\
     const good = await StepExecutor.executeStepWithTimeout({ name: 'a', handler }, ctx, options);\n\
     const bad = await StepExecutor.executeStepWithTimeout({ name: 'b', handler: () => later(1000) }, ctx, { timeout: '5ms' });\n\
     return [good.output, good.attempts, told, bad.success, bad.error.name, bad.error.message]",
    json!([2, 2, "TimeoutError", false, "TimeoutError", "step 'b' timed out: it took longer than its timeout of 5 ms"])
)]
#[case::methods_of_ctx_keep_their_this(
    "class Context { #n = 4; get n() { return this.#n } next() { return this.#n + 1 } own = () => 6 }\n\
     const handler = (c: any) => [c.n, c.next(), c.own(), 'signal' in c];\n\
     return (await StepExecutor.executeStep({ name: 'a', handler }, new Context(), { timeout: '1m' })).output",
    json!([4, 5, 6, true])
)]
#[case::on_error_after_the_last_try(
    "let n = 0; const options = { retry: { attempts: 2, backoff: { delay: 0 } }, onError: (c: any) => `${c.error.message} ${n} ${c.payload.n} ${c.hasOwnProperty('x')}` };\n\
     const handler = () => { n++; down() };\n\
     const good = await StepExecutor.executeStepWithErrorHandling({ name: 'a', handler }, ctx, options);\n\
     const bad = await StepExecutor.executeStep({ name: 'a', handler: down }, {}, { onError: () => { throw new Error('again') } });\n\
     return [good.success, good.output, good.attempts, bad.success, bad.error.message]",
    json!([true, "service down 2 2 false", 2, false, "again"])
)]
#[case::the_cache_skips_the_handler_until_its_time(
    "let n = 0; const handler = () => ({ n: ++n }); const key = (c: any) => `k${c.payload.n}`;\n\
     const run = (name: string, ttl: any) => StepExecutor.executeStep({ name, handler, options: { cache: { key, ttl } } }, ctx);\n\
     const first = await run('kept', '1h'); first.output.n = 9;\n\
     const second = await run('kept', '1h'); await run('stale', 1); await later(3);\n\
     const third = await run('stale', 1);\n\
     return [second.output, second.attempts, third.output, third.attempts]",
    json!([{"n": 1}, 0, {"n": 3}, 1])
)]
#[case::the_breaker_is_shared_by_name(
    "const step = { name: 'a', handler: down, options: { circuitBreaker: { name: 'shared', failureThreshold: 2 } } };\n\
     const texts: string[] = []; for (let i = 0; i < 3; i++) texts.push((await StepExecutor.executeStep(step, ctx)).error.message);\n\
     await StepExecutor.executeStep({ name: 'own', handler: () => 1, options: { circuitBreaker: {} } });\n\
     const manager = StepExecutor.getCircuitBreakerManager();\n\
     return [texts, manager.getCircuitBreakerState('shared'), manager === CircuitBreakerManager.getInstance(), manager.getCircuitBreakerState('step-own')]",
    json!([["service down", "service down", "Circuit breaker 'shared' is OPEN"], "OPEN", true, "CLOSED"])
)]
#[case::a_delay_comes_first(
    "const begun = performance.now(); const r = await StepExecutor.executeStep(() => performance.now() - begun, ctx, { delay: '20ms' });\n\
     return [r.output >= 19, r.attempts]",
    json!([true, 1])
)]
#[case::an_instance_returns_or_throws(
    "const e = new StepExecutor(); return [await e.execute({ name: 'a', handler: (c: any) => c.x }, { x: 5 }), await message(() => e.execute({ name: 'a', handler: down }))]",
    json!([5, "service down"])
)]
#[case::the_rest_of_the_surface(
    "const context = StepExecutor.createExecutionContext({ a: 1 }, new Error('e'));\n\
     return [context.a, context.error.message, 'error' in context, await message(() => StepExecutor.validateResult({ success: false }))]",
    json!([1, "e", true, "the result of a step is neither a success nor an error"])
)]
fn steps(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}
