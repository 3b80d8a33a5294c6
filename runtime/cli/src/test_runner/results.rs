//! What came of the tests of each file.

use super::protocol::{Coverage, Event, Failure, Planned, Snapshots, Status};
use cronflow_core::{error::Diagnostic, id::Digest};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// One test.
#[derive(Debug, Clone)]
pub(super) struct TestResult {
    pub(super) index: usize,
    /// From the outermost suite to the test.
    pub(super) path: Vec<String>,
    pub(super) status: Status,
    pub(super) errors: Vec<Failure>,
    pub(super) retries: u32,
    pub(super) line: u32,
    pub(super) ms: f64,
}

/// One file.
#[derive(Debug)]
pub(super) struct FileResult {
    pub(super) file: PathBuf,
    pub(super) tests: Vec<TestResult>,
    /// What is wrong around tests: hooks, and the file itself.
    pub(super) errors: Vec<(Vec<String>, Failure)>,
    pub(super) problems: Vec<Diagnostic>,
    /// Level and text, in order.
    pub(super) console: Vec<(String, String)>,
    pub(super) snapshots: Snapshots,
    /// How many tests it has, with those that a pattern leaves out.
    pub(super) found: usize,
    pub(super) took: Duration,
    /// What it was compiled from; `None` was not there.
    pub(super) sources: BTreeMap<PathBuf, Option<Digest>>,
    /// What its tests have gone through, if that was counted and its process came to an end.
    pub(super) coverage: Option<Coverage>,
    pub(super) planned: Vec<Planned>,
    pub(super) running: Option<usize>,
}

impl FileResult {
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.to_path_buf(),
            tests: Vec::new(),
            errors: Vec::new(),
            problems: Vec::new(),
            console: Vec::new(),
            snapshots: Snapshots::default(),
            found: 0,
            took: Duration::ZERO,
            sources: BTreeMap::new(),
            coverage: None,
            planned: Vec::new(),
            running: None,
        }
    }

    /// Takes what its process reports.
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Compiled { sources } => self.sources = sources,
            Event::Collected { tests, found } => (self.planned, self.found) = (tests, found),
            Event::Begin { test, .. } => self.running = Some(test),
            Event::End { test, path, status, errors, retries, line, ms } => {
                self.running = self.running.filter(|running| *running != test);
                self.tests.push(TestResult { index: test, path, status, errors, retries, line, ms });
            }
            Event::Suite { path, errors } => self.errors.extend(errors.into_iter().map(|error| (path.clone(), error))),
            Event::Note { text, .. } => self.console.push(("info".to_owned(), text)),
            Event::Console { level, text } => self.console.push((level, text)),
            Event::Coverage(coverage) => self.coverage = Some(coverage),
            Event::Done { snapshots } => self.snapshots = snapshots,
            Event::Broken { error } => self.errors.push((Vec::new(), error)),
            Event::Invalid { problems } => self.problems = problems,
        }
    }

    /// The file could not be run.
    pub(super) fn broken(&mut self, message: String) {
        let error = Failure { name: "TestProcessError".to_owned(), message, ..Failure::default() };
        self.errors.push((Vec::new(), error));
    }

    pub(super) fn count(&self, status: Status) -> usize {
        self.tests.iter().filter(|test| test.status == status).count()
    }

    /// How much of it failed.
    pub(super) fn failed(&self) -> u32 {
        let all = self.count(Status::Failed) + self.errors.len() + self.problems.len();
        u32::try_from(all).unwrap_or(u32::MAX)
    }
}
