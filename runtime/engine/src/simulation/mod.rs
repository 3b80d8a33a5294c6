//! The simulator: the real dispatcher on a clock that is moved by hand, with an author who answers
//! as a plan says, and everything that can go wrong.
//!
//! Tables in `tests` say what each kind of node must do, without a fault, with a restart after each
//! commit, and with every run made again out of its rows after each commit.

#![expect(clippy::expect_used, clippy::panic, reason = "a simulation fails by panicking")]

mod author;
mod case;
mod chaos;
mod check;
mod cost;
mod generate;
mod plan;
mod random;
mod rig;
mod search;

pub use cost::tick_cost;
pub use search::{Found, simulate};

#[cfg(test)]
mod tests;
