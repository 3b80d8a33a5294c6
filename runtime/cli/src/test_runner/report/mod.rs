//! What the runner prints, in several formats.

mod junit;
mod machine;
mod pretty;

use super::results::FileResult;
use clap::ValueEnum;
use std::time::Duration;

/// `--reporter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// For people: files, failures with code frames, a summary
    Pretty,
    /// A dot for each test, then the failures
    Dot,
    /// Test Anything Protocol, version 14
    Tap,
    /// `JUnit` XML
    Junit,
    /// One JSON object
    Json,
}

/// Takes results as they come.
pub(super) trait Reporter {
    /// A file has run.
    fn file(&mut self, file: &FileResult);
    /// All files have run; they are sorted by name.
    fn end(&mut self, files: &[FileResult], took: Duration);
}

/// The reporter of a kind. `seed` is that of shuffled tests.
pub(super) fn reporter(kind: Kind, seed: Option<u64>) -> Box<dyn Reporter> {
    match kind {
        Kind::Pretty => Box::new(pretty::Pretty::new(false, seed)),
        Kind::Dot => Box::new(pretty::Pretty::new(true, seed)),
        Kind::Tap => Box::new(machine::Tap),
        Kind::Junit => Box::new(junit::Junit),
        Kind::Json => Box::new(machine::Json { seed }),
    }
}

/// The names of a test or suite as one line.
fn title(path: &[String]) -> String {
    path.join(" > ")
}
