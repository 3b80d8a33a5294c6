//! `cronflow-rt test`: finds test files, lets processes run them, and reports.

pub(crate) mod child;
mod discover;
mod pool;
mod protocol;
mod replay;
mod report;
mod results;
mod snapshots;

pub(crate) use discover::Shard;
pub(crate) use report::Kind as ReporterKind;

use crate::{args, exit::Exit, ui::diagnostic};
use cronflow_core::error::{Code, Diagnostic};
use protocol::{Job, JobOptions};
use results::FileResult;
use std::{
    path::PathBuf,
    sync::mpsc,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

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
    let began = Instant::now();
    let records = args.replay.as_deref().map(replay::read).transpose()?;
    if records.as_ref().is_some_and(Vec::is_empty) {
        crate::ui::tell("the export has no runs");
        return Ok(Exit::NoTests);
    }
    let mut files = if records.is_some() { replay::files(&args.files)? } else { discover::discover(&args.files)? };
    files.retain(|file| args.filter.as_deref().is_none_or(|text| file.to_string_lossy().contains(text)));
    if let Some(shard) = args.shard {
        files = shard.of(files);
    }
    if files.is_empty() {
        crate::ui::tell("no test file was found: name it like order.test.ts, or put it into a folder __tests__");
        return Ok(Exit::NoTests);
    }
    let seed = args.seed.or_else(|| args.shuffle.then(random_seed));
    let jobs = jobs(args, files, seed, records.as_deref());
    let program = std::env::current_exe()
        .map_err(|error| Diagnostic::new(Code::Internal, format!("this program cannot be found: {error}")))?;
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processes = cores.min(jobs.len());
    let mut reporter = report::reporter(args.reporter, args.shuffle.then_some(seed).flatten());
    let (sender, results) = mpsc::channel();
    let mut all: Vec<FileResult> = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            pool::run(jobs, processes, &program, args.bail.unwrap_or_default(), &sender);
            drop(sender);
        });
        for result in results {
            snapshots::write(&result);
            reporter.file(&result);
            all.push(result);
        }
    });
    if let Some((export, records)) = args.replay.as_deref().zip(records.as_deref())
        && let Some(left) = replay::left(export, records, &all)
    {
        reporter.file(&left);
        all.push(left);
    }
    all.sort_by(|a, b| a.file.cmp(&b.file));
    reporter.end(&all, began.elapsed());
    Ok(exit_of(&all))
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

fn jobs(
    args: &args::Test,
    mut files: Vec<PathBuf>,
    seed: Option<u64>,
    records: Option<&[serde_json::Value]>,
) -> Vec<Job> {
    if let Some(seed) = seed.filter(|_| args.shuffle) {
        // The order of files follows from the seed and their names.
        files.sort_by_key(|file| {
            let text = format!("{seed} {}", file.display());
            let mut hasher = cronflow_core::id::Digest::hasher();
            hasher.field(text.as_bytes());
            hasher.finish().leading()
        });
    }
    let options = |file: &PathBuf| JobOptions {
        pattern: args.pattern.clone(),
        timeout: u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX),
        bail: args.bail.unwrap_or_default(),
        seed: seed.filter(|_| args.shuffle),
        update: args.update,
        ci: std::env::var_os("CI").is_some_and(|value| value != "false" && value != "0" && !value.is_empty()),
        snapshots: snapshots::read(file),
    };
    files
        .into_iter()
        .map(|file| Job {
            options: options(&file),
            allow: args.allow.clone(),
            replay: records.map(<[_]>::to_vec),
            file,
        })
        .collect()
}

fn random_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}
