//! `cronflow-rt test --watch` through the built binary: what a change, a key, and the runner's own writing lead to.

use crate::{
    env::{Env, PATIENCE},
    test_runner::with_case,
};
use nix::{
    pty::openpty,
    sys::{
        signal::{Signal, kill},
        termios::{LocalFlags, tcgetattr},
    },
    unistd::Pid,
};
use rstest::rstest;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read, Write},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

/// The runner with what it says, round by round.
pub(crate) struct Watched {
    child: Child,
    input: Box<dyn Write>,
    lines: mpsc::Receiver<String>,
    is_terminal: bool,
}

impl Watched {
    pub(crate) fn start(env: &Env, args: &[&str]) -> Self {
        let mut command = Self::command(env, args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input: Box::new(input), lines: lines_of(output), is_terminal: false }
    }

    /// The same on a terminal, whose other end is returned too.
    fn on_terminal(env: &Env, args: &[&str]) -> (Self, OwnedFd) {
        let pair = openpty(None, None).unwrap();
        let end = || Stdio::from(pair.slave.try_clone().unwrap());
        let child = Self::command(env, args).stdin(end()).stdout(end()).spawn().unwrap();
        let master = fs::File::from(pair.master);
        let lines = lines_of(master.try_clone().unwrap());
        (Self { child, input: Box::new(master), lines, is_terminal: true }, pair.slave)
    }

    fn command(env: &Env, args: &[&str]) -> Command {
        env.command(&[&["test", "--watch"], args].concat())
    }

    /// What is said until it watches again.
    pub(crate) fn round(&mut self) -> String {
        let mut said = String::new();
        loop {
            let line =
                self.lines.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}; before came:\n{said}"));
            let is_last = line.starts_with("watching");
            said.push_str(&line);
            said.push('\n');
            if is_last {
                return said;
            }
        }
    }

    pub(crate) fn key(&mut self, key: &str) {
        let end = if self.is_terminal { "" } else { "\n" };
        self.input.write_all(format!("{key}{end}").as_bytes()).unwrap();
    }

    fn ends_with(&mut self, code: i32) {
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let all = BufReader::new(output).lines().map_while(Result::ok);
        all.map_while(|line| sender.send(line).ok()).for_each(drop);
    });
    lines
}

/// Writes a file as editors do: at no moment there is half of it.
fn save(env: &Env, name: &str, content: impl AsRef<[u8]>) {
    let draft = env.write(".draft", content);
    let path = env.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::rename(draft, path).unwrap();
}

/// A file with one test.
fn test(import: &str, name: &str, wanted: &str) -> String {
    format!("import {{ test, expect }} from 'vitest';\n{import}\ntest('{name}', () => expect({wanted}));")
}

fn passing(name: &str) -> String {
    test("", name, "1).toBe(1")
}

#[test]
fn what_a_change_concerns_runs_again() {
    let env = Env::new();
    let price = |value: &str| save(&env, "shop/price.ts", format!("export const price = {value};"));
    price("1");
    save(&env, "shop/cart.ts", "import { price } from './price'; export const total = () => price * 2;");
    save(&env, "cart.test.ts", test("import { total } from './shop/cart';", "cart", "total()).toBe(2"));
    save(&env, "other.test.ts", passing("other"));
    let mut watched = Watched::start(&env, &[]);
    let all = watched.round();
    assert!(all.contains("tests  2 passed (2)") && all.contains("watching 2 test files"), "{all}");

    price("3.25");
    let failed = watched.round();
    assert!(failed.contains("✗ cart") && !failed.contains("other"), "{failed}");

    save(&env, "new.test.ts", passing("new"));
    let new = watched.round();
    assert!(new.contains("new.test.ts") && new.contains("watching 3 test files"), "{new}");

    watched.key("f");
    let again = watched.round();
    assert!(again.contains("✗ cart") && again.contains("tests  1 failed (1)"), "{again}");

    save(&env, "cart.test.ts", "import { test from 'vitest';");
    let broken = watched.round();
    assert!(broken.contains("cart.test.ts") && broken.contains("CF1"), "{broken}");
    save(&env, "cart.test.ts", test("import { total } from './shop/cart';", "cart", "total()).toBe(6.5"));
    let mended = watched.round();
    assert!(mended.contains("✓ cart"), "{mended}");

    watched.key("");
    let all = watched.round();
    assert!(all.contains("tests  3 passed (3)"), "{all}");
    watched.key("q");
    watched.ends_with(0);
}

#[test]
fn a_pattern_takes_only_its_tests() {
    let env = with_case("pattern");
    let mut watched = Watched::start(&env, &["-t", "nothing has this name"]);
    watched.round();
    watched.key("q");
    watched.ends_with(0);
}

#[test]
fn an_edit_while_the_first_round_runs_is_seen() {
    let env = Env::new();
    save(&env, "price.ts", "export const price = 1;");
    // The edit comes after the import was compiled, for sure: the test makes it.
    let edit = "import { price } from './price'; import { writeFileSync } from 'node:fs';";
    save(&env, "a.test.ts", test(edit, "a", "(writeFileSync('price.ts', 'export const price = 2;'), price)).toBe(2"));
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("✗ a "));
    assert!(watched.round().contains("✓ a "));
    // Now the file is written and stays what it is: no round comes from that.
    save(&env, "b.test.ts", passing("b"));
    let next = watched.round();
    assert!(next.contains("b.test.ts") && !next.contains("a.test.ts"), "{next}");
}

#[rstest]
#[case::file("./late", "late.ts")]
#[case::folder("./late", "late/index.ts")]
#[case::written_as_js("./late.js", "late.ts")]
#[case::package("late", "node_modules/late/index.js")]
#[case::of_a_scope("@of/late", "node_modules/@of/late/index.js")]
fn an_import_that_comes_to_be_runs_its_test(#[case] import: &str, #[case] file: &str) {
    let env = Env::new();
    save(&env, "package.json", "{}");
    save(&env, "cart.ts", format!("import {{ late }} from '{import}'; export const total = late;"));
    save(&env, "a.test.ts", test("import { total } from './cart';", "a", "total).toBe(1"));
    save(&env, "b.test.ts", passing("b"));
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("CF1"));
    for _ in 0..2 {
        save(&env, file, "export const late = 1;");
        let found = watched.round();
        assert!(found.contains("✓ a ") && !found.contains("b.test.ts"), "{found}");
        fs::remove_file(env.path().join(file)).unwrap();
        let lost = watched.round();
        assert!(lost.contains("CF1") && !lost.contains("b.test.ts"), "{lost}");
    }
}

#[test]
fn an_import_that_is_mended_runs_its_test() {
    let env = Env::new();
    save(&env, "cart.ts", "import './price'; export const total = 1;");
    save(&env, "price.ts", "let price = ;");
    save(&env, "a.test.ts", test("import { total } from './cart';", "a", "total).toBe(1"));
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("CF1"));
    // Another file than the one that is to blame.
    save(&env, "cart.ts", "export const total = 1;");
    assert!(watched.round().contains("✓ a "));
}

#[test]
fn what_a_test_imports_when_it_runs_is_waited_for() {
    let env = Env::new();
    save(&env, "a.test.ts", "test('a', async () => expect((await import('./late')).late).toBe(1));");
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("✗ a "));
    save(&env, "late.ts", "export const late = 1;");
    assert!(watched.round().contains("✓ a "));
}

#[test]
fn what_the_runner_writes_is_no_change() {
    let env = Env::new();
    let source = |value: &str| {
        format!(
            "test('a', () => {{\n  expect({{ a: {value} }}).toMatchInlineSnapshot();\n  expect({value}).toMatchSnapshot();\n}});"
        )
    };
    save(&env, "a.test.ts", source("1"));
    let mut watched = Watched::start(&env, &["--update"]);
    assert!(watched.round().contains("2 written"));
    assert!(env.read("a.test.ts").contains("\"a\": 1"));
    save(&env, "b.test.ts", passing("b"));
    let next = watched.round();
    assert!(next.contains("b.test.ts") && !next.contains("a.test.ts"), "{next}");
    save(&env, "a.test.ts", env.read("a.test.ts").replace("a: 1", "a: 2"));
    assert!(watched.round().contains("1 written"));
    save(&env, "c.test.ts", passing("c"));
    let next = watched.round();
    assert!(next.contains("c.test.ts") && !next.contains("a.test.ts"), "{next}");
}

#[test]
fn a_source_that_changes_under_a_test_gets_no_snapshot() {
    let env = Env::new();
    let source = "import { writeFileSync } from 'node:fs';\ntest('a', () => {\n  writeFileSync('a.test.ts', \"test('b', () => {});\");\n  expect(1).toMatchInlineSnapshot();\n});";
    save(&env, "a.test.ts", source);
    let mut watched = Watched::start(&env, &[]);
    watched.round();
    assert!(watched.round().contains("✓ b "));
    assert_eq!(env.read("a.test.ts"), "test('b', () => {});");
}

#[test]
fn a_file_that_is_gone_does_not_count() {
    let env = Env::new();
    save(&env, "a.test.ts", passing("a"));
    save(&env, "b.test.ts", test("", "b", "1).toBe(2"));
    let mut watched = Watched::start(&env, &["a.test.ts", "b.test.ts"]);
    assert!(watched.round().contains("watching 2 test files"));
    fs::remove_file(env.path().join("b.test.ts")).unwrap();
    assert!(watched.round().starts_with("watching 1 test file;"));
    watched.key("a");
    let all = watched.round();
    assert!(all.contains("tests  1 passed (1)"), "{all}");
    save(&env, "b.test.ts", passing("b"));
    let back = watched.round();
    assert!(back.contains("b.test.ts") && !back.contains("a.test.ts") && back.contains("watching 2"), "{back}");
    fs::remove_file(env.path().join("a.test.ts")).unwrap();
    fs::remove_file(env.path().join("b.test.ts")).unwrap();
    while !watched.round().contains("watching 0 test files") {}
    watched.key("q");
    watched.ends_with(0);
}

#[test]
fn the_end_tells_whether_something_has_failed() {
    let env = Env::new();
    save(&env, "a.test.ts", test("", "a", "1).toBe(2"));
    save(&env, "b.test.ts", passing("b"));
    let mut watched = Watched::start(&env, &[]);
    watched.round();
    // What has failed before has still failed.
    save(&env, "b.test.ts", passing("again"));
    assert!(watched.round().contains("1 passed (1)"));
    watched.key("q");
    watched.ends_with(1);
}

#[test]
fn a_filter_holds_for_what_is_new() {
    let env = Env::new();
    save(&env, "pay.test.ts", passing("pay"));
    save(&env, "other.test.ts", passing("other"));
    let mut watched = Watched::start(&env, &["--filter", "pay"]);
    assert!(watched.round().contains("watching 1 test file;"));
    save(&env, "other2.test.ts", passing("other"));
    save(&env, "pay2.test.ts", passing("more"));
    let new = watched.round();
    assert!(new.contains("pay2.test.ts") && !new.contains("other") && new.contains("watching 2 test files"), "{new}");
}

#[test]
fn changes_at_the_same_time_are_one_round() {
    let env = Env::new();
    let names: Vec<String> = (0..20).map(|at| format!("t{at}.test.ts")).collect();
    for name in &names {
        save(&env, name, passing("before"));
    }
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("20 passed (20)"));
    let pid = Pid::from_raw(i32::try_from(watched.child.id()).unwrap());
    kill(pid, Signal::SIGSTOP).unwrap();
    for name in &names {
        save(&env, name, passing("after"));
    }
    kill(pid, Signal::SIGCONT).unwrap();
    let round = watched.round();
    assert!(round.contains("20 passed (20)"), "{round}");
}

#[test]
fn what_bail_leaves_out_is_not_new() {
    let env = Env::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        save(&env, &format!("{name}.test.ts"), test("", name, "1).toBe(2"));
    }
    let mut watched = Watched::start(&env, &["--bail"]);
    let first = watched.round();
    assert!(first.contains("watching 6 test files"), "{first}");
    save(&env, "g.test.ts", passing("g"));
    let next = watched.round();
    assert!(next.contains("1 passed (1)"), "{next}");
}

#[test]
fn words_that_mean_nothing_are_told() {
    let env = Env::new();
    save(&env, "a.test.ts", passing("a"));
    let mut watched = Watched::start(&env, &[]);
    assert!(watched.round().contains("f and Enter what failed"));
    watched.key("quit");
    assert!(watched.round().contains("'quit' means nothing here"));
    watched.key("q");
    watched.ends_with(0);
}

#[test]
fn a_terminal_gives_single_keys_and_a_fresh_screen() {
    let env = Env::new();
    save(&env, "a.test.ts", test("", "a", "1).toBe(2"));
    save(&env, "b.test.ts", passing("b"));
    let (mut watched, terminal) = Watched::on_terminal(&env, &[]);
    let first = watched.round();
    assert!(first.starts_with("\u{1b}[2J\u{1b}[H"), "{first:?}");
    assert!(first.contains("Enter runs all of them, f what failed, q ends"), "{first}");
    watched.key("f");
    let failed = watched.round();
    // The key itself is not shown.
    assert!(failed.starts_with("\u{1b}[2J") && failed.contains("1 failed (1)"), "{failed:?}");
    // An arrow is no key of ours.
    watched.key("\u{1b}[A");
    watched.key("\r");
    assert!(watched.round().contains("1 failed, 1 passed (2)"));
    watched.key("\u{3}");
    watched.ends_with(130);
    let flags = tcgetattr(&terminal).unwrap().local_flags;
    assert!(flags.contains(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG), "the terminal is as it was");
}
