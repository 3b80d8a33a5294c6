//! What people see: errors with code frames, tables, runs, the banner.

pub(crate) mod banner;
pub(crate) mod diagnostic;
pub(crate) mod markup;
pub(crate) mod run;
pub(crate) mod table;
mod timeline;

use std::io::{IsTerminal as _, Write as _};

/// Prints data. A reader that has gone away (`| head`) is not an error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.write_all(b"\n");
    let _ = out.flush();
}

/// Prints a piece of a line.
pub(crate) fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Prints for people, beside the data.
pub(crate) fn tell(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.write_all(b"\n");
}

/// Whether data may be coloured.
pub(crate) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Where something is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canvas {
    /// In characters.
    pub(crate) width: usize,
    /// Whether signs beyond ASCII may be used.
    pub(crate) is_rich: bool,
    /// Whether it may be coloured.
    pub(crate) colour: bool,
}

/// Width of what is not drawn on a terminal.
const PLAIN_WIDTH: usize = 100;

/// The terminal; without one, plain text of a fixed width.
pub(crate) fn canvas() -> Canvas {
    if !std::io::stdout().is_terminal() {
        return Canvas { width: PLAIN_WIDTH, is_rich: false, colour: false };
    }
    // Some terminals do not say how wide they are.
    let width = terminal_size::terminal_size().map_or(PLAIN_WIDTH, |(width, _)| usize::from(width.0));
    Canvas { width, is_rich: true, colour: colour() }
}

/// The status word in its colour.
pub(crate) fn status(word: &str, colour: bool) -> String {
    if !colour {
        return word.to_owned();
    }
    let code = match word {
        "completed" => 32,
        "failed" | "timed_out" => 31,
        "running" | "retrying" => 36,
        "waiting" | "pending" => 33,
        _ => 90,
    };
    format!("\u{1b}[{code}m{word}\u{1b}[0m")
}

/// Milliseconds for people.
pub(crate) fn duration(millis: i64) -> String {
    match millis {
        ..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} m {} s", millis / 60_000, millis % 60_000 / 1_000),
        _ => format!("{} h {} m", millis / 3_600_000, millis % 3_600_000 / 60_000),
    }
}
