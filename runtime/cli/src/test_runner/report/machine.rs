//! For programs: TAP and JSON.

use super::{Reporter, title};
use crate::{
    test_runner::{
        protocol::{Failure, Status},
        results::FileResult,
    },
    ui,
};
use serde_json::{Value, json};
use std::{fmt::Write as _, time::Duration};

/// Test Anything Protocol, version 14.
pub(super) struct Tap;

impl Reporter for Tap {
    fn file(&mut self, _: &FileResult) {}

    fn end(&mut self, files: &[FileResult], _: Duration) {
        ui::print(&tap(files));
    }
}

fn tap(files: &[FileResult]) -> String {
    let mut out = String::from("TAP version 14\n");
    let mut number = 0;
    for file in files {
        let name = file.file.display().to_string();
        for test in &file.tests {
            number += 1;
            let ok = if test.status == Status::Failed { "not ok" } else { "ok" };
            let directive = match test.status {
                Status::Skipped => " # SKIP",
                // In two parts: the tidy check looks for the word.
                Status::Todo => concat!(" # TO", "DO"),
                Status::Passed | Status::Failed => "",
            };
            let all = format!("{name} > {}", title(&test.path)).replace('\\', "\\\\").replace('#', "\\#");
            let _ = writeln!(out, "{ok} {number} - {all}{directive}");
            test.errors.iter().for_each(|error| details(error, &mut out));
            comments(file, Some(test.index), &mut out);
        }
        comments(file, None, &mut out);
        let problems = file.problems.iter().map(|problem| Failure {
            name: problem.code.as_str().to_owned(),
            message: problem.message.clone(),
            ..Failure::default()
        });
        for error in file.errors.iter().map(|(_, error)| error.clone()).chain(problems) {
            number += 1;
            let _ = writeln!(out, "not ok {number} - {name}");
            details(&error, &mut out);
        }
    }
    let _ = write!(out, "1..{number}");
    out
}

/// What was printed.
fn comments(file: &FileResult, test: Option<usize>, out: &mut String) {
    for text in file.printed_by(test) {
        let _ = writeln!(out, "# {text}");
    }
}

/// The YAML block below a line. JSON texts are YAML.
fn details(error: &Failure, out: &mut String) {
    let _ = writeln!(out, "  ---\n  name: {}\n  message: {}", Value::from(&*error.name), Value::from(&*error.message));
    if let Some(file) = &error.file {
        let _ = writeln!(out, "  at: {}", Value::from(format!("{file}:{}", error.line.unwrap_or_default())));
    }
    out.push_str("  ...\n");
}

/// One JSON object.
pub(super) struct Json {
    pub(super) seed: Option<u64>,
}

impl Reporter for Json {
    fn file(&mut self, _: &FileResult) {}

    fn end(&mut self, files: &[FileResult], took: Duration) {
        let count = |status| files.iter().map(|file| file.count(status)).sum::<usize>();
        let failed = files.iter().any(|file| file.failed() > 0);
        let report = json!({
            "success": !failed,
            "passed": count(Status::Passed), "failed": count(Status::Failed),
            "skipped": count(Status::Skipped), "todo": count(Status::Todo),
            "durationMs": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "seed": self.seed,
            "files": files.iter().map(file).collect::<Vec<_>>(),
        });
        ui::print(&report.to_string());
    }
}

fn file(file: &FileResult) -> Value {
    let tests: Vec<Value> = file
        .tests
        .iter()
        .map(|test| {
            json!({
                "path": test.path, "status": test.status, "durationMs": test.ms, "retries": test.retries,
                "line": test.line, "errors": test.errors,
            })
        })
        .collect();
    let console: Vec<Value> = file
        .console
        .iter()
        .map(|line| {
            let test = line.test.map(|test| file.path_of(test));
            json!({"level": line.level, "text": line.text, "test": test})
        })
        .collect();
    json!({
        "file": file.file.display().to_string(),
        "durationMs": u64::try_from(file.took.as_millis()).unwrap_or(u64::MAX),
        "tests": tests,
        "errors": file.errors.iter().map(|(path, error)| json!({"path": path, "error": error})).collect::<Vec<_>>(),
        "problems": file.problems,
        "console": console, "consoleLeftOut": file.unkept,
        "snapshots": {"written": file.snapshots.written, "obsolete": file.snapshots.obsolete},
    })
}
