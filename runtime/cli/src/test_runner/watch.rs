//! `test --watch`: runs the tests that a change concerns, again and again.
//!
//! A test file is to run when one of the files that it was compiled from has another content now. Files are looked at
//! ten times a second: that costs next to nothing, needs nothing of the system, and works on any file system.

use super::{
    coverage::Coverage,
    keys::{Key, Keys},
    protocol,
    results::FileResult,
    rounds::Round,
};
use crate::{args, exit::Exit, ui};
use cronflow_compiler::digest_of;
use cronflow_core::{error::Diagnostic, id::Digest};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::IsTerminal as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How often files are looked at; what changes within one pause is one change.
const PAUSE: Duration = Duration::from_millis(100);
/// After so many pauses new test files are looked for.
const SEARCH: u32 = 5;
/// A file that was written so short a time ago may be written again without another stamp.
const YOUNG: Duration = Duration::from_secs(2);

/// What files held; `None` where there was none.
type Sources = BTreeMap<PathBuf, Option<Digest>>;

/// A test file.
struct Known {
    /// What it was compiled from.
    sources: Sources,
    has_failed: bool,
    coverage: Option<protocol::Coverage>,
}

/// When a file was written last, how long it is, and which one it is; `None` when it is not there.
type Stamp = Option<(SystemTime, u64, u64)>;

/// A file as it was when it was last looked at.
struct Seen {
    stamp: Stamp,
    /// Whether it had just been written: then the stamp does not tell whether it was written again, however late the
    /// next look comes.
    is_young: bool,
    digest: Option<Digest>,
}

/// What comes next.
enum Next {
    Run(Vec<PathBuf>),
    End(Exit),
}

/// Runs everything once, and then what is concerned by each change, until somebody says that it is to end.
pub(super) fn watch(args: &args::Test) -> Result<Exit, Diagnostic> {
    let mut watch = Watch { args, keys: Keys::new(), known: BTreeMap::new(), seen: BTreeMap::new() };
    let mut files = super::chosen(args, &args.files)?;
    loop {
        watch.run(files)?;
        match watch.wait()? {
            Next::Run(next) => files = next,
            Next::End(exit) => return Ok(exit),
        }
    }
}

struct Watch<'a> {
    args: &'a args::Test,
    keys: Keys,
    known: BTreeMap<PathBuf, Known>,
    seen: BTreeMap<PathBuf, Seen>,
}

impl Watch<'_> {
    fn run(&mut self, files: Vec<PathBuf>) -> Result<(), Diagnostic> {
        if files.is_empty() {
            return Ok(());
        }
        clear();
        for file in &files {
            // The round may end before it comes to this one.
            self.known.entry(file.clone()).or_insert_with(|| Known {
                sources: itself(file),
                has_failed: false,
                coverage: None,
            });
        }
        // Before anything reads them: what changes from now on is a change.
        let mut before: BTreeMap<PathBuf, Sources> = files.iter().map(|file| (file.clone(), itself(file))).collect();
        for result in (Round { args: self.args, files, records: None }).run()? {
            let alone = before.remove(&result.file).unwrap_or_default();
            self.learn(result, alone);
        }
        if self.args.coverage {
            // Files that did not run now are as they were when they ran last.
            let there = self.known.iter().filter(|(file, _)| file.is_file());
            Coverage::of(there.map(|(file, one)| (file.as_path(), one.coverage.as_ref()))).tell(self.args)?;
        }
        let used = |file: &PathBuf| self.known.values().any(|one| one.sources.contains_key(file));
        self.seen.retain(|file, _| used(file));
        Ok(())
    }

    /// Notes what a file was made of, and how it ended. `alone` stands for what a process that was lost has not told.
    fn learn(&mut self, result: FileResult, alone: Sources) {
        let has_failed = result.failed() > 0;
        let sources = if result.sources.is_empty() { alone } else { result.sources };
        self.known.insert(result.file, Known { sources, has_failed, coverage: result.coverage });
    }

    fn wait(&mut self) -> Result<Next, Diagnostic> {
        let _single = self.keys.single();
        self.invite();
        for pause in 1.. {
            if let Some(next) = self.key()? {
                return Ok(next);
            }
            // An editor may write several files: the last of them counts.
            if !self.look() {
                continue;
            }
            if self.forget_what_is_gone() {
                self.invite();
            }
            let mut next = self.stale();
            if pause % SEARCH == 0 {
                next.extend(self.present()?.into_iter().filter(|file| !self.known.contains_key(file)));
            }
            if !next.is_empty() {
                return Ok(Next::Run(next));
            }
        }
        Ok(Next::End(Exit::Ok))
    }

    /// Waits for a key, and for no longer than a pause.
    fn key(&mut self) -> Result<Option<Next>, Diagnostic> {
        let failed = || self.known.iter().filter(|(_, one)| one.has_failed).map(|(file, _)| file.clone());
        Ok(match self.keys.wait(PAUSE) {
            None => None,
            Some(Key::All) => Some(Next::Run(self.present()?)),
            Some(Key::Failed) => Some(Next::Run(failed().collect())),
            Some(Key::End) => Some(Next::End(if failed().next().is_some() { Exit::Failure } else { Exit::Ok })),
            Some(Key::Interrupt) => Some(Next::End(Exit::Interrupted)),
            Some(Key::Other(text)) => {
                ui::print(&format!("'{text}' means nothing here"));
                self.invite();
                None
            }
        })
    }

    fn invite(&self) {
        let count = self.known.len();
        let files = if count == 1 { "1 test file".to_owned() } else { format!("{count} test files") };
        let enter = if self.keys.is_terminal { "" } else { " and Enter" };
        ui::print(&format!("watching {files}; Enter runs all of them, f{enter} what failed, q{enter} ends"));
    }

    /// The test files that are there now. One that was named may be gone, or about to be replaced.
    fn present(&self) -> Result<Vec<PathBuf>, Diagnostic> {
        let named: Vec<PathBuf> = self.args.files.iter().filter(|path| path.exists()).cloned().collect();
        if named.is_empty() && !self.args.files.is_empty() {
            return Ok(Vec::new());
        }
        super::chosen(self.args, &named)
    }

    /// Looks at all files; returns whether none has changed since the last time.
    fn look(&mut self) -> bool {
        let now = SystemTime::now();
        let mut is_quiet = true;
        for file in self.known.values().flat_map(|one| one.sources.keys()) {
            match self.seen.entry(file.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(Seen::at(file, now));
                    is_quiet = false;
                }
                Entry::Occupied(mut entry) => is_quiet &= !entry.get_mut().renew(file, now),
            }
        }
        is_quiet
    }

    fn forget_what_is_gone(&mut self) -> bool {
        let before = self.known.len();
        self.known.retain(|file, _| file.is_file());
        self.known.len() < before
    }

    /// Test files that were compiled from something else than what is there now.
    fn stale(&self) -> Vec<PathBuf> {
        let now = |file: &PathBuf| self.seen.get(file).and_then(|seen| seen.digest);
        let is_stale = |one: &Known| one.sources.iter().any(|(file, digest)| now(file) != *digest);
        self.known.iter().filter(|(_, one)| is_stale(one)).map(|(file, _)| file.clone()).collect()
    }
}

impl Seen {
    /// Looks at a file; `now` is no later than this moment.
    fn at(file: &Path, now: SystemTime) -> Self {
        let stamp = stamp(file);
        let is_young = stamp.is_some_and(|(written, ..)| {
            let age = now.duration_since(written).unwrap_or_else(|ahead| ahead.duration());
            age < YOUNG
        });
        // After the stamp: what is written between the two is seen the next time.
        Self { stamp, is_young, digest: digest_of(file) }
    }

    /// Looks again; returns whether the content is another.
    fn renew(&mut self, file: &Path, now: SystemTime) -> bool {
        if stamp(file) == self.stamp && !self.is_young {
            return false;
        }
        let before = self.digest;
        *self = Self::at(file, now);
        self.digest != before
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = file.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len(), metadata.ino()))
}

/// A test file of which nothing more is known.
fn itself(file: &Path) -> Sources {
    let path = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let digest = digest_of(&path);
    BTreeMap::from([(path, digest)])
}

/// Begins a fresh screen; what is written to a file or pipe stays whole.
fn clear() {
    if std::io::stdout().is_terminal() {
        ui::write("\u{1b}[2J\u{1b}[H");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use std::fs;

    /// Writes a file with a stamp of its own choice, as a second change within one tick of the clock has.
    fn write(file: &Path, content: &str, written: SystemTime) {
        fs::write(file, content).unwrap();
        fs::File::options().write(true).open(file).unwrap().set_modified(written).unwrap();
    }

    #[test]
    fn a_second_change_with_the_same_stamp_is_seen_however_late() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.ts");
        let written = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        write(&file, "1", written);
        let mut seen = Seen::at(&file, written + Duration::from_millis(1));
        write(&file, "2", written);
        // The machine was busy: nothing looked for an hour.
        let late = written + Duration::from_secs(3600);
        assert!(seen.renew(&file, late));
        assert!(!seen.renew(&file, late + PAUSE));
        // From now on the stamp tells: the file is not read again.
        write(&file, "3", written);
        assert!(!seen.renew(&file, late + PAUSE));
        write(&file, "3", written + PAUSE);
        assert!(seen.renew(&file, late + PAUSE));
    }

    #[test]
    fn a_change_while_a_process_is_lost_is_seen() {
        let Ok(args::Args { command: args::Command::Test(args) }) =
            args::Args::try_parse_from(["cronflow-rt", "test", "--watch"])
        else {
            panic!("that is how it is called")
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.test.ts");
        fs::write(&file, "1").unwrap();
        let mut watch = Watch { args: &args, keys: Keys::new(), known: BTreeMap::new(), seen: BTreeMap::new() };
        let alone = itself(&file);
        fs::write(&file, "2").unwrap();
        watch.learn(FileResult::new(&file), alone);
        assert!(!watch.look() && watch.look());
        assert_eq!(watch.stale(), [file]);
    }
}
