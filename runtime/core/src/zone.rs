//! The time zone of the server as it rests: what local times in a recorded run were about.

use crate::{
    json::JsonText,
    storage::{Error, Reader, StateRow},
    time::Timestamp,
};

/// The scope of zones among the durable values; each counts from the time of its row on.
pub const ZONE_SCOPE: &str = "$zone";

/// The zone that counted at a moment, if that is known.
///
/// # Errors
/// When the database cannot be read.
pub fn at(reader: &dyn Reader, moment: Timestamp) -> Result<Option<String>, Error> {
    let rows = reader.state(ZONE_SCOPE, false)?;
    let row = rows.iter().filter(|row| row.updated_at <= moment).max_by_key(|row| row.updated_at);
    Ok(row.and_then(name))
}

/// The key and the value of a row for a zone that counts from now on; `None` when it counts already.
#[must_use]
pub fn row(rows: &[StateRow], zone: &str, now: Timestamp) -> Option<(String, JsonText)> {
    let last = rows.iter().max_by_key(|row| row.updated_at).and_then(name);
    (last.as_deref() != Some(zone)).then(|| (format!("{:020}", now.0), JsonText::of(&zone.into())))
}

fn name(row: &StateRow) -> Option<String> {
    row.value.to_value().as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{StateOp, Store as _, Write, memory::MemDatabase};

    #[test]
    fn each_counts_until_the_next() {
        let database = MemDatabase::default();
        let mut store = database.open().unwrap();
        for (zone, now) in [("Europe/Berlin", 10), ("Europe/Berlin", 15), ("Asia/Tokyo", 20)] {
            let rows = store.reader().unwrap().state(ZONE_SCOPE, false).unwrap();
            let Some((key, value)) = row(&rows, zone, Timestamp(now)) else { continue };
            let op = StateOp::Set { value, expires_at: None };
            let write = Write::State { scope: ZONE_SCOPE.into(), key: key.into(), op, at: Timestamp(now) };
            store.commit(&[write]).unwrap();
        }
        let reader = store.reader().unwrap();
        assert_eq!(reader.state(ZONE_SCOPE, false).unwrap().len(), 2);
        let at = |moment| at(&*reader, Timestamp(moment)).unwrap();
        assert_eq!(at(9), None);
        assert_eq!(at(19).as_deref(), Some("Europe/Berlin"));
        assert_eq!(at(20).as_deref(), Some("Asia/Tokyo"));
    }
}
