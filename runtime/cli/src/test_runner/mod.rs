//! `cronflow-rt test`: finds test files, lets processes run them, and reports.

pub(crate) mod child;
mod coverage;
mod discover;
mod keys;
mod pool;
mod protocol;
mod replay;
mod report;
mod results;
mod rounds;
mod snapshots;
mod watch;

pub(crate) use discover::Shard;
pub(crate) use report::Kind as ReporterKind;

use crate::{args, exit::Exit, ui::diagnostic};
use coverage::Coverage;
use cronflow_core::error::Diagnostic;
use results::FileResult;
use rounds::Round;
use std::path::PathBuf;

/// Runs the tests.
pub(crate) fn test(args: &args::Test) -> Exit {
    match run(args) {
        Ok(exit) => exit,
        Err(problem) => {
            diagnostic::print(&problem);
            Exit::of(problem.code)
        }
    }
}

fn run(args: &args::Test) -> Result<Exit, Diagnostic> {
    if args.watch {
        return watch::watch(args);
    }
    let records = args.replay.as_deref().map(replay::read).transpose()?;
    if records.as_ref().is_some_and(|records| records.is_empty()) {
        crate::ui::tell("the export has no runs");
        return Ok(Exit::NoTests);
    }
    let files = if records.is_some() { replay::files(&args.files)? } else { chosen(args, &args.files)? };
    if files.is_empty() {
        crate::ui::tell("no test file was found: name it like order.test.ts, or put it into a folder __tests__");
        return Ok(Exit::NoTests);
    }
    let results = Round { args, files, records }.run()?;
    if args.coverage {
        Coverage::of(coverage::told(&results)).tell(args)?;
    }
    Ok(exit_of(&results))
}

/// The test files among what is named that the arguments choose.
fn chosen(args: &args::Test, named: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut files = discover::discover(named)?;
    files.retain(|file| args.filter.as_deref().is_none_or(|text| file.to_string_lossy().contains(text)));
    Ok(match args.shard {
        Some(shard) => shard.of(files),
        None => files,
    })
}

fn exit_of(results: &[FileResult]) -> Exit {
    if results.iter().any(|file| file.failed() > 0) {
        return Exit::Failure;
    }
    if results.iter().all(|file| file.tests.is_empty()) {
        crate::ui::tell("no test was found: check the pattern, or declare one with test()");
        return Exit::NoTests;
    }
    Exit::Ok
}
