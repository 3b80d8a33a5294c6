//! Timers, microtasks and the monotonic clock.

use super::function;
use crate::{extensions::Op, isolate::state::State};
use boa_engine::{
    Context, JsArgs, JsResult, JsValue,
    job::{Job, PromiseJob},
};

/// The longest delay, as in browsers and Node: a longer one would overflow their timers.
const MAX_DELAY: f64 = 2_147_483_647.0;

pub(crate) const OPS: &[Op] = &[
    ("timerStart", 3, start),
    ("timerStop", 1, stop),
    ("timerLight", 2, light),
    ("queueMicrotask", 1, queue_microtask),
    ("now", 0, now),
];

/// `timerStart(function, delayMs, repeat)` returns the timer's id.
fn start(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let function = function(args, 0)?;
    let delay = args.get_or_undefined(1).to_number(context)?;
    let delay = if delay.is_finite() && (0.0..=MAX_DELAY).contains(&delay) { delay as u64 } else { 0 };
    let repeat = args.get_or_undefined(2).to_boolean().then_some(delay);
    let state = State::of(context)?;
    let due = context.clock().now().millis_since_epoch() + delay;
    Ok(state.executor.start_timer(function, due, repeat, state.current(), state.frame()).into())
}

/// `timerStop(id)`.
fn stop(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let id = args.get_or_undefined(0).to_number(context)?;
    if id.is_finite() && id >= 1.0 {
        State::of(context)?.executor.stop_timer(id as u32);
    }
    Ok(JsValue::undefined())
}

/// `timerLight(id, yes)`: whether a test may leave it behind.
fn light(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let id = args.get_or_undefined(0).to_number(context)?;
    if id.is_finite() && id >= 1.0 {
        State::of(context)?.executor.make_light(id as u32, args.get_or_undefined(1).to_boolean());
    }
    Ok(JsValue::undefined())
}

/// `queueMicrotask(function)`. The job is charged to the task that queued it.
fn queue_microtask(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let function = function(args, 0)?;
    let state = State::of(context)?;
    let (task, frame) = (state.current(), state.frame());
    let realm = context.realm().clone();
    let job = PromiseJob::with_realm(
        move |context| {
            if state.is_stopped(task) {
                return Ok(JsValue::undefined());
            }
            state.charged_to(task, || state.in_frame(&frame, || function.call(&JsValue::undefined(), &[], context)))
        },
        realm,
    );
    context.enqueue_job(Job::PromiseJob(job));
    Ok(JsValue::undefined())
}

/// Milliseconds of the monotonic clock, with fractions.
fn now(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok((context.clock().now().nanos_since_epoch() as f64 / 1e6).into())
}
