//! The writing side: batches as transactions.

use crate::{
    archives,
    connection::{self, Durability},
    error::{from_sqlite, unwritable},
    lock::Lock,
    reader::SqliteReader,
    run_logs, steps, workflow_runs, workflows,
};
use cronflow_core::storage::{Error, Reader, Store, Write};
use rusqlite::{Connection, TransactionBehavior};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The one writer of a database.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) connection: Connection,
    path: PathBuf,
    // Declared last: fields drop in order, and the lock must outlive the connection.
    _lock: Lock,
}

impl SqliteStore {
    /// Opens a database for writing, making it (and its folder) when there is none and bringing
    /// its schema up to date. Takes `<path>.lock` for as long as the store lives.
    ///
    /// # Errors
    /// `Locked` when another engine has it, `Unwritable` when the system does not let us write,
    /// `Corrupt` when the file is not our database, `Newer` when a later program made it.
    pub fn open(path: &Path, durability: Durability) -> Result<Self, Error> {
        // Absolute, so that a later change of directory or a name like `file:x` means nothing.
        let path = std::path::absolute(path).map_err(|error| unwritable(path, error))?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(&path, format!("{}: {error}", folder.display())))?;
        }
        let lock = Lock::take(&path)?;
        let connection = connection::writer(&path, durability)?;
        Ok(Self { connection, path, _lock: lock })
    }

    fn apply(&mut self, batch: &[Write]) -> rusqlite::Result<()> {
        // Dropping the transaction on an early return rolls it back, also after a full disk.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for write in batch {
            execute(&transaction, write)?;
        }
        transaction.commit()
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, batch: &[Write]) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        self.apply(batch).map_err(|error| from_sqlite(&self.path, &error))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, Error> {
        Ok(Box::new(SqliteReader::open(&self.path)?))
    }
}

fn execute(connection: &Connection, write: &Write) -> rusqlite::Result<()> {
    match write {
        Write::PutWorkflow(row) => workflows::put(connection, row),
        Write::PutArchive { digest, content } => archives::put(connection, digest, content),
        Write::InsertRun(row) => workflow_runs::insert(connection, row),
        Write::FinishRun { id, status, output, error, at } => {
            let end = (output.as_ref(), error.as_ref());
            workflow_runs::finish(connection, *id, *status, end, *at)
        }
        Write::InsertStep(row) => steps::insert(connection, row),
        Write::FinishStep { id, status, result, error, at } => {
            let end = (result.as_ref(), error.as_ref());
            steps::finish(connection, *id, *status, end, *at)
        }
        Write::InsertLog(row) => run_logs::insert(connection, row),
    }
}
