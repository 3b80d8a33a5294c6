//! The language as scripts see it, where the engine's own ways were replaced: JSON, strings, regular
//! expressions, dates, errors, bytes and Intl.

use super::helpers::run_with;
use rstest::rstest;
use serde_json::{Value, json};

const NAMES: &str = "const shown = (work: () => any) => { try { return work() } catch (error: any) { return `${error.name}: ${error.message}` } };\n";

fn run(body: &str) -> Value {
    run_with(&[], NAMES, body)
}

fn value(expression: &str) -> Value {
    run(&format!("return shown(() => {expression})"))
}

#[rstest]
#[case(r"JSON.parse('[1e400,-1e400,-0,12345678901,0.1]').map(String)", json!(["Infinity", "-Infinity", "0", "12345678901", "0.1"]))]
#[case(r"Object.is(JSON.parse('-0'), -0)", json!(true))]
#[case(r#"JSON.parse('"\\ud800"').charCodeAt(0)"#, json!(0xd800))]
#[case(r#"JSON.parse('"\ud800"').charCodeAt(0)"#, json!(0xd800))]
#[case(r#"JSON.parse('{"é":"ü€😀"}')"#, json!({"é": "ü€😀"}))]
#[case(r#"Object.keys(JSON.parse('{"__proto__":1}'))"#, json!(["__proto__"]))]
#[case(r#"Object.entries(JSON.parse('{"a":1,"b":2,"a":3}'))"#, json!([["a", 3], ["b", 2]]))]
#[case(r#"Object.keys(JSON.parse('{"b":1,"2":1,"a":1,"1":1}'))"#, json!(["1", "2", "b", "a"]))]
#[case("JSON.parse('[' .repeat(1000) + ']'.repeat(1000)).length", json!(1))]
#[case(r#"JSON.parse('{"a":[1,{"b":2}],"c":"x"}', (key, item) => typeof item === 'number' ? item + 1 : key === 'c' ? undefined : item)"#, json!({"a": [2, {"b": 3}]}))]
#[case(r#"(() => { const seen: any[] = []; JSON.parse('{"a":1.0,"b":[-0,"x"]}', function (key, item, { source }: any = {}) { seen.push(key, source ?? null); return item }); return seen })()"#, json!(["a", "1.0", "0", "-0", "1", "\"x\"", "b", null, "", null]))]
#[case("JSON.parse('{\"a\":}')", json!("SyntaxError: Unexpected token '}' in JSON at line 1 column 6"))]
#[case("JSON.parse('[1,')", json!("SyntaxError: Unexpected end of JSON input"))]
#[case("JSON.parse('[1,\\n 01]')", json!("SyntaxError: Unexpected token '1' in JSON at line 2 column 3"))]
#[case("JSON.parse('\\u00a01')", json!("SyntaxError: Unexpected token '\\u{a0}' in JSON at line 1 column 1"))]
fn json_is_parsed_as_the_language_says(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case(
    "JSON.stringify({ a: [1, 'x', null, undefined, () => 1], b: undefined, c: Symbol('s') })",
    r#"{"a":[1,"x",null,null,null]}"#
)]
#[case(
    "JSON.stringify({ d: new Date(0), t: { toJSON: (key: string) => key } })",
    r#"{"d":"1970-01-01T00:00:00.000Z","t":"t"}"#
)]
#[case("JSON.stringify([new Number(1), new String('s'), new Boolean(false), Object(Symbol())])", r#"[1,"s",false,{}]"#)]
#[case("JSON.stringify('\\ud800\\u0007\\u2028😀\"')", "\"\\ud800\\u0007\u{2028}😀\\\"\"")]
#[case("JSON.stringify([NaN, -0, 1e21, 0.1, Infinity])", "[null,0,1e+21,0.1,null]")]
#[case("JSON.stringify({ b: 1, 2: 1, a: { c: 1 } }, ['a', 2, 'c'])", r#"{"a":{"c":1},"2":1}"#)]
#[case(
    "JSON.stringify({ a: 1, b: [2] }, (key, item) => typeof item === 'number' ? item * 2 : item)",
    r#"{"a":2,"b":[4]}"#
)]
#[case("JSON.stringify({ a: [1, {}], b: [] }, null, 2)", "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")]
#[case("JSON.stringify([1], null, '-'.repeat(20))", "[\n----------1\n]")]
#[case("JSON.stringify(new Proxy([1, 2], {}))", "[1,2]")]
#[case("JSON.stringify({ get a() { return 1 }, [Symbol()]: 1 })", r#"{"a":1}"#)]
#[case("JSON.stringify([1, , 3])", "[1,null,3]")]
#[case(
    "JSON.stringify([Object.assign([1], { toJSON: () => 'list' }), Object.assign(() => 1, { toJSON: () => 'function' })])",
    r#"["list","function"]"#
)]
#[case("JSON.stringify(Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 2 }))", "2")]
#[case("JSON.stringify((JSON as any).rawJSON('1.00'))", "1.00")]
#[case(
    "(() => { const a: any = {}; a.a = a; return JSON.stringify(a) })()",
    "TypeError: Converting circular structure to JSON"
)]
#[case("JSON.stringify(1n as any)", "TypeError: Do not know how to serialize a BigInt")]
#[case(
    "(() => { let a: any = 1; for (let i = 0; i < 20000; i++) a = [a]; return JSON.stringify(a) })()",
    "RangeError: Maximum call stack size exceeded"
)]
#[case("String(JSON.stringify(undefined))", "undefined")]
#[case("JSON.stringify.name + JSON.stringify.length + JSON.parse.length", "stringify32")]
fn json_is_written_as_the_language_says(#[case] expression: &str, #[case] expected: &str) {
    assert_eq!(value(expression), json!(expected));
}

#[rstest]
#[case("'a,b,,c'.split(',')", json!(["a", "b", "", "c"]))]
#[case("'a,b,c'.split(',', 2)", json!(["a", "b"]))]
#[case("'abc'.split('')", json!(["a", "b", "c"]))]
#[case("['', 'x'].map(text => text.split(''))", json!([[], ["x"]]))]
#[case("''.split(',')", json!([""]))]
#[case("'a€b€c'.split('€')", json!(["a", "b", "c"]))]
#[case("('a'.repeat(200) + ',b').split(',').map(part => part.length)", json!([200, 1]))]
#[case("'aXbX'.replaceAll('X', '[$&$`$$]')", json!("a[Xa$]b[XaXb$]"))]
#[case("'aXbX'.replaceAll('X', (match, at) => match + at)", json!("aX1bX3"))]
#[case("'abc'.replaceAll('', '-')", json!("-a-b-c-"))]
#[case("'abcabc'.indexOf('c', 3) + 'abc'.indexOf('x') + '€a€'.indexOf('€', 1) + 'abc'.indexOf('')", json!(6))]
#[case("['abc'.includes('bc'), 'abc'.includes('a', 1), 'aé'.includes('é')]", json!([true, false, true]))]
#[case("'abc'.includes(/a/ as any)", json!("TypeError"))]
#[case("'a1b22c'.split(/\\d+/)", json!(["a", "b", "c"]))]
#[case("'a1b2c'.split(/(\\d)/)", json!(["a", "1", "b", "2", "c"]))]
#[case("'abc'.split(/(?:)/)", json!(["a", "b", "c"]))]
#[case("'abc'.split(/$/)", json!(["abc"]))]
#[case("[''.split(/x/), ''.split(/(?:)/)]", json!([[""], []]))]
#[case("'A<B>bold</B>and'.split(/<(\\/)?([^<>]+)>/).map(part => part ?? null)", json!(["A", null, "B", "bold", "/", "B", "and"]))]
#[case("'x'.repeat(300).split(/y/).length", json!(1))]
#[case("('ab'.repeat(300)).replace(/b/g, '').length", json!(300))]
#[case("('ab'.repeat(300)).match(/a/g)!.length", json!(300))]
#[case("(() => { const list = Array.from({ length: 40 }, (_, i) => i); const same = list; const length = list.unshift(-2, -1); return [length, list[0], list[2], list[41], same === list, list.length] })()", json!([42, -2, 0, 39, true, 42]))]
#[case("(() => { const list = Array.from({ length: 40 }, (_, i) => i); const taken = list.splice(2, 3, 'x', 'y'); return [taken, list.slice(0, 6), list.length] })()", json!([[2, 3, 4], [0, 1, "x", "y", 5, 6], 39]))]
#[case("(() => { const list = Array.from({ length: 40 }, (_, i) => i); return [list.splice(0, 2), list.splice(-2), list.splice(30, 99), list.splice(-99, 1), list.splice(0, 0, 'z'), list.length, list[0], list.at(-1)] })()",
    json!([[0, 1], [38, 39], [32, 33, 34, 35, 36, 37], [2], [], 30, "z", 31]))]
#[case("(() => { class Own extends Array {} const list = Own.from({ length: 40 }, (_, i) => i); const taken = list.splice(1, 2); return [taken instanceof Own, taken.length, list.length] })()", json!([true, 2, 38]))]
#[case("(() => { const list: any = Array.from({ length: 40 }, (_, i) => i); delete list[0]; const taken = list.splice(0, 2); return [0 in taken, taken.length, list[0], list.length] })()", json!([false, 2, 2, 38]))]
#[case("(() => { const map = new Map(Array.from({ length: 2000 }, (_, i): [number, number] => [i, i])); const seen: any[] = []; \
    for (let i = 0; i < 1990; i++) if (!map.delete(i)) return 'lost'; map.set(1, -1); map.delete(1995); for (const pair of map) seen.push(pair); \
    return [map.size, seen.length, seen[0], seen.at(-1), map.delete(0), map.has(1994), map.has(1995)] })()", json!([10, 10, [1990, 1990], [1, -1], false, true, false]))]
#[case("(() => { const set = new Set(Array.from({ length: 2000 }, (_, i) => i)); let seen = 0; for (const item of set) { seen++; set.delete(item); set.delete(1999 - item) } \
    set.add(7); set.clear(); set.add(8); return [seen, [...set], set.delete(8), set.size] })()", json!([1000, [8], true, 0]))]
#[case("(() => { const set = new Set(Array.from({ length: 2000 }, (_, i) => i)); const items = set.values(); items.next(); for (let i = 0; i < 1999; i++) set.delete(i); \
    return [items.next().value, items.next().done, set.size, Set.prototype.delete.name, Set.prototype.delete.length] })()", json!([1999, true, 1, "delete", 1]))]
#[case("Map.prototype.delete.call(new Set() as any, 1)", json!("TypeError"))]
#[case("(() => { const list = Object.freeze(Array.from({ length: 40 }, (_, i) => i)) as any; return list.splice(0, 1) })()", json!("TypeError"))]
#[case("(() => { const list = Object.freeze(Array.from({ length: 40 }, (_, i) => i)) as any; return list.unshift(1) })()", json!("TypeError"))]
fn long_texts_and_lists_are_handled_as_short_ones(#[case] expression: &str, #[case] expected: Value) {
    let found = value(expression);
    match (&found, &expected) {
        (Value::String(found), Value::String(expected)) if expected == "TypeError" => {
            assert!(found.starts_with(expected))
        }
        _ => assert_eq!(found, expected),
    }
}

/// `read` is one place in the code that reads the property of many objects.
#[rstest]
#[case::own("const make = (n: number) => { const made: any = { a: n }; Object.defineProperty(made, 'p', { configurable: true, get() { const value = { n }; Object.defineProperty(made, 'p', { value }); return value } }); return made }; \
    const plain: any = { a: 1, p: { n: 'plain' } }; const all = [make(1), make(2), plain, make(3)]; return [...all, ...all].map(one => read(one).n)", json!([1, 2, "plain", 3, 1, 2, "plain", 3]))]
#[case::of_a_class("class C { get p() { const value = {}; Object.defineProperty(this, 'p', { value }); return value } } const [a, b]: any[] = [new C(), new C()]; const first = read(a); \
    return [read(a) === first, read(a) === read(a), read(b) === read(b), read(a) === read(b), read(a) === a['p'], Object.keys(a), typeof Object.getOwnPropertyDescriptor(C.prototype, 'p')!.get, Object.getOwnPropertyDescriptor(C.prototype, 'p')!.get!.name]",
    json!([true, true, true, false, true, [], "function", "get p"]))]
#[case::descriptors("const o: any = Object.defineProperty({ a: 1 }, 'p', { get: () => 1, enumerable: true, configurable: true }); Object.defineProperty(o, 'p', { value: 2 }); o.z = 3; \
    return [o.p, Object.getOwnPropertyDescriptor(o, 'p'), Object.getOwnPropertyDescriptors(o).p, Reflect.getOwnPropertyDescriptor(o, 'p'), Object.keys(o), { ...o }, JSON.stringify(o)]",
    json!([2, {"value": 2, "writable": false, "enumerable": true, "configurable": true}, {"value": 2, "writable": false, "enumerable": true, "configurable": true},
        {"value": 2, "writable": false, "enumerable": true, "configurable": true}, ["a", "p", "z"], {"a": 1, "p": 2, "z": 3}, "{\"a\":1,\"p\":2,\"z\":3}"]))]
#[case::assignments("const o: any = Object.defineProperty({}, 'p', { get: () => 1, configurable: true }); const done = Reflect.defineProperty(o, 'p', { value: 2, writable: true }); const heir = Object.create(o); \
    o.p = 3; heir.p = 4; const before = [done, o.p, heir.p, Object.hasOwn(heir, 'p')]; Object.freeze(o); const told = shown(() => { o.p = 5 }); \
    return [...before, Object.isFrozen(o), Object.getOwnPropertyDescriptor(o, 'p')!.writable, String(told).slice(0, 9), o.p]", json!([true, 3, 4, true, true, false, "TypeError", 3]))]
#[case::refusals("const o: any = Object.defineProperty({}, 'p', { get: () => 1 }); const p: any = Object.defineProperty({}, 'p', { get: () => 1, configurable: true }); Object.defineProperty(p, 'p', { value: 2 }); \
    return [shown(() => Object.defineProperty(o, 'p', { value: 2 })), shown(() => { p.p = 3 }), Reflect.defineProperty(o, 'p', { value: 2 }), delete p.p, p.p].map(one => String(one).slice(0, 9))",
    json!(["TypeError", "TypeError", "false", "true", "undefined"]))]
#[case::back("const o: any = Object.defineProperty({}, 'p', { get: () => 1, configurable: true }); Object.defineProperty(o, 'p', { value: 2 }); Object.defineProperty(o, 'p', { get: () => 3 }); return [read(o), typeof Object.getOwnPropertyDescriptor(o, 'p')!.get]", json!([3, "function"]))]
#[case::setters("class C { kept = 0; get p(): any { return Object.defineProperty(this, 'p', { value: 'own', writable: true }).p } set p(value: any) { this.kept = value } } const [a, b] = [new C(), new C()]; \
    const write = (one: any, value: any) => { one.p = value }; write(a, 1); read(a); write(a, 2); write(b, 3); return [a.kept, read(a), b.kept, read(b)]", json!([1, 2, 3, "own"]))]
fn accessors_that_replace_themselves(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(&format!("const read = (one: any) => one.p; {body}")), expected);
}

#[rstest]
#[case("new Date('2020/01/02').getTime() === new Date(2020, 0, 2).getTime()", json!(true))]
#[case("Date.parse('Thu, 02 Jan 2020 03:04:05 +0100')", json!(1_577_930_645_000_i64))]
#[case("Date.parse('2020-01-02T03:04:05Z')", json!(1_577_934_245_000_i64))]
#[case("String(Date.parse('soon'))", json!("NaN"))]
#[case("(() => { class D extends Date {} const d = new D('2020-01-02'); return [d instanceof D, d instanceof Date, d.getTime(), new Date().constructor === Date, new Date(d).getTime(), typeof Date(), Date.length, Date.name] })()", json!([true, true, 1_577_923_200_000_i64, true, 1_577_923_200_000_i64, "string", 7, "Date"]))]
fn dates_are_read_in_everyday_forms(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

/// https://v8.dev/docs/stack-trace-api
#[test]
fn a_program_may_see_the_frames_of_its_stacks() {
    let found = run("const { prepareStackTrace } = Error as any;\n\
        (Error as any).prepareStackTrace = (error: any, sites: any[]) => [error, sites];\n\
        const target: any = {}; function here() { Error.captureStackTrace(target); return (new Error('x') as any).stack; }\n\
        const [error, sites] = here();\n\
        (Error as any).prepareStackTrace = prepareStackTrace;\n\
        const site = target.stack[1][0];\n\
        return [error.message, sites[0].getFunctionName(), sites[0].getFileName(), sites[0].getLineNumber(), target.stack[0] === target, \
          site.getFunctionName(), site.getLineNumber(), site.isNative(), typeof new Error('y').stack]");
    let file = found[2].as_str().unwrap();
    assert!(file.ends_with("workflow.ts"), "{file}");
    let line = found[3].clone();
    assert_eq!(found, json!(["x", "here", file, line, true, "here", line, false, "string"]));
}

#[test]
fn stacks_have_a_head_and_positions_in_the_file() {
    let found = run(
        "class OddError extends Error { constructor(text: string) { super(text); this.name = 'OddError' } }\n\
        const made: any = new OddError('why'); const lines = made.stack.split('\\n');\n\
        const target: any = {}; Error.captureStackTrace(target);\n\
        return [lines[0], /^    at .*workflow\\.ts:\\d+:\\d+\\)?$/.test(lines[1]), Error.isError(made), Error.isError({ stack: '' }), \
          target.stack.split('\\n')[0], target.stack.includes('workflow.ts:'), new Error().stack!.split('\\n')[0], Object.hasOwn(made, 'stack')]",
    );
    assert_eq!(found, json!(["OddError: why", true, true, false, "[object Object]", true, "Error", false]));
}

#[rstest]
#[case("(Uint8Array as any).fromBase64('aGk_', { alphabet: 'base64url' }).toHex()", json!("68693f"))]
#[case("(new Uint8Array([1, 2, 255]) as any).toBase64()", json!("AQL/"))]
#[case("(new Uint8Array([255, 254]) as any).toBase64({ alphabet: 'base64url', omitPadding: true })", json!("__4"))]
#[case("(() => { const target: any = new Uint8Array(2); return [target.setFromHex('0a0b0c'), [...target]] })()", json!([{"read": 4, "written": 2}, [10, 11]]))]
#[case("(Uint8Array as any).fromBase64('a')", json!("SyntaxError: the text is not base64"))]
#[case("(Uint8Array as any).fromHex('zz')", json!("SyntaxError: the text is not hex"))]
fn bytes_become_text_and_back(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[test]
fn lists_come_from_async_sources() {
    let found = run("async function* source() { yield 1; yield Promise.resolve(2) }\n\
        return [await (Array as any).fromAsync(source()), await (Array as any).fromAsync([Promise.resolve(3)], async (item: number) => item * 2), \
          await (Array as any).fromAsync({ length: 2, 0: Promise.resolve('a'), 1: 'b' })]");
    assert_eq!(found, json!([[1, 2], [6], ["a", "b"]]));
}

#[rstest]
#[case("new Date(Date.UTC(2024, 1, 5, 15, 4)).toLocaleDateString('de', { timeZone: 'UTC' })", json!("5.2.2024"))]
#[case("new Date(Date.UTC(2024, 1, 5, 15, 4)).toLocaleTimeString('en', { timeZone: 'America/New_York', timeZoneName: 'short' })", json!("10:04:00 AM EST"))]
#[case("new Date(NaN).toLocaleString()", json!("Invalid Date"))]
#[case("[(1234.5).toLocaleString(), (1234567n).toLocaleString('de'), ['b', 'ä', 'a'].sort((a, b) => a.localeCompare(b))]", json!(["1,234.5", "1.234.567", ["a", "ä", "b"]]))]
#[case("new Intl.DateTimeFormat('de-LU', { timeZone: 'europe/berlin', dateStyle: 'long' }).resolvedOptions()", json!({"locale": "de", "calendar": "gregory", "numberingSystem": "latn", "timeZone": "Europe/Berlin", "dateStyle": "long"}))]
#[case("new Intl.NumberFormat('xx').resolvedOptions().locale", json!("en-US"))]
#[case("Intl.NumberFormat.supportedLocalesOf(['de-AT', 'xx'])", json!(["de-AT"]))]
#[case("new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).formatToParts(-1.5).map(part => part.type)", json!(["minusSign", "currency", "integer", "decimal", "fraction"]))]
#[case("new Intl.DateTimeFormat('en', { timeZone: 'Mars/Base' })", json!("RangeError: Invalid time zone specified: Mars/Base"))]
#[case("new Intl.NumberFormat('en', { style: 'currency' })", json!("TypeError: Currency code is required with currency style."))]
#[case("new Intl.NumberFormat('not a locale')", json!("RangeError: Incorrect locale information provided: 'not a locale'"))]
fn values_are_shown_by_locale(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

/// Texts that Node 20 makes: kind, locale, options, arguments, result.
#[test]
fn intl_agrees_with_another_implementation() {
    let cases: Vec<Value> =
        include_str!("intl.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 500);
    let found = run(&format!(
        "const cases: any[] = {};\n\
         const make: any = {{ number: (l: any, o: any, [v]: any) => new Intl.NumberFormat(l, o).format(v), date: (l: any, o: any, [v]: any) => new Intl.DateTimeFormat(l, o).format(v), \
           relative: (l: any, o: any, [v, u]: any) => new Intl.RelativeTimeFormat(l, o).format(v, u), list: (l: any, o: any, [v]: any) => new Intl.ListFormat(l, o).format(v), \
           plural: (l: any, o: any, [v]: any) => new Intl.PluralRules(l, o).select(v), sort: (l: any, o: any, [v]: any) => [...v].sort(new Intl.Collator(l, o).compare).join('|') }};\n\
         const special = (value: any) => value?.special === undefined ? value : Number(value.special);\n\
         return cases.map(([kind, locale, options, given, expected]) => [kind, locale, options, given, expected, make[kind](locale, options, given.map(special))])\
           .filter(([, , , , expected, found]) => expected !== found)",
        Value::from(cases)
    ));
    assert_eq!(found, json!([]));
}
