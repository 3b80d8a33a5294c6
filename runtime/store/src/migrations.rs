//! Brings a database's schema up to date, one numbered file at a time.

use rusqlite::{Connection, TransactionBehavior};

/// `PRAGMA application_id` of our databases: "CRNF".
pub(crate) const APPLICATION_ID: i64 = 0x4352_4e46;

/// Each file leads from the version that is its index to the next. Files that were released never
/// change.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_language.sql"),
    include_str!("../migrations/0003_deliveries.sql"),
    include_str!("../migrations/0004_schedules.sql"),
    include_str!("../migrations/0005_management.sql"),
];

/// The version that this program works with.
pub(crate) const LATEST: i64 = MIGRATIONS.len() as i64;

/// Applies what is missing after `version`, each file in a transaction of its own.
///
/// # Errors
/// When a file cannot be applied; the database then keeps the version before it.
pub(crate) fn apply(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let done = usize::try_from(version).unwrap_or(0);
    for (sql, reached) in MIGRATIONS.iter().zip(1_i64..).skip(done) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", reached)?;
        transaction.commit()?;
    }
    Ok(())
}
