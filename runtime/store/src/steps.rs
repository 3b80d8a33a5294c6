//! Table `steps`: one row per attempt at a step. The hot table: most writes go here.

use crate::columns::{IdText, json_or_null, millis_or_null, optional_json, optional_time, parsed, text, time};
use cronflow_core::{
    id::{AttemptId, NodeId, RunId},
    json::JsonText,
    machine::StepStatus,
    storage::StepRow,
    time::Timestamp,
};
use rusqlite::{Connection, Row, params};

macro_rules! columns {
    () => {
        "id, run_id, node, name, kind, attempt, status, result, error, started_at, completed_at"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM steps LIMIT 1");

const INSERT: &str =
    concat!("INSERT INTO steps (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

pub(crate) const FINISH: &str = "UPDATE steps SET status = ?2, result = ?3, error = ?4, completed_at = ?5
    WHERE id = ?1 AND completed_at IS NULL";

pub(crate) const OF_RUN: &str = concat!("SELECT ", columns!(), " FROM steps WHERE run_id = ?1 ORDER BY id");

/// Runs by id, and their attempts by id, so that the caller can deal them out in one pass.
pub(crate) const OF_OPEN_RUNS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM steps WHERE run_id IN
      (SELECT id FROM workflow_runs WHERE status IN ('pending', 'running', 'waiting'))
      ORDER BY run_id, id"
);

const LAST_ID: &str = "SELECT coalesce(max(id), 0) FROM steps";

/// Adds an attempt.
pub(crate) fn insert(connection: &Connection, row: &StepRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        row.id.0,
        IdText::new(row.run_id),
        row.node.0,
        &*row.name,
        &*row.kind,
        row.attempt,
        row.status.as_str(),
        json_or_null(row.result.as_ref()),
        json_or_null(row.error.as_ref()),
        row.started_at.0,
        millis_or_null(row.completed_at),
    ])?;
    Ok(())
}

/// Ends an attempt that has not ended.
pub(crate) fn finish(
    connection: &Connection,
    id: AttemptId,
    status: StepStatus,
    (result, error): (Option<&JsonText>, Option<&JsonText>),
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection.prepare_cached(FINISH)?.execute(params![
        id.0,
        status.as_str(),
        json_or_null(result),
        json_or_null(error),
        at.0,
    ])?;
    Ok(())
}

/// The attempts of a run in order of hand-out.
pub(crate) fn of_run(connection: &Connection, run: RunId) -> rusqlite::Result<Vec<StepRow>> {
    connection.prepare_cached(OF_RUN)?.query_map([IdText::new(run)], step)?.collect()
}

/// The attempts of all runs that have not ended, by run and then in order of hand-out.
pub(crate) fn of_open_runs(connection: &Connection) -> rusqlite::Result<Vec<StepRow>> {
    connection.prepare_cached(OF_OPEN_RUNS)?.query_map([], step)?.collect()
}

/// The highest id, or 0.
pub(crate) fn last_id(connection: &Connection) -> rusqlite::Result<AttemptId> {
    connection.prepare_cached(LAST_ID)?.query_row([], |row| row.get(0).map(AttemptId))
}

fn step(row: &Row<'_>) -> rusqlite::Result<StepRow> {
    Ok(StepRow {
        id: AttemptId(row.get(0)?),
        run_id: parsed(row, 1)?,
        node: NodeId(row.get(2)?),
        name: text(row, 3)?,
        kind: text(row, 4)?,
        attempt: row.get(5)?,
        status: parsed(row, 6)?,
        result: optional_json(row, 7)?,
        error: optional_json(row, 8)?,
        started_at: time(row, 9)?,
        completed_at: optional_time(row, 10)?,
    })
}
