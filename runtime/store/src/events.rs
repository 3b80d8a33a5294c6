//! Table `events`: what was published.

use crate::columns::{json, text, time};
use cronflow_core::storage::{EventFilter, EventRow, covers};
use rusqlite::{Connection, Row, params};

/// Events that one page of a list looks at; a pattern that few of them match finds no more.
const MAX_LOOKED_AT: usize = 1_000_000;

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT id, name, payload, published_at FROM events LIMIT 1";

const INSERT: &str = "INSERT INTO events (id, name, payload, published_at) VALUES (?1, ?2, ?3, ?4)";
const ALL: &str = "SELECT id, name, payload, published_at FROM events
    WHERE id < ?1 AND published_at >= ?2 ORDER BY id DESC";
pub(crate) const OF_NAME: &str = "SELECT id, name, payload, published_at FROM events
    WHERE name = ?3 AND id < ?1 AND published_at >= ?2 ORDER BY id DESC";
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
pub(crate) fn list(connection: &Connection, filter: &EventFilter) -> rusqlite::Result<Vec<EventRow>> {
    let (before, since) = (filter.before.unwrap_or(i64::MAX), filter.since.map_or(i64::MIN, |since| since.0));
    let pattern = filter.name.as_deref().unwrap_or("*");
    let limit = filter.limit as usize;
    if !pattern.contains('*') {
        let mut statement = connection.prepare_cached(OF_NAME)?;
        return statement.query_map(params![before, since, pattern], event)?.take(limit).collect();
    }
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([before, since], event)?.take(MAX_LOOKED_AT);
    rows.filter(|row| row.as_ref().map_or(true, |row| covers(pattern, &row.name))).take(limit).collect()
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
