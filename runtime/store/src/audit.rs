//! Table `audit`: what was asked of the management API, by whom, and how it came out.

use crate::columns::{text, time};
use cronflow_core::{storage::AuditRow, time::Timestamp};
use rusqlite::{Connection, Row, params};

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT id, at, actor, client, action, target, outcome FROM audit LIMIT 1";

const INSERT: &str = "INSERT INTO audit (id, at, actor, client, action, target, outcome)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const FINISH: &str = "UPDATE audit SET outcome = ?2 WHERE id = ?1";
pub(crate) const LIST: &str = "SELECT id, at, actor, client, action, target, outcome FROM audit
    WHERE id < coalesce(?1, '~') ORDER BY id DESC LIMIT ?2";
// Ids are times, so the oldest come first.
const SWEEP: &str = "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?2) AND at < ?1";

/// Adds a line.
pub(crate) fn insert(connection: &Connection, row: &AuditRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        &*row.id,
        row.at.0,
        &*row.actor,
        &*row.client,
        &*row.action,
        &*row.target,
        row.outcome,
    ])?;
    Ok(())
}

/// Adds how it came out.
pub(crate) fn finish(connection: &Connection, id: &str, outcome: u16) -> rusqlite::Result<()> {
    connection.prepare_cached(FINISH)?.execute(params![id, outcome])?;
    Ok(())
}

/// Lines, newest first.
pub(crate) fn list(connection: &Connection, before: Option<&str>, limit: u32) -> rusqlite::Result<Vec<AuditRow>> {
    connection.prepare_cached(LIST)?.query_map(params![before, limit], line)?.collect()
}

/// Deletes old lines.
pub(crate) fn sweep(connection: &Connection, before: Timestamp, limit: u32) -> rusqlite::Result<u64> {
    Ok(connection.prepare_cached(SWEEP)?.execute(params![before.0, limit])? as u64)
}

fn line(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: text(row, 0)?,
        at: time(row, 1)?,
        actor: text(row, 2)?,
        client: text(row, 3)?,
        action: text(row, 4)?,
        target: text(row, 5)?,
        outcome: row.get(6)?,
    })
}
