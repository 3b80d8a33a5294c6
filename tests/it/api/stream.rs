//! The stream of changes: events, coming back, gaps, the end with the server.

use super::FLOWS;
use crate::env::{Env, PATIENCE};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

/// One listener.
struct Listener(BufReader<TcpStream>);

impl Listener {
    fn open(port: u16, query: &str, last: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let request = format!("GET /api/stream{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{last}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut listener = Self(BufReader::new(stream));
        while listener.line() != Some(": connected".to_owned()) {}
        listener
    }

    /// The next line; `None` at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.0.read_line(&mut line).unwrap();
        (count > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event: id, kind and data.
    fn event(&mut self) -> (String, String, Value) {
        let (mut id, mut kind) = (String::new(), String::new());
        loop {
            let line = self.line().expect("the stream goes on");
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("data", value)) => return (id, kind, serde_json::from_str(value).unwrap()),
                _ => {}
            }
        }
    }

    /// Events up to the end of a run.
    fn until_end_of(&mut self, run: &str) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        loop {
            let (id, kind, data) = self.event();
            assert_eq!(kind, "run", "{data}");
            let is_end = data["id"] == run && data["status"] == "completed";
            events.push((id, data));
            if is_end {
                return events;
            }
        }
    }
}

#[test]
fn changes_come_in_order_and_nothing_is_missed_in_between() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let mut listener = Listener::open(server.port, "", None);
    let first = server.trigger("echo", "1");
    let events = listener.until_end_of(&first);
    let (last, data) = events.last().unwrap();
    assert_eq!((&data["workflowId"], &data["status"]), (&json!("echo"), &json!("completed")));
    assert_eq!(events[0].1["isNew"], true, "{events:?}");
    drop(listener);
    // While nobody listens.
    let second = server.trigger("echo", "2");
    server.ended(&second);
    let mut back = Listener::open(server.port, "", Some(last));
    let missed = back.until_end_of(&second);
    assert!(missed.iter().all(|(_, data)| data["id"] == second.as_str()), "the first run is told twice: {missed:?}");
    assert_eq!(missed[0].1["isNew"], true);
}

#[test]
fn a_listener_gets_what_it_asks_for() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let mut of_nap = Listener::open(server.port, "?workflow=nap", None);
    let echo = server.trigger("echo", "1");
    server.ended(&echo);
    let nap = server.trigger("nap", "null");
    // Until it waits, more of its changes are to come.
    loop {
        let (_, _, data) = of_nap.event();
        assert_eq!(data["id"], nap.as_str());
        if data["status"] == "waiting" {
            break;
        }
    }
    let mut of_run = Listener::open(server.port, &format!("?run={nap}"), None);
    let other = server.trigger("nap", "null");
    server.post(&format!("/api/runs/{nap}/cancel"), "");
    let (_, _, data) = of_run.event();
    assert_eq!((&data["id"], &data["status"]), (&json!(nap), &json!("cancelled")), "not {other}");
    assert_eq!(server.get("/api/stream?run=7").0, 400);
}

#[test]
fn who_was_away_too_long_is_told_to_read_again() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let mut listener = Listener::open(server.port, "", None);
    let run = server.trigger("echo", "1");
    let last = listener.until_end_of(&run).pop().unwrap().0;
    server.kill();
    let again = env.serve();
    for id in [last.as_str(), "nonsense"] {
        // The gap comes before the comment that says that it is connected.
        let mut stream = TcpStream::connect(("127.0.0.1", again.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {id}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut back = Listener(BufReader::new(stream));
        assert_eq!(back.event().1, "gap");
        let run = again.trigger("echo", "1");
        back.until_end_of(&run);
    }
}

#[test]
fn the_stream_ends_with_the_server() {
    let env = Env::with(FLOWS);
    let server = env.serve();
    let mut listener = Listener::open(server.port, "", None);
    server.signal(nix::sys::signal::Signal::SIGTERM);
    while listener.line().is_some() {}
    assert_eq!(server.exit_code(), Some(0));
}
