//! `error.stack` as programs expect it: a head line, and positions in the author's files.

use super::{define, prototype};
use crate::{
    extensions, failure,
    isolate::{builtin_module, state::State},
};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
    object::{
        FunctionObjectBuilder,
        builtins::{JsArray, JsFunction},
    },
    property::{PropertyDescriptor, PropertyKey},
};

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let owner = prototype("Error", context)?;
    let key = PropertyKey::from(js_string!("stack"));
    let engine = owner.borrow().properties().get(&key);
    let part = |value: Option<&JsValue>| value.and_then(JsValue::as_object).and_then(JsFunction::from_object);
    let getter = engine.as_ref().and_then(|property| part(property.get()));
    let setter = engine.as_ref().and_then(|property| part(property.set()));
    let (Some(getter), Some(setter)) = (getter, setter) else {
        return Err(JsNativeError::typ().with_message("the engine has no Error.prototype.stack").into());
    };
    let stack = NativeFunction::from_copy_closure_with_captures(
        |this, _, engine: &JsFunction, context| {
            let raw = engine.call(this, &[], context)?;
            match (raw.as_string(), this.as_object()) {
                (Some(raw), Some(error)) => shown(&raw.to_std_string_lossy(), &error, context),
                _ => Ok(raw),
            }
        },
        getter.clone(),
    );
    let stack = FunctionObjectBuilder::new(context.realm(), stack).name("get stack").length(0).build();
    let property = PropertyDescriptor::builder().get(stack).set(setter).configurable(true).enumerable(false);
    owner.define_property_or_throw(key, property, context)?;
    drop(State::of(context)?.raw_stack.set(getter));
    let constructor = context.intrinsics().constructors().error().constructor();
    define(&constructor, js_string!("isError"), "isError", 1, NativeFunction::from_fn_ptr(is_error), context)?;
    Ok(())
}

/// `Error.isError`: whether the engine made it as an error.
fn is_error(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(args
        .get_or_undefined(0)
        .as_object()
        .is_some_and(|object| object.is::<boa_engine::builtins::error::Error>())
        .into())
}

fn shown(raw: &str, error: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let name = text(error, "name", "Error", context)?;
    let message = text(error, "message", "", context)?;
    let head = match (name.as_str(), message.as_str()) {
        ("", message) => message.to_owned(),
        (name, "") => name.to_owned(),
        (name, message) => format!("{name}: {message}"),
    };
    let (frames, _) = failure::map_stack(raw, &state.archives);
    let constructor = context.intrinsics().constructors().error().constructor();
    if constructor.get(js_string!("prepareStackTrace"), context)?.is_callable() {
        return prepared(error, &frames, context);
    }
    let text = if frames.is_empty() { head } else { format!("{head}\n{frames}") };
    Ok(JsString::from(text).into())
}

/// The program wants to see the frames as objects.
fn prepared(error: &JsObject, frames: &str, context: &mut Context) -> JsResult<JsValue> {
    let module = builtin_module("cronflow:internal/builtins/objects", context)?;
    let function = extensions::function_of(&module, "preparedStack", context)?;
    let lines = frames.lines().map(|line| JsString::from(line).into());
    let lines = JsArray::from_iter(lines, context);
    function.call(&JsValue::undefined(), &[error.clone().into(), lines.into()], context)
}

fn text(error: &JsObject, key: &str, missing: &str, context: &mut Context) -> JsResult<String> {
    let value = error.get(JsString::from(key), context)?;
    if value.is_undefined() || value.is_symbol() {
        return Ok(missing.to_owned());
    }
    Ok(value.to_string(context)?.to_std_string_lossy())
}
