//! A log line: fixed text is written at once, a function is asked first.

use crate::{
    definition::Given, host::LogLevel, json::JsonText, machine::driver::Driver, place::Place, worker::FunctionRole,
};

impl Driver<'_> {
    pub(super) fn begin_log(&mut self, place: &Place, level: LogLevel, message: &Given<String>) {
        match message {
            Given::Value(message) => {
                self.log(place, level, message.clone());
                self.complete(place, JsonText::null(), None);
            }
            Given::Function => self.ask(place, FunctionRole::Message),
        }
    }

    /// Writes what the function returned: a string as it is, anything else as JSON.
    pub(super) fn log_made(&mut self, place: &Place, level: LogLevel, output: &JsonText) {
        let message = match output.to_value() {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        self.log(place, level, message);
        self.complete(place, JsonText::null(), None);
    }
}
