//! `cronflow-rt test --coverage` through the built binary: the tables, and the files that it writes.

use crate::{
    env::{Env, stderr, stdout},
    watching::Watched,
};
use rstest::rstest;
use serde_json::{Value, json};

/// A project with a helper, two workflows, and two test files that share both.
fn project() -> Env {
    let env = Env::new();
    env.write(
        "src/price.ts",
        "export interface Item {
  price: number;
}

export function total(items: Item[]): number {
  if (items.length === 0) return 0;
  let sum = 0;
  for (const { price } of items) sum += price;
  return sum;
}

export const unused = () => {
  return 1;
};
",
    );
    env.write(
        "src/flows.ts",
        "import { cronflow } from 'cronflow';
import { total } from './price';
import { label } from 'labels';

export const order = cronflow
  .define({ id: 'order', timeout: '9d', retry: 2 })
  .step('load', ctx => label(total(ctx.payload)), { timeout: '1m' })
  .if('large', ctx => ctx.last > 10)
    .step('ask', () => 'asked')
  .endIf()
  .step('pay', () => 'paid', { retry: { attempts: 3 }, onError: () => 'unpaid' })
  .forEach('each', ctx => ctx.payload, (item, flow) => flow.step('pack', () => item.price))
  .waitForEvent('sent', { timeout: '1d' });

export const never = cronflow.define({ id: 'never' }).step('a', () => 1);
",
    );
    env.write("node_modules/labels/package.json", r#"{"name": "labels", "main": "index.js"}"#);
    env.write("node_modules/labels/index.js", "exports.label = x => x;");
    env.write("__tests__/items.ts", "export const items = [{ price: 4 }, { price: 5 }];");
    env.write(
        "__tests__/order.test.ts",
        "import { order } from '../src/flows';
import { items } from './items';

test('it is paid', () => order.test().trigger(items).failStep('pay', 'no', { attempts: 1 }).run());
test('it is not', () => order.test().trigger(items).failStep('pay', 'no').emitEvent('sent').run());
",
    );
    env.write(
        "price.test.ts",
        "import { total } from './src/price';
import { order } from './src/flows';

test('nothing costs nothing', () => expect(total([])).toBe(0));
test('the figures of a test can be reset', async () => {
  await order.advancedTest().trigger([]).run();
  expect(order.advancedTest().resetCoverage().getCoverage().runs).toBe(0);
});
",
    );
    env
}

fn run(env: &Env, args: &[&str]) -> (Option<i32>, String) {
    let output = env.run(&[&["test", "--coverage"], args].concat());
    (output.status.code(), stdout(&output) + &stderr(&output))
}

/// The words of each line of a table.
fn words(out: &str, first: &str) -> Vec<String> {
    let line = out.lines().find(|line| line.split_whitespace().next() == Some(first));
    line.unwrap_or_else(|| panic!("no line {first}:\n{out}")).split_whitespace().map(str::to_owned).collect()
}

fn lcov_of(env: &Env, file: &str) -> String {
    let all = env.read("coverage/lcov.info");
    let start = all.find(&format!("TN:\nSF:{file}\n")).unwrap_or_else(|| panic!("{file} is missing:\n{all}"));
    let end = all[start..].find("end_of_record\n").unwrap();
    all[start..start + end].lines().skip(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn lines_and_functions_are_written_as_lcov() {
    let env = project();
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
    // Three runs and a call from a test; two of the runs are about two items.
    let expected = "FN:5,total FN:12,unused FNDA:4,total FNDA:0,unused FNF:2 FNH:1 \
        DA:6,4 DA:7,2 DA:8,4 DA:9,2 DA:12,2 DA:13,0 LF:6 LH:5";
    assert_eq!(lcov_of(&env, "src/price.ts"), expected);
    let files: Vec<String> =
        env.read("coverage/lcov.info").lines().filter(|line| line.starts_with("SF:")).map(str::to_owned).collect();
    assert_eq!(files, ["SF:src/flows.ts", "SF:src/price.ts"], "no packages, and nothing of the tests");
    assert_eq!(words(&out, "src/price.ts")[1..], ["5/6", "83.3%", "1/2", "50%", "13"]);
}

#[test]
fn workflows_are_told_in_a_table_and_as_json() {
    let env = project();
    let (_, out) = run(&env, &[]);
    let expected = ["3", "5/6", "83.3%", "2/3", "66.6%", "1/4", "25%", "1/4", "25%", "1/1", "100%", "1/3", "33.3%"];
    assert_eq!(words(&out, "order")[1..], expected, "{out}");
    assert_eq!(words(&out, "never")[1..], ["0", "0/1", "0%", "-", "-", "0/1", "0%", "-", "-"], "{out}");

    let json: Value = serde_json::from_str(&env.read("coverage/workflows.json")).unwrap();
    assert_eq!(json["missing"], json!([]));
    let order = &json["workflows"][1];
    assert_eq!(
        (&order["id"], &order["file"], &order["line"], &order["runs"]),
        (&json!("order"), &json!("src/flows.ts"), &json!(6), &json!(3))
    );
    let missing: Vec<&Value> = ["steps", "branches", "retries", "errorPaths", "onError", "timeouts"]
        .iter()
        .map(|aspect| &order[*aspect]["missing"])
        .collect();
    let expected = [
        json!(["ask"]),
        json!(["if_large: true"]),
        json!(["load", "ask", "each[]/pack"]),
        json!(["load", "ask", "each[]/pack"]),
        json!([]),
        json!(["load", "the whole run"]),
    ];
    assert_eq!(missing, expected.iter().collect::<Vec<_>>(), "{order:#}");
    let node = |path: &str| order["nodes"].as_array().unwrap().iter().find(|node| node["path"] == path).unwrap();
    let pay = node("pay");
    assert_eq!(
        (&pay["ran"], &pay["retried"], &pay["failed"], &pay["handled"]),
        (&json!(3), &json!(2), &json!(1), &json!(1))
    );
    assert_eq!((&node("if_large")["yes"], &node("if_large")["no"]), (&json!(0), &json!(3)));
    assert_eq!(node("each[]/pack")["ran"], 4);
}

#[test]
fn the_page_is_whole_and_escapes_names() {
    let env = Env::new();
    env.write(
        "a.test.ts",
        "import { cronflow } from 'cronflow';
const odd = cronflow.define({ id: 'odd<script>alert(1)</script>' })
  .step('a & \"b\"', () => 1, { title: '\\'><img src=x>' })
  .if('<i>', () => true).step('in', () => 2).else().step('out', () => 3).endIf();
test('runs', () => odd.test().run());
",
    );
    let (code, out) = run(&env, &["--coverage-dir", "reports/of tests"]);
    assert_eq!(code, Some(0), "{out}");
    let page = env.read("reports/of tests/index.html");
    for part in [
        "odd&lt;script&gt;alert(1)&lt;/script&gt;",
        "<b>a &amp; &quot;b&quot;</b>",
        "title=\"&#39;&gt;&lt;img src=x&gt;\"",
        "<b>if_&lt;i&gt;</b>",
        "true 1×",
        "otherwise 0×",
    ] {
        assert!(page.contains(part), "'{part}' is missing:\n{page}");
    }
    for part in ["<script", "<img", "<i>", "http:", "https:", "src="] {
        let text = page.replace("&lt;img src=x&gt;", "");
        assert!(!text.contains(part), "'{part}' is there:\n{page}");
    }
    assert_eq!(page.matches("<div").count(), page.matches("</div>").count());
}

#[test]
fn a_file_that_does_not_end_is_named() {
    let env = project();
    env.write("broken.test.ts", "import './nowhere';");
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(1));
    assert!(out.contains("the coverage is without broken.test.ts: it did not run to its end"), "{out}");
    let json: Value = serde_json::from_str(&env.read("coverage/workflows.json")).unwrap();
    assert_eq!(json["missing"], json!(["broken.test.ts"]));
    assert!(env.read("coverage/index.html").contains("Without broken.test.ts"));
    assert!(lcov_of(&env, "src/price.ts").contains("DA:6,4"));
}

#[rstest]
#[case::filter(&["--filter", "price"], "DA:6,2 DA:7,0")]
#[case::shard(&["--shard", "3/3"], "DA:6,2 DA:7,0")]
#[case::pattern(&["-t", "costs"], "DA:6,1 DA:7,0")]
#[case::named(&["__tests__"], "DA:6,2 DA:7,2")]
fn what_is_left_out_is_not_counted(#[case] args: &[&str], #[case] expected: &str) {
    let env = project();
    let (code, out) = run(&env, args);
    assert_eq!(code, Some(0), "{out}");
    assert!(lcov_of(&env, "src/price.ts").contains(expected), "{}", lcov_of(&env, "src/price.ts"));
}

#[test]
fn other_reporters_print_what_they_print() {
    let env = project();
    let output = env.run(&["test", "--coverage", "--reporter", "json"]);
    assert!(serde_json::from_str::<Value>(&stdout(&output)).is_ok(), "{}", stdout(&output));
    assert!(env.path().join("coverage/lcov.info").exists());
    let env = project();
    assert_eq!(env.run(&["test"]).status.code(), Some(0));
    assert!(!env.path().join("coverage").exists(), "nothing is written when nobody asks");
}

#[rstest]
#[case(&["test", "--coverage-dir", "x"], 2, "--coverage")]
#[case(&["test", "--coverage", "--replay", "x"], 2, "cannot be used with")]
#[case(&["test", "--coverage", "--coverage-dir", "price.test.ts"], 3, "the coverage cannot be written to price.test.ts")]
fn bad_arguments(#[case] args: &[&str], #[case] code: i32, #[case] message: &str) {
    let output = project().run(args);
    assert_eq!(output.status.code(), Some(code));
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
}

#[test]
fn watching_keeps_what_did_not_run_again() {
    let env = project();
    let mut watched = Watched::start(&env, &["--coverage"]);
    let all = watched.round();
    assert_eq!(words(&all, "order")[1], "3", "{all}");
    assert!(lcov_of(&env, "src/price.ts").contains("DA:6,4"));
    env.write(
        "price.test.ts",
        "import { total } from './src/price';\ntest('one', () => expect(total([{ price: 1 }])).toBe(1));\n",
    );
    let changed = watched.round();
    assert!(!changed.contains("order.test.ts"), "{changed}");
    assert_eq!(words(&changed, "order")[1], "2", "{changed}");
    assert!(lcov_of(&env, "src/price.ts").contains("DA:6,3 DA:7,3 DA:8,5"), "{}", lcov_of(&env, "src/price.ts"));
    watched.key("q");
}

#[test]
fn counted_code_does_what_it_does_otherwise() {
    let env = Env::new();
    // A circle of imports whose function is called before its module has begun; fixtures by the names of
    // parameters; a module that is mocked, and one that begins again.
    env.write(
        "src/a.ts",
        "import { b } from './b';\nexport function a(): number {\n  return 1;\n}\nexport const sum = b + a();\n",
    );
    env.write("src/b.ts", "import { a } from './a';\nexport const b = a() + 1;\n");
    env.write(
        "src/shop.ts",
        "import { test } from 'vitest';
export const shop = test.extend<any>({
  currency: 'EUR',
  cart: async ({ currency }, use) => {
    await use([currency]);
  },
});
",
    );
    env.write("src/mail.ts", "export const send = () => 'sent';\nexport const other = () => 'other';\n");
    env.write(
        "a.test.ts",
        "import { expect, test, vi } from 'vitest';
import { sum } from './src/a';
import { shop } from './src/shop';
import { send, other } from './src/mail';
vi.mock('./src/mail', async original => ({ ...(await original<any>()), send: () => 'mocked' }));
test('a circle', () => expect(sum).toBe(3));
shop('fixtures', ({ cart }) => expect(cart).toEqual(['EUR']));
test('mocks', () => expect([send(), other()]).toEqual(['mocked', 'other']));
test('again', async () => {
  vi.resetModules();
  expect((await import('./src/a')).sum).toBe(3);
});
",
    );
    let (code, out) = run(&env, &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(lcov_of(&env, "src/a.ts").ends_with("DA:3,4 DA:5,2 LF:2 LH:2"), "{}", lcov_of(&env, "src/a.ts"));
    assert!(lcov_of(&env, "src/shop.ts").contains("DA:5,1"), "{}", lcov_of(&env, "src/shop.ts"));
    assert!(lcov_of(&env, "src/mail.ts").contains("FNDA:0,send FNDA:1,other"), "{}", lcov_of(&env, "src/mail.ts"));
}
