//! The engine: one dispatcher owns every run, one writer commits, consequences come after the commit.

mod admission;
mod code;
mod deliveries;
mod dispatcher;
mod engine;
mod events;
mod feed;
mod handle;
mod host;
mod janitor;
mod live;
mod looper;
mod management;
mod observer;
mod pieces;
mod random;
mod schedules;
#[cfg(any(test, feature = "simulation"))]
pub mod simulation;
mod sink;
mod stepped;
mod trigger;
mod unit;
mod writer;

pub use admission::SlotStats;
pub use code::CodeCall;
pub use deliveries::MAX_KEPT_BODY;
pub use engine::{Engine, EngineError, EngineParts, Recovered};
pub use feed::{Feed, Heard, RunChange, Totals};
pub use handle::{Accepted, CancelError, EngineHandle, RunEnd, TriggerError, TriggerRequest};
pub use management::Gauges;
pub use observer::{CallFailure, CallOwner, Observer, Silent, StepFailure};
pub use pieces::{Piece, Pieces};
pub use schedules::{ScheduleError, ScheduleState};
pub use sink::{EngineInbox, EngineSink};
pub use stepped::{Committed, Order, Stepped};
