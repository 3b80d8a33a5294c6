//! SIGKILL: of the engine, which resumes where it was; of a worker, which is replaced.

use crate::env::{Env, eventually};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;

/// Ten steps; each tells a listener of the test that it executes.
fn ten_steps(port: u16) -> String {
    format!(
        "import {{ cronflow }} from 'cronflow';\n\
         const tell = async (what: string) => (await fetch('http://127.0.0.1:{port}/' + what)).text();\n\
         let flow = cronflow.define({{ id: 'ten' }});\n\
         for (let i = 1; i <= 10; i++) flow = flow.step('s' + i, async ctx => {{ await tell('s' + i); return {{ i, before: ctx.last ?? null }} }});\n"
    )
}

/// A listener that hands each request to the test, which answers it when it wants to.
pub(crate) struct Listener {
    pub(crate) port: u16,
    requests: std::sync::mpsc::Receiver<(String, std::net::TcpStream)>,
}

impl Listener {
    pub(crate) fn new() -> Self {
        use std::io::{BufRead, BufReader};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut line = String::new();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let _ = reader.read_line(&mut line);
                let path = line.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
                let mut header = String::new();
                while reader.read_line(&mut header).is_ok_and(|count| count > 2) {
                    header.clear();
                }
                if sender.send((path, stream)).is_err() {
                    return;
                }
            }
        });
        Self { port, requests }
    }

    /// The next request; the caller answers it.
    pub(crate) fn next(&self) -> (String, std::net::TcpStream) {
        self.requests.recv_timeout(crate::env::PATIENCE).expect("a step should have called")
    }
}

pub(crate) fn answer(mut stream: std::net::TcpStream) {
    use std::io::Write;
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

#[test]
fn a_killed_engine_resumes_at_the_first_uncommitted_step() {
    let listener = Listener::new();
    let env = Env::with(&ten_steps(listener.port));
    let server = env.serve();
    let run = server.trigger("ten", "{}");
    let mut executed = Vec::new();
    for _ in 1..=4 {
        let (step, stream) = listener.next();
        executed.push(step);
        answer(stream);
    }
    let (fifth, held) = listener.next();
    assert_eq!(fifth, "s5");
    server.kill();
    drop(held);

    let server = env.serve();
    for _ in 5..=10 {
        let (step, stream) = listener.next();
        executed.push(step);
        answer(stream);
    }
    let view = server.ended(&run);
    assert_eq!(view["status"], "completed");
    assert_eq!(executed, ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"]);
    let attempts = |step: usize| view["steps"][step - 1]["attempts"].as_array().unwrap().len();
    assert_eq!((1..=10).map(attempts).collect::<Vec<_>>(), [1, 1, 1, 1, 2, 1, 1, 1, 1, 1]);
    assert_eq!(view["steps"][4]["attempts"][0]["error"]["name"], "InterruptedError");
    assert_eq!(view["output"]["before"]["i"], 9);
}

#[test]
fn acknowledged_triggers_survive_a_kill() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'slow' }).step('s', async ctx => { await new Promise(r => setTimeout(r, 200)); return ctx.payload });\n",
    );
    let server = env.serve();
    let runs: Vec<String> = (0..50).map(|n| server.trigger("slow", &n.to_string())).collect();
    server.kill();
    let server = env.serve();
    for (n, run) in runs.iter().enumerate() {
        assert_eq!(server.ended(run)["output"], json!(n));
    }
}

#[test]
fn a_killed_worker_is_replaced_and_its_runs_finish() {
    let listener = Listener::new();
    let env = Env::with(&ten_steps(listener.port));
    let server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--workers", "1"]);
    let run = server.trigger("ten", "{}");
    let (first, held) = listener.next();
    assert_eq!(first, "s1");
    let before = server.workers();
    kill(Pid::from_raw(before[0]), Signal::SIGKILL).unwrap();
    drop(held);
    for step in 1..=10 {
        let (name, stream) = listener.next();
        assert_eq!(name, format!("s{step}"));
        answer(stream);
    }
    assert_eq!(server.ended(&run)["status"], "completed");
    eventually("there is one new worker", || {
        let now = server.workers();
        now.len() == 1 && now != before
    });
}

#[test]
fn runs_in_flight_finish_on_the_code_they_started_on() {
    let listener = Listener::new();
    let env = Env::with(&ten_steps(listener.port));
    let server = env.serve();
    let run = server.trigger("ten", "{}");
    let (_, held) = listener.next();
    server.kill();
    drop(held);
    // The new version of the workflow has nothing in common with the old one.
    env.write(
        "workflow.ts",
        "import { cronflow } from 'cronflow';\ncronflow.define({ id: 'ten' }).step('other', () => 'new');\n",
    );
    let server = env.serve();
    for _ in 1..=10 {
        answer(listener.next().1);
    }
    assert_eq!(server.ended(&run)["output"]["i"], 10);
    let fresh = server.trigger("ten", "{}");
    assert_eq!(server.ended(&fresh)["output"], "new");
}
