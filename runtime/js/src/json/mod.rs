//! JSON between text and engine values, without the engine's own slow and leaking parser.

mod global;
mod parse;
mod reviver;
mod stringify;

pub(crate) use parse::parse;
pub(crate) use stringify::Stringifier;

use crate::isolate::state::State;
use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
    object::{
        FunctionObjectBuilder,
        builtins::{JsArray, JsFunction},
    },
    property::{PropertyDescriptor, PropertyKey},
};

/// Replaces `JSON.parse` and `JSON.stringify`.
pub(crate) fn install(context: &mut Context) -> JsResult<()> {
    let engine = Engine::take(context)?;
    drop(State::of(context)?.json.set(engine));
    parse::install(context)?;
    global::install(context)
}

/// Functions of the engine, taken before anybody can replace them.
pub(crate) struct Engine {
    keys: JsFunction,
    is_array: JsFunction,
    is_raw: JsFunction,
    delete: JsFunction,
    define: JsFunction,
    get: JsFunction,
}

impl Engine {
    fn take(context: &mut Context) -> JsResult<Self> {
        Ok(Self {
            keys: function("Object", "keys", context)?,
            is_array: function("Array", "isArray", context)?,
            is_raw: function("JSON", "isRawJSON", context)?,
            delete: function("Reflect", "deleteProperty", context)?,
            define: function("Reflect", "defineProperty", context)?,
            get: function("Reflect", "get", context)?,
        })
    }

    fn call(pick: fn(&Self) -> &JsFunction, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
        let engine = State::of(context)?.json.get().map(|engine| pick(engine).clone());
        let function = engine.ok_or_else(|| JsNativeError::error().with_message("JSON is not installed"))?;
        function.call(&JsValue::undefined(), args, context)
    }
}

fn function(owner: &str, name: &str, context: &mut Context) -> JsResult<JsFunction> {
    let owner = context.global_object().get(JsString::from(owner), context)?.to_object(context)?;
    let value = owner.get(JsString::from(name), context)?;
    let function = value.as_object().and_then(JsFunction::from_object);
    function.ok_or_else(|| JsNativeError::typ().with_message(format!("the engine has no {name}()")).into())
}

/// Puts a function on the global `JSON`.
fn define(native: NativeFunction, name: &str, length: usize, context: &mut Context) -> JsResult<()> {
    let json = context.global_object().get(js_string!("JSON"), context)?.to_object(context)?;
    let function = FunctionObjectBuilder::new(context.realm(), native).name(name).length(length).build();
    let property = PropertyDescriptor::builder().value(function).writable(true).configurable(true).enumerable(false);
    json.define_property_or_throw(JsString::from(name), property, context)?;
    Ok(())
}

/// `IsArray`, which looks through proxies.
fn is_array(object: &JsObject, context: &mut Context) -> JsResult<bool> {
    if object.is_array() || object.is_ordinary() {
        return Ok(object.is_array());
    }
    Ok(Engine::call(|engine| &engine.is_array, &[object.clone().into()], context)?.to_boolean())
}

fn is_raw(object: &JsObject, context: &mut Context) -> JsResult<bool> {
    if object.prototype().is_some() {
        return Ok(false);
    }
    Ok(Engine::call(|engine| &engine.is_raw, &[object.clone().into()], context)?.to_boolean())
}

/// `EnumerableOwnProperties` of kind key.
fn enumerable_keys(object: &JsObject, context: &mut Context) -> JsResult<Vec<JsString>> {
    let keys = Engine::call(|engine| &engine.keys, &[object.clone().into()], context)?;
    let keys = JsArray::from_object(keys.to_object(context)?)?;
    let length = keys.length(context)?;
    let mut names = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    for index in 0..length {
        names.extend(keys.get(index, context)?.as_string());
    }
    Ok(names)
}

/// `[[Delete]]`, whose answer does not matter.
fn delete(object: &JsObject, key: PropertyKey, context: &mut Context) -> JsResult<()> {
    Engine::call(|engine| &engine.delete, &[object.clone().into(), key.into()], context)?;
    Ok(())
}

/// `CreateDataProperty`, whose answer does not matter.
fn set_own(object: &JsObject, key: PropertyKey, value: JsValue, context: &mut Context) -> JsResult<()> {
    if object.is_ordinary() {
        object.create_data_property(key, value, context)?;
        return Ok(());
    }
    let descriptor = JsObject::with_object_proto(context.intrinsics());
    for (name, value) in
        [("value", value), ("writable", true.into()), ("enumerable", true.into()), ("configurable", true.into())]
    {
        descriptor.create_data_property_or_throw(JsString::from(name), value, context)?;
    }
    Engine::call(|engine| &engine.define, &[object.clone().into(), key.into(), descriptor.into()], context)?;
    Ok(())
}

/// A property of the prototype of big integers, asked for by `value`.
fn get_of_bigint(value: &JsValue, key: JsString, context: &mut Context) -> JsResult<JsValue> {
    let prototype = context.intrinsics().constructors().bigint().prototype();
    Engine::call(|engine| &engine.get, &[prototype.into(), key.into(), value.clone()], context)
}

/// A key as scripts see it.
fn key_text(key: &PropertyKey) -> JsString {
    match key {
        PropertyKey::Index(index) => JsString::from(index.get().to_string()),
        PropertyKey::String(name) => name.clone(),
        PropertyKey::Symbol(_) => js_string!(""),
    }
}
