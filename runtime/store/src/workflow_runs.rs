//! Table `workflow_runs`: one row per run.

use crate::columns::{
    IdText, damaged, json, json_or_null, millis_or_null, optional_json, optional_parsed, optional_time, parsed, text,
    time,
};
use cronflow_core::{
    id::RunId,
    json::JsonText,
    machine::RunStatus,
    storage::{Reply, RunRow, RunSettings},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

macro_rules! columns {
    () => {
        "id, workflow_id, version, status, payload, \"trigger\", output, error, created_at, \
         started_at, completed_at, parent, settings"
    };
}

// SQLite uses a partial index only for a query that repeats the index's own condition.
macro_rules! is_open {
    () => {
        "(status = 'pending' OR status = 'running' OR status = 'waiting')"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM workflow_runs LIMIT 1");

pub(crate) const INSERT: &str = concat!(
    "INSERT INTO workflow_runs (",
    columns!(),
    ", idempotency_key, replay_of)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
);

const WITH_KEY: &str = "SELECT id FROM workflow_runs WHERE workflow_id = ?1 AND idempotency_key = ?2";

pub(crate) const SET_STATUS: &str = "UPDATE workflow_runs SET status = ?2, started_at = coalesce(?3, started_at)
    WHERE id = ?1 AND completed_at IS NULL";

const SET_SETTINGS: &str = "UPDATE workflow_runs SET settings = ?2, replay_of = ?3 WHERE id = ?1";

const REOPEN: &str = "UPDATE workflow_runs SET output = NULL, error = NULL, completed_at = NULL WHERE id = ?1";

pub(crate) const ENDED: &str = "SELECT id FROM workflow_runs AS run
    WHERE workflow_id = ?1 AND completed_at < ?2 AND NOT EXISTS
      (SELECT 1 FROM workflow_runs AS parent WHERE parent.id = run.parent AND parent.completed_at IS NULL)
    ORDER BY workflow_id, id LIMIT ?3";

pub(crate) const FINISH: &str = "UPDATE workflow_runs SET status = ?2, output = ?3, error = ?4, completed_at = ?5
    WHERE id = ?1 AND completed_at IS NULL";

const FIND: &str = concat!("SELECT ", columns!(), " FROM workflow_runs WHERE id = ?1");

pub(crate) const IS_OPEN: &str = is_open!();

pub(crate) const OPEN: &str = concat!("SELECT ", columns!(), " FROM workflow_runs WHERE ", is_open!(), " ORDER BY id");

/// Adds a run, unless another one of its workflow has its idempotency key.
pub(crate) fn insert(connection: &Connection, row: &RunRow) -> rusqlite::Result<Reply> {
    let key = row.settings.idempotency_key.as_deref();
    if let Some(key) = key {
        let mut find = connection.prepare_cached(WITH_KEY)?;
        let other = find.query_row(params![&*row.workflow_id, key], |row| parsed(row, 0)).optional()?;
        if let Some(other) = other {
            return Ok(Reply::Taken(other));
        }
    }
    connection.prepare_cached(INSERT)?.execute(params![
        IdText::new(row.id),
        &*row.workflow_id,
        &*row.version,
        row.status.as_str(),
        row.payload.as_str(),
        row.trigger.as_str(),
        json_or_null(row.output.as_ref()),
        json_or_null(row.error.as_ref()),
        row.created_at.0,
        millis_or_null(row.started_at),
        millis_or_null(row.completed_at),
        row.parent.map(IdText::new),
        settings_or_null(&row.settings),
        key,
        row.settings.replay_of.map(IdText::new),
    ])?;
    Ok(Reply::Inserted)
}

/// Moves a run that has not ended.
pub(crate) fn set_status(
    connection: &Connection,
    id: RunId,
    status: RunStatus,
    started_at: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let values = params![IdText::new(id), status.as_str(), millis_or_null(started_at)];
    connection.prepare_cached(SET_STATUS)?.execute(values)?;
    Ok(())
}

/// Replaces what was asked for a run.
pub(crate) fn set_settings(connection: &Connection, id: RunId, settings: &RunSettings) -> rusqlite::Result<()> {
    let replay_of = settings.replay_of.map(IdText::new);
    let values = params![IdText::new(id), settings_or_null(settings), replay_of];
    connection.prepare_cached(SET_SETTINGS)?.execute(values)?;
    Ok(())
}

/// Takes a run's end back.
pub(crate) fn reopen(connection: &Connection, id: RunId) -> rusqlite::Result<()> {
    connection.prepare_cached(REOPEN)?.execute([IdText::new(id)])?;
    Ok(())
}

/// Deletes a run that has not begun.
pub(crate) fn drop_pending(connection: &Connection, id: RunId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM workflow_runs WHERE id = ?1 AND status = 'pending'";
    connection.prepare_cached(sql)?.execute([IdText::new(id)])?;
    Ok(())
}

/// Deletes finished runs with everything that belongs to them.
pub(crate) fn delete_ended(
    connection: &Connection,
    workflow: &str,
    before: Timestamp,
    limit: u32,
) -> rusqlite::Result<u64> {
    let mut ended = connection.prepare_cached(ENDED)?;
    let ids = ended.query_map(params![workflow, before.0, limit], |row| row.get::<_, String>(0))?;
    let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    for id in &ids {
        connection.prepare_cached("DELETE FROM steps WHERE run_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM run_logs WHERE run_id = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM workflow_runs WHERE id = ?1")?.execute([id])?;
    }
    Ok(ids.len() as u64)
}

fn settings_or_null(settings: &RunSettings) -> Option<String> {
    if settings.is_empty() { None } else { serde_json::to_string(settings).ok() }
}

/// Ends a run that has not ended.
pub(crate) fn finish(
    connection: &Connection,
    id: RunId,
    status: RunStatus,
    (output, error): (Option<&JsonText>, Option<&JsonText>),
    at: Timestamp,
) -> rusqlite::Result<()> {
    connection.prepare_cached(FINISH)?.execute(params![
        IdText::new(id),
        status.as_str(),
        json_or_null(output),
        json_or_null(error),
        at.0,
    ])?;
    Ok(())
}

/// One run.
pub(crate) fn find(connection: &Connection, id: RunId) -> rusqlite::Result<Option<RunRow>> {
    connection.prepare_cached(FIND)?.query_row([IdText::new(id)], run).optional()
}

/// Runs that have not ended, oldest first.
pub(crate) fn open(connection: &Connection) -> rusqlite::Result<Vec<RunRow>> {
    connection.prepare_cached(OPEN)?.query_map([], run)?.collect()
}

fn run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: parsed(row, 0)?,
        workflow_id: text(row, 1)?,
        version: text(row, 2)?,
        status: parsed(row, 3)?,
        payload: json(row, 4)?,
        trigger: json(row, 5)?,
        output: optional_json(row, 6)?,
        error: optional_json(row, 7)?,
        created_at: time(row, 8)?,
        started_at: optional_time(row, 9)?,
        completed_at: optional_time(row, 10)?,
        parent: optional_parsed(row, 11)?,
        settings: settings(row, 12)?,
    })
}

fn settings(row: &Row<'_>, index: usize) -> rusqlite::Result<RunSettings> {
    let text = optional_json(row, index)?;
    let Some(text) = text else { return Ok(RunSettings::default()) };
    serde_json::from_str(text.as_str()).map_err(|error| damaged(index, error))
}
