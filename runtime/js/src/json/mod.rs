//! JSON between text and engine values, without the engine's own slow and leaking parser.

mod parse;
mod stringify;

pub(crate) use parse::{install, parse};
pub(crate) use stringify::Stringifier;
