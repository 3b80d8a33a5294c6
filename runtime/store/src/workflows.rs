//! Table `workflows`: the current version of each workflow.

use crate::columns::{json, text, time};
use cronflow_core::storage::WorkflowRow;
use rusqlite::{Connection, Row, params};

/// Reads one row of the table.
pub(crate) const PROBE: &str = "SELECT id, name, version, definition, served_at FROM workflows LIMIT 1";

/// `served_at` is when the version was first served, so serving it again keeps it.
const PUT: &str = "INSERT INTO workflows (id, name, version, definition, served_at)
    VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (id) DO UPDATE SET
      name = excluded.name,
      definition = excluded.definition,
      served_at = CASE WHEN version = excluded.version THEN served_at ELSE excluded.served_at END,
      version = excluded.version";

const LIST: &str = "SELECT id, name, version, definition, served_at FROM workflows ORDER BY id";

/// Makes a version the current one.
pub(crate) fn put(connection: &Connection, row: &WorkflowRow) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT)?.execute(params![
        &*row.id,
        &*row.name,
        &*row.version,
        row.definition.as_str(),
        row.at.0,
    ])?;
    Ok(())
}

/// All workflows by id.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<WorkflowRow>> {
    connection.prepare_cached(LIST)?.query_map([], workflow)?.collect()
}

fn workflow(row: &Row<'_>) -> rusqlite::Result<WorkflowRow> {
    Ok(WorkflowRow {
        id: text(row, 0)?,
        name: text(row, 1)?,
        version: text(row, 2)?,
        definition: json(row, 3)?,
        at: time(row, 4)?,
    })
}
