//! A database in memory that outlives the stores opened on it, and the ways to break it.

mod store;
mod tables;

pub use store::{MemReader, MemStore};

use crate::storage::{Error, Reply, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tables::Tables;

/// The name that errors show.
const NAME: &str = ":memory:";

/// The place where [`MemStore`]s keep their rows. Clones are the same place, so a test holds one
/// while the engine owns the store, and opens the next store after a "crash".
#[derive(Debug, Clone, Default)]
pub struct MemDatabase(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    /// Which opening is in charge; a store of an earlier one is a killed process.
    generation: u64,
    is_open: bool,
    commits: u64,
    failures_left: u32,
    crash_after: Option<u64>,
}

impl State {
    fn kill(&mut self) {
        self.generation += 1;
        self.is_open = false;
    }
}

impl MemDatabase {
    /// Opens the one store that writes.
    ///
    /// # Errors
    /// `Locked` while another store is open.
    pub fn open(&self) -> Result<MemStore, Error> {
        let mut state = self.lock();
        if state.is_open {
            return Err(Error::Locked { path: NAME.into() });
        }
        state.is_open = true;
        state.generation += 1;
        Ok(MemStore::new(self.clone(), state.generation))
    }

    /// A reader, whether a store is open or not.
    #[must_use]
    pub fn reader(&self) -> MemReader {
        MemReader::new(self.clone())
    }

    /// Makes the next `n` commits fail as on a full disk. Nothing of them is applied.
    pub fn fail_next_commits(&self, n: u32) {
        self.lock().failures_left = n;
    }

    /// Kills the store right after commit number `commit` (counted from 1 over the life of the
    /// database): that commit is acknowledged, every later one fails until somebody opens anew.
    pub fn crash_after(&self, commit: u64) {
        self.lock().crash_after = Some(commit);
    }

    /// What SIGKILL does: the open store, wherever it is, can write no more, and the database can
    /// be opened again.
    pub fn kill(&self) {
        self.lock().kill();
    }

    /// How many batches were committed.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    pub(crate) fn commit(&self, generation: u64, batch: &[Write]) -> Result<Vec<Reply>, Error> {
        let mut state = self.lock();
        if state.generation != generation {
            return Err(unwritable("the store was killed"));
        }
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        if state.failures_left > 0 {
            state.failures_left -= 1;
            return Err(unwritable("the disk is full"));
        }
        let replies = state.tables.apply(batch).map_err(|reason| unwritable(&reason))?;
        state.commits += 1;
        if state.crash_after.is_some_and(|last| state.commits >= last) {
            state.crash_after = None;
            state.kill();
        }
        Ok(replies)
    }

    /// Ends a store's hold, if it still has it.
    pub(crate) fn close(&self, generation: u64) {
        let mut state = self.lock();
        if state.generation == generation {
            state.is_open = false;
        }
    }

    pub(crate) fn read<T>(&self, query: impl FnOnce(&Tables) -> T) -> T {
        query(&self.lock().tables)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of another test thread never leaves half a batch: applying cannot panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwritable(reason: &str) -> Error {
    Error::Unwritable { path: NAME.into(), reason: reason.to_owned() }
}
