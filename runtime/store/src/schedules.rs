//! Tables `schedules`, `schedule_misses` and `poll_ids`.

use crate::columns::{json, json_or_null, millis_or_null, optional_json, optional_parsed, optional_time, text, time};
use cronflow_core::{
    id::RunId,
    storage::{MissRow, ScheduleRow},
    time::Timestamp,
};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

macro_rules! columns {
    () => {
        "id, workflow_id, spec, is_served, is_paused, \"cursor\", last_fire, last_run, misses, failures, last_error, next_attempt"
    };
}
macro_rules! miss_columns {
    () => {
        "schedule_id, first_time, last_time, count, reason, run_id, recorded_at"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM schedules LIMIT 1");
/// Reads one row of the table.
pub(crate) const PROBE_MISSES: &str = concat!("SELECT ", miss_columns!(), " FROM schedule_misses LIMIT 1");
/// Reads one row of the table.
pub(crate) const PROBE_POLL_IDS: &str = "SELECT schedule_id, item_id, seen_at FROM poll_ids LIMIT 1";

const ALL: &str = concat!("SELECT ", columns!(), " FROM schedules ORDER BY id");
const PUT: &str = concat!(
    "INSERT OR REPLACE INTO schedules (",
    columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
);
pub(crate) const MISSES: &str = concat!(
    "SELECT ",
    miss_columns!(),
    " FROM schedule_misses WHERE schedule_id = ?1 ORDER BY first_time DESC LIMIT ?2"
);
const PUT_MISS: &str =
    concat!("INSERT OR REPLACE INTO schedule_misses (", miss_columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
pub(crate) const SWEEP_MISSES: &str = "DELETE FROM schedule_misses WHERE (schedule_id, first_time) IN
    (SELECT schedule_id, first_time FROM schedule_misses WHERE recorded_at < ?1 LIMIT ?2)";
pub(crate) const POLL_IDS: &str =
    "SELECT item_id, seen_at FROM poll_ids WHERE schedule_id = ?1 ORDER BY schedule_id, item_id";
const SEE: &str = "INSERT OR REPLACE INTO poll_ids (schedule_id, item_id, seen_at) VALUES (?1, ?2, ?3)";
const FORGET: &str = "DELETE FROM poll_ids WHERE schedule_id = ?1 AND item_id = ?2";

/// Adds a schedule or replaces it.
pub(crate) fn put(connection: &Connection, row: &ScheduleRow) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT)?.execute(params![
        &*row.id,
        &*row.workflow_id,
        row.spec.as_str(),
        row.is_served,
        row.is_paused,
        row.cursor.0,
        millis_or_null(row.last_fire),
        row.last_run.map(|run| run.to_string()),
        number(row.misses),
        row.failures,
        json_or_null(row.last_error.as_ref()),
        millis_or_null(row.next_attempt),
    ])?;
    Ok(())
}

/// All schedules by id.
pub(crate) fn list(connection: &Connection) -> rusqlite::Result<Vec<ScheduleRow>> {
    connection.prepare_cached(ALL)?.query_map([], schedule)?.collect()
}

/// Adds times that were missed, or replaces them.
pub(crate) fn put_miss(connection: &Connection, row: &MissRow) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT_MISS)?.execute(params![
        &*row.schedule_id,
        row.first.0,
        row.last.0,
        number(row.count),
        &*row.reason,
        row.run_id.map(|run| run.to_string()),
        row.at.0,
    ])?;
    Ok(())
}

/// What a schedule has missed, latest first.
pub(crate) fn misses(connection: &Connection, schedule: &str, limit: u32) -> rusqlite::Result<Vec<MissRow>> {
    connection.prepare_cached(MISSES)?.query_map(params![schedule, limit], miss)?.collect()
}

/// Deletes old misses.
pub(crate) fn sweep_misses(connection: &Connection, before: i64, limit: u32) -> rusqlite::Result<()> {
    connection.prepare_cached(SWEEP_MISSES)?.execute(params![before, limit])?;
    Ok(())
}

/// Notes ids that a poll has seen.
pub(crate) fn see(connection: &Connection, schedule: &str, ids: &[Arc<str>], at: Timestamp) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(SEE)?;
    ids.iter().try_for_each(|id| statement.execute(params![schedule, &**id, at.0]).map(drop))
}

/// Deletes ids of a poll.
pub(crate) fn forget(connection: &Connection, schedule: &str, ids: &[Arc<str>]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(FORGET)?;
    ids.iter().try_for_each(|id| statement.execute([schedule, &**id]).map(drop))
}

/// The ids that a poll has seen.
pub(crate) fn poll_ids(connection: &Connection, schedule: &str) -> rusqlite::Result<Vec<(Arc<str>, Timestamp)>> {
    let id = |row: &Row<'_>| Ok((text(row, 0)?, time(row, 1)?));
    connection.prepare_cached(POLL_IDS)?.query_map([schedule], id)?.collect()
}

/// Counts stay far below what a column holds.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn schedule(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    Ok(ScheduleRow {
        id: text(row, 0)?,
        workflow_id: text(row, 1)?,
        spec: json(row, 2)?,
        is_served: row.get(3)?,
        is_paused: row.get(4)?,
        cursor: time(row, 5)?,
        last_fire: optional_time(row, 6)?,
        last_run: optional_parsed::<RunId>(row, 7)?,
        misses: row.get::<_, i64>(8)?.cast_unsigned(),
        failures: row.get(9)?,
        last_error: optional_json(row, 10)?,
        next_attempt: optional_time(row, 11)?,
    })
}

fn miss(row: &Row<'_>) -> rusqlite::Result<MissRow> {
    Ok(MissRow {
        schedule_id: text(row, 0)?,
        first: time(row, 1)?,
        last: time(row, 2)?,
        count: row.get::<_, i64>(3)?.cast_unsigned(),
        reason: text(row, 4)?,
        run_id: optional_parsed::<RunId>(row, 5)?,
        at: time(row, 6)?,
    })
}
