//! What came of the tests of each file.

use super::protocol::{Coverage, Event, Failure, Planned, Snapshots, Status};
use cronflow_core::{error::Diagnostic, id::Digest};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// Most that is kept of what the tests of one file print, in bytes.
const MAX_PRINTED: usize = 8 << 20;

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

/// What was printed at once.
#[derive(Debug)]
pub(super) struct Line {
    /// By which test; `None` is the file around them.
    pub(super) test: Option<usize>,
    pub(super) level: String,
    pub(super) text: String,
}

/// One file.
#[derive(Debug)]
pub(super) struct FileResult {
    pub(super) file: PathBuf,
    pub(super) tests: Vec<TestResult>,
    /// What is wrong around tests: hooks, and the file itself.
    pub(super) errors: Vec<(Vec<String>, Failure)>,
    pub(super) problems: Vec<Diagnostic>,
    /// What was printed, in order.
    pub(super) console: Vec<Line>,
    /// How many lines more were printed than are kept.
    pub(super) unkept: usize,
    /// Bytes that were printed.
    printed: usize,
    pub(super) snapshots: Snapshots,
    /// How many tests it has, with those that a pattern leaves out.
    pub(super) found: usize,
    pub(super) took: Duration,
    /// What it was compiled from; `None` was not there.
    pub(super) sources: BTreeMap<PathBuf, Option<Digest>>,
    /// What its tests have gone through, if that was counted and its process came to an end.
    pub(super) coverage: Option<Coverage>,
    pub(super) planned: Vec<Planned>,
    /// Tests that have begun, and have not ended; a test within another is behind it.
    pub(super) running: Vec<usize>,
}

impl FileResult {
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.to_path_buf(),
            tests: Vec::new(),
            errors: Vec::new(),
            problems: Vec::new(),
            console: Vec::new(),
            unkept: 0,
            printed: 0,
            snapshots: Snapshots::default(),
            found: 0,
            took: Duration::ZERO,
            sources: BTreeMap::new(),
            coverage: None,
            planned: Vec::new(),
            running: Vec::new(),
        }
    }

    /// Takes what its process reports.
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Compiled { sources } => self.sources = sources,
            Event::Collected { tests, found } => (self.planned, self.found) = (tests, found),
            Event::Begin { test, .. } => self.running.push(test),
            Event::End { test, path, status, errors, retries, line, ms } => {
                self.running.retain(|running| *running != test);
                self.tests.push(TestResult { index: test, path, status, errors, retries, line, ms });
            }
            Event::Suite { path, errors } => self.errors.extend(errors.into_iter().map(|error| (path.clone(), error))),
            Event::Note { test, text } => self.printed(Line { test: Some(test), level: "info".to_owned(), text }),
            Event::Print { test, level, text } => self.printed(Line { test, level, text }),
            Event::Coverage(coverage) => self.coverage = Some(coverage),
            Event::Done { snapshots } => self.snapshots = snapshots,
            Event::Broken { error } => self.errors.push((Vec::new(), error)),
            Event::Invalid { problems } => self.problems = problems,
        }
    }

    fn printed(&mut self, line: Line) {
        self.printed += line.text.len();
        if self.printed > MAX_PRINTED {
            self.unkept += 1;
        } else {
            self.console.push(line);
        }
    }

    /// The file could not be run.
    pub(super) fn broken(&mut self, message: String) {
        let error = Failure { name: "TestProcessError".to_owned(), message, ..Failure::default() };
        self.errors.push((Vec::new(), error));
    }

    /// What a test has printed, or the file around them.
    pub(super) fn printed_by(&self, test: Option<usize>) -> impl Iterator<Item = &str> {
        self.console.iter().filter(move |line| line.test == test).flat_map(|line| line.text.split('\n'))
    }

    /// The names of a test, from the outermost suite on.
    pub(super) fn path_of(&self, test: usize) -> &[String] {
        self.tests.iter().find(|one| one.index == test).map_or(&[], |one| one.path.as_slice())
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
