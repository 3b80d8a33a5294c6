//! What the built-in modules need to know of the task that executes.

use super::text;
use crate::{
    ctx::{self, Prototypes},
    extensions::Op,
    isolate::{
        self, calls,
        state::State,
        task::{TaskEntry, View},
    },
    json,
};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsArray,
};
use cronflow_core::json::JsonText;

pub(crate) const OPS: &[Op] = &[
    ("ctxPrototype", 0, ctx_prototype),
    ("taskLocals", 1, task_locals),
    ("openScope", 2, open_scope),
    ("declareBody", 3, declare_body),
    ("callTask", 1, call_task),
    ("builtinModule", 1, builtin_module),
];

/// `ctxPrototype()`: what every `ctx` inherits from.
fn ctx_prototype(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let prototype = context.get_data::<Prototypes>().map(|prototypes| prototypes.ctx.clone());
    Ok(prototype.map_or(JsValue::undefined(), Into::into))
}

/// `taskLocals(ctx)`: an object that lives as long as the task, with the `workflow`'s id and
/// `version`, and the number of the trigger as `entry`.
fn task_locals(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (entry, _) = ctx::entry_of(args.get_or_undefined(0), context)?;
    locals_of(&entry, context)
}

fn locals_of(entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    if let Some(locals) = entry.locals.borrow().clone() {
        return Ok(locals.into());
    }
    let locals = JsObject::with_null_proto();
    let facts = &entry.run.context;
    locals.create_data_property_or_throw(js_string!("workflow"), JsString::from(&*facts.workflow), context)?;
    locals.create_data_property_or_throw(js_string!("version"), JsString::from(&*facts.version), context)?;
    let trigger = facts.entry.map_or(JsValue::undefined(), JsValue::from);
    locals.create_data_property_or_throw(js_string!("entry"), trigger, context)?;
    *entry.locals.borrow_mut() = Some(locals.clone());
    Ok(locals.into())
}

/// `openScope(ctx, index)`: `undefined` after the last body around the task, `null` when its
/// functions are here, else `[function, flow, {item, index}, draftJson]`.
fn open_scope(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (entry, _) = ctx::entry_of(args.get_or_undefined(0), context)?;
    let index = args.get_or_undefined(1).to_u32(context)?;
    let Some(scope) = entry.scopes.get(index as usize) else { return Ok(JsValue::undefined()) };
    if entry.run.has_body(&scope.place) {
        return Ok(JsValue::null());
    }
    let state = State::of(context)?;
    let function = entry.body_function(&state, &scope.place, scope.role).ok_or_else(|| {
        JsNativeError::error().with_message("this version of the workflow has no function for a body")
    })?;
    let view = View::Scope(u16::try_from(index).unwrap_or(u16::MAX - 1));
    let flow = ctx::flow_for(&entry, view, calls::functions(&state, context)?.flow.clone());
    let item = scope.item.as_ref().map_or(Ok(JsValue::undefined()), |item| json::parse(item.as_str(), context))?;
    let given = JsObject::with_object_proto(context.intrinsics());
    given.create_data_property_or_throw(js_string!("item"), item, context)?;
    given.create_data_property_or_throw(js_string!("index"), scope.place.number(), context)?;
    let draft = JsString::from(scope.draft.as_str());
    let parts = [function.into(), flow, given.into(), draft.into()];
    Ok(JsArray::from_iter(parts, context).into())
}

/// `declareBody(flow, draftJson, [[nodeIndex, role, function], ...])`: the body has declared steps.
fn declare_body(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (entry, view) = ctx::entry_of(args.get_or_undefined(0), context)?;
    let draft = text(args, 1, context)?;
    let functions = super::workflow::functions_of(args.get_or_undefined(2), context)?;
    let body = entry.body_of(view).unwrap_or(&entry.place).clone();
    entry.run.declare(body, functions);
    if view == View::Task {
        *entry.declared.borrow_mut() = Some(JsonText::trusted(draft));
    }
    Ok(JsValue::undefined())
}

/// `callTask(ctx)`: calls the task's own function, now that the bodies around it are here.
fn call_task(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (entry, _) = ctx::entry_of(args.get_or_undefined(0), context)?;
    let state = State::of(context)?;
    calls::call(&state, &entry, context)
}

/// `builtinModule(specifier)`: a built-in module that is loaded at its first use.
fn builtin_module(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let specifier = text(args, 0, context)?;
    Ok(isolate::builtin_module(&specifier, context)?.into())
}
