//! For people: a line for each file, its tests where that helps, failures with code frames, a summary.

use super::{Reporter, title};
use crate::{
    test_runner::{
        protocol::{Failure, Status},
        results::{FileResult, TestResult},
    },
    ui::{self, diagnostic},
};
use cronflow_core::error::SourceLocation;
use std::{collections::BTreeMap, fmt::Write as _, fs, time::Duration};

/// Tests in one file that are listed when all is well.
const MAX_LISTED: usize = 30;
/// Lines that are shown of what one test prints.
const MAX_PRINTED: usize = 100;
/// Slower tests show their time in another colour.
const SLOW_MS: f64 = 300.0;

/// See the module's text.
pub(super) struct Pretty {
    dots: bool,
    seed: Option<u64>,
    paint: Paint,
    files: usize,
    column: usize,
    /// What tests have printed, for the end of the dots.
    printed: String,
}

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    fn in_colour(self, code: u8, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
    fn red(self, text: &str) -> String {
        self.in_colour(31, text)
    }
    fn green(self, text: &str) -> String {
        self.in_colour(32, text)
    }
    fn yellow(self, text: &str) -> String {
        self.in_colour(33, text)
    }
    fn grey(self, text: &str) -> String {
        self.in_colour(90, text)
    }
    fn bold(self, text: &str) -> String {
        self.in_colour(1, text)
    }

    fn mark(self, status: Status) -> String {
        match status {
            Status::Passed => self.green("✓"),
            Status::Failed => self.red("✗"),
            Status::Skipped => self.yellow("-"),
            Status::Todo => self.grey("○"),
        }
    }
}

impl Pretty {
    pub(super) fn new(dots: bool, seed: Option<u64>) -> Self {
        Self { dots, seed, paint: Paint(ui::colour()), files: 0, column: 0, printed: String::new() }
    }

    fn dots(&mut self, file: &FileResult) {
        let mut line = String::new();
        for test in &file.tests {
            line.push_str(&match test.status {
                Status::Passed => self.paint.green("."),
                Status::Failed => self.paint.red("x"),
                Status::Skipped => self.paint.yellow("-"),
                Status::Todo => self.paint.grey("o"),
            });
            self.column += 1;
            if self.column.is_multiple_of(80) {
                line.push('\n');
            }
        }
        ui::write(&line);
    }

    fn heading(&self, file: &FileResult) -> String {
        let paint = self.paint;
        let failed = file.failed() > 0;
        let counts = [
            (file.count(Status::Failed), "failed"),
            (file.count(Status::Skipped), "skipped"),
            (file.count(Status::Todo), "todo"),
        ];
        let more: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let all = amount(file.tests.len(), "test");
        let about = if more.is_empty() { all } else { format!("{all}, {}", more.join(", ")) };
        let mark = paint.mark(if failed { Status::Failed } else { Status::Passed });
        let time = ui::duration(i64::try_from(file.took.as_millis()).unwrap_or(i64::MAX));
        format!("{mark} {} {}", paint.bold(&file.file.display().to_string()), paint.grey(&format!("({about}) {time}")))
    }

    fn tests(&self, file: &FileResult, out: &mut String) {
        let mut shown: Vec<&str> = Vec::new();
        for test in &file.tests {
            let suites: Vec<&str> = test.path.iter().rev().skip(1).rev().map(String::as_str).collect();
            let common = shown.iter().zip(&suites).take_while(|(a, b)| a == b).count();
            for (depth, suite) in suites.iter().enumerate().skip(common) {
                let _ = writeln!(out, "  {}{suite}", "  ".repeat(depth));
            }
            shown = suites;
            let indent = "  ".repeat(shown.len() + 1);
            let _ = writeln!(out, "{indent}{}", self.test(test));
        }
    }

    /// What the tests of a file have printed, each under its name.
    fn console(&self, file: &FileResult, out: &mut String) {
        let mut by_test: BTreeMap<Option<usize>, Vec<(&str, &str)>> = BTreeMap::new();
        for line in &file.console {
            let lines = by_test.entry(line.test).or_default();
            lines.extend(line.text.split('\n').map(|text| (line.level.as_str(), text)));
        }
        for (test, lines) in by_test {
            let name = test.map_or("the file".to_owned(), |test| title(file.path_of(test)));
            let _ = writeln!(out, "  {}", self.paint.grey(&format!("printed by {name}:")));
            for (level, text) in lines.iter().take(MAX_PRINTED) {
                let _ = writeln!(out, "    {} {text}", self.paint.grey(&format!("{level:5} |")));
            }
            let left_out = lines.len().saturating_sub(MAX_PRINTED);
            if left_out > 0 {
                let text = format!("{} left out; --reporter json has them", amount(left_out, "more line"));
                let _ = writeln!(out, "    {}", self.paint.grey(&text));
            }
        }
        if file.unkept > 0 {
            let text = format!("{} printed, too many to keep", amount(file.unkept, "more line"));
            let _ = writeln!(out, "  {}", self.paint.grey(&text));
        }
    }

    fn test(&self, test: &TestResult) -> String {
        let paint = self.paint;
        let name = test.path.last().map_or("", String::as_str);
        let time = format!("{:.0} ms", test.ms);
        let time = if test.ms > SLOW_MS { paint.yellow(&time) } else { paint.grey(&time) };
        let again = match test.retries {
            0 => String::new(),
            1 => paint.yellow(" (after 1 retry)"),
            more => paint.yellow(&format!(" (after {more} retries)")),
        };
        let name = if test.status == Status::Failed { paint.red(name) } else { name.to_owned() };
        let tail =
            if matches!(test.status, Status::Passed | Status::Failed) { format!("  {time}") } else { String::new() };
        format!("{} {name}{again}{tail}", paint.mark(test.status))
    }

    fn failures(&self, files: &[FileResult]) -> String {
        let mut out = String::new();
        for file in files {
            let name = file.file.display().to_string();
            for problem in &file.problems {
                let _ = writeln!(out, "\n{}\n{}", self.title(&name, &[]), diagnostic::render(problem, self.paint.0));
            }
            for (path, error) in &file.errors {
                let _ = writeln!(out, "\n{}\n{}", self.title(&name, path), self.failure(error));
            }
            for test in &file.tests {
                for (index, error) in test.errors.iter().enumerate() {
                    let head = if index == 0 { format!("{}\n", self.title(&name, &test.path)) } else { String::new() };
                    let _ = writeln!(out, "\n{head}{}", self.failure(error));
                }
            }
        }
        out
    }

    fn title(&self, file: &str, path: &[String]) -> String {
        let all = if path.is_empty() { file.to_owned() } else { format!("{file} > {}", title(path)) };
        format!("{} {}", self.paint.red("✗"), self.paint.bold(&all))
    }

    fn failure(&self, error: &Failure) -> String {
        let paint = self.paint;
        let mut out = format!("  {}\n", indented(&format!("{}: {}", paint.red(&error.name), error.message)));
        if let Some(diff) = &error.diff {
            let _ = writeln!(out, "\n  {} {}\n", paint.green("- expected"), paint.red("+ received"));
            for line in diff.lines() {
                let painted = match line.as_bytes().first() {
                    Some(b'-') => paint.green(line),
                    Some(b'+') => paint.red(line),
                    _ => paint.grey(line),
                };
                let _ = writeln!(out, "  {painted}");
            }
        }
        let frame = place_of(error).and_then(|place| frame(&place, paint.0));
        if let Some(frame) = &frame {
            let _ = writeln!(out, "{frame}");
        }
        let frames = error.stack.as_deref().unwrap_or_default();
        let frames: Vec<&str> = frames.lines().filter(|line| line.starts_with("    at ")).collect();
        // The frame shows the innermost place already.
        for line in frames.iter().skip(usize::from(frame.is_some())).take(6) {
            let _ = writeln!(out, "{}", paint.grey(line));
        }
        out.trim_end().to_owned()
    }

    fn summary(&self, files: &[FileResult], took: Duration) -> String {
        let paint = self.paint;
        let tests = |status| files.iter().map(|file| file.count(status)).sum::<usize>();
        let failed_files = files.iter().filter(|file| file.failed() > 0).count();
        let all: usize = files.iter().map(|file| file.tests.len()).sum();
        let left_out: usize =
            files.iter().map(|file| file.found.saturating_sub(file.planned.len().max(file.tests.len()))).sum();
        let part = |count: usize, text: String| (count > 0).then_some(text);
        let line = |parts: Vec<Option<String>>, all: usize| {
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            format!("{} {}", parts.join(", "), paint.grey(&format!("({all})")))
        };
        let failed = tests(Status::Failed);
        let (passed, skipped, todo) = (tests(Status::Passed), tests(Status::Skipped), tests(Status::Todo));
        let test_line = line(
            vec![
                part(failed, paint.red(&format!("{failed} failed"))),
                part(passed, paint.green(&format!("{passed} passed"))),
                part(skipped, paint.yellow(&format!("{skipped} skipped"))),
                part(todo, paint.grey(&format!("{todo} todo"))),
                part(left_out, paint.grey(&format!("{left_out} left out by the pattern"))),
            ],
            all + left_out,
        );
        let good = files.len() - failed_files;
        let file_line = line(
            vec![
                part(failed_files, paint.red(&format!("{failed_files} failed"))),
                part(good, paint.green(&format!("{good} passed"))),
            ],
            files.len(),
        );
        let mut out = format!("tests  {test_line}\nfiles  {file_line}\n");
        let written: u32 = files.iter().map(|file| file.snapshots.written).sum();
        let obsolete: usize = files.iter().map(|file| file.snapshots.obsolete.len()).sum();
        if written > 0 {
            let _ = writeln!(out, "snaps  {written} written");
        }
        if obsolete > 0 {
            let _ = writeln!(out, "snaps  {obsolete} obsolete; --update removes them");
        }
        if let Some(seed) = self.seed {
            let _ = writeln!(out, "order  shuffled; repeat it with --shuffle --seed {seed}");
        }
        let _ = write!(out, "time   {}", ui::duration(i64::try_from(took.as_millis()).unwrap_or(i64::MAX)));
        out
    }
}

impl Reporter for Pretty {
    fn file(&mut self, file: &FileResult) {
        self.files += 1;
        if self.dots {
            let mut printed = String::new();
            self.console(file, &mut printed);
            if !printed.is_empty() {
                let _ = write!(self.printed, "\n{}\n{printed}", self.paint.bold(&file.file.display().to_string()));
            }
            return self.dots(file);
        }
        let mut out = self.heading(file);
        out.push('\n');
        if file.failed() > 0 || file.tests.len() <= MAX_LISTED {
            self.tests(file, &mut out);
        }
        self.console(file, &mut out);
        ui::print(out.trim_end());
    }

    fn end(&mut self, files: &[FileResult], took: Duration) {
        if self.dots {
            ui::print(self.printed.trim_end());
        }
        let failures = self.failures(files);
        if !failures.is_empty() {
            ui::print(failures.trim_end());
        }
        ui::print(&format!("\n{}", self.summary(files, took)));
    }
}

fn amount(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

fn place_of(error: &Failure) -> Option<SourceLocation> {
    Some(SourceLocation { file: error.file.clone()?, line: error.line?, column: error.column.unwrap_or(1) })
}

/// The source around a place.
fn frame(place: &SourceLocation, colour: bool) -> Option<String> {
    let text = fs::read_to_string(&place.file).ok()?;
    diagnostic::frame(place, &text, colour)
}
