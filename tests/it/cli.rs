//! The command line around the server: trigger, runs, help, completions.

use crate::env::{Env, stderr, stdout};
use rstest::rstest;
use serde_json::{Value, json};
use std::{io::Write, process::Stdio};

const ECHO: &str = "import { cronflow } from 'cronflow';\n\
     cronflow.define({ id: 'echo' }).onWebhook('/echo').step('s', ctx => { if (ctx.payload === 'no') throw new Error('refused'); return ctx.payload });\n";

#[test]
fn trigger_takes_text_a_file_or_standard_input() {
    let env = Env::with(ECHO);
    let server = env.serve();
    let url = format!("http://127.0.0.1:{}", server.port);
    env.write("payload.json", "{\"from\":\"file\"}");
    let trigger = |payload: &str, input: &str| {
        let mut child = env
            .command(&["trigger", "echo", "--payload", payload, "--wait", "--json", "--url", &url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_str::<Value>(&stdout(&output)).unwrap()["output"].clone()
    };
    assert_eq!(trigger("{\"a\":1}", ""), json!({"a": 1}));
    assert_eq!(trigger("@payload.json", ""), json!({"from": "file"}));
    assert_eq!(trigger("-", "[1,2]"), json!([1, 2]));
}

#[test]
fn trigger_prints_the_run_id_and_fails_as_the_run_does() {
    let env = Env::with(ECHO);
    let server = env.serve();
    let url = format!("http://127.0.0.1:{}", server.port);
    let output = env.run(&["trigger", "echo", "--payload", "1", "--url", &url]);
    let run = stdout(&output).trim().to_owned();
    assert_eq!(server.ended(&run)["output"], 1);
    let failed = env.run(&["trigger", "echo", "--payload", "\"no\"", "--wait", "--url", &url]);
    assert_eq!(failed.status.code(), Some(1), "{}", stderr(&failed));
}

#[rstest]
#[case(&["trigger", "echo", "--payload", "{", "--url", "URL"], 2, "CF4002")]
#[case(&["trigger", "nothing", "--payload", "1", "--url", "URL"], 1, "CF4003")]
#[case(&["trigger", "echo", "--url", "http://127.0.0.1:1"], 1, "CF4005")]
#[case(&["runs", "show", "01890000-0000-7000-8000-000000000000", "--url", "URL"], 1, "CF4004")]
#[case(&["rnus", "list"], 2, "runs")]
fn a_wrong_call_is_explained(#[case] args: &[&str], #[case] code: i32, #[case] text: &str) {
    let env = Env::with(ECHO);
    let server = env.serve();
    let url = format!("http://127.0.0.1:{}", server.port);
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "URL" { url.as_str() } else { arg }).collect();
    let output = env.run(&args);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    assert!(stderr(&output).contains(text), "{}", stderr(&output));
}

#[test]
fn runs_are_listed_and_shown_with_and_without_a_server() {
    let env = Env::with(ECHO);
    let server = env.serve();
    let url = format!("http://127.0.0.1:{}", server.port);
    let ok = server.trigger("echo", "{\"a\":1}");
    let bad = server.trigger("echo", "\"no\"");
    server.ended(&ok);
    server.ended(&bad);
    let check = |place: &[&str]| {
        let run = |args: &[&str]| {
            let output = env.run(&[args, place].concat());
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            stdout(&output)
        };
        let table = run(&["runs", "list"]);
        assert!(table.contains(&ok) && table.contains(&bad) && table.contains("failed"), "{table}");
        let listed: Value = serde_json::from_str(&run(&["runs", "list", "--status", "failed", "--json"])).unwrap();
        assert_eq!(listed["runs"].as_array().unwrap().len(), 1);
        assert_eq!(listed["runs"][0]["id"], bad.as_str());
        let shown: Value = serde_json::from_str(&run(&["runs", "show", &ok, "--json"])).unwrap();
        assert_eq!(shown["output"], json!({"a": 1}));
        let text = run(&["runs", "show", &bad]);
        assert!(text.contains("refused") && text.contains("workflow.ts:2:"), "{text}");
    };
    check(&["--url", &url]);
    check(&["--db", ".cronflow/data.db"]);
    server.kill();
    check(&["--db", ".cronflow/data.db"]);
}

#[test]
fn a_flag_comes_before_the_variables() {
    let env = Env::with(ECHO);
    let server = env.serve();
    let url = format!("http://127.0.0.1:{}", server.port);
    let list = |args: &[&str], variables: &[(&str, &str)]| {
        let output = env.command(&[&["runs", "list"], args].concat()).envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    let (nowhere, missing) = (("CRONFLOW_URL", "http://127.0.0.1:1"), ("CRONFLOW_DB_PATH", "missing.db"));
    assert_eq!(list(&["--db", ".cronflow/data.db"], &[nowhere]), (Some(0), String::new()));
    assert_eq!(list(&["--url", &url], &[missing]), (Some(0), String::new()));
    assert_eq!(list(&["--url", &url], &[missing, nowhere]), (Some(0), String::new()));
    let (code, said) = list(&[], &[nowhere, missing]);
    assert!(code == Some(1) && said.contains("http://127.0.0.1:1"), "{said}");
    let (code, said) = list(&["--url", &url, "--db", "x"], &[]);
    assert!(code == Some(2) && said.contains("'--url <URL>' cannot be used with '--db <FILE>'"), "{said}");
}

#[test]
fn help_version_and_completions() {
    let env = Env::new();
    let help = stdout(&env.run(&["--help"]));
    assert!(help.contains("trigger") && help.contains("runs") && !help.contains("__worker"), "{help}");
    assert_eq!(stdout(&env.run(&["--version"])).trim(), concat!("cronflow-rt ", env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&env.run(&["completions", shell])).contains("cronflow-rt"), "{shell}");
    }
    assert_eq!(env.run(&[]).status.code(), Some(2));
}

#[test]
fn the_banner_lists_what_is_served() {
    let env = Env::with(ECHO);
    let mut server = env.serve();
    let mut command = env.command(&["run", "workflow.ts", "--port", "0", "--db", "other.db"]);
    drop(server.child.kill());
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    // The database is there once the server is about to listen; the signal waits for its turn.
    crate::env::eventually("the database exists", || env.path().join("other.db").exists());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = stderr(&output);
    assert!(told.contains("POST") && told.contains("/echo") && told.contains("other.db"), "{told}");
}

#[test]
fn logs_are_json_when_asked() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'w' }).step('s', () => { console.log('hi', { a: 1 }); return 1 });\n",
    );
    let mut server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--json"]);
    let run = server.trigger("w", "null");
    let line: Value = serde_json::from_str(&server.wait_for("hi { a: 1 }")).unwrap();
    assert!(line.to_string().contains(&run), "{line}");
}

#[test]
fn the_environment_places_the_database_and_a_flag_wins() {
    let env = Env::with(ECHO);
    let serve = |args: &[&str]| {
        let mut command = env.command(&[&["run", "workflow.ts", "--port", "0"], args].concat());
        command.env("CRONFLOW_DB_PATH", "by-env/data.db");
        drop(crate::env::Server::start(command));
    };
    serve(&[]);
    assert!(env.path().join("by-env/data.db").exists() && !env.path().join(".cronflow").exists());
    serve(&["--db", "by-flag.db"]);
    assert!(env.path().join("by-flag.db").exists());
}
