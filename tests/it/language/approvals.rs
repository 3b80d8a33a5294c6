//! Waits for people and events: tokens, decisions, timeouts.

use super::{Table, step};
use crate::env::eventually;
use serde_json::json;

#[test]
fn a_person_decides() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".onWebhook('/ask').step('s', () => 1).humanInTheLoop({ description: 'Pay?', metadata: { n: 1 }, onPause: (ctx, token) => ctx.logger.info('token ' + token) }).step('e', ctx => ctx.last)",
            ),
            ("", ".onWebhook('/answer').step('go', ctx => cronflow.resume(ctx.payload.token, ctx.payload.decision))"),
            ("", ".onWebhook('/paused').step('go', () => cronflow.listPausedWorkflows())"),
        ],
    );
    let (status, accepted) = table.server.post("/ask", "1");
    assert_eq!(status, 202, "a run that waits for a person is answered at once: {accepted}");
    let run = accepted["run_id"].as_str().unwrap();
    let paused = table.server.post("/paused", "1").1["output"].clone();
    assert_eq!(paused[0]["runId"], json!(run));
    assert_eq!((&paused[0]["description"], &paused[0]["metadata"]), (&json!("Pay?"), &json!({"n": 1})));
    let token = paused[0]["token"].as_str().unwrap();
    let answer = |token: &str| {
        let body =
            json!({"token": token, "decision": {"approved": true, "reason": "fine", "approvedBy": "me", "more": 2}});
        table.server.post("/answer", &body.to_string()).1["output"].clone()
    };
    assert_eq!(answer("no-such-token"), json!(false));
    assert_eq!(answer(token), json!(true));
    let view = table.server.ended(run);
    let output = &view["output"];
    assert_eq!(output["type"], "human_approval");
    assert_eq!(
        (&output["approved"], &output["reason"], &output["approvedBy"]),
        (&json!(true), &json!("fine"), &json!("me"))
    );
    assert_eq!((&output["status"], &output["more"], &output["token"]), (&json!("resumed"), &json!(2), &json!(token)));
    assert_eq!(answer(token), json!(false), "a token is good for one answer");
    assert!(view["logs"][0]["message"].as_str().unwrap().ends_with(token));
}

#[test]
fn nobody_answers() {
    let table = Table::new(
        "",
        &[(
            "",
            ".humanInTheLoop({ description: 'd', timeout: 30, onTimeout: ctx => ctx.logger.warn('late') }).step('e', ctx => [ctx.last.status, ctx.last.timedOut, ctx.last.approved])",
        )],
    );
    let run = table.run(0, "null");
    assert_eq!(run["output"], json!(["timeout", true, false]));
    assert_eq!(run["logs"][0]["message"], "late");
}

#[test]
fn a_pause_survives_a_kill() {
    let table = Table::new(
        "",
        &[
            ("", ".pause((ctx, token) => ctx.state.global.set('token', token)).step('e', ctx => ctx.last)"),
            ("", ".step('go', async () => cronflow.resume(await cronflow.getGlobalState('token'), { back: true }))"),
        ],
    );
    let run = table.server.trigger("w0", "null");
    eventually("the token is kept", || {
        table.env.query("select count(*) from state where key = 'token'") == [["1"]]
            && table.env.query("select status from workflow_runs") == [["waiting"]]
    });
    let Table { env, server } = table;
    server.kill();
    let server = env.serve();
    let resumed = server.ended(&server.trigger("w1", "null"));
    assert_eq!(resumed["output"], json!(true));
    assert_eq!(server.ended(&run)["output"], json!({"back": true}));
}

#[test]
fn events_reach_those_who_wait_and_start_those_who_listen() {
    let table = Table::new(
        "",
        &[
            (
                "",
                ".step('s', ctx => ctx.payload).waitForEvent('paid', { filter: (event, ctx) => event.order === ctx.payload.order, timeout: '1m' }).step('e', ctx => ctx.last.amount)",
            ),
            ("", ".onEvent('pai*').onEvent('order.*').step('heard', ctx => [ctx.payload, ctx.trigger.event.name])"),
            (
                "",
                ".step('go', async ctx => { for (const [name, payload] of ctx.payload) await cronflow.publishEvent(name, payload); return (await cronflow.getEventHistory()).length })",
            ),
        ],
    );
    let run = table.server.trigger("w0", r#"{"order": 7}"#);
    eventually("the run waits", || table.env.query("select status from workflow_runs") == [["waiting"]]);
    let published = table
        .run(2, r#"[["paid", {"order": 6, "amount": 1}], ["paid", {"order": 7, "amount": 2}], ["order.created", 5]]"#);
    assert_eq!(published["output"], json!(3));
    let view = table.server.ended(&run);
    assert_eq!(view["output"], json!(2));
    assert_eq!(step(&view, "wait_for_event_paid")["output"], json!({"order": 7, "amount": 2}));
    eventually("the listener ran", || {
        table.env.query("select output from workflow_runs where workflow_id = 'w1' and status = 'completed'")
            == [["[5,\"order.created\"]"]]
    });
}
