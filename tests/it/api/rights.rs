//! Who may do what: tokens, scopes, hosts, origins, and the audit of what was done.

use super::{DATABASE, FLOWS, guarded, token};
use crate::env::{Env, PATIENCE, ask, eventually, stderr};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// Every operation of the document: method, path with values for its parameters, whether it is the
/// server's own and needs a token.
fn operations(document: &Value) -> Vec<(String, String, bool)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let filled: Vec<&str> =
                path.split('/').map(|part| if part.starts_with('{') { "value" } else { part }).collect();
            let is_guarded = !operation["security"].as_array().unwrap().is_empty();
            all.push((method.to_uppercase(), filled.join("/"), is_guarded));
        }
    }
    all
}

/// The status, without waiting for the end of what never ends.
fn status(port: u16, method: &str, path: &str, token: Option<&str>) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nContent-Length: 0\r\n{token}\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).unwrap();
        answer.push_str(&String::from_utf8_lossy(&piece[..count]));
        if count == 0 || answer.contains("text/event-stream") {
            let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
            return (status, answer);
        }
    }
}

#[test]
fn the_matrix_of_rights() {
    let env = Env::with(FLOWS);
    let (server, [read, write, revoked]) = guarded(&env);
    let (code, document) =
        ask(server.port, "GET", "/openapi.json", &[("authorization", &format!("Bearer {read}"))], "");
    assert_eq!(code, 200);
    let operations = operations(&document);
    assert!(operations.len() > 25, "{operations:?}");
    let mut wrong = Vec::new();
    for (method, path, is_guarded) in &operations {
        let callers = [
            ("nobody", None),
            ("wrong", Some("cfr_wrong")),
            ("revoked", Some(&*revoked)),
            ("read", Some(&*read)),
            ("write", Some(&*write)),
        ];
        for (caller, token) in callers {
            let (status, answer) = status(server.port, method, path, token);
            let expected = match caller {
                _ if !is_guarded => None,
                "nobody" | "wrong" | "revoked" => Some(401),
                "read" if method != "GET" => Some(403),
                _ => None,
            };
            let is_right = match expected {
                Some(expected) => status == expected,
                // Allowed: whatever it answers, it is not about rights, and the route is there.
                None => ![401, 403, 405].contains(&status) && !answer.contains("{\"error\":\"Not found\"}"),
            };
            if !is_right {
                wrong.push(format!("{method} {path} by {caller}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn health_and_webhooks_need_no_token() {
    let env = Env::with(FLOWS);
    let (server, _) = guarded(&env);
    assert_eq!(server.get("/health").0, 200);
    assert_eq!(server.post("/echo/ada", "1").0, 200);
    let (status, answer) = server.get("/api/runs");
    assert_eq!((status, answer["error"]["code"].as_str()), (401, Some("CF4020")), "{answer}");
    assert!(answer["error"]["hint"].as_str().unwrap().contains("token create"), "{answer}");
}

#[test]
fn on_a_loopback_address_no_token_is_needed_but_a_given_one_counts() {
    let env = Env::with(FLOWS);
    let read = token(&env, "r", "read", &DATABASE);
    let server = env.serve();
    assert_eq!(server.get("/api/runs").0, 200);
    let bearer = format!("Bearer {read}");
    let with = |value: &str| ask(server.port, "POST", "/api/events", &[("authorization", value)], "{\"name\":\"e\"}");
    assert_eq!(with(&bearer).0, 403);
    assert_eq!(with("Bearer nonsense").0, 401);
    assert_eq!(server.post("/api/events", "{\"name\":\"e\"}").0, 202);
}

#[test]
fn others_are_not_listened_to_without_a_token() {
    let env = Env::with(FLOWS);
    let args = ["run", "workflow.ts", "--port", "0", "--host", "0.0.0.0"];
    let output = env.run(&args);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("CF4022") && stderr(&output).contains("token create"), "{}", stderr(&output));
    let write = token(&env, "w", "write", &DATABASE);
    let server = env.serve_with(&args);
    assert_eq!(server.get("/api/runs").0, 401);
    let bearer = format!("Bearer {write}");
    assert_eq!(ask(server.port, "GET", "/api/runs", &[("authorization", &bearer)], "").0, 200);
    assert_eq!(server.post("/echo/ada", "1").0, 200);
}

#[rstest]
#[case::host(&[("host", "evil.example")], 403)]
#[case::origin(&[("origin", "https://evil.example")], 403)]
#[case::no_origin(&[("origin", "null")], 403)]
#[case::image_of_another_site(&[("sec-fetch-site", "cross-site")], 403)]
#[case::program(&[], 202)]
fn web_pages_cannot_drive_it(#[case] headers: &[(&str, &str)], #[case] expected: u16) {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (status, answer) = ask(server.port, "POST", "/api/workflows/echo/trigger", headers, "{\"payload\":1}");
    assert_eq!(status, expected, "{answer}");
    let runs = server.get("/api/runs").1["runs"].as_array().unwrap().len();
    assert_eq!(runs, usize::from(expected == 202));
}

#[test]
fn tokens_are_made_listed_and_revoked_by_the_api() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (status, made) = server.post("/api/tokens", "{\"name\":\"ci\",\"scope\":\"read\"}");
    assert_eq!(status, 201, "{made}");
    let secret = made["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {secret}");
    let with_token = || ask(server.port, "GET", "/api/runs", &[("authorization", &bearer)], "").0;
    assert_eq!(with_token(), 200);
    let (_, listed) = server.get("/api/tokens");
    assert_eq!(listed["tokens"][0]["name"], "ci");
    assert!(!listed.to_string().contains(&secret));
    assert_eq!(server.post("/api/tokens", "{\"name\":\"ci\",\"scope\":\"read\"}").0, 409);
    assert_eq!(server.post("/api/tokens", "{\"name\":\"a b\",\"scope\":\"read\"}").0, 400);
    assert_eq!(server.post("/api/tokens", "{\"name\":\"x\",\"scope\":\"all\"}").0, 400);
    assert_eq!(ask(server.port, "DELETE", "/api/tokens/ci", &[], "").0, 200);
    assert_eq!(with_token(), 401);
    assert_eq!(ask(server.port, "DELETE", "/api/tokens/ci", &[], "").0, 404);
    server.kill();
    // Revoked is revoked, also for the next server; and the secret rests nowhere.
    let again = env.serve();
    assert_eq!(ask(again.port, "GET", "/api/runs", &[("authorization", &bearer)], "").0, 401);
    let rows = env.query("SELECT value FROM state WHERE scope = '$token'");
    assert_eq!(rows.len(), 1);
    assert!(!rows[0][0].contains(&secret[4..]), "{rows:?}");
}

#[test]
fn what_changes_something_is_on_record() {
    let env = Env::with(FLOWS);
    let (server, [read, write, _]) = guarded(&env);
    let by = |token: &str, method: &str, path: &str, body: &str| {
        ask(server.port, method, path, &[("authorization", &format!("Bearer {token}"))], body)
    };
    let (_, accepted) = by(&write, "POST", "/api/workflows/ask/trigger", "{}");
    let run = accepted["run_id"].as_str().unwrap().to_owned();
    let approvals = || by(&write, "GET", "/api/approvals", "").1["approvals"].clone();
    eventually("the run waits", || !approvals().as_array().unwrap().is_empty());
    let secret = approvals()[0]["token"].as_str().unwrap().to_owned();
    assert_eq!(by(&write, "POST", &format!("/api/approvals/{secret}/resume"), "{\"approved\":true}").0, 200);
    assert_eq!(by(&write, "POST", "/api/runs/value/cancel", "").0, 404);
    assert_eq!(by(&read, "POST", "/api/events", "{\"name\":\"e\"}").0, 403);
    assert_eq!(by("cfr_stranger", "POST", "/api/events", "{\"name\":\"e\"}").0, 401);
    let mut audit = Value::Null;
    // Outcomes are added without anybody waiting for them.
    eventually("the last outcome is on record", || {
        audit = by(&read, "GET", "/api/audit", "").1;
        let lines = audit["audit"].as_array().unwrap();
        lines.len() == 4 && lines.iter().all(|line| line["outcome"].is_number())
    });
    let lines: Vec<Value> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| json!([line["actor"], line["action"], line["outcome"]]))
        .collect();
    let expected = json!([
        ["r", "publishEvent", 403],
        ["w", "cancelRun", 404],
        ["w", "resumeApproval", 200],
        ["w", "triggerWorkflow", 202],
    ]);
    assert_eq!(json!(lines), expected, "strangers are not on record: they could fill the disk");
    assert!(audit["audit"][2]["target"].as_str().unwrap().contains(&run.replace('-', "")), "{audit}");
    let page = by(&read, "GET", "/api/audit?limit=1", "").1;
    let rest = by(&read, "GET", &format!("/api/audit?cursor={}", page["nextCursor"].as_str().unwrap()), "").1;
    assert_eq!(rest["audit"].as_array().unwrap().len(), 3);
    let rows = env.query("SELECT target FROM audit");
    assert!(rows.iter().all(|row| !row[0].contains(&secret)), "{rows:?}");
}
