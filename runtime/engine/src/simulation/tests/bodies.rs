//! `parallel`, `race`, `while`, `forEach`, `batch`: which bodies run, what they return, what fails.

use super::{dsl::*, script::check_one};
use crate::simulation::plan::{Body, Item};
use serde_json::json;

#[test]
fn parallel_returns_an_array_or_an_object() {
    let bodies = || [flow([step("a"), step("b")]), gives(json!(7)), flow([])];
    check_one(
        &[plan("w", [step("s"), parallel("p", bodies()), step("t")])],
        &[
            r#"w: s()=s p[0].body(s)=flow p[0]/a(s)=a p[0]/b(a)=b p[1].body(s)=7 p[2].body(s)=flow t(["b",7,null])=t | s+ p+ p[0]/a+ p[0]/b+ p[1]+ t+ | completed t"#,
        ],
    );
    let named = parallel("p", bodies()).spec(json!({"keys": ["x", "y", "z"]}));
    check_one(
        &[plan("w", [named, step("t")])],
        &[
            r#"w: p[x].body()=flow p[x]/a()=a p[x]/b(a)=b p[y].body()=7 p[z].body()=flow t({"x":"b","y":7,"z":null})=t | p+ p[x]/a+ p[x]/b+ p[y]+ t+ | completed t"#,
        ],
    );
    check_one(&[plan("w", [parallel("p", []), step("t")])], &["w: t([])=t | p+ t+ | completed t"]);
}

#[test]
fn parallel_fails_after_the_others_have_settled() {
    let branches = [flow([step("a").fails("Error"), step("b")]), flow([step("c").takes(50), step("d")])];
    check_one(
        &[plan("w", [parallel("p", branches), step("t")])],
        &[
            "w: p[0].body()=flow p[0]/a()!Error p[1].body()=flow @50 p[1]/c()=c p[1]/d(c)=d | p! p[0]/a! p[1]/c+ p[1]/d+ | failed Error",
        ],
    );
    let both = [throws_after(20, "LateError"), throws_after(10, "EarlyError")];
    check_one(
        &[plan("w", [parallel("p", both), step("t")])],
        &["w: @10 p[1].body()!EarlyError @20 p[0].body()!LateError | p! p[0]! p[1]! | failed LateError"],
    );
}

#[test]
fn race_cancels_the_losers() {
    let branches = || [flow([step("a").takes(50), step("b")]), flow([step("c").takes(20)]), gives_after(90, json!(3))];
    check_one(
        &[plan("w", [race("r", branches()), step("t")])],
        &["w: r[0].body()=flow r[1].body()=flow @20 r[1]/c()=c t(c)=t | r+ r[0]/ax r[1]/c+ r[2]x t+ | completed t"],
    );
    let fails = [flow([step("a").takes(50)]), throws_after(20, "RaceError")];
    check_one(
        &[plan("w", [race("r", fails), step("t")])],
        &["w: r[0].body()=flow @20 r[1].body()!RaceError | r! r[0]/ax r[1]! | failed RaceError"],
    );
}

#[test]
fn race_lets_the_actions_of_the_winner_end() {
    let branches =
        [flow([action("x").takes(80), step("a").takes(20)]), flow([action("y").takes(80), step("b").takes(50)])];
    check_one(
        &[plan("w", [race("r", branches), step("t")])],
        &[
            "w: r[0].body()=flow r[1].body()=flow @20 r[0]/a()=a t(a)=t @80 r[0]/x()=x | r+ r[0]/x+ r[0]/a+ r[1]/yx r[1]/bx t+ | completed t",
        ],
    );
}

#[test]
fn race_against_a_sleep() {
    let branches = [flow([sleep("z", 30)]), flow([step("a").takes(60)])];
    check_one(
        &[plan("w", [race("r", branches), step("t")])],
        &["w: r[0].body()=flow r[1].body()=flow @30 t(null)=t | r+ r[0]/z+ r[1]/ax t+ | completed t"],
    );
}

#[test]
fn while_goes_on_as_long_as_the_condition_holds() {
    check_one(
        &[plan("w", [step("s"), repeat("h", 2, flow([step("a"), step("b")])), step("t")])],
        &[
            r#"w: s()=s h.condition(s)=true h[0].body(s)=flow h[0]/a(s)=a h[0]/b(a)=b h.condition(b)=true h[1].body(b)=flow h[1]/a(b)=a h[1]/b(a)=b h.condition(b)=false t({"iterations":2,"completed":true})=t | s+ h+ h[0]/a+ h[0]/b+ h[1]/a+ h[1]/b+ t+ | completed t"#,
        ],
    );
    check_one(
        &[plan("w", [repeat("h", 0, flow([step("a")])), step("t")])],
        &[r#"w: h.condition()=false t({"iterations":0,"completed":true})=t | h+ t+ | completed t"#],
    );
    let bounded = repeat("h", 9, gives(json!("v"))).spec(json!({"maxIterations": 2}));
    check_one(
        &[plan("w", [bounded, step("t")])],
        &[
            r#"w: h.condition()=true h[0].body()=v h.condition(v)=true h[1].body(v)=v t({"iterations":2,"completed":false})=t | h+ h[0]+ h[1]+ t+ | completed t"#,
        ],
    );
}

#[test]
fn while_ends_with_a_round_or_condition_that_fails() {
    let rounds = Body::Rounds(vec![flow([step("a")]), flow([step("b").fails("Error")])]);
    check_one(
        &[plan("w", [repeat("h", 5, rounds), step("t")])],
        &[
            "w: h.condition()=true h[0].body()=flow h[0]/a()=a h.condition(a)=true h[1].body(a)=flow h[1]/b(a)!Error | h! h[0]/a+ h[1]/b! | failed Error",
        ],
    );
    let broken = Item { bodies: vec![gives(json!(1))], ..node("while", "h") };
    let broken = broken.gives("condition", json!(true)).says("condition", failure("RangeError"));
    check_one(
        &[plan("w", [broken, step("t")])],
        &["w: h.condition()=true h[0].body()=1 h.condition(1)!RangeError | h! h[0]+ | failed RangeError"],
    );
}

/// The next round and the condition see the last output of the round before, however it was made.
#[test]
fn while_sees_the_round_before() {
    let rounds = Body::Rounds(vec![flow([step("a")]), gives(json!("v")), flow([step("b")]), gives(json!("u"))]);
    check_one(
        &[plan("w", [step("s"), repeat("h", 4, rounds), step("t")])],
        &[
            r#"w: s()=s h.condition(s)=true h[0].body(s)=flow h[0]/a(s)=a h.condition(a)=true h[1].body(a)=v h.condition(v)=true h[2].body(v)=flow h[2]/b(v)=b h.condition(b)=true h[3].body(b)=u h.condition(u)=false t({"iterations":4,"completed":true})=t | s+ h+ h[0]/a+ h[1]+ h[2]/b+ h[3]+ t+ | completed t"#,
        ],
    );
}

#[test]
fn for_each_runs_the_body_for_each_item() {
    check_one(
        &[plan("w", [step("s"), each("e", [5, 6], flow([step("a"), step("b")])), step("t")])],
        &[
            r#"w: s()=s e[0].body(s)=flow e[0]/a(s)=a e[0]/b(a)=b e[1].body(s)=flow e[1]/a(s)=a e[1]/b(a)=b t({"type":"forEach","name":"e","results":[{"item":5,"result":"b","index":0},{"item":6,"result":"b","index":1}],"totalItems":2})=t | s+ e+ e[0]/a+ e[0]/b+ e[1]/a+ e[1]/b+ t+ | completed t"#,
        ],
    );
    check_one(
        &[plan("w", [each("e", [5, 6], echo()), step("t")])],
        &[
            r#"w: e[0].body()=5 e[1].body()=6 t({"type":"forEach","name":"e","results":[{"item":5,"result":5,"index":0},{"item":6,"result":6,"index":1}],"totalItems":2})=t | e+ e[0]+ e[1]+ t+ | completed t"#,
        ],
    );
    check_one(
        &[plan("w", [each("e", [], echo()), step("t")])],
        &[r#"w: t({"type":"forEach","name":"e","results":[],"totalItems":0})=t | e+ t+ | completed t"#],
    );
    let asks = Item { bodies: vec![echo()], ..node("forEach", "e") }.gives("items", json!(["x", "y"]));
    check_one(
        &[plan("w", [step("s"), asks, step("t")])],
        &[
            r#"w: s()=s e.items(s)=["x","y"] e[0].body(s)=x e[1].body(s)=y t({"type":"forEach","name":"e","results":[{"item":"x","result":"x","index":0},{"item":"y","result":"y","index":1}],"totalItems":2})=t | s+ e+ e[0]+ e[1]+ t+ | completed t"#,
        ],
    );
    let wrong = Item { bodies: vec![echo()], ..node("forEach", "e") }.gives("items", json!(3));
    check_one(&[plan("w", [wrong, step("t")])], &["w: e.items()=3 | e! | failed TypeError"]);
}

#[test]
fn for_each_keeps_to_its_concurrency() {
    let two = each("e", [1, 2, 3], flow([step("a").takes(20)])).spec(json!({"concurrency": 2}));
    check_one(
        &[plan("w", [two, step("t")])],
        &[
            r#"w: e[0].body()=flow e[1].body()=flow @20 e[0]/a()=a e[1]/a()=a e[2].body()=flow @40 e[2]/a()=a t({"type":"forEach","name":"e","results":[{"item":1,"result":"a","index":0},{"item":2,"result":"a","index":1},{"item":3,"result":"a","index":2}],"totalItems":3})=t | e+ e[0]/a+ e[1]/a+ e[2]/a+ t+ | completed t"#,
        ],
    );
}

#[test]
fn for_each_begins_nothing_after_a_failure() {
    let rounds = Body::Rounds(vec![gives(json!(1)), throws("ItemError"), gives(json!(3))]);
    check_one(
        &[plan("w", [each("e", [1, 2, 3], rounds), step("t")])],
        &["w: e[0].body()=1 e[1].body()!ItemError | e! e[0]+ e[1]! | failed ItemError"],
    );
    // Of several failures the one of the first item counts, not the one that came first.
    let late = Body::Rounds(vec![throws_after(40, "FirstItem"), throws_after(20, "FirstInTime"), gives(json!(3))]);
    let two = each("e", [1, 2, 3], late).spec(json!({"concurrency": 2}));
    check_one(
        &[plan("w", [two, step("t")])],
        &["w: @20 e[1].body()!FirstInTime @40 e[0].body()!FirstItem | e! e[0]! e[1]! | failed FirstItem"],
    );
}

#[test]
fn batch_runs_the_body_for_each_group() {
    check_one(
        &[plan("w", [batch("b", 2, [1, 2, 3], echo()), step("t")])],
        &[
            r#"w: b[0].body()=[1,2] b[1].body()=[3] t({"type":"batch","name":"b","results":[{"batchIndex":0,"items":[1,2],"result":[1,2],"size":2},{"batchIndex":1,"items":[3],"result":[3],"size":1}],"totalBatches":2,"totalItems":3})=t | b+ b[0]+ b[1]+ t+ | completed t"#,
        ],
    );
    let wide = batch("b", 1, [1, 2, 3], flow([step("a").takes(20)])).spec(json!({"concurrency": 3}));
    check_one(
        &[plan("w", [wide, step("t")])],
        &[
            r#"w: b[0].body()=flow b[1].body()=flow b[2].body()=flow @20 b[0]/a()=a b[1]/a()=a b[2]/a()=a t({"type":"batch","name":"b","results":[{"batchIndex":0,"items":[1],"result":"a","size":1},{"batchIndex":1,"items":[2],"result":"a","size":1},{"batchIndex":2,"items":[3],"result":"a","size":1}],"totalBatches":3,"totalItems":3})=t | b+ b[0]/a+ b[1]/a+ b[2]/a+ t+ | completed t"#,
        ],
    );
    let broken = Body::Rounds(vec![gives(json!(1)), throws("GroupError")]);
    check_one(
        &[plan("w", [batch("b", 1, [1, 2, 3], broken), step("t")])],
        &["w: b[0].body()=1 b[1].body()!GroupError | b! b[0]+ b[1]! | failed GroupError"],
    );
}

#[test]
fn a_body_cannot_declare_nonsense() {
    let twice = flow([step("a"), step("a")]);
    check_one(
        &[plan("w", [each("e", [1], twice), step("t")])],
        &["w: e[0].body()=flow | e! e[0]! | failed DefinitionError"],
    );
}

#[test]
fn bodies_nest() {
    let arm = flow([when("i", true), step("a"), otherwise("k"), step("b"), end_if("l")]);
    let inner = flow([each("e", [1, 2], arm), step("c")]);
    let child = plan("child", [parallel("p", [inner, flow([repeat("h", 1, flow([race("r", [gives(json!(8))])]))])])]);
    check_one(
        &[plan("w", [step("s"), subflow("f", "child"), step("t")]), child],
        &[
            r#"w: s()=s t(["c",{"iterations":1,"completed":true}])=t | s+ f+ t+ | completed t"#,
            r#"child: p[0].body()=flow p[0]/e[0].body()=flow p[0]/e[0]/i.condition()=true p[0]/e[0]/a()=a p[0]/e[1].body()=flow p[0]/e[1]/i.condition()=true p[0]/e[1]/a()=a p[0]/c({"type":"forEach","name":"e","results":[{"item":1,"result":"a","index":0},{"item":2,"result":"a","index":1}],"totalItems":2})=c p[1].body()=flow p[1]/h.condition()=true p[1]/h[0].body()=flow p[1]/h[0]/r[0].body()=8 p[1]/h.condition(8)=false | p+ p[0]/e+ p[0]/e[0]/i+ p[0]/e[0]/a+ p[0]/e[0]/b- p[0]/e[1]/i+ p[0]/e[1]/a+ p[0]/e[1]/b- p[0]/c+ p[1]/h+ p[1]/h[0]/r+ p[1]/h[0]/r[0]+ | completed ["c",{"iterations":1,"completed":true}]"#,
        ],
    );
}

#[test]
fn a_failure_comes_up_from_the_depths() {
    let arm = flow([when("i", true), step("a").fails("DeepError"), end_if("l")]);
    let inner = flow([each("e", [1, 2], arm), step("c")]);
    let child = plan("child", [parallel("p", [inner, flow([step("d")])])]);
    check_one(
        &[plan("w", [subflow("f", "child"), step("t")]), child],
        &[
            "w:  | f! | failed DeepError",
            "child: p[0].body()=flow p[0]/e[0].body()=flow p[0]/e[0]/i.condition()=true p[0]/e[0]/a()!DeepError p[1].body()=flow p[1]/d()=d | p! p[0]/e! p[0]/e[0]/i+ p[0]/e[0]/a! p[1]/d+ | failed DeepError",
        ],
    );
}
