//! Branches, loops, parallel blocks, waits: outputs, statuses and order.

use super::{Table, error, run_one, step, steps};
use rstest::rstest;
use serde_json::{Value, json};

/// Chain, payload, output of the run.
const OUTPUTS: &[(&str, &str, &str)] = &[
    (".if('a', ctx => ctx.payload).step('x', () => 'yes').else().step('y', () => 'no').endIf()", "true", r#""yes""#),
    (".if('a', ctx => ctx.payload).step('x', () => 'yes').else().step('y', () => 'no').endIf()", "false", r#""no""#),
    (
        ".if('a', ctx => ctx.payload > 2).step('x', () => 1).elseIf('b', ctx => ctx.payload > 1).step('y', () => 2).elseIf('c', () => true).step('z', () => 3).endIf().step('e', ctx => [ctx.last, Object.keys(ctx.steps)])",
        "2",
        r#"[2,["y"]]"#,
    ),
    (".step('s', () => 1).if('a', () => false).step('x', () => 2).endIf().step('e', ctx => ctx.last)", "null", "1"),
    (
        ".if('a', () => true).if('b', () => false).step('x', () => 1).else().if('c', () => true).step('y', () => 2).endIf().endIf().endIf()",
        "null",
        "2",
    ),
    (".parallel([() => 1, async () => 2, ctx => ctx.payload])", "[3]", "[1,2,[3]]"),
    (".parallel({ a: () => 1, b: async () => ({ c: 2 }) })", "null", r#"{"a":1,"b":{"c":2}}"#),
    (
        ".parallel([f => f.step('x', () => 1).step('y', ctx => ctx.last + 1), f => { f.log('only a line') }])",
        "null",
        "[2,null]",
    ),
    (".race([() => new Promise(r => setTimeout(() => r('slow'), 5000)), () => 'fast'])", "null", r#""fast""#),
    (
        ".step('s', () => 0).while('w', ctx => ctx.last < 5, ctx => ctx.last + 1)",
        "null",
        r#"{"iterations":5,"completed":true}"#,
    ),
    (".while('w', () => true, () => 1, { maxIterations: 3 })", "null", r#"{"iterations":3,"completed":false}"#),
    (
        ".step('n', () => 3).while('w', ctx => ctx.last > 0, f => { f.step('less', ctx => ctx.last - 1) }).step('e', ctx => [ctx.steps.w.output.iterations, ctx.last.completed])",
        "null",
        "[3,true]",
    ),
    (
        ".forEach('f', ctx => ctx.payload, (item, flow, i) => item * 10 + i)",
        "[1,2]",
        r#"{"type":"forEach","name":"f","results":[{"item":1,"result":10,"index":0},{"item":2,"result":21,"index":1}],"totalItems":2}"#,
    ),
    (".forEach('f', [], () => 1)", "null", r#"{"type":"forEach","name":"f","results":[],"totalItems":0}"#),
    (
        ".forEach('f', [{ a: 1 }], (item, flow) => { flow.step('x', () => item.a).step('y', ctx => ctx.last + 1) }, { concurrency: 4 })",
        "null",
        r#"{"type":"forEach","name":"f","results":[{"item":{"a":1},"result":2,"index":0}],"totalItems":1}"#,
    ),
    (
        ".batch('b', { items: ctx => ctx.payload, size: 2 }, items => items.length)",
        "[1,2,3]",
        r#"{"type":"batch","name":"b","results":[{"batchIndex":0,"items":[1,2],"result":2,"size":2},{"batchIndex":1,"items":[3],"result":1,"size":1}],"totalBatches":2,"totalItems":3}"#,
    ),
    (".step('s', () => 7).subflow('c', 'child').step('e', ctx => ctx.last)", "null", r#"{"got":7}"#),
    (".subflow('c', 'child', { a: 1 })", "null", r#"{"got":{"a":1}}"#),
    (".subflow('c', 'child', ctx => ctx.payload.x)", r#"{"x":[5]}"#, r#"{"got":[5]}"#),
    (
        ".step('s', () => 1).sleep('5ms').sleep(ctx => 5).sleepUntil(new Date(0)).sleepUntil(() => Date.now() + 5).step('e', ctx => ctx.last + 1)",
        "null",
        "2",
    ),
    (".step('s', () => 1).action('a', () => 2).log('l').step('e', ctx => ctx.last)", "null", "1"),
    (".step({ id: 's', title: 'T' }, ctx => ctx.step_name)", "null", r#""s""#),
    (".waitForEvent('never', '5ms')", "null", r#"{"timedOut":true}"#),
];

#[rstest]
#[case::plain(&[])]
#[case::always_replay(&["--always-replay"])]
fn runs_give_these_outputs(#[case] mode: &[&str]) {
    let workflows: Vec<_> = OUTPUTS.iter().map(|(chain, ..)| ("", *chain)).collect();
    let before = "cronflow.define({ id: 'child' }).step('only', ctx => ({ got: ctx.payload }));";
    let table = Table::with_mode(before, &workflows, mode);
    for (index, (chain, payload, expected)) in OUTPUTS.iter().enumerate() {
        let run = table.run(index, payload);
        assert_eq!(run["status"], "completed", "{chain}: {run:#}");
        assert_eq!(run["output"], serde_json::from_str::<Value>(expected).unwrap(), "{chain}");
    }
}

#[rstest]
#[case::plain(&[])]
#[case::always_replay(&["--always-replay"])]
fn everything_nests_in_everything(#[case] mode: &[&str]) {
    let before = "cronflow.define({ id: 'inner' }).parallel({ left: f => {\n\
          f.forEach('each', ctx => ctx.payload, (n, body) => {\n\
            body.if('even', () => n % 2 === 0).step('half', () => n / 2).else().step('more', () => n * 3 + 1).endIf()\n\
                .while('down', ctx => (ctx.last ?? 0) > 100, ctx => ctx.last - 100);\n\
          }, { concurrency: 2 });\n\
        }, right: async () => 'r' });";
    let table = Table::with_mode(before, &[("", ".subflow('sub', 'inner', [3, 8])")], mode);
    let run = table.run(0, "null");
    assert_eq!(run["status"], "completed", "{run:#}");
    let results = &run["output"]["left"]["results"];
    assert_eq!(results[0]["item"], json!(3));
    assert_eq!(results[0]["result"], json!({"iterations": 0, "completed": true}));
    assert_eq!(run["output"]["right"], json!("r"));
    let children = table.env.query("select id from workflow_runs where parent is not null");
    let child = table.server.ended(&children[0][0]);
    assert_eq!(step(&child, "parallel_execution[left]/each[0]/more")["output"], json!(10));
    assert_eq!(step(&child, "parallel_execution[left]/each[1]/half")["output"], json!(4));
    assert_eq!(step(&child, "parallel_execution[left]/each[1]/more")["status"], "skipped");
}

#[test]
fn a_branch_that_is_not_taken_is_shown_as_skipped() {
    let run = run_one("", ".if('a', () => false).step('x', () => 1).else().step('y', () => 2).endIf()", "null");
    assert_eq!(steps(&run), ["if_a: completed", "x: skipped", "y: completed"]);
}

#[test]
fn parallel_fails_after_the_others_have_settled() {
    let chain = ".parallel([() => { throw new Error('first') }, async () => { await new Promise(r => setTimeout(r, 50)); return 2 }]).step('never', () => 1)";
    let run = run_one("", chain, "null");
    assert_eq!(run["status"], "failed");
    assert_eq!(error(&run), "Error: first");
    assert_eq!(step(&run, "parallel_execution[1]")["status"], "completed");
    assert!(run["steps"].as_array().unwrap().iter().all(|step| step["name"] != "never"));
}

#[test]
fn the_losers_of_a_race_are_cancelled() {
    let chain = ".race([f => { f.sleep('1h').step('late', () => 1) }, () => 'won'])";
    let run = run_one("", chain, "null");
    assert_eq!(run["output"], json!("won"));
    assert_eq!(step(&run, "race_execution[0]/sleep")["status"], "cancelled");
}

#[test]
fn a_loop_ends_at_the_first_failure() {
    let chain = ".forEach('f', [1, 2, 3], n => { if (n === 2) throw new TypeError('no ' + n); return n })";
    let run = run_one("", chain, "null");
    assert_eq!((run["status"].as_str(), error(&run)), (Some("failed"), "TypeError: no 2".to_owned()));
    assert_eq!(steps(&run), ["f: failed", "f[0]: completed", "f[1]: failed"]);
}

#[test]
fn items_must_be_a_list() {
    let run = run_one("", ".forEach('f', ctx => ctx.payload, () => 1)", "5");
    assert_eq!(error(&run), "TypeError: the items of a loop must be an array or another iterable object");
}

#[test]
fn a_failing_subflow_fails_its_parent_and_says_so() {
    let before = "cronflow.define({ id: 'child' }).step('s', () => { throw new Error('inside') });";
    let table = Table::new(
        before,
        &[
            ("", ".subflow('c', 'child')"),
            ("", ".subflow('c', 'child', null, { wait: false }).step('e', ctx => typeof ctx.last.runId)"),
        ],
    );
    let run = table.run(0, "null");
    assert_eq!(
        (run["status"].as_str(), error(&run)),
        (Some("failed"), "Error: subflow 'c' ended as failed: inside".to_owned())
    );
    assert_eq!(table.run(1, "null")["output"], json!("string"));
}

#[test]
fn a_run_cancels_itself() {
    let table = Table::new(
        "",
        &[
            ("", ".step('s', () => 1).cancel('not needed').step('never', () => 2)"),
            ("", ".step('s', ctx => { if (ctx.payload) ctx.cancel('by the step') })"),
            ("", ".cancel(ctx => `because of ${ctx.payload}`)"),
            ("", ".parallel([f => { f.cancel('in a branch') }, f => { f.sleep('1h') }])"),
        ],
    );
    for (index, reason) in ["not needed", "by the step", "because of 1", "in a branch"].iter().enumerate() {
        let run = table.run(index, "1");
        assert_eq!((run["status"].as_str(), error(&run)), (Some("cancelled"), format!("CancelledError: {reason}")));
    }
}

#[test]
fn steps_belong_to_the_trigger_before_them() {
    let table = Table::new(
        "",
        &[(
            "",
            ".onWebhook('/a').step('first', () => 'a').onWebhook('/b').step('second', () => 'b').onEvent('e').step('third', ctx => ctx.trigger.event.name)",
        )],
    );
    assert_eq!(table.server.post("/a", "1").1["output"], json!("a"));
    assert_eq!(table.server.post("/b", "1").1["output"], json!("b"));
}

#[test]
fn what_is_declared_at_run_time_is_checked() {
    for (chain, message) in [
        (".parallel([f => { f.step('a', () => 1).step('a', () => 2) }])", "Step 'a' is defined twice"),
        (".parallel([f => { f.if('a', () => 1) }])", "if() without an endIf()"),
        (".parallel([f => { f.step('a', () => 1, { timeout: 'soon' }) }])", "timeout of step 'a'"),
        (".forEach('f', [1], (x, f) => { f.sleep() })", "the duration of sleep()"),
    ] {
        let run = run_one("", chain, "null");
        assert_eq!(run["status"], "failed", "{chain}");
        assert!(error(&run).contains(message), "{chain}: {}", error(&run));
        assert_eq!(run["error"]["name"], "DefinitionError");
    }
}
