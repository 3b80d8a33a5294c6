//! Accessors that replace themselves with a value. After a getter has run, the engine notes for that place in the code
//! where the property was before, but for objects as they are after it: the next value there would be called like a
//! getter. So a property that is an accessor stays one. Defining a value for it makes an accessor that holds the value,
//! and descriptors tell of it as the value that it stands for. And an inherited accessor that is hidden by a property of
//! the object's own looks for that one first, for the places that would still call it.

use super::{define, method};
use boa_engine::{
    Context, Finalize, JsArgs, JsData, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction,
    Trace, js_string,
    object::{FunctionObjectBuilder, builtins::JsFunction},
    property::{PropertyDescriptor, PropertyKey},
};
use boa_gc::GcRefCell;

/// The engine's function, and the key under which getters of ours keep what they hold.
type Own = (JsFunction, JsSymbol);

/// A value that stands as an accessor.
#[derive(Trace, Finalize, JsData)]
struct Held {
    target: JsObject,
    #[unsafe_ignore_trace]
    key: PropertyKey,
    value: GcRefCell<JsValue>,
    writable: bool,
}

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    let mark = JsSymbol::new(Some(js_string!("held")));
    let mark = mark.ok_or_else(|| JsNativeError::error().with_message("the engine is out of symbols"))?;
    let all: [(&str, &str, usize, Native); 5] = [
        ("Object", "defineProperty", 3, define_property),
        ("Reflect", "defineProperty", 3, define_property),
        ("Object", "getOwnPropertyDescriptor", 2, descriptor),
        ("Reflect", "getOwnPropertyDescriptor", 2, descriptor),
        ("Object", "getOwnPropertyDescriptors", 1, descriptors),
    ];
    for (owner, name, length, native) in all {
        let owner = context.global_object().get(JsString::from(owner), context)?.to_object(context)?;
        let own = (method(&owner, JsString::from(name), context)?, mark.clone());
        let replaced = NativeFunction::from_copy_closure_with_captures(
            move |this, args, own: &Own, context| native(this, args, own, context),
            own,
        );
        define(&owner, JsString::from(name), name, length, replaced, context)?;
    }
    Ok(())
}

/// A function of this file that takes the place of one of the engine's.
type Native = fn(&JsValue, &[JsValue], &Own, &mut Context) -> JsResult<JsValue>;

fn define_property(this: &JsValue, args: &[JsValue], (engine, mark): &Own, context: &mut Context) -> JsResult<JsValue> {
    let standing = match accessor(args) {
        Some((target, key)) => stand_in(&target, key, args.get_or_undefined(2), mark, context)?,
        None => None,
    };
    hide_inherited(args, mark, context)?;
    match standing {
        Some(standing) => {
            let args = [args.get_or_undefined(0).clone(), args.get_or_undefined(1).clone(), standing.into()];
            engine.call(this, &args, context)
        }
        None => engine.call(this, args, context),
    }
}

/// The object and the name, when the object has an accessor of its own there that may be replaced.
fn accessor(args: &[JsValue]) -> Option<(JsObject, PropertyKey)> {
    let target = args.get_or_undefined(0).as_object().filter(JsObject::is_ordinary)?;
    let key = PropertyKey::from(args.get_or_undefined(1).as_string()?);
    let current = target.borrow().properties().get(&key)?;
    let is_replaceable = matches!(key, PropertyKey::String(_)) && current.is_accessor_descriptor();
    (is_replaceable && current.configurable() == Some(true)).then_some((target, key))
}

/// For a descriptor of data, that of an accessor which holds the value.
fn stand_in(
    target: &JsObject,
    key: PropertyKey,
    wanted: &JsValue,
    mark: &JsSymbol,
    context: &mut Context,
) -> JsResult<Option<JsObject>> {
    let Some(wanted) = wanted.as_object().filter(JsObject::is_ordinary) else { return Ok(None) };
    let mut has = |name: &str| wanted.has_property(JsString::from(name), context);
    let is_data = has("value")? || has("writable")?;
    if !is_data || has("get")? || has("set")? {
        return Ok(None);
    }
    let value = wanted.get(js_string!("value"), context)?;
    let writable = wanted.get(js_string!("writable"), context)?.to_boolean();
    let held = Held { target: target.clone(), key, value: GcRefCell::new(value), writable };
    let held = JsObject::from_proto_and_data(None, held);
    let standing = JsObject::with_object_proto(context.intrinsics());
    let read = NativeFunction::from_copy_closure_with_captures(|_, _, held, _| Ok(read(held)), held.clone());
    let read = FunctionObjectBuilder::new(context.realm(), read).build();
    read.create_data_property_or_throw(mark.clone(), held.clone(), context)?;
    standing.create_data_property_or_throw(js_string!("get"), read, context)?;
    let set = match writable {
        true => {
            let write = NativeFunction::from_copy_closure_with_captures(write, held);
            FunctionObjectBuilder::new(context.realm(), write).build().into()
        }
        false => JsValue::undefined(),
    };
    standing.create_data_property_or_throw(js_string!("set"), set, context)?;
    for name in [js_string!("enumerable"), js_string!("configurable")] {
        if wanted.has_property(name.clone(), context)? {
            let value = wanted.get(name.clone(), context)?;
            standing.create_data_property_or_throw(name, value, context)?;
        }
    }
    Ok(Some(standing))
}

/// An accessor that first looks for a property of the object's own.
#[derive(Trace, Finalize, JsData)]
struct Hidden {
    #[unsafe_ignore_trace]
    key: PropertyKey,
    get: JsValue,
    set: JsValue,
}

/// Before an object gets a property of its own: the accessor that its prototype has under that name gives way to it.
fn hide_inherited(args: &[JsValue], mark: &JsSymbol, context: &mut Context) -> JsResult<()> {
    let (target, key) = (args.get_or_undefined(0).as_object(), args.get_or_undefined(1).as_string());
    let (Some(target), Some(key)) = (target.filter(JsObject::is_ordinary), key.map(PropertyKey::from)) else {
        return Ok(());
    };
    let prototype = target.prototype().filter(|_| !target.borrow().properties().contains_key(&key));
    let Some(prototype) = prototype else { return Ok(()) };
    let current = prototype.borrow().properties().get(&key);
    let Some(current) = current.filter(|current| current.is_accessor_descriptor()) else { return Ok(()) };
    let get = current.get().cloned().unwrap_or_default();
    let is_done = get.as_object().is_none_or(|get| get.borrow().properties().contains_key(&mark.clone().into()));
    if is_done || current.configurable() != Some(true) {
        return Ok(());
    }
    let set = current.set().cloned().unwrap_or_default();
    let hidden = Hidden { key: key.clone(), get, set: set.clone() };
    let hidden = JsObject::from_proto_and_data(None, hidden);
    let reader = NativeFunction::from_copy_closure_with_captures(read_own_first, hidden.clone());
    let reader = FunctionObjectBuilder::new(context.realm(), reader).build();
    reader.create_data_property_or_throw(mark.clone(), hidden.clone(), context)?;
    let mut accessor = PropertyDescriptor::builder().get(reader);
    if set.is_object() {
        let writer = NativeFunction::from_copy_closure_with_captures(write_own_first, hidden);
        accessor = accessor.set(FunctionObjectBuilder::new(context.realm(), writer).build());
    }
    prototype.define_property_or_throw(key, accessor, context)?;
    Ok(())
}

fn own_of(this: &JsValue, key: &PropertyKey) -> Option<JsObject> {
    this.as_object().filter(|object| object.is_ordinary() && object.borrow().properties().contains_key(key))
}

fn read_own_first(this: &JsValue, _: &[JsValue], hidden: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    let Some(hidden) = hidden.downcast_ref::<Hidden>() else { return Ok(JsValue::undefined()) };
    match (own_of(this, &hidden.key), hidden.get.as_object()) {
        (Some(object), _) => object.get(hidden.key.clone(), context),
        (None, Some(get)) => get.call(this, &[], context),
        (None, None) => Ok(JsValue::undefined()),
    }
}

fn write_own_first(this: &JsValue, args: &[JsValue], hidden: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    let Some(hidden) = hidden.downcast_ref::<Hidden>() else { return Ok(JsValue::undefined()) };
    match (own_of(this, &hidden.key), hidden.set.as_object()) {
        (Some(object), _) => {
            object.set(hidden.key.clone(), args.get_or_undefined(0).clone(), true, context)?;
            Ok(JsValue::undefined())
        }
        (None, Some(set)) => set.call(this, args, context),
        (None, None) => Ok(JsValue::undefined()),
    }
}

fn read(held: &JsObject) -> JsValue {
    held.downcast_ref::<Held>().map_or_else(JsValue::undefined, |held| held.value.borrow().clone())
}

/// An assignment: to the object itself, or to one that inherits and gets a property of its own.
fn write(this: &JsValue, args: &[JsValue], held: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    let value = args.get_or_undefined(0).clone();
    let Some(held) = held.downcast_ref::<Held>() else { return Ok(JsValue::undefined()) };
    let Some(object) = this.as_object() else { return Ok(JsValue::undefined()) };
    if !JsObject::equals(&object, &held.target) {
        object.create_data_property_or_throw(held.key.clone(), value, context)?;
    } else if is_frozen(&held, context)? {
        let message = format!("cannot assign to the read-only property '{}'", held.key);
        return Err(JsNativeError::typ().with_message(message).into());
    } else {
        *held.value.borrow_mut() = value;
    }
    Ok(JsValue::undefined())
}

fn is_frozen(held: &Held, context: &mut Context) -> JsResult<bool> {
    let current = held.target.borrow().properties().get(&held.key);
    let is_fixed = current.is_some_and(|current| current.configurable() == Some(false));
    Ok(is_fixed && !held.target.is_extensible(context)?)
}

fn descriptor(this: &JsValue, args: &[JsValue], (engine, mark): &Own, context: &mut Context) -> JsResult<JsValue> {
    let told = engine.call(this, args, context)?;
    as_data(told, mark, context)
}

fn descriptors(this: &JsValue, args: &[JsValue], (engine, mark): &Own, context: &mut Context) -> JsResult<JsValue> {
    let told = engine.call(this, args, context)?;
    let Some(all) = told.as_object() else { return Ok(told) };
    for key in all.own_property_keys(context)? {
        let one = all.get(key.clone(), context)?;
        if held_by(&one, mark).is_some() {
            let data = as_data(one, mark, context)?;
            all.create_data_property_or_throw(key, data, context)?;
        }
    }
    Ok(told)
}

/// What the getter of a descriptor holds, if it is one of ours.
fn held_by(descriptor: &JsValue, mark: &JsSymbol) -> Option<JsObject> {
    let own = |object: &JsObject, key: PropertyKey| object.borrow().properties().get(&key)?.value()?.as_object();
    let getter = own(&descriptor.as_object()?, js_string!("get").into())?;
    own(&getter, mark.clone().into())
}

fn as_data(descriptor: JsValue, mark: &JsSymbol, context: &mut Context) -> JsResult<JsValue> {
    let Some(held) = held_by(&descriptor, mark) else { return Ok(descriptor) };
    let told = descriptor.to_object(context)?;
    if let Some(hidden) = held.downcast_ref::<Hidden>() {
        told.create_data_property_or_throw(js_string!("get"), hidden.get.clone(), context)?;
        told.create_data_property_or_throw(js_string!("set"), hidden.set.clone(), context)?;
        return Ok(descriptor);
    }
    let data = JsObject::with_object_proto(context.intrinsics());
    let Some(held) = held.downcast_ref::<Held>() else { return Ok(descriptor) };
    let writable = held.writable && !is_frozen(&held, context)?;
    data.create_data_property_or_throw(js_string!("value"), held.value.borrow().clone(), context)?;
    data.create_data_property_or_throw(js_string!("writable"), writable, context)?;
    for name in [js_string!("enumerable"), js_string!("configurable")] {
        let value = told.get(name.clone(), context)?;
        data.create_data_property_or_throw(name, value, context)?;
    }
    Ok(data.into())
}
