//! Checks that are functions of the author: their order, their failures, and that they run once.

use super::{send, source};
use crate::env::{Env, stderr};
use rstest::rstest;
use serde_json::json;

#[test]
fn checks_come_in_the_documented_order_and_once() {
    // Each check notes its name; the payload passes through all of them.
    let webhook = ".onWebhook('/w', {
        headers: { validate: headers => (console.log('note headers'), true) },
        middleware: [
          (req, res, next) => { console.log('note first ' + req.body.n); req.body = { n: req.body.n + 1 }; next(); },
          async (req, res, next) => { await new Promise(done => setTimeout(done, 5)); console.log('note second ' + req.method + req.url); next(); },
        ],
        schema: { '~standard': { version: 1, vendor: 'x', validate: async v => (console.log('note schema'), { value: { n: v.n * 10 } }) } },
        validate: payload => (console.log('note validate ' + payload.n), true),
        condition: async req => (console.log('note condition'), true),
        idempotencyKey: ctx => (console.log('note key'), ctx.trigger.headers['x-key']),
      }).step('s', ctx => ctx.payload.n)";
    let env = Env::with(&source(&[webhook]));
    let mut server = env.serve();
    let answer = send(server.port, "POST", "/w?a=1", &[], "{\"n\":1}");
    assert_eq!(answer.json()["output"], 20, "{answer:?}");
    let notes = ["headers", "first 1", "second POST/w?a=1", "schema", "validate 20", "condition", "key"];
    for note in notes {
        let line = server.wait_for("note ");
        assert!(line.ends_with(&format!("note {note}")), "{line} instead of {note}");
    }
    // Nothing was called a second time: the next note is the first of the next request.
    send(server.port, "POST", "/w", &[], "{\"n\":1}");
    assert!(server.wait_for("note ").ends_with("note headers"));
}

#[test]
fn a_middleware_may_answer() {
    let env = Env::with(&source(&[
        ".onWebhook('/a', { middleware: (req, res, next) => req.get('X-Token') === 't' ? next() : res.status(401).set('x-why', 'token').json({ error: 'no token' }) }).step('s', () => 1)",
        ".onWebhook('/b', { middleware: [(req, res) => { res.type('text').append('set-cookie', 'a=1').append('set-cookie', 'b=2').send('hi') }] }).step('s', () => 1)",
        ".onWebhook('/c', { middleware: (req, res) => res.redirect('/elsewhere') }).step('s', () => 1)",
        ".onWebhook('/d', { middleware: (req, res, next) => next(Object.assign(new Error('go away'), { status: 403 })) }).step('s', () => 1)",
        ".onWebhook('/e', { middleware: (req, res) => res.end(new Uint8Array([255, 1])) }).step('s', () => 1)",
        ".onWebhook('/f', { middleware: (req, res) => res.sendStatus(404) }).step('s', () => 1)",
    ]));
    let server = env.serve();
    let refused = send(server.port, "POST", "/a", &[], "");
    assert_eq!(
        (refused.status, refused.json(), refused.header("x-why")),
        (401, json!({"error": "no token"}), Some("token"))
    );
    assert_eq!(send(server.port, "POST", "/a", &[("x-token", "t")], "").status, 200);
    let text = send(server.port, "POST", "/b", &[], "");
    assert_eq!((text.status, text.text.as_str()), (200, "hi"));
    assert_eq!(text.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
    assert_eq!(send(server.port, "POST", "/c", &[], "").header("location"), Some("/elsewhere"));
    let error = send(server.port, "POST", "/d", &[], "");
    assert_eq!((error.status, error.json()["error"].clone()), (403, json!("go away")));
    assert_eq!(send(server.port, "POST", "/e", &[], "").header("content-length"), Some("2"));
    assert_eq!(send(server.port, "POST", "/f", &[], "").status, 404);
    assert_eq!(env.query("select count(*) from workflow_runs"), [["1"]]);
}

#[rstest]
#[case("middleware: () => { throw new Error('pw hunter2') }", 500)]
#[case("middleware: async () => { null.x }", 500)]
#[case("middleware: (req, res, next) => next('hunter2')", 500)]
#[case("middleware: () => {}", 500)]
#[case("condition: () => { throw Object.assign(new Error('hunter2'), { status: 400 }) }", 500)]
#[case("validate: payload => payload.hunter2.x", 400)]
#[case("validate: () => {}", 500)]
#[case("idempotencyKey: () => ({})", 500)]
#[case("schema: { parse: () => { throw new TypeError('bad thing') } }", 400)]
#[case("responseTimeout: '300ms', condition: () => new Promise(done => setTimeout(done, 60_000))", 500)]
#[case("responseTimeout: '300ms', condition: () => { for (;;); }", 503)]
fn a_check_that_fails_says_nothing_and_is_logged(#[case] options: &str, #[case] status: u16) {
    let env = Env::with(&source(&[
        &format!(".onWebhook('/w', {{ {options} }}).step('s', () => 1)"),
        ".onWebhook('/good').step('s', () => 1)",
    ]));
    let mut server = env.serve();
    let answer = send(server.port, "POST", "/w", &[], "{}");
    assert!(answer.status == status || (status == 503 && answer.status == 500), "{answer:?}");
    assert_eq!(answer.json()["workflow_triggered"], false);
    assert!(!answer.text.contains("hunter2") && !answer.text.contains("workflow.ts"), "{answer:?}");
    if !options.starts_with("schema") {
        server.wait_for("CF3006");
    }
    // The server goes on.
    assert_eq!(send(server.port, "POST", "/good", &[], "").status, 200);
    assert_eq!(env.query("select count(*) from workflow_runs where workflow_id = 'w0'"), [["0"]]);
}

#[test]
fn a_failure_is_shown_with_its_place() {
    let env = Env::with(&source(&[
        ".onWebhook('/w', { condition: () => {\n  throw new RangeError('out of range');\n} }).step('s', () => 1)",
    ]));
    let mut server = env.serve();
    assert_eq!(send(server.port, "POST", "/w", &[], "").status, 500);
    let line = server.wait_for("a function of webhook");
    assert!(line.contains("RangeError: out of range"), "{line}");
    server.wait_for("workflow.ts:3:");
}

#[test]
fn the_same_key_is_the_same_run_and_the_same_answer() {
    let env = Env::with(&source(&[
        ".onWebhook('/header', { idempotencyKey: 'X-Key' }).step('s', () => Math.random())",
        ".onWebhook('/function', { idempotencyKey: ctx => ctx.payload.id ?? undefined }).step('s', () => Math.random())",
        ".onWebhook('/fails', { idempotencyKey: 'x-key' }).step('s', () => { throw new Error('no') })",
    ]));
    let server = env.serve();
    let header = |key: &str| send(server.port, "POST", "/header", &[("x-key", key)], "");
    let (first, second) = (header("a"), header("a"));
    assert_eq!((first.status, &first.text), (200, &second.text));
    assert_ne!(header("b").text, first.text);
    let without = || send(server.port, "POST", "/header", &[], "").text;
    assert_ne!(without(), without());
    let function = |body: &str| send(server.port, "POST", "/function", &[], body).text;
    assert_eq!(function("{\"id\":1}"), function("{\"id\":1,\"more\":2}"));
    assert_ne!(function("{}"), function("{}"));
    let fails = || send(server.port, "POST", "/fails", &[("x-key", "a")], "");
    let (first, second) = (fails(), fails());
    assert_eq!((first.status, &first.text), (500, &second.text));
    let long = "k".repeat(1001);
    assert_eq!(header(&long).status, 400);
    assert_eq!(env.query("select count(*) from workflow_runs"), [["8"]]);
    // It is durable.
    let before = header("a").text;
    server.kill();
    let server = env.serve();
    assert_eq!(send(server.port, "POST", "/header", &[("x-key", "a")], "").text, before);
}

#[test]
fn simultaneous_requests_with_one_key_are_one_run() {
    let env = Env::with(&source(&[".onWebhook('/w', { idempotencyKey: 'x-key' }).step('s', () => Math.random())"]));
    let server = env.serve();
    let port = server.port;
    let threads: Vec<_> =
        (0..16).map(|_| std::thread::spawn(move || send(port, "POST", "/w", &[("x-key", "k")], "").text)).collect();
    let mut answers: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(env.query("select count(*) from workflow_runs"), [["1"]]);
}

#[test]
fn a_webhook_may_begin_at_a_step_retry_and_hear_of_the_end() {
    let env = Env::with(&source(&[
        ".onWebhook('/late', { trigger: 'second' }).step('first', () => 'first').step('second', ctx => ['second', ctx.last ?? null])",
        ".onWebhook('/again', { retry: { attempts: 3, backoff: { delay: 1 } }, onSuccess: (ctx, last) => console.log('note ' + JSON.stringify([last, ctx.payload])) })\
           .step('s', async ctx => { const n = await ctx.state.incr('n'); if (n < 3) throw new Error('again'); return n })\
           .forEach('each', () => [1], (item, flow) => flow.step('inner', async ctx => { const n = await ctx.state.incr('m'); if (n < 3) throw new Error('again'); return n }))\
           .step('end', ctx => 'done')",
    ]));
    let mut server = env.serve();
    assert_eq!(server.post("/late", "1").1["output"], json!(["second", null]));
    assert_eq!(server.post("/again", "{\"a\":1}").1["output"], "done");
    let line = server.wait_for("note ");
    assert!(line.contains("[\"done\",{\"a\":1}]"), "{line}");
}

#[rstest]
#[case("shema: {}", "unknown option 'shema' of webhook '/w'; did you mean 'schema'?")]
#[case("app: 'express'", "webhooks are served here, without another HTTP server")]
#[case("respond: 'later'", "respond of webhook '/w' must be 'result', 'accepted' or a function")]
#[case("headers: { required: { 'x-key': process.env.NOT_SET } }", "is the environment variable set?")]
#[case("headers: { require: {} }", "did you mean 'required'?")]
#[case("signature: { scheme: 'github' }", "is the environment variable set?")]
#[case("signature: { scheme: 'github', secret: { env: 'NOT_SET' } }", "set the environment variable NOT_SET")]
#[case("signature: { scheme: 'githup', secret: 'x' }", "must be one of standard-webhooks, github, stripe, slack, hmac")]
#[case("signature: { scheme: 'github', secret: 'x', tolerance: '5m' }", "signs no time")]
#[case("schema: { typ: 'object' }", "did you mean 'type'?")]
#[case("middleware: 'auth'", "must be a function (req, res, next) or an array of them")]
#[case("maxBody: '5 gigs'", "such as '512kb' or '5mb'")]
#[case("trigger: 'nowhere'", "'nowhere' is none of its steps")]
#[case("retry: { onRetry: () => {} }", "cannot have functions")]
#[case("cors: { origin: 'example.com' }", "'example.com' is no origin")]
fn what_cannot_act_is_refused_when_the_file_is_loaded(#[case] options: &str, #[case] message: &str) {
    let options = options.replace("process.env.NOT_SET", "undefined");
    let env = Env::with(&source(&[&format!("\n.onWebhook('/w', {{ {options} }}).step('s', () => 1)")]));
    let output = env.run(&["check", "workflow.ts"]);
    assert!(!output.status.success());
    let text = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    assert!(text.contains(message), "{text}");
    assert!(text.contains("workflow.ts:3:"), "{text}");
}

/// The server judges plain schemas by itself, and a worker those that follow a middleware: both say the same.
#[test]
fn a_schema_says_the_same_wherever_it_is_judged() {
    let table: &[(&str, &[&str])] = &[
        ("{ type: ['string', 'null'] }", &["null", "\"a\"", "1", "[]"]),
        ("{ enum: [1, 'a', { b: 2 }] }", &["1.0", "{\"b\":2}", "2", "\"A\""]),
        ("{ minimum: 1, exclusiveMaximum: 3.5 }", &["1", "3.5", "0.5", "\"x\""]),
        ("{ minLength: 2, maxLength: 3 }", &["\"🦀🦀\"", "\"a\"", "\"abcd\""]),
        (
            "{ items: { type: 'integer' }, minItems: 1, maxItems: 3, uniqueItems: true }",
            &["[1,2.0]", "[]", "[1,1.0]", "[1,\"a\",null,4]"],
        ),
        ("{ prefixItems: [{ const: 1 }], items: false }", &["[1]", "[2]", "[1,2]"]),
        (
            "{ required: ['a', 'b'], properties: { a: { properties: { 'x y': { type: 'boolean' } } } }, maxProperties: 2 }",
            &["{\"a\":{},\"b\":1}", "{}", "{\"a\":{\"x y\":1},\"b\":1,\"c\":1}"],
        ),
        (
            "{ anyOf: [{ type: 'string' }, { properties: { a: { type: 'number' } }, required: ['a'] }] }",
            &["\"a\"", "{\"a\":1}", "{\"a\":\"x\"}", "{}"],
        ),
        ("{ oneOf: [{ minimum: 2 }, { maximum: 5 }] }", &["1", "3", "9"]),
        (
            "{ if: { type: 'number' }, then: { minimum: 2 }, else: { not: { type: 'null' } } }",
            &["2", "1", "null", "\"a\""],
        ),
        (
            "{ $ref: '#/$defs/tree', $defs: { tree: { properties: { kids: { items: { $ref: '#/$defs/tree' } }, n: { type: 'number' } } } } }",
            &["{\"kids\":[{\"n\":1}]}", "{\"kids\":[{\"kids\":[{\"n\":\"x\"}]}]}"],
        ),
        ("false", &["1"]),
    ];
    let webhooks: Vec<String> = table
        .iter()
        .enumerate()
        .flat_map(|(n, (schema, _))| {
            let passing = "middleware: (req, res, next) => next()";
            [
                format!(".onWebhook('/server/{n}', {{ schema: {schema} }}).step('s', ctx => ctx.payload)"),
                format!(".onWebhook('/worker/{n}', {{ schema: {schema}, {passing} }}).step('s', ctx => ctx.payload)"),
            ]
        })
        .collect();
    let env = Env::with(&source(&webhooks.iter().map(String::as_str).collect::<Vec<_>>()));
    let server = env.serve();
    let mut refused = 0;
    for (n, (schema, values)) in table.iter().enumerate() {
        for value in *values {
            let [ours, theirs] = ["server", "worker"].map(|who| {
                let answer = send(server.port, "POST", &format!("/{who}/{n}"), &[], value);
                (answer.status, answer.json()["error"].clone(), answer.json()["output"].clone())
            });
            assert_eq!(ours, theirs, "{schema} {value}");
            refused += usize::from(ours.0 == 400);
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn a_schema_of_the_built_in_zod_checks_the_payload() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         import { z } from 'zod';\n\
         const schema = z.object({ name: z.string().min(2), n: z.number().int().default(7) });\n\
         cronflow.define({ id: 'w' }).onWebhook('/w', { schema }).step('s', ctx => ctx.payload);\n",
    );
    let server = env.serve();
    let refused = send(server.port, "POST", "/w", &[], r#"{"name":"x"}"#);
    let error = "payload.name: Too small: expected string to have >=2 characters";
    assert_eq!((refused.status, refused.json()["error"].clone()), (400, error.into()));
    let taken = send(server.port, "POST", "/w", &[], r#"{"name":"xy","more":1}"#);
    assert_eq!((taken.status, taken.json()["output"].clone()), (200, json!({"name": "xy", "n": 7})));
}
