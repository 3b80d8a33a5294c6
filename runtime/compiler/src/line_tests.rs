//! Tests of line counters on the real engine: a program computes the same with them, and they count exactly.

use crate::{
    lower::Passes,
    source::Language,
    transpile::{Options, transpile},
};
use boa_engine::{Context, JsString, Module, Source};
use rstest::rstest;
use std::collections::BTreeMap;

/// Stands for the test runner.
const RUNNER: &str = "globalThis.__cronflow_testing__ = { counters(file, size, points) {
    globalThis.points = points;
    return globalThis.counts ??= new Array(size).fill(0);
} };";

fn compile(code: &str, language: Language, file: Option<&str>) -> String {
    let (code, file) = (code.to_owned(), file.map(str::to_owned));
    let work = move || {
        let options =
            Options { source_map: true, passes: Passes::ALL, counted_as: file.as_deref(), ..Options::module(language) };
        Ok(transpile(&code, "a.ts", options).unwrap().code)
    };
    crate::stack::with_large_stack(work).unwrap()
}

/// Evaluates a module; gives the JSON of what it leaves under these names on the global object.
fn evaluate(code: &str, names: &[&str]) -> Vec<String> {
    let context = &mut Context::default();
    context.eval(Source::from_bytes(RUNNER)).unwrap();
    let module =
        Module::parse(Source::from_bytes(code), None, context).unwrap_or_else(|error| panic!("{error}\n{code}"));
    let promise = module.load_link_evaluate(context);
    context.run_jobs().unwrap();
    if let boa_engine::builtins::promise::PromiseState::Rejected(reason) = promise.state() {
        panic!("{}\n{code}", reason.display());
    }
    let global = context.global_object();
    let get = |name: &&str| {
        let value = global.get(JsString::from(*name), context).unwrap();
        value.to_json(context).unwrap().unwrap_or_default().to_string()
    };
    names.iter().map(get).collect()
}

/// Says what a program computes, and that it does so with counters as well.
#[track_caller]
fn assert_same(code: &str) -> String {
    let code = format!("declare var out: any; globalThis.out = 0;\n{code}");
    let plain = evaluate(&compile(&code, Language::TypeScript, None), &["out"]);
    let counted = compile(&code, Language::TypeScript, Some("a.ts"));
    assert!(counted.contains("]++"), "{counted}");
    assert_eq!(evaluate(&counted, &["out"]), plain, "{counted}");
    plain.concat()
}

#[rstest]
#[case::directive("'use strict'; function f() { 'use strict'; return this } out = f() === undefined;", "true")]
#[case::if_else(
    "const f = (n: number) => { if (n === 1) return 'a'; else if (n === 2) return 'b'; else return 'c' };
    out = [f(1), f(2), f(3)];",
    r#"["a","b","c"]"#
)]
#[case::dangling_else(
    "const f = (a: any, b: any) => { let r = 0; if (a) if (b) r = 1; else r = 2; return r };
    out = [f(1, 1), f(1, 0), f(0, 1)];",
    "[1,2,0]"
)]
#[case::loops(
    "let n = 0; for (let i = 0; i < 3; i++) n += i; for (const k in { a: 1 }) n += k.length;
    for (const v of [10, 20]) n += v; while (n < 100) n *= 2; do n -= 1; while (n > 130); out = n;",
    "130"
)]
#[case::empty_bodies("let i = 0; for (; i < 3; i++); while (i++ < 5); if (i) ; else ; out = i;", "6")]
#[case::loop_variables(
    "const fs: any[] = []; for (let i = 0; i < 3; i++) fs.push(() => i); out = fs.map(f => f());",
    "[0,1,2]"
)]
#[case::labels(
    "let r: any[] = []; outer: for (const a of [1, 2, 3]) for (const b of [1, 2, 3]) {
    if (b === 2) continue outer; if (a === 3) break outer; r.push(a * b) } out = r;",
    "[1,2]"
)]
#[case::label_of_label("let n = 0; a: b: for (;;) { n++; if (n < 3) continue a; break b } out = n;", "3")]
#[case::label_of_block("let r = 0; done: { r = 1; if (r) break done; r = 2 } out = r;", "1")]
#[case::label_of_statement("let r = 0; one: r = 5; two: if (r) { r++; break two } out = r;", "6")]
#[case::switches(
    "const f = (n: any) => { let r = ''; switch (n) { case 1: r += 'a'; case 2: { r += 'b'; break } default: r += 'd'; case 4: }
    return r }; out = [f(1), f(2), f(3), f(4)];",
    r#"["ab","b","d",""]"#
)]
#[case::switch_variables("switch (1 as number) { case 0: let a = 1; break; case 1: a = 2; out = a }", "2")]
#[case::exceptions(
    "const f = (x: any) => { try { if (x) throw x; return 'none' } catch { return 'caught' } finally { out = [].concat(out, x) } };
    const r = [f(0), f(7)]; out = [r, out];",
    r#"[["none","caught"],[0,0,7]]"#
)]
#[case::finally_wins("const f = () => { for (;;) try { return 1 } finally { break } return 2 }; out = f();", "2")]
#[case::generators(
    "function* g(n = 2) { const x = yield n; try { yield* [x, x] } finally { yield 'end' } }
    const i = g(); i.next(); out = [i.next(5).value, i.return(9).value, i.next().value];",
    r#"[5,"end",9]"#
)]
#[case::asynchronous(
    "const wait = async <T>(x: T) => x; async function f() { let n = 0; for await (const v of [wait(1), wait(2)]) n += v; return n }
    async function* g() { yield await wait(1); yield 2 }
    const all: any[] = []; for await (const v of g()) all.push(v); out = [await f(), all];",
    "[3,[1,2]]"
)]
#[case::arrows(
    "const a = () => ({ b: 1 }), c = (x: any) => (y: any) => x + y, d = async () => 5, e = () => [1, 2][1];
    out = [a(), c(1)(2), await d(), e()];",
    r#"[{"b":1},3,5,2]"#
)]
#[case::comma("const f = (x: number) => (x++, x); out = f(1);", "2")]
#[case::conditional_arrow("const f = (x: any) => x ? 'y' : 'n'; out = [f(1), f(0)];", r#"["y","n"]"#)]
#[case::assigning_arrow("let v = 0; const f = (x: number) => v = x; f(4); out = v;", "4")]
#[case::names(
    "const f = () => 1, g = function () {}, h = class {}; let k; k = async () => {}; const o = { m() {}, p: () => 1 };
    class A { q = () => 1; #r = function () {}; s = class {}; static t = () => 2; get u() { return this.#r.name } }
    const { z = () => 1 } = {} as any;
    out = [f, g, h, k, o.m, o.p, new A().q, new A().s, A.t, z].map(x => x.name).concat(new A().u);",
    r##"["f","g","h","k","m","p","q","s","t","z","#r"]"##
)]
#[case::lengths("const f = (a, b) => 1, g = function (a, b = 1, c) {}; out = [f.length, g.length];", "[2,1]")]
#[case::defaults(
    "function f(a = (() => 1)(), b = a + 1, { c = (function () { return 3 })() } = {}) { return [a, b, c] } out = f();",
    "[1,2,3]"
)]
#[case::default_before_the_module_began("out = f(); function f(a = () => 7) { return a() }", "7")]
#[case::hoisting(
    "out = f(2); function f(n: number) { return n === 0 ? 'z' : g(n) } function g(n: number) { return f(n - 1) }",
    r#""z""#
)]
#[case::hoisting_in_blocks("{ out = f(); function f() { return 1 } }", "1")]
#[case::derived(
    "class A { constructor(public x: number) {} } class B extends A { y = this.x + 1; constructor() { const n = 4; super(n); this.y += n } }
    out = new B();",
    r#"{"x":4,"y":9}"#
)]
#[case::default_constructor(
    "class A { v = 1 } class B extends A { w = this.v + 1 } out = new B();",
    r#"{"v":1,"w":2}"#
)]
#[case::members(
    "const k = 'c'; class A { static #n = 1; static { A.#n += 1; let x = A.#n; A.#n = x * 5 } static get n() { return A.#n }
    set v(x: number) { this._v = x } _v = 0; [k]() { return 'computed' } ['d' + k] = 2; 1() { return 'one' } #p() { return 'private' } p() { return this.#p() } }
    const a: any = new A(); a.v = 3; out = [A.n, a._v, a.c(), a.dc, a[1](), a.p()];",
    r#"[10,3,"computed",2,"one","private"]"#
)]
#[case::super_members(
    "class A { m() { return 'a' } static s() { return 's' } } class B extends A { m() { return super.m() + 'b' } static s() { return super.s() + 't' }}
    const o = { toString() { return super.toString() + 'o' } }; out = [new B().m(), B.s(), o.toString()];",
    r#"["ab","st","[object Object]o"]"#
)]
#[case::this_and_arguments(
    "const o = { k: 1, m() { return [1].map(x => [x].map(y => y + this.k)) } };
    function f() { return (() => arguments.length + (new.target === undefined ? 10 : 0))() } out = [o.m(), (f as any)(1, 2)];",
    "[[[2]],12]"
)]
#[case::objects(
    "const o = { get a() { return 1 }, set a(x) { out = x }, 'b-c'() { return 2 }, [`d`]: () => 3, async e() { return 4 }, *f() { yield 5 } };
    o.a = 9; out = [out, o.a, o['b-c'](), o.d(), await o.e(), [...o.f()]];",
    "[9,1,2,3,4,[5]]"
)]
#[case::rest(
    "const f = ({ a, ...rest }: any) => rest; const { b, ...r } = { b: 1, c: 2 }; out = [f({ a: 1, d: 2 }), r];",
    r#"[{"d":2},{"c":2}]"#
)]
#[case::enums_and_namespaces(
    "enum E { A, B = 'b' } const enum C { X = 2 } namespace N { export const a = E.A; export function f() { return C.X } } out = [E.B, N.a, N.f()];",
    r#"["b",0,2]"#
)]
#[case::own_names(
    "const counters = () => [1]; const f = (counters: number) => counters; out = [counters(), f(2)];",
    "[[1],2]"
)]
#[case::exports(
    "export const a = 1, b = () => a; export function f() { return b() } export class C { static s = f() } export { a as default }; out = C.s;",
    "1"
)]
#[case::default_export("export default (() => 5)(); out = 1;", "1")]
#[case::default_function("export default function () { return 1 } out = 2;", "2")]
#[case::default_class("export default class { static x = out = 3 }", "3")]
#[case::default_arrow("export default () => 1; out = 2;", "2")]
#[case::using_blocks(
    "(Symbol as any).dispose ??= Symbol('d'); const open = (n: string) => ({ [Symbol.dispose]() { out = out + n } });
    { using a = open('a'); using b = open('b'); out = 'x' }",
    r#""xba""#
)]
#[case::using_at_the_top(
    "(Symbol as any).dispose ??= Symbol('d'); using a = { [Symbol.dispose]() { out += 1 } } as any; export const n = 5; out = f(); function f() { return n }",
    "6"
)]
#[case::recursion("const f = (n: number): number => n < 2 ? n : f(n - 1) + f(n - 2); out = f(10);", "55")]
#[case::tagged_templates(
    "const t = (s: TemplateStringsArray, ...v: any[]) => s.raw.join('|') + v; out = t`a${1}b\\n`;",
    r#""a|b\\n1""#
)]
#[case::optional_chains(
    "const o: any = { f: () => ({ g: 1 }) }; out = [o?.f?.()?.g, o.x?.y.z ?? 'no'];",
    r#"[1,"no"]"#
)]
#[case::parameters_in_text(
    "const f = ({ a, b = () => 1 }, done) => { return 1 }; out = String(f).slice(0, 4);",
    r#""({ a""#
)]
#[case::debugger_statement("debugger; out = 1;", "1")]
fn counters_change_nothing(#[case] code: &str, #[case] expected: &str) {
    assert_eq!(assert_same(code), expected);
}

#[test]
fn a_sloppy_script_stays_sloppy() {
    let code =
        "function f() { return this === undefined } with ({ w: 4 }) var r = w; exports.r = [typeof f, r]; return;";
    for file in [None, Some("a.cjs")] {
        let (code, options) =
            (code.to_owned(), Options { goal: crate::parse::Goal::CommonJs, ..Options::module(Language::JavaScript) });
        let file = file.map(str::to_owned);
        let made = crate::stack::with_large_stack(move || {
            Ok(transpile(&code, "a.cjs", Options { counted_as: file.as_deref(), ..options }).unwrap().code)
        });
        let made = made.unwrap();
        let context = &mut Context::default();
        context.eval(Source::from_bytes(RUNNER)).unwrap();
        let script =
            format!("const exports = {{}}; {}(exports); JSON.stringify(exports.r)", made.trim().trim_end_matches(';'));
        let out = context.eval(Source::from_bytes(&script)).unwrap_or_else(|error| panic!("{error}\n{made}"));
        assert_eq!(out.to_string(context).unwrap().to_std_string_escaped(), r#"["function",4]"#, "{made}");
    }
}

/// Line to count, and function to line and count.
type Counted = (BTreeMap<u64, u64>, BTreeMap<String, (u64, u64)>);

fn counts_of(code: &str) -> Counted {
    let made = compile(code, Language::TypeScript, Some("a.ts"));
    let found = evaluate(&made, &["points", "counts"]);
    let points: String = serde_json::from_str(&found[0]).unwrap();
    let points: serde_json::Value = serde_json::from_str(&points).unwrap();
    let counts: Vec<u64> = serde_json::from_str(&found[1]).unwrap();
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let mut lines = BTreeMap::new();
    for point in points["lines"].as_array().unwrap() {
        let count = lines.entry(number(&point[0])).or_insert(0);
        *count = counts[number(&point[1]) as usize].max(*count);
    }
    let functions =
        points["functions"].as_array().unwrap().iter().map(|point| {
            (point[0].as_str().unwrap().to_owned(), (number(&point[1]), counts[number(&point[2]) as usize]))
        });
    (lines, functions.collect())
}

/// The number behind `//` is how often the line runs; other lines are no code.
#[rstest]
#[case::everything(
    "import type { X } from './x';
interface A {
  a: number;
}
type B = A | string;
declare const nothing: number;
enum Color { // 1
  Red = 1, // 1
}
let later: A;
const first = 1, // 1
  second = 2; // 1
export const exported = [1, 2, 3] // 1
  .map(x => x * 2) // 3
  .map(x =>
    x + 1, // 3
  );
function twice(n: number): number {
  'use strict';
  // a comment
  if (n > 5) { // 3
    return 0; // 0
  } else if (n > 1) // 3
    return n * 2; // 2
  return n; // 1
}
twice(1); // 1
twice(2); // 1
outer:// 1
for (const a of [1, 2]) // 1
  for (;;) { // 2
    if (a) // 2
      continue outer; // 2
  }
try { // 1
  throw new Error('x'); // 1
} catch (error) {
  later = { a: 1 }; // 1
} finally {
  later!.a++; // 1
}
class Shape {
  static count = 0; // 1
  private sides = 4; // 2
  #secret = 1; // 2
  name: string;
  area = () => // 2
    this.sides; // 1
  constructor(
    readonly title: string,
  ) {
    this.name = title; // 2
  }
  get half() {
    return this.sides / 2; // 0
  }
  static {
    Shape.count += 1; // 1
  }
}
new Shape('a').area(); // 1
new Shape('b'); // 1
switch (first as number) { // 1
  case 1:
    later = { a: 2 }; // 1
    break; // 1
  default:
    later = { a: 3 }; // 0
}
export default twice(3); // 1
"
)]
#[case::never_called(
    "const f = () => { // 1
  const a = 1; // 0
  return () => a; // 0
};
export { f };
"
)]
#[case::umlauts_and_line_ends("const ä = 'ö\u{2028}😀'; // 1\r\n\r\nif (ä) // 1\r\n  ä.length; // 1\r\n")]
fn lines_are_counted_exactly(#[case] code: &str) {
    let expected: BTreeMap<u64, u64> = (1..)
        .zip(code.split('\n'))
        .filter_map(|(line, text)| Some((line, text.trim_end().rsplit_once("// ")?.1.parse().ok()?)))
        .collect();
    assert_eq!(counts_of(code).0, expected);
}

#[test]
fn functions_are_counted_by_name() {
    let code = "const a = (n: number) => n;
export function b() {
  return [1, 2].map(x => a(x));
}
const o = { c() {}, get d() { return 1 }, e: async () => {}, 'f g': () => {}, 'h\\n': () => {}, 'i,j'() {} };
class C { constructor() {} h() {} #i() {} j = () => 1; static c() {} }
export default function () {}
b(); o.d; new C().j();
";
    let (_, functions) = counts_of(code);
    let expected = [
        ("a", (1, 2)),
        ("b", (2, 1)),
        ("3:21", (3, 2)),
        ("c", (5, 0)),
        ("d", (5, 1)),
        ("e", (5, 0)),
        ("f g", (5, 0)),
        ("5:86", (5, 0)),
        ("5:96", (5, 0)),
        ("constructor", (6, 1)),
        ("h", (6, 0)),
        ("#i", (6, 0)),
        ("j", (6, 1)),
        ("6:63", (6, 0)),
        ("default", (7, 0)),
    ];
    assert_eq!(functions, expected.map(|(name, found)| (name.to_owned(), found)).into());
}

/// Counters stand beside what is nested, or one level around it: the engine's stack is large enough for them, too.
#[rstest]
#[case::functions("function(){return ", "1", "}", 190)]
#[case::blocks("()=>{ if (1) {", "", "}}", 90)]
#[case::classes("class { m() { return ", "1", "}}", 90)]
#[case::arrows("()=>", "1", "", 1_900)]
fn deep_programs_stay_possible(#[case] open: &str, #[case] middle: &str, #[case] close: &str, #[case] levels: usize) {
    let code = format!("const a = {}{middle}{}; globalThis.out = 1;", open.repeat(levels), close.repeat(levels));
    let made = compile(&code, Language::JavaScript, Some("a.js"));
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || evaluate(&made, &["out"]));
    assert_eq!(thread.unwrap().join().unwrap(), ["1"]);
}
