//! Steps that run away: endless loops, regexes, fills and memory. The engine stays up, the step
//! fails, and the runs beside it finish.

use crate::env::{Env, Server};
use rstest::rstest;
use std::time::{Duration, Instant};

/// A worker must be gone this soon after the time limit. The limit itself is 300 ms.
const LIMIT: Duration = Duration::from_millis(300);

fn with_step(body: &str) -> Env {
    Env::with(&format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'bad' }}).step('s', {body}, {{ timeout: 300 }});\n\
         cronflow.define({{ id: 'good' }}).onWebhook('/good')\n\
           .step('a', async () => {{ await new Promise(r => setTimeout(r, 400)); return 1 }})\n\
           .step('b', ctx => ctx.last + 1);\n"
    ))
}

fn one_worker(env: &Env) -> Server {
    env.serve_with(&["run", "workflow.ts", "--port", "0", "--workers", "1"])
}

#[rstest]
#[case::a_loop("() => { while (true) {} }")]
#[case::a_loop_after_an_await("async () => { await null; while (true) {} }")]
#[case::a_loop_that_catches("() => { for (;;) { try { while (true) {} } catch {} finally {} } }")]
#[case::a_catastrophic_regex("() => /^(a+)+$/.test('a'.repeat(40) + 'b')")]
#[case::a_fill("() => new Array(5e8).fill(0).length")]
#[case::a_promise_that_is_late("() => new Promise(r => setTimeout(r, 1e9))")]
#[case::an_endless_chain("async () => { for (;;) await null }")]
fn a_step_past_its_timeout_is_stopped(#[case] body: &str) {
    let env = with_step(body);
    let server = one_worker(&env);
    let beside = server.trigger("good", "null");
    let began = Instant::now();
    let run = server.trigger("bad", "null");
    let view = server.ended(&run);
    let took = began.elapsed();
    assert_eq!(view["status"], "failed", "{view:#}");
    assert_eq!(view["error"]["name"], "TimeoutError", "{view:#}");
    assert!(took >= LIMIT, "stopped early: {took:?}");
    assert_eq!(server.ended(&beside)["output"], 2);
    assert_eq!(server.post("/good", "null").1["output"], 2);
}

#[test]
fn a_worker_over_its_memory_limit_is_replaced() {
    // In large pieces: the time for which others wait is limited too.
    let env = with_step("() => { const all = []; for (let i = 0; ; i++) all.push('x'.repeat(1 << 20) + i) }");
    let source = env.read("workflow.ts").replace("{ timeout: 300 }", "{ timeout: '1h' }");
    env.write("workflow.ts", source);
    let server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--workers", "1", "--memory-limit", "128M"]);
    let beside = server.trigger("good", "null");
    let view = server.ended(&server.trigger("bad", "null"));
    assert_eq!(view["status"], "failed");
    assert_eq!(view["error"]["name"], "WorkerLostError", "{view:#}");
    assert!(view["error"]["message"].as_str().unwrap().contains("memory"), "{view:#}");
    assert_eq!(server.ended(&beside)["output"], 2);
}

#[test]
fn a_step_that_crashes_its_worker_fails() {
    let env = with_step("() => eval('('.repeat(200000) + '1' + ')'.repeat(200000))");
    let source = env.read("workflow.ts").replace("{ timeout: 300 }", "{ timeout: '1h' }");
    env.write("workflow.ts", source);
    let server = one_worker(&env);
    let beside = server.trigger("good", "null");
    let view = server.ended(&server.trigger("bad", "null"));
    assert_eq!(view["status"], "failed", "{view:#}");
    assert_eq!(server.ended(&beside)["output"], 2);
    assert_eq!(server.post("/good", "null").1["output"], 2);
}

#[test]
fn a_busy_step_is_not_blamed_for_a_neighbour_that_waits() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'heavy' }).step('s', () => { const end = Date.now() + 1500; while (Date.now() < end) {} return 'done' });\n\
         cronflow.define({ id: 'quick' }).step('s', async () => 'quick', { timeout: 300 });\n",
    );
    let server = one_worker(&env);
    let heavy = server.trigger("heavy", "null");
    let quick = server.trigger("quick", "null");
    let heavy = server.ended(&heavy);
    assert_eq!(heavy["output"], "done", "{heavy:#}");
    assert_eq!(heavy["steps"][0]["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(server.ended(&quick)["output"], "quick");
}

/// A measurement for docs/benchmarks.md, not a test: how soon a worker is back after a runaway step.
#[test]
#[ignore = "prints a figure"]
fn replacement_time() {
    let env = with_step("() => { while (true) {} }");
    env.write("workflow.ts", env.read("workflow.ts").replace("400", "0"));
    let server = one_worker(&env);
    let mut figures: Vec<Duration> = (0..10)
        .map(|_| {
            let began = Instant::now();
            let bad = server.trigger("bad", "null");
            // Queued behind the runaway step on the only worker.
            assert_eq!(server.post("/good", "null").1["output"], 2);
            let took = began.elapsed();
            assert_eq!(server.ended(&bad)["error"]["name"], "TimeoutError");
            took.saturating_sub(LIMIT)
        })
        .collect();
    figures.sort();
    println!("from the timeout to the next result: median {:?}, longest {:?}", figures[5], figures[9]);
}

/// More garbage than the limit allows, and little that is alive: the worker collects in time.
#[test]
fn large_buffers_that_nobody_needs_are_no_memory() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         import { readFileSync } from 'node:fs';\n\
         import { readFile } from 'node:fs/promises';\n\
         cronflow.define({ id: 'w' }).step('s', async () => {\n\
           let n = 0;\n\
           for (let i = 0; i < 30; i++) n += readFileSync('large').length;\n\
           for (let i = 0; i < 30; i++) n += (await readFile('large')).length;\n\
           for (let i = 0; i < 30; i++) n += new Uint8Array(8_000_000).length;\n\
           return n;\n\
         });\n",
    );
    env.write("large", vec![1; 8_000_000]);
    let server = env.serve();
    let run = server.ended(&server.trigger("w", "null"));
    assert_eq!(run["output"], 90 * 8_000_000, "{run:#}");
}
