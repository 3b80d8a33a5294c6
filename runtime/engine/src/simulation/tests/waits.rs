//! `sleep`, `waitForEvent`, `humanInTheLoop`, `pause`: what ends a wait, and when.

use super::{
    dsl::*,
    script::{Stimulus::*, check, check_one, check_without_restarts, start},
};
use crate::simulation::plan::{Say, What};
use serde_json::json;

#[test]
fn sleeps_end_in_order_of_their_times() {
    let branches = [flow([sleep("z1", 50), step("a")]), flow([sleep("z2", 20), step("b")])];
    check_one(
        &[plan("w", [parallel("p", branches)])],
        &[
            r#"w: p[0].body()=flow p[1].body()=flow @20 p[1]/b()=b @50 p[0]/a()=a | p+ p[0]/z1+ p[0]/a+ p[1]/z2+ p[1]/b+ | completed ["a","b"]"#,
        ],
    );
    let asks = node("sleep", "z").gives("duration", json!("10ms"));
    let until = node("sleepUntil", "u").spec(json!({"until": 1_767_225_600_100.0}));
    let asks_until = node("sleepUntil", "v").gives("until", json!(1_767_225_600_200.0));
    check_one(
        &[plan("w", [step("s"), asks, until, asks_until, step("t")])],
        &["w: s()=s z.duration(s)=10ms @100 v.until(s)=1767225600200.0 @200 t(s)=t | s+ z+ u+ v+ t+ | completed t"],
    );
    check_one(
        &[plan("w", [node("sleep", "z").gives("duration", json!(true)), step("t")])],
        &["w: z.duration()=true | z! | failed TypeError"],
    );
}

#[test]
fn a_step_waits_for_its_delay() {
    let branches = [flow([step("a").options(json!({"delay": 50}))]), flow([sleep("z", 20), step("b")])];
    check_one(
        &[plan("w", [parallel("p", branches)])],
        &[
            r#"w: p[0].body()=flow p[1].body()=flow @20 p[1]/b()=b @50 p[0]/a()=a | p+ p[0]/a+ p[1]/z+ p[1]/b+ | completed ["a","b"]"#,
        ],
    );
}

#[test]
fn an_event_ends_a_wait() {
    let plans = [plan("w", [step("s"), wait_for("e", "go"), step("t")])];
    check(
        &plans,
        &[(0, start("w")), (10, Publish("other", json!(1))), (20, Publish("go", json!(2)))],
        &["w: s()=s @20 t(2)=t | s+ e+ t+ | completed t"],
    );
    // What was published before the wait began does not count.
    check(&plans, &[(0, Publish("go", json!(1))), (10, start("w"))], &["w: @10 s()=s | s+ e~ | waiting"]);
}

#[test]
fn a_filter_looks_at_each_event() {
    let filtered = wait_for("e", "go").says("filter", Say::now(What::Argument("/ok")));
    let plans = [plan("w", [filtered, step("t")])];
    let no = || Publish("go", json!({"ok": false}));
    check(
        &plans,
        &[(0, start("w")), (10, no()), (10, no()), (20, Publish("go", json!({"ok": true})))],
        &[r#"w: @10 e.filter()=false e.filter()=false @20 e.filter()=true t({"ok":true})=t | e+ t+ | completed t"#],
    );
    let slow = wait_for("e", "go").says("filter", Say { what: What::Value(json!(true)), takes: 50 });
    let slow = slow.spec(json!({"timeout": 30}));
    check(
        &[plan("w", [slow, step("t")])],
        &[(0, start("w")), (10, no())],
        &[r#"w: @30 t({"timedOut":true})=t | e+ t+ | completed t"#],
    );
    let broken = wait_for("e", "go").says("filter", failure("FilterError"));
    check(
        &[plan("w", [broken, step("t")])],
        &[(0, start("w")), (10, no())],
        &["w: @10 e.filter()!FilterError | e! | failed FilterError"],
    );
}

#[test]
fn a_wait_for_an_event_times_out() {
    let plans = [plan("w", [wait_for("e", "go").spec(json!({"timeout": 30})), step("t")])];
    check(&plans, &[(0, start("w"))], &[r#"w: @30 t({"timedOut":true})=t | e+ t+ | completed t"#]);
    check(&plans, &[(0, start("w")), (29, Publish("go", json!(1)))], &["w: @29 t(1)=t | e+ t+ | completed t"]);
}

#[test]
fn two_branches_wait_for_the_same_event() {
    let branches = [flow([wait_for("e1", "go"), step("a")]), flow([wait_for("e2", "go"), wait_for("e3", "go")])];
    let plans = [plan("w", [parallel("p", branches)])];
    check(
        &plans,
        &[(0, start("w")), (10, Publish("go", json!(1))), (20, Publish("go", json!(2)))],
        &[
            r#"w: p[0].body()=flow p[1].body()=flow @10 p[0]/a(1)=a | p+ p[0]/e1+ p[0]/a+ p[1]/e2+ p[1]/e3+ | completed ["a",2]"#,
        ],
    );
}

#[test]
fn a_person_decides() {
    let plans = [plan("w", [approval("h").gives("onPause", json!(null)), step("t")])];
    check(
        &plans,
        &[(0, start("w")), (10, Resume("h", json!({"approved": true, "note": "ok"})))],
        &[
            r#"w: h.onPause()=null @10 t({"approved":true,"note":"ok","type":"human_approval","token":"T","description":null,"metadata":null,"reason":null,"approvedBy":null,"approvedAt":"2026-01-01T00:00:00.010Z","status":"resumed","resumePayload":{"approved":true,"note":"ok"}})=t | h+ t+ | completed t"#,
        ],
    );
    // The second decision changes nothing.
    let twice = [(0, start("w")), (10, Resume("h", json!(true))), (10, Resume("h", json!(false)))];
    check(
        &plans,
        &twice,
        &[
            r#"w: h.onPause()=null @10 t({"type":"human_approval","token":"T","description":null,"metadata":null,"approved":true,"reason":null,"approvedBy":null,"approvedAt":"2026-01-01T00:00:00.010Z","status":"resumed","resumePayload":true})=t | h+ t+ | completed t"#,
        ],
    );
    check(&plans, &[(0, start("w"))], &["w: h.onPause()=null | h~ | waiting"]);
}

/// Nor does it change what later steps see.
#[test]
fn a_second_decision_is_not_seen() {
    let plans = [plan("w", [approval("h"), sleep("z", 10), step("t")])];
    let decision = r#"{"type":"human_approval","token":"T","description":null,"metadata":null,"approved":true,"reason":null,"approvedBy":null,"approvedAt":"2026-01-01T00:00:00.010Z","status":"resumed","resumePayload":true}"#;
    let line = format!("w: @20 t({decision})=t | h+ z+ t+ | completed t");
    let twice = [(0, start("w")), (10, Resume("h", json!(true))), (15, Resume("h", json!(false)))];
    check(&plans, &twice, &[&line]);
}

#[test]
fn a_person_decides_while_somebody_is_told() {
    let slow = approval("h").says("onPause", Say { what: What::Value(json!(null)), takes: 50 });
    check(
        &[plan("w", [slow, step("t")])],
        &[(0, start("w")), (10, Resume("h", json!(false)))],
        &[
            r#"w: @10 t({"type":"human_approval","token":"T","description":null,"metadata":null,"approved":false,"reason":null,"approvedBy":null,"approvedAt":"2026-01-01T00:00:00.010Z","status":"resumed","resumePayload":false})=t | h+ t+ | completed t"#,
        ],
    );
}

#[test]
fn nobody_decides_in_time() {
    let timed = || approval("h").spec(json!({"timeout": 30}));
    check(
        &[plan("w", [timed(), step("t")])],
        &[(0, start("w"))],
        &[
            r#"w: @30 t({"type":"human_approval","token":"T","description":null,"metadata":null,"approved":false,"reason":null,"approvedBy":null,"approvedAt":null,"status":"timeout","resumePayload":null,"timedOut":true})=t | h+ t+ | completed t"#,
        ],
    );
    let told = timed().says("onTimeout", Say { what: What::Value(json!(null)), takes: 20 });
    check(
        &[plan("w", [told.clone(), step("t")])],
        &[(0, start("w")), (40, Resume("h", json!(true)))],
        &[
            r#"w: @50 h.onTimeout()=null t({"type":"human_approval","token":"T","description":null,"metadata":null,"approved":false,"reason":null,"approvedBy":null,"approvedAt":null,"status":"timeout","resumePayload":null,"timedOut":true})=t | h+ t+ | completed t"#,
        ],
    );
    let both = told.says("onPause", Say { what: What::Value(json!(null)), takes: 40 });
    // After a restart nobody is told any more: the time is up.
    check_without_restarts(
        &[plan("w", [both, step("t")])],
        &[(0, start("w"))],
        &[
            r#"w: @40 h.onPause()=null @60 h.onTimeout()=null t({"type":"human_approval","token":"T","description":null,"metadata":null,"approved":false,"reason":null,"approvedBy":null,"approvedAt":null,"status":"timeout","resumePayload":null,"timedOut":true})=t | h+ t+ | completed t"#,
        ],
    );
    let broken = timed().says("onTimeout", failure("TimeoutHookError"));
    check(
        &[plan("w", [broken, step("t")])],
        &[(0, start("w"))],
        &["w: @30 h.onTimeout()!TimeoutHookError | h! | failed TimeoutHookError"],
    );
}

#[test]
fn a_pause_returns_what_it_is_resumed_with() {
    let plans = [plan("w", [node("pause", "p"), step("t")])];
    check(
        &plans,
        &[(0, start("w")), (10, Resume("p", json!({"x": 1})))],
        &[r#"w: @10 t({"x":1})=t | p+ t+ | completed t"#],
    );
    let told = node("pause", "p").says("onPause", failure("PauseError"));
    check(&[plan("w", [told, step("t")])], &[(0, start("w"))], &["w: p.onPause()!PauseError | p! | failed PauseError"]);
}

#[test]
fn a_race_between_a_person_and_an_event() {
    let branches = [flow([approval("h")]), flow([wait_for("e", "go")])];
    let plans = [plan("w", [race("r", branches), step("t")])];
    check(
        &plans,
        &[(0, start("w")), (10, Publish("go", json!(1))), (20, Resume("h", json!(true)))],
        &["w: r[0].body()=flow r[1].body()=flow @10 t(1)=t | r+ r[0]/hx r[1]/e+ t+ | completed t"],
    );
}
