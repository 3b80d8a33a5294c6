//! One run for people: facts, steps with a timeline, log.

use super::{Canvas, duration, status, timeline};
use serde_json::Value;

/// Longest value that is shown whole.
const MAX_VALUE: usize = 2_000;

/// Draws what the API and the database give for a run.
pub(crate) fn render(run: &Value, canvas: Canvas) -> String {
    let mut lines = vec![
        format!("run       {}", text(&run["id"])),
        format!("workflow  {}", text(&run["workflowId"])),
        format!("status    {}", status(text(&run["status"]), canvas.colour)),
        format!("created   {}", text(&run["createdAt"])),
    ];
    if let Some(millis) = run["durationMs"].as_i64() {
        lines.push(format!("took      {}", duration(millis)));
    }
    lines.push(format!("payload   {}", value(&run["payload"])));
    if !run["output"].is_null() {
        lines.push(format!("output    {}", value(&run["output"])));
    }
    lines.extend(error(&run["error"], "error     "));
    let steps = run["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !steps.is_empty() {
        lines.push(String::new());
        lines.extend(timeline::render(run, steps, canvas));
    }
    let logs = run["logs"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !logs.is_empty() {
        lines.push("\nlog".to_owned());
        lines.push(log(logs));
    }
    lines.join("\n")
}

/// The lines of a log.
pub(crate) fn log(logs: &[Value]) -> String {
    let line = |log: &Value| {
        let (at, level, step, message) =
            (text(&log["at"]), text(&log["level"]), text(&log["step"]), text(&log["message"]));
        format!("  {at}  {level:5}  {step}: {message}")
    };
    logs.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn error(error: &Value, prefix: &str) -> Vec<String> {
    if error.is_null() {
        return Vec::new();
    }
    let place = &error["location"];
    let at = if place.is_null() {
        String::new()
    } else {
        format!("  at {}:{}:{}", text(&place["file"]), place["line"], place["column"])
    };
    vec![format!("{prefix}{}: {}{at}", text(&error["name"]), text(&error["message"]))]
}

fn value(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}... ({} bytes; --json shows all)", &text[..end], text.len()),
        None => text,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_the_facts_the_steps_and_the_log() {
        let run = json!({
            "id": "r", "workflowId": "w", "status": "failed", "createdAt": "2026-01-01T00:00:00.000Z",
            "startedAt": "2026-01-01T00:00:00.000Z", "durationMs": 300, "payload": {"a": 1}, "output": null,
            "error": {"name": "Error", "message": "no", "location": {"file": "w.ts", "line": 3, "column": 4}},
            "steps": [
                {"name": "first", "type": "step", "status": "completed", "startedAt": "2026-01-01T00:00:00.000Z",
                 "completedAt": "2026-01-01T00:00:00.100Z", "durationMs": 100, "attempts": [{"status": "completed"}], "error": null}],
            "logs": [{"at": "t", "level": "info", "step": "log", "message": "hi"}]});
        let expected = "\
run       r
workflow  w
status    failed
created   2026-01-01T00:00:00.000Z
took      300 ms
payload   {\"a\":1}
error     Error: no  at w.ts:3:4

steps                0     100 ms
  first  completed  |============|  100 ms
  = executed   x failed   . waited   > goes on

log
  t  info   log: hi";
        assert_eq!(render(&run, Canvas { width: 60, is_rich: false, colour: false }), expected);
    }
}
