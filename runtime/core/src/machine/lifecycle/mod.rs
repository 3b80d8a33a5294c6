//! How a run begins, goes on, is picked up after a restart, and ends.

mod advance;
mod cancel;
mod recover;
mod start;

pub(super) use advance::advance;
pub(super) use cancel::cancel;
pub(super) use recover::recover;
pub(super) use start::start;
