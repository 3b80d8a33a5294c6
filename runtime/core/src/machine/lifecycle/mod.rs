//! How a run begins, goes on, is picked up after a restart, and ends.

mod advance;
mod cancel;
mod end;
mod recover;
mod retry;
mod start;
mod tick;

pub use retry::retried;
