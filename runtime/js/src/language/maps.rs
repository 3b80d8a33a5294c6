//! `delete` of `Map` and `Set`: the engine moves all later entries each time, unless somebody iterates.
//! So for a large collection an iterator is kept that never moves; while it is there the engine only marks
//! entries as gone. It is let go, and the gaps close, once more entries are gone than are left.

use super::{define, method, prototype};
use boa_engine::{
    Context, JsObject, JsResult, JsString, JsValue, NativeFunction,
    builtins::{map::ordered_map::OrderedMap, set::ordered_set::OrderedSet},
    js_string,
    object::builtins::JsFunction,
};

/// Moving fewer entries is fast enough.
const MIN_LENGTH: usize = 512;

/// The engine's `delete` and what makes an iterator, and an iterator's `next`.
type Engine = (JsFunction, JsFunction, JsFunction);
/// A WeakMap from collections to their iterators, and its `get`, `set` and `delete`.
type Kept = (JsObject, JsFunction, JsFunction, JsFunction);

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let weak = prototype("WeakMap", context)?;
    for (name, iterate) in [("Map", "keys"), ("Set", "values")] {
        let owner = prototype(name, context)?;
        let iterate = method(&owner, JsString::from(iterate), context)?;
        let empty = construct(name, context)?;
        let iterator = iterate.call(&empty.into(), &[], context)?.to_object(context)?;
        let engine =
            (method(&owner, js_string!("delete"), context)?, iterate, method(&iterator, js_string!("next"), context)?);
        let kept = (
            construct("WeakMap", context)?,
            method(&weak, js_string!("get"), context)?,
            method(&weak, js_string!("set"), context)?,
            method(&weak, js_string!("delete"), context)?,
        );
        let delete = NativeFunction::from_copy_closure_with_captures(
            |this, args, own: &(Engine, Kept), context| delete(this, args, &own.0, &own.1, context),
            (engine, kept),
        );
        define(&owner, js_string!("delete"), "delete", 1, delete, context)?;
    }
    Ok(())
}

fn construct(name: &str, context: &mut Context) -> JsResult<JsObject> {
    let constructor = context.global_object().get(JsString::from(name), context)?.to_object(context)?;
    constructor.construct(&[], None, context)
}

fn delete(this: &JsValue, args: &[JsValue], engine: &Engine, kept: &Kept, context: &mut Context) -> JsResult<JsValue> {
    let (delete, iterate, next) = engine;
    let Some((left, all)) = lengths(this).filter(|(_, all)| *all >= MIN_LENGTH) else {
        return delete.call(this, args, context);
    };
    let (store, get, set, forget) = kept;
    let store = JsValue::from(store.clone());
    let mut iterator = get.call(&store, std::slice::from_ref(this), context)?;
    if iterator.is_undefined() {
        if all > left {
            // Somebody else's iterator is in the middle of it and does the same.
            return delete.call(this, args, context);
        }
        iterator = iterate.call(this, &[], context)?;
        set.call(&store, &[this.clone(), iterator.clone()], context)?;
    }
    let result = delete.call(this, args, context)?;
    if let Some((left, all)) = lengths(this)
        && all - left > left
    {
        // At its end the engine lets go of the collection.
        for _ in 0..=left {
            next.call(&iterator, &[], context)?;
        }
        forget.call(&store, std::slice::from_ref(this), context)?;
    }
    Ok(result)
}

/// How many entries there are, without and with those that are marked as gone.
fn lengths(collection: &JsValue) -> Option<(usize, usize)> {
    let object = collection.as_object()?;
    if let Some(map) = object.downcast_ref::<OrderedMap<JsValue>>() {
        return Some((map.len(), map.full_len()));
    }
    object.downcast_ref::<OrderedSet>().map(|set| (set.len(), set.full_len()))
}
