//! Table `events`: what was published.

use crate::columns::{json, text, time};
use cronflow_core::storage::EventRow;
use rusqlite::{Connection, Row, params};

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT id, name, payload, published_at FROM events LIMIT 1";

const INSERT: &str = "INSERT INTO events (id, name, payload, published_at) VALUES (?1, ?2, ?3, ?4)";
const ALL: &str = "SELECT id, name, payload, published_at FROM events ORDER BY id DESC LIMIT ?1";
pub(crate) const OF_NAME: &str =
    "SELECT id, name, payload, published_at FROM events WHERE name = ?2 ORDER BY id DESC LIMIT ?1";
pub(crate) const AFTER: &str =
    "SELECT id, name, payload, published_at FROM events WHERE name = ?1 AND id > ?2 ORDER BY id";
const LAST_ID: &str = "SELECT coalesce(max(id), 0) FROM events";
const SWEEP: &str = "DELETE FROM events WHERE id IN
    (SELECT id FROM events WHERE published_at < ?1 ORDER BY id LIMIT ?2)";

/// Adds an event.
pub(crate) fn insert(connection: &Connection, row: &EventRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![row.id, &*row.name, row.payload.as_str(), row.at.0])?;
    Ok(())
}

/// Events, newest first.
pub(crate) fn list(connection: &Connection, name: Option<&str>, limit: u32) -> rusqlite::Result<Vec<EventRow>> {
    match name {
        Some(name) => connection.prepare_cached(OF_NAME)?.query_map(params![limit, name], event)?.collect(),
        None => connection.prepare_cached(ALL)?.query_map([limit], event)?.collect(),
    }
}

/// Events of one name after `id`, oldest first.
pub(crate) fn after(connection: &Connection, name: &str, id: i64) -> rusqlite::Result<Vec<EventRow>> {
    connection.prepare_cached(AFTER)?.query_map(params![name, id], event)?.collect()
}

/// The highest id, or 0.
pub(crate) fn last_id(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached(LAST_ID)?.query_row([], |row| row.get(0))
}

/// Deletes old events, the oldest first.
pub(crate) fn sweep(connection: &Connection, before: i64, limit: u32) -> rusqlite::Result<()> {
    connection.prepare_cached(SWEEP)?.execute(params![before, limit])?;
    Ok(())
}

fn event(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow { id: row.get(0)?, name: text(row, 1)?, payload: json(row, 2)?, at: time(row, 3)? })
}
