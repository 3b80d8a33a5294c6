//! Answers that functions make: `respond` and `onError`.

use super::{send, source};
use crate::env::Env;
use serde_json::json;

#[test]
fn respond_makes_the_answer_out_of_the_finished_run() {
    let env = Env::with(&source(&[
        ".onWebhook('/object', { respond: ctx => ({ payload: ctx.payload, last: ctx.last, a: ctx.steps.a.output, output: ctx.output, run: ctx.run.id, path: ctx.trigger.path }) })\
           .step('a', () => 1).action('x', () => 9).step('b', ctx => ctx.last + 1)",
        ".onWebhook('/text', { respond: () => 'plain' }).step('s', () => 1)",
        ".onWebhook('/nothing', { respond: () => undefined }).step('s', () => 1)",
        ".onWebhook('/response', { respond: async ctx => new Response(`n is ${ctx.last}`, { status: 201, headers: { 'X-A': 'b', 'content-type': 'text/x' } }) }).step('s', () => 7)",
        ".onWebhook('/throws', { respond: () => { throw new Error('hunter2') } }).step('s', () => 1)",
        ".onWebhook('/wrong', { respond: () => ({ get status() { return 1 }, text: () => '', headers: new Map() }) }).step('s', () => 1)",
        ".onWebhook('/fails', { respond: () => 'never' }).step('s', () => { throw new Error('x') })",
        ".onWebhook('/waits', { respond: () => 'never' }).pause().step('s', () => 1)",
    ]));
    let mut server = env.serve();
    let object = send(server.port, "POST", "/object", &[], "{\"n\":1}");
    let run = env.query("select id from workflow_runs")[0][0].clone();
    assert_eq!(object.header("content-type"), Some("application/json"));
    assert_eq!(
        object.json(),
        json!({"payload": {"n": 1}, "last": 2, "a": 1, "output": 2, "run": run, "path": "/object"})
    );
    let text = send(server.port, "POST", "/text", &[], "");
    assert_eq!(
        (text.status, text.text.as_str(), text.header("content-type")),
        (200, "plain", Some("text/plain; charset=utf-8"))
    );
    assert_eq!(send(server.port, "POST", "/nothing", &[], "").status, 204);
    let response = send(server.port, "POST", "/response", &[], "");
    assert_eq!((response.status, response.text.as_str()), (201, "n is 7"));
    assert_eq!((response.header("x-a"), response.header("content-type")), (Some("b"), Some("text/x")));
    for path in ["/throws", "/wrong"] {
        let answer = send(server.port, "POST", path, &[], "");
        assert_eq!((answer.status, answer.json()["workflow_triggered"].clone()), (500, json!(true)), "{answer:?}");
        assert!(answer.json()["run_id"].is_string() && !answer.text.contains("hunter2"), "{answer:?}");
        server.wait_for("CF3006");
    }
    assert_eq!(send(server.port, "POST", "/fails", &[], "").json()["message"], "Workflow execution failed");
    assert_eq!(send(server.port, "POST", "/waits", &[], "").status, 202);
}

#[test]
fn on_error_may_make_the_answer_and_is_durable() {
    let env = Env::with(&source(&[
        ".onWebhook('/w', { idempotencyKey: 'x-key', schema: { required: ['n'] }, onError: (ctx, error) => {\
            console.log('note ' + error.name + ': ' + error.message + ' ' + ctx.error.message);\
            return { status: 422, body: { why: error.message }, headers: { 'X-A': 'b' } };\
          } }).step('s', ctx => { if (ctx.payload.n < 0) throw new RangeError('negative'); return ctx.payload.n })",
        ".onWebhook('/quiet', { onError: () => {} }).step('s', () => { throw new Error('x') })",
        ".onWebhook('/hooks').onEvent('e').step('s', () => { throw new Error('y') })",
    ]));
    let mut server = env.serve();
    let call = |key: &str, body: &str| send(server.port, "POST", "/w", &[("x-key", key)], body);
    assert_eq!(call("1", "{\"n\":5}").json()["output"], 5);
    let invalid = call("2", "{}");
    assert_eq!(
        (invalid.status, invalid.json(), invalid.header("x-a")),
        (422, json!({"why": "payload.n: is required"}), Some("b"))
    );
    let failed = call("3", "{\"n\":-1}");
    assert_eq!((failed.status, failed.json()), (422, json!({"why": "negative"})));
    // The same delivery again has the same answer, and the function is not called again.
    assert_eq!(call("3", "{\"n\":-1}").json(), json!({"why": "negative"}));
    // The code frame of the failing step shows the line of the call too: the whole text tells them apart.
    server.wait_for("note ValidationError: payload.n: is required payload.n: is required");
    server.wait_for("note RangeError: negative negative");
    assert_eq!(send(server.port, "POST", "/quiet", &[], "").status, 500);
    let hooks = env.query("select count(*) from steps where kind = 'hook'");
    assert_eq!(hooks, [["2"]], "only the ends of the runs that failed are told");
    assert_eq!(send(server.port, "POST", "/hooks", &[], "").status, 500);
}
