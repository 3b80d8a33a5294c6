//! All integration tests in one binary: they drive the built `cronflow-rt` over real sockets,
//! real signals and real files.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod api;
mod bad_input;
mod cli;
mod cli_manage;
mod coverage;
mod coverage_kinds;
mod crash;
mod docs;
mod echo;
mod env;
mod examples;
mod fixtures;
mod language;
mod mutations;
mod packages;
mod permissions;
mod platform;
mod replays;
mod requests;
mod runaway;
mod schedules;
mod serve;
mod shutdown;
mod test_flags;
mod test_runner;
mod types;
mod watching;
mod web_apis;
mod webhooks;
