//! How core's types rest in columns, and how they are read back.

use cronflow_core::{id::RunId, json::JsonText, time::Timestamp};
use rusqlite::{
    Row, ToSql,
    types::{FromSqlError, ToSqlOutput, Type, ValueRef},
};
use std::{error::Error, str::FromStr, sync::Arc};

/// A run id as 36 characters, without an allocation.
pub(crate) struct IdText([u8; 36]);

impl IdText {
    pub(crate) fn new(id: RunId) -> Self {
        let mut text = [0; 36];
        id.as_uuid().hyphenated().encode_lower(&mut text);
        Self(text)
    }
}

impl ToSql for IdText {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

/// What to bind for JSON that may be absent.
pub(crate) fn json_or_null(text: Option<&JsonText>) -> Option<&str> {
    text.map(JsonText::as_str)
}

/// What to bind for a moment that may be absent.
pub(crate) fn millis_or_null(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}

/// Reads text that is there.
pub(crate) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Arc<str>> {
    Ok(Arc::from(str_of(row, index)?))
}

/// Reads text that has a narrower type: an id, a status.
pub(crate) fn parsed<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    str_of(row, index)?.parse().map_err(|error| damaged(index, error))
}

/// Reads text of a narrower type that may be absent.
pub(crate) fn optional_parsed<T>(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<T>>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        _ => parsed(row, index).map(Some),
    }
}

/// Reads text that may be absent.
pub(crate) fn optional_text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Arc<str>>> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        _ => text(row, index).map(Some),
    }
}

/// Reads JSON that is there.
pub(crate) fn json(row: &Row<'_>, index: usize) -> rusqlite::Result<JsonText> {
    Ok(JsonText::trusted(str_of(row, index)?))
}

/// Reads JSON that may be absent. SQL's NULL is not JSON's `null`.
pub(crate) fn optional_json(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<JsonText>> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        _ => json(row, index).map(Some),
    }
}

/// Reads a moment.
pub(crate) fn time(row: &Row<'_>, index: usize) -> rusqlite::Result<Timestamp> {
    row.get(index).map(Timestamp)
}

/// Reads a moment that may be absent.
pub(crate) fn optional_time(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp))
}

fn str_of<'row>(row: &'row Row<'_>, index: usize) -> rusqlite::Result<&'row str> {
    row.get_ref(index)?.as_str().map_err(|error: FromSqlError| damaged(index, error))
}

/// A value that this program did not write.
pub(crate) fn damaged(index: usize, error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}
