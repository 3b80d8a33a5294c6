//! `Array.prototype.unshift` and `splice`: the engine moves the items one by one.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsArgs, JsObject, JsResult, JsSymbol, JsValue, NativeFunction, js_string,
    object::builtins::{JsArray, JsFunction},
};

/// Moving fewer items is fast enough.
const MIN_LENGTH: usize = 32;
/// So many items at the front are taken one by one.
const MAX_SHIFTS: i32 = 8;

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let owner = prototype("Array", context)?;
    let engine = method(&owner, js_string!("unshift"), context)?;
    let unshift = NativeFunction::from_copy_closure_with_captures(
        |this, args, own: &(JsFunction, JsObject), context| match plain(this, &own.1, context)? {
            Some((array, mut old)) if !args.is_empty() => {
                let mut all = args.to_vec();
                all.append(&mut old);
                let length = all.len();
                replace(&array, all, context);
                Ok(length.into())
            }
            _ => own.0.call(this, args, context),
        },
        (engine, owner.clone()),
    );
    define(&owner, js_string!("unshift"), "unshift", 1, unshift, context)?;
    let engine = (method(&owner, js_string!("splice"), context)?, method(&owner, js_string!("shift"), context)?);
    let splice = NativeFunction::from_copy_closure_with_captures(
        |this, args, own: &(JsFunction, JsFunction, JsObject), context| {
            let (engine, shift, owner) = own;
            splice(this, args, shift, owner, context)?.map_or_else(|| engine.call(this, args, context), Ok)
        },
        (engine.0, engine.1, owner.clone()),
    );
    define(&owner, js_string!("splice"), "splice", 2, splice, context)?;
    Ok(())
}

/// The array keeps its identity and takes other items.
fn replace(array: &JsObject, items: Vec<JsValue>, context: &mut Context) {
    let fresh: JsObject = JsArray::from_iter(items, context).into();
    std::mem::swap(&mut *array.borrow_mut(), &mut *fresh.borrow_mut());
}

/// What `splice` gives where start and count are integers and the array is a usual one without a constructor of
/// its own; `None` leaves the work to the engine.
fn splice(
    this: &JsValue,
    args: &[JsValue],
    shift: &JsFunction,
    owner: &JsObject,
    context: &mut Context,
) -> JsResult<Option<JsValue>> {
    let integer = |index| args.get_or_undefined(index).as_i32();
    let Some((start, count)) = integer(0).zip(if args.len() == 1 { Some(i32::MAX) } else { integer(1) }) else {
        return Ok(None);
    };
    if !has_usual_constructor(owner, context)? {
        return Ok(None);
    }
    // Taking from the front is what `shift` does without moving anything.
    if start == 0 && (0..=MAX_SHIFTS).contains(&count) && args.len() == 2 && is_plain(this, count, owner, context)? {
        let taken: Vec<JsValue> = (0..count).map(|_| shift.call(this, &[], context)).collect::<JsResult<_>>()?;
        return Ok(Some(JsArray::from_iter(taken, context).into()));
    }
    let Some((array, mut items)) = plain(this, owner, context)? else { return Ok(None) };
    let length = items.len() as i64;
    let from = if start < 0 { (length + i64::from(start)).max(0) } else { i64::from(start).min(length) };
    let count = i64::from(count).clamp(0, length - from);
    let range = from as usize..(from + count) as usize;
    let taken: Vec<JsValue> = items.splice(range, args.iter().skip(2).cloned()).collect();
    replace(&array, items, context);
    Ok(Some(JsArray::from_iter(taken, context).into()))
}

/// Whether `Array.prototype.constructor` is as it was, so that what `splice` returns is a usual array.
fn has_usual_constructor(owner: &JsObject, context: &mut Context) -> JsResult<bool> {
    let array = context.intrinsics().constructors().array().constructor();
    let constructor = owner.get(js_string!("constructor"), context)?;
    let is_array = constructor.as_object().is_some_and(|constructor| JsObject::equals(&constructor, &array));
    let species = array.get(JsSymbol::species(), context)?;
    Ok(is_array && species.as_object().is_some_and(|species| JsObject::equals(&species, &array)))
}

/// Whether the array is one of the usual kind that is long enough and has its first `count` items; the others are not
/// looked at.
fn is_plain(this: &JsValue, count: i32, owner: &JsObject, context: &mut Context) -> JsResult<bool> {
    let Some(array) = this.as_object().filter(JsObject::is_array) else {
        return Ok(false);
    };
    let is_usual = array.prototype().is_some_and(|prototype| JsObject::equals(&prototype, owner));
    if !is_usual || !array.is_extensible(context)? {
        return Ok(false);
    }
    for index in 0..count {
        if !array.has_own_property(index, context)? {
            return Ok(false);
        }
    }
    let object = array.borrow();
    let length = object.properties().get(&js_string!("length").into());
    let is_writable = length.as_ref().and_then(|length| length.writable()) == Some(true);
    let items = length.and_then(|length| length.value().and_then(JsValue::as_number)).unwrap_or_default();
    Ok(is_writable && items >= f64::from(MAX_SHIFTS) && object.shape().keys().len() == 1)
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
