//! Every argument of `cronflow-rt test` through the built binary: that it does what it says, and what it refuses.
//! `--watch` and `--replay` have files of their own.

use crate::env::{Env, stderr, stdout};
use rstest::rstest;
use serde_json::Value;
use std::fs;

/// Three files; two tests fail, and one never ends.
fn project() -> Env {
    let env = Env::new();
    env.write("package.json", "{}");
    let math = "describe('math', () => { test('adds', () => {}); test('takes away', () => {}); });";
    env.write("math.test.ts", math);
    env.write(
        "deep/bad.test.ts",
        "test('first', () => expect(1).toBe(2)); test('second', () => expect(1).toBe(3)); test('third', () => {});",
    );
    env.write("deep/slow.test.ts", endless("slow", "{ timeout: 100 }, "));
    env
}

fn endless(name: &str, options: &str) -> String {
    format!("test('{name}', {options}async () => {{ await new Promise(() => setInterval(() => {{}}, 1)); }});")
}

/// The exit code, and how each test ended.
fn outcome(env: &Env, args: &[&str]) -> (Option<i32>, String) {
    let output = env.run(&[&["test", "--reporter", "json"], args].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap_or_default();
    let files = report["files"].as_array().cloned().unwrap_or_default();
    let tests = files.iter().flat_map(|file| file["tests"].as_array().cloned().unwrap_or_default());
    let describe = |test: Value| {
        let name = test["path"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
        format!("{} {name}", test["status"].as_str().unwrap())
    };
    (output.status.code(), tests.map(describe).collect::<Vec<_>>().join(", "))
}

const MATH: &str = "passed adds, passed takes away";
const BAD: &str = "failed first, failed second, passed third";

#[rstest]
#[case::a_file(&["math.test.ts"], 0, &[MATH])]
#[case::a_folder(&["deep"], 1, &[BAD, "failed slow"])]
#[case::here(&[], 1, &[BAD, "failed slow", MATH])]
#[case::twice(&["math.test.ts", "math.test.ts"], 0, &[MATH])]
#[case::filter(&["--filter", "deep/b"], 1, &[BAD])]
#[case::filter_of_files(&["math.test.ts", "deep/bad.test.ts", "--filter", "math"], 0, &[MATH])]
#[case::pattern(&["-t", "adds$"], 0, &["passed adds"])]
#[case::pattern_of_a_suite(&["--test-name-pattern", "^math (adds|x)"], 0, &["passed adds"])]
#[case::pattern_as_javascript_has_them(&["-t", "(?<=math )t\\w+"], 0, &["passed takes away"])]
#[case::bail(&["--filter", "bad", "--bail"], 1, &["failed first"])]
#[case::bail_after_two(&["--filter", "bad", "--bail=2"], 1, &["failed first", "failed second"])]
#[case::bail_after_more(&["--filter", "bad", "--bail=3"], 1, &[BAD])]
#[case::shard(&["--shard", "1/3"], 1, &[BAD])]
#[case::shard_of_the_filter(&["--filter", "deep/b", "--shard", "1/1"], 1, &[BAD])]
fn what_is_chosen(#[case] args: &[&str], #[case] code: i32, #[case] expected: &[&str]) {
    assert_eq!(outcome(&project(), args), (Some(code), expected.join(", ")));
}

#[rstest]
#[case::unknown(&["--colour"], 2, "unexpected argument '--colour'")]
#[case::no_file(&["missing"], 3, "there is no file or folder missing")]
#[case::empty_folder(&["empty"], 4, "no test file was found")]
#[case::filter(&["--filter", "nothing"], 4, "no test file was found")]
#[case::filter_without_text(&["--filter"], 2, "a value is required for '--filter <TEXT>'")]
#[case::pattern(&["-t", "nothing"], 4, "no test was found")]
#[case::pattern_that_is_none(&["-t", "("], 2, "it is no regular expression: Unbalanced parenthesis")]
#[case::pattern_without_text(&["-t"], 2, "a value is required")]
#[case::bail_zero(&["--bail=0"], 2, "0 is not in 1..")]
#[case::bail_text(&["--bail=many"], 2, "invalid value 'many' for '--bail[=<COUNT>]'")]
#[case::shard_zero(&["--shard", "0/3"], 2, "write for example 1/3")]
#[case::shard_beyond(&["--shard", "4/3"], 2, "write for example 1/3")]
#[case::shard_text(&["--shard", "half"], 2, "write for example 1/3")]
#[case::shard_of_nothing(&["--shard", "1/0"], 2, "write for example 1/3")]
#[case::empty_shard(&["--shard", "9/9"], 4, "no test file was found")]
#[case::seed_alone(&["--seed", "1"], 2, "--shuffle")]
#[case::seed_text(&["--shuffle", "--seed", "x"], 2, "invalid value 'x' for '--seed <NUMBER>'")]
#[case::timeout_text(&["--timeout", "soon"], 2, "not a duration")]
#[case::timeout_zero(&["--timeout", "0"], 2, "use a time longer than zero")]
#[case::timeout_zero_seconds(&["--timeout", "0s"], 2, "use a time longer than zero")]
#[case::reporter(&["--reporter", "xml"], 2, "[possible values: pretty, dot, tap, junit, json]")]
#[case::watch_and_replay(&["--watch", "--replay", "x"], 2, "cannot be used with")]
#[case::replay_and_pattern(&["--replay", "x", "-t", "x"], 2, "cannot be used with")]
#[case::replay_and_filter(&["--replay", "x", "--filter", "x"], 2, "cannot be used with")]
#[case::replay_and_update(&["--replay", "x", "--update"], 2, "cannot be used with")]
#[case::replay_and_shuffle(&["--replay", "x", "--shuffle"], 2, "cannot be used with")]
#[case::replay_and_bail(&["--replay", "x", "--bail"], 2, "cannot be used with")]
#[case::replay_and_shard(&["--replay", "x", "--shard", "1/2"], 2, "cannot be used with")]
#[case::replay_of_nothing(&["--replay", "missing"], 3, "cannot read missing")]
#[case::hosts(&["--allow-net=http://x"], 2, "use HOST, HOST:PORT or *.DOMAIN")]
fn what_is_refused(#[case] args: &[&str], #[case] code: i32, #[case] message: &str) {
    let env = project();
    fs::create_dir(env.path().join("empty")).unwrap();
    let output = env.run(&[&["test"], args].concat());
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains(message), "{said}");
    assert_eq!(output.status.code(), Some(code), "{said}");
}

#[test]
fn a_shuffled_order_says_how_to_repeat_it() {
    let env = Env::new();
    let tests: String = (0..20).map(|at| format!("test('t{at}', () => {{}});")).collect();
    env.write("a.test.ts", tests);
    let said = stdout(&env.run(&["test", "--shuffle"]));
    let (_, rest) = said.split_once("repeat it with ").unwrap_or_else(|| panic!("{said}"));
    let again: Vec<&str> = rest.lines().next().unwrap().split(' ').collect();
    let order = |text: &str| {
        text.lines()
            .filter_map(|line| line.split_once('✓'))
            .map(|(_, name)| name.split("  ").next().unwrap().to_owned())
            .skip(1)
            .collect::<Vec<_>>()
    };
    let repeated = stdout(&env.run(&[&["test"], again.as_slice()].concat()));
    assert_eq!(order(&said).len(), 20, "{said}");
    assert_eq!(order(&repeated), order(&said));
}

#[test]
fn the_time_limit_is_of_real_time_and_of_each_test() {
    let env = Env::new();
    env.write("plain.test.ts", endless("plain", ""));
    for limit in ["120", "120ms"] {
        let said = stdout(&env.run(&["test", "--timeout", limit]));
        assert!(said.contains("the test did not finish within 120 ms"), "{said}");
    }
    let said = env.command(&["test"]).env("CRONFLOW_TEST_TIMEOUT", "140ms").output().unwrap();
    assert!(stdout(&said).contains("the test did not finish within 140 ms"), "{}", stdout(&said));
    env.write("plain.test.ts", endless("own", "{ timeout: 130 }, "));
    let said = stdout(&env.run(&["test", "--timeout", "1h"]));
    assert!(said.contains("the test did not finish within 130 ms"), "{said}");
}

#[rstest]
#[case::long("--update")]
#[case::short("-u")]
fn snapshots_are_written_anew(#[case] flag: &str) {
    let env = Env::new();
    env.write("a.test.ts", "test('a', () => expect(process.argv.length > 0 ? 1 : 0).toMatchSnapshot());");
    env.write("__snapshots__/a.test.ts.snap", "exports[`a 1`] = `2`;\n\nexports[`gone 1`] = `3`;\n");
    assert_eq!(env.run(&["test"]).status.code(), Some(1));
    assert!(env.read("__snapshots__/a.test.ts.snap").contains("gone"));
    assert_eq!(env.run(&["test", flag]).status.code(), Some(0));
    let text = env.read("__snapshots__/a.test.ts.snap");
    assert!(text.contains("exports[`a 1`] = `1`") && !text.contains("gone"), "{text}");
}

/// What CI servers take for a report.
#[test]
fn reports_for_programs_are_well_formed() {
    let env = project();
    let report = |kind: &str| stdout(&env.run(&["test", "math.test.ts", "deep/bad.test.ts", "--reporter", kind]));
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    assert_eq!(
        [&json["passed"], &json["failed"], &json["success"]],
        [&Value::from(3), &Value::from(2), &Value::from(false)]
    );

    let tap = report("tap");
    let results: Vec<&str> =
        tap.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).collect();
    assert!(tap.starts_with("TAP version 14\n") && tap.trim_end().ends_with("1..5"), "{tap}");
    assert_eq!(results.len(), 5, "{tap}");
    assert_eq!(results.iter().filter(|line| line.starts_with("not ok")).count(), 2, "{tap}");

    let junit = report("junit");
    assert!(junit.starts_with("<?xml") && junit.contains("tests=\"5\" failures=\"2\" errors=\"0\""), "{junit}");
    for tag in ["testsuites", "testsuite", "failure"] {
        assert_eq!(junit.matches(&format!("<{tag} ")).count(), junit.matches(&format!("</{tag}>")).count(), "{junit}");
    }

    let dots = report("dot");
    assert!(dots.starts_with("xx...") || dots.starts_with("..xx."), "{dots}");
    assert!(dots.contains("✗ deep/bad.test.ts > first"), "{dots}");
    let pretty = report("pretty");
    assert!(pretty.contains("tests  2 failed, 3 passed (5)"), "{pretty}");
}

#[rstest]
#[case::env("--allow-env=SECRET_OF_MINE", "expect(process.env.SECRET_OF_MINE).toBe('1')")]
#[case::env_all("--allow-env", "expect(process.env.SECRET_OF_MINE).toBe('1')")]
#[case::read("--allow-read=OUTSIDE", "readFileSync('OUTSIDE/in.txt')")]
#[case::write("--allow-write=OUTSIDE", "writeFileSync('OUTSIDE/out.txt', '')")]
#[case::run("--allow-run=echo", "execFileSync('echo', ['hi'])")]
fn permissions_open_what_is_closed(#[case] flag: &str, #[case] code: &str) {
    let (env, outside) = (Env::new(), Env::new());
    outside.write("in.txt", "");
    let place = outside.path().to_str().unwrap();
    env.write("package.json", "{}");
    let imports =
        "import { readFileSync, writeFileSync } from 'node:fs'; import { execFileSync } from 'node:child_process';";
    env.write("a.test.ts", format!("{imports}\ntest('a', () => void {});", code.replace("OUTSIDE", place)));
    let run = |args: &[&str]| {
        let output = env
            .command(&[&["test"], args].concat())
            .env("SECRET_OF_MINE", "1")
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let closed = run(&[]);
    assert_eq!(closed.0, Some(1), "{}", closed.1);
    let open = run(&[&flag.replace("OUTSIDE", place)]);
    assert_eq!(open.0, Some(0), "{}", open.1);
}

#[test]
fn a_closed_network_is_closed_for_tests() {
    let env = Env::new();
    env.write(
        "a.test.ts",
        "test('a', async () => { await expect(fetch('http://127.0.0.1:9/')).rejects.toThrow(/--allow-net/); });",
    );
    let output = env.run(&["test", "--allow-net=none"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}
