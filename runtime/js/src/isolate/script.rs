//! Classic scripts in an isolate: what the runner of conformance tests evaluates.

use super::{Isolate, state::NO_TASK};
use crate::failure;
use boa_engine::{Context, JsString, JsValue, NativeFunction, Script, Source, property::Attribute};
use std::path::Path;

impl Isolate {
    /// Evaluates a script in the global scope. The jobs that it makes wait for the next turn. An
    /// error goes the way of every uncaught error; its text comes back too.
    pub(crate) fn evaluate_script(&mut self, name: &str, text: &str) -> Result<(), String> {
        let source = Source::from_bytes(text.as_bytes()).with_path(Path::new(name));
        let script = Script::parse(source, None, &mut self.context);
        let Err(error) = script.and_then(|script| script.evaluate(&mut self.context)) else {
            return Ok(());
        };
        let failure = failure::failure_of(error.clone(), &self.state, &mut self.context);
        self.uncaught(NO_TASK, error);
        Err(format!("{}: {}", failure.name, failure.message))
    }

    /// Puts a native function on the global object.
    pub(crate) fn provide(&mut self, name: &str, length: usize, function: NativeFunction) -> Result<(), String> {
        let built = self.context.register_global_callable(JsString::from(name), length, function);
        built.map_err(|error| error.to_string())
    }

    /// Puts text on the global object.
    pub(crate) fn provide_text(&mut self, name: &str, text: &str) -> Result<(), String> {
        let value = JsValue::from(JsString::from(text));
        let set = self.context.register_global_property(JsString::from(name), value, Attribute::all());
        set.map_err(|error| error.to_string())
    }

    /// Whether nothing can ever happen here any more without new input.
    pub(crate) fn is_quiescent(&self) -> bool {
        self.state.executor.is_quiescent()
    }

    /// The engine's context.
    pub(crate) fn context(&mut self) -> &mut Context {
        &mut self.context
    }
}
