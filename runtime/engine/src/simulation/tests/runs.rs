//! Whole runs: subflows, cancels, time limits, hooks, mocks, retries, triggers, idempotency.

use super::{
    dsl::*,
    script::{Stimulus, Stimulus::*, check, check_one, start, trigger},
};
use crate::{
    dispatcher::Event,
    handle::TriggerRequest,
    simulation::{plan::Body, rig::Rig},
};
use cronflow_core::{json::JsonText, machine::RunStatus, worker::Outcome};
use serde_json::{Value, json};
use tokio::sync::oneshot;

fn asked(request: TriggerRequest) -> Stimulus {
    Trigger(Box::new(request))
}

#[test]
fn a_subflow_returns_its_output() {
    let child = || plan("child", [step("c").takes(20), step("d")]);
    check_one(
        &[plan("w", [step("a"), subflow("f", "child"), step("t")]), child()],
        &["w: a()=a @20 t(d)=t | a+ f+ t+ | completed t", "child: @20 c()=c d(c)=d | c+ d+ | completed d"],
    );
    let beside = subflow("f", "child").spec(json!({"wait": false}));
    check_one(
        &[plan("w", [step("a"), beside, step("t")]), child()],
        &[
            r#"w: a()=a t({"runId":"019b76da-a800-7000-8000-000000000001"})=t | a+ f+ t+ | completed t"#,
            "child: @20 c()=c d(c)=d | c+ d+ | completed d",
        ],
    );
    let asks = subflow("f", "child").gives("input", json!({"x": 1}));
    check_one(
        &[plan("w", [asks, step("t")]), child()],
        &[r#"w: f.input()={"x":1} @20 t(d)=t | f+ t+ | completed t"#, "child: @20 c()=c d(c)=d | c+ d+ | completed d"],
    );
}

#[test]
fn a_subflow_that_fails_fails_its_step() {
    let child = plan("child", [step("c").fails("ChildError")]);
    check_one(
        &[plan("w", [subflow("f", "child"), step("t")]), child],
        &["w:  | f! | failed ChildError", "child: c()!ChildError | c! | failed ChildError"],
    );
    check_one(&[plan("w", [subflow("f", "gone"), step("t")])], &["w:  | f! | failed Error"]);
    let broken = subflow("f", "child").says("input", failure("InputError"));
    check_one(
        &[plan("w", [broken, step("t")]), plan("child", [step("c")])],
        &["w: f.input()!InputError | f! | failed InputError"],
    );
}

#[test]
fn a_cancelled_parent_cancels_its_child() {
    let grandchild = plan("grandchild", [sleep("z", 500)]);
    let child = plan("child", [subflow("g", "grandchild")]);
    let plans = [plan("w", [subflow("f", "child"), step("t")]), child, grandchild];
    check(
        &plans,
        &[(0, start("w")), (10, Cancel(0))],
        &[
            "w:  | fx | cancelled CancelledError",
            "child:  | gx | cancelled CancelledError",
            "grandchild:  | zx | cancelled CancelledError",
        ],
    );
    // A cancelled child is a failure of the parent's step.
    check(
        &plans,
        &[(0, start("w")), (10, Cancel(2))],
        &[
            "w:  | f! | failed CancelledError",
            "child:  | g! | failed CancelledError",
            "grandchild:  | zx | cancelled CancelledError",
        ],
    );
}

#[test]
fn a_race_cancels_the_child_of_a_loser() {
    let branches = [flow([subflow("f", "child")]), flow([step("a").takes(20)])];
    let child = plan("child", [step("c").takes(50), step("d")]);
    check_one(
        &[plan("w", [race("r", branches), step("t")]), child],
        &[
            "w: r[0].body()=flow r[1].body()=flow @20 r[1]/a()=a t(a)=t | r+ r[0]/fx r[1]/a+ t+ | completed t",
            "child:  | cx | cancelled CancelledError",
        ],
    );
}

#[test]
fn a_cancel_ends_everything() {
    let branches =
        [flow([sleep("z", 500)]), flow([step("a").takes(50)]), flow([wait_for("e", "go")]), flow([approval("h")])];
    let plans = [plan("w", [action("x").takes(90), parallel("p", branches), step("t")])];
    check(
        &plans,
        &[(0, start("w")), (10, Cancel(0)), (20, Resume("h", json!(true)))],
        &[
            "w: p[0].body()=flow p[1].body()=flow p[2].body()=flow p[3].body()=flow | xx px p[0]/zx p[1]/ax p[2]/ex p[3]/hx | cancelled CancelledError",
        ],
    );
}

#[test]
fn a_run_cancels_itself() {
    check_one(
        &[plan("w", [step("a"), node("cancel", "c"), step("t")])],
        &["w: a()=a | a+ c+ | cancelled CancelledError"],
    );
    let asks = node("cancel", "c").gives("reason", json!("enough"));
    check_one(&[plan("w", [asks, step("t")])], &["w: c.reason()=enough | cx | cancelled CancelledError"]);
    let deep = Body::Rounds(vec![flow([step("a")]), flow([node("cancel", "c")])]);
    check_one(
        &[plan("w", [each("e", [1, 2, 3], deep), step("t")])],
        &["w: e[0].body()=flow e[0]/a()=a e[1].body()=flow | ex e[0]/a+ e[1]/c+ | cancelled CancelledError"],
    );
    let by_code =
        step("a").says("handler", crate::simulation::plan::Say::now(crate::simulation::plan::What::CancelRun));
    check_one(&[plan("w", [by_code, step("t")])], &["w: a()!cancel | ax | cancelled CancelledError"]);
}

#[test]
fn a_run_ends_at_its_time_limit() {
    let limited = |plan: crate::simulation::plan::Plan| plan.fields(json!({"timeout": 40}));
    check_one(
        &[limited(plan("w", [step("a"), sleep("z", 100), step("t")]))],
        &["w: a()=a | a+ zx | timed_out TimeoutError"],
    );
    check_one(&[limited(plan("w", [sleep("z", 30), step("t")]))], &["w: @30 t()=t | z+ t+ | completed t"]);
    let child = plan("child", [sleep("y", 100)]);
    check_one(
        &[limited(plan("w", [subflow("f", "child"), step("t")])), child],
        &["w:  | fx | timed_out TimeoutError", "child:  | yx | cancelled CancelledError"],
    );
}

#[test]
fn the_hook_hears_of_a_run_that_took_too_long() {
    let hooks = json!({"timeout": 40, "hooks": {"onFailure": true, "onSuccess": true}});
    let mut limited = plan("w", [sleep("z", 100), step("t")]).fields(hooks);
    let slow = crate::simulation::plan::Say { what: crate::simulation::plan::What::Value(json!(null)), takes: 20 };
    limited.says.insert("onFailure", vec![slow]);
    check_one(&[limited.clone()], &["w: @60 w.onFailure()=null | zx w.hook+ | timed_out TimeoutError"]);
    limited.items.pop();
    check_one(&[limited], &["w: @60 w.onFailure()=null | zx w.hook+ | timed_out TimeoutError"]);
}

#[test]
fn hooks_hear_of_steps_and_of_the_end() {
    let hooks = json!({"hooks": {"onSuccess": true, "onFailure": true}});
    check_one(
        &[plan("w", [step("a"), action("x").takes(10), step("b")]).fields(hooks.clone())],
        &[
            "w: a()=a a.onSuccess(a)=null b(a)=b b.onSuccess(b)=null @10 x(a)=x x.onSuccess(a)=null w.onSuccess(b)=null | a+ a.hook+ x+ x.hook+ b+ b.hook+ w.hook+ | completed b",
        ],
    );
    check_one(
        &[plan("w", [step("a"), step("b").fails("Error")]).fields(hooks.clone())],
        &[
            "w: a()=a a.onSuccess(a)=null b(a)!Error b.onFailure(a)=null w.onFailure(a)=null | a+ a.hook+ b! b.hook+ w.hook+ | failed Error",
        ],
    );
    let body = flow([step("a")]);
    check_one(
        &[plan("w", [each("e", [1], body)]).fields(hooks.clone())],
        &[
            r#"w: e[0].body()=flow e[0]/a()=a e[0]/a.onSuccess(a)=null w.onSuccess({"type":"forEach","name":"e","results":[{"item":1,"result":"a","index":0}],"totalItems":1})=null | e+ e[0]/a+ e[0]/a.hook+ w.hook+ | completed {"type":"forEach","name":"e","results":[{"item":1,"result":"a","index":0}],"totalItems":1}"#,
        ],
    );
    let mut broken = plan("w", [step("a"), step("b")]).fields(hooks);
    broken.says.insert("onSuccess", vec![failure("HookError")]);
    check_one(
        &[broken],
        &[
            "w: a()=a a.onSuccess(a)!HookError b(a)=b b.onSuccess(b)!HookError w.onSuccess(b)!HookError | a+ a.hook! b+ b.hook! w.hook! | completed b",
        ],
    );
}

#[test]
fn mocks_stand_for_steps() {
    let mocks = |mocks: &[(&str, Value)]| {
        let mocks = mocks.iter().map(|(name, value)| ((*name).into(), JsonText::of(value))).collect();
        asked(TriggerRequest { mocks, ..trigger("w", json!(null)) })
    };
    let plans =
        [plan("w", [step("a"), when("i", true), step("b"), end_if("l"), each("e", [1], flow([step("c")])), step("t")])];
    check(
        &plans,
        &[(0, mocks(&[("a", json!(7))]))],
        &[
            r#"w: i.condition(7)=true b(7)=b e[0].body(b)=flow e[0]/c(b)=c t({"type":"forEach","name":"e","results":[{"item":1,"result":"c","index":0}],"totalItems":1})=t | a+ i+ b+ e+ e[0]/c+ t+ | completed t"#,
        ],
    );
    check(
        &plans,
        &[(0, mocks(&[("i", json!(false)), ("e", json!("all"))]))],
        &["w: a()=a t(all)=t | a+ i+ b- e+ t+ | completed t"],
    );
}

#[test]
fn a_failed_run_goes_on_where_it_failed() {
    let again = [(0, start("w")), (100, Retry(0))];
    let flaky = || step("b").fails("Error").gives("handler", json!("ok"));
    check(
        &[plan("w", [step("a"), flaky(), step("t")])],
        &again,
        &["w: a()=a b(a)!Error @100 b(a)=ok t(ok)=t | a+ b+ t+ | completed t"],
    );
    let rounds = Body::Rounds(vec![flow([step("a")]), flow([flaky()]), flow([step("c")])]);
    let asks = crate::simulation::plan::Item { bodies: vec![rounds.clone()], ..node("forEach", "e") };
    check(
        &[plan("w", [asks.gives("items", json!(["x", "y", "z"])), step("t")])],
        &again,
        &[
            r#"w: e.items()=["x","y","z"] e[0].body()=flow e[0]/a()=a e[1].body()=flow e[1]/b()!Error @100 e[1]/b()=ok e[2].body()=flow e[2]/c()=c t({"type":"forEach","name":"e","results":[{"item":"x","result":"a","index":0},{"item":"y","result":"ok","index":1},{"item":"z","result":"c","index":2}],"totalItems":3})=t | e+ e[0]/a+ e[1]/b+ e[2]/c+ t+ | completed t"#,
        ],
    );
    check(
        &[plan("w", [repeat("h", 3, rounds), step("t")])],
        &again,
        &[
            r#"w: h.condition()=true h[0].body()=flow h[0]/a()=a h.condition(a)=true h[1].body(a)=flow h[1]/b(a)!Error @100 h[1]/b(a)=ok h.condition(ok)=true h[2].body(ok)=flow h[2]/c(ok)=c h.condition(c)=false t({"iterations":3,"completed":true})=t | h+ h[0]/a+ h[1]/b+ h[2]/c+ t+ | completed t"#,
        ],
    );
    let branches = [flow([step("a"), flaky()]), flow([step("c")])];
    check(
        &[plan("w", [parallel("p", branches), step("t")])],
        &again,
        &[
            r#"w: p[0].body()=flow p[0]/a()=a p[0]/b(a)!Error p[1].body()=flow p[1]/c()=c @100 p[0]/b(a)=ok t(["ok","c"])=t | p+ p[0]/a+ p[0]/b+ p[1]/c+ t+ | completed t"#,
        ],
    );
    let body = crate::simulation::plan::Item { bodies: vec![echo()], ..node("forEach", "e") };
    let body = body.says("items", failure("ItemsError")).gives("items", json!([1]));
    check(
        &[plan("w", [body, step("t")])],
        &again,
        &[
            r#"w: e.items()!ItemsError @100 e.items()=[1] e[0].body()=1 t({"type":"forEach","name":"e","results":[{"item":1,"result":1,"index":0}],"totalItems":1})=t | e+ e[0]+ t+ | completed t"#,
        ],
    );
}

#[test]
fn a_retried_run_has_all_its_attempts_again() {
    let retry = json!({"retry": {"attempts": 2, "delay": 5}});
    let flaky = step("a").options(retry).fails("E1").fails("E2").fails("E3").gives("handler", json!("ok"));
    check(
        &[plan("w", [flaky, step("t")])],
        &[(0, start("w")), (100, Retry(0))],
        &["w: a()!E1 @5 a()!E2 @100 a()!E3 @105 a()=ok t(ok)=t | a+ t+ | completed t"],
    );
}

/// Also when the engine restarts before the step that failed is on record again.
#[test]
fn a_retried_run_goes_on_after_a_restart() {
    let cached = step("a").options(json!({"cache": {}})).gives("cacheKey", json!("k"));
    let mut plans = [plan("w", [cached.fails("Error").gives("handler", json!("ok")), step("t")])];
    plans[0] = plans[0].clone().fields(json!({"hooks": {"onSuccess": true, "onFailure": true}}));
    check(
        &plans,
        &[(0, start("w")), (100, Retry(0))],
        &[
            "w: a.cacheKey()=k a()!Error a.onFailure()=null w.onFailure()=null @100 a.cacheKey()=k a()=ok a.onSuccess(ok)=null t(ok)=t t.onSuccess(t)=null w.onSuccess(t)=null | a+ a.hook+ t+ t.hook+ w.hook+ | completed t",
        ],
    );
}

#[test]
fn a_cancelled_run_goes_on() {
    let branches = [flow([sleep("z", 50), step("a")]), flow([step("b")])];
    let stimuli = [(0, start("w")), (10, Cancel(0)), (100, Retry(0))];
    check(
        &[plan("w", [parallel("p", branches), step("t")])],
        &stimuli,
        &[
            r#"w: p[0].body()=flow p[1].body()=flow p[1]/b()=b @150 p[0]/a()=a t(["a","b"])=t | p+ p[0]/z+ p[0]/a+ p[1]/b+ t+ | completed t"#,
        ],
    );
}

#[test]
fn a_completed_run_is_not_retried() {
    check(&[plan("w", [step("a")])], &[(0, start("w")), (10, Retry(0))], &["w: a()=a | a+ | completed a"]);
}

#[test]
fn each_trigger_has_its_own_steps() {
    let triggers = json!({"triggers": [
        {"type": "event", "event": "order.*", "after": 1},
        {"type": "manual", "after": 2},
    ]});
    let plans = [plan("w", [step("a"), step("b"), step("c")]).fields(triggers)];
    check(&plans, &[(0, Publish("order.new", json!(1)))], &["w: b()=b | b+ | completed b"]);
    check(&plans, &[(0, start("w"))], &["w: c()=c | c+ | completed c"]);
    let first = TriggerRequest { entry: Some(0), ..trigger("w", json!(null)) };
    check(&plans, &[(0, asked(first))], &["w: b()=b | b+ | completed b"]);
}

#[test]
fn an_idempotency_key_leads_to_the_first_run() {
    let keyed =
        |key: &str| asked(TriggerRequest { idempotency_key: Some(key.to_owned()), ..trigger("w", json!(null)) });
    let plans = [plan("w", [step("a").takes(20)])];
    check(
        &plans,
        &[(0, keyed("k")), (5, keyed("k")), (6, keyed("j")), (50, keyed("k"))],
        &["w: @20 a()=a | a+ | completed a", "w: @26 a()=a | a+ | completed a"],
    );
}

/// Who comes with the key while the first run's end is on its way to the disk hears of that end.
#[test]
fn a_key_is_answered_behind_the_end_of_its_run() {
    let mut rig = Rig::new(&[plan("w", [step("a")])]);
    let ask = |rig: &mut Rig| {
        let (reply, answer) = oneshot::channel();
        let request = TriggerRequest { idempotency_key: Some("k".to_owned()), ..trigger("w", json!(null)) };
        rig.inbox.push_back(Event::Trigger { request: Box::new(request), reply });
        rig.handle();
        answer
    };
    let mut first = ask(&mut rig);
    rig.commit(usize::MAX, true);
    rig.handle();
    let task = rig.commit(usize::MAX, true).remove(0).id;
    // The second request is committed, the step ends, and only then the dispatcher hears of the second.
    let mut second = ask(&mut rig);
    rig.commit(usize::MAX, true);
    rig.inbox.push_front(Event::Finished { task, outcome: Outcome::Ok(JsonText::null()) });
    rig.handle();
    rig.handle();
    assert!(second.try_recv().is_err());
    rig.commit(usize::MAX, true);
    let run = first.try_recv().unwrap().unwrap().run;
    let second = second.try_recv().unwrap().unwrap();
    assert_eq!((second.run, second.is_new), (run, false));
    assert_eq!(rig.stored()[0].run.status, RunStatus::Completed);
}

#[test]
fn a_run_can_start_later() {
    let later = TriggerRequest { delay: Some(std::time::Duration::from_millis(30)), ..trigger("w", json!("later")) };
    check(
        &[plan("w", [step("a")])],
        &[(0, asked(later)), (10, start("w"))],
        &["w: @30 a()=a | a+ | completed a", "w: @10 a()=a | a+ | completed a"],
    );
}
