//! The SQLite store: one writer, short-lived readers, a file per table.
//!
//! A [`SqliteStore`] writes each batch as one transaction; the engine gathers what happened into
//! batches, so that many transitions share one fsync. A [`SqliteReader`] is a connection of its
//! own and never waits for the writer (WAL).

mod archives;
mod audit;
mod columns;
mod connection;
mod deliveries;
mod error;
mod events;
mod lock;
mod migrations;
mod reader;
mod run_lists;
mod run_logs;
mod schedules;
mod state;
mod steps;
mod store;
mod workflow_runs;
mod workflows;

pub use connection::Durability;
pub use reader::SqliteReader;
pub use store::SqliteStore;

#[cfg(test)]
mod tests;
