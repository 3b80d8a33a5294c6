//! What workflow code asks of the engine, and of the process that it runs in.

use super::text;
use crate::{
    extensions::Op,
    isolate::state::{NO_TASK, State},
    worker::FromWorker,
};
use boa_engine::{Context, JsNativeError, JsResult, JsString, JsValue};

pub(crate) const OPS: &[Op] = &[("hide", 1, hide), ("hostCall", 1, host_call), ("secret", 1, secret)];

/// `hostCall(requestJson)`: a promise of what the engine answers. Outside of steps it is answered in
/// the first isolate only, and not before the engine has started.
fn host_call(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let request = text(args, 0, context)?;
    let state = State::of(context)?;
    let task = state.current();
    if task == NO_TASK && !state.is_started.get() {
        let message = "the engine has not started yet: await cronflow.start() first, or call this from a step";
        return Err(JsNativeError::error().with_message(message).into());
    }
    let (promise, call) = state.executor.open(task, context);
    state.send(FromWorker::Call { call, request });
    Ok(promise)
}

/// `hide(value)`: from now on it is not printed.
fn hide(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let value = text(args, 0, context)?;
    State::of(context)?.hide(value);
    Ok(JsValue::undefined())
}

/// `secret(name)`: an environment variable, or undefined. From now on its value is not printed.
fn secret(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(args, 0, context)?;
    let state = State::of(context)?;
    let of_file = || state.surroundings.variables.get(&name).cloned();
    let Some(value) = std::env::var(&name).ok().or_else(of_file) else { return Ok(JsValue::undefined()) };
    state.hide(value.clone());
    Ok(JsString::from(value).into())
}
