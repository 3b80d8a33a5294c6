//! `export default { fetch }`: what it is given, what it may answer, and what happens when it fails.

use crate::{
    env::{Env, PATIENCE, stderr},
    webhooks::{Answer, exchange, send},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

/// A program that says what it was given, under many paths.
const PROGRAM: &str = r#"
import { cronflow } from 'cronflow';
import { existsSync, writeFileSync } from 'node:fs';
cronflow.define({ id: 'greet' }).onWebhook('/hooks/greet').step('s', ctx => ctx.payload);
let count = 0;
const waiting: ((response: Response) => void)[] = [];
let runAway: () => void;
void new Promise<void>(done => { runAway = done; }).then(() => { while (true) {} });
const routes: Record<string, (request: Request, env: any, ctx: any) => unknown> = {
  '/echo': async request => Response.json({
    url: request.url, method: request.method, headers: Object.fromEntries(request.headers), body: await request.text(),
  }),
  '/bytes': async request => new Response(await request.bytes()),
  '/count': () => new Response(String(++count)),
  '/headers': () => new Response(null, { status: 201, headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-name', '\u00e9']] }),
  '/told': () => new Response('x', { status: 202, statusText: 'Taken' }),
  '/empty': () => new Response(null, { status: 204 }),
  '/redirect': () => Response.redirect('https://example.com/', 303),
  '/html': () => new Response('<p>', { headers: { 'content-type': 'text/html', 'x-content-type-options': 'none' } }),
  '/throws': () => { throw new Error('the password is hunter2'); },
  '/nothing': () => undefined,
  '/used': async () => { const r = new Response('x'); await r.text(); return r; },
  '/wait': () => new Promise<Response>(done => waiting.push(done)),
  '/go': () => { waiting.splice(0).forEach(done => done(new Response('went'))); return new Response(String(waiting.length)); },
  '/exact': () => {
    let n = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        if (n++ === 0) return controller.enqueue(new Uint8Array([104, 105]));
        await new Promise(done => setTimeout(done, 20));
        console.log('the stream has ended');
        controller.close();
      },
      cancel() { console.log('the stream was given up'); },
    }), { headers: { 'content-length': '2' } });
  },
  '/trigger': async () => Response.json((await cronflow.triggerAndWait('greet', { from: 'fetch' })).output),
  '/env': (_, env) => Response.json([env.SECRET ?? null, typeof env]),
  '/later': (_, __, ctx) => { ctx.waitUntil(new Promise<void>(done => setTimeout(() => { count = 100; done(); }, 5))); return new Response('now'); },
  '/stream': () => {
    let n = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        if (n === 3) return controller.close();
        controller.enqueue(new TextEncoder().encode(`piece ${n++}\n`));
      },
    }));
  },
  '/broken': () => {
    let n = 0;
    return new Response(new ReadableStream({ pull(controller) { if (n++ > 0) throw new Error('lost'); controller.enqueue(new Uint8Array([97])); } }));
  },
  '/ticks': request => {
    let timer: any;
    return new Response(new ReadableStream({
      start(controller) { timer = setInterval(() => controller.enqueue(new TextEncoder().encode('tick\n')), 1); },
      cancel() { clearInterval(timer); console.log('the stream was cancelled', request.signal.aborted); },
    }));
  },
  '/loops': () => {
    let n = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        if (n++ === 0) return controller.enqueue(new Uint8Array([97]));
        await new Promise(done => setTimeout(done, 20));
        writeFileSync('begun', '');
        while (true) {}
      },
    }));
  },
  '/loops-later': () => { setInterval(() => { while (existsSync('go')) {} }, 5); return new Response('answered'); },
  '/loops-outside': () => { runAway(); return new Response('never'); },
  '/crash': () => eval('('.repeat(200_000)),
  '/api/own': () => new Response('mine'),
};
export default {
  fetch(request: Request, env: any, ctx: any) {
    const route = routes[new URL(request.url).pathname];
    return route === undefined ? new Response('no such page', { status: 404 }) : route(request, env, ctx);
  },
};
"#;

fn get(port: u16, path: &str) -> Answer {
    send(port, "GET", path, &[], "")
}

#[test]
fn a_program_answers_what_no_webhook_takes() {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    let port = server.port;
    let echo = send(port, "PUT", "/echo?a=1", &[("x-one", "1"), ("cookie", "a=b")], "h\u{e9}llo").json();
    assert_eq!(echo["url"], format!("http://127.0.0.1:{port}/echo?a=1"));
    assert_eq!((&echo["method"], &echo["body"]), (&json!("PUT"), &json!("h\u{e9}llo")));
    assert_eq!((&echo["headers"]["x-one"], &echo["headers"]["cookie"]), (&json!("1"), &json!("a=b")));
    let answer = get(port, "/headers");
    let cookies: Vec<_> =
        answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert_eq!((answer.status, cookies), (201, vec!["a=1", "b=2"]));
    assert_eq!((get(port, "/told").reason.as_str(), get(port, "/env").reason.as_str()), ("Taken", "OK"));
    assert_eq!((get(port, "/empty").status, get(port, "/empty").text.as_str()), (204, ""));
    assert_eq!(get(port, "/redirect").header("location"), Some("https://example.com/"));
    assert_eq!(get(port, "/html").header("x-content-type-options"), Some("none"));
    assert_eq!((get(port, "/other").status, get(port, "/other").text.as_str()), (404, "no such page"));
    assert_eq!(get(port, "/trigger").json(), json!({"from": "fetch"}));
    assert_eq!(get(port, "/env").json(), json!([null, "object"]));
    // One program: its variables are the same for every request.
    let counts: Vec<String> = (0..4).map(|_| get(port, "/count").text).collect();
    assert_eq!(counts, ["1", "2", "3", "4"]);
    let head = send(port, "HEAD", "/echo", &[], "");
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert!(head.header("content-length").unwrap().parse::<u64>().unwrap() > 0);
    // Webhooks and the management API come first, with every method that they know.
    assert_eq!(send(port, "POST", "/hooks/greet", &[], r#"{"n":1}"#).json()["output"], json!({"n": 1}));
    assert_eq!(get(port, "/hooks/greet").text, "no such page");
    assert_eq!(get(port, "/api/workflows").json()["workflows"][0]["id"], "greet");
    assert_eq!((get(port, "/api/own").status, get(port, "/api/own").text.as_str()), (200, "mine"));
    assert_eq!(get(port, "/health").status, 200);
    assert!(get(port, "/metrics").text.contains("cronflow_http_requests_total{kind=\"app\",status=\"2xx\"}"));
}

#[test]
fn bodies_of_bytes_go_through_both_ways() {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let head =
        format!("POST /bytes HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", bytes.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(answer[at + 4..] == bytes[..]);
}

#[rstest]
#[case("/throws", 500, "the handler of requests failed at GET /throws: Error: the password is hunter2")]
#[case("/nothing", 500, "fetch() of the default export must return a Response, not undefined")]
#[case("/used", 500, "the body of the response has been read already")]
fn a_handler_that_fails_is_reported_and_the_client_learns_nothing(
    #[case] path: &str,
    #[case] status: u16,
    #[case] logged: &str,
) {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let answer = get(server.port, path);
    assert_eq!(
        (answer.status, answer.json()),
        (status, json!({"error": "the handler failed; the server's log says why"}))
    );
    assert!(server.wait_for(logged).contains(logged));
    assert_eq!(get(server.port, "/count").text, "1");
}

#[test]
fn a_stream_is_sent_as_it_comes_and_a_broken_one_does_not_look_whole() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let whole = get(server.port, "/stream");
    assert_eq!(whole.header("transfer-encoding"), Some("chunked"));
    assert_eq!(whole.text, "8\r\npiece 0\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n0\r\n\r\n");
    // Without the last chunk, which has no bytes.
    assert_eq!(get(server.port, "/broken").text, "1\r\na\r\n");
    server.wait_for("the handler of requests failed at GET /broken: Error: lost");
}

#[test]
fn a_client_that_goes_away_cancels_the_stream() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    (&stream).write_all(b"GET /ticks HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut lines = BufReader::new(&stream).lines();
    assert!(lines.by_ref().any(|line| line.unwrap() == "tick"));
    drop(lines);
    drop(stream);
    server.wait_for("the stream was cancelled true");
    // The program is the same as before: its worker has not been replaced.
    assert_eq!(get(server.port, "/count").text, "1");
}

/// Long polling: a request that only another one ends.
#[test]
fn requests_may_wait_for_one_another() {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    let port = server.port;
    let waits = std::thread::spawn(move || get(port, "/wait").text);
    crate::env::eventually("the first one is answered", || {
        get(port, "/go");
        waits.is_finished()
    });
    assert_eq!(waits.join().unwrap(), "went");
}

/// The connection has all that was announced before the handler comes to its end.
#[test]
fn an_answer_of_a_known_length_is_not_given_up_at_its_last_byte() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let answer = get(server.port, "/exact");
    assert_eq!((answer.header("content-length"), answer.text.as_str()), (Some("2"), "hi"));
    server.wait_for("the stream has ended");
}

#[test]
fn work_goes_on_after_the_answer() {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    assert_eq!(get(server.port, "/later").text, "now");
    crate::env::eventually("the work has been done", || get(server.port, "/count").text.parse::<u32>().unwrap() > 100);
}

/// Without another request that waits behind it.
#[test]
fn a_handler_that_nobody_waits_for_cannot_keep_its_worker_busy() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    (&stream).write_all(b"GET /loops HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(BufReader::new(&stream).lines().any(|line| line.unwrap() == "a"));
    crate::env::eventually("the handler loops", || env.path().join("begun").exists());
    drop(stream);
    server.wait_for("busy for 30 s without a pause and did not stop when it was told to");
    assert_eq!(get(server.port, "/count").text, "1");
}

#[test]
fn what_a_handler_left_behind_cannot_keep_its_worker_busy() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    assert_eq!(get(server.port, "/loops-later").text, "answered");
    env.write("go", "");
    server.wait_for("busy for 30 s without a pause after its end");
    assert_eq!(get(server.port, "/count").text, "1");
}

/// What loops here is a promise of the file's top level.
#[test]
fn code_of_no_request_cannot_keep_them_waiting_for_ever() {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let answer = get(server.port, "/loops-outside");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{}", answer.text);
    server.wait_for("busy for 30 s without a pause while others waited");
    assert_eq!(get(server.port, "/count").text, "1");
}

/// A run begins on a worker that answers no requests, as long as one has nothing to do.
#[test]
fn a_step_that_computes_does_not_keep_requests_waiting() {
    let env = Env::with(
        "import { cronflow } from 'cronflow'; import { existsSync, writeFileSync } from 'node:fs';\n\
         cronflow.define({ id: 'busy' }).step('s', () => {\n\
           writeFileSync('begun', ''); while (!existsSync('stop')) {} return 'done';\n\
         });\n\
         export default { fetch: () => new Response('hi') };\n",
    );
    let server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--workers", "2"]);
    let run = server.trigger("busy", "null");
    crate::env::eventually("the step computes", || env.path().join("begun").exists());
    assert_eq!(get(server.port, "/").text, "hi");
    env.write("stop", "");
    assert_eq!(server.ended(&run)["output"], "done");
}

/// Whoever may have changed something must not be asked to do it again.
#[rstest]
#[case("GET", 503, Some("1"))]
#[case("PUT", 503, Some("1"))]
#[case("POST", 500, None)]
#[case("PATCH", 500, None)]
fn only_what_can_be_repeated_is_asked_for_again(
    #[case] method: &str,
    #[case] status: u16,
    #[case] retry_after: Option<&str>,
) {
    let env = Env::with(PROGRAM);
    let mut server = env.serve();
    let answer = send(server.port, method, "/crash", &[], "");
    assert_eq!((answer.status, answer.header("retry-after")), (status, retry_after), "{}", answer.text);
    assert!(answer.text.contains("a worker went away"), "{}", answer.text);
    server.wait_for(&format!("the handler of requests failed at {method} /crash: WorkerLostError"));
    assert_eq!(get(server.port, "/count").text, "1");
}

/// Webhooks, the management API and the program say the same of it, each in its own shape.
#[test]
fn a_body_that_is_too_large_is_told_in_one_way() {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    let told = |path: &str, length: usize| {
        let head = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {length}\r\n\r\n");
        let answer = exchange(server.port, head.as_bytes());
        (answer.status, answer.json()["error"].clone())
    };
    let (mib, ten) = ("the body is larger than 1 MiB", "the body is larger than 10 MiB");
    assert_eq!(told("/hooks/greet", (1 << 20) + 1), (413, json!(mib)));
    let (status, error) = told("/api/workflows/greet/trigger", (1 << 20) + 1);
    assert_eq!((status, &error["message"]), (413, &json!(mib)));
    assert_eq!(told("/echo", (10 << 20) + 1), (413, json!(ten)));
}

#[rstest]
#[case::too_large("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10485761\r\n\r\n", 413)]
#[case::connect("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n", 501)]
#[case::trace("TRACE /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 501)]
#[case::no_host("GET /echo HTTP/1.0\r\n\r\n", 200)]
#[case::odd_host("GET /echo HTTP/1.1\r\nhost: a b<c>\r\nconnection: close\r\n\r\n", 200)]
#[case::names_in_host("GET /echo HTTP/1.1\r\nhost: user:password@x\r\nconnection: close\r\n\r\n", 200)]
#[case::odd_path("GET /echo?%zz=\"<> HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 400)]
#[case::body_of_get("GET /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi", 200)]
fn odd_requests(#[case] request: &str, #[case] status: u16) {
    let env = Env::with(PROGRAM);
    let server = env.serve();
    assert_eq!(exchange(server.port, request.as_bytes()).status, status);
    assert_eq!(get(server.port, "/count").text, "1");
}

#[test]
fn a_program_needs_no_workflow_and_may_say_where_to_listen() {
    let env = Env::with("export default { port: 0, hostname: 'localhost', fetch: () => new Response('hi') };");
    let check = env.run(&["check", "workflow.ts", "--json"]);
    let said: Value = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(said, json!({"workflows": [], "requests": "export default { fetch }"}));
    let server = env.serve_with(&["run", "workflow.ts"]);
    assert_eq!(get(server.port, "/").text, "hi");
}

#[rstest]
#[case(
    "export default { fetch() {}, port: 70000 };",
    "the port of export default { fetch } must be a whole number from 0 to 65535"
)]
#[case(
    "import http from 'node:http'; http.createServer(() => {}).listen(0); export default { fetch() {} };",
    "export default { fetch }: the file answers requests by server.listen() already"
)]
#[case(
    "import { cronflow } from 'cronflow'; cronflow.start({ http: false }); export default { fetch() {} };",
    "cronflow.start({ http: false }) forbids to listen"
)]
fn programs_that_contradict_themselves_are_refused(#[case] source: &str, #[case] message: &str) {
    let env = Env::with(source);
    let output = env.run(&["run", "workflow.ts", "--port", "0"]);
    assert!(!output.status.success());
    // The text is wrapped for the terminal.
    let told: String = stderr(&output).replace('\u{2502}', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(message), "{told}");
}

#[test]
fn only_one_file_can_answer_requests() {
    let env = Env::new();
    env.write("a.ts", "export default { fetch: () => new Response('a') };");
    env.write("b.ts", "import http from 'node:http'; http.createServer().listen(0);");
    let output = env.run(&["check", "a.ts", "b.ts"]);
    assert!(
        stderr(&output)
            .contains("two files answer requests: one by export default { fetch }, another by server.listen()")
    );
}

#[test]
fn what_comes_after_the_start_is_warned_of() {
    let env = Env::with(
        "import { cronflow } from 'cronflow'; cronflow.define({ id: 'w' }).step('s', () => 1);\n\
         await cronflow.start(); export default { fetch: () => new Response('late') };",
    );
    let mut server = env.serve();
    server.wait_for("`export default` comes after `await cronflow.start()`");
    assert_eq!(get(server.port, "/").status, 404);
}
