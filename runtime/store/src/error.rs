//! What SQLite's errors mean to the user.

use cronflow_core::storage::Error;
use rusqlite::ErrorCode;
use std::path::Path;

/// Names the kind of trouble behind an SQLite error.
pub(crate) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Error {
    if is_damage(error) { corrupt(path, error) } else { unwritable(path, reason(error)) }
}

/// The database cannot be used for a reason outside of it.
pub(crate) fn unwritable(path: &Path, reason: impl ToString) -> Error {
    Error::Unwritable { path: path.display().to_string(), reason: reason.to_string() }
}

/// The database's content is wrong.
pub(crate) fn corrupt(path: &Path, reason: impl ToString) -> Error {
    Error::Corrupt { path: path.display().to_string(), reason: reason.to_string() }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        // `Unknown` is SQLITE_ERROR: our own statements only fail so when the schema is not ours.
        rusqlite::Error::SqliteFailure(failure, _) => {
            matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
        }
        rusqlite::Error::SqlInputError { .. }
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => true,
        _ => false,
    }
}

/// SQLite's words, with the ones that mislead put better.
fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
        Some(ErrorCode::ReadOnly) => "it is read-only".to_owned(),
        Some(ErrorCode::DatabaseBusy) => "another program has locked it, such as an open `sqlite3` shell".to_owned(),
        _ => error.to_string(),
    }
}
