//! The examples, as their readers would use them.

use crate::env::{Env, Server, eventually};
use serde_json::{Value, json};

/// An environment with an example's workflow file.
macro_rules! example {
    ($name:literal) => {
        Env::with(include_str!(concat!("../../examples/", $name, "/workflow.ts")))
    };
}

/// The outcome of a webhook that answers with the run's result.
fn output(server: &Server, path: &str, body: &Value) -> Value {
    let (status, answer) = server.post(path, &body.to_string());
    assert_eq!(status, 200, "{answer}");
    answer["output"].clone()
}

#[test]
fn small_orders_are_paid_and_large_ones_wait() {
    let env = example!("order-approval");
    let server = env.serve();
    let order = |id: &str, price: u32| json!({"id": id, "items": [{"sku": "lamp", "price": price, "quantity": 2}]});
    let small = output(&server, "/orders", &order("o-1", 10));
    assert_eq!(small, json!({"order": "o-1", "charged": 20, "mail": "sent a receipt for 20"}));

    let decide = |id: &str, decision: &Value| {
        let (status, accepted) = server.post("/orders", &order(id, 600).to_string());
        assert_eq!(status, 202, "{accepted}");
        let waiting = server.get("/approvals").1["output"].clone();
        let token = waiting[0]["token"].as_str().unwrap().to_owned();
        let mut body = decision.clone();
        body["token"] = token.into();
        assert_eq!(output(&server, "/approvals", &body), json!({"resumed": true}));
        server.ended(accepted["run_id"].as_str().unwrap())
    };
    let paid = decide("o-2", &json!({"approved": true, "approvedBy": "kim"}));
    assert_eq!(paid["output"]["charged"], 1200, "{paid:#}");
    let refused = decide("o-3", &json!({"approved": false, "reason": "no stock"}));
    assert_eq!((&refused["status"], &refused["error"]["message"]), (&json!("cancelled"), &json!("refused: no stock")));
    assert_eq!(server.post("/orders", "{\"id\":\"o-4\"}").0, 500);
}

#[test]
fn an_import_loads_every_good_row_once() {
    let env = example!("fan-out-etl");
    let server = env.serve();
    let run = server.trigger("import", "{\"pages\":5}");
    eventually("it is half way", || {
        let written = env.query("select count(*) from steps where name = 'write' and status = 'completed'");
        written[0][0].parse::<u32>().unwrap() >= 4
    });
    server.kill();
    let server = env.serve();
    let view = server.ended(&run);
    let good: Vec<f64> = (0..50).filter(|id| id % 7 != 3).map(|id| f64::from(id) * 1.5).collect();
    let expected =
        json!({"pages": 5, "loaded": good.len(), "refused": 50 - good.len(), "amount": good.iter().sum::<f64>()});
    assert_eq!(view["output"], expected, "{view:#}");
}

#[test]
fn a_rate_comes_from_the_service_or_else_from_memory() {
    let (port, up) = rate_service();
    let env = example!("circuit-breaker");
    // On a busy machine these may be over before anybody has asked again, or was answered.
    let source = env.read("workflow.ts").replace("recoveryTimeout: '2s'", "recoveryTimeout: '1h'");
    env.write("workflow.ts", source.replace(".timeout('5s')", ".timeout('5m')"));
    let start = || {
        let mut command = env.command(&["run", "workflow.ts", "--port", "0"]);
        command.env("RATES_URL", format!("http://127.0.0.1:{port}"));
        Server::start(command)
    };
    let ask = |server: &Server, currency: &str| server.post("/rates", &json!({ "currency": currency }).to_string());
    let server = start();
    assert_eq!(ask(&server, "EUR").1["output"], json!({"currency": "EUR", "rate": 1.08, "fresh": true}));
    assert_eq!(ask(&server, "ZZZ").0, 500, "an unknown currency is not asked for again");
    up.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&server, "EUR").1["output"], json!({"currency": "EUR", "rate": 1.08, "fresh": false}));
    assert_eq!(ask(&server, "EUR").1["output"]["fresh"], json!(false));
    let opened = env.query("select count(*) from steps where error like '%is OPEN%'");
    assert_ne!(opened, [["0"]], "the breaker opened");
    up.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&server, "EUR").1["output"]["fresh"], json!(false), "it is open still");
    server.kill();
    env.let_minutes_pass(60);
    assert_eq!(ask(&start(), "EUR").1["output"]["fresh"], json!(true), "it has closed");
}

/// Answers `/EUR` with a rate while it is up, else with 503.
fn rate_service() -> (u16, std::sync::Arc<std::sync::atomic::AtomicBool>) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let up = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let is_up = up.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let count = stream.read(&mut head).unwrap_or(0);
            let known = head[..count].starts_with(b"GET /EUR ");
            let (status, body) = match (is_up.load(std::sync::atomic::Ordering::SeqCst), known) {
                (false, _) => ("503 Service Unavailable", "{}"),
                (true, false) => ("404 Not Found", "{}"),
                (true, true) => ("200 OK", "{\"rate\":1.08}"),
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (port, up)
}

#[test]
fn a_trip_is_booked_or_taken_back() {
    let env = example!("saga");
    let server = env.serve();
    let booked = output(&server, "/trips", &json!({"to": "Oslo"}));
    assert_eq!(booked["status"], "booked");
    assert_eq!(booked["references"].as_array().unwrap().len(), 3);
    let undone = output(&server, "/trips", &json!({"to": "Oslo", "fails": "car"}));
    assert_eq!(undone, json!({"status": "cancelled", "why": "no car left in Oslo", "undone": ["hotel", "flight"]}));
}

#[test]
fn the_night_is_reported_and_the_next_one_waits() {
    let env = example!("nightly-report");
    let server = env.serve();
    for amount in [12.5, 7.5] {
        output(&server, "/sales", &json!({ "amount": amount }));
    }
    let run = server.trigger("nightly-report", "{\"scheduled_at\":\"2026-11-23T02:00:00.000Z\"}");
    let view = server.ended(&run);
    assert_eq!(view["logs"][0]["message"], "2026-11-23: 2 sales, 20 in all, 0 failed runs", "{view:#}");
    let spec = "select json_extract(spec, '$.cron'), is_served from schedules where id = 'nightly-report'";
    assert_eq!(env.query(spec), [["0 2 * * *", "1"]]);
}
