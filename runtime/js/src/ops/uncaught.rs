//! Errors that nobody catches, as the built-in modules see them.

use super::function;
use crate::{
    extensions::Op,
    isolate::{state::State, uncaught},
};
use boa_engine::{Context, JsArgs, JsError, JsResult, JsValue};

pub(crate) const OPS: &[Op] = &[("reportUncaught", 1, report), ("setReporter", 1, set_reporter)];

/// `reportUncaught(value)`: as if it had been thrown where nobody catches it.
fn report(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let error = JsError::from_opaque(args.get_or_undefined(0).clone());
    uncaught::report(state.current(), error, &state, context);
    Ok(JsValue::undefined())
}

/// `setReporter(function)`: who hears of errors that nobody catches, before they are printed.
fn set_reporter(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let reporter = function(args, 0)?;
    State::of(context)?.reporter.replace(Some(reporter));
    Ok(JsValue::undefined())
}
