//! Streams, their text and compression forms, and bodies, as workflow code uses them. The finer
//! points are covered by the web-platform-tests.

use super::{ok, run_step};
use rstest::rstest;
use serde_json::{Value, json};

const COLLECT: &str =
    "const collect = async (s: any) => { const all: any[] = []; for await (const c of s) all.push(c); return all };";

fn result(body: &str) -> Value {
    ok(run_step(&format!("async (ctx: any) => {{ {COLLECT} {body} }}"), json!(null)).0)
}

#[rstest]
#[case("return collect(new ReadableStream({ start(c) { c.enqueue(1); c.enqueue('b'); c.close() } }))", json!([1, "b"]))]
#[case("return collect(ReadableStream.from([1, Promise.resolve(2)]))", json!([1, 2]))]
#[case("let n = 0; const s = new ReadableStream({ pull(c) { c.enqueue(n++) } }, { highWaterMark: 0 }); \
    for await (const c of s) if (c === 3) break; return n", json!(4))]
#[case("const [a, b] = ReadableStream.from([1, 2]).tee(); return Promise.all([collect(a), collect(b)])", json!([[1, 2], [1, 2]]))]
#[case("const t = new TransformStream({ transform(c, o) { o.enqueue(c * 2) }, flush(o) { o.enqueue('end') } }); \
    return collect(ReadableStream.from([1, 2]).pipeThrough(t))", json!([2, 4, "end"]))]
#[case("const got: any[] = []; await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(c) { got.push(c) }, close() { got.push('closed') } })); \
    return got", json!([1, 2, "closed"]))]
#[case("const s = new ReadableStream({ type: 'bytes', pull(c) { c.byobRequest.view[0] = 7; c.byobRequest.respond(1) } }); \
    const { value } = await s.getReader({ mode: 'byob' }).read(new Uint8Array(4)); return [...value]", json!([7]))]
#[case("const s = new WritableStream({ write() { throw new TypeError('full') } }); const w = s.getWriter(); \
    return w.write(1).catch(e => e.message)", json!("full"))]
#[case("const c = new AbortController(); const p = new ReadableStream().pipeTo(new WritableStream(), { signal: c.signal }); \
    c.abort(new Error('enough')); return p.catch(e => e.message)", json!("enough"))]
#[case("return collect(ReadableStream.from(['a\\ud83d', '\\ude00b']).pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream()))", json!(["a", "😀b"]))]
#[case("return [new CountQueuingStrategy({ highWaterMark: 2 }).size(), new ByteLengthQueuingStrategy({ highWaterMark: 2 }).highWaterMark]", json!([1, 2]))]
fn streams_carry(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(result(body), expected);
}

#[rstest]
fn compression_goes_both_ways(#[values("gzip", "deflate", "deflate-raw")] format: &str) {
    let body = format!(
        "const text = 'abc'.repeat(1000); const packed = new Response(text).body!.pipeThrough(new CompressionStream('{format}')); \
         const bytes = await new Response(packed).bytes(); \
         const back = new Response(bytes).body!.pipeThrough(new DecompressionStream('{format}')); \
         return [bytes.length < 100, (await new Response(back).text()) === text]"
    );
    assert_eq!(result(&body), json!([true, true]));
}

#[rstest]
#[case("new CompressionStream('zip')", "use 'gzip', 'deflate' or 'deflate-raw'")]
#[case(
    "await new Response(new Response('no gzip').body!.pipeThrough(new DecompressionStream('gzip'))).text()",
    "not valid"
)]
#[case("new ReadableStream({ type: 'byte' })", "leave it out, or use 'bytes'")]
#[case("ReadableStream.from(1)", "needs an iterable")]
#[case("const s = ReadableStream.from([]); s.getReader(); s.getReader()", "locked to a reader")]
#[case("const r = new Response('x'); await r.text(); await r.text()", "read already")]
#[case("new Request('http://a/', { method: 'POST', body: ReadableStream.from([]) })", "duplex: 'half'")]
#[case("new Request('http://u:p@a/')", "use the header Authorization")]
#[case("new Request('http://a/', { mode: 'no' })", "use navigate, same-origin, no-cors, cors")]
#[case("new Request('http://a/', { body: 'x' })", "method GET cannot have a body")]
#[case("await new Response('x').formData()", "neither multipart/form-data nor")]
#[case("new Headers({ 'a b': 'c' })", "'a b' is not a valid name")]
fn bad_use_says_what_is_wrong(#[case] body: &str, #[case] message: &str) {
    let caught = result(&format!("try {{ {body} }} catch (e: any) {{ return e.name + ': ' + e.message }}"));
    let caught = caught.as_str().unwrap();
    assert!(caught.contains(message), "{caught}");
}

#[rstest]
#[case("return new Response('\\ufeffé').text()", json!("é"))]
#[case("const r = new Response('{\"a\":1}'); const c = r.clone(); return [await r.json(), await c.json(), r.bodyUsed]", json!([{"a": 1}, {"a": 1}, true]))]
#[case("return [...await new Response(new Uint8Array([1, 2, 3]).subarray(1)).bytes()]", json!([2, 3]))]
#[case("return (await new Response(new ArrayBuffer(3)).arrayBuffer()).byteLength", json!(3))]
#[case("const r = new Request('http://a/', { method: 'post', body: new URLSearchParams({ a: 'b c' }) }); return [r.method, r.headers.get('content-type'), await r.text()]",
    json!(["POST", "application/x-www-form-urlencoded;charset=UTF-8", "a=b+c"]))]
#[case("const r = new Response(ReadableStream.from([new Uint8Array([104]), new Uint8Array([105])])); const c = r.clone(); return [await r.text(), await c.text()]", json!(["hi", "hi"]))]
#[case("const a = new Request('http://a/', { method: 'PUT', body: 'x' }); const b = new Request(a, { headers: { x: 'y' } }); return [a.bodyUsed, await b.text(), b.headers.get('X')]", json!([true, "x", "y"]))]
#[case("const h = new Headers([['b', '1'], ['A', '2'], ['b', '3'], ['set-cookie', 'x'], ['set-cookie', 'y']]); return [...h]",
    json!([["a", "2"], ["b", "1, 3"], ["set-cookie", "x"], ["set-cookie", "y"]]))]
#[case("const r = Response.json({ a: 1 }, { status: 201 }); return [r.status, r.ok, r.headers.get('content-type'), await r.json()]", json!([201, true, "application/json", {"a": 1}]))]
#[case("const r = await fetch('data:text/plain;charset=utf-8;base64,w6k='); return [r.headers.get('content-type'), await r.text()]", json!(["text/plain;charset=utf-8", "é"]))]
fn bodies_are_read(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(result(body), expected);
}
