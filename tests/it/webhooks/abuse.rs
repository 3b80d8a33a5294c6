//! Hostile clients: what is too long, too many, too slow or broken; and the others are served meanwhile.

use super::{Answer, exchange, read_answer, send, source};
use crate::env::{Env, PATIENCE, Server, eventually};
use rstest::rstest;
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

fn serve() -> (Env, Server) {
    let env = Env::with(&source(&[
        ".onWebhook('/w', { method: ['POST', 'GET'], idempotencyKey: 'x-key' }).step('s', ctx => ctx.payload)",
        ".onWebhook('/slow').step('s', async ctx => { await new Promise(done => setTimeout(done, 150)); return 1 })",
        ".onWebhook('/checked', { validate: p => p.n > 0 }).step('s', ctx => ctx.payload)",
    ]));
    let server = env.serve();
    (env, server)
}

fn head(port: u16, first: &str, headers: &str) -> Vec<u8> {
    format!("{first} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n{headers}\r\n").into_bytes()
}

#[test]
fn limits_of_addresses_and_headers() {
    let (_env, server) = serve();
    let port = server.port;
    let get = |path: &str, headers: &str| exchange(port, &head(port, &format!("GET {path}"), headers)).status;
    assert_eq!(get(&format!("/w?a={}", "x".repeat(8_000)), ""), 200);
    assert_eq!(get(&format!("/w?a={}", "x".repeat(8_200)), ""), 414);
    assert!([414, 431].contains(&get(&format!("/w?a={}", "x".repeat(100_000)), "")));
    let many = |count: usize| (0..count).map(|n| format!("x-{n}: 1\r\n")).collect::<String>();
    assert_eq!(get("/w", &many(90)), 200);
    assert_eq!(get("/w", &many(150)), 431);
    assert_eq!(get("/w", &format!("x-long: {}\r\n", "x".repeat(20_000))), 200);
    assert_eq!(get("/w", &format!("x-long: {}\r\n", "x".repeat(60_000))), 431);
    assert_eq!(send(port, "POST", "/w", &[], "1").status, 200);
}

#[rstest]
#[case::no_http(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")]
#[case::no_version(b"GET /w\r\n\r\n")]
#[case::bad_header(b"GET /w HTTP/1.1\r\nhost: a\r\nx y: z\r\n\r\n")]
#[case::two_lengths(b"POST /w HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab")]
#[case::length_and_chunks(b"POST /w HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\nab")]
#[case::bad_chunk(b"POST /w HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")]
fn malformed_requests_are_refused(#[case] bytes: &[u8]) {
    let (_env, server) = serve();
    let answer = exchange(server.port, bytes);
    assert!([0, 400].contains(&answer.status), "{answer:?}");
    assert_eq!(send(server.port, "POST", "/w", &[], "1").status, 200);
}

#[test]
fn a_client_that_goes_away_does_not_stop_its_run() {
    let (env, server) = serve();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.write_all(&head(server.port, "POST /slow", "content-length: 2\r\n")).unwrap();
    stream.write_all(b"{}").unwrap();
    eventually("the run begins", || !env.query("select 1 from workflow_runs").is_empty());
    drop(stream);
    eventually("the run ends well", || env.query("select 1 from workflow_runs where status = 'completed'").len() == 1);
    eventually("its delivery is on record", || {
        env.query("select status, outcome from deliveries") == [["200", "accepted"]]
    });
}

#[test]
fn too_many_connections_are_told_to_come_again() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).onWebhook('/w').step('s', () => 1);\n\
         await cronflow.start({ webhookServer: { port: 0, maxConnections: 4 } });\n",
    );
    let server = env.serve_with(&["workflow.ts"]);
    let mut last = None;
    eventually("there is no room", || {
        // Those who say nothing for long are let go.
        let _idle: Vec<_> = (0..4).map(|_| TcpStream::connect(("127.0.0.1", server.port)).unwrap()).collect();
        let answer = send(server.port, "POST", "/w", &[], "1");
        let is_full = answer.status == 503;
        last = Some(answer);
        is_full
    });
    let Answer { headers, text, .. } = last.unwrap();
    assert!(headers.contains(&("retry-after".to_owned(), "1".to_owned())), "{headers:?}");
    assert_eq!(text, "{\"error\":\"too many connections\"}");
    eventually("there is room again", || send(server.port, "POST", "/w", &[], "1").status == 200);
}

/// What the storm has seen.
#[derive(Default)]
struct Seen {
    acknowledged: AtomicUsize,
    wrong: AtomicUsize,
}

/// One bad client: its number decides what is bad about it.
fn misbehave(port: u16, client: usize, stop: &AtomicBool, seen: &Seen) {
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        let key = format!("{client}-{round}");
        match client % 6 {
            // Broken JSON.
            0 => drop(send(port, "POST", "/w", &[], "{\"a\":")),
            // A body that trickles.
            1 => {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let _ = stream.write_all(&head(port, "POST /w", "content-length: 1000\r\n"));
                for _ in 0..20 {
                    let _ = stream.write_all(b"[");
                    thread::sleep(Duration::from_millis(10));
                }
            }
            // Too large, announced or not.
            2 => {
                let large = vec![b'1'; 3 << 20];
                let answer = send(port, "POST", "/w", &[], &large);
                seen.wrong.fetch_add(usize::from(![0, 413].contains(&answer.status)), Ordering::Relaxed);
            }
            // The same delivery many times, all answered alike.
            3 => {
                let one = send(port, "POST", "/w", &[("x-key", &key)], "[1]");
                let other = send(port, "POST", "/w", &[("x-key", &key)], "[1]");
                seen.wrong.fetch_add(usize::from(one.text != other.text || one.status != 200), Ordering::Relaxed);
                seen.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            // Gone before the answer.
            4 => {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let _ = stream.write_all(&head(port, "POST /w", "content-length: 2\r\n"));
                let _ = stream.write_all(b"{}");
            }
            // No HTTP at all.
            _ => {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let _ = stream.write_all(b"\x00\x01\x02 rubbish\r\n\r\n");
                let _ = stream.read(&mut [0; 64]);
            }
        }
    }
}

#[test]
fn a_good_client_is_served_among_sixty_four_bad_ones() {
    let (env, server) = serve();
    let port = server.port;
    let (stop, seen) = (AtomicBool::new(false), Seen::default());
    let mut times = Vec::new();
    thread::scope(|scope| {
        for client in 0..64 {
            let (stop, seen) = (&stop, &seen);
            scope.spawn(move || misbehave(port, client, stop, seen));
        }
        for _ in 0..100 {
            let started = Instant::now();
            let answer = send(port, "POST", "/checked", &[], "{\"n\":1}");
            assert_eq!(answer.status, 200, "{answer:?}");
            seen.acknowledged.fetch_add(1, Ordering::Relaxed);
            times.push(started.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
    });
    times.sort();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{} good requests, median {median:?}, longest {longest:?}", times.len());
    assert_eq!(seen.wrong.load(Ordering::Relaxed), 0);
    // What was acknowledged is on record, also after the server was killed.
    server.kill();
    let acknowledged = seen.acknowledged.load(Ordering::Relaxed);
    let completed: usize =
        env.query("select count(*) from workflow_runs where status = 'completed'")[0][0].parse().unwrap();
    assert!(completed >= acknowledged, "{completed} of {acknowledged}");
}

#[test]
fn slow_clients_are_cut_off() {
    let (_env, server) = serve();
    let port = server.port;
    let slow_head = thread::spawn(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"POST /w HTTP/1.1\r\nhost: a\r\n").unwrap();
        read_answer(stream).status
    });
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(&head(port, "POST /w", "content-length: 100000\r\n")).unwrap();
    stream.write_all(&[b' '; 100]).unwrap();
    let started = Instant::now();
    let answer = read_answer(stream);
    assert_eq!((answer.status, answer.json()["error"].clone()), (408, "the body did not arrive in time".into()));
    assert!(started.elapsed() < PATIENCE);
    assert!([0, 408].contains(&slow_head.join().unwrap()));
}

/// Bodies that are being read may take 256 MiB together; who comes on top is told to come again.
#[test]
fn all_bodies_together_have_a_limit() {
    const LARGE: usize = 60 << 20;
    let env = Env::with(&source(&[".onWebhook('/w', { maxBody: 64 * 1024 * 1024 }).step('s', () => 1)"]));
    let server = env.serve();
    let port = server.port;
    // All but the last byte of it.
    let hold = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(&head(port, "POST /w", &format!("content-length: {LARGE}\r\n"))).unwrap();
        stream.write_all(&vec![b'x'; LARGE - 1]).unwrap();
        stream
    };
    let held: Vec<_> = (0..4).map(|_| hold()).collect();
    // A little more than what is left: it is too much with its last bytes, and is no JSON before.
    let rest = vec![b'x'; (256 << 20) - 4 * (LARGE - 1) + 5];
    let mut last = None;
    eventually("there is no room", || {
        let answer = send(port, "POST", "/w", &[], &rest);
        let is_full = answer.status == 503;
        last = Some(answer);
        is_full
    });
    let answer = last.unwrap();
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.json()["error"], "the server is reading too many bodies at once");
    drop(held);
    eventually("there is room again", || send(port, "POST", "/w", &[], &rest).status == 400);
    assert_eq!(send(port, "POST", "/w", &[], "1").status, 200);
}
