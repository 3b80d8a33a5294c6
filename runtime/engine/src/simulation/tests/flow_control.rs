//! Flow control: which runs begin, in which order, and which do not.

use super::{
    dsl::*,
    script::{Stimulus, Stimulus::*, check, start, start_with, trigger},
};
use crate::{handle::TriggerRequest, simulation::plan::Plan};
use serde_json::{Value, json};

fn limited(flow: Value) -> Plan {
    plan("w", [step("a").takes(20)]).fields(json!({"flow": flow}))
}

fn keyed(key: &str) -> Stimulus {
    start_with("w", json!({"key": key}))
}

fn urgent(priority: i32) -> Stimulus {
    Trigger(Box::new(TriggerRequest { priority: Some(priority), ..trigger("w", json!(priority)) }))
}

#[test]
fn so_many_runs_at_once() {
    let three = [(0, start("w")), (1, start("w")), (2, start("w"))];
    check(
        &[limited(json!({"concurrency": {"count": 1}}))],
        &three,
        &["w: @20 a()=a | a+ | completed a", "w: @40 a()=a | a+ | completed a", "w: @60 a()=a | a+ | completed a"],
    );
    let keys = [(0, keyed("x")), (1, keyed("x")), (2, keyed("y"))];
    check(
        &[limited(json!({"concurrency": {"count": 1, "keyed": true}}))],
        &keys,
        &[
            r#"w: w.flowKeys()={"debounce":"x","rateLimit":"x","singleton":"x","throttle":"x","concurrency":"x"} @20 a()=a | a+ | completed a"#,
            r#"w: @1 w.flowKeys()={"debounce":"x","rateLimit":"x","singleton":"x","throttle":"x","concurrency":"x"} @40 a()=a | a+ | completed a"#,
            r#"w: @2 w.flowKeys()={"debounce":"y","rateLimit":"y","singleton":"y","throttle":"y","concurrency":"y"} @22 a()=a | a+ | completed a"#,
        ],
    );
}

#[test]
fn a_cancelled_run_gives_its_slot_back() {
    let stimuli = [(0, start("w")), (1, start("w")), (2, start("w")), (5, Cancel(0)), (6, Cancel(2))];
    check(
        &[limited(json!({"concurrency": {"count": 1}}))],
        &stimuli,
        &[
            "w:  | ax | cancelled CancelledError",
            "w: @25 a()=a | a+ | completed a",
            "w:  |  | cancelled CancelledError",
        ],
    );
}

#[test]
fn the_higher_priority_goes_first() {
    let plans = [plan("w", [step("a").takes(20), step("b")]).fields(json!({"flow": {"concurrency": {"count": 1}}}))];
    let stimuli = [(0, start("w")), (1, urgent(1)), (2, urgent(5)), (25, Cancel(1))];
    check(
        &plans,
        &stimuli,
        &[
            "w: @20 a()=a b(a)=b | a+ b+ | completed b",
            "w:  |  | cancelled CancelledError",
            "w: @40 a()=a b(a)=b | a+ b+ | completed b",
        ],
    );
}

#[test]
fn queues_are_shared() {
    let other = plan("v", [step("b").takes(20)]);
    let queue = json!({"flow": {"concurrency": {"count": 1}, "queue": "q"}});
    let plans = [plan("w", [step("a").takes(20)]).fields(queue.clone()), other.fields(queue)];
    check(
        &plans,
        &[(0, start("w")), (1, start("v")), (5, Cancel(0))],
        &["w:  | ax | cancelled CancelledError", "v: @25 b()=b | b+ | completed b"],
    );
}

#[test]
fn a_rate_limit_turns_runs_away() {
    let stimuli = [(0, start("w")), (10, start("w")), (20, start("w")), (105, start("w"))];
    check(
        &[limited(json!({"rateLimit": {"count": 2, "per": 100}}))],
        &stimuli,
        &[
            "w: @20 a()=a | a+ | completed a",
            "w: @30 a()=a | a+ | completed a",
            "w:  |  | cancelled NotAdmittedError",
            "w: @125 a()=a | a+ | completed a",
        ],
    );
}

#[test]
fn a_throttle_spreads_runs() {
    let stimuli = [(0, start("w")), (1, start("w")), (2, start("w")), (110, Cancel(2))];
    check(
        &[limited(json!({"throttle": {"per": 100}}))],
        &stimuli,
        &["w: @20 a()=a | a+ | completed a", "w: @120 a()=a | a+ | completed a", "w:  |  | cancelled CancelledError"],
    );
}

#[test]
fn a_debounce_runs_the_last() {
    let stimuli = [(0, start("w")), (10, start("w")), (20, start("w")), (100, start("w"))];
    check(
        &[limited(json!({"debounce": {"per": 30}}))],
        &stimuli,
        &[
            "w:  |  | cancelled NotAdmittedError",
            "w:  |  | cancelled NotAdmittedError",
            "w: @70 a()=a | a+ | completed a",
            "w: @150 a()=a | a+ | completed a",
        ],
    );
    let most = [(0, start("w")), (20, start("w")), (40, start("w")), (60, start("w"))];
    check(
        &[limited(json!({"debounce": {"per": 30, "maxWait": 50}}))],
        &most,
        &[
            "w:  |  | cancelled NotAdmittedError",
            "w:  |  | cancelled NotAdmittedError",
            "w: @70 a()=a | a+ | completed a",
            "w: @110 a()=a | a+ | completed a",
        ],
    );
}

/// A run that has begun is not waiting for its debounce any more.
#[test]
fn a_debounce_leaves_runs_alone_that_have_begun() {
    let stimuli = [(0, start("w")), (40, start("w"))];
    check(
        &[limited(json!({"debounce": {"per": 30}}))],
        &stimuli,
        &["w: @50 a()=a | a+ | completed a", "w: @90 a()=a | a+ | completed a"],
    );
}

#[test]
fn a_singleton_skips_or_cancels() {
    let stimuli = [(0, start("w")), (10, start("w")), (50, start("w"))];
    check(
        &[limited(json!({"singleton": {"mode": "skip"}}))],
        &stimuli,
        &["w: @20 a()=a | a+ | completed a", "w:  |  | cancelled NotAdmittedError", "w: @70 a()=a | a+ | completed a"],
    );
    check(
        &[limited(json!({"singleton": {"mode": "cancel"}}))],
        &stimuli,
        &["w:  | ax | cancelled CancelledError", "w: @30 a()=a | a+ | completed a", "w: @70 a()=a | a+ | completed a"],
    );
    let keys = [(0, keyed("x")), (1, keyed("y")), (2, keyed("x"))];
    check(
        &[limited(json!({"singleton": {"mode": "skip", "keyed": true}}))],
        &keys,
        &[
            r#"w: w.flowKeys()={"debounce":"x","rateLimit":"x","singleton":"x","throttle":"x","concurrency":"x"} @20 a()=a | a+ | completed a"#,
            r#"w: @1 w.flowKeys()={"debounce":"y","rateLimit":"y","singleton":"y","throttle":"y","concurrency":"y"} @21 a()=a | a+ | completed a"#,
            r#"w: @2 w.flowKeys()={"debounce":"x","rateLimit":"x","singleton":"x","throttle":"x","concurrency":"x"} |  | cancelled NotAdmittedError"#,
        ],
    );
}

/// A run that waits behind a later limit is the one run there is.
#[test]
fn a_singleton_holds_while_it_waits() {
    let flow = json!({"singleton": {"mode": "skip"}, "throttle": {"per": 50}});
    check(
        &[limited(flow)],
        &[(0, start("w")), (25, start("w")), (30, start("w"))],
        &["w: @20 a()=a | a+ | completed a", "w: @70 a()=a | a+ | completed a", "w:  |  | cancelled NotAdmittedError"],
    );
}

#[test]
fn a_subflow_waits_in_line() {
    let child = plan("child", [step("c").takes(20)]).fields(json!({"flow": {"concurrency": {"count": 1}}}));
    let branches = [flow([subflow("f", "child")]), flow([subflow("g", "child")])];
    check(
        &[plan("w", [parallel("p", branches)]), child],
        &[(0, start("w"))],
        &[
            r#"w: p[0].body()=flow p[1].body()=flow | p+ p[0]/f+ p[1]/g+ | completed ["c","c"]"#,
            "child: @20 c()=c | c+ | completed c",
            "child: @40 c()=c | c+ | completed c",
        ],
    );
    let refused = plan("child", [step("c").takes(20)]).fields(json!({"flow": {"singleton": {"mode": "skip"}}}));
    let branches = [flow([subflow("f", "child")]), flow([sleep("z", 5), subflow("g", "child")])];
    check(
        &[plan("w", [parallel("p", branches)]), refused],
        &[(0, start("w"))],
        &[
            "w: p[0].body()=flow p[1].body()=flow | p! p[0]/f+ p[1]/z+ p[1]/g! | failed NotAdmittedError",
            "child: @20 c()=c | c+ | completed c",
            "child:  |  | cancelled NotAdmittedError",
        ],
    );
}

#[test]
fn a_retried_run_takes_its_slot_again() {
    let flaky = step("a").fails("Error").takes(50);
    let plans = [plan("w", [flaky]).fields(json!({"flow": {"concurrency": {"count": 1}}}))];
    check(
        &plans,
        &[(0, start("w")), (10, Retry(0)), (20, start("w"))],
        &["w: a()!Error @60 a()=a | a+ | completed a", "w: @60 a()!Error | a! | failed Error"],
    );
}
