//! Regression tests on the real engine: code that Boa gets wrong without the lowering passes.

use crate::{
    lower::Passes,
    source::Language,
    source_map::Map,
    transpile::{Options, Output, transpile},
};
use boa_engine::{Context, JsValue, Module, Source, js_string};
use rstest::rstest;

fn compile(code: &str, passes: Passes) -> Output {
    let code = code.to_owned();
    let options = Options { source_map: true, passes, ..Options::module(Language::TypeScript) };
    crate::stack::with_large_stack(move || Ok(transpile(&code, "test.ts", options).unwrap())).unwrap()
}

/// Evaluates a module and returns what it leaves in `globalThis.out`, as JSON, or the error.
fn evaluate(code: &str) -> Result<String, String> {
    let context = &mut Context::default();
    let module = Module::parse(Source::from_bytes(code), None, context).map_err(|error| error.to_string())?;
    let promise = module.load_link_evaluate(context);
    context.run_jobs().map_err(|error| error.to_string())?;
    if let boa_engine::builtins::promise::PromiseState::Rejected(reason) = promise.state() {
        return Err(reason.display().to_string());
    }
    let out = context.global_object().get(js_string!("out"), context).map_err(|error| error.to_string())?;
    if matches!(&out, JsValue { .. } if out.is_undefined()) {
        return Ok("undefined".into());
    }
    let json = out.to_json(context).map_err(|error| error.to_string())?;
    Ok(json.unwrap_or_default().to_string())
}

fn run(code: &str, passes: Passes) -> Result<String, String> {
    evaluate(&compile(code, passes).code)
}

/// Right with the passes; wrong without. When the second half fails, the engine was repaired.
#[track_caller]
fn assert_repaired(code: &str, expected: &str) {
    assert_eq!(run(code, Passes::ALL).as_deref(), Ok(expected), "{}", compile(code, Passes::ALL).code);
    let broken = std::panic::catch_unwind(|| run(code, Passes::NONE));
    let still_right = matches!(&broken, Ok(Ok(out)) if out == expected);
    assert!(!still_right, "the engine no longer has this defect; is the pass still needed?");
}

/// Right with the passes (and the engine has no defect here that we know of).
#[track_caller]
fn assert_right(code: &str, expected: &str) {
    assert_eq!(run(code, Passes::ALL).as_deref(), Ok(expected), "{}", compile(code, Passes::ALL).code);
}

#[rstest]
#[case::variable("const using = 1; globalThis.out = using + 1;", "2")]
#[case::call("const async = (x: number) => x; async(1); globalThis.out = async(2);", "2")]
#[case::pattern("const { using = 4 } = {} as any; globalThis.out = using;", "4")]
#[case::exported("export function using() { return 3 } globalThis.out = using();", "3")]
fn a_name_may_be_using(#[case] code: &str, #[case] expected: &str) {
    assert_repaired(code, expected);
}

#[test]
fn properties_keep_the_name_using() {
    let code = "const using = 1; const o = { using }; const { using: a, ...rest } = o; globalThis.out = [a, o.using];";
    assert_right(code, "[1,1]");
}

#[rstest]
#[case(
    "import { async, of, using, get } from 'm'; f(async, of, using, get);",
    "import { async as __async, of as of, using as __using, get } from 'm';"
)]
#[case("import of, { x } from 'm'; f(of, x);", "import { default as of, x } from 'm';")]
#[case(
    "const using = 1; export { using }; export { using as other } from 'm';",
    "export { __using as using };\nexport { using as other } from 'm';"
)]
#[case("export const using = 1, b = 2;", "export { __using as using, b };")]
fn names_cross_the_borders_of_modules(#[case] code: &str, #[case] expected: &str) {
    let made = compile(code, Passes::ALL).code.replace('"', "'");
    assert!(made.contains(expected), "{made}");
}

#[rstest]
#[case::promise(
    "class A { v = 7; m() { return new Promise(r => Promise.resolve().then(() => r(this.v))) } }
    out = await new A().m();",
    "7"
)]
#[case::map(
    "class A { k = 2; m() { return [[1, 2], [3]].map(l => l.map(x => x * this.k)) } }
    out = new A().m();",
    "[[2,4],[6]]"
)]
#[case::static_method(
    "class A { static k = 3; static m() { return [1].map(x => [x].map(y => y + this.k)) } }
    out = A.m();",
    "[[4]]"
)]
#[case::object_method("const o = { k: 5, m() { return (() => (() => this.k)())() } }; out = o.m();", "5")]
#[case::block_bodies(
    "const o = { k: 5, m() { return (() => { const f = () => { return this.k; }; return f(); })() } };
    out = o.m();",
    "5"
)]
#[case::directive(
    "const o = { k: 5, m() { return (() => { 'use strict'; return (() => this.k)(); })() } };
    out = o.m();",
    "5"
)]
#[case::async_arrows(
    "class A { v = 1; m() { return (async () => { await null; return (async () => this.v)() })() } }
    out = await new A().m();",
    "1"
)]
#[case::three_levels("class A { v = 1; m() { return (() => () => () => this.v)()()() } } out = new A().m();", "1")]
#[case::five_levels(
    "class A { v = 1; m() { return (() => () => () => () => () => this.v)()()()()() } }
    out = new A().m();",
    "1"
)]
#[case::getter("const o = { v: 4, get g() { return (() => (() => this.v)())() } }; out = o.g;", "4")]
#[case::function("function F() { this.v = 6; this.g = () => () => this.v } out = new F().g()();", "6")]
#[case::assignment(
    "class A { v = 0; m() { [1, 2].forEach(x => [x].forEach(y => { this.v += y })) } }
    const a = new A(); a.m(); out = a.v;",
    "3"
)]
#[case::parameter_default("const o = { v: 3, m() { return (() => (x = this.v) => x)()() } }; out = o.m();", "3")]
#[case::private("class A { #v = 8; m() { return (() => (() => this.#v)())() } } out = new A().m();", "8")]
#[case::computed_key(
    "const o = { v: 'k', m() { return (() => { class B { static [(() => this.v)()] = 2 } return (B as any).k })() } };
    out = o.m();",
    "2"
)]
fn nested_arrows_have_this(#[case] code: &str, #[case] expected: &str) {
    assert_repaired(&format!("declare var out: any; globalThis.out = 0;\n{code}"), expected);
}

#[rstest]
#[case::derived(
    "class A { v = 1 } class B extends A { g; constructor() { super(); this.g = () => () => this.v; } }
    out = new B().g()();",
    "1"
)]
#[case::derived_before_super(
    "class A { v = 1 } class B extends A { g; constructor() { const f = () => () => this.v; super(); this.g = f; } }
    out = new B().g()();",
    "1"
)]
#[case::field("class A { v = 9; f = () => () => this.v } out = new A().f()();", "9")]
#[case::static_field("class A { static v = 9; static f = () => () => this.v } out = A.f()();", "9")]
#[case::static_block("class A { static v = 9; static f; static { this.f = () => () => this.v } } out = A.f()();", "9")]
#[case::super_member(
    "class A { m() { return 1 } } class B extends A { m() { return (() => () => super.m())()() } }
    out = new B().m();",
    "1"
)]
#[case::super_with_this("class A { v = 2; m() { return this.v } } class B extends A { m() { return (() => () => [super.m(), this.v])()() } }
    out = new B().m();", "[2,2]")]
#[case::super_call(
    "class A { v = 2 } class B extends A { constructor() { (() => (() => super())())(); } }
    out = new B().v;",
    "2"
)]
#[case::new_target("function F() { globalThis.out = (() => () => new.target === F)()() } new F();", "true")]
#[case::arguments("function f() { return (() => () => arguments[1])()() } out = f(1, 2);", "2")]
#[case::own_this(
    "const o = { k: 1, m() { return (() => { const p = { k: 2, n() { return this.k } }; return p.n() })() } };
    out = o.m();",
    "2"
)]
#[case::lazy(
    "let n = 0; const o = { get v() { n++; return 1 }, m() { return () => () => this.v } };
    o.m()(); out = n;",
    "0"
)]
#[case::object_body("const o = { k: 5, m() { return (() => ({ a: () => this.k }))().a() } }; out = o.m();", "5")]
fn other_uses_of_this_stay_right(#[case] code: &str, #[case] expected: &str) {
    assert_right(&format!("declare var out: any; globalThis.out = 0;\n{code}"), expected);
}

const REQUEST: &str = "declare var out: any; globalThis.out = 0; const req: any = { body: { id: 1 }, a: 2, b: 3 };\n";

#[rstest]
#[case::nested("const { body: { id }, ...rest } = req; out = [id, rest];", r#"[1,{"a":2,"b":3}]"#)]
#[case::parameter("function f({ body: { id }, ...rest }) { return [id, rest] } out = f(req);", r#"[1,{"a":2,"b":3}]"#)]
#[case::arrow("const f = ({ body: { id }, ...rest }) => [id, rest]; out = f(req);", r#"[1,{"a":2,"b":3}]"#)]
#[case::second_parameter(
    "const f = (n, { body: { id }, ...rest } = req) => [n, id, rest]; out = f(9);",
    r#"[9,1,{"a":2,"b":3}]"#
)]
#[case::method("class A { m({ body: { id }, ...rest }) { return rest } } out = new A().m(req);", r#"{"a":2,"b":3}"#)]
#[case::assignment("let id, rest; ({ body: { id }, ...rest } = req); out = [id, rest];", r#"[1,{"a":2,"b":3}]"#)]
#[case::for_of("for (const { body: { id }, ...rest } of [req]) out = [id, rest];", r#"[1,{"a":2,"b":3}]"#)]
#[case::catch_clause(
    "try { throw req } catch ({ body: { id }, ...rest }) { out = [id, rest] }",
    r#"[1,{"a":2,"b":3}]"#
)]
#[case::array_inside("const { body: { id }, ...rest } = { body: { id: 1 }, l: [1] }; out = rest;", r#"{"l":[1]}"#)]
#[case::default_value("const { body: { id } = { id: 5 }, ...rest } = req; out = [id, rest];", r#"[1,{"a":2,"b":3}]"#)]
fn object_rest_leaves_out_what_was_taken(#[case] code: &str, #[case] expected: &str) {
    assert_repaired(&format!("{REQUEST}{code}"), expected);
}

#[rstest]
#[case::plain("const { a, ...rest } = req; out = rest;", r#"{"body":{"id":1},"b":3}"#)]
#[case::computed("const k = 'a'; const { [k]: x, ...rest } = req; out = [x, rest];", r#"[2,{"body":{"id":1},"b":3}]"#)]
#[case::exported("export const { a, ...rest } = req; out = rest;", r#"{"body":{"id":1},"b":3}"#)]
#[case::spread_kept(
    "const { a, ...rest } = req; out = { ...rest, c: 4, ...{ b: 5 } };",
    r#"{"body":{"id":1},"b":5,"c":4}"#
)]
#[case::this_in_default(
    "const o = { v: 1, m() { return (() => ({ a: { x = this.v }, ...r }) => x)()({ a: {} }) } }; out = o.m();",
    "1"
)]
fn other_rest_stays_right(#[case] code: &str, #[case] expected: &str) {
    assert_right(&format!("{REQUEST}{code}"), expected);
}

/// The prelude defines the two symbols if the engine lacks them.
const DISPOSABLE: &str = "declare var out: any; globalThis.out = [];
for (const n of ['dispose', 'asyncDispose']) (Symbol as any)[n] ?? Object.defineProperty(Symbol, n, { value: Symbol('Symbol.' + n) });
const open = (n: string) => ({ n, [Symbol.dispose]() { out.push('-' + n) } });
const openAsync = (n: string) => ({ n, async [Symbol.asyncDispose]() { await null; out.push('-' + n) } });\n";

#[rstest]
#[case::block("{ using a = open('a'); out.push(a.n); } out.push('end');", r#"["a","-a","end"]"#)]
#[case::order("{ using a = open('a'); using b = open('b'); }", r#"["-b","-a"]"#)]
#[case::function("function f() { using a = open('a'); return a.n } out.push(f());", r#"["-a","a"]"#)]
#[case::throws("try { using a = open('a'); throw 1 } catch (e) { out.push(e) }", r#"["-a",1]"#)]
#[case::null_value("{ using a = null; out.push(1) } { using b = open('b') }", r#"[1,"-b"]"#)]
#[case::for_of("for (using a of [open('a'), open('b')]) out.push(a.n);", r#"["a","-a","b","-b"]"#)]
#[case::await_block("{ await using a = openAsync('a'); out.push(a.n); } out.push('end');", r#"["a","-a","end"]"#)]
#[case::await_for_of("for (await using a of [openAsync('a')]) out.push(a.n);", r#"["a","-a"]"#)]
#[case::in_async(
    "async function f() { await using a = openAsync('a'); await null; out.push(a.n); } await f();",
    r#"["a","-a"]"#
)]
fn using_is_disposed(#[case] code: &str, #[case] expected: &str) {
    assert_repaired(&format!("{DISPOSABLE}{code}"), expected);
}

/// Without the pass these may panic in the engine, so only the repaired side is run.
#[rstest]
#[case::arrow("const f = () => { using a = open('a'); return a.n }; out.push(f());", r#"["-a","a"]"#)]
#[case::async_arrow("await (async () => { await using a = openAsync('a'); out.push(a.n) })();", r#"["a","-a"]"#)]
#[case::arrow_with_this(
    "class A { v = 1; m() { return (() => { using a = open('a'); return (() => this.v)() })() } }
    out.push(new A().m());",
    r#"["-a",1]"#
)]
#[case::loop_bindings(
    "const fs = []; for (using a of [open('a'), open('b')]) fs.push(() => a.n); for (const f of fs) out.push(f());",
    r#"["-a","-b","a","b"]"#
)]
#[case::top_level_export(
    "using a = open('a'); export const n = a.n; out.push(n); export default out.push('d');",
    r#"["a","d","-a"]"#
)]
#[case::not_disposable("try { using a = {} as any } catch (e) { out.push(e.constructor.name) }", r#"["TypeError"]"#)]
fn using_works_elsewhere(#[case] code: &str, #[case] expected: &str) {
    assert_right(&format!("{DISPOSABLE}{code}"), expected);
}

#[rstest]
#[case::enums("enum E { A, B = 'b' } out = [E.A, E.B, E[0]];", r#"[0,"b","A"]"#)]
#[case::const_enum("const enum E { A = 3 } out = E.A;", "3")]
#[case::exported_const_enum("export const enum E { A = 3 } out = E.A;", "3")]
#[case::namespace(
    "namespace N { export const a = 1; export namespace M { export const b = 2 } } out = [N.a, N.M.b];",
    "[1,2]"
)]
#[case::parameter_property(
    "class A { constructor(private a: number, readonly b = 2) {} get s() { return this.a + this.b } } out = new A(1).s;",
    "3"
)]
#[case::satisfies("const a = { b: 1 } satisfies object; out = a!.b as number;", "1")]
#[case::assertion("out = <number>1;", "1")]
#[case::overloads(
    "function f(a: string): void; function f(a: number): void; function f(a: any) { out = a } f(4);",
    "4"
)]
#[case::abstract_class(
    "abstract class A { abstract m(): number; declare x: string } class B extends A { m() { return 1 } } out = [new B().m(), 'x' in new B()];",
    "[1,false]"
)]
#[case::class_field_order("class A { b = this.a; constructor(public a: number) {} } out = new A(5).b;", "5")]
#[case::import_alias("namespace N { export const a = 1 } import x = N.a; out = x;", "1")]
#[case::generics("const f = <T,>(x: T): T => x; out = f<number>(2);", "2")]
#[case::name_clash(
    "const _object_without_properties = 1; const { a, ...r } = { a: 1, b: 2 }; out = [_object_without_properties, r];",
    r#"[1,{"b":2}]"#
)]
#[case::unicode("out = 'ä😀\\u{1F600}';", "\"ä😀😀\"")]
fn typescript_runs(#[case] code: &str, #[case] expected: &str) {
    assert_right(&format!("declare var out: any; globalThis.out = 0;\n{code}"), expected);
}

/// The engine's stack positions lead back to the author's lines.
#[rstest]
#[case::plain(
    "interface A {\n  a: number\n}\n\nfunction f(a: A): never {\n  throw new Error('x')\n}\nf({ a: 1 })\n",
    6
)]
#[case::after_helpers(
    "enum E { A }\nconst { E: { x }, ...rest } = { E: { x: 1 } }\n\ntype T = 1\nfunction f() {\n\n  throw new Error('x')\n}\nf()\n",
    7
)]
#[case::nested_arrow(
    "class A {\n  m() {\n    return [1].map(x =>\n      [2].map(y => {\n        this.m\n        throw new Error('x')\n      }))\n  }\n}\nnew A().m()\n",
    6
)]
#[case::using("function f() {\n  using a = null\n  type B = string\n  throw new Error('x')\n}\nf()\n", 4)]
fn stack_positions_map_back(#[case] code: &str, #[case] line: u32) {
    let output = compile(code, Passes::ALL);
    let caught = catch_stack(&output.code);
    let place = caught.split(':').collect::<Vec<_>>();
    let number = |text: &str| text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().unwrap();
    let (generated_line, generated_column) = (number(place[1]), number(place[2]));
    let map = Map::parse(output.map.as_deref().unwrap()).unwrap();
    let (found, column) = map.lookup(generated_line, generated_column).unwrap();
    let text = code.lines().nth(line as usize - 1).unwrap();
    let expected = text.find("throw").unwrap() as u32 + 1;
    assert_eq!(found, line, "{caught}\n{}", output.code);
    assert!(column.abs_diff(expected) <= 12, "column {column}, expected about {expected}");
}

/// The first `at f (path:line:column)` of the error that a module throws.
fn catch_stack(code: &str) -> String {
    let context = &mut Context::default();
    let path = std::path::Path::new("test.js");
    let source = Source::from_bytes(code).with_path(path);
    let module = Module::parse(source, None, context).unwrap();
    let promise = module.load_link_evaluate(context);
    context.run_jobs().unwrap();
    let boa_engine::builtins::promise::PromiseState::Rejected(reason) = promise.state() else {
        panic!("the module did not throw");
    };
    let stack = reason.as_object().unwrap().get(js_string!("stack"), context).unwrap();
    let stack = stack.to_string(context).unwrap().to_std_string_escaped();
    stack.lines().find(|line| line.contains("test.js")).unwrap_or_else(|| panic!("{stack}")).to_owned()
}

/// The compiler's limits on nesting are low enough for the stack that isolates run on (64 MB).
#[rstest]
#[case::arrays("[", "1", "]", 190)]
#[case::objects("{a:", "1", "}", 190)]
#[case::calls("String(", "1", ")", 190)]
#[case::functions("function(){return ", "1", "}", 190)]
#[case::blocks("()=>{ if (1) {", "", "}}", 90)]
#[case::classes("class { m() { return ", "1", "}}", 90)]
#[case::templates("`${", "1", "}`", 190)]
#[case::arrows("()=>", "1", "", 1_900)]
#[case::sums("1+", "1", "", 1_900)]
#[case::not("!", "1", "", 1_900)]
#[case::conditionals("1?2:", "1", "", 1_900)]
#[case::members("{}", "", "?.a", 1_900)]
fn the_engine_survives_what_the_compiler_lets_through(
    #[case] open: &str,
    #[case] middle: &str,
    #[case] close: &str,
    #[case] levels: usize,
) {
    let code = format!(
        "const a = {}{middle}{}; (globalThis as any).out = 1;",
        if open == "{}" { open.into() } else { open.repeat(levels) },
        close.repeat(levels)
    );
    let run = move || run(&code, Passes::ALL);
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run);
    assert_eq!(thread.unwrap().join().unwrap().as_deref(), Ok("1"));
}

/// Texts that loops append to: what they are is not changed by how they are put together.
#[rstest]
#[case::plain(
    "let s = ''; for (let i = 0; i < 3000; i++) s += i + ','; globalThis.out = [s.length, s.slice(0, 6), s.slice(-5)];",
    r#"[13890,"0,1,2,","2999,"]"#
)]
#[case::assigned("let s = 'a'; for (let i = 0; i < 3; i++) s = s + i + 'b'; globalThis.out = s;", r#""a0b1b2b""#)]
#[case::template("let s = ''; for (const x of [1, 2]) s = `${s}<${x}>`; globalThis.out = s;", r#""<1><2>""#)]
#[case::numbers("let s = ''; for (let i = 0; i < 2; i++) s = s + i + 1; globalThis.out = s;", r#""0111""#)]
#[case::not_ours(
    "let n = 0; for (const x of [1, 2]) n += x; let t: any = 1; for (const x of ['a']) t += x; globalThis.out = [n, t];",
    r#"[3,"1a"]"#
)]
#[case::read_inside(
    "let s = ''; for (let i = 0; i < 4; i++) { s += i; if (s.length > 2) s += '.'; } globalThis.out = s;",
    r#""012.3.""#
)]
#[case::commas(
    "let s = ''; for (const x of ['a', 'b', 'c']) { if (s) s += ', '; s += x; } globalThis.out = s;",
    r#""a, b, c""#
)]
#[case::tests(
    "let s = ''; const seen: any[] = []; for (let i = 0; i < 2; i++) { seen.push(!s, s === '', s !== '', s ? 1 : 2, s == 'x'); s += 'x'; } globalThis.out = seen;",
    "[true,true,false,2,false,false,false,true,1,true]"
)]
#[case::large_tests(
    "let s = ''; const seen: any[] = []; for (let i = 0; i < 3; i++) { seen.push(!s, s.length); s += 'x'.repeat(5000); } globalThis.out = [...seen, s.length];",
    "[true,0,false,5000,false,10000,15000]"
)]
#[case::value_wanted(
    "let s = ''; const seen: string[] = []; for (let i = 0; i < 2; i++) { seen.push(s += i); s += '-'; } globalThis.out = [seen, s];",
    r#"[["0","0-1"],"0-1-"]"#
)]
#[case::reset(
    "let s = ''; const all: string[] = []; for (let i = 0; i < 4; i++) { s += i; if (i % 2) { all.push(s); s = ''; } } globalThis.out = all;",
    r#"["01","23"]"#
)]
#[case::nested(
    "const rows: string[] = []; for (let i = 0; i < 2; i++) { let row = ''; for (let j = 0; j < 3; j++) row += i * j; rows.push(row); } globalThis.out = rows;",
    r#"["000","012"]"#
)]
#[case::shorthand("let text = ''; for (const x of 'ab') text += x; globalThis.out = { text };", r#"{"text":"ab"}"#)]
#[case::objects(
    "let s = ''; for (const x of [null, undefined, [1, 2], { toString: () => 'o', valueOf: () => 7 }, true]) s += x; globalThis.out = s;",
    r#""nullundefined1,27true""#
)]
#[case::symbol(
    "let s = ''; try { for (const x of [Symbol()]) s += x as any; } catch (e) { s += e.name; } globalThis.out = s;",
    r#""TypeError""#
)]
#[case::itself("let s = 'a'; for (let i = 0; i < 3; i++) s += s; globalThis.out = s;", r#""aaaaaaaa""#)]
#[case::glances(
    "let s = ''; for (const x of ['a', 'b', 'c']) s += (s ? ',' : '') + x + s.length + (!s ? '!' : '') + (s === '' ? '?' : ''); globalThis.out = s;",
    r#""a0!?,b4,c7""#
)]
#[case::template_twice(
    "let s = 'a'; for (const x of [1, 2]) s = `${s}${x}${s.length}`; globalThis.out = s;",
    r#""a1123""#
)]
#[case::inside_itself(
    "let s = ''; for (let i = 0; i < 2; i++) s += (s += 'x') + i; globalThis.out = s;",
    r#""x0x0x1""#
)]
#[case::captured(
    "let s = ''; const add = () => { s += 'c'; return 'r'; }; for (let i = 0; i < 2; i++) s += add(); globalThis.out = s;",
    r#""rr""#
)]
#[case::var(
    "function f(n: number) { for (let k = 0; k < 2; k++) { var s = 'v'; for (let i = 0; i < n; i++) s += i; } return s; } globalThis.out = f(3);",
    r#""v012""#
)]
#[case::while_loop(
    "let s = '', i = 0; while (s.length < 5) { s += i; i++; } do s += '!'; while (s.length < 8); globalThis.out = s;",
    r#""01234!!!""#
)]
#[case::thrown(
    "function f() { let s = ''; try { for (let i = 0; ; i++) { s += i; if (i === 2) throw 1; } } catch { return s; } } globalThis.out = f();",
    r#""012""#
)]
#[case::async_code(
    "async function f() { let s = ''; for (const x of [1, 2]) s += await x; return s; } globalThis.out = await f();",
    r#""12""#
)]
#[case::generator(
    "function* f() { let s = ''; for (let i = 0; i < 2; i++) { s += yield s; } return s; } const g = f(); g.next(); g.next('a'); globalThis.out = g.next('b').value;",
    r#""ab""#
)]
#[case::switched(
    "let s = ''; for (const x of [1, 2, 3]) switch (x) { case 1: s += 'one'; break; case 2: s += 'two'; default: s += '.'; } globalThis.out = s;",
    r#""onetwo..""#
)]
#[case::labelled(
    "let s = ''; outer: for (const x of [1, 2]) { for (;;) { s += x; continue outer; } } globalThis.out = s;",
    r#""12""#
)]
#[case::destructured(
    "let s = ''; for (const x of ['a', 'b']) { s += x; [s] = [s + '!']; } globalThis.out = s;",
    r#""a!b!""#
)]
#[case::incremented("let s: any = ''; for (const x of [1, 2]) { s += x; s++; } globalThis.out = String(s);", r#""5""#)]
#[case::of_loop(
    "const out: string[] = []; for (let s = ''; s.length < 3; s += 'x') out.push(s); globalThis.out = out;",
    r#"["","x","xx"]"#
)]
#[case::exported("export let s = ''; for (const x of 'ab') s += x; globalThis.out = s;", r#""ab""#)]
#[case::exported_later("let s = ''; for (const x of 'ab') s += x; export { s }; globalThis.out = s;", r#""ab""#)]
#[case::evaluated("let s = ''; for (const x of 'ab') s += x; globalThis.out = eval('1') + s;", r#""1ab""#)]
#[case::same_names(
    "let s = '', s$ = 'own'; for (const x of 'ab') { s += x; s$ += '.'; } globalThis.out = [s, s$];",
    r#"["ab","own.."]"#
)]
#[case::many_parts(
    "let s = ''; for (let i = 0; i < 9; i++) { s += String(i).repeat(3000); } let n = 0; for (let i = 0; i < 9; i++) n += s[i * 3000] === String(i) ? 1 : 0; globalThis.out = [n, s.length];",
    "[9,27000]"
)]
#[case::typed(
    "let s = ''; for (const x of 'ab') s += x; globalThis.out = [typeof s, s as string, (s)!.length];",
    r#"["string","ab",2]"#
)]
#[case::callback(
    "let s = ''; [1, 2, 3].forEach(x => { s += x + ','; }); globalThis.out = [s, s.length];",
    r#"["1,2,3,",6]"#
)]
#[case::callback_large(
    "let s = ''; [1, 2, 3].forEach(x => { s += String(x).repeat(5000); }); globalThis.out = [s.length, s[4999], s[5000], s[14999]];",
    r#"[15000,"1","2","3"]"#
)]
#[case::callback_reset(
    "let s = ''; const all: string[] = []; const flush = () => { all.push(s); s = ''; }; [1, 2, 3].forEach(x => { s += x; if (x === 2) flush(); }); flush(); globalThis.out = all;",
    r#"["12","3"]"#
)]
#[case::callback_reads(
    "let s = ''; const seen: any[] = []; ['a', 'b'].forEach(x => { s = s + x + s.length; seen.push(s, s ? 1 : 0, s === ''); }); globalThis.out = seen;",
    r#"["a0",1,false,"a0b2",1,false]"#
)]
#[case::lost(
    "let s = 'x'; const add = () => { s += 'c'; return 'r'; }; for (let i = 0; i < 3; i++) s += add(); globalThis.out = s;",
    r#""xrrr""#
)]
#[case::lost_large(
    "let s = ''; const add = () => { s += 'c'.repeat(5000); return 'r'; }; for (let i = 0; i < 3; i++) { s += 'x'.repeat(4000); s += add(); s += 'y'.repeat(200); } globalThis.out = [s.length, s.indexOf('c'), s.split('r').length];",
    "[12603,-1,4]"
)]
#[case::lost_after_parts(
    "let s = ''; const add = () => { s += 'c'.repeat(5000); s += 'd'.repeat(5000); return 'r'; }; for (let i = 0; i < 3; i++) { s += 'x'.repeat(5000); s += add(); } globalThis.out = [s.length, s.indexOf('c'), s.indexOf('r')];",
    "[15003,-1,5000]"
)]
#[case::read_meanwhile(
    "let s = ''; const look = () => s.length > 3 ? s.slice(0, 2) : '-'; for (let i = 0; i < 5; i++) s += i + look(); globalThis.out = s;",
    r#""0-1-20-30-40-""#
)]
#[case::awaited(
    "let s = ''; const wait = async (x: string) => { await null; s += x; return x; }; await Promise.all(['a', 'b'].map(async x => { s += await wait(x); })); globalThis.out = s;",
    r#""b""#
)]
#[case::functions(
    "function f() { let s = ''; function add(x: any) { s += x; } for (let i = 0; i < 4; i++) add(i); return s; } globalThis.out = f();",
    r#""0123""#
)]
#[case::classes(
    "let log = ''; class A { n = (log += 'f'); static { log += 's'; } m() { log += 'm'; return this; } } new A().m().m(); globalThis.out = log;",
    r#""sfmm""#
)]
fn texts_that_loops_append_to(#[case] code: &str, #[case] expected: &str) {
    assert_right(code, expected);
    assert_eq!(run(code, Passes::NONE).as_deref(), Ok(expected), "the expectation is wrong");
}

/// How often a text is copied does not depend on its length: twice the pieces, twice the code units that are copied.
#[test]
fn appending_is_rewritten_where_it_can_be() {
    let is_rewritten = |code: &str| compile(code, Passes::ALL).code.contains("s$");
    assert!(is_rewritten("let s = ''; for (const x of 'ab') s += x; globalThis.out = s;"));
    assert!(is_rewritten("function f(a: string[]) { let s = `x`; a.length; for (const x of a) { s += x } return s }"));
    // Nothing to gain, or not all uses are seen.
    assert!(!is_rewritten("let s = ''; s += 'a'; s += 'b'; globalThis.out = s;"));
    assert!(is_rewritten("let s = ''; [1].forEach(x => { s += x }); globalThis.out = () => s;"));
    assert!(!is_rewritten("var s = ''; [1].forEach(x => { s += x }); globalThis.out = s;"));
    assert!(!is_rewritten("let s = 0; for (const x of [1]) s += x; globalThis.out = s;"));
    assert!(!is_rewritten("function f(s: string) { for (const x of 'ab') s += x; return s }"));
}
