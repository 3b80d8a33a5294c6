//! Builtins of the engine that are replaced: most because their cost grows with the square of the input.

mod accessors;
mod arrays;
mod dates;
mod errors;
mod maps;
mod regexp;
mod strings;

use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, NativeFunction, js_string,
    object::{FunctionObjectBuilder, builtins::JsFunction},
    property::{PropertyDescriptor, PropertyKey},
};

/// Puts the replacements in place, before any script runs.
pub(crate) fn install(context: &mut Context) -> JsResult<()> {
    accessors::install(context)?;
    arrays::install(context)?;
    dates::install(context)?;
    errors::install(context)?;
    maps::install(context)?;
    regexp::install(context)?;
    strings::install(context)
}

fn prototype(name: &str, context: &mut Context) -> JsResult<JsObject> {
    let constructor = context.global_object().get(JsString::from(name), context)?.to_object(context)?;
    constructor.get(js_string!("prototype"), context)?.to_object(context)
}

fn method(owner: &JsObject, key: impl Into<PropertyKey>, context: &mut Context) -> JsResult<JsFunction> {
    let value = owner.get(key, context)?;
    let function = value.as_object().and_then(JsFunction::from_object);
    function.ok_or_else(|| JsNativeError::typ().with_message("the engine lacks a method").into())
}

/// Defines a method and returns its function.
fn define(
    owner: &JsObject,
    key: impl Into<PropertyKey>,
    name: &str,
    length: usize,
    native: NativeFunction,
    context: &mut Context,
) -> JsResult<JsFunction> {
    let function =
        FunctionObjectBuilder::new(context.realm(), native).name(JsString::from(name)).length(length).build();
    let property = PropertyDescriptor::builder().value(function.clone()).writable(true).configurable(true);
    owner.define_property_or_throw(key, property.enumerable(false), context)?;
    Ok(function)
}
