//! Workflows, approvals, events, durable values, figures: one after the other.

use super::FLOWS;
use crate::env::{Env, ask, eventually};
use rstest::rstest;
use serde_json::json;

#[test]
fn workflows_are_shown_and_drawn() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (_, listed) = server.get("/api/workflows");
    let ids: Vec<_> = listed["workflows"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["ask", "echo", "nap"]);
    let (_, echo) = server.get("/api/workflows/echo");
    assert_eq!((&echo["name"], &echo["triggers"][0]["path"]), (&json!("Echo"), &json!("/echo/:who")));
    assert_eq!(echo["version"].as_str().unwrap().len(), 64, "the digest of the code");
    let tree = server.get("/api/workflows/nap/graph").1;
    let text = tree.as_str().unwrap();
    assert!(text.contains("└─ on started by hand") && text.contains("sleep           sleep"), "{text}");
    let mermaid = server.get("/api/workflows/nap/graph?format=mermaid").1;
    assert!(mermaid.as_str().unwrap().starts_with("flowchart TD\n"), "{mermaid}");
    assert_eq!(server.get("/api/workflows/nap/graph?format=png").0, 400);
    assert_eq!(server.get("/api/workflows/nothing/graph").0, 404);
}

#[test]
fn a_trigger_with_a_key_counts_once_and_can_be_waited_for() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let trigger = |payload: &str| {
        let body = format!("{{\"payload\":{payload},\"idempotencyKey\":\"k\",\"wait\":true}}");
        server.post("/api/workflows/echo/trigger", &body)
    };
    let (status, first) = trigger("1");
    assert_eq!((status, &first["output"]), (200, &json!(1)), "{first}");
    let (_, second) = trigger("2");
    assert_eq!(second["id"], first["id"]);
    assert_eq!(server.post("/api/workflows/echo/trigger", "{\"idempotencyKey\":\"\"}").0, 400);
    assert_eq!(server.post("/api/workflows/echo/trigger", "{\"paylod\":1}").0, 400);
}

#[test]
fn runs_are_cancelled_and_replayed() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let nap = server.trigger("nap", "null");
    let cancel = || server.post(&format!("/api/runs/{nap}/cancel"), "{\"reason\":\"enough\"}");
    assert_eq!(cancel().0, 200);
    assert_eq!(server.ended(&nap)["status"], "cancelled");
    let (status, again) = cancel();
    assert_eq!((status, again["error"]["code"].as_str()), (409, Some("CF4024")), "{again}");
    let old = server.trigger("echo", "{\"a\":1}");
    server.ended(&old);
    let replay = |body: &str| server.post(&format!("/api/runs/{old}/replay"), body);
    let (status, new) = replay("{}");
    assert_eq!(status, 202, "{new}");
    let view = server.ended(new["run_id"].as_str().unwrap());
    assert_eq!((&view["output"], &view["replayOf"]), (&json!({"a": 1}), &json!(old)));
    let (_, mocked) = replay("{\"overridePayload\":2,\"mockSteps\":{\"say\":\"mocked\"}}");
    let view = server.ended(mocked["run_id"].as_str().unwrap());
    assert_eq!((&view["payload"], &view["output"]), (&json!(2), &json!("mocked")));
    assert_eq!(replay("{\"fromStep\":\"nowhere\"}").0, 409);
    let unknown = "01890000-0000-7000-8000-000000000000";
    for verb in ["cancel", "retry", "replay"] {
        assert_eq!(server.post(&format!("/api/runs/{unknown}/{verb}"), "{}").0, 404, "{verb}");
    }
}

#[test]
fn a_person_decides_once() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let run = server.trigger("ask", "{\"order\":7}");
    let approvals = || server.get("/api/approvals").1["approvals"].clone();
    eventually("the run waits", || !approvals().as_array().unwrap().is_empty());
    let approval = approvals()[0].clone();
    assert_eq!((&approval["runId"], &approval["description"]), (&json!(run), &json!("Ship it?")));
    assert_eq!(approval["payload"], json!({"order": 7}));
    let path = format!("/api/approvals/{}/resume", approval["token"].as_str().unwrap());
    assert_eq!(server.post(&path, "{").0, 400);
    assert_eq!(server.post(&path, "{\"approved\":true,\"reason\":\"ok\",\"approvedBy\":\"ada\"}").0, 200);
    assert_eq!(server.ended(&run)["output"], json!([true, "ok", "ada"]));
    let (status, late) = server.post(&path, "{\"approved\":false}");
    assert_eq!((status, late["error"]["code"].as_str()), (404, Some("CF4023")), "{late}");
    assert_eq!(approvals(), json!([]));
}

#[test]
fn events_are_published_and_kept() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    assert_eq!(server.post("/api/events", "{\"name\":\"order.paid\",\"payload\":{\"n\":1}}").0, 202);
    assert_eq!(server.post("/api/events", "{\"name\":\"other\"}").0, 202);
    let (_, all) = server.get("/api/events?limit=1");
    assert_eq!((&all["events"][0]["name"], &all["events"][0]["payload"]), (&json!("other"), &json!(null)));
    let (_, paid) = server.get("/api/events?name=order.paid");
    assert_eq!(paid["events"][0]["payload"], json!({"n": 1}));
    assert_eq!(server.post("/api/events", "{\"name\":\"\"}").0, 400);
    assert_eq!(server.post("/api/events", "{}").0, 400);
}

#[test]
fn durable_values_are_read_and_changed() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let put = |path: &str, body: &str| ask(server.port, "PUT", path, &[], body);
    assert_eq!(put("/api/state/global/a%2Fb", "{\"n\":1}").0, 200);
    assert_eq!(put("/api/state/echo/k?ttl=1h", "2").0, 200);
    let (_, value) = server.get("/api/state/global/a%2Fb");
    assert_eq!((&value["key"], &value["value"], &value["scope"]), (&json!("a/b"), &json!({"n": 1}), &json!("global")));
    assert!(server.get("/api/state/echo/k").1["expiresAt"].is_string());
    for key in ["c", "d"] {
        put(&format!("/api/state/global/{key}"), "null");
    }
    let (_, page) = server.get("/api/state/global?limit=2");
    let keys: Vec<_> = page["values"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
    assert_eq!((keys, &page["nextCursor"]), (vec![json!("a/b"), json!("c")], &json!("c")));
    assert_eq!(server.get("/api/state/global?cursor=c").1["values"][0]["key"], "d");
    assert_eq!(server.get("/api/state").1["scopes"], json!(["global", "ask", "echo", "nap"]));
    assert_eq!(ask(server.port, "DELETE", "/api/state/global/c", &[], "").0, 200);
    assert_eq!(ask(server.port, "DELETE", "/api/state/global/c", &[], "").0, 404);
    assert_eq!(server.get("/api/state/global/c").0, 404);
    assert_eq!(put("/api/state/global/x", "{").0, 400);
    assert_eq!(put("/api/state/global/x?ttl=soon", "1").0, 400);
}

#[rstest]
#[case("$token")]
#[case("$cache")]
fn what_the_engine_keeps_for_itself_is_not_shown(#[case] scope: &str) {
    let env = Env::with(FLOWS);
    let server = env.serve();
    server.post("/api/tokens", "{\"name\":\"ci\",\"scope\":\"read\"}");
    assert_eq!(server.get(&format!("/api/state/{scope}")).1["values"], json!([]));
    assert_eq!(ask(server.port, "PUT", &format!("/api/state/{scope}/ci"), &[], "1").0, 200, "a workflow of that name");
    let rows = env.query("SELECT scope FROM state WHERE value = '1'");
    assert_eq!(rows, [[format!("workflow:{scope}")]]);
}

#[test]
fn figures_count_what_happened() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    server.post("/echo/ada", "1");
    server.post("/echo/ada", "\"no\"");
    let nap = server.trigger("nap", "null");
    eventually("it sleeps", || server.get(&format!("/api/runs/{nap}")).1["status"] == "waiting");
    let page = server.get("/metrics").1;
    let page = page.as_str().unwrap();
    for line in [
        "cronflow_runs_accepted_total 3",
        "cronflow_runs_ended_total{status=\"completed\"} 1",
        "cronflow_runs_ended_total{status=\"failed\"} 1",
        "cronflow_runs{status=\"waiting\"} 1",
        "cronflow_http_requests_total{kind=\"webhook\",status=\"2xx\"} 1",
        "cronflow_http_requests_total{kind=\"webhook\",status=\"5xx\"} 1",
        "cronflow_timers 1",
        "cronflow_workers_lost_total 0",
        "cronflow_database_writable 1",
    ] {
        assert!(page.lines().any(|one| one == line), "{line}\n{page}");
    }
    let (_, stats) = server.get("/api/stats?since=1h");
    assert_eq!(stats["runs"]["byStatus"], json!({"completed": 1, "failed": 1, "waiting": 1}), "{stats}");
    assert_eq!(stats["runs"]["byWorkflow"]["nap"]["waiting"]["count"], 1, "{stats}");
    assert_eq!((&stats["engine"]["runs"], &stats["engine"]["waiting"]), (&json!(1), &json!(1)), "{stats}");
}

#[test]
fn deliveries_are_listed_and_replayed() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let (_, answer) = server.post("/echo/ada", "{\"n\":1}");
    server.post("/echo/ada", "{");
    eventually("both are on record", || server.get("/api/deliveries").1["deliveries"].as_array().unwrap().len() == 2);
    let (_, accepted) = server.get("/api/deliveries?outcome=accepted&workflow=echo");
    let delivery = accepted["deliveries"][0].clone();
    assert_eq!((&delivery["path"], &delivery["runId"]), (&json!("/echo/ada"), &answer["run_id"]), "{delivery}");
    let (_, rejected) = server.get("/api/deliveries?outcome=rejected");
    let rejected = rejected["deliveries"][0].clone();
    assert!(rejected["error"].as_str().is_some(), "{rejected}");
    let (_, whole) = server.get(&format!("/api/deliveries/{}", delivery["id"]));
    assert_eq!(whole["body"], "{\"n\":1}", "{whole}");
    let (status, replayed) = server.post(&format!("/api/deliveries/{}/replay", delivery["id"]), "");
    assert_eq!(status, 202, "{replayed}");
    let run = server.ended(replayed["run_id"].as_str().unwrap());
    assert_eq!((&run["output"], &run["replayOf"]), (&json!({"n": 1}), &answer["run_id"]));
    let (status, refused) = server.post(&format!("/api/deliveries/{}/replay", rejected["id"]), "");
    assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("CF4024")), "{refused}");
    assert_eq!(server.get("/api/deliveries/999").0, 404);
    assert_eq!(server.get("/api/deliveries?outcome=odd").0, 400);
}

#[test]
fn schedules_are_looked_at_and_steered() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'daily' }).onSchedule({ cron: '0 6 * * *', timezone: 'Europe/Berlin' })\n\
           .step('s', ctx => ctx.payload.trigger_type);\n\
         cronflow.define({ id: 'beat' }).onInterval('90d').step('s', () => 1);\n",
    );
    let server = env.serve();
    let (_, listed) = server.get("/api/schedules");
    let ids: Vec<_> = listed["schedules"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["beat", "daily"]);
    let (_, daily) = server.get("/api/schedules/daily?count=3");
    assert_eq!((&daily["expression"], &daily["timezone"]), (&json!("0 6 * * *"), &json!("Europe/Berlin")), "{daily}");
    let next: Vec<&str> = daily["next"].as_array().unwrap().iter().map(|at| at.as_str().unwrap()).collect();
    assert!(next.len() == 3 && next.is_sorted() && next[0] == daily["nextFire"], "{daily}");
    let upcoming = |count: u32| server.get(&format!("/api/upcoming?count={count}")).1["next"].clone();
    let of_daily = upcoming(3).as_array().unwrap().iter().filter(|one| one["schedule"] == "daily").count();
    assert!(of_daily >= 2, "{}", upcoming(3));
    let (status, paused) = server.post("/api/schedules/daily/pause", "");
    assert_eq!((status, &paused["paused"], &paused["nextFire"]), (200, &json!(true), &json!(null)), "{paused}");
    assert!(upcoming(9).as_array().unwrap().iter().all(|one| one["schedule"] == "beat"));
    let (status, started) = server.post("/api/schedules/daily/run", "");
    assert_eq!(status, 202, "{started}");
    assert_eq!(server.ended(started["run_id"].as_str().unwrap())["output"], "schedule");
    assert_eq!(server.post("/api/schedules/daily/resume", "").1["paused"], false);
    let (status, unknown) = server.post("/api/schedules/nothing/pause", "");
    assert_eq!((status, unknown["error"]["code"].as_str()), (404, Some("CF4023")), "{unknown}");
    assert_eq!(server.get("/api/schedules/daily?count=0").0, 400);
}
