//! Where `console` prints to.

use super::text;
use crate::{
    extensions::Op,
    isolate::state::{NO_TASK, State},
    worker::FromWorker,
};
use boa_engine::{Context, JsResult, JsValue};
use cronflow_core::host::LogLevel;

pub(crate) const OPS: &[Op] = &[("print", 2, print)];

/// `print(level, text)`. The top level of a file runs in every isolate, and prints in one.
fn print(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let task = state.current();
    if task != NO_TASK || state.primary {
        let level = LogLevel::from_name(&text(args, 0, context)?);
        let text = state.without_secrets(text(args, 1, context)?);
        state.send(FromWorker::Console { task, level, text });
    }
    Ok(JsValue::undefined())
}
