//! Tests of whole graphs on disk: names, links, errors with their places, limits.

use crate::{Inputs, Instrument, compile, compile_for_tests, digest_of, source_map::Map};
use cronflow_core::{
    archive::{Archive, ModuleKind},
    error::{Code, Diagnostic},
};
use rstest::rstest;
use std::{path::Path, time::Instant};

pub(crate) fn build(entry: &str, files: &[(&str, &str)]) -> Result<Archive, Vec<Diagnostic>> {
    let dir = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    compile(&dir.path().join(entry))
}

fn place(error: &Diagnostic) -> (u32, u32) {
    let location = error.location.as_ref().unwrap();
    (location.line, location.column)
}

#[test]
fn follows_all_kinds_of_imports() {
    let archive = build(
        "flows/main.ts",
        &[
            ("flows/main.ts", "import { cronflow } from 'cronflow';\nimport { a } from './a.js';\nimport type { T } from './types';\nimport './side';\nexport * from '../shared/x';\nexport { y } from './y';\nimport data from './data.json' with { type: 'json' };\nawait import('./lazy'); await import(`./lazy2`); await import('./gone');\ncronflow(a, data);"),
            ("flows/a.ts", "import { x } from './main'; export const a = () => x;"),
            ("flows/side.js", "import unused from './kept';"),
            ("flows/kept.mjs", "export default 1"),
            ("flows/y.mts", "export const y = 1"),
            ("flows/lazy.ts", ""),
            ("flows/lazy2.ts", ""),
            ("flows/types.ts", "not even parsed"),
            ("flows/data.json", "{\"a\": 1}"),
            ("shared/x.ts", "export const x = 1"),
            ("package.json", "{}"),
        ],
    )
    .unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(archive.entry, "main.ts");
    let names: Vec<_> = archive.modules.keys().map(String::as_str).collect();
    let expected =
        ["../shared/x.ts", "a.ts", "data.json", "kept.mjs", "lazy.ts", "lazy2.ts", "main.ts", "side.js", "y.mts"];
    assert_eq!(names, expected);
    let main = &archive.modules["main.ts"];
    assert_eq!(main.imports["cronflow"], "cronflow");
    assert_eq!(main.imports["./a.js"], "a.ts");
    assert_eq!(main.imports["../shared/x"], "../shared/x.ts");
    assert!(!main.imports.contains_key("./gone") && !main.imports.contains_key("./types"));
    assert_eq!(archive.modules["data.json"].kind, ModuleKind::Json);
    assert!(Map::parse(main.source_map.as_deref().unwrap()).is_some());
}

#[test]
fn collects_every_unresolved_import() {
    let errors = build(
        "main.ts",
        &[
            ("main.ts", "import a from 'left-pad';\nimport { b } from './b';\nexport default [a, b];"),
            ("b.ts", "export const b = 1;\nexport * from './C';"),
            ("c.ts", ""),
        ],
    )
    .unwrap_err();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert_eq!([errors[0].code, errors[1].code], [Code::PackageMissing, Code::UnresolvedImport]);
    assert_eq!((place(&errors[0]), place(&errors[1])), ((1, 15), (2, 15)));
    assert!(errors[0].help.as_ref().unwrap().contains("npm install left-pad"));
    assert!(errors[1].help.as_ref().unwrap().contains("'./c.ts'"));
    assert!(errors[1].location.as_ref().unwrap().file.ends_with("/b.ts"));
    assert!(errors[1].source_text.as_ref().unwrap().contains("export *"));
}

#[test]
fn what_does_not_compile_says_what_it_was_made_of() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let files = [
        ("package.json", "{}"),
        ("a.ts", "import './b'; import './d.json'; import './none.js'; import 'pack/sub'; await import('./lazy');"),
        ("b.ts", "\u{feff}let b = ;"),
        ("d.json", "{"),
        ("node_modules/pack/package.json", "{}"),
    ];
    for (file, text) in files {
        std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
        std::fs::write(root.join(file), text).unwrap();
    }
    let mut inputs = Inputs::default();
    compile_for_tests(&root.join("a.ts"), Instrument::default(), &mut inputs).unwrap_err();
    let mut read: Vec<_> = inputs.read.keys().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap()).collect();
    read.sort_unstable();
    assert_eq!(read, ["a.ts", "b.ts", "d.json", "node_modules/pack/package.json"]);
    for missing in ["none.js", "none.ts", "none.js/index.ts", "lazy.ts", "node_modules/pack/sub.js"] {
        assert!(inputs.missing.contains(&root.join(missing)), "{missing}: {inputs:?}");
    }
    for (path, digest) in inputs.digests() {
        assert_eq!(digest, digest_of(&path), "{}", path.display());
    }
}

#[rstest]
#[case::missing_value("a.ts", "let a = 1;\nlet é = ;", Code::Syntax, 2, 9)]
#[case::unclosed("a.ts", "function f() {", Code::Syntax, 1, 15)]
#[case::decorator("a.ts", "const d = 1 as any;\n@d class A {}", Code::UnsupportedSyntax, 2, 1)]
#[case::member_decorator("a.ts", "class A {\n  @d m() {} }", Code::UnsupportedSyntax, 2, 3)]
#[case::js_decorator("a.js", "@d class A {}", Code::UnsupportedSyntax, 1, 1)]
#[case::accessor("a.ts", "class A {\n  accessor x = 1 }", Code::UnsupportedSyntax, 2, 3)]
#[case::jsx_in_ts("a.ts", "const a = <div>hi</div>;", Code::UnsupportedSyntax, 1, 11)]
#[case::jsx_in_js("a.js", "const a = <div/>;", Code::UnsupportedSyntax, 1, 11)]
#[case::require("a.ts", "import x = require('x'); x;", Code::UnsupportedSyntax, 1, 1)]
#[case::export_assignment("a.ts", "const a = 1;\nexport = a;", Code::UnsupportedSyntax, 2, 1)]
#[case::json("a.ts", "import d from './d.json'; d;", Code::Syntax, 3, 3)]
#[case::other_file("a.ts", "\nimport './style.css';", Code::NotAModule, 2, 8)]
fn errors_have_a_place(
    #[case] entry: &str,
    #[case] code: &str,
    #[case] expected: Code,
    #[case] line: u32,
    #[case] column: u32,
) {
    let files = [(entry, code), ("d.json", "{\n  \"a\": 1,\n  }"), ("style.css", "a {}")];
    let errors = build(entry, &files).unwrap_err();
    assert_eq!((errors[0].code, place(&errors[0])), (expected, (line, column)), "{errors:#?}");
    assert!(errors[0].source_text.is_some());
    assert!(errors[0].code == Code::Syntax || errors[0].help.is_some());
}

#[rstest]
#[case("a.txt", Code::NotAModule)]
#[case("a.png", Code::NotAModule)]
#[case("a.tsx", Code::NotAModule)]
#[case("a.json", Code::NotAModule)]
#[case("a.d.ts", Code::NotAModule)]
#[case("", Code::NotAModule)]
#[case("missing.ts", Code::UnreadableFile)]
fn refuses_entries_that_are_no_workflow(#[case] entry: &str, #[case] expected: Code) {
    let names = ["a.txt", "a.png", "a.tsx", "a.json", "a.d.ts"];
    let errors = build(entry, &names.map(|name| (name, "export {}"))).unwrap_err();
    assert_eq!(errors[0].code, expected);
    assert!(errors[0].help.is_some());
}

#[rstest]
#[case::parens("(", ")")]
#[case::arrays("[", "]")]
#[case::blocks("{", "}")]
#[case::templates("`${", "}`")]
#[case::not("!", "")]
#[case::arrows("a=>", "")]
#[case::conditionals("a?b:", "")]
#[case::ifs("if(a);else ", "")]
#[case::sums("a+", "")]
fn deep_nesting_is_refused(#[case] open: &str, #[case] close: &str) {
    let fine = if close.is_empty() { 1_000 } else { 150 };
    for levels in [fine, 10_000, 20_000] {
        let middle = if open == "{" { "" } else { "a" };
        let start = if open == "{" || open.starts_with("if") { "" } else { "x = " };
        let code = format!("let a, b, x;\n{start}{}{middle}{}", open.repeat(levels), close.repeat(levels));
        let result = build("a.js", &[("a.js", &code)]);
        match result {
            Ok(_) => assert_eq!(levels, fine),
            Err(errors) => {
                assert!(levels > fine, "{:?} {}", errors[0].message, errors.len());
                assert_eq!(errors[0].code, Code::TooLarge, "{}", errors[0].message);
            }
        }
    }
}

#[test]
fn javascript_keeps_unused_imports_and_typescript_drops_them() {
    let files = [("a.js", "import x from './m'"), ("b.ts", "import x from './m'"), ("m.js", "export default 1")];
    assert_eq!(build("a.js", &files).unwrap().modules.len(), 2);
    assert_eq!(build("b.ts", &files).unwrap().modules.len(), 1);
}

#[test]
fn the_digest_does_not_depend_on_the_place() {
    let files = [("a.ts", "const { b, ...c } = { b: 1 }; using d = null; export { b, c };")];
    assert_eq!(build("a.ts", &files).unwrap().digest(), build("a.ts", &files).unwrap().digest());
}

#[test]
fn files_below_the_current_directory_are_shown_relative() {
    let here = std::env::current_dir().unwrap().canonicalize().unwrap();
    assert_eq!(crate::diagnostics::display_path(&here.join("a/b.ts")), "a/b.ts");
    assert_eq!(crate::diagnostics::display_path(Path::new("/else/b.ts")), "/else/b.ts");
}

#[test]
fn a_usual_file_takes_milliseconds() {
    let step = "cronflow.step(async (ctx: { payload: any }) => {\n  const { a: { b }, ...rest } = ctx.payload;\n  const list = [1, 2].map(x => [x].map(y => y * 2));\n  interface Local { a: number; b?: string }\n  const made: Local = { ...rest, a: b };\n  if (made.a > 3) {\n    throw new Error(`no ${made.a}`);\n  }\n  return { list, made };\n});\n";
    let code = format!("import {{ cronflow }} from 'cronflow';\n{}", step.repeat(50));
    let started = Instant::now();
    build("a.ts", &[("a.ts", &code)]).unwrap();
    let file = started.elapsed();
    let started = Instant::now();
    crate::builtins().unwrap();
    println!("501 lines: {file:?}, builtins: {:?}", started.elapsed());
    // Also on a busy machine.
    assert!(file.as_secs() < 60);
}

#[test]
fn packages_answer_import_and_require_with_different_files() {
    let archive = build(
        "main.ts",
        &[
            ("main.ts", "import { a, hidden } from 'p'; import c from './c.cjs'; import * as d from './d.cjs'; export { a, c, hidden }; d.seen(d.a, d[a], (d => d.other)());"),
            ("d.cjs", "exports.a = 1; module.exports = make();"),
            ("c.cjs", "module.exports = require('p'); try { require('optional') } catch {} require(name)"),
            ("node_modules/p/package.json", r#"{"exports": {"import": "./i.mjs", "require": "./r.cjs"}}"#),
            ("node_modules/p/i.mjs", "export { a, hidden } from './deep.js'"),
            ("node_modules/p/r.cjs", "require('not-there'); exports.a = 1; exports['b c'] = 2;"),
            ("node_modules/p/deep.js", "module.exports = make()"),
        ],
    )
    .unwrap_or_else(|errors| panic!("{errors:#?}"));
    let imports = |name: &str| archive.modules[name].imports.clone();
    assert_eq!(imports("main.ts")["p"], "node_modules/p/i.mjs");
    assert_eq!(imports("c.cjs")["require:p"], "node_modules/p/r.cjs");
    assert_eq!(imports("c.cjs").len(), 1, "what is optional or computed is left to the run");
    let module = |name: &str| &archive.modules[name];
    assert_eq!(module("node_modules/p/r.cjs").exports, ["a", "b c"]);
    assert_eq!(module("c.cjs").exports, ["a", "b c"], "passed on");
    assert_eq!(module("node_modules/p/deep.js").kind, ModuleKind::CommonJs);
    assert_eq!(module("node_modules/p/deep.js").wanted, ["a", "hidden"]);
    assert_eq!(module("d.cjs").exports, ["a", "seen"], "what is looked for in its namespace, other than by a name");
    assert!(module("main.ts").unwraps_default && !module("node_modules/p/i.mjs").unwraps_default);
}

/// As packages that are older than `exports` do it: `p/tools` is a folder whose package.json names a file beside it.
#[test]
fn the_main_file_of_a_folder_may_lie_beside_it() {
    let files = [
        ("main.ts", "import { a } from 'p/tools'; export { a };"),
        ("node_modules/p/package.json", "{}"),
        ("node_modules/p/tools/package.json", r#"{"main": "../lib/tools.js"}"#),
        ("node_modules/p/lib/tools.js", "exports.a = 1;"),
    ];
    let archive = build("main.ts", &files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(archive.modules["main.ts"].imports["p/tools"], "node_modules/p/lib/tools.js");
}

#[rstest]
#[case("import 'left-pad'", Code::PackageMissing, "npm install left-pad")]
#[case("require('left-pad')", Code::PackageMissing, "npm install left-pad")]
#[case("import '../outside.js'", Code::OutsideProject, "package.json")]
#[case("import 'linked'", Code::OutsideProject, "package.json")]
#[case("import 'addon'", Code::NativeAddon, "JavaScript")]
#[case("import 'mapped/no'", Code::PackagePath, "'mapped'")]
fn what_cannot_be_imported_says_why(#[case] code: &str, #[case] expected: Code, #[case] help: &str) {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("app/package.json", "{}"),
        ("app/main.js", code),
        ("app/node_modules/addon/index.node", ""),
        ("app/node_modules/addon/package.json", r#"{"main": "index.node"}"#),
        ("app/node_modules/mapped/package.json", r#"{"exports": "./x.js"}"#),
        ("outside.js", ""),
        ("elsewhere/index.js", ""),
    ];
    for (file, text) in files {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let link = dir.path().join("app/node_modules/linked");
    std::os::unix::fs::symlink(dir.path().join("elsewhere"), link).unwrap();
    let errors = compile(&dir.path().join("app/main.js")).unwrap_err();
    assert_eq!(errors[0].code, expected, "{errors:#?}");
    assert!(errors[0].help.as_ref().unwrap().contains(help), "{errors:#?}");
    assert!(errors[0].location.is_some());
}
