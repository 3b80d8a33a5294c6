//! `Array.prototype.unshift`: the engine moves the items one by one.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsObject, JsResult, JsValue, NativeFunction, js_string,
    object::builtins::{JsArray, JsFunction},
};

/// Moving fewer items is fast enough.
const MIN_LENGTH: usize = 32;

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let owner = prototype("Array", context)?;
    let engine = method(&owner, js_string!("unshift"), context)?;
    let unshift = NativeFunction::from_copy_closure_with_captures(
        |this, args, own: &(JsFunction, JsObject), context| match plain(this, &own.1, context)? {
            Some((array, mut old)) if !args.is_empty() => {
                let mut all = args.to_vec();
                all.append(&mut old);
                let length = all.len();
                let fresh: JsObject = JsArray::from_iter(all, context).into();
                // The array keeps its identity and takes the contents of the fresh one.
                std::mem::swap(&mut *array.borrow_mut(), &mut *fresh.borrow_mut());
                Ok(length.into())
            }
            _ => own.0.call(this, args, context),
        },
        (engine, owner.clone()),
    );
    define(&owner, js_string!("unshift"), "unshift", 1, unshift, context)?;
    Ok(())
}

/// An array of the usual kind with its items.
fn plain(this: &JsValue, owner: &JsObject, context: &mut Context) -> JsResult<Option<(JsObject, Vec<JsValue>)>> {
    let Some(array) = this.as_object() else {
        return Ok(None);
    };
    let is_usual = array.prototype().is_some_and(|prototype| JsObject::equals(&prototype, owner));
    if !is_usual || !array.is_extensible(context)? {
        return Ok(None);
    }
    Ok(items(&array))
}

/// The items of an array that is nothing but its items.
fn items(array: &JsObject) -> Option<(JsObject, Vec<JsValue>)> {
    if !array.is_array() {
        return None;
    }
    let object = array.borrow();
    let properties = object.properties();
    let length = properties.get(&js_string!("length").into())?;
    let values: Vec<JsValue> =
        properties.index_property_values().map(|item| item.value().cloned()).collect::<Option<_>>()?;
    let is_plain = length.writable() == Some(true)
        && length.value().and_then(JsValue::as_number) == Some(values.len() as f64)
        && object.shape().keys().len() == 1
        && values.len() >= MIN_LENGTH;
    drop(object);
    is_plain.then(|| (array.clone(), values))
}
