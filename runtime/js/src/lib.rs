//! The JavaScript side: isolates on Boa, the operations they call, and the processes they live in.

mod ctx;
mod extensions;
mod failure;
mod isolate;
mod json;
mod language;
mod local;
mod ops;
mod testing;
mod worker;
mod wpt;

pub use isolate::{LoadReport, LoadedWorkflow, Serving, program::THIS_PROGRAM};
pub use local::{FromLocal, LocalIsolate};
pub use ops::time_zone;
pub use worker::{EarlyWorker, PoolConfig, PoolError, Surroundings, WorkerPool, child_main, isolate_main, launch_main};
pub use wpt::{WptFile, wpt_main};
