//! Modules of all kinds in one program: CommonJS and ECMAScript, their cycles, and what each sees of the other;
//! and the modules of Node.js, tested by programs that also pass in Node.js.

use super::*;

/// Evaluates `main.ts` of a project; it throws when something is wrong.
fn evaluate(files: &[(&str, &str)]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let archive =
        cronflow_compiler::compile(&folder.path().join("main.ts")).map_err(|errors| format!("{errors:#?}"))?;
    on_worker_stack(async move || {
        let builtins = cronflow_compiler::builtins().unwrap();
        let mut isolate = Isolate::new(builtins, true, Blackboard::none(), Surroundings::default()).unwrap();
        isolate.load(archive).await.map(drop).map_err(|problem| problem.message)
    })
}

/// A program that compares what it sees.
fn same(main: &str, files: &[(&str, &str)]) {
    let main = format!("import assert from 'node:assert/strict';\n{main}");
    let all: Vec<_> = [("main.ts", main.as_str())].into_iter().chain(files.iter().copied()).collect();
    assert_eq!(evaluate(&all), Ok(()));
}

#[test]
fn a_common_js_module_has_its_surroundings() {
    same(
        "import c from './sub/c.cjs'; assert.deepEqual(c, { file: 'c.cjs', dir: 'sub', same: true, self: true, filename: 'c.cjs' });",
        &[(
            "sub/c.cjs",
            "const path = require('path'); const own = this; module.exports = { file: path.basename(__filename), dir: path.basename(__dirname), same: own === exports, self: require('./c.cjs') === exports, filename: path.basename(module.filename) }; return; unreachable();",
        )],
    );
}

#[test]
fn exports_are_imported_by_name_and_as_a_whole() {
    same(
        "import whole, { a, b, hidden } from './c.cjs'; import * as all from './c.cjs'; assert.deepEqual([a, b, hidden, whole.a], [1, 2, 3, 1]); assert.equal(all.default, whole); assert.equal(all['module.exports'], whole);",
        &[("c.cjs", "exports.a = 1; exports.b = 2; Object.assign(exports, { hidden: 3 });")],
    );
}

#[test]
fn an_export_that_is_not_there_is_an_error() {
    let files = [("main.ts", "import { nope } from './c.cjs'; nope;"), ("c.cjs", "exports.a = 1")];
    let error = evaluate(&files).unwrap_err();
    assert!(error.contains("does not provide an export named 'nope'"), "{error}");
}

#[test]
fn compiled_modules_are_unwrapped_for_files_without_a_type_only() {
    let compiled =
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'inner'; exports.x = 1;";
    same("import d, { x } from './c.cjs'; assert.deepEqual([d, x], ['inner', 1]);", &[("c.cjs", compiled)]);
    same(
        "import d from './c.cjs'; assert.equal((d as any).default, 'inner');",
        &[("c.cjs", compiled), ("package.json", r#"{"type": "module"}"#)],
    );
    same(
        "import d from './m.mjs'; assert.equal((d as any).default, 'inner');",
        &[("c.cjs", compiled), ("m.mjs", "import d from './c.cjs'; export default d;")],
    );
}

#[test]
fn cycles_see_what_is_exported_so_far() {
    same(
        "import a from './a.cjs'; assert.deepEqual(a, { done: true, b: { sawA: { done: false } } });",
        &[
            ("a.cjs", "exports.done = false; const b = require('./b.cjs'); module.exports = { done: true, b };"),
            ("b.cjs", "exports.sawA = { ...require('./a.cjs') };"),
        ],
    );
}

#[test]
fn require_takes_json_modules_and_builtins() {
    same(
        "import c from './c.cjs'; assert.deepEqual(c, { n: 1, esm: 2, def: 3, join: 'a/b', same: true, cron: 'function' });",
        &[
            (
                "c.cjs",
                "const { n } = require('./d.json'); const esm = require('./m.mjs'); module.exports = { n, esm: esm.named, def: esm.default, join: require('node:path').join('a', 'b'), same: require('events') === require('node:events').EventEmitter, cron: typeof require('cronflow').cronflow.define };",
            ),
            ("d.json", r#"{"n": 1}"#),
            ("m.mjs", "export const named = 2; export default 3;"),
        ],
    );
}

#[test]
fn modules_run_once_however_they_are_asked_for() {
    same(
        "import './c.cjs'; import { count } from './c.cjs'; import b from './b.cjs'; const late = await import('./c.cjs'); assert.deepEqual([count.n, b.n, late.default.count.n], [1, 1, 1]);",
        &[
            ("c.cjs", "globalThis.runs = (globalThis.runs ?? 0) + 1; exports.count = { n: globalThis.runs };"),
            ("b.cjs", "module.exports = require('./c.cjs').count;"),
        ],
    );
}

#[test]
fn what_cannot_be_required_says_why() {
    same(
        "import c from './c.cjs'; assert.deepEqual(c.codes, ['MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']); assert.match(c.texts[0], /npm install left-pad/); assert.match(c.late, /await at its top level/); assert.equal(c.computed, 7);",
        &[
            (
                "c.cjs",
                "const fail = name => { try { require(name) } catch (error) { return error } }; const errors = ['left-pad', './none'].map(fail); let late; try { require('./late.mjs') } catch (error) { late = error.message } module.exports = { codes: errors.map(e => e.code), texts: errors.map(e => e.message), late, computed: require('./part' + 's/x') }; require('./parts/x.js')",
            ),
            ("late.mjs", "await new Promise(resolve => setTimeout(resolve, 5)); export default 1;"),
            ("parts/x.js", "module.exports = 7"),
        ],
    );
}

#[test]
fn requiring_a_module_that_is_being_evaluated_is_an_error_and_no_crash() {
    same(
        "import c from './c.cjs'; export const value = 1; assert.match(c.message, /imports the module that requires it/);",
        &[("c.cjs", "try { require('./main.ts') } catch (error) { module.exports = { message: error.message } }")],
    );
}

#[test]
fn create_require_and_sloppy_scripts() {
    same(
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); assert.equal(require('./old.cjs'), 8); assert.equal('file://' + import.meta.filename, import.meta.url); assert(import.meta.filename.startsWith(import.meta.dirname + '/'));",
        &[("old.cjs", "var octal = 010; undeclared = octal; module.exports = undeclared; delete octal;")],
    );
}

#[test]
fn errors_in_common_js_point_at_the_author() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ts"), "import './c.cjs';").unwrap();
    fs::write(folder.path().join("c.cjs"), "// first line\nfunction f() {\n  throw new Error('here');\n}\nf();\n")
        .unwrap();
    let archive = cronflow_compiler::compile(&folder.path().join("main.ts")).unwrap();
    let problem = on_worker_stack(async move || {
        let builtins = cronflow_compiler::builtins().unwrap();
        let mut isolate = Isolate::new(builtins, true, Blackboard::none(), Surroundings::default()).unwrap();
        isolate.load(archive).await.unwrap_err()
    });
    let place = problem.location.unwrap();
    assert!(place.file.ends_with("c.cjs"), "{place}");
    assert_eq!((place.line, place.column), (3, 9));
}

#[rstest]
#[case::async_local_storage(include_str!("node/async_local_storage.ts"))]
#[case::buffer(include_str!("node/buffer.ts"))]
#[case::builtins(include_str!("node/builtins.ts"))]
#[case::core(include_str!("node/core.ts"))]
#[case::crypto(include_str!("node/crypto.ts"))]
#[case::streams(include_str!("node/streams.ts"))]
#[case::zlib(include_str!("node/zlib.ts"))]
fn node_modules_behave_as_in_node(#[case] program: &str) {
    assert_eq!(evaluate(&[("main.ts", program)]), Ok(()));
}

#[test]
fn every_module_of_node_can_be_imported_with_and_without_its_prefix() {
    let list = "import { builtinModules } from 'module'; if (builtinModules.length < 50) throw new Error('few');";
    let names = [
        "assert",
        "assert/strict",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "dns/promises",
        "domain",
        "events",
        "fs",
        "fs/promises",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "path/posix",
        "path/win32",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "readline/promises",
        "repl",
        "stream",
        "stream/consumers",
        "stream/promises",
        "stream/web",
        "string_decoder",
        "sys",
        "timers",
        "timers/promises",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "util/types",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ];
    let imports: String = names.iter().map(|name| format!("import '{name}'; import 'node:{name}';\n")).collect();
    assert_eq!(evaluate(&[("main.ts", &format!("{list}\n{imports}"))]), Ok(()));
    let used = "import net from 'net'; try { net.connect(1) } catch (error) { if (error.code !== 'ERR_FEATURE_UNAVAILABLE' || !error.message.includes('fetch()')) throw error }";
    assert_eq!(evaluate(&[("main.ts", used)]), Ok(()));
}
