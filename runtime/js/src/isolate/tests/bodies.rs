//! Bodies of loops and branches: values, declared steps, and steps whose body is declared again.

use super::*;

/// Loads a workflow whose chain is this.
async fn workflow(chain: &str) -> (Isolate, LoadReport) {
    let source = format!("import {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: 'w' }}){chain};\n");
    load(&source).await.unwrap()
}

fn body_task(id: u64, number: u32, item: &Value, report: &LoadReport) -> WireTask {
    WireTask {
        place: Place::root().node(NodeId(0)).body(number),
        role: FunctionRole::Body(0),
        argument: Some(JsonText::of(&json!({"item": item, "index": number}))),
        ..task(id, 0, report, &json!({"n": 2}))
    }
}

fn flow(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Flow(draft) => draft.to_value(),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(".forEach('x', [1], item => item * 3)", json!(4), json!(12))]
#[case(".forEach('x', [1], async (item, flow, index) => [item, index, flow.payload.n])", json!(4), json!([4, 5, 2]))]
#[case(".batch('x', { items: [1], size: 2 }, (items, flow) => items.length)", json!([1, 2]), json!(2))]
#[case(".parallel([ctx => ctx.payload.n])", json!(null), json!(2))]
#[case(".race({ a: async ctx => ctx.run.workflowId })", json!(null), json!("w"))]
#[case(".while('x', () => true, ctx => ctx.payload.n)", json!(null), json!(2))]
#[case(".parallel([ctx => {}])", json!(null), json!(null))]
#[case(".parallel([flow => flow])", json!(null), json!(null))]
fn a_body_returns_a_value(#[case] chain: &'static str, #[case] item: Value, #[case] expected: Value) {
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(chain).await;
        outcomes(&mut isolate, vec![body_task(1, 5, &item, &report)]).await.0.remove(0)
    });
    assert_eq!(ok(outcome), expected);
}

#[test]
fn a_body_declares_steps() {
    let chain = ".parallel([flow => flow.step('a', () => 1).if('b', () => true).action('c', () => 2, { critical: true }).endIf()])";
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(chain).await;
        outcomes(&mut isolate, vec![body_task(1, 0, &json!(null), &report)]).await.0.remove(0)
    });
    let draft = flow(&outcome);
    let shape: Vec<_> =
        draft.as_array().unwrap().iter().map(|node| (&node["kind"], &node["name"], &node["roles"])).collect();
    assert_eq!(
        json!(shape),
        json!([
            ["step", "a", ["handler"]],
            ["if", "if_b", ["condition"]],
            ["action", "c", ["handler"]],
            ["endIf", "endif_b", []]
        ])
    );
    assert_eq!(draft[2]["options"], json!({"critical": true}));
}

const NESTED: &str = ".forEach('outer', [], (item, flow) => flow.forEach('inner', [7, 8], (x, inner) => {\n\
    console.log('declared'); inner.step('s', ctx => [item, x, ctx.last]) }))";

/// Declares the body of item 1 and the inner body of item 0, as the engine would. Returns their drafts.
async fn declare_both(isolate: &mut Isolate, report: &LoadReport) -> (JsonText, JsonText) {
    let outer = outcomes(isolate, vec![body_task(1, 1, &json!("b"), report)]).await.0.remove(0);
    let Outcome::Flow(outer) = outer else { panic!("{outer:?}") };
    let body = Place::root().node(NodeId(0)).body(1);
    let inner_body = body.node(NodeId(0)).body(0);
    let scope =
        Scope { place: body, role: FunctionRole::Body(0), item: Some(JsonText::of(&json!("b"))), draft: outer.clone() };
    let inner = WireTask { place: inner_body, scopes: vec![scope], ..body_task(1, 0, &json!(7), report) };
    let inner = WireTask { context: None, ..inner };
    let inner = outcomes(isolate, vec![inner]).await.0.remove(0);
    let Outcome::Flow(inner) = inner else { panic!("{inner:?}") };
    (outer, inner)
}

fn nested_step(report: &LoadReport, outer: &JsonText, inner: &JsonText) -> WireTask {
    let body = Place::root().node(NodeId(0)).body(1);
    let inner_body = body.node(NodeId(0)).body(0);
    let scope = |place: &Place, item: Value, draft: &JsonText| Scope {
        place: place.clone(),
        role: FunctionRole::Body(0),
        item: Some(JsonText::of(&item)),
        draft: draft.clone(),
    };
    WireTask {
        place: inner_body.node(NodeId(0)),
        steps: vec![
            WireStep {
                place: NodeId(9).into(),
                name: "before".into(),
                attempts: 1,
                output: Some(JsonText::trusted("1")),
            },
            WireStep {
                place: inner_body.node(NodeId(8)),
                name: "in".into(),
                attempts: 1,
                output: Some(JsonText::trusted("2")),
            },
        ],
        visible: vec![0, 1],
        scopes: vec![scope(&body, json!("b"), outer), scope(&inner_body, json!(7), inner)],
        ..task(1, 0, report, &json!({"n": 2}))
    }
}

#[test]
fn a_step_of_a_body_runs_where_its_body_was_declared() {
    let (outcome, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(NESTED).await;
        let (outer, inner) = declare_both(&mut isolate, &report).await;
        let task = WireTask { context: None, ..nested_step(&report, &outer, &inner) };
        let (mut done, printed) = outcomes(&mut isolate, vec![task]).await;
        (done.remove(0), printed)
    });
    assert_eq!(ok(outcome), json!(["b", 7, 2]));
    assert_eq!(printed, [""; 0], "nothing is declared a second time");
}

#[test]
fn a_step_of_a_body_runs_in_a_worker_that_has_never_seen_the_body() {
    let (outcome, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(NESTED).await;
        let (outer, inner) = declare_both(&mut isolate, &report).await;
        let (mut fresh, report) = workflow(NESTED).await;
        let (mut done, printed) = outcomes(&mut fresh, vec![nested_step(&report, &outer, &inner)]).await;
        (done.remove(0), printed)
    });
    assert_eq!(ok(outcome), json!(["b", 7, 2]));
    assert_eq!(printed, ["declared"]);
}

#[test]
fn a_body_that_is_declared_again_sees_what_it_saw() {
    let chain = ".parallel([ctx => { console.log(ctx.last, Object.keys(ctx.steps)); ctx.step('s', c => c.last) }])";
    let (outcome, printed) = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(chain).await;
        let draft = outcomes(&mut isolate, vec![body_task(1, 0, &json!(null), &report)]).await.0.remove(0);
        let Outcome::Flow(draft) = draft else { panic!("{draft:?}") };
        let (mut fresh, report) = workflow(chain).await;
        let body = Place::root().node(NodeId(0)).body(0);
        let task = WireTask {
            place: body.node(NodeId(0)),
            steps: vec![
                WireStep {
                    place: NodeId(9).into(),
                    name: "before".into(),
                    attempts: 1,
                    output: Some(JsonText::trusted("1")),
                },
                WireStep {
                    place: body.node(NodeId(8)),
                    name: "in".into(),
                    attempts: 1,
                    output: Some(JsonText::trusted("2")),
                },
            ],
            visible: vec![0, 1],
            scopes: vec![Scope { place: body, role: FunctionRole::Body(0), item: None, draft }],
            ..task(1, 0, &report, &json!({}))
        };
        let (mut done, printed) = outcomes(&mut fresh, vec![task]).await;
        (done.remove(0), printed)
    });
    assert_eq!(printed, ["1 [ 'before' ]"]);
    assert_eq!(ok(outcome), json!(2));
}

#[test]
fn a_body_must_declare_the_same_again() {
    let chain = ".parallel([flow => { flow.step(`s${flow.payload.n}`, () => 1) }])";
    let outcome = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(chain).await;
        let body = Place::root().node(NodeId(0)).body(0);
        let draft = JsonText::trusted(r#"[{"kind":"step","name":"other","roles":["handler"]}]"#);
        let task = WireTask {
            place: body.node(NodeId(0)),
            scopes: vec![Scope { place: body, role: FunctionRole::Body(0), item: None, draft }],
            ..task(1, 0, &report, &json!({"n": 2}))
        };
        outcomes(&mut isolate, vec![task]).await.0.remove(0)
    });
    let failure = failure(outcome);
    assert_eq!(failure.name, "DeterminismError");
    assert!(failure.message.contains("(other; now s2)"), "{}", failure.message);
}

#[test]
fn steps_cannot_be_declared_after_the_body() {
    let chain = ".parallel([flow => { flow.step('a', () => 1); setTimeout(() => { try { flow.step('b', () => 2) } catch (e) { console.log(e.message) } }, 1) }]).step('t', () => new Promise(r => setTimeout(r, 20)))";
    let printed = on_worker_stack(async move || {
        let (mut isolate, report) = workflow(chain).await;
        // On a slow machine the timer fires before the body's outcome is taken.
        let mut printed = outcomes(&mut isolate, vec![body_task(1, 0, &json!(null), &report)]).await.1;
        printed.extend(outcomes(&mut isolate, vec![task(2, 1, &report, &json!(null))]).await.1);
        printed
    });
    assert_eq!(printed, ["the body of a branch or loop has ended; declare its steps before it returns"]);
}
