//! Buffers that are transferred: the engine has no `ArrayBuffer.prototype.transfer`.

use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue, object::builtins::JsArrayBuffer};

pub(crate) const OPS: &[Op] = &[("bufferDetach", 1, detach), ("bufferHasGone", 1, has_gone)];

fn buffer_of(args: &[JsValue]) -> JsResult<JsArrayBuffer> {
    let object = args.get_or_undefined(0).as_object();
    JsArrayBuffer::from_object(
        object.ok_or_else(|| JsNativeError::typ().with_message("an ArrayBuffer is needed here"))?,
    )
}

/// `bufferDetach(buffer)`: takes its bytes away.
fn detach(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    buffer_of(args)?.detach(&JsValue::undefined())?;
    Ok(JsValue::undefined())
}

/// `bufferHasGone(buffer)`: whether somebody took its bytes away.
fn has_gone(_: &JsValue, args: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(buffer_of(args)?.data().is_none().into())
}
