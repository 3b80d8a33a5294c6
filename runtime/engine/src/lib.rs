//! The engine: one dispatcher owns every run, one writer commits, tasks go out after the commit.

mod handle;

pub use handle::{Accepted, EngineHandle, RunEnd, TriggerError, TriggerRequest};
