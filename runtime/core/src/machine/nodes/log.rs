//! A log line: fixed text is written at once, a function is asked first.

use super::{Flow, record_view, start_attempt};
use crate::{
    definition::Node,
    host::LogLevel,
    id::NodeId,
    json::JsonText,
    machine::{Effect, RunState, StepStatus},
    worker::FunctionRole,
};

pub(super) fn enter(
    state: &mut RunState,
    id: NodeId,
    node: &Node,
    level: LogLevel,
    message: Option<&str>,
    effects: &mut Vec<Effect>,
) -> Flow {
    let Some(message) = message else {
        start_attempt(state, id, FunctionRole::Message, effects);
        return Flow::Wait;
    };
    let step = state.step_mut(id);
    step.status = StepStatus::Completed;
    step.attempt = 1;
    record_view(state, id, node, 1, JsonText::null());
    effects.push(Effect::Log { node: id, level, message: message.to_owned() });
    effects.push(Effect::Instant { node: id });
    Flow::Continue
}

/// Writes what the function returned: a string as it is, anything else as JSON.
pub(super) fn write(id: NodeId, level: LogLevel, output: &JsonText, effects: &mut Vec<Effect>) {
    let message = match output.to_value() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    effects.push(Effect::Log { node: id, level, message });
}
