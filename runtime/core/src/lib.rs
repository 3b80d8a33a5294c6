//! The pure heart of cronflow-rt: types and decisions without I/O, clocks or threads.
//!
//! Nothing in this crate may read a clock, a file, the environment or a socket; everything that
//! changes arrives as a value. That is what lets the machine be tested a million times a second.

pub mod archive;
pub mod breaker;
pub mod definition;
pub mod duration;
pub mod error;
pub mod host;
pub mod id;
pub mod json;
pub mod machine;
pub mod moment;
pub mod outline;
pub mod permissions;
pub mod place;
pub mod retry;
pub mod schedule;
pub mod storage;
pub mod time;
pub mod token;
pub mod view;
pub mod worker;
pub mod zone;
