//! `fetch` of workflow code over real sockets.

use super::{load, ok, on_worker_stack, run_step, task};
use crate::worker::{FromWorker, StopReason};
use cronflow_core::id::TaskId;
use cronflow_testkit::web_server::{Received, WebServer, begin, piece, reply};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::{Mutex, mpsc},
    time::Duration,
};

/// Answers with what came.
fn echo(received: &Received, socket: &mut TcpStream) -> io::Result<()> {
    let kind = received.header("content-type").unwrap_or("none").to_owned();
    let own = received.header("x-own").unwrap_or("none").to_owned();
    reply(socket, 200, &[("x-method", &received.method), ("x-kind", &kind), ("x-own", &own)], &received.body)
}

fn with_url(server: &WebServer, body: &str) -> Value {
    ok(run_step(&format!("async (ctx: any) => {{ const url = ctx.payload; {body} }}"), json!(server.url("/"))).0)
}

#[rstest]
#[case("const r = await fetch(url, { method: 'POST', body: 'é', headers: { 'X-Own': 'v' } }); \
    return [r.status, r.ok, r.url === url, r.redirected, r.type, r.headers.get('x-method'), r.headers.get('x-kind'), r.headers.get('x-own'), await r.text()]",
    json!([200, true, true, false, "basic", "POST", "text/plain;charset=UTF-8", "v", "é"]))]
#[case("const r = await fetch(url); return [r.headers.get('x-method'), r.headers.get('x-kind'), await r.text()]", json!(["GET", "none", ""]))]
#[case("const r = await fetch(new Request(url, { method: 'PUT', body: new Uint8Array([1, 2]) })); return [...await r.bytes()]", json!([1, 2]))]
#[case("const body = ReadableStream.from(['one ', 'two']).pipeThrough(new TextEncoderStream()); \
    const r = await fetch(url, { method: 'POST', body, duplex: 'half' } as any); return r.text()", json!("one two"))]
#[case("const r = await fetch(url, { method: 'POST', body: 'abc' }); const c = r.clone(); return [await r.text(), await c.text()]", json!(["abc", "abc"]))]
#[case("const r = await fetch(url, { method: 'POST', body: 'abc' }); const reader = r.body!.getReader({ mode: 'byob' }); \
    const got: number[] = []; for (;;) { const { value, done } = await reader.read(new Uint8Array(2)); if (done) return got; got.push(...value!) }", json!([97, 98, 99]))]
#[case("const r = await fetch(url); try { r.headers.set('a', 'b') } catch (e: any) { return e.name }", json!("TypeError"))]
#[case("try { await fetch(url, { method: 'POST', body: ReadableStream.from(['text']), duplex: 'half' } as any) } catch (e: any) { return e.message }", json!("The chunks of a body must be Uint8Arrays"))]
#[case("try { await fetch('http://169.254.169.254/') } catch (e: any) { return [e.name, e.message.includes('not allowed')] }", json!(["TypeError", true]))]
#[case("try { await fetch('/path') } catch (e: any) { return e.message }", json!("Failed to parse URL from /path"))]
fn fetch_sends_and_receives(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(with_url(&WebServer::start(echo), body), expected);
}

#[test]
fn an_answer_arrives_piece_by_piece() {
    let (tell, told) = mpsc::channel();
    let told = Mutex::new(told);
    let server = WebServer::start(move |received, socket| {
        if received.path != "/" {
            let _ = tell.send(());
            return reply(socket, 200, &[], b"");
        }
        begin(socket)?;
        for part in ["one", "two"] {
            piece(socket, part.as_bytes())?;
            // The next piece follows only after the program has seen this one and said so.
            let _ = told.lock().unwrap().recv();
        }
        piece(socket, b"")
    });
    let body = "const r = await fetch(url); const got: string[] = []; \
        for await (const part of r.body!.pipeThrough(new TextDecoderStream())) { got.push(part); await (await fetch(url + 'go')).text() } return got";
    assert_eq!(with_url(&server, body), json!(["one", "two"]));
}

/// A server that sends `answer` to `/` and tells when its client is gone. It answers to `/seen` once
/// it has seen that request.
fn noticing_the_end(answer: &'static [u8]) -> (WebServer, mpsc::Receiver<()>) {
    let (tell, ended) = mpsc::channel();
    let (see, seen) = mpsc::channel();
    let seen = Mutex::new(seen);
    let server = WebServer::start(move |received, socket| {
        if received.path == "/seen" {
            let _ = seen.lock().unwrap().recv();
            return reply(socket, 200, &[], b"");
        }
        let _ = see.send(());
        socket.write_all(answer)?;
        if socket.read(&mut [0]).unwrap_or(0) == 0 {
            let _ = tell.send(());
        }
        Ok(())
    });
    (server, ended)
}

const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";

#[rstest]
// Before the head of the answer, while its body is read whole, and while it is read as a stream.
#[case(b"", "const p = fetch(url, { signal: c.signal }); await (await fetch(url + 'seen')).text(); c.abort(); await p")]
#[case(HALF, "const r = await fetch(url, { signal: c.signal }); setTimeout(() => c.abort(), 1); await r.text()")]
#[case(
    HALF,
    "const r = await fetch(url, { signal: c.signal }); const reader = r.body!.getReader(); await reader.read(); \
    setTimeout(() => c.abort(), 1); await reader.read()"
)]
#[case(HALF, "const r = await fetch(new Request(url, { signal: c.signal })); c.abort(); await r.text()")]
fn an_abort_ends_the_exchange(#[case] answer: &'static [u8], #[case] body: &str) {
    let (server, ended) = noticing_the_end(answer);
    let body = format!("const c = new AbortController(); try {{ {body} }} catch (e: any) {{ return e.name }}");
    assert_eq!(with_url(&server, &body), json!("AbortError"));
    ended.recv().unwrap();
}

#[test]
fn a_cancelled_body_ends_the_exchange() {
    let (server, ended) = noticing_the_end(HALF);
    assert_eq!(with_url(&server, "const r = await fetch(url); await r.body!.cancel(); return r.status"), json!(200));
    ended.recv().unwrap();
}

#[rstest]
#[case(b"", "console.log('waits'); await fetch(url)")]
#[case(HALF, "const r = await fetch(url); console.log('waits'); await r.text()")]
#[case(
    HALF,
    "(globalThis as any).kept = await fetch(url); console.log('waits'); await new Promise(() => { setTimeout(() => {}, 1e6) })"
)]
fn a_stopped_task_keeps_no_connection(#[case] answer: &'static [u8], #[case] body: &str) {
    let (server, ended) = noticing_the_end(answer);
    let url = server.url("/");
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'w' }}).step('s', async (ctx: any) => {{ const url = ctx.payload; {body} }});"
    );
    on_worker_stack(async move || {
        let (mut isolate, report) = load(&source).await.unwrap();
        isolate.submit(task(1, 0, &report, &json!(url)));
        isolate.turn(&[TaskId(1)]);
        let mut waits = false;
        while !waits || server.seen().is_empty() {
            let messages = isolate.take_outbox();
            waits |= messages.iter().any(|one| matches!(one, FromWorker::Console { text, .. } if text == "waits"));
            let _ = tokio::time::timeout(Duration::from_millis(2), isolate.wait()).await;
            isolate.turn(&[]);
        }
        isolate.stop(TaskId(1), StopReason::Cancelled);
        // While the isolate is still there.
        tokio::task::yield_now().await;
        ended.recv().unwrap();
        drop(isolate);
    });
}
