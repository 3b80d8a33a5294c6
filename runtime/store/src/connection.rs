//! Opens connections: flags, pragmas, and the checks that a file is ours and whole.

use crate::{
    archives, audit, deliveries,
    error::{corrupt, from_sqlite, unwritable},
    events, migrations, run_logs, schedules, state, steps, workflow_runs, workflows,
};
use cronflow_core::storage::Error;
use rusqlite::{Connection, OpenFlags};
use std::{path::Path, time::Duration};

/// What a commit outlives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power loss: every commit is synced to the disk.
    #[default]
    Full,
    /// A crash of the process; a power loss may roll back the last moments.
    Normal,
}

/// How long to wait for another program that holds a lock (a backup tool, an `sqlite3` shell).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of the writer in KiB: the pages at the growing ends of the tables fit.
const WRITER_CACHE_KIB: i64 = 2048;
/// Page cache of a reader in KiB. Readers are many and short-lived.
const READER_CACHE_KIB: i64 = 512;
/// A checkpoint is due when the WAL has so many pages (8 MB). The next commit then overwrites the
/// WAL from its start: syncing blocks that exist is many times cheaper than growing a file.
const CHECKPOINT_PAGES: i64 = 2048;
/// A WAL that a slow reader let grow beyond this is cut back to it. Well above the usual size, so
/// that it is not cut and grown again and again.
const WAL_LIMIT_BYTES: i64 = 64 << 20;
/// More than the number of different statements.
const CACHED_STATEMENTS: usize = 64;

/// Opens the one connection that writes, creating the database when there is none.
pub(crate) fn writer(path: &Path, durability: Durability) -> Result<Connection, Error> {
    let fail = |error: rusqlite::Error| from_sqlite(path, &error);
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_CREATE, WRITER_CACHE_KIB).map_err(fail)?;
    let version = version(&connection, path)?;
    // SQLite silently falls back to reading when the file may not be written.
    if connection.is_readonly("main").map_err(fail)? {
        return Err(unwritable(path, "it is read-only"));
    }
    set_up_writer(&connection, durability).map_err(fail)?;
    migrations::apply(&mut connection, version).map_err(fail)?;
    probe(&connection).map_err(fail)?;
    Ok(connection)
}

/// Opens a connection that only reads an existing database.
pub(crate) fn reader(path: &Path) -> Result<Connection, Error> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Err(unwritable(path, "it does not exist")),
        Err(error) => return Err(unwritable(path, error)),
    }
    // Not SQLITE_OPEN_READ_ONLY: such a connection leaves -wal and -shm files behind when the
    // server is gone. `query_only` forbids writing just as well.
    let connection = connect(path, OpenFlags::empty(), READER_CACHE_KIB).map_err(|error| from_sqlite(path, &error))?;
    if version(&connection, path)? == 0 {
        return Err(corrupt(path, "it is empty"));
    }
    connection.pragma_update(None, "query_only", true).map_err(|error| from_sqlite(path, &error))?;
    Ok(connection)
}

fn connect(path: &Path, extra: OpenFlags, cache_kib: i64) -> rusqlite::Result<Connection> {
    // No SQLITE_OPEN_URI, and no mutex: a connection has one owner.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    // Views and triggers of a tampered file must not run anything unexpected.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

fn set_up_writer(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match durability {
        Durability::Full => "full",
        Durability::Normal => "normal",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT_BYTES)
}

/// The schema version, once it is certain that the file is ours and not from the future.
/// Reads only, so that a file that is not ours stays as it is.
fn version(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let (found, application, objects) = header(connection).map_err(|error| from_sqlite(path, &error))?;
    let fresh = objects == 0 && found == 0;
    if !fresh && application != migrations::APPLICATION_ID {
        return Err(corrupt(path, "it belongs to another program"));
    }
    if found > migrations::LATEST {
        return Err(Error::Newer { path: path.display().to_string(), found, known: migrations::LATEST });
    }
    Ok(found)
}

fn header(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get(0));
    let objects = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((pragma("user_version")?, pragma("application_id")?, objects))
}

/// Reads one row of each table: finds missing columns and a damaged top of a tree. A full check
/// would read the whole file.
fn probe(connection: &Connection) -> rusqlite::Result<()> {
    for sql in [
        workflows::PROBE,
        archives::PROBE,
        audit::PROBE,
        workflow_runs::PROBE,
        steps::PROBE,
        run_logs::PROBE,
        events::PROBE,
        deliveries::PROBE,
        state::PROBE,
        schedules::PROBE,
        schedules::PROBE_MISSES,
        schedules::PROBE_POLL_IDS,
    ] {
        connection.prepare(sql)?.query([])?.next()?;
    }
    Ok(())
}
