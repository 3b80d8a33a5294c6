//! Each kind of node in the coverage of workflows: in the table, in the JSON and in the graph of the page.

use crate::env::{Env, stderr, stdout};
use rstest::rstest;
use serde_json::{Value, json};

/// The workflow `w` and its tests, with what is printed, `workflows.json` of it, and the page.
fn cover(flow: &str, tests: &str) -> (String, Value, String) {
    let env = Env::new();
    env.write(
        "w.test.ts",
        format!(
            "import {{ cronflow }} from 'cronflow';\nconst w = cronflow.define({{ id: 'w' }}){flow};\n\
             cronflow.define({{ id: 'inner' }}).step('do', ctx => {{ if (ctx.payload === 'bad') throw new Error('bad'); }});\n\
             test('runs', async () => {{ {tests} }});\n"
        ),
    );
    let output = env.run(&["test", "--coverage"]);
    let out = stdout(&output) + &stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{out}");
    let json: Value = serde_json::from_str(&env.read("coverage/workflows.json")).unwrap();
    let workflows = json["workflows"].as_array().unwrap();
    let one = workflows.iter().find(|one| one["id"] == "w").unwrap().clone();
    (out, one, env.read("coverage/index.html"))
}

const CHOICE: &str = ".if('x', ctx => ctx.payload === 1).step('a', () => 1).elseIf('y', ctx => ctx.payload === 2).step('b', () => 2)\
    .else().step('c', () => 3).endIf()";
const AGAIN: &str = ".while('again', ctx => ctx.payload > 0 && (ctx.last?.n ?? 0) < ctx.payload, flow => { flow.step('turn', ctx => ({ n: (ctx.last?.n ?? 0) + 1 })); }, { maxIterations: 3 })";
const EACH: &str = ".forEach('each', ctx => ctx.payload ?? [], (item, flow) => { flow.step('pack', () => item); })";
const GROUPS: &str = ".batch('groups', { items: ctx => ctx.payload ?? [], size: 2 }, (group, flow) => { flow.step('pack', () => group); })";
const FAN: &str = ".if('wide', ctx => ctx.payload === true).parallel({ left: flow => { flow.step('l', () => 1); }, right: () => 2 }).endIf()";
const LIST: &str = ".parallel([flow => { flow.step('l', () => 1); }, () => 2])";
const RACE: &str = ".race([flow => { flow.sleep(ctx => ctx.payload).step('early', () => 1); }, flow => { flow.sleep('1h').step('late', () => 2); }])";
const OPTIONS: &str = ".forEach('each', [1], (item, flow) => {\
    flow.step('pack', async ctx => { if (ctx.payload === 'slow') await new Promise(done => setTimeout(done, 5000)); return item; }, \
        { retry: { attempts: 2 }, timeout: '1s', onError: () => 'lost' });\
    })";
const BRANCH: &str = ".parallel([flow => { flow.step('call', () => 1, { retry: { attempts: 2 }, onError: () => 2 }).action('note', () => 1); }])";
const APPROVAL: &str = ".humanInTheLoop({ description: 'ok?', timeout: '1h', onTimeout: () => 1 })";
const EVENT: &str = ".forEach('each', [1], (item, flow) => { flow.waitForEvent('paid', { timeout: '1h' }); })";
const CALLS: &str = ".subflow('call', 'inner', ctx => ctx.payload).step('after', () => 1)";
const NESTED: &str = ".forEach('each', [1, 2], (item, flow) => {\
    flow.if('odd', () => item % 2 === 1).step('o', () => 1).else().forEach('deep', [], (one, inner) => { inner.step('d', () => 1); }).endIf(); })";

#[rstest]
#[case::if_else(CHOICE, "1", "branches", 4, &["if_x: false", "elseif_y: true", "elseif_y: false"], &["true 1×", "otherwise 0×"])]
#[case::else_if(CHOICE, "2", "branches", 4, &["if_x: true", "elseif_y: false"], &["elseif_y: true 1×", "otherwise 0×"])]
#[case::last_arm(CHOICE, "3", "branches", 4, &["if_x: true", "elseif_y: true"], &["otherwise 1×"])]
#[case::arms(CHOICE, "3", "steps", 3, &["a", "b"], &["<b>c</b>"])]
#[case::no_round(AGAIN, "0", "branches", 2, &["again: true"], &["held 0×", "did not hold 1×", "again[] 0×, not known"])]
#[case::rounds(AGAIN, "2", "branches", 2, &[], &["held 2×", "did not hold 1×", "again[] 2×<", "<b>again[]/turn</b>"])]
#[case::too_many_rounds(AGAIN, "9", "branches", 2, &["again: false"], &["held 3×", "did not hold 0×"])]
#[case::no_items(EACH, "[]", "branches", 1, &["each[]"], &["each[] 0×, not known"])]
#[case::items(EACH, "[1, 2]", "branches", 1, &[], &["each[] 2×<", "<b>each[]/pack</b>"])]
#[case::no_groups(GROUPS, "[]", "branches", 1, &["groups[]"], &["groups[] 0×, not known"])]
#[case::groups(GROUPS, "[1, 2, 3]", "branches", 1, &[], &["groups[] 2×<", "<b>groups[]/pack</b>"])]
#[case::branches_of_a_name(FAN, "true", "branches", 4, &["if_wide: false"], &["parallel_execution[left] 1×<", "parallel_execution[right] 1×<"])]
#[case::no_branches(
    FAN, "1", "branches", 4, &["if_wide: true", "parallel_execution[left]", "parallel_execution[right]"],
    &["parallel_execution[left] 0×, not known", "parallel_execution[right] 0×, not known"]
)]
#[case::branches(LIST, "1", "branches", 2, &[], &["parallel_execution[0] 1×<", "<b>parallel_execution[0]/l</b>"])]
#[case::first_of_a_race(RACE, "'1m'", "branches", 2, &["race_execution[1]: first"], &["race_execution[0] 1×, first 1×", "race_execution[1] 1×, first 0×"])]
#[case::second_of_a_race(RACE, "'1d'", "branches", 2, &["race_execution[0]: first"], &["race_execution[0] 1×, first 0×", "race_execution[1] 1×, first 1×"])]
#[case::not_tried_again(OPTIONS, "1", "retries", 1, &["each[]/pack"], &["tried again 0×"])]
#[case::did_not_fail(OPTIONS, "1", "errorPaths", 1, &["each[]/pack"], &["<b>each[]/pack</b>"])]
#[case::not_handled(OPTIONS, "1", "onError", 1, &["each[]/pack"], &["onError 0×"])]
#[case::in_time(OPTIONS, "1", "timeouts", 1, &["each[]/pack"], &["timed out 0×"])]
#[case::over_time(OPTIONS, "'slow'", "timeouts", 1, &[], &["timed out 1×"])]
#[case::tried_again(OPTIONS, "'slow'", "retries", 1, &[], &["tried again 1×"])]
#[case::handled(OPTIONS, "'slow'", "onError", 1, &[], &["onError 1×"])]
#[case::failed(OPTIONS, "'slow'", "errorPaths", 1, &[], &["failed 1×"])]
#[case::of_a_branch(BRANCH, "1", "retries", 1, &["parallel_execution[0]/call"], &["tried again 0×", "onError 0×"])]
#[case::error_paths_of_a_branch(
    BRANCH, "1", "errorPaths", 2, &["parallel_execution[0]/call", "parallel_execution[0]/note"], &["<b>parallel_execution[0]/note</b>"]
)]
#[case::no_approval(APPROVAL, "1", "timeouts", 1, &[], &["timed out 1×"])]
#[case::no_event(EVENT, "1", "timeouts", 1, &[], &["timed out 1×"])]
#[case::subflow_fails(CALLS, "'bad'", "errorPaths", 2, &["after"], &["failed 1×"])]
#[case::subflow(CALLS, "1", "errorPaths", 2, &["call", "after"], &["<span>subflow, line 2: 1×</span>"])]
#[case::nested(NESTED, "1", "branches", 4, &["each[]/deep[]"], &["true 1×", "otherwise 1×", "each[]/deep[] 0×, not known"])]
#[case::brackets(".step('a[1]', () => 1, { timeout: '1s' })", "1", "timeouts", 1, &["a[1]"], &["<b>a[1]</b>"])]
fn each_kind_is_told_everywhere(
    #[case] flow: &str,
    #[case] payload: &str,
    #[case] aspect: &str,
    #[case] total: usize,
    #[case] missing: &[&str],
    #[case] shown: &[&str],
) {
    let (out, json, page) = cover(flow, &format!("await w.test().trigger({payload}).run();"));
    let covered = total - missing.len();
    let told = &json[aspect];
    assert_eq!((&told["total"], &told["covered"]), (&json!(total), &json!(covered)), "{json:#}");
    assert_eq!(told["missing"], json!(missing));
    let percent = (covered * 1000 / total) as f64 / 10.0;
    let row = out.lines().find(|line| line.starts_with("w ")).unwrap_or_else(|| panic!("no row: {out}"));
    assert!(row.contains(&format!("{covered}/{total} {percent}%")), "{row}");
    for part in shown {
        assert!(page.contains(part), "'{part}' is missing:\n{page}");
    }
}

#[test]
fn what_was_decided_in_time_has_not_timed_out() {
    let (_, json, _) = cover(APPROVAL, "await w.test().trigger(1).approve().run();");
    assert_eq!(json["timeouts"]["missing"], json!(["human_in_the_loop"]));
    let (_, json, _) = cover(EVENT, "await w.test().trigger(1).emitEvent('paid').run();");
    assert_eq!(json["timeouts"]["missing"], json!(["each[]/wait_for_event_paid"]));
}

#[test]
fn bodies_that_no_run_came_into_are_unknown_and_not_covered() {
    let (out, json, page) = cover(EACH, "await w.test().trigger([]).run();");
    assert_eq!(json["unknown"], json!(["each[]"]));
    assert!(out.contains("1/1 100% + ?"), "{out}");
    assert!(out.contains("? w: no run came into each[]; what is in there is not known"), "{out}");
    assert!(page.contains("Not known, as no run came there: each[]"), "{page}");
    assert!(page.contains("1/1 100%</span> + ?"), "{page}");
    let (out, json, page) = cover(EACH, "await w.test().trigger([1]).run();");
    assert_eq!(json["unknown"], json!([]));
    assert!(!out.contains("+ ?") && !page.contains("ot known"), "{out}");
}

#[test]
fn a_body_that_fails_before_it_declares_is_unknown() {
    let flow = ".forEach('each', [1], () => { throw new Error('no'); })";
    let (_, json, page) = cover(flow, "await w.test().run();");
    assert_eq!((&json["unknown"], &json["branches"]["missing"]), (&json!(["each[]"]), &json!([])));
    assert!(page.contains("each[] 1×, not known"), "{page}");
}

#[test]
fn one_run_that_comes_there_is_enough() {
    let (_, json, _) = cover(
        OPTIONS,
        "await w.test().mockStep('pack', 7).run(); await w.test().failStep('pack', 'no', { attempts: 1 }).run();",
    );
    let node = json["nodes"].as_array().unwrap().iter().find(|node| node["path"] == "each[]/pack").unwrap();
    assert_eq!(
        (&node["ran"], &node["mayRetry"], &node["retried"], &node["line"]),
        (&json!(2), &json!(true), &json!(1), &json!(2))
    );
}

#[test]
fn tests_see_the_same() {
    cover(
        NESTED,
        "const tested = w.advancedTest(); await tested.trigger(1).run(); const told = tested.getCoverage(); \
         expect(told.unknown).toEqual(['each[]/deep[]']); \
         expect(told.branches).toEqual({ total: 4, covered: 3, percent: 75, missing: ['each[]/deep[]'] }); \
         expect(told.steps).toEqual({ total: 3, covered: 3, percent: 100, missing: [] });",
    );
}
