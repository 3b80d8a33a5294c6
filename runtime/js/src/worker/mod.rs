//! Worker processes: the child that runs an isolate, and the pool of them in the engine process.
//!
//! A child has its task socket as standard input and a shared scratch file, the blackboard, as
//! standard output. It is this same binary, started as `cronflow-rt __worker`.

mod blackboard;
mod child;
mod knowledge;
mod launch;
mod link;
mod pool;
mod protocol;
mod slot;
mod spawn;

pub(crate) use blackboard::Blackboard;
pub(crate) use child::{STACK_SIZE, limit_memory};
pub use child::{child_main, isolate_main};
pub(crate) use knowledge::{Knowledge, is_output};
pub use launch::launch_main;
pub use pool::{PoolConfig, PoolError, WorkerPool};
pub use protocol::Surroundings;
pub(crate) use protocol::{FromWorker, StopReason, ToWorker, WireStep, WireTask};
pub use spawn::EarlyWorker;
pub(crate) use spawn::resident_bytes;
