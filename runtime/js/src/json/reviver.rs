//! The reviver of `JSON.parse`, which also hears what a value looked like in the text
//! (<https://tc39.es/proposal-json-parse-with-source/>).

use boa_engine::{
    Context, JsObject, JsResult, JsString, JsValue, js_string, object::builtins::JsFunction, property::PropertyKey,
};
use std::collections::HashMap;

/// What is noted of a value while it is read: nothing, unless there is a reviver.
pub(super) type Note = Option<Box<Snapshot>>;

/// What was read, as long as nobody has changed it.
pub(super) enum Snapshot {
    Primitive { source: JsString, value: JsValue },
    Array(Vec<Note>),
    Object(HashMap<PropertyKey, Note>),
}

/// Calls the reviver for the value and all that is in it, from the inside out.
pub(super) fn revive(value: JsValue, snapshot: Note, reviver: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let holder = JsObject::with_object_proto(context.intrinsics());
    holder.create_data_property_or_throw(js_string!(""), value, context)?;
    internalize(&holder, js_string!("").into(), snapshot, reviver, context)
}

/// `InternalizeJSONProperty`.
fn internalize(
    holder: &JsObject,
    key: PropertyKey,
    snapshot: Note,
    reviver: &JsFunction,
    context: &mut Context,
) -> JsResult<JsValue> {
    let value = holder.get(key.clone(), context)?;
    let about = JsObject::with_object_proto(context.intrinsics());
    match (value.as_object(), snapshot.map(|snapshot| *snapshot)) {
        (None, Some(Snapshot::Primitive { source, value: read })) if JsValue::same_value(&read, &value) => {
            about.create_data_property_or_throw(js_string!("source"), source, context)?;
        }
        (Some(object), snapshot) => internalize_inner(&object, snapshot, reviver, context)?,
        _ => {}
    }
    reviver.call(&holder.clone().into(), &[super::key_text(&key).into(), value, about.into()], context)
}

fn internalize_inner(
    object: &JsObject,
    snapshot: Option<Snapshot>,
    reviver: &JsFunction,
    context: &mut Context,
) -> JsResult<()> {
    let is_array = super::is_array(object, context)?;
    if is_array {
        let length = object.get(js_string!("length"), context)?.to_length(context)?;
        let mut snapshots = if let Some(Snapshot::Array(list)) = snapshot { list } else { Vec::new() }.into_iter();
        for index in 0..length {
            replace(object, index.into(), snapshots.next().unwrap_or_default(), reviver, context)?;
        }
        return Ok(());
    }
    let mut snapshots = if let Some(Snapshot::Object(map)) = snapshot { map } else { HashMap::new() };
    for key in super::enumerable_keys(object, context)? {
        let key = PropertyKey::from(key);
        let inner = snapshots.remove(&key).unwrap_or_default();
        replace(object, key, inner, reviver, context)?;
    }
    Ok(())
}

fn replace(
    object: &JsObject,
    key: PropertyKey,
    snapshot: Note,
    reviver: &JsFunction,
    context: &mut Context,
) -> JsResult<()> {
    let new = internalize(object, key.clone(), snapshot, reviver, context)?;
    // Both say with `false` that the object refuses, which does not matter here.
    if new.is_undefined() { super::delete(object, key, context) } else { super::set_own(object, key, new, context) }
}
