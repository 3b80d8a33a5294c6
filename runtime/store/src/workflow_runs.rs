//! Table `workflow_runs`: one row per run.

use crate::columns::{IdText, json, json_or_null, millis_or_null, optional_json, optional_time, parsed, text, time};
use cronflow_core::{
    id::RunId,
    json::JsonText,
    machine::RunStatus,
    storage::{RunFilter, RunRow},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params, params_from_iter};

macro_rules! columns {
    () => {
        "id, workflow_id, version, status, payload, \"trigger\", output, error, created_at, \
         started_at, completed_at"
    };
}

// SQLite uses a partial index only for a query that repeats the index's own condition.
macro_rules! is_open {
    () => {
        "status IN ('pending', 'running', 'waiting')"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM workflow_runs LIMIT 1");

const INSERT: &str =
    concat!("INSERT INTO workflow_runs (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");

const FINISH: &str = "UPDATE workflow_runs SET status = ?2, output = ?3, error = ?4, completed_at = ?5
    WHERE id = ?1 AND completed_at IS NULL";

const FIND: &str = concat!("SELECT ", columns!(), " FROM workflow_runs WHERE id = ?1");

pub(crate) const OPEN: &str = concat!("SELECT ", columns!(), " FROM workflow_runs WHERE ", is_open!(), " ORDER BY id");

/// Adds a run.
pub(crate) fn insert(connection: &Connection, row: &RunRow) -> rusqlite::Result<()> {
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
    ])?;
    Ok(())
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

/// Runs that a filter lets through, newest first.
pub(crate) fn list(connection: &Connection, filter: &RunFilter) -> rusqlite::Result<Vec<RunRow>> {
    let before = filter.before.map(IdText::new);
    let mut values: Vec<&dyn ToSql> = Vec::new();
    values.extend(filter.workflow.as_ref().map(|id| id as &dyn ToSql));
    values.extend(before.as_ref().map(|id| id as &dyn ToSql));
    values.push(&filter.limit);
    connection.prepare_cached(&list_sql(filter))?.query_map(params_from_iter(values), run)?.collect()
}

/// The statement for a filter. Statuses stand in it as literals (they are words of an enum), so
/// that the partial indexes apply.
pub(crate) fn list_sql(filter: &RunFilter) -> String {
    let mut conditions = Vec::new();
    if filter.workflow.is_some() {
        conditions.push("workflow_id = ?".to_owned());
    }
    if let Some(status) = filter.status {
        conditions.extend(index_condition(status).map(str::to_owned));
        conditions.push(format!("status = '{}'", status.as_str()));
    }
    if filter.before.is_some() {
        conditions.push("id < ?".to_owned());
    }
    let mut sql = concat!("SELECT ", columns!(), " FROM workflow_runs").to_owned();
    if !conditions.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&conditions.join(" AND "));
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    sql
}

/// The condition of the partial index that holds a status.
fn index_condition(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Pending | RunStatus::Running | RunStatus::Waiting => Some(is_open!()),
        RunStatus::Failed | RunStatus::Cancelled | RunStatus::TimedOut => {
            Some("status IN ('failed', 'cancelled', 'timed_out')")
        }
        RunStatus::Completed => None,
    }
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
    })
}
