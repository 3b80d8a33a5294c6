//! The SQLite store passes the suite, and what only it has: files, locks, full disks, plans.

mod agreement;
mod crashes;
mod opening;
mod plans;
mod readers;

use crate::{Durability, SqliteReader, SqliteStore};
use cronflow_core::storage::{Reader as _, Store, StoredRun, Write};
use cronflow_testkit::{build, conformance::Place};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder that goes away with the test.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        // In memory where there is such a folder: these tests are not about the disk's speed.
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(made.unwrap())
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("state/cronflow.db")
    }

    /// What is in the database's folder, by name.
    fn files(&self) -> Vec<String> {
        let entries = self.database().parent().unwrap().read_dir().unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Place for Folder {
    fn open(&self) -> Box<dyn Store> {
        Box::new(open(&self.database()))
    }
}

cronflow_testkit::store_conformance!(Folder::new());

// Tests do not wait for the disk; `Full` has its own test.
fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Durability::Normal).unwrap()
}

fn open_runs(path: &Path) -> Vec<StoredRun> {
    SqliteReader::open(path).unwrap().open_runs().unwrap()
}

fn run_with_step(n: u32) -> [Write; 2] {
    [Write::InsertRun(build::run(n)), Write::InsertStep(build::step(i64::from(n), n))]
}
