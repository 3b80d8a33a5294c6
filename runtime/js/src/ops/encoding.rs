//! UTF-8 in both directions.

use super::text;
use crate::extensions::Op;
use boa_engine::{
    Context, JsArgs, JsNativeError, JsResult, JsString, JsValue,
    object::builtins::{JsArrayBuffer, JsUint8Array},
};

pub(crate) const OPS: &[Op] = &[("utf8Encode", 1, encode), ("utf8Decode", 2, decode)];

fn encode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = text(args, 0, context)?;
    Ok(JsUint8Array::from_iter(text.into_bytes(), context)?.into())
}

/// `utf8Decode(bytes, fatal)`.
fn decode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let fatal = args.get_or_undefined(1).to_boolean();
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(JsString::from(text).into()),
        Err(_) if fatal => {
            Err(JsNativeError::typ().with_message("The encoded data was not valid for encoding utf-8").into())
        }
        Err(_) => Ok(JsString::from(&*String::from_utf8_lossy(&bytes)).into()),
    }
}

/// The bytes that a `Uint8Array` shows.
pub(super) fn bytes_of(value: &JsValue, context: &mut Context) -> JsResult<Vec<u8>> {
    let wrong = || JsNativeError::typ().with_message("a Uint8Array is needed here");
    let object = value.as_object().ok_or_else(wrong)?;
    let view = JsUint8Array::from_object(object)?;
    let (offset, length) = (view.byte_offset(context)?, view.byte_length(context)?);
    let buffer = view.buffer(context)?.as_object().ok_or_else(wrong)?;
    let buffer = JsArrayBuffer::from_object(buffer)?;
    let data = buffer.data().ok_or_else(wrong)?;
    Ok(data.get(offset..offset + length).unwrap_or_default().to_vec())
}
