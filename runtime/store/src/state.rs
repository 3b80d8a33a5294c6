//! Table `state`: durable values of workflows, and the engine's own.

use crate::columns::{json, millis_or_null, optional_time, text, time};
use cronflow_core::{
    json::JsonText,
    storage::{Reply, StateOp, StateRow, incremented},
    time::Timestamp,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

macro_rules! columns {
    () => {
        "scope, key, value, expires_at, updated_at"
    };
}

/// Reads one row of the table.
pub(crate) const PROBE: &str = concat!("SELECT ", columns!(), " FROM state LIMIT 1");

const FIND: &str = concat!("SELECT ", columns!(), " FROM state WHERE scope = ?1 AND key = ?2");
const PUT: &str = concat!("INSERT OR REPLACE INTO state (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5)");
const DELETE: &str = "DELETE FROM state WHERE scope = ?1 AND key = ?2";
pub(crate) const OF_SCOPE: &str = concat!("SELECT ", columns!(), " FROM state WHERE scope = ?1 ORDER BY scope, key");
pub(crate) const PAGE: &str =
    concat!("SELECT ", columns!(), " FROM state WHERE scope = ?1 AND key > ?2 ORDER BY scope, key LIMIT ?3");
// A range instead of LIKE, so that the primary key is used whatever the prefix holds.
pub(crate) const OF_PREFIX: &str =
    concat!("SELECT ", columns!(), " FROM state WHERE scope >= ?1 AND scope < ?2 ORDER BY scope, key");
pub(crate) const SWEEP: &str = "DELETE FROM state WHERE (scope, key) IN
    (SELECT scope, key FROM state WHERE expires_at <= ?1 LIMIT ?2)";

/// Reads or changes a value. What has expired counts as absent.
pub(crate) fn apply(
    connection: &Connection,
    (scope, key): (&str, &str),
    op: &StateOp,
    at: Timestamp,
) -> rusqlite::Result<Reply> {
    let found = connection.prepare_cached(FIND)?.query_row([scope, key], value).optional()?;
    let found = found.filter(|row| row.expires_at.is_none_or(|end| end > at));
    let put = |value: &JsonText, expires_at: Option<Timestamp>| {
        let values = params![scope, key, value.as_str(), millis_or_null(expires_at), at.0];
        connection.prepare_cached(PUT)?.execute(values)
    };
    let before = found.as_ref().map(|row| row.value.clone());
    match op {
        StateOp::Get => Ok(Reply::Value(before)),
        StateOp::Delete => {
            connection.prepare_cached(DELETE)?.execute([scope, key])?;
            Ok(Reply::Value(before))
        }
        StateOp::Set { value, expires_at } => {
            put(value, *expires_at)?;
            Ok(Reply::Value(Some(value.clone())))
        }
        StateOp::Incr(by) => match incremented(before.as_ref(), *by) {
            Ok(value) => {
                put(&value, found.and_then(|row| row.expires_at))?;
                Ok(Reply::Value(Some(value)))
            }
            Err(value) => Ok(Reply::NotANumber(value)),
        },
    }
}

/// The values of one scope, or of all scopes that begin so.
pub(crate) fn list(connection: &Connection, scope: &str, prefix: bool) -> rusqlite::Result<Vec<StateRow>> {
    if prefix {
        let end = format!("{scope}\u{10ffff}");
        return connection.prepare_cached(OF_PREFIX)?.query_map([scope, &end], value)?.collect();
    }
    connection.prepare_cached(OF_SCOPE)?.query_map([scope], value)?.collect()
}

/// One value, expired or not.
pub(crate) fn find(connection: &Connection, scope: &str, key: &str) -> rusqlite::Result<Option<StateRow>> {
    connection.prepare_cached(FIND)?.query_row([scope, key], value).optional()
}

/// Values of one scope, after a key.
pub(crate) fn page(
    connection: &Connection,
    scope: &str,
    after: Option<&str>,
    limit: u32,
) -> rusqlite::Result<Vec<StateRow>> {
    // Keys are never empty.
    let after = after.unwrap_or_default();
    connection.prepare_cached(PAGE)?.query_map(params![scope, after, limit], value)?.collect()
}

/// Deletes values that have expired.
pub(crate) fn sweep(connection: &Connection, at: Timestamp, limit: u32) -> rusqlite::Result<u64> {
    Ok(connection.prepare_cached(SWEEP)?.execute(params![at.0, limit])? as u64)
}

fn value(row: &Row<'_>) -> rusqlite::Result<StateRow> {
    Ok(StateRow {
        scope: text(row, 0)?,
        key: text(row, 1)?,
        value: json(row, 2)?,
        expires_at: optional_time(row, 3)?,
        updated_at: time(row, 4)?,
    })
}
