//! `if`, `elseIf`, `else`: which arm runs, however deep.

use super::{dsl::*, script::check_one};
use crate::simulation::plan::Plan;
use serde_json::json;

#[test]
fn steps_run_in_order_and_see_the_last_output() {
    check_one(
        &[plan("w", [step("a"), step("b").gives("handler", json!({"n": 1})), step("c")])],
        &[r#"w: a()=a b(a)={"n":1} c({"n":1})=c | a+ b+ c+ | completed c"#],
    );
}

#[test]
fn a_failed_step_ends_the_run() {
    check_one(
        &[plan("w", [step("a"), step("b").fails("TypeError"), step("c")])],
        &["w: a()=a b(a)!TypeError | a+ b! | failed TypeError"],
    );
}

fn arms(first: bool, second: bool) -> Plan {
    let (first, second) = (when("i", first), or_when("j", second));
    plan("w", [step("a"), first, step("b"), second, step("c"), otherwise("k"), step("d"), end_if("l"), step("e")])
}

#[test]
fn the_first_arm_that_holds_runs() {
    check_one(&[arms(true, true)], &["w: a()=a i.condition(a)=true b(a)=b e(b)=e | a+ i+ b+ c- d- e+ | completed e"]);
    check_one(
        &[arms(false, true)],
        &["w: a()=a i.condition(a)=false j.condition(a)=true c(a)=c e(c)=e | a+ i+ b- j+ c+ d- e+ | completed e"],
    );
    check_one(
        &[arms(false, false)],
        &["w: a()=a i.condition(a)=false j.condition(a)=false d(a)=d e(d)=e | a+ i+ b- j+ c- d+ e+ | completed e"],
    );
}

#[test]
fn without_an_arm_that_holds_nothing_runs() {
    check_one(
        &[plan("w", [when("i", false), step("a"), end_if("l"), step("b")])],
        &["w: i.condition()=false b()=b | i+ a- b+ | completed b"],
    );
    check_one(
        &[plan("w", [step("a"), when("i", false), step("b"), end_if("l")])],
        &["w: a()=a i.condition(a)=false | a+ i+ b- | completed a"],
    );
}

#[test]
fn a_condition_that_fails_ends_the_run() {
    let broken = node("if", "i").says("condition", failure("RangeError"));
    check_one(
        &[plan("w", [broken, step("a"), end_if("l"), step("b")])],
        &["w: i.condition()!RangeError | i! | failed RangeError"],
    );
}

fn deep(outer: bool, middle: bool, inner: bool) -> Plan {
    plan(
        "w",
        [
            when("i1", outer),
            when("i2", middle),
            when("i3", inner),
            step("a"),
            otherwise("o3"),
            step("b"),
            end_if("e3"),
            step("c"),
            otherwise("o2"),
            step("d"),
            end_if("e2"),
            step("e"),
            end_if("e1"),
            step("f"),
        ],
    )
}

#[test]
fn ifs_nest_three_deep() {
    check_one(
        &[deep(true, true, true)],
        &[
            "w: i1.condition()=true i2.condition()=true i3.condition()=true a()=a c(a)=c e(c)=e f(e)=f | i1+ i2+ i3+ a+ b- c+ d- e+ f+ | completed f",
        ],
    );
    check_one(
        &[deep(true, true, false)],
        &[
            "w: i1.condition()=true i2.condition()=true i3.condition()=false b()=b c(b)=c e(c)=e f(e)=f | i1+ i2+ i3+ a- b+ c+ d- e+ f+ | completed f",
        ],
    );
    check_one(
        &[deep(true, false, true)],
        &["w: i1.condition()=true i2.condition()=false d()=d e(d)=e f(e)=f | i1+ i2+ a- b- c- d+ e+ f+ | completed f"],
    );
    check_one(&[deep(false, true, true)], &["w: i1.condition()=false f()=f | i1+ a- b- c- d- e- f+ | completed f"]);
}

#[test]
fn log_lines_and_markers_leave_the_last_output_alone() {
    let logged = node("log", "l").spec(json!({"message": "hello"}));
    let made = node("log", "m").gives("message", json!("made"));
    check_one(
        &[plan("w", [step("a"), logged, made, step("b")])],
        &["w: a()=a m.message(a)=made b(a)=b | a+ l+ m+ b+ | completed b"],
    );
}
