//! Table `deliveries`: requests to webhooks, and what became of them.

use crate::columns::{IdText, json_or_null, optional_json, optional_parsed, optional_text, parsed, text, time};
use cronflow_core::{
    id::RunId,
    storage::{DeliveryFilter, DeliveryOutcome, DeliveryRow},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

macro_rules! columns {
    () => {
        "id, arrived_at, workflow_id, method, path, status, outcome, run_id, delivery_key, error, headers, body"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM deliveries LIMIT 1");

pub(crate) const INSERT: &str =
    concat!("INSERT INTO deliveries (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
pub(crate) const ANSWER: &str =
    "UPDATE deliveries SET status = ?2, outcome = ?3, run_id = coalesce(?4, run_id) WHERE id = ?1";
/// Absent conditions let everything through; the table is walked from its newest row on.
pub(crate) const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE id < ?1 AND (?2 IS NULL OR workflow_id = ?2) AND (?3 IS NULL OR outcome = ?3)
      ORDER BY id DESC LIMIT ?4"
);
const FIND: &str = concat!("SELECT ", columns!(), " FROM deliveries WHERE id = ?1");
const LAST_ID: &str = "SELECT coalesce(max(id), 0) FROM deliveries";
/// Ids and times grow together: only the oldest rows need a look.
const SWEEP_OLD: &str = "DELETE FROM deliveries WHERE arrived_at < ?1 AND id IN
    (SELECT id FROM deliveries ORDER BY id LIMIT ?2)";
pub(crate) const SWEEP_SURPLUS: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE run_id IS NULL ORDER BY id DESC LIMIT ?2 OFFSET ?1)";

/// Adds a delivery.
pub(crate) fn insert(connection: &Connection, row: &DeliveryRow) -> rusqlite::Result<()> {
    connection.prepare_cached(INSERT)?.execute(params![
        row.id,
        row.at.0,
        &*row.workflow,
        &*row.method,
        &*row.path,
        row.status,
        row.outcome.as_str(),
        row.run.map(IdText::new),
        row.key.as_deref(),
        row.error.as_deref(),
        json_or_null(row.headers.as_ref()),
        row.body.as_deref(),
    ])?;
    Ok(())
}

/// Notes what was answered.
pub(crate) fn answer(
    connection: &Connection,
    id: i64,
    status: u16,
    outcome: DeliveryOutcome,
    run: Option<RunId>,
) -> rusqlite::Result<()> {
    connection.prepare_cached(ANSWER)?.execute(params![id, status, outcome.as_str(), run.map(IdText::new)])?;
    Ok(())
}

/// Deliveries, newest first.
pub(crate) fn list(connection: &Connection, filter: &DeliveryFilter) -> rusqlite::Result<Vec<DeliveryRow>> {
    let before = filter.before.unwrap_or(i64::MAX);
    let outcome = filter.outcome.map(DeliveryOutcome::as_str);
    let values = params![before, filter.workflow, outcome, filter.limit];
    connection.prepare_cached(LIST)?.query_map(values, delivery)?.collect()
}

/// One delivery.
pub(crate) fn find(connection: &Connection, id: i64) -> rusqlite::Result<Option<DeliveryRow>> {
    connection.prepare_cached(FIND)?.query_row([id], delivery).optional()
}

/// The highest id, or 0.
pub(crate) fn last_id(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached(LAST_ID)?.query_row([], |row| row.get(0))
}

/// Deletes what is too old, and of those without a run what is too much. Answers with their number.
pub(crate) fn sweep(connection: &Connection, before: i64, keep: u32, limit: u32) -> rusqlite::Result<u64> {
    let old = connection.prepare_cached(SWEEP_OLD)?.execute(params![before, limit])?;
    let surplus = connection.prepare_cached(SWEEP_SURPLUS)?.execute(params![keep, limit])?;
    Ok((old + surplus) as u64)
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    Ok(DeliveryRow {
        id: row.get(0)?,
        at: time(row, 1)?,
        workflow: text(row, 2)?,
        method: text(row, 3)?,
        path: text(row, 4)?,
        status: row.get(5)?,
        outcome: parsed(row, 6)?,
        run: optional_parsed(row, 7)?,
        key: optional_text(row, 8)?,
        error: optional_text(row, 9)?,
        headers: optional_json(row, 10)?,
        body: optional_text(row, 11)?,
    })
}
