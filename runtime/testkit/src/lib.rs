//! What tests share: a clock moved by hand, a store in memory, rows to fill it with, and the
//! suite that every store must pass. For `dev-dependencies` only.

pub mod build;
mod clock;
pub mod conformance;
mod database;
mod store;
mod tables;
pub mod web_server;

pub use clock::FakeClock;
pub use database::MemDatabase;
pub use store::{MemReader, MemStore};

#[cfg(test)]
mod tests;
