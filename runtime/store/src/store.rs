//! The writing side: batches as transactions.

use crate::{
    archives, audit,
    connection::{self, Durability},
    deliveries,
    error::{from_sqlite, unwritable},
    events,
    lock::Lock,
    reader::SqliteReader,
    run_logs, schedules, state, steps, workflow_runs, workflows,
};
use cronflow_core::storage::{Error, Reader, Reply, Store, Write};
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

    fn apply(&mut self, batch: &[Write]) -> rusqlite::Result<Vec<Reply>> {
        // Dropping the transaction on an early return rolls it back, also after a full disk.
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut replies = Vec::new();
        for write in batch {
            let reply = execute(&transaction, write)?;
            if write.is_question() {
                replies.push(reply);
            }
        }
        transaction.commit()?;
        Ok(replies)
    }
}

impl Store for SqliteStore {
    fn commit(&mut self, batch: &[Write]) -> Result<Vec<Reply>, Error> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.apply(batch).map_err(|error| from_sqlite(&self.path, &error))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, Error> {
        Ok(Box::new(SqliteReader::open(&self.path)?))
    }
}

fn execute(connection: &Connection, write: &Write) -> rusqlite::Result<Reply> {
    match write {
        Write::PutWorkflow(row) => workflows::put(connection, row)?,
        Write::PutArchive { digest, content } => archives::put(connection, digest, content)?,
        Write::InsertRun(row) => return workflow_runs::insert(connection, row),
        Write::SetRunStatus { id, status, started_at } => {
            workflow_runs::set_status(connection, *id, *status, *started_at)?;
        }
        Write::SetRunSettings { id, settings } => workflow_runs::set_settings(connection, *id, settings)?,
        Write::FinishRun { id, status, output, error, at } => {
            let end = (output.as_ref(), error.as_ref());
            workflow_runs::finish(connection, *id, *status, end, *at)?;
        }
        Write::ReopenRun { id } => workflow_runs::reopen(connection, *id)?,
        Write::InsertStep(row) => steps::insert(connection, row)?,
        Write::UpdateStep { id, status, note, wake_at } => {
            steps::update(connection, *id, *status, note.as_ref(), *wake_at)?;
        }
        Write::FinishStep { .. } => steps::finish(connection, write)?,
        Write::ReopenStep { id } => steps::reopen(connection, *id)?,
        Write::InsertLog(row) => run_logs::insert(connection, row)?,
        Write::InsertEvent(row) => events::insert(connection, row)?,
        Write::InsertDelivery(row) => deliveries::insert(connection, row)?,
        Write::AnswerDelivery { id, status, outcome, run } => {
            deliveries::answer(connection, *id, *status, *outcome, *run)?;
        }
        Write::SweepDeliveries { before, keep, limit } => {
            return Ok(Reply::Count(deliveries::sweep(connection, before.0, *keep, *limit)?));
        }
        Write::DropRun { id } => workflow_runs::drop_pending(connection, *id)?,
        Write::PutSchedule(row) => schedules::put(connection, row)?,
        Write::PutMiss(row) => schedules::put_miss(connection, row)?,
        Write::SeePollIds { schedule, ids, at } => schedules::see(connection, schedule, ids, *at)?,
        Write::ForgetPollIds { schedule, ids } => schedules::forget(connection, schedule, ids)?,
        Write::State { scope, key, op, at } => return state::apply(connection, (scope, key), op, *at),
        Write::SweepState { at, events_before, limit } => {
            events::sweep(connection, events_before.0, *limit)?;
            schedules::sweep_misses(connection, events_before.0, *limit)?;
            return Ok(Reply::Count(state::sweep(connection, *at, *limit)?));
        }
        Write::InsertAudit(row) => audit::insert(connection, row)?,
        Write::FinishAudit { id, outcome } => audit::finish(connection, id, *outcome)?,
        Write::SweepAudit { before, limit } => return Ok(Reply::Count(audit::sweep(connection, *before, *limit)?)),
        Write::DeleteRuns { workflow, before, limit } => {
            return Ok(Reply::Count(workflow_runs::delete_ended(connection, workflow, *before, *limit)?));
        }
    }
    Ok(Reply::Inserted)
}
