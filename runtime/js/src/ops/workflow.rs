//! What the workflow builder asks of the isolate: register definitions, start, and where am I.

use super::text;
use crate::{
    extensions::Op,
    failure::Position,
    isolate::{
        Archives,
        state::{Declared, State},
    },
};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string,
    object::builtins::{JsArray, JsFunction},
    vm::CallFrame,
};
use cronflow_core::{host::StartOptions, id::NodeId, worker::FunctionRole};

pub(crate) const OPS: &[Op] =
    &[("callSite", 0, call_site), ("registerWorkflow", 3, register_workflow), ("start", 1, start)];

/// `callSite()`: `{file, line, column}` of the innermost caller in the author's files.
fn call_site(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let frames: Vec<Position> = context.stack_trace().filter_map(position_of).collect();
    let mut user = frames.iter().filter(|position| !Archives::is_builtin(&position.path));
    let place = user.find_map(|position| state.archives.original(position));
    let site = JsObject::with_object_proto(context.intrinsics());
    let (file, line, column) = place.map_or((String::new(), 0, 0), |it| (it.file, it.line, it.column));
    site.create_data_property_or_throw(js_string!("file"), JsString::from(file), context)?;
    site.create_data_property_or_throw(js_string!("line"), line, context)?;
    site.create_data_property_or_throw(js_string!("column"), column, context)?;
    Ok(site.into())
}

fn position_of(frame: &CallFrame) -> Option<Position> {
    let place = frame.position();
    let position = place.position?;
    let path = place.path.to_string();
    Some(Position { path, line: position.line_number(), column: position.column_number() })
}

/// `registerWorkflow(id, draftJson, [[nodeIndex, role, function], ...])`.
fn register_workflow(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let id = text(args, 0, context)?;
    let draft = text(args, 1, context)?;
    let list = args.get_or_undefined(2).to_object(context)?;
    let list = JsArray::from_object(list)?;
    let mut functions = crate::isolate::state::Functions::new();
    for index in 0..list.length(context)? {
        let item = list.at(index as i64, context)?.to_object(context)?;
        let node = item.get(0, context)?.to_u32(context)?;
        let role = role_of(&item.get(1, context)?)?;
        let function = item.get(2, context)?.as_object().and_then(JsFunction::from_object);
        let function = function.ok_or_else(|| JsNativeError::typ().with_message("a handler is not a function"))?;
        functions.insert((NodeId(node), role), function);
    }
    let state = State::of(context)?;
    let version = state.loading.borrow().version.clone();
    let version = version.ok_or_else(|| {
        JsNativeError::error().with_message("workflows are defined while the file is loaded, not later")
    })?;
    state.register(version, &id, functions);
    state.loading.borrow_mut().declared.push(Declared { draft });
    Ok(JsValue::undefined())
}

fn role_of(value: &JsValue) -> JsResult<FunctionRole> {
    match value.as_string().map(|role| role.to_std_string_lossy()).as_deref() {
        Some("handler") => Ok(FunctionRole::Handler),
        Some("message") => Ok(FunctionRole::Message),
        _ => Err(JsNativeError::typ().with_message("unknown function role").into()),
    }
}

/// `start(optionsJson)`: a promise that resolves in the first isolate when the server listens,
/// and in the others never.
fn start(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let options: StartOptions = serde_json::from_str(&text(args, 0, context)?)
        .map_err(|error| JsNativeError::typ().with_message(format!("cronflow.start(): {error}")))?;
    let state = State::of(context)?;
    state.start.borrow_mut().get_or_insert(options);
    let (promise, pending) = state.executor.park(context);
    if state.primary {
        state.started.borrow_mut().push(pending);
    }
    Ok(promise)
}
