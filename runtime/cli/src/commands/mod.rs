//! One file for each verb.

pub(crate) mod check;
pub(crate) mod completions;
mod place;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod trigger;
pub(crate) mod workflows;
pub(crate) mod wpt;

use crate::{exit::Exit, ui::diagnostic};
use cronflow_core::error::Diagnostic;

/// Prints an error and gives its exit code.
fn fail(problem: &Diagnostic) -> Exit {
    diagnostic::print_all(std::slice::from_ref(problem), false);
    Exit::of(problem.code)
}
