//! `cronflow-rt test` through the built binary: `tests/runner/<case>` holds test files, and
//! `expected.out` what the runner says of them; `args` has arguments.

use crate::env::{Env, stderr, stdout};
use rstest::rstest;
use serde_json::Value;
use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::Stdio,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Copies a folder into an environment.
fn copy(from: &Path, below: &str, env: &Env) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            copy(&entry.path(), &format!("{name}/"), env);
        } else if !["args", "expected.out"].contains(&name.as_str()) {
            env.write(&name, fs::read(entry.path()).unwrap());
        }
    }
}

pub(crate) fn with_case(case: &str) -> Env {
    let env = Env::new();
    copy(&Path::new(ROOT).join("tests/runner").join(case), "", &env);
    env
}

fn run(env: &Env, args: &[&str]) -> (Option<i32>, String) {
    let output = env.run(&[&["test"], args].concat());
    (output.status.code(), stdout(&output) + &stderr(&output))
}

/// What does not change from run to run.
fn describe(report: &Value) -> String {
    let mut lines = Vec::new();
    for file in report["files"].as_array().unwrap() {
        lines.push(text(&file["file"]).to_owned());
        for problem in file["problems"].as_array().unwrap() {
            let place = &problem["location"];
            lines.push(format!("  {} {} at {}", text(&problem["code"]), text(&problem["message"]), place["line"]));
        }
        for error in file["errors"].as_array().unwrap() {
            lines.push(format!("  around: {}", failure(&error["error"])));
        }
        for test in file["tests"].as_array().unwrap() {
            let path: Vec<&str> = test["path"].as_array().unwrap().iter().map(text).collect();
            let retries = test["retries"].as_u64().filter(|retries| *retries > 0);
            let again = retries.map(|retries| format!(" after {retries} retries")).unwrap_or_default();
            lines.push(format!("  {} {}{again}", text(&test["status"]), path.join(" > ")));
            lines.extend(test["errors"].as_array().unwrap().iter().map(|error| format!("    {}", failure(error))));
        }
        for line in file["console"].as_array().unwrap() {
            let test = line["test"].as_array().map(|path| path.iter().map(text).collect::<Vec<_>>().join(" > "));
            let of = test.map(|test| format!(" of {test}")).unwrap_or_default();
            lines.push(format!("  {}{of}: {}", text(&line["level"]), text(&line["text"])));
        }
        lines.extend(file["snapshots"]["obsolete"].as_array().unwrap().iter().map(|key| format!("  obsolete: {key}")));
    }
    lines.join("\n") + "\n"
}

fn failure(error: &Value) -> String {
    let at = error["line"].as_u64().map(|line| format!(" (line {line})")).unwrap_or_default();
    let diff =
        error["diff"].as_str().map(|diff| format!("\n      {}", diff.replace('\n', "\n      "))).unwrap_or_default();
    let message = text(&error["message"]).replace('\n', "\n      ");
    format!("{}: {message}{at}{diff}", text(&error["name"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn every_case_is_reported_as_expected() {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(Path::new(ROOT).join("tests/runner")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 10);
    let mut wrong = Vec::new();
    for folder in folders {
        let env = with_case(folder.file_name().unwrap().to_str().unwrap());
        let args = fs::read_to_string(folder.join("args")).unwrap_or_default();
        let args: Vec<&str> = args.split_whitespace().chain(["--reporter", "json"]).collect();
        let output = env.run(&[&["test"], args.as_slice()].concat());
        let report =
            serde_json::from_str(&stdout(&output)).map_or_else(|_| stdout(&output), |report| describe(&report));
        let got = format!("exit {}\n{report}{}", output.status.code().unwrap(), stderr(&output));
        let expected = folder.join("expected.out");
        if std::env::var_os("CRONFLOW_UPDATE_FIXTURES").is_some() {
            fs::write(&expected, &got).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if got != wanted {
            wrong.push(format!("{}\n--- expected\n{wanted}--- got\n{got}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn failures_show_a_diff_and_the_source() {
    let env = with_case("failing");
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(1), "{out}");
    for part in [
        "✗ wrong.test.ts > a wrong value",
        "-     \"c\",\n  +     \"b\",",
        "[wrong.test.ts:6:",
        "expect(order).toEqual(",
        "tests  ",
        "1 passed",
    ] {
        assert!(out.contains(part), "'{part}' is missing:\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn what_tests_print_is_shown_with_their_names() {
    let env = Env::new();
    let source = "describe('shop', () => test('talks', () => { console.log('one\\ntwo'); console.error('three'); }));\n\
        test('is silent', () => {});\n\
        test('babbles', () => { for (let at = 0; at < 250; at++) console.log('line', at); });\n";
    env.write("a.test.ts", source);
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("printed by shop > talks:\n    info  | one\n    info  | two\n    error | three\n"), "{out}");
    assert!(out.contains("printed by babbles:\n    info  | line 0\n"), "{out}");
    assert!(out.contains("line 99\n    150 more lines left out; --reporter json has them\n"), "{out}");
    assert!(!out.contains("line 100") && !out.contains("printed by is silent"), "{out}");
}

#[test]
fn a_flood_of_lines_ends_with_its_test() {
    let env = Env::new();
    env.write(
        "a.test.ts",
        "test('floods', () => { for (;;) console.log('x'.repeat(10_000)); });\ntest('is next', () => {});",
    );
    let (code, out) = run(&env, &["--timeout", "200ms"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("it kept its process busy"), "{out}");
    assert!(out.len() < 2_000_000, "{}", out.len());
}

#[test]
fn of_a_flood_the_beginning_is_kept() {
    let env = Env::new();
    env.write(
        "a.test.ts",
        "test('floods', () => { for (let at = 0; at < 1000; at++) console.log('x'.repeat(10_000)); });",
    );
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("printed, too many to keep"), "{out}");
    assert!(out.len() < 2_000_000, "{}", out.len());
}

#[rstest]
#[case("dot", "x")]
#[case("tap", "TAP version 14\nnot ok 1 - wrong.test.ts > a wrong value\n  ---\n  name: \"AssertionError\"")]
#[case("junit", "<testcase classname=\"wrong.test.ts\" name=\"a wrong value\"")]
fn other_reporters(#[case] reporter: &str, #[case] expected: &str) {
    let (code, out) = run(&with_case("failing"), &["--reporter", reporter]);
    assert_eq!(code, Some(1));
    assert!(out.contains(expected), "{out}");
}

#[test]
fn a_seed_repeats_an_order_and_another_changes_it() {
    let env = with_case("shuffle");
    let order = |seed: &str| {
        let output = env.run(&["test", "--shuffle", "--seed", seed, "--reporter", "json"]);
        describe(&serde_json::from_str(&stdout(&output)).unwrap())
    };
    assert_eq!(order("1"), order("1"));
    assert!((2..10).any(|seed| order(&seed.to_string()) != order("1")));
}

#[test]
fn shards_are_every_test_once() {
    let env = with_case("shard");
    let files = |part: &str| {
        let output = env.run(&["test", "--shard", part, "--reporter", "json"]);
        describe(&serde_json::from_str(&stdout(&output)).unwrap())
    };
    let all = ["1/3", "2/3", "3/3"].map(files).concat();
    assert_eq!(all.matches("passed").count(), 4, "{all}");
}

#[test]
fn snapshots_are_written_once_and_then_compared() {
    let env = Env::new();
    let source = "import { expect, test } from 'cronflow/testing';\n\
        test('file', () => expect({ n: VALUE }).toMatchSnapshot());\n\
        test('inline', () => {\n  expect({ n: VALUE }).toMatchInlineSnapshot();\n});\n";
    env.write("a.test.ts", source.replace("VALUE", "1"));
    assert_eq!(run(&env, &[]).0, Some(0));
    assert!(env.read("__snapshots__/a.test.ts.snap").contains("exports[`file 1`] = `\n{\n  \"n\": 1,\n}\n`;"));
    assert!(env.read("a.test.ts").contains("toMatchInlineSnapshot(`\n    {\n      \"n\": 1,\n    }\n  `);"));
    assert_eq!(run(&env, &[]).0, Some(0));
    env.write("a.test.ts", env.read("a.test.ts").replace("n: 1", "n: 2"));
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(out.matches("-   \"n\": 1,").count(), 2, "{out}");
    assert_eq!(run(&env, &["--update"]).0, Some(0));
    assert_eq!(run(&env, &[]).0, Some(0));
    env.write("a.test.ts", "import { test } from 'cronflow/testing';\ntest('file', () => {});\n");
    assert!(run(&env, &[]).1.contains("1 obsolete"));
    assert_eq!(run(&env, &["--update"]).0, Some(0));
    assert!(!env.path().join("__snapshots__/a.test.ts.snap").exists());
}

#[test]
fn snapshots_of_promises_go_into_the_source() {
    let env = Env::new();
    let source = "test('x', async () => {\n\
        \tawait expect(Promise.resolve({ n: 1 })).resolves.toMatchInlineSnapshot();\n\
        \tawait expect(Promise.reject(new Error('no'))).rejects.toThrowErrorMatchingInlineSnapshot();\n\
        \tawait expect(Promise.resolve('text')).resolves.toMatchFileSnapshot('kept.txt');\n});\n";
    env.write("below/a.test.ts", source);
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
    let written = env.read("below/a.test.ts");
    assert!(written.contains("toMatchInlineSnapshot(`\n\t\t{\n\t\t  \"n\": 1,\n\t\t}\n\t`);"), "{written}");
    assert!(written.contains("toThrowErrorMatchingInlineSnapshot(`[Error: no]`);"), "{written}");
    assert_eq!(env.read("below/kept.txt"), "text");
}

#[test]
fn nothing_is_written_in_ci() {
    let env = Env::new();
    env.write(
        "a.test.ts",
        "import { expect, test } from 'cronflow/testing';\ntest('x', () => expect(1).toMatchSnapshot());",
    );
    let output = env.command(&["test"]).env("CI", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("none is written in CI"), "{}", stdout(&output));
}

#[test]
fn the_test_functions_are_refused_outside_of_tests() {
    let env = Env::with(
        "import { test } from 'cronflow/testing';\nimport { cronflow } from 'cronflow';\ncronflow.define({ id: 'a' }).step('s', () => test);",
    );
    let output = env.run(&["run", "workflow.ts", "--port", "0"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("run them with cronflow-rt test"), "{}", stderr(&output));
}

#[test]
fn the_built_in_modules_pass_their_own_tests() {
    let env = Env::new();
    let output = env.run(&["test", &format!("{ROOT}/stdlib"), "--reporter", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", describe(&report), stderr(&output));
    assert!(report["files"].as_array().unwrap().len() >= 7, "{}", describe(&report));
}

/// On a terminal the diff and the code frame have colours.
#[test]
fn a_terminal_shows_colours() {
    let env = with_case("failing");
    let pair = nix::pty::openpty(None, None).unwrap();
    let end = || Stdio::from(pair.slave.try_clone().unwrap());
    let mut child =
        env.command(&["test"]).env_remove("NO_COLOR").stdin(Stdio::null()).stdout(end()).stderr(end()).spawn().unwrap();
    drop(pair.slave);
    let mut said = Vec::new();
    // A terminal whose program has gone answers with an error.
    let _ = fs::File::from(pair.master).read_to_end(&mut said);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let said = String::from_utf8_lossy(&said);
    let line = |part: &str| said.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {said}"));
    assert!(line("-     \"c\",").contains("\u{1b}[") && line("+     \"b\",").contains("\u{1b}["), "{said}");
    assert!(line("expect(order).toEqual(").contains("\u{1b}["), "{said}");
}

/// Each waits for what the other writes: one after the other they would never end.
#[test]
fn files_run_side_by_side_and_share_nothing() {
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        println!("passed over: there is one core, and files take turns");
        return;
    }
    let env = Env::new();
    for (own, other) in [("a", "b"), ("b", "a")] {
        let source = format!(
            "import {{ existsSync, writeFileSync }} from 'node:fs';\n\
             test('meets the other', async () => {{\n\
               expect((globalThis as any).met).toBeUndefined();\n\
               (globalThis as any).met = '{own}';\n\
               Array.prototype.at = () => '{own}';\n\
               writeFileSync('{own}.here', '');\n\
               while (!existsSync('{other}.here')) await new Promise(done => setImmediate(done));\n\
               expect([(globalThis as any).met, [].at(0)]).toEqual(['{own}', '{own}']);\n\
             }}, 300_000);\n"
        );
        env.write(&format!("{own}.test.ts"), source);
    }
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
}
