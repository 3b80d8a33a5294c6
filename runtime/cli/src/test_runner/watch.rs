//! `test --watch`: runs the tests that a change concerns, again and again.
//!
//! Files are looked at ten times a second: that costs next to nothing, needs nothing of the system, and works on any
//! file system.

use super::{coverage::Coverage, protocol, results::FileResult, rounds::Round};
use crate::{args, exit::Exit, ui};
use cronflow_core::error::Diagnostic;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, IsTerminal as _},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

/// How often files are looked at; what changes within one pause is one change.
const PAUSE: Duration = Duration::from_millis(100);
/// After so many pauses new test files are looked for.
const SEARCH: u32 = 5;

/// What a test file was compiled from, and how it ended.
struct Known {
    sources: BTreeSet<PathBuf>,
    has_failed: bool,
    coverage: Option<protocol::Coverage>,
}

/// When a file was written last, and how long it is; `None` when it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// Runs everything once, and then what is concerned by each change, until somebody says `q`.
pub(super) fn watch(args: &args::Test) -> Result<Exit, Diagnostic> {
    let keys = keys();
    let mut known: BTreeMap<PathBuf, Known> = BTreeMap::new();
    let mut stamps: BTreeMap<PathBuf, Stamp> = BTreeMap::new();
    let mut next = super::chosen(args)?;
    loop {
        // A change that comes while the tests run is one, too.
        stamps.extend(next.iter().map(|file| (real(file), stamp(file))));
        if !next.is_empty() {
            clear();
            for result in (Round { args, files: next, records: None }).run()? {
                learn(result, &mut known, &mut stamps);
            }
            if args.coverage {
                // Files that did not run now are as they were when they ran last.
                let there = known.iter().filter(|(file, _)| file.is_file());
                Coverage::of(there.map(|(file, one)| (file.as_path(), one.coverage.as_ref()))).tell(args)?;
            }
        }
        ui::print(&format!(
            "watching {}; Enter runs all of them, f and Enter what failed, q and Enter ends",
            count(known.len(), "test file")
        ));
        next = match wait(args, &keys, &known, &mut stamps)? {
            Some(files) => files,
            None => return Ok(Exit::Ok),
        };
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Begins a fresh screen; what is written to a file or pipe stays whole.
fn clear() {
    if std::io::stdout().is_terminal() {
        ui::write("\u{1b}[2J\u{1b}[H");
    }
}

/// Lines of the standard input; none come from one that is closed.
fn keys() -> mpsc::Receiver<String> {
    let (sender, keys) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
        // The other end is not to see that nothing comes any more.
        std::mem::forget(sender);
    });
    keys
}

/// Notes what a file was made of.
fn learn(result: FileResult, known: &mut BTreeMap<PathBuf, Known>, stamps: &mut BTreeMap<PathBuf, Stamp>) {
    let mut sources: BTreeSet<PathBuf> = result.sources.iter().map(|file| real(file)).collect();
    sources.insert(real(&result.file));
    // What does not compile is tried again when one of the files changes that it had, or that is to blame.
    if result.sources.is_empty() {
        let blamed = result.problems.iter().filter_map(|problem| problem.location.as_ref());
        sources.extend(blamed.map(|place| real(Path::new(&place.file))));
        sources.extend(known.get(&result.file).into_iter().flat_map(|before| before.sources.iter().cloned()));
    }
    for source in &sources {
        stamps.entry(source.clone()).or_insert_with(|| stamp(source));
    }
    let has_failed = result.failed() > 0;
    known.insert(result.file, Known { sources, has_failed, coverage: result.coverage });
}

fn real(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_path_buf())
}

fn stamp(file: &Path) -> Stamp {
    let metadata = file.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The files of the next round; `None` when it is to end.
fn wait(
    args: &args::Test,
    keys: &mpsc::Receiver<String>,
    known: &BTreeMap<PathBuf, Known>,
    stamps: &mut BTreeMap<PathBuf, Stamp>,
) -> Result<Option<Vec<PathBuf>>, Diagnostic> {
    let mut changed: BTreeSet<PathBuf> = BTreeSet::new();
    for pause in 1.. {
        if let Ok(key) = keys.recv_timeout(PAUSE) {
            let failed = || known.iter().filter(|(_, one)| one.has_failed).map(|(file, _)| file.clone()).collect();
            match key.trim() {
                "" | "a" => return super::chosen(args).map(Some),
                "f" => return Ok(Some(failed())),
                "q" => return Ok(None),
                other => ui::print(&format!("'{other}' means nothing here; use Enter, f or q")),
            }
        }
        let now: Vec<PathBuf> = stamps
            .iter_mut()
            .filter_map(|(file, before)| {
                let after = stamp(file);
                (std::mem::replace(before, after) != after).then(|| file.clone())
            })
            .collect();
        let is_quiet = now.is_empty();
        changed.extend(now);
        let mut next: BTreeSet<PathBuf> = known
            .iter()
            .filter(|(file, one)| file.is_file() && !one.sources.is_disjoint(&changed))
            .map(|(file, _)| file.clone())
            .collect();
        if pause % SEARCH == 0 {
            next.extend(super::chosen(args)?.into_iter().filter(|file| !known.contains_key(file)));
        }
        // An editor may write several files: the last of them counts.
        if is_quiet && !next.is_empty() {
            return Ok(Some(next.into_iter().collect()));
        }
    }
    Ok(None)
}
