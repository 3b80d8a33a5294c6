//! `ctx`: what a step sees of its run. Everything is made when it is first asked for, so that a
//! payload that nobody reads costs nothing. The built-in modules add what is not a plain value.

use crate::{
    extensions,
    isolate::{
        run::Finished,
        state::State,
        task::{TaskEntry, View},
    },
    json,
    worker::FromWorker,
};
use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
    native_function::NativeFunctionPointer, object::FunctionObjectBuilder, property::PropertyDescriptor,
};
use cronflow_core::{host::LogLevel, id::TaskId, json::JsonText, view};
use std::rc::Rc;

/// The prototypes of `ctx`, of an entry of `ctx.steps`, and of `ctx.logger`.
pub(crate) struct Prototypes {
    pub(crate) ctx: JsObject,
    step: JsObject,
    logger: JsObject,
}

/// Builds the prototypes once per isolate.
pub(crate) fn install(context: &mut Context) -> JsResult<()> {
    let ctx = JsObject::with_object_proto(context.intrinsics());
    for (name, getter) in GETTERS {
        define_getter(&ctx, name, *getter, context)?;
    }
    let step = JsObject::with_object_proto(context.intrinsics());
    define_getter(&step, "output", step_output, context)?;
    define_getter(&step, "attempts", step_attempts, context)?;
    define_getter(&step, "status", step_status, context)?;
    let logger = JsObject::with_object_proto(context.intrinsics());
    for (name, method) in LOGGERS {
        let function = function(name, *method, context);
        logger.create_data_property_or_throw(JsString::from(*name), function, context)?;
    }
    context.insert_data(Prototypes { ctx, step, logger });
    Ok(())
}

/// The `ctx` of a task.
pub(crate) fn object_for(entry: &TaskEntry, context: &Context) -> JsValue {
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.ctx.clone());
    JsObject::from_proto_and_data(prototype, pack(entry.task, View::Task)).into()
}

/// The `ctx` of a body, with a prototype that can declare steps too.
pub(crate) fn flow_for(entry: &TaskEntry, view: View, prototype: JsObject) -> JsValue {
    JsObject::from_proto_and_data(prototype, pack(entry.task, view)).into()
}

/// A `ctx` carries its task and its view in one number: task numbers stay far below 2^48.
fn pack(task: TaskId, view: View) -> u64 {
    let low = match view {
        View::Task => u16::MAX,
        View::Scope(index) => index,
    };
    task.0 << 16 | u64::from(low)
}

fn unpack(packed: u64) -> (TaskId, View) {
    let view = match packed as u16 {
        u16::MAX => View::Task,
        index => View::Scope(index),
    };
    (TaskId(packed >> 16), view)
}

const GETTERS: &[(&str, NativeFunctionPointer)] = &[
    ("payload", |this, _, context| {
        cached(this, "payload", context, |entry, _, context| json::parse(entry.run.context.payload.as_str(), context))
    }),
    ("trigger", |this, _, context| {
        cached(this, "trigger", context, |entry, _, context| json::parse(entry.run.context.trigger.as_str(), context))
    }),
    ("last", |this, _, context| cached(this, "last", context, last)),
    ("steps", |this, _, context| cached(this, "steps", context, steps)),
    ("run", |this, _, context| cached(this, "run", context, run)),
    ("meta", |this, _, context| cached(this, "run", context, run)),
    ("logger", |this, _, context| cached(this, "logger", context, logger)),
    ("step_name", |this, _, context| Ok(JsString::from(&*entry_of(this, context)?.0.name).into())),
    ("idempotencyKey", |this, _, context| {
        let (entry, _) = entry_of(this, context)?;
        let run = entry.run.context.run;
        let key = match entry.place.depth() {
            0 | 1 => format!("{run}:{}", entry.name),
            // The same name may come again in another round.
            _ => format!("{run}:{}:{}", entry.place, entry.name),
        };
        Ok(JsString::from(key).into())
    }),
];

const LOGGERS: &[(&str, NativeFunctionPointer)] = &[
    ("debug", |this, args, context| log(this, args, LogLevel::Debug, context)),
    ("info", |this, args, context| log(this, args, LogLevel::Info, context)),
    ("log", |this, args, context| log(this, args, LogLevel::Info, context)),
    ("warn", |this, args, context| log(this, args, LogLevel::Warn, context)),
    ("error", |this, args, context| log(this, args, LogLevel::Error, context)),
];

/// The numbers of the steps that a view shows.
fn visible(entry: &TaskEntry, view: View) -> Vec<u32> {
    let Some(body) = entry.body_of(view) else { return entry.visible.clone() };
    let steps = entry.run.steps.borrow();
    let outside = |number: &&u32| steps.get(**number as usize).is_some_and(|step| !step.place.is_within(body));
    entry.visible.iter().filter(outside).copied().collect()
}

fn last(entry: &TaskEntry, view: View, context: &mut Context) -> JsResult<JsValue> {
    let output: Option<JsonText> = {
        let steps = entry.run.steps.borrow();
        let last = visible(entry, view).last().copied();
        last.and_then(|number| steps.get(number as usize)).map(|step| step.output.clone())
    };
    output.map_or(Ok(JsValue::undefined()), |text| json::parse(text.as_str(), context))
}

fn steps(entry: &TaskEntry, view: View, context: &mut Context) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.step.clone());
    let named: Vec<_> = {
        let steps = entry.run.steps.borrow();
        let numbers = visible(entry, view).into_iter();
        numbers.filter_map(|number| Some((number, steps.get(number as usize)?.name.clone()))).collect()
    };
    for (number, name) in named {
        // The number of the finished step: all that the getters need to find the output.
        let place = vec![entry.task.0, u64::from(number)];
        let step = JsObject::from_proto_and_data(prototype.clone(), place);
        object.create_data_property_or_throw(JsString::from(&*name), step, context)?;
    }
    Ok(object.into())
}

fn run(entry: &TaskEntry, _: View, context: &mut Context) -> JsResult<JsValue> {
    let facts = &entry.run.context;
    let text = serde_json::json!({
        "id": facts.run.to_string(),
        "workflowId": &*facts.workflow,
        "attempt": entry.attempt,
        "startedAt": view::iso(facts.started_at),
        "version": &*facts.version,
    });
    json::parse(&text.to_string(), context)
}

fn logger(entry: &TaskEntry, view: View, context: &mut Context) -> JsResult<JsValue> {
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.logger.clone());
    Ok(JsObject::from_proto_and_data(prototype, pack(entry.task, view)).into())
}

fn log(this: &JsValue, args: &[JsValue], level: LogLevel, context: &mut Context) -> JsResult<JsValue> {
    let (task, _) = task_of(this)?;
    let text = extensions::format(args, context)?;
    let state = State::of(context)?;
    let text = state.without_secrets(text);
    state.send(FromWorker::Log { task, level, text });
    Ok(JsValue::undefined())
}

fn step_output(this: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let output = with_step(this, context, |step| step.output.clone())?;
    json::parse(output.as_str(), context)
}

fn step_attempts(this: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok(with_step(this, context, |step| step.attempts)?.into())
}

fn step_status(_: &JsValue, _: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    // Only completed steps are listed.
    Ok(js_string!("completed").into())
}

fn with_step<T>(this: &JsValue, context: &Context, read: impl FnOnce(&Finished) -> T) -> JsResult<T> {
    let object = this.as_object();
    let place = object.as_ref().and_then(|object| object.downcast_ref::<Vec<u64>>().map(|place| place.clone()));
    let Some([task, index]) = place.as_deref().and_then(|place| <[u64; 2]>::try_from(place).ok()) else {
        return Err(illegal());
    };
    let entry = State::of(context)?.task(TaskId(task)).ok_or_else(ended)?;
    let steps = entry.run.steps.borrow();
    steps.get(index as usize).map(read).ok_or_else(ended)
}

/// The value of a getter, made once per task.
fn cached(
    this: &JsValue,
    name: &'static str,
    context: &mut Context,
    make: impl FnOnce(&TaskEntry, View, &mut Context) -> JsResult<JsValue>,
) -> JsResult<JsValue> {
    let (entry, view) = entry_of(this, context)?;
    let key = (view, name);
    if let Some(value) = entry.parsed.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = make(&entry, view, context)?;
    entry.parsed.borrow_mut().insert(key, value.clone());
    Ok(value)
}

/// The task and the view of a `ctx`; throws once the task has ended.
pub(crate) fn entry_of(this: &JsValue, context: &Context) -> JsResult<(Rc<TaskEntry>, View)> {
    let (task, view) = task_of(this)?;
    Ok((State::of(context)?.task(task).ok_or_else(ended)?, view))
}

fn task_of(this: &JsValue) -> JsResult<(TaskId, View)> {
    let object = this.as_object();
    let packed = object.as_ref().and_then(|object| object.downcast_ref::<u64>().map(|id| *id));
    packed.map(unpack).ok_or_else(illegal)
}

fn illegal() -> boa_engine::JsError {
    JsNativeError::typ().with_message("Illegal invocation: not the ctx of a step").into()
}

fn ended() -> boa_engine::JsError {
    let message = "this ctx belongs to a step that has ended; read what you need before the step returns";
    JsNativeError::error().with_message(message).into()
}

fn function(name: &str, pointer: NativeFunctionPointer, context: &Context) -> JsValue {
    let native = NativeFunction::from_fn_ptr(pointer);
    FunctionObjectBuilder::new(context.realm(), native).name(JsString::from(name)).build().into()
}

fn define_getter(object: &JsObject, name: &str, pointer: NativeFunctionPointer, context: &mut Context) -> JsResult<()> {
    let getter = function(name, pointer, context);
    let property = PropertyDescriptor::builder().get(getter).enumerable(true).configurable(true);
    object.define_property_or_throw(JsString::from(name), property, context)?;
    Ok(())
}
