//! What tests of the engine share: rows to fill a store with, and the suite that every store must
//! pass. For `dev-dependencies` only.

pub mod build;
pub mod conformance;
pub mod web_server;

pub use cronflow_core::{
    storage::memory::{MemDatabase, MemReader, MemStore},
    time::VirtualClock as FakeClock,
};

#[cfg(test)]
mod tests;
