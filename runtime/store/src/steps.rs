//! Table `steps`: one row per attempt at a step. The hot table: most writes go here.

use crate::columns::{
    IdText, json_or_null, millis_or_null, optional_json, optional_text, optional_time, parsed, text, time,
};
use cronflow_core::{
    id::{AttemptId, RunId},
    json::JsonText,
    machine::StepStatus,
    storage::{StepRow, Write},
    time::Timestamp,
};
use rusqlite::{Connection, Row, params};

macro_rules! columns {
    () => {
        "id, run_id, place, name, kind, attempt, status, result, error, started_at, completed_at, path, note, wake_at"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM steps LIMIT 1");

pub(crate) const INSERT: &str = concat!(
    "INSERT INTO steps (",
    columns!(),
    ")
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
);

pub(crate) const FINISH: &str = "UPDATE steps SET status = ?2, result = ?3, error = ?4, completed_at = ?5,
    note = ?6, wake_at = ?7 WHERE id = ?1 AND completed_at IS NULL";

pub(crate) const UPDATE: &str = "UPDATE steps SET status = ?2, note = ?3, wake_at = ?4 WHERE id = ?1";

const REOPEN: &str = "UPDATE steps SET status = 'running', result = NULL, error = NULL, completed_at = NULL
    WHERE id = ?1";

/// SQLite uses a partial index only for a query that repeats the index's own condition.
pub(crate) const PAUSED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM steps
    WHERE completed_at IS NULL AND status = 'waiting' AND (kind = 'humanInTheLoop' OR kind = 'pause') ORDER BY id"
);

pub(crate) const OF_RUN: &str = concat!("SELECT ", columns!(), " FROM steps WHERE run_id = ?1 ORDER BY id");

/// Runs by id, and their attempts by id, so that the caller can deal them out in one pass.
pub(crate) const OF_OPEN_RUNS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM steps WHERE run_id IN
      (SELECT id FROM workflow_runs WHERE status = 'pending' OR status = 'running' OR status = 'waiting')
      ORDER BY run_id, id"
);

const LAST_ID: &str = "SELECT coalesce(max(id), 0) FROM steps";

/// Adds an attempt.
pub(crate) fn insert(connection: &Connection, row: &StepRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        row.id.0,
        IdText::new(row.run_id),
        row.place.to_string(),
        &*row.name,
        &*row.kind,
        row.attempt,
        row.status.as_str(),
        json_or_null(row.result.as_ref()),
        json_or_null(row.error.as_ref()),
        row.started_at.0,
        millis_or_null(row.completed_at),
        row.path.as_deref(),
        json_or_null(row.note.as_ref()),
        millis_or_null(row.wake_at),
    ])?;
    Ok(())
}

/// Changes an attempt without ending it.
pub(crate) fn update(
    connection: &Connection,
    id: AttemptId,
    status: StepStatus,
    note: Option<&JsonText>,
    wake_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let values = params![id.0, status.as_str(), json_or_null(note), millis_or_null(wake_at)];
    connection.prepare_cached(UPDATE)?.execute(values)?;
    Ok(())
}

/// Takes an attempt's end back.
pub(crate) fn reopen(connection: &Connection, id: AttemptId) -> rusqlite::Result<()> {
    connection.prepare_cached(REOPEN)?.execute([id.0])?;
    Ok(())
}

/// Attempts that wait for a person, oldest first.
pub(crate) fn paused(connection: &Connection) -> rusqlite::Result<Vec<StepRow>> {
    connection.prepare_cached(PAUSED)?.query_map([], step)?.collect()
}

/// Ends an attempt that has not ended. The write is a [`Write::FinishStep`].
pub(crate) fn finish(connection: &Connection, write: &Write) -> rusqlite::Result<()> {
    let Write::FinishStep { id, status, result, error, note, wake_at, at } = write else {
        return Ok(());
    };
    connection.prepare_cached(FINISH)?.execute(params![
        id.0,
        status.as_str(),
        json_or_null(result.as_ref()),
        json_or_null(error.as_ref()),
        at.0,
        json_or_null(note.as_ref()),
        millis_or_null(*wake_at),
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
        place: parsed(row, 2)?,
        name: text(row, 3)?,
        kind: text(row, 4)?,
        attempt: row.get(5)?,
        status: parsed(row, 6)?,
        result: optional_json(row, 7)?,
        error: optional_json(row, 8)?,
        started_at: time(row, 9)?,
        completed_at: optional_time(row, 10)?,
        path: optional_text(row, 11)?,
        note: optional_json(row, 12)?,
        wake_at: optional_time(row, 13)?,
    })
}
