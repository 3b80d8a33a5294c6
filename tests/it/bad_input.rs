//! Bad input: a clear error, the right exit code, nothing lost.

use crate::env::{Env, raw, stderr};
use rstest::rstest;
use serde_json::json;
use std::{fs, net::TcpListener};

const ECHO: &str = "import { cronflow } from 'cronflow';\n\
     cronflow.define({ id: 'echo' }).onWebhook('/echo').step('s', ctx => ctx.payload);\n";

#[rstest]
#[case::malformed_json("POST", "/echo", "{\"a\":", 400, "Payload validation failed")]
#[case::trailing_text("POST", "/echo", "1 2", 400, "Payload validation failed")]
#[case::wrong_method("GET", "/echo", "", 405, "")]
#[case::unknown_path("POST", "/nothing", "{}", 404, "Not found")]
#[case::unknown_workflow("POST", "/api/workflows/nothing/trigger", "{\"payload\":1}", 404, "CF4003")]
#[case::trigger_without_an_object("POST", "/api/workflows/echo/trigger", "[1", 400, "CF40")]
fn a_bad_request_is_answered(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] text: &str,
) {
    let env = Env::with(ECHO);
    let server = env.serve();
    let body = (method != "GET").then_some(body);
    let (got, answer) = crate::env::request(server.port, method, path, body);
    assert_eq!(got, status, "{answer}");
    assert!(answer.to_string().contains(text), "{answer}");
    assert_eq!(env.query("select count(*) from workflow_runs"), [["0"]]);
    assert_eq!(server.post("/echo", "1").0, 200, "the server goes on");
}

#[test]
fn an_oversized_body_is_refused_and_a_large_one_is_not() {
    let env = Env::with(ECHO);
    let server = env.serve();
    let large = format!("\"{}\"", "x".repeat(1_000_000));
    assert_eq!(server.post("/echo", &large).1["output"], json!("x".repeat(1_000_000)));
    let oversized = format!("\"{}\"", "x".repeat(2_000_000));
    assert_eq!(server.post("/echo", &oversized).0, 413);
    let chunked = format!(
        "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{oversized}\r\n0\r\n\r\n",
        oversized.len()
    );
    assert_eq!(raw(server.port, chunked.as_bytes()).0, 413);
}

#[rstest]
#[case::syntax("const x = ;", 3, "CF1001", "workflow.ts:1:11")]
#[case::import("\nimport './nothing';", 3, "CF1002", "workflow.ts:2:8")]
#[case::package("import x from 'left-pad';\nx();", 3, "CF1007", "left-pad")]
#[case::throws("const a: any = null;\na.b.c;", 3, "CF2002", "workflow.ts:2:")]
#[case::no_workflow("export const x = 1;", 3, "CF2003", "define")]
#[case::empty_id("import { cronflow } from 'cronflow';\ncronflow.define({ id: '' });", 3, "CF2001", "workflow.ts:2:")]
#[case::unknown_option(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w', nmae: 'x' } as any);",
    3,
    "CF2001",
    "name"
)]
#[case::duplicate_step(
    "import { cronflow } from 'cronflow';\nconst w = cronflow.define({ id: 'w' });\nw.step('a', () => 1);\nw.step('a', () => 2);",
    3,
    "CF2001",
    "workflow.ts:4:"
)]
#[case::duplicate_workflow(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' });\ncronflow.define({ id: 'w' });",
    3,
    "CF2001",
    "already exists"
)]
#[case::cron(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).onSchedule('61 * * * *').step('a', () => 1);",
    3,
    "CF2001",
    "Invalid cron expression: 61 * * * * (field 1, minute: 61 is not from 0 to 59)"
)]
#[case::zone(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' })\n  .onSchedule({ cron: '@daily', timezone: 'Europe/Belin' });",
    3,
    "CF2001",
    "workflow.ts:3:"
)]
#[case::schedule_option(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).onSchedule({ cron: '@daily', timezon: 'UTC' });",
    3,
    "CF2001",
    "did you mean 'timezone'?"
)]
#[case::interval(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).onInterval('soon');",
    3,
    "CF2001",
    "a number is missing"
)]
#[case::poll(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).onPoll(() => []);",
    3,
    "CF2001",
    "needs an interval"
)]
#[case::event_debounce(
    "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).onEvent('a', { debounce: { maxWait: '1s' } });",
    3,
    "CF2001",
    "debounce.wait"
)]
#[case::decorator("@x class A {}", 3, "CF1004", "workflow.ts:1:")]
#[case::recursion("const f = (): number => f() + 1; f();", 3, "CF2002", "call stack")]
fn a_bad_file_is_explained(#[case] source: &str, #[case] code: i32, #[case] error: &str, #[case] text: &str) {
    let env = Env::with(source);
    for command in [&["check", "workflow.ts"][..], &["run", "workflow.ts", "--port", "0"]] {
        let output = env.run(command);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(error) && told.contains(text), "{told}");
        assert!(!told.contains("panicked"), "{told}");
    }
}

#[test]
fn files_must_load_in_time() {
    for (source, limit) in [("while (true) {}", "0.5 s"), ("await new Promise(() => setInterval(() => {}, 1));", "1 s")]
    {
        let env = Env::with(source);
        for command in [&["check", "workflow.ts"][..], &["run", "workflow.ts", "--port", "0"]] {
            let output = env.command(command).env("CRONFLOW_LOAD_TIMEOUT", limit.replace(' ', "")).output().unwrap();
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{told}");
            let why = format!("the workflow files did not load within {limit}");
            assert!(told.contains("CF2005") && told.contains(&why), "{told}");
        }
    }
}

#[test]
fn a_code_frame_shows_the_typescript() {
    let env = Env::with("interface A { b: string }\nconst a: A = { b: 'x' };\nthrow new Error(a.b);\n");
    let told = stderr(&env.run(&["check", "workflow.ts"]));
    assert!(told.contains("throw new Error(a.b);"), "{told}");
    assert!(told.contains("workflow.ts:3:7"), "{told}");
}

#[test]
fn diagnostics_as_json() {
    let env = Env::with("const x = ;");
    let told = stderr(&env.run(&["check", "workflow.ts", "--json"]));
    let line: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!((&line["code"], &line["line"], &line["column"]), (&json!("CF1001"), &json!(1), &json!(11)));
}

#[rstest]
#[case("missing.ts", b"" as &[u8], "CF1003")]
#[case("picture.png", b"\x89PNG", "CF1005")]
#[case("binary.ts", b"\x00\x01\x02\xff\xfe", "CF1")]
fn a_file_that_is_no_module_is_refused(#[case] name: &str, #[case] content: &[u8], #[case] error: &str) {
    let env = Env::new();
    if !content.is_empty() {
        env.write(name, content);
    }
    let output = env.run(&["run", name]);
    assert!(stderr(&output).contains(error), "{}", stderr(&output));
    assert!(matches!(output.status.code(), Some(2 | 3)), "{:?}", output.status);
}

#[test]
fn a_taken_port_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let env = Env::with(ECHO);
    let output = env.run(&["run", "workflow.ts", "--port", &port]);
    let told = stderr(&output);
    assert!(told.contains("CF4001") && told.contains(&port), "{told}");
    assert_eq!(output.status.code(), Some(1), "{told}");
}

#[test]
fn a_corrupt_database_is_left_alone() {
    let env = Env::with(ECHO);
    let path = env.write(".cronflow/data.db", "this is no database, but somebody's notes\n".repeat(100));
    let before = fs::read(&path).unwrap();
    let output = env.run(&["run", "workflow.ts", "--port", "0"]);
    assert!(stderr(&output).contains("CF5002"), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn an_unwritable_database_is_an_error() {
    let env = Env::with(ECHO);
    env.write("file", "");
    let output = env.run(&["run", "workflow.ts", "--port", "0", "--db", "file/data.db"]);
    assert!(stderr(&output).contains("CF5001"), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn one_database_has_one_engine() {
    let env = Env::with(ECHO);
    let _server = env.serve();
    let output = env.run(&["run", "workflow.ts", "--port", "0"]);
    assert!(stderr(&output).contains("CF5004"), "{}", stderr(&output));
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let env = Env::with(ECHO);
    drop(env.serve());
    let connection = rusqlite::Connection::open(env.path().join(".cronflow/data.db")).unwrap();
    connection.execute_batch("pragma user_version = 999").unwrap();
    drop(connection);
    let output = env.run(&["run", "workflow.ts", "--port", "0"]);
    assert!(stderr(&output).contains("CF5003"), "{}", stderr(&output));
}
