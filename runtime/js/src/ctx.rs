//! `ctx`: what a step sees of its run. Everything is made when it is first asked for, so that a
//! payload that nobody reads costs nothing.

use crate::{
    extensions::BuiltinFunctions,
    isolate::state::{State, TaskEntry},
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
    ctx: JsObject,
    step: JsObject,
    logger: JsObject,
}

/// Builds the prototypes once per isolate.
pub(crate) fn install(context: &mut Context, _state: &State) -> JsResult<()> {
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
    JsObject::from_proto_and_data(prototype, entry.task.0).into()
}

const GETTERS: &[(&str, NativeFunctionPointer)] = &[
    ("payload", |this, _, context| {
        cached(this, "payload", context, |entry, context| json::parse(entry.run.context.payload.as_str(), context))
    }),
    ("trigger", |this, _, context| {
        cached(this, "trigger", context, |entry, context| json::parse(entry.run.context.trigger.as_str(), context))
    }),
    ("last", |this, _, context| cached(this, "last", context, last)),
    ("steps", |this, _, context| cached(this, "steps", context, steps)),
    ("run", |this, _, context| cached(this, "run", context, run)),
    ("meta", |this, _, context| cached(this, "run", context, run)),
    ("logger", |this, _, context| cached(this, "logger", context, logger)),
    ("step_name", |this, _, context| Ok(JsString::from(&*entry_of(this, context)?.name).into())),
    ("idempotencyKey", |this, _, context| {
        let entry = entry_of(this, context)?;
        Ok(JsString::from(format!("{}:{}", entry.run.context.run, entry.name)).into())
    }),
];

const LOGGERS: &[(&str, NativeFunctionPointer)] = &[
    ("debug", |this, args, context| log(this, args, LogLevel::Debug, context)),
    ("info", |this, args, context| log(this, args, LogLevel::Info, context)),
    ("log", |this, args, context| log(this, args, LogLevel::Info, context)),
    ("warn", |this, args, context| log(this, args, LogLevel::Warn, context)),
    ("error", |this, args, context| log(this, args, LogLevel::Error, context)),
];

fn last(entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    let output: Option<JsonText> = {
        let steps = entry.run.steps.borrow();
        let visible = steps.iter().take(entry.visible);
        visible.rev().find(|step| step.is_step).map(|step| step.output.clone())
    };
    output.map_or(Ok(JsValue::undefined()), |text| json::parse(text.as_str(), context))
}

fn steps(entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.step.clone());
    let names: Vec<_> = entry.run.steps.borrow().iter().take(entry.visible).map(|step| step.name.clone()).collect();
    for (index, name) in names.iter().enumerate() {
        // The place among the finished steps: all that the getters need to find the output.
        let place = vec![entry.task.0, index as u64];
        let view = JsObject::from_proto_and_data(prototype.clone(), place);
        object.create_data_property_or_throw(JsString::from(&**name), view, context)?;
    }
    Ok(object.into())
}

fn run(entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
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

fn logger(entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.logger.clone());
    Ok(JsObject::from_proto_and_data(prototype, entry.task.0).into())
}

fn log(this: &JsValue, args: &[JsValue], level: LogLevel, context: &mut Context) -> JsResult<JsValue> {
    let task = task_of(this)?;
    let text = BuiltinFunctions::format(args, context)?;
    State::of(context)?.send(FromWorker::Log { task, level, text });
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

fn with_step<T>(
    this: &JsValue,
    context: &Context,
    read: impl FnOnce(&cronflow_core::worker::StepView) -> T,
) -> JsResult<T> {
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
    make: impl FnOnce(&TaskEntry, &mut Context) -> JsResult<JsValue>,
) -> JsResult<JsValue> {
    let entry = entry_of(this, context)?;
    if let Some(value) = entry.parsed.borrow().get(name) {
        return Ok(value.clone());
    }
    let value = make(&entry, context)?;
    entry.parsed.borrow_mut().insert(name, value.clone());
    Ok(value)
}

fn entry_of(this: &JsValue, context: &Context) -> JsResult<Rc<TaskEntry>> {
    State::of(context)?.task(task_of(this)?).ok_or_else(ended)
}

fn task_of(this: &JsValue) -> JsResult<TaskId> {
    let object = this.as_object();
    let id = object.as_ref().and_then(|object| object.downcast_ref::<u64>().map(|id| *id));
    id.map(TaskId).ok_or_else(illegal)
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
