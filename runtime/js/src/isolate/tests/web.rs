//! The web platform as a workflow file sees it: an expression, and what it gives. The suite of the
//! standards runs through `cronflow-rt __wpt`; here is what a change must not break unseen.

use super::*;

/// What an expression gives, as JSON; it may await.
fn value(expression: &str) -> Value {
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'w' }}).step('s', () => 1);\n\
         const g: any = globalThis;\n\
         const thrown = (f: any) => {{ try {{ f(); return null }} catch (e: any) {{ return e.name }} }};\n\
         const given = await (async () => {expression})();\n\
         console.log(JSON.stringify({{ given }}));\n"
    );
    let printed = printed(&source);
    let last: Value = serde_json::from_str(printed.last().unwrap()).unwrap();
    last["given"].clone()
}

/// What a file prints at its top level.
fn printed(source: &str) -> Vec<String> {
    let source = source.to_owned();
    on_worker_stack(async move || {
        let (mut isolate, _) = load(&source).await.unwrap();
        isolate.turn(&[]);
        let messages = isolate.take_outbox().into_iter();
        messages
            .filter_map(|message| if let FromWorker::Console { text, .. } = message { Some(text) } else { None })
            .collect()
    })
}

#[rstest]
#[case("new URL('../c?x=1#h', 'https://u:p@ex.com:8080/a/b').href", json!("https://u:p@ex.com:8080/c?x=1#h"))]
#[case("(u => [u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash, u.origin])(new URL('https://u:p@ex.com:8080/c?x=1#h'))",
    json!(["https:", "u", "p", "ex.com:8080", "ex.com", "8080", "/c", "?x=1", "#h", "https://ex.com:8080"]))]
#[case("(u => { u.port = '443'; u.pathname = 'a b'; u.search = ''; return u.href })(new URL('https://ex.com:1/?q'))", json!("https://ex.com/a%20b"))]
#[case("(u => { u.searchParams.append('b', '2 3'); const s = u.search; u.search = '?z=9'; return [s, u.searchParams.get('z')] })(new URL('https://ex.com/?a=1'))",
    json!(["?a=1&b=2+3", "9"]))]
#[case("(u => { u.protocol = 'mailto'; u.host = ''; return u.href })(new URL('https://ex.com/'))", json!("https://ex.com/"))]
#[case("[URL.canParse('/a'), URL.canParse('/a', 'http://x'), URL.parse('nope'), thrown(() => new URL('nope'))]", json!([false, true, null, "TypeError"]))]
#[case("new URLSearchParams({ a: '1', b: '\u{fc}&' }).toString()", json!("a=1&b=%C3%BC%26"))]
#[case("[...new URLSearchParams('a=1&b=2&a=3&%zz=%61')]", json!([["a", "1"], ["b", "2"], ["a", "3"], ["%zz", "a"]]))]
#[case("(p => { p.delete('a', '1'); p.set('b', 'x'); p.sort(); return [p.toString(), p.size, p.has('a', '3')] })(new URLSearchParams('b=2&a=1&a=3'))",
    json!(["a=3&b=x", 2, true]))]
#[case("new URL('http://m\u{fc}nchen.de/').hostname", json!("xn--mnchen-3ya.de"))]
#[case("[new URL('C|/x', 'file://host/dir/file').href, new URL('file:////a//../b').pathname]", json!(["file://host/C:/x", "//a/b"]))]
#[case("(u => { u.pathname = '//x'; u.hash = 'h'; u.host = 'Other'; return [u.href, u.host, u.origin, u.port] })(new URL('file://host/y?q'))",
    json!(["file://other//x?q#h", "other", "null", ""]))]
#[case("(u => { u.protocol = 'http'; return u.href })(new URL('file://host/a'))", json!("http://host/a"))]
#[case("['//p', '', 'p'].map(path => { const u = new URL('x:/.//y?q'); u.pathname = path; return u.href })", json!(["x:/.//p?q", "x:/?q", "x:/p?q"]))]
#[case("(u => { u.host = 'h'; return u.href })(new URL('x:/.//y'))", json!("x://h//y"))]
#[case("['https://a/', 'ftp://a/', 'nothing'].map(inner => new URL('blob:' + inner).origin)", json!(["https://a", "null", "null"]))]
#[case("thrown(() => g.URL.prototype.__lookupGetter__('href').call({}))", json!("TypeError"))]
fn urls(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']).then(async (key: any) => { const { copy } = structuredClone({ copy: key }); \
    const raw = async (one: any) => [...new Uint8Array(await crypto.subtle.exportKey('raw', one) as ArrayBuffer)].join(); \
    return [copy instanceof CryptoKey, copy === key, copy.usages, await raw(copy) === await raw(key)] })", json!([true, false, ["encrypt"], true]))]
fn keys_are_cloned(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("(r => { r.headers.set('accept', 'a/b'); r.headers.append('x', 'y'); return [...r.headers] })(new Request('http://a', { mode: 'no-cors', headers: { 'content-type': 'text/plain', authorization: 'x' } }))",
    json!([["accept", "a/b"], ["content-type", "text/plain"]]))]
#[case("[...new Request('http://a', { headers: { cookie: 'a', host: 'b' } }).headers]", json!([["cookie", "a"], ["host", "b"]]))]
#[case("new Response('\\ufeffa=\\ufeff', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData().then(f => [...f])", json!([["\u{feff}a", "\u{feff}"]]))]
fn requests_and_responses(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("new URLPattern({ pathname: '/users/:id' }).exec('https://ex.com/users/7').pathname.groups", json!({"id": "7"}))]
#[case("new URLPattern('https://*.ex.com/a/*').test('https://b.ex.com/a/c')", json!(true))]
#[case("new URLPattern({ pathname: '/(\\\\d+)' }).test({ pathname: '/x' })", json!(false))]
#[case("new URLPattern({ pathname: '/A' }, { ignoreCase: true }).test({ pathname: '/a' })", json!(true))]
#[case("thrown(() => new URLPattern({ pathname: '/(' }))", json!("TypeError"))]
#[case("thrown(() => new URLPattern({ pathname: '/([)' }))", json!("TypeError"))]
fn url_patterns(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("[...new TextEncoder().encode('h\u{e9}\u{20ac}\\ud800')]", json!([104, 195, 169, 226, 130, 172, 239, 191, 189]))]
#[case("(b => [new TextEncoder().encodeInto('a\u{20ac}b', b), [...b]])(new Uint8Array(3))", json!([{"read": 1, "written": 1}, [97, 0, 0]]))]
#[case("new TextDecoder('windows-1252').decode(new Uint8Array([0x80, 0x41]))", json!("\u{20ac}A"))]
#[case("new TextDecoder('shift_jis').decode(new Uint8Array([0x83, 0x65]))", json!("\u{30c6}"))]
#[case("new TextDecoder('utf-16le').decode(new Uint8Array([0xff, 0xfe, 0x41, 0]))", json!("A"))]
#[case("new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 65])).length", json!(2))]
#[case("thrown(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])))", json!("TypeError"))]
#[case("thrown(() => new TextDecoder('replacement'))", json!("RangeError"))]
#[case("(d => [d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), d.decode(new Uint8Array([0xac]))])(new TextDecoder())", json!(["", "\u{20ac}"]))]
#[case("(d => [d.decode(new Uint8Array([0x1b, 0x24]), { stream: true }), d.decode(new Uint8Array([0x42, 0x25, 0x46]))])(new TextDecoder('iso-2022-jp'))", json!(["", "\u{30c6}"]))]
#[case("new TextDecoder('latin1').encoding", json!("windows-1252"))]
fn encodings(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

/// A decoder that was left in the middle costs nothing for ever.
#[test]
fn many_unfinished_decoders_are_forgotten() {
    let expression = "{ const first = new TextDecoder(); first.decode(new Uint8Array([0xe2]), { stream: true }); \
        for (let i = 0; i < 1024; i++) new TextDecoder().decode(new Uint8Array([0xe2]), { stream: true }); \
        return thrown(() => first.decode(new Uint8Array([0x82]))) }";
    assert_eq!(value(expression), json!("RangeError"));
}

#[rstest]
#[case("(t => { const l: any[] = []; t.addEventListener('x', () => l.push(1), { once: true }); t.addEventListener('x', { handleEvent: (e: any) => l.push(e.type) }); t.dispatchEvent(new Event('x')); t.dispatchEvent(new Event('x')); return l })(new EventTarget())",
    json!([1, "x", "x"]))]
#[case("(t => { t.addEventListener('x', (e: any) => e.preventDefault()); return [t.dispatchEvent(new Event('x', { cancelable: true })), t.dispatchEvent(new Event('x'))] })(new EventTarget())", json!([false, true]))]
#[case("(t => { const l: any[] = []; t.addEventListener('x', (e: any) => { l.push(1); e.stopImmediatePropagation() }); t.addEventListener('x', () => l.push(2)); t.dispatchEvent(new Event('x')); return l })(new EventTarget())", json!([1]))]
#[case("new CustomEvent('x', { detail: { a: 1 } }).detail", json!({"a": 1}))]
#[case("thrown(() => new EventTarget().dispatchEvent({} as any))", json!("TypeError"))]
#[case("thrown(() => { const e = new Event('x'); const t = new EventTarget(); let inner: any; t.addEventListener('x', () => { try { t.dispatchEvent(e) } catch (error) { inner = error } }); t.dispatchEvent(e); throw inner })", json!("InvalidStateError"))]
#[case("(c => { const t = new EventTarget(); let n = 0; t.addEventListener('x', () => n++, { signal: c.signal }); t.dispatchEvent(new Event('x')); c.abort(); t.dispatchEvent(new Event('x')); return n })(new AbortController())", json!(1))]
fn events(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("(c => { const l: any[] = []; c.signal.onabort = (e: any) => l.push(e.type, e.isTrusted); c.abort('why'); c.abort('again'); return [l, c.signal.aborted, c.signal.reason] })(new AbortController())",
    json!([["abort", true], true, "why"]))]
#[case("(s => [s.aborted, s.reason.name, s.reason.code])(AbortSignal.abort())", json!([true, "AbortError", 20]))]
#[case("(c => { const s = AbortSignal.any([new AbortController().signal, AbortSignal.any([c.signal])]); c.abort(7); return [s.aborted, s.reason] })(new AbortController())", json!([true, 7]))]
#[case("new Promise(r => { const s = AbortSignal.timeout(1); s.onabort = () => r(s.reason.name) })", json!("TimeoutError"))]
#[case("[thrown(() => new AbortSignal()), thrown(() => AbortSignal.timeout(-1)), thrown(() => AbortSignal.any([{} as any]))]", json!(["TypeError", "TypeError", "TypeError"]))]
fn aborting(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("(a => { a.self = a; const b = structuredClone(a); return [b !== a, b.self === b, b.m.get('k').getTime(), [...b.s], b.r.source === a.r.source && b.r.test('a/b'), b.r.flags] })({ m: new Map([['k', new Date(5)]]), s: new Set([1]), r: /a\\/b/g } as any)",
    json!([true, true, 5, [1], true, "g"]))]
#[case("(e => [e instanceof RangeError, e.name, e.message, e.cause])(structuredClone(new RangeError('m', { cause: 1 })))", json!([true, "RangeError", "m", 1]))]
#[case("(b => { const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength] })(new ArrayBuffer(4))", json!([0, 4]))]
#[case("(v => { const c = structuredClone({ v, w: new DataView(v.buffer) }); return [[...c.v], c.v.buffer === c.w.buffer] })(new Uint16Array([1, 2]))", json!([[1, 2], true]))]
#[case("[() => {}, Symbol(), new WeakMap(), Promise.resolve(), new URL('http://x')].map(x => thrown(() => structuredClone(x)))", json!(["DataCloneError", "DataCloneError", "DataCloneError", "DataCloneError", "DataCloneError"]))]
#[case("structuredClone(new File(['ab'], 'n', { type: 't/x' })).name", json!("n"))]
#[case("(b => { thrown(() => structuredClone([b, () => 1], { transfer: [b] })); return b.byteLength })(new ArrayBuffer(4))", json!(4))]
fn clones(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("{ const b = new Blob(['a\u{e9}', new Uint8Array([98]), new Blob(['c'])], { type: 'Text/Plain' }); return [b.size, b.type, await b.text(), await b.slice(-2, -1).text()] }", json!([5, "text/plain", "a\u{e9}bc", "b"]))]
#[case("(f => [f.name, f.size, f.lastModified, f instanceof Blob])(new File(['x'], 'f.txt', { lastModified: 3 }))", json!(["f.txt", 1, 3, true]))]
#[case("(f => { f.append('a', '1'); f.append('a', new Blob(['x'])); f.set('b', 'z'); return [f.getAll('a').map((x: any) => x.name ?? x), [...f.keys()]] })(new FormData())", json!([["1", "blob"], ["a", "a", "b"]]))]
#[case("thrown(() => new FormData().append('a', 'b', 'c'))", json!("TypeError"))]
#[case("new Promise(r => { const f = new FileReader(); f.onload = () => r(f.result); f.readAsDataURL(new Blob(['hi'], { type: 'text/plain' })) })", json!("data:text/plain;base64,aGk="))]
#[case("[btoa('\\xff\\0'), atob(' /w A ').charCodeAt(0), thrown(() => btoa('\u{20ac}')), thrown(() => atob('a'))]", json!(["/wA=", 255, "InvalidCharacterError", "InvalidCharacterError"]))]
fn files(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("new Promise(r => { const c = new MessageChannel(); const l: any[] = []; c.port2.onmessage = (e: any) => { l.push(e.data); if (l.length === 2) r(l) }; c.port1.postMessage({ a: [1] }); c.port1.postMessage('b') })", json!([{"a": [1]}, "b"]))]
#[case("new Promise(r => { const a = new MessageChannel(), b = new MessageChannel(); a.port2.onmessage = (e: any) => { e.ports[0].postMessage('hi') }; b.port1.onmessage = (e: any) => r(e.data); a.port1.postMessage(null, [b.port2]) })", json!("hi"))]
#[case("(c => thrown(() => c.port1.postMessage(null, [c.port1])))(new MessageChannel())", json!("DataCloneError"))]
fn messages(#[case] expression: &str, #[case] expected: Value) {
    assert_eq!(value(expression), expected);
}

#[rstest]
#[case("(p => { p.mark('a', { startTime: 1 }); p.mark('b', { startTime: 5, detail: 7 }); const m = p.measure('m', 'a', 'b'); return [m.duration, p.getEntriesByType('mark').map((e: any) => e.name), p.getEntriesByName('b')[0].detail, typeof p.now()] })(performance)", json!([4, ["a", "b"], 7, "number"]))]
#[case("new Promise(r => { new PerformanceObserver((l: any) => r(l.getEntries().map((e: any) => e.name))).observe({ type: 'mark' }); performance.mark('x') })", json!(["x"]))]
#[case("thrown(() => performance.measure('m', 'nowhere'))", json!("SyntaxError"))]
#[case("[navigator.userAgent.startsWith('cronflow-rt/'), self === globalThis]", json!([true, true]))]
#[case("[thrown(() => new WebAssembly.Module(new Uint8Array())), await WebAssembly.compile(new Uint8Array()).catch((e: any) => e.message.includes('not supported'))]", json!(["TypeError", true]))]
fn performance_and_the_rest(#[case] expression: &str, #[case] expected: Value) {
    let expression =
        if expression.contains("await") { format!("{{ return {expression} }}") } else { expression.to_owned() };
    assert_eq!(value(&expression), expected);
}

#[test]
fn errors_that_nobody_catches_are_told_to_listeners() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', () => 1);\n\
        addEventListener('error', (e: any) => { console.log('error', e.message, e.error.message, e.lineno > 0); e.preventDefault() });\n\
        globalThis.onunhandledrejection = (e: any) => { console.log('rejection', e.reason); return false };\n\
        reportError(new TypeError('one'));\n\
        queueMicrotask(() => { throw new Error('two') });\n\
        Promise.reject('three');\n";
    let expected = ["error Uncaught TypeError: one one true", "error Uncaught Error: two two true", "rejection three"];
    assert_eq!(printed(source), expected);
}

#[test]
fn without_listeners_they_are_printed() {
    let source = "import { cronflow } from 'cronflow';\n\
        cronflow.define({ id: 'w' }).step('s', () => 1);\n\
        reportError(new TypeError('one'));\n\
        new EventTarget().addEventListener('x', () => {});\n\
        Promise.reject(new Error('three'));\n";
    let lines = printed(source);
    assert!(lines[0].starts_with("Uncaught TypeError: one"), "{lines:?}");
    assert!(lines[1].starts_with("Unhandled rejection: Error: three"), "{lines:?}");
}

#[rstest]
#[case("console.log('%s is %d years and %i, %f, %j %o %%', 'Bob', 42.5, 42.5, 1.5, 1, { a: 1 }, 'x')", &["Bob is 42.5 years and 42, 1.5, 1 { a: 1 } % x"])]
#[case("console.group('g'); console.log('a\\nb'); console.groupEnd(); console.log('c')", &["g", "  a\n  b", "c"])]
#[case("console.count(); console.count('x'); console.count(); console.countReset(); console.count()", &["default: 1", "x: 1", "default: 2", "default: 1"])]
#[case("console.assert(1); console.assert(0, 'no %s', 'way'); console.assert(false)", &["Assertion failed: no way", "Assertion failed"])]
#[case("console.table([{ a: 1, b: 'x' }])", &["\
┌─────────┬───┬─────┐
│ (index) │ a │ b   │
├─────────┼───┼─────┤
│ 0       │ 1 │ 'x' │
└─────────┴───┴─────┘"])]
#[case("console.timeEnd('t')", &["Timer 't' does not exist"])]
#[case("console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 })", &["{ a: [Object] }"])]
#[case("console.log(new Map([['a', { b: 1 }]]), new Set([1]), [1, , 3], null, undefined, 1n, Symbol('s'))", &["Map(1) { 'a' => { b: 1 } } Set(1) { 1 } [ 1, <1 empty item>, 3 ] null undefined 1n Symbol(s)"])]
fn the_console_formats(#[case] code: &str, #[case] expected: &[&str]) {
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: 'w' }}).step('s', () => 1);\n{code};\n"
    );
    assert_eq!(printed(&source), expected);
}
