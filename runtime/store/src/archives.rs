//! Table `archives`: the code that runs are pinned to.

use rusqlite::{Connection, OptionalExtension as _, params};

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT digest, content FROM archives LIMIT 1";

const PUT: &str = "INSERT INTO archives (digest, content) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING";

const FIND: &str = "SELECT content FROM archives WHERE digest = ?1";

/// Keeps an archive, unless it is there.
pub(crate) fn put(connection: &Connection, digest: &str, content: &[u8]) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT)?.execute(params![digest, content])?;
    Ok(())
}

/// An archive's bytes.
pub(crate) fn find(connection: &Connection, digest: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.prepare_cached(FIND)?.query_row([digest], |row| row.get(0)).optional()
}
