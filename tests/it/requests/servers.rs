//! Servers of node:http.

use crate::{
    env::{Env, stderr},
    webhooks::{exchange, send},
};
use rstest::rstest;
use serde_json::json;

const PROGRAM: &str = r#"
import http from 'node:http';
const server = http.createServer(async (req, res) => {
  const path = req.url.split('?')[0];
  if (path === '/facts') {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part);
    res.setHeader('Content-Type', 'application/json');
    return res.end(JSON.stringify({
      method: req.method, url: req.url, headers: req.headers, raw: req.rawHeaders.slice(0, 2), body: Buffer.concat(parts).toString(),
      ip: req.socket.remoteAddress, port: server.address().port === req.socket.localPort, complete: req.complete, isMessage: req instanceof http.IncomingMessage,
    }));
  }
  if (path === '/pieces') {
    res.writeHead(202, 'Fine', { 'X-A': 'a', 'Set-Cookie': ['a=1', 'b=2'] });
    res.write('one ');
    setTimeout(() => res.write(Buffer.from('two '), () => res.end('three')), 1);
    return;
  }
  if (path === '/pipe') {
    const { Readable } = await import('node:stream');
    return Readable.from(['a', 'b', 'c']).pipe(res);
  }
  if (path === '/big') {
    let left = 64;
    const more = () => { while (left-- > 0) if (!res.write('x'.repeat(16384))) return res.once('drain', more); res.end(); };
    return more();
  }
  if (path === '/length') { res.setHeader('Content-Length', 4); res.write('ab'); return res.end('cd'); }
  if (path === '/events') {
    const seen: string[] = [];
    res.on('finish', () => seen.push('finish')).on('close', () => console.log([...seen, 'close', res.writableEnded, res.headersSent].join(' ')));
    return res.end('ok');
  }
  if (path === '/late-header') { res.end('sent'); try { res.setHeader('a', 'b'); } catch (error) { console.log(error.code); } return; }
  if (path === '/bad-header') { try { res.setHeader('a', 'b\r\nc: d'); } catch (error) { res.end(error.code); } return; }
  if (path === '/throws') throw new Error('handler threw');
  if (path === '/destroy') return res.destroy();
  if (path === '/twice') { res.end('once'); res.write('more', error => console.log('write', error.code)); return; }
  if (path === '/breaks') { res.on('close', () => console.log('closed early', res.destroyed)); res.write('a'); await new Promise(done => setTimeout(done, 1)); throw new Error('in the middle'); }
  if (path === '/breaks-at-once') { res.write('a'); res.write('b'); throw new Error('at once'); }
  if (path === '/ends-and-throws') { res.write('a'); res.end('b'); throw new Error('behind the end'); }
  if (path === '/after') { res.end('sent'); throw new Error('too late to tell'); }
  if (path === '/list') { res.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']); return res.end(); }
  if (path === '/hang-up') { req.socket.destroy(); return; }
  if (path === '/names') return res.end(`${req.headers.constructor} ${JSON.stringify(req.headersDistinct.constructor)}`);
  if (path === '/exact') {
    const { pipeline, Readable } = await import('node:stream');
    res.writeHead(200, { 'Content-Length': 6 });
    async function* parts() { yield 'abc'; yield 'def'; await new Promise(done => setTimeout(done, 20)); }
    pipeline(Readable.from(parts()), res, error => console.log('pipeline', error ?? 'fine'));
    return;
  }
  if (path === '/told') { res.statusMessage = 'Gr\u00fcn'; return res.end('x'); }
  if (path === '/odd-status') { res.writeHead(299); return res.end(); }
  if (path === '/bad-message') {
    try { res.writeHead(200, 'a\r\nset-cookie: b'); } catch (error: any) { res.statusMessage = ''; return res.end(error.code); }
  }
  if (path === '/socket') {
    const { socket } = req;
    res.on('close', () => console.log('socket', socket === res.socket, socket.destroyed, socket.server === server));
    return res.end(String(socket === req.connection));
  }
  if (path === '/none') { res.statusCode = 304; return res.end('not sent'); }
  if (path === '/close') { res.end('closing'); server.close(() => console.log('closed')); return; }
  res.statusCode = 404;
  res.end();
});
server.on('listening', () => console.log('listening', server.listening, server.address().address));
server.listen(0, '127.0.0.1', () => console.log('called back'));
"#;

#[test]
fn requests_and_answers_are_those_of_node() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve_with(&["run", "workflow.ts"]);
    server.wait_for("listening true 127.0.0.1");
    server.wait_for("called back");
    let port = server.port;
    let cookies = [("Cookie", "a=1"), ("cookie", "b=2"), ("x-list", "1"), ("x-list", "2")];
    let facts = send(port, "POST", "/facts?q=1", &cookies, "hello").json();
    assert_eq!(
        (&facts["method"], &facts["url"], &facts["body"]),
        (&json!("POST"), &json!("/facts?q=1"), &json!("hello"))
    );
    assert_eq!((&facts["headers"]["cookie"], &facts["headers"]["x-list"]), (&json!("a=1; b=2"), &json!("1, 2")));
    assert_eq!((&facts["ip"], &facts["port"], &facts["complete"]), (&json!("127.0.0.1"), &json!(true), &json!(true)));
    assert_eq!((&facts["raw"], &facts["isMessage"]), (&json!(["connection", "close"]), &json!(true)));
    let pieces = send(port, "GET", "/pieces", &[], "");
    assert_eq!((pieces.status, pieces.header("x-a"), pieces.header("set-cookie")), (202, Some("a"), Some("a=1")));
    // Not text of the wire: a character that is one byte of two.
    let told = send(port, "GET", "/told", &[], "").reason;
    let reasons = ["/odd-status", "/other", "/bad-message"].map(|path| send(port, "GET", path, &[], "").reason);
    assert_eq!((pieces.reason.as_str(), told.as_str()), ("Fine", "Gr\u{fffd}n"));
    assert_eq!(reasons, ["unknown", "Not Found", "OK"]);
    assert_eq!(send(port, "GET", "/bad-message", &[], "").text, "ERR_INVALID_CHAR");
    assert_eq!(send(port, "GET", "/socket", &[], "").text, "true");
    server.wait_for("socket true true true");
    assert_eq!(pieces.text, "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
    assert_eq!(send(port, "GET", "/pipe", &[], "").text, "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
    assert_eq!(send(port, "GET", "/big", &[], "").text.matches('x').count(), 64 * 16_384);
    let length = send(port, "GET", "/length", &[], "");
    assert_eq!((length.header("content-length"), length.text.as_str()), (Some("4"), "abcd"));
    assert_eq!(send(port, "GET", "/events", &[], "").header("content-length"), Some("2"));
    server.wait_for("finish close true true");
    assert_eq!(send(port, "GET", "/late-header", &[], "").text, "sent");
    server.wait_for("ERR_HTTP_HEADERS_SENT");
    assert_eq!(send(port, "GET", "/bad-header", &[], "").text, "ERR_INVALID_CHAR");
    assert_eq!(
        (send(port, "GET", "/none", &[], "").status, send(port, "GET", "/none", &[], "").text.as_str()),
        (304, "")
    );
    assert_eq!(send(port, "GET", "/throws", &[], "").status, 500);
    server.wait_for("handler threw");
    assert_eq!(send(port, "GET", "/destroy", &[], "").status, 500);
    server.wait_for("the response was destroyed before its end");
    assert_eq!(send(port, "GET", "/other", &[], "").status, 404);
    assert_eq!(send(port, "GET", "/twice", &[], "").text, "once");
    server.wait_for("write ERR_STREAM_WRITE_AFTER_END");
    assert_eq!(send(port, "GET", "/breaks", &[], "").text, "1\r\na\r\n");
    server.wait_for("closed early true");
    server.wait_for("in the middle");
    assert_eq!(send(port, "GET", "/breaks-at-once", &[], "").text, "1\r\na\r\n1\r\nb\r\n");
    assert_eq!(send(port, "GET", "/ends-and-throws", &[], "").text, "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    server.wait_for("behind the end");
    assert_eq!(send(port, "GET", "/after", &[], "").text, "sent");
    server.wait_for("too late to tell");
    assert_eq!(send(port, "GET", "/list", &[], "").headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
    assert_eq!(send(port, "GET", "/hang-up", &[], "").status, 500);
    assert_eq!(send(port, "GET", "/names", &[("constructor", "z")], "").text, "z [\"z\"]");
    assert_eq!(send(port, "GET", "/exact", &[], "").text, "abcdef");
    server.wait_for("pipeline fine");
    assert_eq!(exchange(port, b"HEAD /facts HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").text, "");
    assert_eq!(send(port, "GET", "/close", &[], "").text, "closing");
    server.wait_for("closed");
    assert_eq!(send(port, "GET", "/facts", &[], "").status, 503);
}

#[rstest]
#[case(
    "import http from 'node:http'; http.createServer().listen('/tmp/socket');",
    "listening on the socket '/tmp/socket' is not available"
)]
#[case(
    "import http from 'node:http'; http.createServer().listen(0); http.createServer().listen(0);",
    "the file answers requests by server.listen() already"
)]
#[case(
    "import https from 'node:https'; https.createServer();",
    "https.createServer() is not available in cronflow-rt: use http.createServer()"
)]
fn servers_that_cannot_be_are_refused(#[case] source: &str, #[case] message: &str) {
    let output = Env::with(source).run(&["check", "workflow.ts"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains(message), "{}", stderr(&output));
}

#[test]
fn a_server_that_listens_too_late_says_what_to_do() {
    let env = Env::with(
        "import http from 'node:http'; import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).step('s', () => 1);\n\
         setTimeout(() => http.createServer().listen(0), 1);",
    );
    let mut server = env.serve();
    server.wait_for("server.listen() must be called while the file is loaded: await what comes before it");
}
