//! Options that act: retries, timeouts, delay, cache, onError, circuit breaker, hooks.

use super::{Table, error, run_one, step, steps};
use crate::env::eventually;
use serde_json::json;

fn attempts(run: &serde_json::Value, path: &str) -> usize {
    step(run, path)["attempts"].as_array().unwrap().len()
}

#[test]
fn a_failed_step_is_tried_again() {
    let before = "const fail = (n: number) => (ctx: any) => { if (ctx.run.attempt < n) throw new Error('try ' + ctx.run.attempt); return ctx.run.attempt };";
    let table = Table::new(
        before,
        &[
            ("", ".step('s', fail(3), { retry: { attempts: 3, backoff: { strategy: 'fixed', delay: 5 } } })"),
            ("", ".step('s', fail(9)).retry({ attempts: 2, backoff: { delay: '1ms' } })"),
            ("retry: { attempts: 4, backoff: { delay: 1 } }", ".step('s', fail(4))"),
            (
                "",
                ".step('s', () => { throw new NonRetryableError('no use') }).retry({ attempts: 5, backoff: { delay: 1 } })",
            ),
            (
                "",
                ".step('s', ctx => { if (ctx.run.attempt < 2) throw new RetryableError('wait', { retryAfter: 30 }); return 1 }).retry({ attempts: 2, backoff: { delay: '1h' } })",
            ),
            (
                "",
                ".step('s', fail(3), { retry: { attempts: 5, backoff: { delay: 1 }, retryOn: { errors: ['try 1'] } } })",
            ),
            (
                "",
                ".step('s', fail(3), { retry: { attempts: 5, backoff: { delay: 1 }, retryOn: { conditions: (e, n) => n < 2 } } })",
            ),
            (
                "",
                ".step('s', () => { throw Object.assign(new Error('x'), { statusCode: 503 }) }, { retry: { attempts: 3, backoff: { delay: 1 }, retryOn: { statusCodes: [503] } } })",
            ),
            ("", ".parallel([f => { f.step('s', fail(2)).retry({ attempts: 2, backoff: { delay: 1 } }) }])"),
        ],
    );
    let cases = [(true, 3), (false, 2), (true, 4), (false, 1), (true, 2), (false, 2), (false, 2), (false, 3)];
    for (index, (completes, tries)) in cases.iter().enumerate() {
        let run = table.run(index, "null");
        let status = if *completes { "completed" } else { "failed" };
        assert_eq!(run["status"], status, "{index}: {run:#}");
        assert_eq!(attempts(&run, "s"), *tries, "{index}");
    }
    let nested = table.run(8, "null");
    assert_eq!(nested["output"], json!([2]));
    assert_eq!(attempts(&nested, "parallel_execution[0]/s"), 2);
}

#[test]
fn a_retry_after_of_a_failed_request_is_kept() {
    let before = "let calls = 0;";
    let port = refusing_server();
    let chain = format!(
        ".step('s', async ctx => {{ const r = await fetch('http://127.0.0.1:{port}/'); if (!r.ok) throw new Error('refused'); return r.status }})\
         .retry({{ attempts: 2, backoff: {{ delay: '1h' }}, retryOn: {{ statusCodes: [429] }} }})"
    );
    let run = Table::new(before, &[("", &chain)]).run(0, "null");
    assert_eq!(run["output"], json!(200), "{run:#}");
    assert_eq!(step(&run, "s")["attempts"][0]["error"]["status"], 429);
    assert_eq!(step(&run, "s")["attempts"][0]["error"]["retry_after"], 0);
}

/// Answers 429 with `Retry-After: 0` once, then 200.
fn refusing_server() -> u16 {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (index, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let mut stream = stream;
            let _ = stream.read(&mut [0; 4096]);
            let head = if index == 0 { "429 Too Many Requests\r\nRetry-After: 0" } else { "200 OK" };
            let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    port
}

#[test]
fn a_failure_can_become_an_output() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".step('s', () => { throw new Error('bad') }).onError(ctx => ({ said: ctx.error.message, attempt: ctx.run.attempt })).step('e', ctx => ctx.last.said)",
            ),
            ("", ".step('s', () => { throw new Error('bad') }).onError(() => { throw new TypeError('worse') })"),
            (
                "",
                ".step('s', () => { throw new Error('bad') }, { retry: { attempts: 2, backoff: { delay: 1 } }, onError: () => 'saved' })",
            ),
        ],
    );
    assert_eq!(table.run(0, "null")["output"], json!("bad"));
    assert_eq!(error(&table.run(1, "null")), "TypeError: worse");
    let saved = table.run(2, "null");
    assert_eq!(saved["output"], json!("saved"));
    assert_eq!(attempts(&saved, "s"), 3, "two failures and the handler");
}

#[test]
fn time_limits_act() {
    let table = Table::new(
        "",
        &[
            ("", ".step('s', () => { for (;;) {} }, { timeout: 100 })"),
            (
                "",
                ".step('s', ctx => new Promise((_, no) => ctx.signal.addEventListener('abort', () => { console.log('heard ' + ctx.signal.reason.name); no(ctx.signal.reason) })), { timeout: 50 })",
            ),
            ("timeout: 100", ".step('a', () => 1).sleep('1h')"),
            ("timeout: 100", ".step('a', async () => { await new Promise(r => setTimeout(r, 60000)) })"),
            (
                "",
                ".step('s', () => new Promise(() => setTimeout(() => {}, 60000)), { timeout: 20, retry: { attempts: 2, backoff: { delay: 1 } } })",
            ),
        ],
    );
    for (index, (status, message)) in [
        ("failed", "TimeoutError: step 's' took longer than its timeout of 100 ms"),
        ("failed", "TimeoutError: step 's' took longer than its timeout of 50 ms"),
        ("timed_out", "TimeoutError: the run took longer than its timeout of 100 ms"),
        ("timed_out", "TimeoutError: the run took longer than its timeout of 100 ms"),
        ("failed", "TimeoutError: step 's' took longer than its timeout of 20 ms"),
    ]
    .iter()
    .enumerate()
    {
        let run = table.run(index, "null");
        assert_eq!((run["status"].as_str().unwrap(), error(&run).as_str()), (*status, *message), "{index}");
    }
    assert_eq!(attempts(&table.run(4, "null"), "s"), 2);
}

#[test]
fn a_delay_comes_before_the_step() {
    let run = run_one("", ".step('s', () => 1).delay(40)", "null");
    assert!(step(&run, "s")["durationMs"].as_i64().unwrap() >= 40, "{run:#}");
}

#[test]
fn a_kept_output_spares_the_step() {
    let before = "let count = 0;";
    let table = Table::new(
        before,
        &[
            (
                "",
                ".step('s', async ctx => ctx.state.incr('n'), { cache: { key: ctx => 'k' + ctx.payload, ttl: '1h' } })",
            ),
            ("", ".step('s', async ctx => ctx.state.incr('n')).cache({ ttl: 1 })"),
        ],
    );
    assert_eq!(table.run(0, "1")["output"], json!(1));
    let again = table.run(0, "1");
    assert_eq!((&again["output"], &step(&again, "s")["cached"]), (&json!(1), &json!(true)));
    assert_eq!(table.run(0, "2")["output"], json!(2), "another key");
    assert_eq!(table.run(1, "1")["output"], json!(1));
    eventually("its time is over", || table.run(1, "1")["output"] == json!(2));
}

#[test]
fn a_circuit_breaker_opens_and_closes_across_runs() {
    let chain = ".step('s', ctx => { if (ctx.payload) throw new Error('down'); return 'up' }).circuitBreaker({ name: 'b', failureThreshold: 2, recoveryTimeout: '1h' })";
    let table = Table::new("", &[("", chain)]);
    for _ in 0..2 {
        assert_eq!(error(&table.run(0, "true")), "Error: down");
    }
    assert_eq!(error(&table.run(0, "false")), "CircuitOpenError: Circuit breaker 'b' is OPEN");
    let table = table.after_minutes(60);
    assert_eq!(table.run(0, "false")["output"], json!("up"));
}

#[test]
fn hooks_hear_of_steps_and_of_the_end() {
    let options = "hooks: { onSuccess: (ctx, step) => ctx.logger.info(`ok ${step ?? 'run'}`), onFailure: (ctx, step) => ctx.logger.info(`bad ${step ?? 'run'} ${ctx.error.message}`) }";
    let table = Table::new(
        "",
        &[
            (options, ".step('a', () => 1).action('b', () => 2)"),
            (options, ".step('a', () => 1).step('b', () => { throw new Error('no') })"),
        ],
    );
    let lines = |run: &serde_json::Value| {
        let mut lines: Vec<String> =
            run["logs"].as_array().unwrap().iter().map(|log| log["message"].as_str().unwrap().to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&table.run(0, "null")), ["ok a", "ok b", "ok run"]);
    assert_eq!(lines(&table.run(1, "null")), ["bad b no", "bad run no", "ok a"]);
}

#[test]
fn an_action_fails_the_run_only_when_it_is_critical() {
    let table = Table::new(
        "",
        &[
            ("", ".action('a', () => { throw new Error('aside') }).step('s', () => 1)"),
            ("", ".action('a', () => { throw new Error('aside') }, { critical: true }).step('s', () => 1)"),
            (
                "",
                ".action('a', async () => { await new Promise(r => setTimeout(r, 30)); return 'late' }).step('s', () => 1)",
            ),
        ],
    );
    assert_eq!(table.run(0, "null")["status"], "completed");
    assert_eq!(error(&table.run(1, "null")), "Error: aside");
    let late = table.run(2, "null");
    assert_eq!(steps(&late), ["a: completed", "s: completed"]);
}

#[test]
fn unknown_options_are_refused_with_a_hint() {
    for (options, chain, message) in [
        ("", ".step('s', () => 1, { retries: 3 })", "unknown option 'retries' of step 's'; did you mean 'retry'?"),
        (
            "",
            ".step('s', () => 1).retry({ attempt: 3 })",
            "unknown option 'attempt' of retry of step 's'; did you mean 'attempts'?",
        ),
        (
            "",
            ".step('s', () => 1).retry({ backoff: { strategy: 'cubic' } })",
            "must be one of fixed, linear, exponential",
        ),
        ("", ".retry({ attempts: 3 })", "No current step. Call .step() or .action() first."),
        ("concurency: 3", ".step('s', () => 1)", "did you mean 'concurrency'?"),
        ("rateLimit: { count: 1 }", ".step('s', () => 1)", "rateLimit.per"),
        ("", ".batch('b', { items: [], size: 0 }, () => 1)", "size of step 'b'"),
        ("", ".humanInTheLoop({ descripton: 'x' })", "did you mean 'description'?"),
        ("", ".subflow('s', 'nowhere')", "there is no workflow 'nowhere'"),
        ("", ".step('s', () => 1, { critical: true })", "unknown option 'critical'"),
        (
            "secrets: ['CRONFLOW_NO_SUCH_SECRET']",
            ".step('s', () => 1)",
            "set the environment variable CRONFLOW_NO_SUCH_SECRET",
        ),
        ("", ".step('a', () => 1).step('a', () => 2)", "Step 'a' is defined twice in workflow 'w'"),
    ] {
        let source =
            format!("import {{ cronflow }} from 'cronflow';\n\ncronflow.define({{ id: 'w', {options} }}){chain};\n");
        let env = crate::env::Env::with(&source);
        let output = env.run(&["check", "workflow.ts"]);
        let said = crate::env::stderr(&output);
        let flat = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(flat.contains(message), "{chain}: {said}");
        assert!(flat.contains("workflow.ts:3:"), "{chain}: {said}");
    }
}
