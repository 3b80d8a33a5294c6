//! Steps and actions: retries, `onError`, timeouts, lost workers, the cache, circuit breakers.

use super::{
    dsl::*,
    script::{check, check_one, check_without_restarts, start},
};
use crate::simulation::plan::{Item, Say, What};
use cronflow_core::worker::{Blame, Failure};
use serde_json::{Value, json};

fn flaky(failures: usize, retry: Value) -> Item {
    let mut item = step("a").options(json!({"retry": retry}));
    for _ in 0..failures {
        item = item.fails("Error");
    }
    item.gives("handler", json!("ok"))
}

#[test]
fn retries_wait_as_their_strategy_says() {
    let retry = |strategy: &str| json!({"attempts": 3, "strategy": strategy, "delay": 15});
    check_one(&[plan("w", [flaky(2, retry("fixed"))])], &["w: a()!Error @15 a()!Error @30 a()=ok | a+ | completed ok"]);
    check_one(
        &[plan("w", [flaky(2, retry("linear"))])],
        &["w: a()!Error @15 a()!Error @45 a()=ok | a+ | completed ok"],
    );
    check_one(
        &[plan("w", [flaky(2, retry("exponential"))])],
        &["w: a()!Error @15 a()!Error @45 a()=ok | a+ | completed ok"],
    );
    let capped = json!({"attempts": 3, "strategy": "exponential", "delay": 15, "maxDelay": 16, "multiplier": 9});
    check_one(&[plan("w", [flaky(2, capped)])], &["w: a()!Error @15 a()!Error @31 a()=ok | a+ | completed ok"]);
}

#[test]
fn retries_come_to_an_end() {
    check_one(
        &[plan("w", [flaky(9, json!({"attempts": 3, "delay": 10})), step("t")])],
        &["w: a()!Error @10 a()!Error @30 a()!Error | a! | failed Error"],
    );
    check_one(
        &[plan("w", [flaky(1, json!({"attempts": 1, "delay": 10})), step("t")])],
        &["w: a()!Error | a! | failed Error"],
    );
}

#[test]
fn some_errors_are_not_worth_another_attempt() {
    let never = Failure { retryable: Some(false), ..Failure::new("NonRetryableError", "no") };
    let never = step("a").options(json!({"retry": {"attempts": 5}})).says("handler", Say::now(What::Fail(never)));
    check_one(&[plan("w", [never, step("t")])], &["w: a()!NonRetryableError | a! | failed NonRetryableError"]);
    check_one(
        &[plan("w", [flaky(1, json!({"attempts": 3, "errors": ["TypeError"]})), step("t")])],
        &["w: a()!Error | a! | failed Error"],
    );
    let status = Failure { status: Some(503), ..Failure::new("HttpError", "no") };
    let status = step("a")
        .options(json!({"retry": {"attempts": 2, "statusCodes": [503]}}))
        .says("handler", Say::now(What::Fail(status)));
    check_one(
        &[plan("w", [status.gives("handler", json!(1)), step("t")])],
        &["w: a()!HttpError @1000 a()=1 t(1)=t | a+ t+ | completed t"],
    );
}

#[test]
fn an_error_can_say_when() {
    let later = Failure { retry_after: Some(35), ..Failure::new("RetryableError", "later") };
    let later =
        step("a").options(json!({"retry": {"attempts": 2, "delay": 5}})).says("handler", Say::now(What::Fail(later)));
    check_one(
        &[plan("w", [later.gives("handler", json!("ok"))])],
        &["w: a()!RetryableError @35 a()=ok | a+ | completed ok"],
    );
}

#[test]
fn the_author_decides_about_another_attempt() {
    let asks = |answer: bool| {
        flaky(1, json!({"attempts": 3, "delay": 5, "asksCondition": true})).gives("retryDecision", json!(answer))
    };
    check_one(
        &[plan("w", [asks(true), step("t")])],
        &["w: a()!Error a.retryDecision()=true @5 a()=ok t(ok)=t | a+ t+ | completed t"],
    );
    check_one(&[plan("w", [asks(false), step("t")])], &["w: a()!Error a.retryDecision()=false | a! | failed Error"]);
    let told = flaky(1, json!({"attempts": 3, "delay": 5, "tells": true}));
    check_one(
        &[plan("w", [told, step("t")])],
        &["w: a()!Error a.retryDecision()=true @5 a()=ok t(ok)=t | a+ t+ | completed t"],
    );
    let broken =
        flaky(1, json!({"attempts": 3, "asksCondition": true})).says("retryDecision", failure("DecisionError"));
    check_one(&[plan("w", [broken, step("t")])], &["w: a()!Error a.retryDecision()!DecisionError | a! | failed Error"]);
}

#[test]
fn on_error_makes_an_output_of_the_last_failure() {
    let handled = flaky(9, json!({"attempts": 2, "delay": 5})).gives("onError", json!("instead"));
    check_one(
        &[plan("w", [handled, step("t")])],
        &["w: a()!Error @5 a()!Error a.onError()=instead t(instead)=t | a+ t+ | completed t"],
    );
    check_one(
        &[plan("w", [step("a").fails("Error").says("onError", failure("SecondError")), step("t")])],
        &["w: a()!Error a.onError()!SecondError | a! | failed SecondError"],
    );
}

#[test]
fn a_workflow_has_a_retry_for_all_its_steps() {
    let steps = [each("e", [1], flow([step("a").fails("Error").gives("handler", json!(1))])), step("t")];
    check_one(
        &[plan("w", steps).fields(json!({"retry": {"attempts": 2, "delay": 5}}))],
        &[
            r#"w: e[0].body()=flow e[0]/a()!Error @5 e[0]/a()=1 t({"type":"forEach","name":"e","results":[{"item":1,"result":1,"index":0}],"totalItems":1})=t | e+ e[0]/a+ t+ | completed t"#,
        ],
    );
}

#[test]
fn an_attempt_is_stopped_at_its_timeout() {
    check_one(
        &[plan("w", [step("a").takes(50).options(json!({"timeout": 20})), step("t")])],
        &["w: @20 a()!timeout | a! | failed TimeoutError"],
    );
    let again = step("a").options(json!({"timeout": 20, "retry": {"attempts": 2, "delay": 5}}));
    check_one(
        &[plan("w", [again.takes(50).takes(10), step("t")])],
        &["w: @20 a()!timeout @35 a()=a t(a)=t | a+ t+ | completed t"],
    );
}

#[test]
fn a_lost_worker_is_blamed_on_the_step_that_executed() {
    let lost = |blames: &[Blame]| {
        let lose = |item: Item, blame: &Blame| item.says("handler", lost(*blame));
        plan("w", [blames.iter().fold(step("a"), lose).gives("handler", json!("ok")), step("t")])
    };
    check_one(
        &[lost(&[Blame::Innocent, Blame::Innocent, Blame::Innocent])],
        &["w: a()!lost a()!lost a()!lost a()=ok t(ok)=t | a+ t+ | completed t"],
    );
    check_one(&[lost(&[Blame::Suspect])], &["w: a()!lost a()=ok t(ok)=t | a+ t+ | completed t"]);
    check_one(
        &[lost(&[Blame::Suspect, Blame::Innocent, Blame::Suspect])],
        &["w: a()!lost a()!lost a()!lost | a! | failed WorkerLostError"],
    );
    check_one(&[lost(&[Blame::Guilty])], &["w: a()!lost | a! | failed WorkerLostError"]);
}

#[test]
fn an_action_runs_beside_the_flow() {
    check_one(
        &[plan("w", [action("x").takes(30), step("a"), step("b").takes(50), step("c")])],
        &["w: a()=a @30 x()=x @50 b(a)=b c(b)=c | x+ a+ b+ c+ | completed c"],
    );
    // The run ends when its last action has.
    check_one(&[plan("w", [action("x").takes(30), step("a")])], &["w: a()=a @30 x()=x | x+ a+ | completed a"]);
    check_one(
        &[plan("w", [action("x").fails("Error"), step("a").takes(10)])],
        &["w: x()!Error @10 a()=a | x! a+ | completed a"],
    );
    let critical = action("x").fails("CriticalError").options(json!({"critical": true}));
    check_one(
        &[plan("w", [critical, step("a").takes(10), step("b")])],
        &["w: x()!CriticalError @10 a()=a | x! a+ | failed CriticalError"],
    );
}

#[test]
fn actions_of_a_body_go_on_after_it() {
    let body = flow([action("x").takes(40), step("a")]);
    check_one(
        &[plan("w", [each("e", [1, 2], body), step("t")])],
        &[
            r#"w: e[0].body()=flow e[0]/a()=a e[1].body()=flow e[1]/a()=a t({"type":"forEach","name":"e","results":[{"item":1,"result":"a","index":0},{"item":2,"result":"a","index":1}],"totalItems":2})=t @40 e[0]/x()=x e[1]/x()=x | e+ e[0]/x+ e[0]/a+ e[1]/x+ e[1]/a+ t+ | completed t"#,
        ],
    );
    let rounds = repeat("h", 2, flow([action("x").takes(40), step("a")]));
    // After a restart an action of an earlier round does not see the round before its own any more.
    check_without_restarts(
        &[plan("w", [rounds, step("t").takes(90)])],
        &[(0, start("w"))],
        &[
            r#"w: h.condition()=true h[0].body()=flow h[0]/a()=a h.condition(a)=true h[1].body(a)=flow h[1]/a(a)=a h.condition(a)=false @40 h[0]/x()=x h[1]/x(a)=x @90 t({"iterations":2,"completed":true})=t | h+ h[0]/x+ h[0]/a+ h[1]/x+ h[1]/a+ t+ | completed t"#,
        ],
    );
}

#[test]
fn a_critical_action_fails_the_run_after_its_body() {
    let critical = action("x").options(json!({"critical": true}));
    let late = critical.says("handler", Say { what: What::Fail(Failure::new("CriticalError", "no")), takes: 40 });
    let hooks = json!({"hooks": {"onSuccess": true, "onFailure": true}});
    check_one(
        &[plan("w", [each("e", [1], flow([late])), sleep("z", 60), step("t")]).fields(hooks.clone())],
        &[
            r#"w: e[0].body()=flow @40 e[0]/x()!CriticalError e[0]/x.onFailure()=null @60 w.onFailure({"type":"forEach","name":"e","results":[{"item":1,"result":null,"index":0}],"totalItems":1})=null | e+ e[0]/x! e[0]/x.hook+ z+ w.hook+ | failed CriticalError"#,
        ],
    );
    let slow = flow([action("x").takes(40)]);
    check_one(
        &[plan("w", [each("e", [1], slow), sleep("z", 60), step("t")]).fields(hooks)],
        &[
            r#"w: e[0].body()=flow @40 e[0]/x()=x e[0]/x.onSuccess()=null @60 t({"type":"forEach","name":"e","results":[{"item":1,"result":null,"index":0}],"totalItems":1})=t t.onSuccess(t)=null w.onSuccess(t)=null | e+ e[0]/x+ e[0]/x.hook+ z+ t+ t.hook+ w.hook+ | completed t"#,
        ],
    );
}

#[test]
fn an_output_is_kept_for_later_runs() {
    let twice = [(0, start("w")), (10, start("w")), (200, start("w"))];
    let cached = |options: Value| step("a").options(json!({"cache": options})).takes(5);
    check(
        &[plan("w", [cached(json!({"key": "k", "ttl": 100})), step("t")])],
        &twice,
        &[
            "w: @5 a()=a t(a)=t | a+ t+ | completed t",
            "w: @10 t(a)=t | a+ t+ | completed t",
            "w: @205 a()=a t(a)=t | a+ t+ | completed t",
        ],
    );
    check(
        &[plan("w", [step("s"), cached(json!({})), step("t")])],
        &twice,
        &[
            "w: s()=s @5 a(s)=a t(a)=t | s+ a+ t+ | completed t",
            "w: @10 s()=s t(a)=t | s+ a+ t+ | completed t",
            "w: @200 s()=s t(a)=t | s+ a+ t+ | completed t",
        ],
    );
    let asks = cached(json!({})).gives("cacheKey", json!("k1")).gives("cacheKey", json!("k2"));
    check(
        &[plan("w", [asks, step("t")])],
        &twice,
        &[
            "w: a.cacheKey()=k1 @5 a()=a t(a)=t | a+ t+ | completed t",
            "w: @10 a.cacheKey()=k1 t(a)=t | a+ t+ | completed t",
            "w: @200 a.cacheKey()=k1 t(a)=t | a+ t+ | completed t",
        ],
    );
    let delayed = cached(json!({"key": "k"})).options(json!({"delay": 3}));
    check(
        &[plan("w", [delayed, step("t")])],
        &twice,
        &[
            "w: @8 a()=a t(a)=t | a+ t+ | completed t",
            "w: @13 t(a)=t | a+ t+ | completed t",
            "w: @203 t(a)=t | a+ t+ | completed t",
        ],
    );
    let broken = step("a").options(json!({"cache": {}})).says("cacheKey", failure("KeyError"));
    check(&[plan("w", [broken, step("t")])], &[(0, start("w"))], &["w: a.cacheKey()!KeyError | a! | failed KeyError"]);
}

#[test]
fn a_retried_step_keeps_its_output_too() {
    let twice = [(0, start("w")), (100, start("w"))];
    let retried = flaky(1, json!({"attempts": 2, "delay": 5})).options(json!({"cache": {"key": "k"}}));
    check(
        &[plan("w", [retried, step("t")])],
        &twice,
        &["w: a()!Error @5 a()=ok t(ok)=t | a+ t+ | completed t", "w: @100 t(ok)=t | a+ t+ | completed t"],
    );
}

/// The same breaker over several runs: two failures open it, a trial closes it or opens it again.
#[test]
fn a_circuit_breaker_opens_and_closes_over_runs() {
    let guarded = |workflow: &str, fails: bool| {
        let item = step("a")
            .options(json!({"circuitBreaker": {"name": "api", "failureThreshold": 2, "recoveryTimeout": 100}}));
        plan(workflow, [if fails { item.fails("Error") } else { item }])
    };
    let plans = [guarded("bad", true), guarded("good", false)];
    let runs = ["bad", "bad", "good", "bad", "good", "good", "good"];
    let times = [0, 10, 20, 120, 130, 230, 240];
    let stimuli: Vec<_> = times.into_iter().zip(runs.map(start)).collect();
    check(
        &plans,
        &stimuli,
        &[
            "bad: a()!Error | a! | failed Error",
            "bad: @10 a()!Error | a! | failed Error",
            "good:  | a! | failed CircuitOpenError",
            "bad: @120 a()!Error | a! | failed Error",
            "good:  | a! | failed CircuitOpenError",
            "good: @230 a()=a | a+ | completed a",
            "good: @240 a()=a | a+ | completed a",
        ],
    );
}

#[test]
fn a_half_open_breaker_lets_one_trial_through() {
    let guarded = |workflow: &str| {
        let options = json!({"circuitBreaker": {"name": "api", "failureThreshold": 1, "recoveryTimeout": 50}});
        plan(workflow, [step("a").options(options)])
    };
    let mut plans = [guarded("bad"), guarded("slow"), guarded("good")];
    plans[0].items[0].says.insert("handler", vec![failure("Error")]);
    plans[1].items[0].says.insert("handler", vec![Say { what: What::Value(json!(1)), takes: 40 }]);
    check(
        &plans,
        &[(0, start("bad")), (60, start("slow")), (70, start("good")), (110, start("good"))],
        &[
            "bad: a()!Error | a! | failed Error",
            "slow: @100 a()=1 | a+ | completed 1",
            "good:  | a! | failed CircuitOpenError",
            "good: @110 a()=a | a+ | completed a",
        ],
    );
}
