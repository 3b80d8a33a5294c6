//! `JUnit` XML, as CI servers read it.

use super::{Reporter, title};
use crate::{
    test_runner::{protocol::Status, results::FileResult},
    ui::{self, markup::escaped},
};
use std::{fmt::Write as _, time::Duration};

/// See the module's text.
pub(super) struct Junit;

impl Reporter for Junit {
    fn file(&mut self, _: &FileResult) {}

    fn end(&mut self, files: &[FileResult], took: Duration) {
        let tests: usize = files.iter().map(|file| file.tests.len()).sum();
        let failed: usize = files.iter().map(|file| file.count(Status::Failed)).sum();
        let errors: usize = files.iter().map(|file| file.errors.len() + file.problems.len()).sum();
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cronflow-rt test\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" time=\"{:.3}\">\n",
            took.as_secs_f64()
        );
        files.iter().for_each(|file| suite(file, &mut out));
        out.push_str("</testsuites>");
        ui::print(&out);
    }
}

fn suite(file: &FileResult, out: &mut String) {
    let name = escape(&file.file.display().to_string());
    let skipped = file.count(Status::Skipped) + file.count(Status::Todo);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{skipped}\" time=\"{:.3}\">",
        file.tests.len(),
        file.count(Status::Failed),
        file.errors.len() + file.problems.len(),
        file.took.as_secs_f64()
    );
    for test in &file.tests {
        let title = escape(&title(&test.path));
        let _ = write!(out, "    <testcase classname=\"{name}\" name=\"{title}\" time=\"{:.3}\"", test.ms / 1e3);
        let inner = match test.status {
            Status::Passed => String::new(),
            Status::Skipped | Status::Todo => "      <skipped/>\n".to_owned(),
            Status::Failed => test
                .errors
                .iter()
                .map(|error| {
                    let place = error.file.iter().filter(|_| error.stack.is_none());
                    let place = place.map(|file| format!("at {file}:{}", error.line.unwrap_or_default()));
                    let details: Vec<String> = error.diff.iter().chain(&error.stack).cloned().chain(place).collect();
                    let details = details.join("\n");
                    failure("failure", &error.name, &error.message, &details)
                })
                .collect(),
        };
        let inner = inner + &printed(file, Some(test.index));
        if inner.is_empty() {
            out.push_str("/>\n");
        } else {
            let _ = write!(out, ">\n{inner}    </testcase>\n");
        }
    }
    let around = file.errors.iter().map(|(path, error)| (title(path), error.name.clone(), error.message.clone()));
    let problems = file.problems.iter().map(|one| (String::new(), one.code.to_string(), one.message.clone()));
    for (title, kind, message) in around.chain(problems) {
        let _ = write!(
            out,
            "    <testcase classname=\"{name}\" name=\"{}\">\n{}    </testcase>\n",
            escape(&title),
            failure("error", &kind, &message, "")
        );
    }
    out.push_str(&printed(file, None));
    out.push_str("  </testsuite>\n");
}

fn printed(file: &FileResult, test: Option<usize>) -> String {
    let lines: Vec<&str> = file.printed_by(test).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("      <system-out>{}</system-out>\n", escaped(&lines.join("\n")))
}

fn failure(tag: &str, kind: &str, message: &str, details: &str) -> String {
    format!("      <{tag} type=\"{}\" message=\"{}\">{}</{tag}>\n", escape(kind), escape(message), escape(details))
}

/// A line end in an attribute would become a space.
fn escape(text: &str) -> String {
    escaped(text).replace('\n', "&#10;")
}
