//! The native side of `node:fs`: arguments in, answers out. What is done is in `perform`.

mod paths;
mod perform;

use super::encoding::bytes_of;
use crate::{
    extensions::Op,
    isolate::{Settle, state::State},
};
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsArray,
};
use perform::{Answer, Argument, Facts, Problem, perform};

pub(crate) const OPS: &[Op] = &[("fsSync", 1, sync), ("fsAsync", 1, later)];

/// `fsSync(name, ...arguments)`.
fn sync(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (name, arguments) = read(args, context)?;
    let state = State::of(context)?;
    answer(perform(&name, &arguments, &state.surroundings.permissions), context)
}

/// `fsAsync(name, ...arguments)`: the same on another thread.
fn later(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (name, arguments) = read(args, context)?;
    let state = State::of(context)?;
    let permissions = state.surroundings.permissions.clone();
    let work = async move {
        let done = tokio::task::spawn_blocking(move || perform(&name, &arguments, &permissions)).await;
        let settle: Settle = Box::new(move |context| match done {
            Ok(result) => answer(result, context),
            Err(_) => Err(JsNativeError::error().with_message("the operation was given up").into()),
        });
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

fn read(args: &[JsValue], context: &mut Context) -> JsResult<(String, Vec<Argument>)> {
    let name = super::text(args, 0, context)?;
    let arguments = args.iter().skip(1).map(|value| {
        Ok(if value.is_null_or_undefined() {
            Argument::Nothing
        } else if let Some(flag) = value.as_boolean() {
            Argument::Flag(flag)
        } else if let Some(number) = value.as_number() {
            Argument::Number(number)
        } else if value.is_string() {
            Argument::Text(value.to_string(context)?.to_std_string_lossy())
        } else {
            Argument::Bytes(bytes_of(value, context)?)
        })
    });
    Ok((name, arguments.collect::<JsResult<_>>()?))
}

fn answer(result: Result<Answer, Problem>, context: &mut Context) -> JsResult<JsValue> {
    match result.map_err(|problem| error_of(&problem, context))? {
        Answer::Nothing => Ok(JsValue::undefined()),
        Answer::Text(text) => Ok(JsString::from(text).into()),
        Answer::Bytes(bytes) => Ok(super::bytes::array_buffer(&bytes, context)?.into()),
        Answer::Facts(facts) => facts_object(&facts, context),
        Answer::Entries(entries) => {
            let mut list = Vec::new();
            for entry in entries {
                let parts = [entry.name, entry.parent, entry.kind.to_owned()];
                let parts = parts.into_iter().map(|part| JsValue::from(JsString::from(part)));
                list.push(JsValue::from(JsArray::from_iter(parts, context)));
            }
            Ok(JsArray::from_iter(list, context).into())
        }
    }
}

fn facts_object(facts: &Facts, context: &mut Context) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    object.create_data_property_or_throw(js_string!("kind"), JsString::from(facts.kind), context)?;
    for (name, value) in &facts.numbers {
        object.create_data_property_or_throw(JsString::from(*name), *value, context)?;
    }
    Ok(object.into())
}

/// An error as `node:fs` throws it: with `code`, `errno`, `syscall`, `path`, `dest`.
fn error_of(problem: &Problem, context: &mut Context) -> JsError {
    let object = JsNativeError::error().with_message(problem.to_string()).into_opaque(context);
    let mut set = |name: &str, value: JsValue| {
        // Setting a property on the fresh error cannot fail.
        let _ = object.create_data_property(JsString::from(name), value, context);
    };
    set("code", JsString::from(problem.code()).into());
    if let Problem::System { number, call, path, target, .. } = problem {
        set("errno", (-number).into());
        set("syscall", JsString::from(*call).into());
        set("path", JsString::from(path.as_str()).into());
        if let Some(target) = target {
            set("dest", JsString::from(target.as_str()).into());
        }
    }
    JsError::from_opaque(object.into())
}
