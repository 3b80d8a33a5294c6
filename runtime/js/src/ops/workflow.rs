//! What the workflow builder asks of the isolate: register definitions, start, and where am I.

use super::text;
use crate::{
    extensions::Op,
    failure::Position,
    isolate::{
        Archives, Serving, calls,
        state::{Declared, Functions, OF_PROGRAM, OF_WORKFLOW, State},
    },
    testing::Testing,
};
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string,
    object::builtins::{JsArray, JsFunction, JsPromise},
    vm::CallFrame,
};
use cronflow_core::{
    definition::{DraftSource, check_source},
    host::StartOptions,
    worker::FunctionRole,
};
use std::sync::Arc;

pub(crate) const OPS: &[Op] = &[
    ("callSite", 0, call_site),
    ("checkTrigger", 1, check_trigger),
    ("registerWorkflow", 3, register_workflow),
    ("serveRequests", 2, serve_requests),
    ("start", 1, start),
    ("whenListening", 0, when_listening),
];

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

/// `checkTrigger(draftJson)`: what is wrong with a trigger, if anything is.
fn check_trigger(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let draft: Result<DraftSource, _> = serde_json::from_str(&text(args, 0, context)?);
    let problem = draft.map_err(|error| error.to_string()).and_then(check_source).err();
    Ok(problem.map_or_else(JsValue::undefined, |problem| JsString::from(problem).into()))
}

/// `registerWorkflow(id, draftJson, [[nodeIndex, role, function], ...])`. Functions of the workflow
/// itself have the index -1. Returns the version.
fn register_workflow(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let id = text(args, 0, context)?;
    let draft = text(args, 1, context)?;
    let functions = functions_of(args.get_or_undefined(2), context)?;
    let state = State::of(context)?;
    let version = version_of(&state).ok_or_else(|| {
        JsNativeError::error().with_message("workflows are defined while the file is loaded, not later")
    })?;
    state.register(version.clone(), &id, functions);
    state.loading.borrow_mut().declared.push(Declared { draft, version: version.clone() });
    Ok(JsString::from(&*version).into())
}

/// The version of the code that is being loaded.
fn version_of(state: &State) -> Option<Arc<str>> {
    state.loading.borrow().version.clone().or_else(|| state.testing.as_ref().map(Testing::version))
}

/// `serveRequests(function, servingJson)`: the function answers requests that no webhook takes. Returns what
/// serves them already, if something does.
fn serve_requests(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let function = args.get_or_undefined(0).as_object().and_then(JsFunction::from_object);
    let function = function.ok_or_else(|| JsNativeError::typ().with_message("a handler is not a function"))?;
    let serving: Serving = serde_json::from_str(&text(args, 1, context)?).map_err(JsError::from_rust)?;
    let state = State::of(context)?;
    let version = version_of(&state).ok_or_else(|| {
        let message = format!(
            "{} must be called while the file is loaded: await what comes before it at the top level of the file",
            serving.by
        );
        JsNativeError::error().with_message(message)
    })?;
    if let Some(other) = &state.loading.borrow().serving {
        return Ok(JsString::from(other.by.as_str()).into());
    }
    let functions = Functions::from([((OF_WORKFLOW, FunctionRole::Fetch), function)]);
    state.register(version.clone(), OF_PROGRAM, functions);
    state.loading.borrow_mut().serving = Some(Serving { version, ..serving });
    Ok(JsValue::undefined())
}

/// `[[nodeIndex, role, function], ...]`.
pub(super) fn functions_of(value: &JsValue, context: &mut Context) -> JsResult<Functions> {
    let list = JsArray::from_object(value.to_object(context)?)?;
    let mut functions = Functions::new();
    for index in 0..list.length(context)? {
        let item = list.at(index as i64, context)?.to_object(context)?;
        let node = item.get(0, context)?.to_number(context)?;
        let role = item.get(1, context)?.to_string(context)?.to_std_string_lossy();
        let role = calls::role_of(&role)
            .ok_or_else(|| JsNativeError::typ().with_message(format!("'{role}' is not what a function can be for")))?;
        let function = item.get(2, context)?.as_object().and_then(JsFunction::from_object);
        let function = function.ok_or_else(|| JsNativeError::typ().with_message("a handler is not a function"))?;
        functions.insert((if node < 0.0 { OF_WORKFLOW } else { node as u32 }, role), function);
    }
    Ok(functions)
}

/// `start(optionsJson)`: a promise that resolves in the first isolate when the server listens,
/// and in the others never.
fn start(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let options: StartOptions = serde_json::from_str(&text(args, 0, context)?)
        .map_err(|error| JsNativeError::typ().with_message(format!("cronflow.start(): {error}")))?;
    let state = State::of(context)?;
    if state.testing.is_none() {
        state.start.borrow_mut().get_or_insert(options);
    }
    when_listening(&JsValue::undefined(), &[], context)
}

/// `whenListening()`: the promise of [`start`], without asking for anything.
fn when_listening(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    if state.testing.is_some() {
        // Tests need no server; what waits for it goes on.
        return Ok(JsPromise::resolve(js_string!("{\"address\":null}"), context)?.into());
    }
    let (promise, pending) = state.executor.park(state.current(), context);
    if state.primary {
        state.started.borrow_mut().push(pending);
    }
    Ok(promise)
}
