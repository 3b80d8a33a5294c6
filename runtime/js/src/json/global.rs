//! The global `JSON.stringify`: plain data on the short way, anything else as ECMA-262, section
//! 25.5.2 says.

use super::{enumerable_keys, get_of_bigint, is_array, is_raw, key_text};
use crate::isolate::state::State;
use boa_engine::{
    Context, JsArgs, JsBigInt, JsNativeError, JsObject, JsResult, JsString, JsValue, JsVariant, NativeFunction,
    js_string, object::builtins::JsFunction, property::PropertyKey,
};

/// Deeper values would use up the thread's stack.
const MAX_NESTING: usize = 4_000;
/// Most characters of one level of indentation.
const MAX_GAP: usize = 10;

pub(super) fn install(context: &mut Context) -> JsResult<()> {
    super::define(NativeFunction::from_fn_ptr(global_stringify), "stringify", 3, context)
}

fn global_stringify(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (value, replacer, space) = (args.get_or_undefined(0), args.get_or_undefined(1), args.get_or_undefined(2));
    if replacer.is_undefined() && space.is_undefined() {
        let state = State::of(context)?;
        let plain = state.stringifier.get().and_then(|stringifier| stringifier.plain(value, context));
        if let Some(text) = plain {
            return Ok(JsString::from(text).into());
        }
    }
    Ok(stringify(value, replacer, space, context)?.map_or_else(JsValue::undefined, JsValue::from))
}

/// The JSON text of any value; `None` for what JSON leaves out.
pub(super) fn stringify(
    value: &JsValue,
    replacer: &JsValue,
    space: &JsValue,
    context: &mut Context,
) -> JsResult<Option<JsString>> {
    let function = replacer.as_object().and_then(JsFunction::from_object);
    let list = match (&function, replacer.as_object()) {
        (None, Some(object)) if is_array(&object, context)? => Some(property_list(&object, context)?),
        _ => None,
    };
    let gap = gap(space, context)?;
    let holder = match &function {
        Some(_) => {
            let holder = JsObject::with_object_proto(context.intrinsics());
            holder.create_data_property_or_throw(js_string!(""), value.clone(), context)?;
            Some(holder)
        }
        None => None,
    };
    let mut writer = Writer { out: Vec::with_capacity(64), function, list, gap, stack: Vec::new() };
    let is_written = writer.property(holder.as_ref(), &js_string!("").into(), value.clone(), context)?;
    Ok(is_written.then(|| writer.text()))
}

/// The names that a replacer list lets through, each once.
fn property_list(list: &JsObject, context: &mut Context) -> JsResult<Vec<PropertyKey>> {
    let length = list.get(js_string!("length"), context)?.to_length(context)?;
    let mut names: Vec<PropertyKey> = Vec::new();
    for index in 0..length {
        let item = list.get(index, context)?;
        let counts = match item.as_object() {
            Some(object) => object.is::<f64>() || object.is::<JsString>(),
            None => item.is_string() || item.is_number(),
        };
        if counts {
            let key = PropertyKey::from(item.to_string(context)?);
            if !names.contains(&key) {
                names.push(key);
            }
        }
    }
    Ok(names)
}

fn gap(space: &JsValue, context: &mut Context) -> JsResult<Vec<u16>> {
    let space = match space.as_object() {
        Some(object) if object.is::<f64>() => space.to_number(context)?.into(),
        Some(object) if object.is::<JsString>() => space.to_string(context)?.into(),
        _ => space.clone(),
    };
    if let Some(number) = space.as_number() {
        let width = if number >= 1.0 { number.min(MAX_GAP as f64) as usize } else { 0 };
        return Ok(vec![b' '.into(); width]);
    }
    Ok(space.as_string().map(|text| text.iter().take(MAX_GAP).collect()).unwrap_or_default())
}

struct Writer {
    /// UTF-16: the indentation may be anything.
    out: Vec<u16>,
    function: Option<JsFunction>,
    list: Option<Vec<PropertyKey>>,
    gap: Vec<u16>,
    /// The objects around.
    stack: Vec<JsObject>,
}

impl Writer {
    fn text(self) -> JsString {
        if self.out.iter().all(|unit| *unit < 0x100) {
            let bytes: Vec<u8> = self.out.iter().map(|unit| *unit as u8).collect();
            return JsString::from(boa_engine::JsStr::latin1(&bytes));
        }
        JsString::from(self.out.as_slice())
    }

    fn push(&mut self, text: &str) {
        self.out.extend(text.bytes().map(u16::from));
    }

    /// `SerializeJSONProperty`; `false` is a value that JSON leaves out.
    fn property(
        &mut self,
        holder: Option<&JsObject>,
        key: &PropertyKey,
        mut value: JsValue,
        context: &mut Context,
    ) -> JsResult<bool> {
        if value.is_object() || value.is_bigint() {
            let to_json = match value.as_object() {
                Some(object) => object.get(js_string!("toJSON"), context)?,
                None => get_of_bigint(&value, js_string!("toJSON"), context)?,
            };
            if let Some(to_json) = to_json.as_object().and_then(JsFunction::from_object) {
                value = to_json.call(&value, &[key_text(key).into()], context)?;
            }
        }
        if let (Some(function), Some(holder)) = (self.function.clone(), holder) {
            value = function.call(&holder.clone().into(), &[key_text(key).into(), value], context)?;
        }
        if let Some(object) = value.as_object() {
            if is_raw(&object, context)? {
                let text = object.get(js_string!("rawJSON"), context)?.to_string(context)?;
                self.out.extend(text.iter());
                return Ok(true);
            }
            value = unboxed(&object, value, context)?;
        }
        match value.variant() {
            JsVariant::Null => self.push("null"),
            JsVariant::Undefined | JsVariant::Symbol(_) => return Ok(false),
            JsVariant::Boolean(flag) => self.push(if flag { "true" } else { "false" }),
            JsVariant::Integer32(number) => self.push(&number.to_string()),
            JsVariant::Float64(number) if number.is_finite() => {
                let text = value.to_string(context)?;
                self.out.extend(text.iter());
            }
            JsVariant::Float64(_) => self.push("null"),
            JsVariant::String(text) => self.quote(&text),
            JsVariant::BigInt(_) => {
                return Err(JsNativeError::typ().with_message("Do not know how to serialize a BigInt").into());
            }
            JsVariant::Object(object) if object.is_callable() => return Ok(false),
            JsVariant::Object(object) => self.nested(&object, context)?,
        }
        Ok(true)
    }

    fn nested(&mut self, object: &JsObject, context: &mut Context) -> JsResult<()> {
        if self.stack.iter().any(|outer| JsObject::equals(outer, object)) {
            return Err(JsNativeError::typ().with_message("Converting circular structure to JSON").into());
        }
        if self.stack.len() >= MAX_NESTING {
            return Err(JsNativeError::range().with_message("Maximum call stack size exceeded").into());
        }
        self.stack.push(object.clone());
        if is_array(object, context)? {
            self.array(object, context)?
        } else {
            self.object(object, context)?
        }
        self.stack.pop();
        Ok(())
    }

    fn new_line(&mut self, depth: usize) {
        if self.gap.is_empty() {
            return;
        }
        self.out.push(b'\n'.into());
        for _ in 0..depth {
            self.out.extend_from_slice(&self.gap);
        }
    }

    fn array(&mut self, array: &JsObject, context: &mut Context) -> JsResult<()> {
        let length = array.get(js_string!("length"), context)?.to_length(context)?;
        let depth = self.stack.len();
        self.push("[");
        for index in 0..length {
            if index > 0 {
                self.push(",");
            }
            self.new_line(depth);
            let value = array.get(index, context)?;
            if !self.property(Some(array), &index.into(), value, context)? {
                self.push("null");
            }
        }
        if length > 0 {
            self.new_line(depth - 1);
        }
        self.push("]");
        Ok(())
    }

    fn object(&mut self, object: &JsObject, context: &mut Context) -> JsResult<()> {
        let keys = match &self.list {
            Some(list) => list.clone(),
            None => enumerable_keys(object, context)?.into_iter().map(PropertyKey::from).collect(),
        };
        let depth = self.stack.len();
        self.push("{");
        let mut is_first = true;
        for key in keys {
            let mark = self.out.len();
            if !is_first {
                self.push(",");
            }
            self.new_line(depth);
            self.quote(&key_text(&key));
            self.push(if self.gap.is_empty() { ":" } else { ": " });
            let value = object.get(key.clone(), context)?;
            if self.property(Some(object), &key, value, context)? {
                is_first = false;
            } else {
                self.out.truncate(mark);
            }
        }
        if !is_first {
            self.new_line(depth - 1);
        }
        self.push("}");
        Ok(())
    }

    /// `QuoteJSONString`: lone surrogates are escaped.
    fn quote(&mut self, text: &JsString) {
        self.push("\"");
        let mut units = text.iter().peekable();
        while let Some(unit) = units.next() {
            match unit {
                0x08 => self.push("\\b"),
                0x09 => self.push("\\t"),
                0x0a => self.push("\\n"),
                0x0c => self.push("\\f"),
                0x0d => self.push("\\r"),
                0x22 => self.push("\\\""),
                0x5c => self.push("\\\\"),
                0x00..0x20 => self.push(&format!("\\u{unit:04x}")),
                0xd800..0xdc00 => match units.next_if(|next| (0xdc00..0xe000).contains(next)) {
                    Some(low) => self.out.extend([unit, low]),
                    None => self.push(&format!("\\u{unit:04x}")),
                },
                0xdc00..0xe000 => self.push(&format!("\\u{unit:04x}")),
                _ => self.out.push(unit),
            }
        }
        self.push("\"");
    }
}

/// What a Number, String, Boolean or BigInt object stands for.
fn unboxed(object: &JsObject, value: JsValue, context: &mut Context) -> JsResult<JsValue> {
    if object.is::<f64>() {
        return Ok(value.to_number(context)?.into());
    }
    if object.is::<JsString>() {
        return Ok(value.to_string(context)?.into());
    }
    if let Some(flag) = object.downcast_ref::<bool>() {
        return Ok((*flag).into());
    }
    if let Some(number) = object.downcast_ref::<JsBigInt>() {
        return Ok(number.clone().into());
    }
    Ok(value)
}
