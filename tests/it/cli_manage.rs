//! The command line over the management API: what people see, what programs get, exit codes, and reading
//! straight from the database when no server runs. Ids, times and figures are normalised.

use crate::{
    api::{DATABASE, FLOWS, token},
    env::{Env, PATIENCE, Server, eventually, stderr, stdout},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader},
    net::{Shutdown, TcpListener, TcpStream},
    process::{Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
        mpsc,
    },
    thread,
};

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

/// Runs a command that must work, and returns what it prints.
fn print(env: &Env, args: &[&str]) -> String {
    let output = env.run(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
    stdout(&output).trim_end().to_owned()
}

/// Replaces what differs from run to run: ids, times, spans, digests, tokens.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<String> = line.split(' ').map(word).collect();
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

fn word(word: &str) -> String {
    let is_hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    match word {
        _ if word.len() == 36 && word.matches('-').count() == 4 => "ID".to_owned(),
        _ if word.len() == 24 && word.ends_with('Z') && word.contains('T') => "TIME".to_owned(),
        _ if [12, 64].contains(&word.len()) && is_hex(word) => "DIGEST".to_owned(),
        _ if word.len() >= 60 && is_hex(&word.replace(['-', '_'], "")) => "TOKEN".to_owned(),
        _ => word.to_owned(),
    }
}

/// Without the padding of columns, whose width follows what is normalised.
fn squeezed(text: &str) -> String {
    let lines =
        normal(text).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
    lines.join("\n")
}

#[test]
fn workflows_for_people() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    let expected = "\
ID NAME NODES TRIGGERS VERSION
ask ask 2 started by hand DIGEST
echo Echo 1 GET|POST /echo/:who DIGEST
nap nap 2 started by hand DIGEST";
    assert_eq!(squeezed(&print(&env, &["workflows", "list", "--url", &url])), expected);
    let expected = "\
workflow     echo
name         Echo
description  Says it back
version      DIGEST

echo
└─ on GET|POST /echo/:who
   └─ step            say
";
    assert_eq!(normal(&print(&env, &["workflows", "show", "echo", "--url", &url])), expected);
    let expected = "\
ask
└─ on started by hand
   ├─ humanInTheLoop  human_in_the_loop  (Ship it?)
   └─ step            done
";
    assert_eq!(normal(&print(&env, &["workflows", "graph", "ask", "--url", &url])), expected);
    let expected = "\
digraph \"nap\" {
  n0 [label=\"started by hand\", shape=oval];
  n1 [label=\"sleep sleep (1h)\", shape=parallelogram];
  n2 [label=\"after\", shape=box];
  n0 -> n1;
  n1 -> n2;
}
";
    let drawn = print(&env, &["workflows", "graph", "nap", "--format", "dot", "--url", &url]);
    assert_eq!(normal(&drawn), expected);
}

#[test]
fn a_run_for_people_and_for_programs() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).manual()\n\
           .step('load', ctx => ({ n: ctx.payload.n }))\n\
           .step('try', async ctx => { if (await ctx.state.incr('tries') < 2) throw new Error('once'); return 'ok' })\n\
             .retry({ attempts: 3, backoff: { delay: '1h' } })\n\
           .log('half way')\n\
           .sleep('1h')\n\
           .step('end', () => 'done');\n",
    );
    let mut server = env.serve();
    let run = server.trigger("w", "{\"n\":1}");
    // The retry, and the sleep: so long that nothing else counts beside them, however busy the machine is.
    for waits in ["failed", "waiting"] {
        let sql = format!("select count(*) from steps where status = '{waits}' and wake_at is not null");
        eventually("it waits", || env.query(&sql) == [["1"]]);
        server.kill();
        env.let_minutes_pass(60);
        server = env.serve();
    }
    let url = url(&server);
    assert_eq!(server.ended(&run)["status"], "completed");
    let shown = print(&env, &["runs", "show", &run, "--url", &url]);
    let lines: Vec<&str> = shown.lines().collect();
    let line = |start: &str| {
        lines.iter().find(|line| line.trim_start().starts_with(start)).unwrap_or_else(|| panic!("{shown}"))
    };
    assert!(line("try").contains('x') && line("try").contains('.') && line("try").contains("(2 attempts)"), "{shown}");
    assert!(line("sleep").contains("...") && !line("sleep").contains('='), "{shown}");
    assert!(line("load").contains("completed  |="), "{shown}");
    assert!(shown.contains("= executed   x failed   . waited"), "{shown}");
    assert!(shown.contains("info   log: half way"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "no colours where nobody sees them");
    let whole: Value = serde_json::from_str(&print(&env, &["runs", "show", &run, "--json", "--url", &url])).unwrap();
    assert_eq!(whole, server.get(&format!("/api/runs/{run}")).1);
    let log = print(&env, &["runs", "logs", &run, "--url", &url]);
    assert_eq!(squeezed(&log), "TIME info log: half way");
    let exported = print(&env, &["runs", "export", "--workflow", "w", "--url", &url]);
    assert_eq!(serde_json::from_str::<Value>(&exported).unwrap(), whole);
}

#[test]
fn lists_of_runs_have_pages() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    let runs: Vec<String> = (0..3).map(|n| server.trigger("echo", &n.to_string())).collect();
    runs.iter().for_each(|run| drop(server.ended(run)));
    let output = env.run(&["runs", "list", "--limit", "2", "--url", &url]);
    let table = stdout(&output);
    assert!(squeezed(&table).starts_with("ID WORKFLOW STATUS CREATED TOOK\nID echo completed TIME"), "{table}");
    assert!(table.find(&runs[2]) < table.find(&runs[1]) && !table.contains(&runs[0]), "{table}");
    assert!(stderr(&output).contains(&format!("--cursor {}", runs[1])), "{}", stderr(&output));
    let rest = print(&env, &["runs", "list", "--cursor", &runs[1], "--json", "--url", &url]);
    let rest: Value = serde_json::from_str(&rest).unwrap();
    assert_eq!((&rest["runs"][0]["id"], &rest["nextCursor"]), (&json!(runs[0]), &Value::Null));
    assert_eq!(print(&env, &["runs", "list", "--search", "nowhere", "--url", &url]), "no runs");
}

#[test]
fn runs_are_cancelled_retried_and_replayed() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    let nap = server.trigger("nap", "null");
    let said = print(&env, &["runs", "cancel", &nap, "--reason", "enough", "--url", &url]);
    assert_eq!(said, format!("cancelled {nap}"));
    assert_eq!(server.ended(&nap)["status"], "cancelled");
    let late = env.run(&["runs", "cancel", &nap, "--url", &url]);
    assert_eq!(late.status.code(), Some(1));
    assert!(stderr(&late).contains("CF4024") && stderr(&late).contains("it is cancelled"), "{}", stderr(&late));
    let old = server.trigger("echo", "1");
    server.ended(&old);
    let new = print(&env, &["runs", "replay", &old, "--payload", "2", "--mock", "say=[3]", "--url", &url]);
    let view = server.ended(&new);
    assert_eq!((&view["payload"], &view["output"]), (&json!(2), &json!([3])));
    let failed = server.trigger("echo", "\"no\"");
    server.ended(&failed);
    let dry = env.run(&["runs", "retry", "--since", "1h", "--dry-run", "--url", &url]);
    assert_eq!(stdout(&dry).trim(), failed);
    assert!(stderr(&dry).contains("1 runs would be retried"), "{}", stderr(&dry));
    assert_eq!(print(&env, &["runs", "retry", &failed, "--url", &url]), format!("retried {failed}"));
    let naps: Vec<String> = (0..3).map(|_| server.trigger("nap", "null")).collect();
    let many = env.run(&["runs", "cancel", "--workflow", "nap", "--json", "--url", &url]);
    let many: Value = serde_json::from_str(&stdout(&many)).unwrap();
    assert_eq!(many["count"], 3, "{many}");
    naps.iter().for_each(|nap| assert_eq!(server.ended(nap)["status"], "cancelled"));
}

#[test]
fn approvals_are_decided() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    assert_eq!(print(&env, &["approvals", "list", "--url", &url]), "nothing waits for a person");
    let run = server.trigger("ask", "null");
    let list = || server.get("/api/approvals").1["approvals"].clone();
    eventually("the run waits", || !list().as_array().unwrap().is_empty());
    let expected = "\
WORKFLOW STEP DESCRIPTION SINCE UNTIL TOKEN
ask human_in_the_loop Ship it? TIME - DIGEST";
    assert_eq!(squeezed(&print(&env, &["approvals", "list", "--url", &url])), expected);
    let secret = list()[0]["token"].as_str().unwrap().to_owned();
    let said = print(&env, &["approvals", "reject", &secret, "--reason", "too big", "--by", "ada", "--url", &url]);
    assert_eq!(said, "rejected");
    assert_eq!(server.ended(&run)["output"], json!([false, "too big", "ada"]));
    let late = env.run(&["approvals", "approve", &secret, "--url", &url]);
    assert_eq!(late.status.code(), Some(1));
    assert!(stderr(&late).contains("nothing waits with this token"), "{}", stderr(&late));
}

#[test]
fn events_and_values() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    assert_eq!(print(&env, &["events", "publish", "order.paid", "--payload", "{\"n\":1}", "--url", &url]), "1");
    let expected = "ID NAME PUBLISHED PAYLOAD\n1 order.paid TIME {\"n\":1}";
    assert_eq!(squeezed(&print(&env, &["events", "list", "--url", &url])), expected);
    assert_eq!(print(&env, &["events", "list", "--name", "other", "--url", &url]), "no events");
    assert_eq!(print(&env, &["state", "set", "global", "limit", "5", "--ttl", "1h", "--url", &url]), "5");
    assert_eq!(
        print(&env, &["state", "set", "echo", "a/b", "{\"x\":[1]}", "--url", &url]),
        "{\n  \"x\": [\n    1\n  ]\n}"
    );
    assert_eq!(print(&env, &["state", "get", "global", "limit", "--url", &url]), "5");
    let expected = "KEY VALUE UPDATED EXPIRES\na/b {\"x\":[1]} TIME -";
    assert_eq!(squeezed(&print(&env, &["state", "list", "echo", "--url", &url])), expected);
    assert_eq!(print(&env, &["state", "delete", "global", "limit", "--url", &url]), "deleted");
    assert_eq!(print(&env, &["state", "list", "global", "--url", &url]), "no values");
    let missing = env.run(&["state", "get", "global", "limit", "--url", &url]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("there is no value 'limit'"), "{}", stderr(&missing));
}

#[test]
fn deliveries_for_people() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    server.post("/echo/ada", "{\"n\":1}");
    eventually("it is on record", || server.get("/api/deliveries").1["deliveries"][0]["status"] == 200);
    let expected = "\
ID RECEIVED WORKFLOW METHOD PATH OUTCOME ANSWER RUN
1 TIME echo POST /echo/ada accepted 200 ID";
    assert_eq!(squeezed(&print(&env, &["deliveries", "list", "--url", &url])), expected);
    assert_eq!(print(&env, &["deliveries", "list", "--outcome", "rejected", "--url", &url]), "no deliveries");
    let shown = print(&env, &["deliveries", "show", "1", "--url", &url]);
    assert!(shown.contains("outcome   accepted") && shown.ends_with("body\n{\"n\":1}"), "{shown}");
    let run = print(&env, &["deliveries", "replay", "1", "--url", &url]);
    assert_eq!(server.ended(&run)["output"], json!({"n": 1}));
}

#[test]
fn schedules_for_people() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'daily' }).onSchedule({ cron: '0 6 * * *', timezone: 'Europe/Berlin' }).step('s', () => 1);\n",
    );
    let server = env.serve();
    let url = url(&server);
    let expected = "\
ID WORKFLOW WHEN ZONE NEXT LAST MISSED
daily daily 0 6 * * * Europe/Berlin TIME - 0";
    assert_eq!(squeezed(&print(&env, &["schedules", "list", "--url", &url])), expected);
    let expected = "AT SCHEDULE WORKFLOW\nTIME daily daily\nTIME daily daily";
    let next = print(&env, &["schedules", "next", "2", "--url", &url]);
    assert_eq!(squeezed(&next), expected);
    assert_eq!(print(&env, &["schedules", "next", "2", "--id", "daily", "--url", &url]), next);
    let run = print(&env, &["schedules", "run", "daily", "--url", &url]);
    assert_eq!(server.ended(&run)["output"], 1);
    assert_eq!(print(&env, &["schedules", "pause", "daily", "--url", &url]), "paused daily");
    assert_eq!(print(&env, &["schedules", "next", "--url", &url]), "nothing fires");
    assert!(print(&env, &["schedules", "list", "--url", &url]).contains("paused"));
    assert_eq!(print(&env, &["schedules", "resume", "daily", "--url", &url]), "resumed daily");
    let unknown = env.run(&["schedules", "pause", "nothing", "--url", &url]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("CF4023"), "{}", stderr(&unknown));
    server.kill();
    // Without a server, out of the database.
    assert_eq!(print(&env, &["schedules", "next", "2", "--db", DATABASE[1]]), next);
    assert!(print(&env, &["schedules", "list", "--db", DATABASE[1]]).contains("0 6 * * *"));
}

#[test]
fn without_a_server_the_database_is_read() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let run = server.trigger("echo", "{\"a\":1}");
    server.ended(&run);
    server.trigger("ask", "null");
    server.post("/api/events", "{\"name\":\"e\"}");
    print(&env, &["state", "set", "global", "k", "1", "--url", &url(&server)]);
    eventually("the run waits", || !server.get("/api/approvals").1["approvals"].as_array().unwrap().is_empty());
    let reads: &[&[&str]] = &[
        &["workflows", "list"],
        &["workflows", "show", "ask"],
        &["workflows", "graph", "ask", "--format", "mermaid"],
        &["runs", "list", "--search", "a"],
        &["runs", "list", "--since", "1h", "--status", "completed"],
        &["runs", "show", &run],
        &["runs", "logs", &run],
        &["runs", "export"],
        &["events", "list"],
        &["deliveries", "list"],
        &["approvals", "list"],
        &["state", "list", "global"],
        &["state", "get", "global", "k"],
        &["token", "list"],
        &["audit", "list"],
    ];
    let all = |place: &[&str]| -> Vec<String> {
        reads
            .iter()
            .flat_map(|args| [print(&env, &[args, place].concat()), print(&env, &[args, place, &["--json"]].concat())])
            .collect()
    };
    let of_server = all(&["--url", &url(&server)]);
    server.kill();
    // Given by name, and found by itself: nothing answers at the default address of this test's project.
    env.write("cronflow.toml", "url = \"http://127.0.0.1:1\"\n");
    for place in [DATABASE.as_slice(), &[]] {
        assert_eq!(all(place), of_server, "{place:?}");
    }
}

#[test]
fn the_settings_file_names_the_server_and_its_token() {
    let env = Env::with(FLOWS);
    let secret = token(&env, "w", "write", &DATABASE);
    let server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--require-token"]);
    env.write("cronflow.toml", format!("url = \"{}\"\n", url(&server)));
    let refused = env.run(&["events", "publish", "e"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("CF4020") && stderr(&refused).contains("CRONFLOW_TOKEN"), "{}", stderr(&refused));
    let output = env.command(&["events", "publish", "e"]).env("CRONFLOW_TOKEN", &secret).output().unwrap();
    assert_eq!(stdout(&output).trim(), "1", "{}", stderr(&output));
    env.write("secret", format!("{secret}\n"));
    env.write("cronflow.toml", format!("url = \"{}\"\ntoken_file = \"secret\"\n", url(&server)));
    env.write("sub/file", "");
    let below = env.command(&["events", "publish", "e"]).current_dir(env.path().join("sub")).output().unwrap();
    assert_eq!(stdout(&below).trim(), "2", "{}", stderr(&below));
    env.write("cronflow.toml", "urll = 1\n");
    let wrong = env.run(&["runs", "list"]);
    assert_eq!(wrong.status.code(), Some(3));
    assert!(stderr(&wrong).contains("CF4025") && stderr(&wrong).contains("cronflow.toml:1:1"), "{}", stderr(&wrong));
}

#[test]
fn tokens_are_made_beside_a_server_and_without_one() {
    let env = Env::with(FLOWS);
    let first = token(&env, "first", "read", &DATABASE);
    assert!(first.starts_with("cfr_") && first.len() > 60, "{first}");
    let twice = env.run(&["token", "create", "first", "--db", DATABASE[1]]);
    assert_eq!(twice.status.code(), Some(1), "{}", stderr(&twice));
    let server = env.serve();
    let held = env.run(&["token", "create", "other", "--db", DATABASE[1]]);
    assert_eq!(held.status.code(), Some(5));
    assert!(stderr(&held).contains("a server has it"), "{}", stderr(&held));
    token(&env, "second", "write", &["--url", &url(&server)]);
    let expected = "NAME SCOPE CREATED REVOKED\nfirst read TIME -\nsecond write TIME -";
    assert_eq!(squeezed(&print(&env, &["token", "list", "--url", &url(&server)])), expected);
    assert_eq!(print(&env, &["token", "revoke", "first", "--url", &url(&server)]), "revoked first");
    let audit = print(&env, &["audit", "list", "--url", &url(&server)]);
    let expected = "\
AT WHO FROM ACTION TARGET ANSWER
TIME local 127.0.0.1 revokeToken /api/tokens/first 200
TIME local 127.0.0.1 createToken /api/tokens 201";
    assert_eq!(squeezed(&audit), expected);
}

/// Lines of a program as they come.
fn lines_of(mut command: std::process::Command) -> (std::process::Child, mpsc::Receiver<String>) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    (child, lines)
}

#[test]
fn one_run_is_watched_to_its_end() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).manual().step('a', () => 1).waitForEvent('go').log('went').step('b', () => 2);\n",
    );
    let server = env.serve();
    let run = server.trigger("w", "null");
    let (mut child, lines) = lines_of(env.command(&["runs", "watch", &run, "--url", &url(&server)]));
    let mut seen = Vec::new();
    while !seen.last().is_some_and(|line: &String| line.contains("waiting")) {
        seen.push(lines.recv_timeout(PATIENCE).unwrap());
    }
    server.post("/api/events", "{\"name\":\"go\"}");
    seen.extend(lines.iter());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let text = squeezed(&seen.join("\n"));
    assert!(text.contains("TIME completed a") && text.contains("info log: went"), "{text}");
    assert!(text.ends_with("run completed"), "{text}");
    let failed = env.run(&["runs", "watch", "01890000-0000-7000-8000-000000000000", "--url", &url(&server)]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("CF4004"), "{}", stderr(&failed));
}

/// A port that stays while servers come and go: it leads to the one of that number. A server that wants its old port
/// again may find it taken.
fn door(to: Arc<AtomicU16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // Where nobody listens, the client is let go, and comes again.
            let Ok(server) = TcpStream::connect(("127.0.0.1", to.load(Ordering::SeqCst))) else { continue };
            for (mut from, mut to) in
                [(&client, &server), (&server, &client)].map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()))
            {
                thread::spawn(move || {
                    let _ = io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    port
}

#[test]
fn all_runs_are_watched_over_a_restart() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let now = Arc::new(AtomicU16::new(server.port));
    let url = format!("http://127.0.0.1:{}", door(now.clone()));
    let (mut child, lines) = lines_of(env.command(&["runs", "watch", "--json", "--url", &url]));
    // Until the first change is seen it is not certain that it listens.
    let mut first = None;
    eventually("it listens", || {
        server.trigger("echo", "1");
        first = lines.recv_timeout(std::time::Duration::from_millis(200)).ok();
        first.is_some()
    });
    let change: Value = serde_json::from_str(&first.unwrap()).unwrap();
    assert_eq!(change["workflowId"], "echo");
    server.kill();
    let again = env.serve();
    now.store(again.port, Ordering::SeqCst);
    let mut runs = Vec::new();
    eventually("it listens again", || {
        runs.push(again.trigger("nap", "null"));
        let line = lines.recv_timeout(std::time::Duration::from_millis(200)).unwrap_or_default();
        runs.iter().any(|run| line.contains(run))
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

#[rstest]
#[case(&["runs", "cancel"], 2, "required")]
#[case(&["runs", "cancel", "7", "--workflow", "x"], 2, "cannot be used with")]
#[case(&["runs", "list", "--since", "soon"], 2, "2026-11-24")]
#[case(&["runs", "list", "--limit", "0"], 2, "0")]
#[case(&["runs", "replay", "7", "--mock", "x"], 2, "STEP=JSON")]
#[case(&["runs", "show", "7", "--url", "URL"], 1, "CF4004")]
#[case(&["workflows", "graph", "echo", "--format", "png"], 2, "mermaid")]
#[case(&["workflows", "show", "nothing", "--url", "URL"], 1, "CF4003")]
#[case(&["state", "set", "global", "k", "{", "--url", "URL"], 2, "CF4002")]
#[case(&["state", "set", "global", "k", "1", "--ttl", "soon", "--url", "URL"], 2, "--ttl")]
#[case(&["approvals", "approve", "x", "--payload", "[1]", "--url", "URL"], 2, "JSON object")]
#[case(&["approvals", "approve", "x", "--url", "URL"], 1, "CF4023")]
#[case(&["token", "create", "a b", "--url", "URL"], 1, "CF4006")]
#[case(&["token", "create", "a", "--scope", "all"], 2, "read or write")]
#[case(&["events", "publish", "e", "--url", "http://127.0.0.1:1"], 1, "CF4005")]
#[case(&["runs", "list", "--db", "nowhere.db"], 5, "CF5001")]
fn exit_codes_and_explanations(#[case] args: &[&str], #[case] code: i32, #[case] text: &str) {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let url = url(&server);
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "URL" { url.as_str() } else { arg }).collect();
    let output: Output = env.run(&args);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    assert!(stderr(&output).contains(text), "{}", stderr(&output));
    assert_eq!(stdout(&output), "", "what goes wrong is no data");
}
