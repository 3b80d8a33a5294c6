//! `cancel`: the run ends as cancelled.

use crate::{definition::Given, json::JsonText, machine::driver::Driver, place::Place, worker::FunctionRole};
use serde_json::Value;

/// What is recorded when no reason was given.
const NO_REASON: &str = "the workflow cancelled its run";

impl Driver<'_> {
    pub(super) fn begin_cancel(&mut self, place: &Place, reason: Option<&Given<String>>) {
        match reason {
            Some(Given::Function) => self.ask(place, FunctionRole::Reason),
            Some(Given::Value(reason)) => self.cancel_by_node(place, reason),
            None => self.cancel_by_node(place, NO_REASON),
        }
    }

    fn cancel_by_node(&mut self, place: &Place, reason: &str) {
        self.complete(place, JsonText::null(), None);
        self.cancel_run(reason);
    }

    pub(super) fn reason_known(&mut self, answer: &JsonText) {
        let reason = match answer.to_value() {
            Value::String(text) => text,
            Value::Null => NO_REASON.to_owned(),
            other => other.to_string(),
        };
        self.cancel_run(&reason);
    }
}
