//! The steps of a run as bars over time: where each attempt executed, where it failed, where the run waited.

use super::{Canvas, duration, run::error, status};
use serde_json::Value;

/// Steps that are shown; a loop may have thousands.
const MAX_STEPS: usize = 200;
/// Narrowest and widest bar.
const BAR: (usize, usize) = (10, 80);
/// Room for what stands behind a bar.
const TAIL: usize = 26;
/// Longest name that is shown whole.
const MAX_NAME: usize = 40;
/// Width of the status.
const STATUS: usize = 9;
/// Steps that wait and execute nothing.
const WAITS: [&str; 5] = ["sleep", "sleepUntil", "waitForEvent", "humanInTheLoop", "pause"];

/// What a cell of a bar shows; what comes later in this list wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Nothing,
    Wait,
    Run,
    Failed,
    Goes,
}

impl Cell {
    const fn sign(self, is_rich: bool) -> char {
        match (self, is_rich) {
            (Self::Nothing, _) => ' ',
            (Self::Wait, true) => '░',
            (Self::Wait, false) => '.',
            (Self::Run, true) => '█',
            (Self::Run, false) => '=',
            (Self::Failed, true) => '▓',
            (Self::Failed, false) => 'x',
            (Self::Goes, true) => '▶',
            (Self::Goes, false) => '>',
        }
    }

    /// The colour of the terminal.
    const fn colour(self) -> Option<u8> {
        match self {
            Self::Nothing => None,
            Self::Wait => Some(33),
            Self::Run => Some(32),
            Self::Failed => Some(31),
            Self::Goes => Some(36),
        }
    }
}

/// The span that bars stand for, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
    width: usize,
}

impl Span {
    /// The cell of a moment.
    fn place(self, at: i64) -> usize {
        let whole = (self.to - self.from).max(1);
        let offset = (at.clamp(self.from, self.to) - self.from) as u128;
        usize::try_from(offset * self.width as u128 / whole as u128).unwrap_or_default()
    }

    /// Marks a stretch; even the shortest has a cell.
    fn mark(self, cells: &mut [Cell], from: i64, to: i64, what: Cell) {
        let start = self.place(from).min(self.width - 1);
        let end = self.place(to).clamp(start + 1, self.width);
        for cell in &mut cells[start..end] {
            *cell = (*cell).max(what);
        }
    }
}

/// The lines.
pub(super) fn render(run: &Value, steps: &[Value], canvas: Canvas) -> Vec<String> {
    let shown = &steps[..steps.len().min(MAX_STEPS)];
    let from = millis(&run["startedAt"]).or_else(|| millis(&run["createdAt"])).unwrap_or_default();
    let ends = shown.iter().flat_map(|step| [millis(&step["completedAt"]), millis(&step["startedAt"])]).flatten();
    // What is not over goes on until now, as far as it is known.
    let to = ends.chain(millis(&run["completedAt"])).max().unwrap_or(from).max(from + 1);
    let names = shown.iter().map(|step| path(step).chars().count()).max().unwrap_or_default().min(MAX_NAME);
    let width = canvas.width.saturating_sub(names + STATUS + TAIL + 8).clamp(BAR.0, BAR.1);
    let span = Span { from, to, width };
    let whole = duration(to - from);
    let axis = format!("0{}{whole}", " ".repeat(width.saturating_sub(whole.chars().count() + 1)));
    let mut lines = vec![format!("steps{}{axis}", " ".repeat(names + STATUS + 2))];
    for step in shown {
        lines.push(line(step, names, span, canvas));
        lines.extend(error(&step["error"], "      "));
    }
    if steps.len() > shown.len() {
        lines.push(format!("  ... {} more; --json shows all", steps.len() - shown.len()));
    }
    lines.push(legend(canvas.is_rich));
    lines
}

fn line(step: &Value, names: usize, span: Span, canvas: Canvas) -> String {
    let name = fit(path(step), names);
    let gap = " ".repeat(names.saturating_sub(name.chars().count()));
    let word = text(&step["status"]);
    let padding = " ".repeat(STATUS.saturating_sub(word.len()));
    let bar = paint(&cells(step, span), canvas);
    let status = status(word, canvas.colour);
    format!("  {name}{gap}  {status}{padding}  |{bar}|  {}", tail(step)).trim_end().to_owned()
}

/// What stands behind the bar.
fn tail(step: &Value) -> String {
    let took = match (step["durationMs"].as_i64(), step["wakeAt"].as_str()) {
        (Some(millis), _) => duration(millis),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => String::new(),
    };
    let attempts = step["attempts"].as_array().into_iter().flatten();
    match attempts.filter(|attempt| attempt["onError"] != true).count() {
        _ if step["cached"] == Value::Bool(true) => format!("{took}  (kept output)"),
        0 | 1 => took,
        attempts => format!("{took}  ({attempts} attempts)"),
    }
}

fn cells(step: &Value, span: Span) -> Vec<Cell> {
    let mut cells = vec![Cell::Nothing; span.width];
    let Some(from) = millis(&step["startedAt"]) else { return cells };
    let end = millis(&step["completedAt"]);
    let is_open = end.is_none();
    let end = end.unwrap_or(span.to);
    // The wait for the next attempt is what the attempts leave free.
    span.mark(&mut cells, from, end, Cell::Wait);
    if !WAITS.contains(&text(&step["type"])) {
        for attempt in step["attempts"].as_array().into_iter().flatten() {
            let from = millis(&attempt["startedAt"]).unwrap_or(from);
            let what = match text(&attempt["status"]) {
                "failed" | "cancelled" => Cell::Failed,
                "waiting" => Cell::Wait,
                _ => Cell::Run,
            };
            span.mark(&mut cells, from, millis(&attempt["completedAt"]).unwrap_or(end), what);
        }
    }
    if is_open && let Some(last) = cells.last_mut() {
        *last = Cell::Goes;
    }
    cells
}

fn paint(cells: &[Cell], canvas: Canvas) -> String {
    let mut out = String::new();
    for stretch in cells.chunk_by(|a, b| a == b) {
        let signs: String = stretch.iter().map(|cell| cell.sign(canvas.is_rich)).collect();
        match stretch[0].colour().filter(|_| canvas.colour) {
            Some(code) => out.push_str(&format!("\u{1b}[{code}m{signs}\u{1b}[0m")),
            None => out.push_str(&signs),
        }
    }
    out
}

fn legend(is_rich: bool) -> String {
    let part = |cell: Cell, word: &str| format!("{} {word}", cell.sign(is_rich));
    let parts = [(Cell::Run, "executed"), (Cell::Failed, "failed"), (Cell::Wait, "waited"), (Cell::Goes, "goes on")];
    format!("  {}", parts.map(|(cell, word)| part(cell, word)).join("   "))
}

/// A step's name with the bodies around it.
fn path(step: &Value) -> &str {
    step["path"].as_str().unwrap_or_else(|| text(&step["name"]))
}

/// The end of a name says most: it is the step within its loops.
fn fit(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length + 2 - width.max(2)).collect();
    format!("..{end}")
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

    fn at(millis: i64) -> Value {
        json!(format!("2026-01-01T00:00:00.{millis:03}Z"))
    }

    fn run() -> Value {
        let attempt =
            |status: &str, from: i64, to: i64| json!({"status": status, "startedAt": at(from), "completedAt": at(to)});
        json!({"startedAt": at(0), "steps": [
            {"name": "first", "type": "step", "status": "completed", "startedAt": at(0), "completedAt": at(100),
             "durationMs": 100, "attempts": [attempt("completed", 0, 100)], "error": null},
            {"name": "b", "path": "each[0]/b", "type": "step", "status": "completed", "startedAt": at(100),
             "completedAt": at(400), "durationMs": 300, "error": null,
             "attempts": [attempt("failed", 100, 200), attempt("completed", 300, 400)]},
            {"name": "nap", "type": "sleep", "status": "waiting", "startedAt": at(200), "completedAt": null,
             "durationMs": null, "wakeAt": "tomorrow", "attempts": [{"status": "waiting"}], "error": null}]})
    }

    fn drawn(width: usize, is_rich: bool) -> String {
        let run = run();
        render(&run, run["steps"].as_array().unwrap(), Canvas { width, is_rich, colour: false }).join("\n")
    }

    #[test]
    fn bars_show_attempts_and_waits() {
        let expected = "\
steps                    0             400 ms
  first      completed  |=====               |  100 ms
  each[0]/b  completed  |     xxxxx.....=====|  300 ms  (2 attempts)
  nap        waiting    |          .........>|  until tomorrow
  = executed   x failed   . waited   > goes on";
        assert_eq!(drawn(72, false), expected);
    }

    #[test]
    fn bars_follow_the_width() {
        let line = |width: usize| drawn(width, true).lines().nth(1).unwrap().chars().count();
        assert_eq!(line(132) - line(72), 60);
        assert_eq!(line(20), line(40), "there is a narrowest one");
        assert!(drawn(72, true).contains("█████"), "{}", drawn(72, true));
    }

    #[test]
    fn long_names_keep_their_end() {
        assert_eq!(fit("outer[17]/inner[3]/load", 12), "..er[3]/load");
        assert_eq!(fit("load", 12), "load");
    }

    #[test]
    fn colours_stand_around_stretches() {
        let canvas = Canvas { width: 72, is_rich: false, colour: true };
        assert_eq!(paint(&[Cell::Run, Cell::Run, Cell::Nothing], canvas), "\u{1b}[32m==\u{1b}[0m ");
    }
}
