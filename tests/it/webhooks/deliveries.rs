//! Deliveries: every request that reached a webhook is on record with what became of it.

use super::{send, source};
use crate::env::{Env, eventually};
use std::time::Instant;

#[test]
fn every_delivery_is_on_record() {
    let env = Env::with(&source(&[
        ".onWebhook('/w/:id', { method: ['POST', 'PUT'], idempotencyKey: 'x-key', validate: p => p.n > 0 || 'too small', condition: req => req.body.n !== 7,\
            middleware: (req, res, next) => (req.body.n === 8 ? res.status(418).end() : req.body.n === 9 ? next(new Error('x')) : next()) }).step('s', () => 1)",
        ".onWebhook('/later', { respond: 'accepted' }).step('s', () => 1)",
    ]));
    let server = env.serve();
    let call = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        send(server.port, method, path, headers, body).status
    };
    let secrets = [("x-key", "k"), ("authorization", "Bearer hunter2"), ("x-trace", "t-1")];
    assert_eq!(call("POST", "/w/1", &secrets, "{\"n\":1}"), 200);
    assert_eq!(call("PUT", "/w/1?a=1", &secrets, "{\"n\":1}"), 200);
    assert_eq!(call("POST", "/w/2", &secrets, "{\"n\":0}"), 400);
    assert_eq!(call("POST", "/w/3", &[], "{\"n\":7}"), 200);
    assert_eq!(call("POST", "/w/4", &[], "{\"n\":8}"), 418);
    assert_eq!(call("POST", "/w/5", &[], "{\"n\":9}"), 500);
    assert_eq!(call("POST", "/w/6", &[], "{"), 400);
    assert_eq!(call("POST", "/later", &[], "1"), 202);
    // Neither of these reached a webhook.
    assert_eq!(call("GET", "/w/1", &[], ""), 405);
    assert_eq!(call("POST", "/nowhere", &[], ""), 404);
    eventually("all are written", || env.query("select 1 from deliveries where status is not null").len() == 8);
    let rows = env.query(
        "select method, path, status, outcome, delivery_key, error, run_id is not null, headers is not null from deliveries order by id",
    );
    let expected = [
        ["POST", "/w/1", "200", "accepted", "k", "null", "1", "0"],
        ["PUT", "/w/1", "200", "duplicate", "k", "null", "1", "0"],
        ["POST", "/w/2", "400", "rejected", "null", "too small", "0", "1"],
        ["POST", "/w/3", "200", "skipped", "null", "null", "0", "1"],
        ["POST", "/w/4", "418", "answered", "null", "null", "0", "1"],
        [
            "POST",
            "/w/5",
            "500",
            "failed",
            "null",
            "a function of the webhook failed; the server's log says why",
            "0",
            "1",
        ],
    ];
    assert_eq!(rows[..6], expected);
    assert_eq!(rows[7][..4], ["POST", "/later", "202", "accepted"]);
    let runs = env.query("select distinct run_id from deliveries where delivery_key = 'k'");
    assert_eq!(runs, env.query("select id from workflow_runs where idempotency_key = 'k'"));
    let kept = env.query("select headers, body from deliveries where path = '/w/2'");
    assert!(kept[0][0].contains("\"authorization\":\"[secret]\"") && kept[0][0].contains("t-1"), "{kept:?}");
    assert!(!kept[0][0].contains("hunter2"));
    assert_eq!(kept[0][1], "{\"n\":0}");
}

#[test]
fn rubbish_cannot_fill_the_disk() {
    let env = Env::with(&source(&[".onWebhook('/w').step('s', () => 1)"]));
    let server = env.serve();
    let body = format!("{{\"a\":\"{}", "x".repeat(100_000));
    let started = Instant::now();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (port, body) = (server.port, body.clone());
            std::thread::spawn(move || {
                (0..150).for_each(|_| assert_eq!(send(port, "POST", "/w", &[], &body).status, 400))
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    eventually("some are written", || !env.query("select 1 from deliveries").is_empty());
    let kept = env.query("select count(*), coalesce(max(length(body)), 0) from deliveries");
    let (count, longest): (f64, u32) = (kept[0][0].parse().unwrap(), kept[0][1].parse().unwrap());
    // So many at once, and so many a second.
    let most = started.elapsed().as_secs_f64().mul_add(50.0, 500.0);
    assert!(count <= most && longest <= 4_096, "{kept:?}, most {most}");
}
