//! One round: files are run by processes, and reported.

use super::{
    pool,
    protocol::{Job, JobOptions},
    replay, report,
    results::FileResult,
    snapshots,
};
use crate::args;
use cronflow_core::error::{Code, Diagnostic};
use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Which files, and what with.
pub(super) struct Round<'a> {
    pub(super) args: &'a args::Test,
    pub(super) files: Vec<PathBuf>,
    /// Recorded runs to replay.
    pub(super) records: Option<Arc<[serde_json::Value]>>,
}

impl Round<'_> {
    /// Runs them, and says what came of it.
    pub(super) fn run(self) -> Result<Vec<FileResult>, Diagnostic> {
        let Self { args, files, records } = self;
        let began = Instant::now();
        let seed = args.seed.or_else(|| args.shuffle.then(random_seed));
        let jobs = jobs(args, files, seed, records.as_ref());
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
            for mut result in results {
                snapshots::write(&mut result);
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
        Ok(all)
    }
}

fn jobs(
    args: &args::Test,
    mut files: Vec<PathBuf>,
    seed: Option<u64>,
    records: Option<&Arc<[serde_json::Value]>>,
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
        coverage: args.coverage,
        snapshots: snapshots::read(file),
    };
    let zones = records.map_or_else(|| vec![None], |records| replay::zones(records));
    let job = |file: &PathBuf, zone: &Option<String>| Job {
        file: file.clone(),
        options: options(file),
        allow: args.allow.clone(),
        replay: records.cloned(),
        zone: zone.clone(),
    };
    files
        .iter()
        .flat_map(|file| zones.iter().map(move |zone| (file, zone)))
        .map(|(file, zone)| job(file, zone))
        .collect()
}

fn random_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}
