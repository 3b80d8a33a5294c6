//! Names that modules ask one another for: what is missing, and what is only a type.

use crate::{Inputs, compile_for_tests, graph_tests::build, instrument::Instrument};
use cronflow_core::error::{Code, Diagnostic};
use rstest::rstest;

const FILES: [(&str, &str); 9] = [
    ("types.ts", "export interface Order { id: number } export type { Order as Sold }; export type Id = number;"),
    (
        "order.ts",
        "export type * from './types'; export const order = 1, { a, b: [c] } = make(); export function total() {}",
    ),
    ("all.ts", "export * from './types'; export * from './order'; export * from './back';"),
    ("back.ts", "import { order } from './all'; export default order; export * from './all';"),
    ("only.ts", "export default 1;"),
    ("data.json", "{ \"a\": 1 }"),
    ("common.cjs", "module.exports = make();"),
    ("node_modules/p/package.json", "{ \"type\": \"module\", \"main\": \"index.js\" }"),
    ("node_modules/p/index.js", "export const value = 1;"),
];

fn with(entry: &str) -> Vec<(&str, &str)> {
    [("main.ts", entry)].into_iter().chain(FILES).collect()
}

fn errors(entry: &str) -> Vec<Diagnostic> {
    build("main.ts", &with(entry)).map(|archive| panic!("{}", archive.modules["main.ts"].code)).unwrap_err()
}

#[rstest]
#[case("import { ordre } from './order'; f(ordre)", 10, "'./order' does not export 'ordre'", "did you mean 'order'?")]
#[case("import { x } from './order'; f(x)", 10, "'./order' does not export 'x'", "it exports a, c, order, total")]
#[case("import { x } from './all'; f(x)", 10, "'./all' does not export 'x'", "it exports a, c, order, total")]
#[case("import order from './order'; f(order)", 8, "'./order' has no default export", "import { a }")]
#[case("import { only } from './only'; f(only)", 10, "'./only' does not export 'only'", "import only without braces")]
#[case("import { a } from './data.json'; f(a)", 10, "'./data.json' does not export 'a'", "import a without braces")]
#[case("import { default as d } from './all'; f(d)", 10, "'./all' has no default export", "import { a }")]
#[case("import { Order } from './types'; f(Order)", 10, "'Order' of './types' is a type", "import type { Order }")]
#[case("export { nope } from './only'", 10, "'./only' does not export 'nope'", "a default export alone")]
#[case(
    "import { cronflw } from 'cronflow'; f(cronflw)",
    10,
    "'cronflow' does not export 'cronflw'",
    "did you mean 'cronflow'?"
)]
#[case(
    "import { readFile, redFile } from 'fs/promises'; f(readFile, redFile)",
    20,
    "'redFile'",
    "did you mean 'readFile'?"
)]
#[case("import { valu } from 'p'; f(valu)", 10, "'p' does not export 'valu'", "did you mean 'value'?")]
fn what_is_missing_is_told_with_its_place(
    #[case] entry: &str,
    #[case] column: u32,
    #[case] message: &str,
    #[case] help: &str,
) {
    let found = errors(entry);
    assert_eq!(found.len(), 1, "{found:#?}");
    let error = &found[0];
    assert_eq!((error.code, error.location.as_ref().unwrap().column), (Code::NotExported, column), "{error:#?}");
    assert!(error.message.contains(message), "{error:#?}");
    assert!(error.help.as_ref().unwrap().contains(help), "{error:#?}");
}

#[rstest]
#[case("export { Order, order } from './order'", "export { order } from './order'")]
#[case("export { Order as O, Sold, Id } from './all'; export const one = 1;", "export const one = 1;")]
#[case(
    "import { Order, order } from './all'; export { Order, order };",
    "import { order } from './all';\nexport { order };"
)]
#[case("import { Order } from './back'; export { Order }; f()", "f();")]
#[case("export { Options, value } from 'p'", "export { value } from 'p'")]
#[case("export { Workflow } from 'cronflow'; f()", "f();")]
#[case("export { Whatever, default } from './common.cjs'", "export { Whatever, default } from './common.cjs'")]
#[case("import { type Order, order } from './all'; f(order)", "import { order } from './all';\nf(order);")]
fn types_are_not_passed_on(#[case] entry: &str, #[case] code: &str) {
    let archive = build("main.ts", &with(entry)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(archive.modules["main.ts"].code.trim().trim_end_matches(';'), code.trim_end_matches(';'));
}

/// The types that a file leaves out are types for those that pass them on from it.
#[test]
fn types_are_left_out_all_the_way() {
    let files = [
        ("main.ts", "export { Order } from './one'; f();"),
        ("one.ts", "import { Order } from './two'; export { Order };"),
        ("two.ts", "export { Order } from './three'; export const two = 1;"),
        ("three.ts", "export interface Order {}"),
    ];
    let archive = build("main.ts", &files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert!(archive.modules.values().all(|module| !module.code.contains("Order")), "{archive:#?}");
}

#[test]
fn names_of_javascript_are_looked_up_as_well_and_all_errors_are_told() {
    let files = [
        ("main.js", "import { a, b } from './m.js'; import './n.js';"),
        ("m.js", ""),
        ("n.js", "export * from './main.js'; import d from './m.js'"),
    ];
    let found = build("main.js", &files).unwrap_err();
    let messages: Vec<_> = found.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        messages,
        ["'./m.js' does not export 'a'", "'./m.js' does not export 'b'", "'./m.js' has no default export"]
    );
}

#[test]
fn what_is_imported_while_the_program_runs_fails_there() {
    let entry = "export const load = () => import('./late.ts');";
    let late = "import { nope } from './order'; export const here = nope; export default 1;";
    let mut files = with(entry);
    files.push(("late.ts", late));
    let archive = build("main.ts", &files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let code = &archive.modules["late.ts"].code;
    assert!(code.starts_with(r#"throw new SyntaxError("'./order' does not export 'nope' ("#), "{code}");
    assert!(
        code.contains(r#"late.ts:1:10)");"#) && code.ends_with(r#"export { none as "default", none as "here" };"#),
        "{code}"
    );
}

/// A mock may have names that the module does not have.
#[rstest]
#[case("vi.mock('./order', () => ({ extra: 1 }));", true)]
#[case("", false)]
fn names_may_come_from_mocks(#[case] mock: &str, #[case] compiles: bool) {
    let dir = tempfile::tempdir().unwrap();
    let entry = format!("import {{ vi }} from 'vitest'; import './user'; {mock} test('a', () => vi.fn());");
    for (name, text) in [
        ("main.ts", entry.as_str()),
        ("user.ts", "import { extra } from './order'; f(extra);"),
        ("order.ts", "export const order = 1;"),
    ] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let instrument = Instrument { mocks: true, lines: false, is_test: false };
    let compiled = compile_for_tests(&dir.path().join("main.ts"), instrument, &mut Inputs::default());
    assert_eq!(compiled.is_ok(), compiles, "{compiled:#?}");
}
