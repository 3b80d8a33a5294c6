//! The engine: one dispatcher owns every run, one writer commits, tasks go out after the commit.

mod dispatcher;
mod engine;
mod handle;
mod live;
mod observer;
mod sink;
mod writer;

pub use engine::{Engine, EngineError, EngineParts, Recovered};
pub use handle::{Accepted, EngineHandle, RunEnd, TriggerError, TriggerRequest};
pub use observer::{Observer, Silent, StepFailure};
pub use sink::{EngineInbox, EngineSink};
