//! Bytes between native code and buffers, and the parts of `ArrayBuffer` that the engine lacks.

use crate::extensions::Op;
use boa_engine::{
    Context, JsArgs, JsNativeError, JsResult, JsValue,
    builtins::array_buffer::AlignedVec,
    object::builtins::{JsArrayBuffer, JsUint8Array},
};

pub(crate) const OPS: &[Op] =
    &[("bufferTransfer", 1, transfer), ("bufferDetach", 1, detach), ("bufferHasGone", 1, has_gone)];

/// Where the engine wants the bytes of a buffer to begin.
const ALIGNMENT: usize = 64;

/// A new `ArrayBuffer` with these bytes.
pub(crate) fn array_buffer(bytes: &[u8], context: &mut Context) -> JsResult<JsArrayBuffer> {
    crate::isolate::heap::relieve();
    JsArrayBuffer::from_byte_block(AlignedVec::from_slice(ALIGNMENT, bytes), context)
}

/// A new `Uint8Array` with these bytes.
pub(super) fn uint8_array(bytes: &[u8], context: &mut Context) -> JsResult<JsValue> {
    let buffer = array_buffer(bytes, context)?;
    Ok(JsUint8Array::from_array_buffer(buffer, context)?.into())
}

fn buffer(args: &[JsValue]) -> JsResult<JsArrayBuffer> {
    let wrong = || JsNativeError::typ().with_message("an ArrayBuffer is needed here");
    JsArrayBuffer::from_object(args.get_or_undefined(0).as_object().ok_or_else(wrong)?)
}

/// `bufferTransfer(buffer)`: a new buffer of fixed length with the same bytes, which are not
/// copied; the old one is detached.
fn transfer(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let buffer = buffer(args)?;
    if buffer.data().is_none() {
        return Err(JsNativeError::typ().with_message("The buffer is detached").into());
    }
    let block = buffer.detach(&JsValue::undefined())?;
    Ok(JsArrayBuffer::from_byte_block(block, context)?.into())
}

/// `bufferDetach(buffer)`: takes its bytes away.
fn detach(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    buffer(args)?.detach(&JsValue::undefined())?;
    Ok(JsValue::undefined())
}

/// `bufferHasGone(buffer)`: whether somebody took its bytes away.
fn has_gone(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(buffer(args)?.data().is_none().into())
}
