//! One file for each verb.

pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod deliveries;
pub(crate) mod events;
mod payload;
mod place;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod state;
pub(crate) mod token;
pub(crate) mod trigger;
pub(crate) mod types;
mod watch;
pub(crate) mod workflows;
pub(crate) mod wpt;

use crate::{exit::Exit, ui, ui::diagnostic};
use cronflow_core::error::Diagnostic;
use serde_json::Value;

/// Prints an error and gives its exit code.
fn fail(problem: &Diagnostic) -> Exit {
    diagnostic::print_all(std::slice::from_ref(problem), false);
    Exit::of(problem.code)
}

/// Prints what a command gives.
fn finish(printed: Result<String, Diagnostic>) -> Exit {
    match printed {
        Ok(text) => {
            ui::print(&text);
            Exit::Ok
        }
        Err(problem) => fail(&problem),
    }
}

/// JSON when it was asked for, else the text for people.
fn show(value: &Value, json: bool, text: impl FnOnce(&Value) -> String) -> String {
    if json { value.to_string() } else { text(value) }
}

/// The items of a list.
fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Text of a field, or a dash.
fn cell(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::Null | Value::String(_) => "-".to_owned(),
        other => other.to_string(),
    }
}

/// A value on one line, cut to a length.
fn brief(value: &Value, length: usize) -> String {
    let text = value.to_string();
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
