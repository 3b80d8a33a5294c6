//! `runs watch`: follows the server's stream of changes. After an interruption it goes on where it was; what
//! it missed, it reads again.

use super::{cell, fail, items, place::run_id};
use crate::{
    args,
    client::{Client, part, runtime},
    exit::Exit,
    ui,
};
use cronflow_core::error::Diagnostic;
use reqwest::Method;
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};

/// Pause before the stream is opened again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often it is tried to open it again without hearing anything.
const TRIES: u32 = 30;
/// Longest event; a server of ours sends far less.
const MAX_EVENT: usize = 1 << 20;

/// Follows one run to its end, or all of them until the program is stopped.
pub(super) fn watch(id: Option<String>, workflow: Option<String>, server: &args::Server) -> Exit {
    let watched = id.as_deref().map(run_id).transpose().and_then(|_| Client::open(server)).and_then(|client| {
        let mut watcher =
            Watcher { client, id, workflow, json: server.json, shown: Shown::default(), was_open: false, last: None };
        runtime()?.block_on(watcher.watch())
    });
    watched.unwrap_or_else(|problem| fail(&problem))
}

struct Watcher {
    client: Client,
    id: Option<String>,
    workflow: Option<String>,
    json: bool,
    shown: Shown,
    /// Whether the stream was open once.
    was_open: bool,
    /// The event that came last.
    last: Option<String>,
}

impl Watcher {
    async fn watch(&mut self) -> Result<Exit, Diagnostic> {
        let mut tries = 0;
        loop {
            match self.follow(&mut tries).await {
                Ok(Some(exit)) => return Ok(exit),
                Ok(None) => {}
                // A first try that fails is an error; later the server may be starting again.
                Err(problem) if !self.was_open || tries >= TRIES => return Err(problem),
                Err(_) => {}
            }
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One connection; `Some` when there is nothing more to see.
    async fn follow(&mut self, tries: &mut u32) -> Result<Option<Exit>, Diagnostic> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let wanted = [("run", &self.id), ("workflow", &self.workflow)];
        wanted.into_iter().for_each(|(name, value)| {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        });
        let path = format!("/api/stream?{}", query.finish());
        let mut answer = self.client.stream(&path, self.last.as_deref()).await?;
        self.was_open = true;
        // The stream is open before the run is read: nothing falls between.
        if let Some(exit) = self.read_run().await? {
            return Ok(Some(exit));
        }
        let mut buffer = Vec::new();
        while let Ok(Some(piece)) = answer.chunk().await {
            *tries = 0;
            buffer.extend_from_slice(&piece);
            for event in take_events(&mut buffer) {
                self.last = event.id.or_else(|| self.last.take());
                let exit = match event.kind.as_str() {
                    "run" => self.changed(&event.data).await?,
                    "gap" => self.missed().await?,
                    _ => None,
                };
                if exit.is_some() {
                    return Ok(exit);
                }
            }
            if buffer.len() > MAX_EVENT {
                return Ok(None);
            }
        }
        Ok(None)
    }

    async fn changed(&mut self, data: &str) -> Result<Option<Exit>, Diagnostic> {
        if self.id.is_some() {
            return self.read_run().await;
        }
        let change: Value = serde_json::from_str(data).unwrap_or_default();
        if self.json {
            ui::print(&change.to_string());
        } else {
            let word = cell(&change, "status");
            let padding = " ".repeat(9usize.saturating_sub(word.len()));
            let status = ui::status(&word, ui::colour());
            let (at, id, workflow) = (cell(&change, "at"), cell(&change, "id"), cell(&change, "workflowId"));
            ui::print(&format!("{at}  {status}{padding}  {id}  {workflow}"));
        }
        Ok(None)
    }

    async fn missed(&mut self) -> Result<Option<Exit>, Diagnostic> {
        if self.id.is_none() {
            ui::tell("some changes were missed; 'cronflow-rt runs list' shows how things stand");
        }
        self.read_run().await
    }

    /// Reads the run that is followed and prints what is new of it.
    async fn read_run(&mut self) -> Result<Option<Exit>, Diagnostic> {
        let Some(id) = self.id.clone() else { return Ok(None) };
        let run = self.client.send(Method::GET, &format!("/api/runs/{}", part(&id)), None).await?;
        for line in self.shown.news(&run) {
            if !self.json {
                ui::print(&line);
            }
        }
        let status = cell(&run, "status");
        if ["pending", "running", "waiting"].contains(&status.as_str()) {
            return Ok(None);
        }
        if self.json {
            ui::print(&run.to_string());
        } else {
            ui::print(&format!("run {}", ui::status(&status, ui::colour())));
        }
        Ok(Some(if status == "completed" { Exit::Ok } else { Exit::Failure }))
    }
}

/// What has been printed of a run.
#[derive(Default)]
struct Shown {
    attempts: BTreeSet<(String, u64, String)>,
    logs: usize,
}

impl Shown {
    /// Lines for what is new: attempts that began or ended, and the log.
    fn news(&mut self, run: &Value) -> Vec<String> {
        let mut lines: Vec<(String, String)> = Vec::new();
        for step in items(run, "steps") {
            let path = cell(step, "path");
            for attempt in items(step, "attempts") {
                let (number, status) = (attempt["attempt"].as_u64().unwrap_or_default(), cell(attempt, "status"));
                if !self.attempts.insert((path.clone(), number, status.clone())) {
                    continue;
                }
                let is_over = !attempt["completedAt"].is_null();
                let at = cell(attempt, if is_over { "completedAt" } else { "startedAt" });
                let took = attempt["durationMs"].as_i64().map(|millis| format!("  {}", ui::duration(millis)));
                let why = match &attempt["error"] {
                    Value::Null => String::new(),
                    error => format!("  {}: {}", cell(error, "name"), cell(error, "message")),
                };
                let again = if number > 1 { format!("  (attempt {number})") } else { String::new() };
                let padding = " ".repeat(9usize.saturating_sub(status.len()));
                let word = ui::status(&status, ui::colour());
                let line = format!("{at}  {word}{padding}  {path}{}{again}{why}", took.unwrap_or_default());
                lines.push((at, line));
            }
        }
        let logs = items(run, "logs");
        for log in logs.iter().skip(self.logs) {
            let (at, level) = (cell(log, "at"), cell(log, "level"));
            lines.push((at.clone(), format!("{at}  {level:9}  {}: {}", cell(log, "step"), cell(log, "message"))));
        }
        self.logs = self.logs.max(logs.len());
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// One server-sent event.
#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    id: Option<String>,
    kind: String,
    data: String,
}

/// Takes the whole events out of what has arrived.
fn take_events(buffer: &mut Vec<u8>) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
        let block: Vec<u8> = buffer.drain(..end + 2).collect();
        let mut event = Event::default();
        for line in String::from_utf8_lossy(&block).lines() {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "id" => event.id = Some(value.to_owned()),
                "event" => value.clone_into(&mut event.kind),
                "data" => event.data.push_str(value),
                _ => {}
            }
        }
        events.push(event);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_come_in_pieces() {
        let mut buffer = b": hello\n\nid: 7-1\nevent: run\nda".to_vec();
        assert_eq!(take_events(&mut buffer), [Event::default()]);
        buffer.extend_from_slice(b"ta: {\"a\":1}\n\n");
        let expected = Event { id: Some("7-1".into()), kind: "run".into(), data: "{\"a\":1}".into() };
        assert_eq!(take_events(&mut buffer), [expected]);
        assert!(buffer.is_empty());
    }

    #[test]
    fn each_thing_is_told_once() {
        let mut shown = Shown::default();
        let attempt = |status: &str, end: Value| json!({"attempt": 1, "status": status, "startedAt": "t1", "completedAt": end, "error": null});
        let run = |attempt: Value| json!({"steps": [{"path": "a", "attempts": [attempt]}], "logs": [{"at": "t0", "level": "info", "step": "l", "message": "hi"}]});
        let begun = run(attempt("running", Value::Null));
        assert_eq!(shown.news(&begun), ["t0  info       l: hi", "t1  running    a"]);
        assert!(shown.news(&begun).is_empty());
        assert_eq!(shown.news(&run(attempt("completed", json!("t2")))), ["t2  completed  a"]);
    }
}
