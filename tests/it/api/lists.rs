//! Lists of runs: pages while runs are added, filters, search; and what is done to many at once.

use super::FLOWS;
use crate::env::{Env, Server, ask, eventually, request};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

fn ids(page: &Value) -> Vec<String> {
    page["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
}

fn waiting(server: &Server, count: usize) -> Vec<String> {
    let runs: Vec<String> = (0..count).map(|_| server.trigger("nap", "null")).collect();
    let waits = || server.get("/api/runs?status=waiting&limit=1000").1["runs"].as_array().unwrap().len();
    eventually("all sleep", || waits() == count);
    runs
}

#[test]
fn pages_are_whole_while_runs_are_added() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let first: BTreeSet<String> = (0..40).map(|n| server.trigger("echo", &n.to_string())).collect();
    let is_over = AtomicBool::new(false);
    let port = server.port;
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                request(port, "POST", "/api/workflows/echo/trigger", Some("{\"payload\":\"more\"}"));
            }
        });
        let mut seen = Vec::new();
        let mut query = "limit=7".to_owned();
        loop {
            let (status, page) = server.get(&format!("/api/runs?{query}"));
            assert_eq!(status, 200, "{page}");
            seen.extend(ids(&page));
            match page["nextCursor"].as_str() {
                Some(cursor) => query = format!("limit=7&cursor={cursor}"),
                None => break,
            }
        }
        is_over.store(true, Ordering::Relaxed);
        let newest_first = seen.windows(2).all(|pair| pair[0] > pair[1]);
        assert!(newest_first, "{seen:?}");
        let seen: BTreeSet<String> = seen.into_iter().collect();
        assert!(first.is_subset(&seen), "some runs are on no page");
    });
}

#[test]
fn filters_and_search() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let good = server.trigger("echo", "{\"to\":\"Ada\"}");
    let bad = server.trigger("echo", "\"no\"");
    server.ended(&good);
    server.ended(&bad);
    let list = |query: &str| ids(&server.get(&format!("/api/runs?{query}")).1);
    assert_eq!(list("status=failed"), [bad.as_str()]);
    assert_eq!(list("q=ada"), [good.as_str()]);
    assert_eq!(list("q=REFUSED&workflow=echo"), [bad.as_str()]);
    assert_eq!(list("q=nowhere"), [""; 0]);
    assert_eq!(list("since=1h"), [bad.as_str(), good.as_str()]);
    assert_eq!(list("since=2999-01-01"), [""; 0]);
    assert_eq!(list("workflow=nap"), [""; 0]);
    assert!(server.get("/api/runs").1["runs"][0].get("payload").is_none(), "lists have no payloads");
}

#[rstest]
#[case("limit=0", "limit must be a number from 1 to 1000")]
#[case("status=odd", "use one of pending, running")]
#[case("since=soon", "2026-11-24")]
#[case("cursor=7", "'7' is no cursor")]
#[case("colour=red", "known here: workflow, status, since, q, limit, cursor")]
fn a_wrong_query_is_explained(#[case] query: &str, #[case] text: &str) {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (status, answer) = server.get(&format!("/api/runs?{query}"));
    assert_eq!((status, answer["error"]["code"].as_str()), (400, Some("CF4006")));
    assert!(answer["error"]["message"].as_str().unwrap().contains(text), "{answer}");
}

#[test]
fn many_runs_are_cancelled_at_once() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let runs = waiting(&server, 5);
    let cancel = |body: Value| server.post("/api/runs/cancel", &body.to_string());
    let (status, dry) = cancel(json!({"workflow": "nap", "dryRun": true}));
    assert_eq!((status, &dry["matched"], &dry["count"]), (200, &json!(5), &json!(0)), "{dry}");
    assert_eq!(server.get("/api/runs?status=waiting").1["runs"].as_array().unwrap().len(), 5);
    let (_, three) = cancel(json!({"workflow": "nap", "limit": 3, "reason": "cleaning up"}));
    assert_eq!((&three["count"], &three["hasMore"]), (&json!(3), &json!(true)), "{three}");
    let newest: Vec<&String> = runs.iter().rev().take(3).collect();
    assert_eq!(three["ids"], json!(newest), "the newest go first");
    let view = server.get(&format!("/api/runs/{}", runs[4])).1;
    assert_eq!(view["status"], "cancelled");
    assert!(view["error"]["message"].as_str().unwrap().contains("cleaning up"), "{view}");
    let (_, rest) = cancel(json!({"all": true}));
    assert_eq!((&rest["count"], &rest["hasMore"]), (&json!(2), &json!(false)), "{rest}");
    assert_eq!(cancel(json!({"all": true})).1["matched"], 0);
}

#[rstest]
#[case("cancel", json!({}), "name a filter")]
#[case("cancel", json!({"all": true, "workflow": "nap"}), "not both")]
#[case("cancel", json!({"status": "failed"}), "have ended")]
#[case("retry", json!({"all": true, "limit": 0}), "limit")]
#[case("retry", json!({"all": true, "dryrun": true}), "unknown field")]
fn a_careless_bulk_operation_is_refused(#[case] verb: &str, #[case] body: Value, #[case] text: &str) {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (status, answer) = server.post(&format!("/api/runs/{verb}"), &body.to_string());
    assert_eq!(status, 400, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains(text), "{answer}");
}

#[test]
fn many_failed_runs_go_on() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).manual().step('s', async () => {\n\
           if (!(await cronflow.getGlobalState('works'))) throw new Error('not yet');\n\
           return 'done';\n\
         });\n",
    );
    let server = env.serve();
    let runs: Vec<String> = (0..3).map(|_| server.trigger("w", "1")).collect();
    runs.iter().for_each(|run| assert_eq!(server.ended(run)["status"], "failed"));
    assert_eq!(ask(server.port, "PUT", "/api/state/global/works", &[], "true").0, 200);
    let (status, answer) = server.post("/api/runs/retry", "{\"since\":\"1h\"}");
    assert_eq!((status, &answer["count"]), (200, &json!(3)), "{answer}");
    for run in &runs {
        eventually("the run completes", || server.ended(run)["status"] == "completed");
    }
    let (status, again) = server.post(&format!("/api/runs/{}/retry", runs[0]), "");
    assert_eq!((status, again["error"]["code"].as_str()), (409, Some("CF4024")), "{again}");
}
