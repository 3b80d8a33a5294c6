//! Random bytes from the operating system.

use crate::extensions::Op;
use boa_engine::{
    Context, JsArgs, JsNativeError, JsResult, JsString, JsValue,
    object::builtins::{JsArrayBuffer, JsUint8Array},
};

pub(super) const OPS: &[Op] = &[("cryptoRandom", 1, fill), ("cryptoUuid", 0, uuid)];

/// `cryptoRandom(view)` fills the view.
fn fill(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let wrong = || JsNativeError::typ().with_message("a Uint8Array is needed here");
    let view = JsUint8Array::from_object(args.get_or_undefined(0).as_object().ok_or_else(wrong)?)?;
    let (offset, length) = (view.byte_offset(context)?, view.byte_length(context)?);
    let buffer = JsArrayBuffer::from_object(view.buffer(context)?.as_object().ok_or_else(wrong)?)?;
    let mut data = buffer.data_mut().ok_or_else(wrong)?;
    let target = data.get_mut(offset..offset + length).ok_or_else(wrong)?;
    getrandom::fill(target).map_err(|error| JsNativeError::error().with_message(error.to_string()))?;
    Ok(JsValue::undefined())
}

/// `cryptoUuid()`: a random UUID, version 4.
fn uuid(_: &JsValue, _: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(JsString::from(uuid::Uuid::new_v4().to_string()).into())
}
