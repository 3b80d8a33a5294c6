//! All integration tests in one binary: they drive the built `cronflow-rt` over real sockets,
//! real signals and real files.

mod bad_input;
mod cli;
mod crash;
mod env;
mod fixtures;
mod runaway;
mod serve;
mod shutdown;
