//! How a task calls its function: at once when everything is here, else after the bodies around it
//! have been declared again.

use super::{
    Isolate, builtin_module,
    state::State,
    task::{TaskEntry, View},
};
use crate::{ctx, extensions, json, testing::life_of_task, worker::WireTask};
use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsFunction,
};
use cronflow_core::worker::{Failure, FunctionRole, Outcome};

/// Functions of the built-in modules that calls go through.
pub(crate) struct CallFunctions {
    /// `callRole(role, function, ctx, argument)`.
    pub(crate) role: JsFunction,
    /// `callBody(function, flow, argument)`.
    pub(crate) body: JsFunction,
    /// `rebuild(ctx)`.
    pub(crate) rebuild: JsFunction,
    /// `abort(locals, timedOut)`.
    pub(crate) abort: JsFunction,
    /// What the `ctx` of a body inherits from.
    pub(crate) flow: JsObject,
}

impl Isolate {
    /// Begins a task. Its outcome appears in the outbox, at once or after some turns.
    pub(crate) fn submit(&mut self, wire: WireTask) {
        let id = wire.id;
        let Some(entry) = self.state.admit(wire) else {
            let failure = Failure::new("Error", "the worker does not know the run of this task");
            return self.answer(id, Outcome::Err(failure));
        };
        let (state, context) = (self.state.clone(), &mut self.context);
        let returned = state.charged_to(id, || begin(&state, &entry, context));
        match returned {
            Ok(value) => match value.as_promise() {
                Some(promise) => *entry.promise.borrow_mut() = Some(promise),
                None => self.succeed(id, &value),
            },
            Err(error) => self.fail(id, error),
        }
    }
}

fn begin(state: &State, entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    let functions = functions(state, context)?;
    if entry.is_ready() {
        return call(state, entry, context);
    }
    functions.rebuild.call(&JsValue::undefined(), &[ctx::object_for(entry, context)], context)
}

/// Calls the function of a task.
pub(crate) fn call(state: &State, entry: &TaskEntry, context: &mut Context) -> JsResult<JsValue> {
    let function = entry.function(state).ok_or_else(|| {
        let message = format!("this version of the workflow has no function for '{}'", entry.name);
        JsNativeError::error().with_message(message)
    })?;
    let nothing = JsValue::undefined();
    match entry.role {
        FunctionRole::Handler | FunctionRole::Poll(_) => call_handler(state, entry, function, context),
        FunctionRole::Body(_) => {
            let functions = functions(state, context)?;
            let flow = ctx::flow_for(entry, View::Task, functions.flow.clone());
            let argument = argument(entry.argument.as_ref(), context)?;
            functions.body.call(&nothing, &[function.into(), flow, argument], context)
        }
        role => {
            let name = js_string!(JsString::from(name_of(role)));
            let argument = argument(entry.argument.as_ref(), context)?;
            let ctx = ctx::object_for(entry, context);
            functions(state, context)?.role.call(&nothing, &[name.into(), function.into(), ctx, argument], context)
        }
    }
}

/// In tests, mocks and injected failures stand between the engine and the handler of a step, or the function of a poll.
fn call_handler(state: &State, entry: &TaskEntry, handler: JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let (nothing, ctx) = (JsValue::undefined(), ctx::object_for(entry, context));
    let interceptor = state.testing.as_ref().and_then(|testing| testing.interceptor.borrow().clone());
    let Some(interceptor) = interceptor else { return handler.call(&nothing, &[ctx], context) };
    let (life, _) = life_of_task(entry.task);
    let name = JsString::from(&*entry.name);
    interceptor.call(&nothing, &[life.into(), name.into(), entry.attempt.into(), ctx, handler.into()], context)
}

/// The functions that calls go through. Their module, which also completes `ctx`, loads when this is first called: a
/// program that is only checked does without.
pub(crate) fn functions<'a>(state: &'a State, context: &mut Context) -> JsResult<&'a CallFunctions> {
    if let Some(known) = state.calls.get() {
        return Ok(known);
    }
    let module = builtin_module("cronflow:internal/calls", context)?;
    let functions = CallFunctions {
        role: extensions::function_of(&module, "callRole", context)?,
        body: extensions::function_of(&module, "callBody", context)?,
        rebuild: extensions::function_of(&module, "rebuild", context)?,
        abort: extensions::function_of(&module, "abort", context)?,
        flow: module.get(js_string!("bodyPrototype"), context)?.to_object(context)?,
    };
    Ok(state.calls.get_or_init(|| functions))
}

fn argument(text: Option<&cronflow_core::json::JsonText>, context: &mut Context) -> JsResult<JsValue> {
    text.map_or(Ok(JsValue::undefined()), |text| json::parse(text.as_str(), context))
}

/// Roles as the built-in modules name them.
const NAMES: &[(&str, FunctionRole)] = &[
    ("handler", FunctionRole::Handler),
    ("message", FunctionRole::Message),
    ("condition", FunctionRole::Condition),
    ("items", FunctionRole::Items),
    ("input", FunctionRole::Input),
    ("duration", FunctionRole::Duration),
    ("until", FunctionRole::Until),
    ("reason", FunctionRole::Reason),
    ("filter", FunctionRole::Filter),
    ("onPause", FunctionRole::OnPause),
    ("onTimeout", FunctionRole::OnTimeout),
    ("cacheKey", FunctionRole::CacheKey),
    ("retryDecision", FunctionRole::RetryDecision),
    ("onError", FunctionRole::OnError),
    ("onSuccess", FunctionRole::OnSuccess),
    ("onFailure", FunctionRole::OnFailure),
    ("flowKeys", FunctionRole::FlowKeys),
    ("fetch", FunctionRole::Fetch),
];

fn name_of(role: FunctionRole) -> &'static str {
    match role {
        FunctionRole::Gate(_) => "gate",
        FunctionRole::Respond(_) => "respond",
        _ => NAMES.iter().find(|(_, known)| *known == role).map_or("", |(name, _)| *name),
    }
}

type Numbered = fn(u32) -> FunctionRole;

/// Roles of which there are several: `body:<number>` and so on.
const NUMBERED: &[(&str, Numbered)] = &[
    ("body", FunctionRole::Body),
    ("gate", FunctionRole::Gate),
    ("respond", FunctionRole::Respond),
    ("triggerFilter", FunctionRole::TriggerFilter),
    ("poll", FunctionRole::Poll),
];

/// The role that a built-in module names: one of [`NAMES`], or of [`NUMBERED`] with a number.
pub(crate) fn role_of(name: &str) -> Option<FunctionRole> {
    if let Some((name, number)) = name.split_once(':') {
        let (_, role) = NUMBERED.iter().find(|(known, _)| *known == name)?;
        return number.parse().ok().map(role);
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
}
