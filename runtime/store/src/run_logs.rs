//! Table `run_logs`: the lines that runs log.

use crate::columns::{IdText, parsed, text, time};
use cronflow_core::{host::LogLevel, id::RunId, storage::LogRow};
use rusqlite::{Connection, Row, params};

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT id, run_id, step, level, message, logged_at FROM run_logs LIMIT 1";

const INSERT: &str = "INSERT INTO run_logs (run_id, step, level, message, logged_at)
    VALUES (?1, ?2, ?3, ?4, ?5)";

const OF_RUN: &str = "SELECT run_id, step, level, message, logged_at FROM run_logs
    WHERE run_id = ?1 ORDER BY id";

/// Adds a line.
pub(crate) fn insert(connection: &Connection, row: &LogRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        IdText::new(row.run_id),
        &*row.step,
        row.level.as_str(),
        row.message,
        row.at.0,
    ])?;
    Ok(())
}

/// A run's lines in the order in which they were added.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> rusqlite::Result<Vec<LogRow>> {
    connection.prepare_cached(OF_RUN)?.query_map([IdText::new(run)], line)?.collect()
}

fn line(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        run_id: parsed(row, 0)?,
        step: text(row, 1)?,
        level: LogLevel::from_name(&text(row, 2)?),
        message: row.get(3)?,
        at: time(row, 4)?,
    })
}
