//! Engine values to JSON text: plain data is written directly, anything else as the global
//! `JSON.stringify` does it, so that `toJSON`, dates, getters and classes behave as the language says.

use boa_engine::{Context, JsObject, JsString, JsValue, JsVariant, js_string, property::PropertyKey};
use cronflow_core::json::{JsonText, MAX_DEPTH};
use std::io::Write as _;

/// Why a value has no JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unserializable {
    /// A getter, `toJSON` or the engine threw; circular and BigInt values end here.
    #[error("{0}")]
    Threw(String),
    /// Nested too deeply.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

/// Not plain data: ask the engine.
struct NotPlain;

/// Turns values into JSON text.
pub(crate) struct Stringifier {
    object_prototype: JsObject,
    array_prototype: JsObject,
    /// The name of the method.
    to_json: PropertyKey,
}

impl Stringifier {
    /// Made once for a context.
    pub(crate) fn new(context: &mut Context) -> Self {
        let constructors = context.intrinsics().constructors();
        Self {
            object_prototype: constructors.object().prototype(),
            array_prototype: constructors.array().prototype(),
            to_json: js_string!("toJSON").into(),
        }
    }

    /// The text of plain data; `None` when it takes more than that, or is left out by JSON.
    pub(super) fn plain(&self, value: &JsValue, context: &mut Context) -> Option<String> {
        let mut out = Vec::with_capacity(64);
        let is_written = self.prototypes_are_clean() && matches!(self.write(value, &mut out, 0, context), Ok(true));
        is_written.then(|| String::from_utf8(out).ok()).flatten()
    }

    /// The JSON text of a step's result. `undefined`, functions and symbols become `null`.
    pub(crate) fn stringify(&self, value: &JsValue, context: &mut Context) -> Result<JsonText, Unserializable> {
        let mut out = Vec::with_capacity(64);
        if self.prototypes_are_clean() {
            match self.write(value, &mut out, 0, context) {
                Ok(true) => return Ok(trusted(out)),
                Ok(false) => return Ok(JsonText::null()),
                Err(NotPlain) => {}
            }
        }
        Self::by_language(value, context)
    }

    fn by_language(value: &JsValue, context: &mut Context) -> Result<JsonText, Unserializable> {
        let (replacer, space) = (JsValue::undefined(), JsValue::undefined());
        let text = super::global::stringify(value, &replacer, &space, context);
        let text = text.map_err(|error| Unserializable::Threw(error_text(&error, context)))?;
        let Some(text) = text else {
            return Ok(JsonText::null());
        };
        // Only the depth can be wrong.
        JsonText::parse(&text.to_std_string_lossy()).map_err(|_| Unserializable::TooDeep)
    }

    fn prototypes_are_clean(&self) -> bool {
        let clean = |object: &JsObject| !object.borrow().properties().contains_key(&self.to_json);
        clean(&self.object_prototype) && clean(&self.array_prototype)
    }

    /// `Ok(false)` is a value that JSON leaves out.
    fn write(&self, value: &JsValue, out: &mut Vec<u8>, depth: usize, context: &mut Context) -> Result<bool, NotPlain> {
        match value.variant() {
            JsVariant::Null => out.extend_from_slice(b"null"),
            JsVariant::Undefined | JsVariant::Symbol(_) => return Ok(false),
            JsVariant::Boolean(true) => out.extend_from_slice(b"true"),
            JsVariant::Boolean(false) => out.extend_from_slice(b"false"),
            JsVariant::Integer32(number) => write!(out, "{number}").map_err(|_| NotPlain)?,
            JsVariant::Float64(number) if number.is_finite() => {
                let text = value.to_string(context).map_err(|_| NotPlain)?;
                out.extend_from_slice(text.to_std_string_lossy().as_bytes());
            }
            JsVariant::Float64(_) => out.extend_from_slice(b"null"),
            JsVariant::String(text) => write_string(&text, out)?,
            JsVariant::BigInt(_) => return Err(NotPlain),
            JsVariant::Object(object) => return self.write_object(&object, out, depth, context),
        }
        Ok(true)
    }

    fn write_object(
        &self,
        object: &JsObject,
        out: &mut Vec<u8>,
        depth: usize,
        context: &mut Context,
    ) -> Result<bool, NotPlain> {
        if depth >= MAX_DEPTH {
            return Err(NotPlain);
        }
        if object.borrow().properties().contains_key(&self.to_json) {
            return Err(NotPlain);
        }
        if object.is_callable() {
            return Ok(false);
        }
        let Some(prototype) = object.prototype() else {
            return Err(NotPlain);
        };
        if object.is_array() && JsObject::equals(&prototype, &self.array_prototype) {
            self.write_array(object, out, depth, context)?;
        } else if object.is_ordinary() && JsObject::equals(&prototype, &self.object_prototype) {
            self.write_record(object, out, depth, context)?;
        } else {
            return Err(NotPlain);
        }
        Ok(true)
    }

    fn write_array(
        &self,
        array: &JsObject,
        out: &mut Vec<u8>,
        depth: usize,
        context: &mut Context,
    ) -> Result<(), NotPlain> {
        let length = array.get(js_string!("length"), context).ok().and_then(|length| length.as_number());
        let items: Vec<JsValue> = {
            let borrowed = array.borrow();
            let values = borrowed.properties().index_property_values();
            values.map(|item| item.value().cloned().ok_or(NotPlain)).collect::<Result<_, _>>()?
        };
        // A hole would shift everything behind it.
        if length != Some(items.len() as f64) {
            return Err(NotPlain);
        }
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            if !self.write(item, out, depth + 1, context)? {
                out.extend_from_slice(b"null");
            }
        }
        out.push(b']');
        Ok(())
    }

    fn write_record(
        &self,
        object: &JsObject,
        out: &mut Vec<u8>,
        depth: usize,
        context: &mut Context,
    ) -> Result<(), NotPlain> {
        let properties = own_data(object)?;
        out.push(b'{');
        let mut first = true;
        for (key, value) in &properties {
            let mark = out.len();
            if !first {
                out.push(b',');
            }
            match key {
                PropertyKey::String(name) => write_string(name, out)?,
                PropertyKey::Index(index) => write!(out, "\"{}\"", index.get()).map_err(|_| NotPlain)?,
                PropertyKey::Symbol(_) => continue,
            }
            out.push(b':');
            if self.write(value, out, depth + 1, context)? {
                first = false;
            } else {
                out.truncate(mark);
            }
        }
        out.push(b'}');
        Ok(())
    }
}

/// Own enumerable data properties in the order of the language: indices, then names.
fn own_data(object: &JsObject) -> Result<Vec<(PropertyKey, JsValue)>, NotPlain> {
    let borrowed = object.borrow();
    let map = borrowed.properties();
    let mut properties = Vec::new();
    let mut indices: Vec<_> = map.index_properties().collect();
    indices.sort_by_key(|(index, _)| *index);
    for (index, descriptor) in indices {
        properties.push((PropertyKey::from(index), descriptor.value().cloned().ok_or(NotPlain)?));
    }
    for key in borrowed.shape().keys() {
        if matches!(key, PropertyKey::Symbol(_)) {
            continue;
        }
        let descriptor = map.get(&key).ok_or(NotPlain)?;
        if descriptor.enumerable() == Some(false) {
            continue;
        }
        properties.push((key, descriptor.value().cloned().ok_or(NotPlain)?));
    }
    Ok(properties)
}

/// A string with a lone surrogate goes to the engine, which escapes it.
fn write_string(text: &JsString, out: &mut Vec<u8>) -> Result<(), NotPlain> {
    let text = text.to_std_string().map_err(|_| NotPlain)?;
    serde_json::to_writer(out, &text).map_err(|_| NotPlain)
}

fn trusted(out: Vec<u8>) -> JsonText {
    // Every branch above writes UTF-8.
    JsonText::trusted(String::from_utf8_lossy(&out).into_owned())
}

fn error_text(error: &boa_engine::JsError, context: &mut Context) -> String {
    let Ok(value) = error.clone().into_opaque(context) else {
        return error.to_string();
    };
    let message = value.as_object().and_then(|object| object.get(js_string!("message"), context).ok());
    let message = message.and_then(|message| message.as_string()).map(|text| text.to_std_string_lossy());
    message.unwrap_or_else(|| error.to_string())
}
