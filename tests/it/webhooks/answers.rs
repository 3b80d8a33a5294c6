//! The table of answers: status and body of everything that a webhook can say.

use super::{Answer, send, source};
use crate::env::{Env, Server};
use serde_json::{Value, json};

/// A request, the status of its answer, and the body; `run_id` stands for any id of a run.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16, Value);

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const TEXT: (&str, &str) = ("content-type", "text/plain; charset=utf-8");

const WEBHOOKS: &[&str] = &[
    ".onWebhook('/echo').step('s', ctx => ctx.payload)",
    ".onWebhook('/fails').step('s', () => { throw new Error('the password is hunter2') })",
    ".onWebhook('/waits').waitForEvent('never').step('s', () => 1)",
    ".onWebhook('/waits/later', { responseTimeout: '5m' }).sleep('5ms').waitForEvent('never').step('s', () => 1)",
    ".onWebhook('/slow', { responseTimeout: '50ms' }).step('s', () => new Promise(done => setTimeout(done, 60_000)))",
    ".onWebhook('/accepted', { respond: 'accepted' }).step('s', () => 1)",
    ".onWebhook('/cancels').cancel('no').step('s', () => 1)",
    ".onWebhook('/small', { maxBody: 8 }).step('s', ctx => ctx.payload)",
    ".onWebhook('/schema', { schema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false } }).step('s', ctx => ctx.payload.n)",
    ".onWebhook('/pattern', { schema: { properties: { mail: { format: 'email' }, n: { default: 7 } } } }).step('s', ctx => ctx.payload)",
    ".onWebhook('/parsed', { schema: { '~standard': { version: 1, vendor: 'x', validate: v => v.n > 0 ? { value: { doubled: v.n * 2 } } : { issues: [{ message: 'too small', path: ['n'] }] } } } }).step('s', ctx => ctx.payload)",
    ".onWebhook('/headers', { headers: { required: { 'x-api-key': 'hunter2', 'content-type': 'application/json', 'x-any': true }, validate: headers => headers['x-any'] === 'b' || 'x-any must be b' } }).step('s', () => 1)",
    ".onWebhook('/validate', { validate: payload => payload.n > 0 ? true : payload.n === 0 ? 'n is zero' : false }).step('s', () => 1)",
    ".onWebhook('/condition', { condition: req => req.body.n > 100 && req.payload.n > 100 && req.headers['x-a'] === undefined }).step('s', () => 1)",
    ".onWebhook('/many', { method: ['GET', 'PUT', 'DELETE'] }).step('s', ctx => [ctx.trigger.method, ctx.payload])",
    ".onWebhook('/orders/:id/items/:item').step('s', ctx => ctx.trigger.params)",
    ".onWebhook('/files/*', { method: 'GET' }).step('s', ctx => ctx.trigger.params['*'])",
    ".onWebhook('/raw', { parseRawBody: true }).step('s', ctx => [ctx.payload, ctx.trigger.rawBody, ctx.trigger.rawBodyEncoding ?? null])",
];

fn started(status: &str, more: Value) -> Value {
    let mut body = json!({"status": status, "workflow_triggered": true, "run_id": "run_id"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn success(output: Value) -> Value {
    started("success", json!({"message": "Webhook processed successfully", "output": output}))
}

fn refused(message: &str, error: &str) -> Value {
    json!({"status": "error", "message": message, "error": error, "workflow_triggered": false})
}

fn invalid(error: &str) -> Value {
    refused("Payload validation failed", error)
}

fn accepted() -> Value {
    json!({"status": "accepted", "run_id": "run_id", "url": "/api/runs/run_id"})
}

/// The body with the id of the run replaced.
fn comparable(answer: &Answer) -> Value {
    let body = answer.json();
    let text = match body["run_id"].as_str() {
        Some(id) => answer.text.replace(id, "run_id"),
        None => answer.text.clone(),
    };
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn check(server: &Server, rows: &[Row<'_>]) {
    for (method, path, headers, body, status, expected) in rows {
        let answer = send(server.port, method, path, headers, body);
        assert_eq!((answer.status, comparable(&answer)), (*status, expected.clone()), "{method} {path} {body}");
        if !answer.text.is_empty() {
            assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        }
    }
}

#[test]
fn every_answer() {
    let env = Env::with(&source(WEBHOOKS));
    let mut server = env.serve();
    let ended = |how: &str| {
        let error = format!("the run ended as {how}; its record says why");
        started("error", json!({"message": "Workflow execution failed", "error": error}))
    };
    let skipped = json!({"status": "success", "message": "Webhook received but condition not met",
                         "conditionMet": false, "workflow_triggered": false});
    let not_allowed = |methods: &[&str]| json!({"error": "Method not allowed", "allowed": methods});
    let key = ("x-api-key", "hunter2");
    check(
        &server,
        &[
            ("POST", "/echo", &[JSON], "{\"a\":1}", 200, success(json!({"a": 1}))),
            ("POST", "/echo", &[], "", 200, success(json!(null))),
            ("POST", "/echo", &[FORM], "a=1&b=x+y&a=2", 200, success(json!({"a": ["1", "2"], "b": "x y"}))),
            ("POST", "/echo", &[TEXT], "žluť 🦀", 200, success(json!("žluť 🦀"))),
            (
                "POST",
                "/echo",
                &[JSON],
                "{\"a\":",
                400,
                invalid("the body is not valid JSON: EOF while parsing a value at line 1 column 5"),
            ),
            (
                "POST",
                "/echo",
                &[("content-type", "image/png")],
                "x",
                415,
                invalid("content type 'image/png' cannot be read; send JSON, a form or text"),
            ),
            ("POST", "/nowhere", &[], "", 404, json!({"error": "Not found"})),
            ("GET", "/echo", &[], "", 405, not_allowed(&["POST"])),
            ("OPTIONS", "/many", &[], "", 204, json!("")),
            ("POST", "/fails", &[], "", 500, ended("failed")),
            ("POST", "/cancels", &[], "", 500, ended("cancelled")),
            ("POST", "/waits", &[], "", 202, accepted()),
            ("POST", "/waits/later", &[], "", 202, accepted()),
            ("POST", "/slow", &[], "", 202, accepted()),
            ("POST", "/accepted", &[], "", 202, accepted()),
            ("POST", "/small", &[JSON], "12345678", 200, success(json!(12_345_678))),
            ("POST", "/small", &[JSON], "123456789", 413, invalid("the body is larger than 8 bytes")),
            ("POST", "/schema", &[JSON], "{\"n\":1}", 200, success(json!(1))),
            (
                "POST",
                "/schema",
                &[JSON],
                "{\"n\":\"1\",\"m\":2}",
                400,
                invalid("payload.n: must be a number; payload.m: is not a known property"),
            ),
            ("POST", "/schema", &[JSON], "[]", 400, invalid("payload: must be an object")),
            (
                "POST",
                "/pattern",
                &[JSON],
                "{\"mail\":\"a@example.com\"}",
                200,
                success(json!({"mail": "a@example.com", "n": 7})),
            ),
            ("POST", "/parsed", &[JSON], "{\"n\":21}", 200, success(json!({"doubled": 42}))),
            ("POST", "/parsed", &[JSON], "{\"n\":0}", 400, invalid("payload.n: too small")),
            ("POST", "/headers", &[JSON, key, ("x-any", "b")], "{}", 200, success(json!(1))),
            (
                "POST",
                "/headers",
                &[("content-type", "application/json; charset=utf-8"), key, ("x-any", "b")],
                "{}",
                200,
                success(json!(1)),
            ),
            (
                "POST",
                "/headers",
                &[JSON, ("x-any", "b")],
                "{}",
                400,
                refused("Header validation failed", "the header 'x-api-key' is missing"),
            ),
            (
                "POST",
                "/headers",
                &[JSON, ("x-api-key", "hunter3"), ("x-any", "b")],
                "{}",
                400,
                refused("Header validation failed", "the header 'x-api-key' does not have the value that is expected"),
            ),
            (
                "POST",
                "/headers",
                &[JSON, key],
                "{}",
                400,
                refused("Header validation failed", "the header 'x-any' is missing"),
            ),
            (
                "POST",
                "/headers",
                &[JSON, key, ("x-any", "c")],
                "{}",
                400,
                refused("Header validation failed", "x-any must be b"),
            ),
            ("POST", "/validate", &[JSON], "{\"n\":1}", 200, success(json!(1))),
            ("POST", "/validate", &[JSON], "{\"n\":0}", 400, invalid("n is zero")),
            ("POST", "/validate", &[JSON], "{\"n\":-1}", 400, invalid("the payload is not accepted")),
            ("POST", "/condition", &[JSON], "{\"n\":101}", 200, success(json!(1))),
            ("POST", "/condition", &[JSON], "{\"n\":1}", 200, skipped),
            ("GET", "/many?a=1&a=2&b", &[], "", 200, success(json!(["GET", {"a": ["1", "2"], "b": ""}]))),
            ("PUT", "/many?a=1", &[JSON], "[1]", 200, success(json!(["PUT", [1]]))),
            ("DELETE", "/many", &[], "", 200, success(json!(["DELETE", {}]))),
            ("POST", "/many", &[], "", 405, not_allowed(&["GET", "PUT", "DELETE"])),
            ("POST", "/orders/7/items/a%2Fb", &[], "", 200, success(json!({"id": "7", "item": "a/b"}))),
            ("GET", "/files/a/b%20c.txt", &[], "", 200, success(json!("a/b c.txt"))),
            ("GET", "/files/../secret", &[], "", 404, json!({"error": "Not found"})),
            ("POST", "/raw", &[JSON], " {\"a\" : 1.50}", 200, success(json!([{"a": 1.5}, " {\"a\" : 1.50}", null]))),
            ("POST", "/raw", &[("content-type", "image/png")], "x", 200, success(json!([null, "x", null]))),
        ],
    );
    let line = server.wait_for("password is hunter2");
    assert!(line.contains("hunter2"), "the log has what the answer has not");
}

#[test]
fn head_options_and_bytes() {
    let env = Env::with(&source(WEBHOOKS));
    let server = env.serve();
    let head = send(server.port, "HEAD", "/many", &[], "");
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    let options = send(server.port, "OPTIONS", "/many", &[], "");
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, PUT, DELETE, OPTIONS")));
    assert_eq!(send(server.port, "POST", "/many", &[], "").header("allow"), Some("GET, PUT, DELETE, OPTIONS"));
    // The output keeps the bytes of the payload that the step passed on, and a byte that is no text stays one.
    let raw = send(server.port, "POST", "/raw", &[("content-type", "application/octet-stream")], [255, 0, 1]);
    assert_eq!(raw.json()["output"], json!([null, "/wAB", "base64"]));
}

#[test]
fn text_is_whole_however_it_is_cut() {
    let env = Env::with(&source(WEBHOOKS));
    let server = env.serve();
    let body = "\"žluť 🦀 \u{2028}\"".as_bytes();
    let mut request = format!(
        "POST /echo HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        server.port
    )
    .into_bytes();
    for byte in body {
        request.extend_from_slice(b"1\r\n");
        request.push(*byte);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    let answer = super::exchange(server.port, &request);
    assert_eq!(answer.json()["output"], "žluť 🦀 \u{2028}");
}

#[test]
fn a_run_that_flow_control_refuses_is_told_so() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w', rateLimit: { count: 1, per: '1h' } }).onWebhook('/w').step('s', () => 1);\n",
    );
    let server = env.serve();
    assert_eq!(server.post("/w", "1").0, 200);
    let answer = send(server.port, "POST", "/w", &[], "");
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")), "{answer:?}");
    assert_eq!(answer.json()["workflow_triggered"], true);
}

#[test]
fn pages_of_listed_origins_may_call() {
    let env = Env::with(&source(&[
        ".onWebhook('/all', { cors: true }).step('s', () => 1)",
        ".onWebhook('/some', { cors: { origin: ['https://a.example'], credentials: true, headers: ['x-a'], expose: ['x-b'], maxAge: '1h' } }).step('s', () => 1)",
        ".onWebhook('/none').step('s', () => 1)",
    ]));
    let server = env.serve();
    let ask = |path: &str, origin: &str| {
        let headers =
            [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "x-z")];
        send(server.port, "OPTIONS", path, &headers, "")
    };
    let all = ask("/all", "https://b.example");
    assert_eq!((all.status, all.header("access-control-allow-origin")), (204, Some("*")));
    assert_eq!(all.header("access-control-allow-headers"), Some("x-z"));
    let some = ask("/some", "https://a.example");
    for (name, value) in [
        ("access-control-allow-origin", "https://a.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", "x-a"),
        ("access-control-max-age", "3600"),
        ("vary", "origin"),
    ] {
        assert_eq!(some.header(name), Some(value), "{name}");
    }
    assert_eq!(ask("/some", "https://b.example").header("access-control-allow-origin"), None);
    assert_eq!(ask("/none", "https://a.example").header("access-control-allow-origin"), None);
    let call = |origin: &str| send(server.port, "POST", "/some", &[("origin", origin)], "");
    assert_eq!(call("https://a.example").header("access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(call("https://a.example").header("access-control-expose-headers"), Some("x-b"));
    assert_eq!(call("https://b.example").header("access-control-allow-origin"), None);
}
