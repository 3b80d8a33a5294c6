//! One run for people: facts, steps with a timeline, log.

use super::{duration, status};
use serde_json::Value;

/// Longest value that is shown whole.
const MAX_VALUE: usize = 2_000;
/// Width of the timeline.
const BAR: i64 = 30;
/// Steps that are shown; a loop may have thousands.
const MAX_STEPS: usize = 200;

/// Draws what the API and the database give for a run.
pub(crate) fn render(run: &Value, colour: bool) -> String {
    let mut lines = vec![
        format!("run       {}", text(&run["id"])),
        format!("workflow  {}", text(&run["workflowId"])),
        format!("status    {}", status(text(&run["status"]), colour)),
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
        lines.extend(timeline(run, steps, colour));
    }
    let logs = run["logs"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !logs.is_empty() {
        lines.push("\nlog".to_owned());
        lines.extend(logs.iter().map(|log| {
            format!(
                "  {}  {:5}  {}: {}",
                text(&log["at"]),
                text(&log["level"]),
                text(&log["step"]),
                text(&log["message"])
            )
        }));
    }
    lines.join("\n")
}

fn timeline(run: &Value, steps: &[Value], colour: bool) -> Vec<String> {
    let begin = millis(&run["startedAt"]).or_else(|| millis(&run["createdAt"])).unwrap_or_default();
    let ends = steps.iter().filter_map(|step| millis(&step["completedAt"]));
    let whole = (ends.max().unwrap_or(begin) - begin).max(1);
    let width = steps.iter().take(MAX_STEPS).map(|step| path(step).chars().count()).max().unwrap_or_default();
    let mut lines = vec!["steps".to_owned()];
    for step in steps.iter().take(MAX_STEPS) {
        let from = millis(&step["startedAt"]).unwrap_or(begin) - begin;
        let to = millis(&step["completedAt"]).map_or(whole, |end| end - begin);
        let took = match (step["durationMs"].as_i64(), step["wakeAt"].as_str()) {
            (Some(millis), _) => duration(millis),
            (None, Some(at)) => format!("until {at}"),
            (None, None) => "-".to_owned(),
        };
        let attempts = step["attempts"].as_array().map_or(0, Vec::len);
        let again = match attempts {
            _ if step["cached"] == Value::Bool(true) => "  (kept output)".to_owned(),
            0 | 1 => String::new(),
            _ => format!("  ({attempts} attempts)"),
        };
        let word = text(&step["status"]);
        let padding = " ".repeat(9usize.saturating_sub(word.len()));
        let name = path(step);
        let gap = " ".repeat(width - name.chars().count());
        lines.push(format!(
            "  {name}{gap}  {}{padding}  |{}|  {took}{again}",
            status(word, colour),
            bar(from, to, whole)
        ));
        lines.extend(error(&step["error"], "      "));
    }
    if let Some(more) = steps.len().checked_sub(MAX_STEPS).filter(|more| *more > 0) {
        lines.push(format!("  ... {more} more; --json shows all"));
    }
    lines
}

/// A step's name with the bodies around it.
fn path(step: &Value) -> &str {
    step["path"].as_str().unwrap_or_else(|| text(&step["name"]))
}

/// Where in the run the step was executing.
fn bar(from: i64, to: i64, whole: i64) -> String {
    let place = |at: i64| usize::try_from((at.clamp(0, whole) * BAR) / whole).unwrap_or_default();
    let (start, end) = (place(from).min(BAR as usize - 1), place(to));
    let length = end.saturating_sub(start).max(1);
    format!("{}{}{}", " ".repeat(start), "=".repeat(length), " ".repeat(BAR as usize - start - length))
}

fn error(error: &Value, prefix: &str) -> Vec<String> {
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

fn millis(value: &Value) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|time| time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn draws_a_timeline() {
        let run = json!({
            "id": "r", "workflowId": "w", "status": "failed", "createdAt": "2026-01-01T00:00:00.000Z",
            "startedAt": "2026-01-01T00:00:00.000Z", "durationMs": 300, "payload": {"a": 1}, "output": null,
            "error": {"name": "Error", "message": "no", "location": {"file": "w.ts", "line": 3, "column": 4}},
            "steps": [
                {"name": "first", "status": "completed", "startedAt": "2026-01-01T00:00:00.000Z",
                 "completedAt": "2026-01-01T00:00:00.100Z", "durationMs": 100, "attempts": [{}], "error": null},
                {"name": "b", "path": "each[0]/b", "status": "failed", "startedAt": "2026-01-01T00:00:00.100Z",
                 "completedAt": "2026-01-01T00:00:00.300Z", "durationMs": 200, "attempts": [{}, {}], "error": null},
                {"name": "nap", "status": "waiting", "startedAt": "2026-01-01T00:00:00.300Z", "completedAt": null,
                 "durationMs": null, "wakeAt": "2026-01-02T00:00:00.000Z", "attempts": [{}], "error": null}],
            "logs": [{"at": "t", "level": "info", "step": "log", "message": "hi"}]});
        let expected = "\
run       r
workflow  w
status    failed
created   2026-01-01T00:00:00.000Z
took      300 ms
payload   {\"a\":1}
error     Error: no  at w.ts:3:4

steps
  first      completed  |==========                    |  100 ms
  each[0]/b  failed     |          ====================|  200 ms  (2 attempts)
  nap        waiting    |                             =|  until 2026-01-02T00:00:00.000Z

log
  t  info   log: hi";
        assert_eq!(render(&run, false), expected);
    }
}
