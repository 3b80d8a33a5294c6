//! JSON text straight into engine values. The engine's parser compiles the text as a program,
//! which is slow and keeps every key and string for the life of the context.

use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string,
    object::builtins::{JsArray, JsFunction},
    property::{PropertyDescriptor, PropertyKey},
};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::{cell::RefCell, collections::HashMap, fmt};

/// Keys up to this length are kept, because the same few come again and again.
const MAX_KEPT_KEY: usize = 64;
/// So many keys are kept.
const MAX_KEPT_KEYS: usize = 4096;

thread_local!(static KEYS: RefCell<HashMap<Box<str>, PropertyKey>> = RefCell::default());

/// Parses one JSON value.
pub(crate) fn parse(text: &str, context: &mut Context) -> JsResult<JsValue> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = ValueSeed(context).deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| JsNativeError::syntax().with_message(format!("JSON.parse: {error}")).into())
}

/// Replaces the global `JSON.parse`.
pub(crate) fn install(context: &mut Context) -> JsResult<()> {
    let json = context.global_object().get(js_string!("JSON"), context)?;
    let Some(json) = json.as_object() else {
        return Ok(());
    };
    let function = NativeFunction::from_fn_ptr(global_parse).to_js_function(context.realm());
    let name = PropertyDescriptor::builder().value(js_string!("parse")).configurable(true);
    function.define_property_or_throw(js_string!("name"), name, context)?;
    let property = PropertyDescriptor::builder().value(function).writable(true).configurable(true).enumerable(false);
    json.define_property_or_throw(js_string!("parse"), property, context)?;
    Ok(())
}

fn global_parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    let value = parse(&text.to_std_string_lossy(), context)?;
    let Some(reviver) = args.get_or_undefined(1).as_object().and_then(JsFunction::from_object) else {
        return Ok(value);
    };
    let holder = JsObject::with_object_proto(context.intrinsics());
    holder.create_data_property_or_throw(js_string!(""), value, context)?;
    revive(&holder, &js_string!("").into(), &reviver, context)
}

/// `InternalizeJSONProperty`, ECMA-262 section 25.5.1.1.
fn revive(holder: &JsObject, key: &PropertyKey, reviver: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let value = holder.get(key.clone(), context)?;
    if let Some(object) = value.as_object() {
        for inner in child_keys(&object, context)? {
            let new = revive(&object, &inner, reviver, context)?;
            if new.is_undefined() {
                object.delete_property_or_throw(inner, context)?;
            } else {
                object.create_data_property(inner, new, context)?;
            }
        }
    }
    let name: JsValue = match key {
        PropertyKey::Index(index) => js_string!(index.get().to_string()).into(),
        PropertyKey::String(name) => name.clone().into(),
        PropertyKey::Symbol(symbol) => symbol.clone().into(),
    };
    reviver.call(&holder.clone().into(), &[name, value], context)
}

fn child_keys(object: &JsObject, context: &mut Context) -> JsResult<Vec<PropertyKey>> {
    if object.is_array() {
        let length = object.get(js_string!("length"), context)?.to_length(context)?;
        return Ok((0..length).map(PropertyKey::from).collect());
    }
    let keys = object.own_property_keys(context)?;
    Ok(keys.into_iter().filter(|key| !matches!(key, PropertyKey::Symbol(_))).collect())
}

fn key(text: &str) -> PropertyKey {
    KEYS.with(|kept| {
        let mut kept = kept.borrow_mut();
        if let Some(key) = kept.get(text) {
            return key.clone();
        }
        let key = PropertyKey::from(JsString::from(text));
        if text.len() <= MAX_KEPT_KEY && kept.len() < MAX_KEPT_KEYS {
            kept.insert(text.into(), key.clone());
        }
        key
    })
}

struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = PropertyKey;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<PropertyKey, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = PropertyKey;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<PropertyKey, E> {
        Ok(key(text))
    }
}

struct ValueSeed<'a>(&'a mut Context);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = JsValue;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = JsValue;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<JsValue, E> {
        Ok(value.into())
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<JsValue, E> {
        Ok(i32::try_from(value).map_or_else(|_| JsValue::new(value as f64), JsValue::new))
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<JsValue, E> {
        Ok(i32::try_from(value).map_or_else(|_| JsValue::new(value as f64), JsValue::new))
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<JsValue, E> {
        Ok(JsValue::new(value))
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<JsValue, E> {
        Ok(JsValue::null())
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<JsValue, E> {
        Ok(JsString::from(value).into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<JsValue, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(ValueSeed(&mut *self.0))? {
            items.push(item);
        }
        Ok(JsArray::from_iter(items, self.0).into())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<JsValue, A::Error> {
        let object = JsObject::with_object_proto(self.0.intrinsics());
        while let Some(key) = access.next_key_seed(KeySeed)? {
            let value = access.next_value_seed(ValueSeed(&mut *self.0))?;
            let fresh = object.insert_property(key, plain(value));
            debug_assert!(fresh || object.is_ordinary(), "a duplicate key replaces the first");
        }
        Ok(object.into())
    }
}

/// An ordinary data property, as an assignment makes it.
fn plain(value: JsValue) -> PropertyDescriptor {
    PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true).build()
}
