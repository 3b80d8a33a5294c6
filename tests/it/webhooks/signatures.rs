//! Signed webhooks: who knows the secret gets in, once for each delivery, and the secret stays inside.

use super::{send, source};
use crate::env::{Env, stderr, stdout};
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

const SECRET: &str = "It's a Secret to Everybody";
const BODY: &str = "Hello, World!";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const TEXT: (&str, &str) = ("content-type", "text/plain");

fn github() -> Env {
    Env::with(&source(&[
        ".onWebhook('/w', { signature: { scheme: 'github', secret: { env: 'HOOK_SECRET' } } }).step('s', () => { console.log('the secret is ' + \"It's a Secret to Everybody\"); return Math.random() })",
        ".onWebhook('/other', { signature: { scheme: 'github', secret: [\"old one\", \"It's a Secret to Everybody\"] } }).step('s', () => cronflow.getWorkflow('w1').getDefinition())",
    ]))
}

fn serve(env: &Env) -> crate::env::Server {
    let mut command = env.command(&["run", "workflow.ts", "--port", "0"]);
    command.env("HOOK_SECRET", SECRET);
    crate::env::Server::start(command)
}

#[test]
fn only_who_knows_the_secret_gets_in() {
    let env = github();
    let server = serve(&env);
    let call = |path: &str, signature: &str| {
        send(server.port, "POST", path, &[TEXT, ("x-hub-signature-256", signature)], BODY)
    };
    assert_eq!(call("/w", SIGNATURE).status, 200);
    assert_eq!(call("/other", SIGNATURE).status, 200);
    let wrong = call("/w", &SIGNATURE.replace("757", "758"));
    assert_eq!(wrong.status, 401);
    assert_eq!(
        wrong.json(),
        serde_json::json!({"status": "error", "message": "Signature verification failed",
                           "error": "the signature does not match", "workflow_triggered": false})
    );
    let missing = send(server.port, "POST", "/w", &[TEXT], BODY);
    assert_eq!(
        (missing.status, missing.json()["error"].as_str().unwrap().contains("x-hub-signature-256")),
        (401, true)
    );
    assert_eq!(
        send(server.port, "POST", "/w", &[TEXT, ("x-hub-signature-256", SIGNATURE)], "Hello, World?").status,
        401
    );
    assert_eq!(env.query("select count(*) from workflow_runs"), [["2"]]);
}

#[test]
fn a_delivery_that_comes_again_is_the_same_run() {
    let env = github();
    let server = serve(&env);
    let call = |server: &crate::env::Server, path: &str, id: &str| {
        let headers = [TEXT, ("x-hub-signature-256", SIGNATURE), ("x-github-delivery", id)];
        send(server.port, "POST", path, &headers, BODY)
    };
    let first = call(&server, "/w", "a");
    assert_eq!(first.status, 200);
    assert_eq!(call(&server, "/w", "a").text, first.text);
    assert_ne!(call(&server, "/w", "b").text, first.text);
    // Another webhook may use the same ids.
    assert_eq!(call(&server, "/other", "a").status, 200);
    server.kill();
    let server = serve(&env);
    assert_eq!(call(&server, "/w", "a").text, first.text);
    assert_eq!(env.query("select count(*) from workflow_runs"), [["3"]]);
}

#[test]
fn secrets_are_in_no_record_and_no_line() {
    let env = github();
    let mut server = serve(&env);
    let signed = [TEXT, ("x-hub-signature-256", SIGNATURE)];
    assert_eq!(send(server.port, "POST", "/w", &signed, BODY).status, 200);
    let line = server.wait_for("the secret is");
    assert!(line.contains("[secret]") && !line.contains(SECRET), "{line}");
    let shown = send(server.port, "POST", "/other", &signed, BODY).text;
    assert!(shown.contains("[secret]") && !shown.contains(SECRET) && !shown.contains("old one"), "{shown}");
    for id in ["w0", "w1"] {
        let workflow = server.get(&format!("/api/workflows/{id}")).1.to_string();
        assert!(
            workflow.contains("github") && !workflow.contains(SECRET) && !workflow.contains("old one"),
            "{workflow}"
        );
    }
    assert_eq!(env.query("select count(*) from workflows where definition like '%Everybody%'"), [["0"]]);
    let checked = env.command(&["check", "workflow.ts"]).env("HOOK_SECRET", SECRET).output().unwrap();
    assert!(!(stdout(&checked) + &stderr(&checked)).contains(SECRET));
}

#[test]
fn standard_webhooks_check_the_time_by_the_servers_clock() {
    let env = Env::with(&source(&[
        ".onWebhook('/w', { signature: { scheme: 'standard-webhooks', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } }).step('s', () => 1)",
        // An HMAC of the body, with an id of its own.
        ".onWebhook('/hmac', { signature: { scheme: 'hmac', secret: 'k', header: 'X-Sig', encoding: 'base64', algorithm: 'sha512', prefix: 'v=', id: 'X-Id' } }).step('s', () => 1)",
    ]));
    let server = env.serve();
    // The example of the specification is years old.
    let headers = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let old = send(server.port, "POST", "/w", &headers, "{\"test\": 2432232314}");
    assert_eq!((old.status, &old.json()["error"]), (401, &Value::from("the signed time is too far from the server's")));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let forged = [headers[0], ("webhook-timestamp", now.as_str()), headers[2]];
    let forged = send(server.port, "POST", "/w", &forged, "{\"test\": 2432232314}");
    assert_eq!(&forged.json()["error"], &Value::from("the signature does not match"));
    let signature = "v=qlZtBZGH4J+eBVcDOlVXSCpSpK6imu56UC8TAclFhJsEBBtBUdqF1V9FJ2zEsDnIELBzS1AevXN6aJpZw51XSQ==";
    let hmac = |id: &str, signature: &str, body: &str| {
        send(server.port, "POST", "/hmac", &[("x-sig", signature), ("x-id", id)], body)
    };
    let first = hmac("1", signature, "{}");
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(hmac("1", signature, "{}").text, first.text);
    assert_ne!(hmac("2", signature, "{}").text, first.text);
    assert_eq!(hmac("3", signature, "[]").status, 401);
    assert_eq!(hmac("3", &signature[2..], "{}").status, 401);
}
