//! What the test runner's built-in modules ask of their isolate. Without a test runner they get
//! nothing.

use super::{function, text};
use crate::{
    extensions::Op,
    failure,
    isolate::state::{NO_TASK, State},
};
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue,
    builtins::promise::PromiseState,
    error::EngineError,
    js_string,
    object::builtins::{JsArray, JsPromise},
};
use cronflow_core::{id::TaskId, time::Timestamp};
use serde_json::Value;
use std::rc::Rc;

pub(crate) const OPS: &[Op] = &[
    ("isTesting", 0, is_testing),
    ("testDriver", 1, test_driver),
    ("testReport", 1, test_report),
    ("testBegin", 0, test_begin),
    ("testCurrent", 0, test_current),
    ("testPromised", 0, test_promised),
    ("testEntry", 0, test_entry),
    ("testRun", 2, test_run),
    ("testEnd", 1, test_end),
    ("testIntercept", 1, test_intercept),
    ("testFailure", 1, test_failure),
    ("clockFreeze", 1, clock_freeze),
    ("clockSetWall", 1, clock_set_wall),
    ("clockNextTimer", 0, clock_next_timer),
    ("clockAdvance", 1, clock_advance),
    ("clockTimers", 0, clock_timers),
    ("clockDropTimers", 1, clock_drop_timers),
];

pub(super) fn testing(context: &Context) -> JsResult<Rc<State>> {
    let state = State::of(context)?;
    if state.testing.is_none() {
        let message = "this is only available in tests: run them with cronflow-rt test";
        return Err(JsNativeError::error().with_message(message).into());
    }
    Ok(state)
}

/// `isTesting()`.
fn is_testing(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok(State::of(context)?.testing.is_some().into())
}

/// `testDriver({run, stuck, expire})`: functions that the runner's driver calls.
fn test_driver(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let functions = args.get_or_undefined(0).to_object(context)?;
    if let Some(testing) = &state.testing {
        drop(testing.driver.set(functions));
    }
    Ok(JsValue::undefined())
}

/// `testReport(json)`.
fn test_report(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let report = text(args, 0, context)?;
    if let Some(testing) = &state.testing {
        (testing.report)(&shown(&state, report));
    }
    Ok(JsValue::undefined())
}

/// What the runner itself reads of a report: a secret may be the same word by chance.
const WORDS: &[&str] = &["type", "status", "file", "kind", "points"];

/// A report without secrets.
fn shown(state: &State, report: String) -> String {
    let shown = state.without_secrets(report.clone());
    if shown == report {
        return report;
    }
    let Ok(mut event) = serde_json::from_str(&report) else { return shown };
    hide(&mut event, state);
    event.to_string()
}

fn hide(value: &mut Value, state: &State) {
    match value {
        Value::String(text) => *text = state.without_secrets(std::mem::take(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, state)),
        Value::Object(fields) => {
            let shown = fields.iter_mut().filter(|(name, _)| !WORDS.contains(&name.as_str()));
            shown.for_each(|(_, value)| hide(value, state));
        }
        _ => {}
    }
}

/// `testBegin()`: the number under which a test's continuations, timers and requests are known.
fn test_begin(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let number = state.testing.as_ref().map_or(0, |testing| {
        testing.last_test.set(testing.last_test.get() + 1);
        testing.last_test.get()
    });
    Ok((number as f64).into())
}

/// `testCurrent()`: the number of the task or test on whose account the code runs.
fn test_current(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok((testing(context)?.current().0 as f64).into())
}

/// `testPromised()`: somebody may wait for a test before the file has evaluated.
fn test_promised(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    if let Some(testing) = &testing(context)?.testing {
        testing.has_promised.set(true);
    }
    Ok(JsValue::undefined())
}

/// `testEntry()`: the promise of the file's evaluation, when it waits for tests.
fn test_entry(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let entry = state.testing.as_ref().and_then(|testing| testing.entry.get().cloned());
    Ok(entry.map_or_else(JsValue::undefined, JsValue::from))
}

fn number(args: &[JsValue], context: &mut Context) -> JsResult<TaskId> {
    let number = args.get_or_undefined(0).to_number(context)?;
    Ok(if number >= 0.0 { TaskId(number as u64) } else { NO_TASK })
}

/// `testRun(number, function)`: calls it on the test's account. A limit of the engine, which no code
/// can catch, ends the test and not the runner.
fn test_run(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let (test, function) = (number(args, context)?, function(args, 1)?);
    let called = state.charged_to(test, || function.call(&JsValue::undefined(), &[], context));
    called.map_err(|error| match error.as_engine() {
        Some(limit @ EngineError::RuntimeLimit(_)) => {
            JsNativeError::range().with_message(failure::engine_failure(limit).message).into()
        }
        _ => error,
    })
}

/// `testEnd(number)`: the test's continuations and timers never run again. Returns what it has left:
/// `{timers, work, questions, rejections: [failure]}`.
fn test_end(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let test = number(args, context)?;
    let mut failures = Vec::new();
    for promise in state.take_rejections_of(test) {
        if let Ok(promise) = JsPromise::from_object(promise)
            && let PromiseState::Rejected(reason) = promise.state()
        {
            failures.push(failure_object(JsError::from_opaque(reason), &state, context)?);
        }
    }
    let (timers, work, questions) = state.executor.left_of(test);
    if test != NO_TASK {
        state.mute(test);
    }
    let left = JsObject::with_object_proto(context.intrinsics());
    left.create_data_property_or_throw(js_string!("timers"), timers as f64, context)?;
    left.create_data_property_or_throw(js_string!("work"), work as f64, context)?;
    left.create_data_property_or_throw(js_string!("questions"), questions as f64, context)?;
    left.create_data_property_or_throw(js_string!("rejections"), JsArray::from_iter(failures, context), context)?;
    Ok(left.into())
}

/// `testIntercept(function)`: calls to handlers of steps go through it.
fn test_intercept(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let function = function(args, 0)?;
    if let Some(testing) = &state.testing {
        testing.interceptor.replace(Some(function));
    }
    Ok(JsValue::undefined())
}

/// `testFailure(error)`: `{name, message, stack, file, line, column}` of whatever was thrown.
fn test_failure(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    failure_object(JsError::from_opaque(args.get_or_undefined(0).clone()), &state, context)
}

fn failure_object(error: JsError, state: &State, context: &mut Context) -> JsResult<JsValue> {
    let failure = failure::failure_of(error, state, context);
    let object = JsObject::with_object_proto(context.intrinsics());
    let mut put = |key: &str, value: JsValue| object.create_data_property_or_throw(JsString::from(key), value, context);
    put("name", JsString::from(failure.name).into())?;
    put("message", JsString::from(failure.message).into())?;
    if let Some(stack) = failure.stack {
        put("stack", JsString::from(stack).into())?;
    }
    if let Some(place) = failure.location {
        put("file", JsString::from(place.file).into())?;
        put("line", place.line.into())?;
        put("column", place.column.into())?;
    }
    Ok(object.into())
}

/// `clockFreeze(yes)`: whether time moves only when somebody moves it.
fn clock_freeze(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    if let Some(testing) = &state.testing {
        testing.is_frozen.set(args.get_or_undefined(0).to_boolean());
    }
    Ok(JsValue::undefined())
}

/// `clockSetWall(millis)`: sets the date; timers do not notice.
fn clock_set_wall(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let millis = args.get_or_undefined(0).to_number(context)?;
    if let Some(testing) = &state.testing {
        testing.time.set_wall(Timestamp(millis as i64));
    }
    Ok(JsValue::undefined())
}

/// `clockNextTimer()`: milliseconds until the next timer of this isolate; -1 when there is none.
fn clock_next_timer(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let now = state.testing.as_ref().map_or(0, |testing| testing.time.monotonic());
    Ok(state.executor.next_timer().map_or(JsValue::from(-1), |due| (due.saturating_sub(now) as f64).into()))
}

/// `clockAdvance(millis)`: moves on and calls the timers that come due on the way, at their times.
fn clock_advance(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let millis = args.get_or_undefined(0).to_number(context)?;
    let Some(testing) = &state.testing else { return Ok(JsValue::undefined()) };
    let target = testing.time.monotonic() + if millis > 0.0 { millis as u64 } else { 0 };
    while let Some(due) = state.executor.next_timer().filter(|due| *due <= target) {
        testing.time.advance_to(due);
        let Some(timer) = state.executor.next_due(due.max(testing.time.monotonic()), context) else { continue };
        if !state.is_stopped(timer.task) {
            state.charged_to(timer.task, || timer.function.call(&JsValue::undefined(), &[], context))?;
        }
    }
    testing.time.advance_to(target);
    Ok(JsValue::undefined())
}

/// `clockTimers()`: how many timers wait.
fn clock_timers(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok((testing(context)?.executor.timers() as f64).into())
}

/// `clockDropTimers(after)`: forgets those that were set after the one of that id.
fn clock_drop_timers(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let after = args.get_or_undefined(0).to_u32(context)?;
    testing(context)?.executor.drop_timers(after);
    Ok(JsValue::undefined())
}
