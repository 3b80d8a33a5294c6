//! What the process writes: events, and which tests are being watched.

use crate::test_runner::protocol::Event;
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::Write as _,
    time::{Duration, Instant},
};

/// A test or hook that must end in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    pub(super) deadline: Instant,
    pub(super) timeout: u64,
}

/// See the module's text.
#[derive(Default)]
pub(super) struct Output {
    /// By the number of the test.
    pub(super) watches: RefCell<BTreeMap<u64, Watch>>,
    /// Which test each attempt is one of, by the attempt's number.
    attempts: RefCell<BTreeMap<u64, u64>>,
    /// When the tests that run began.
    began: RefCell<BTreeMap<u64, Instant>>,
    /// What ends the file. It waits until everything else is out.
    last: RefCell<Option<String>>,
}

impl Output {
    /// Takes an event of the runner's built-in modules. It goes out at once: the process may hang a
    /// moment later.
    pub(super) fn report(&self, event: &str) {
        let Ok(mut event) = serde_json::from_str::<Value>(event) else { return };
        let number = |key: &str| event[key].as_u64().unwrap_or_default();
        match event["type"].as_str().unwrap_or_default() {
            "watch" => {
                let (watched, timeout) = (number("number"), number("timeout"));
                let deadline = Instant::now() + Duration::from_millis(timeout);
                self.watches.borrow_mut().insert(watched, Watch { deadline, timeout });
                if let Some(test) = event["test"].as_u64() {
                    self.attempts.borrow_mut().insert(watched, test);
                }
                return;
            }
            "unwatch" => {
                self.watches.borrow_mut().remove(&number("number"));
                return;
            }
            "begin" => {
                self.began.borrow_mut().insert(number("test"), Instant::now());
            }
            "end" => {
                let began = self.began.borrow_mut().remove(&number("test"));
                event["ms"] = began.map_or(0.0, |at| at.elapsed().as_secs_f64() * 1e3).into();
            }
            "print" => event["test"] = self.test_of(number("number")).into(),
            "done" | "broken" => {
                self.last.replace(Some(event.to_string()));
                return;
            }
            _ => {}
        }
        write(&event.to_string());
    }

    pub(super) fn is_done(&self) -> bool {
        self.last.borrow().is_some()
    }

    /// Lets out what ends the file.
    pub(super) fn end(&self) {
        if let Some(last) = self.last.take() {
            write(&last);
        }
    }

    /// The test on whose account something happens: that of the attempt; else, as in a step of a workflow, the one that
    /// began last.
    fn test_of(&self, number: u64) -> Option<u64> {
        let known = self.attempts.borrow().get(&number).copied();
        known.or_else(|| self.began.borrow().iter().max_by_key(|(_, at)| **at).map(|(test, _)| *test))
    }

    pub(super) fn send(&self, event: &Event) {
        // The events are plain data.
        write(&serde_json::to_string(event).unwrap_or_default());
    }
}

/// One line. When nobody reads any more, the process is about to be ended.
fn write(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
}
