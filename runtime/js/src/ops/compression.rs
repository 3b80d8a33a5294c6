//! The work of `CompressionStream` and `DecompressionStream`.

use super::{bytes::uint8_array, encoding::bytes_of, text};
use crate::extensions::Op;
use boa_engine::{Context, Finalize, JsArgs, JsData, JsNativeError, JsObject, JsResult, JsValue, Trace};
use cronflow_services::codec::{Decoder, Encoder, Format};
use std::{cell::RefCell, fmt::Display};

pub(crate) const OPS: &[Op] =
    &[("codecOpen", 3, open), ("codecOpenCoding", 1, open_coding), ("codecPush", 2, push), ("codecFinish", 1, finish)];

enum Codec {
    Encoder(Encoder),
    Decoder(Decoder),
}

/// A codec that a stream holds; `None` once it has ended.
#[derive(Trace, Finalize, JsData)]
struct Held(#[unsafe_ignore_trace] RefCell<Option<Codec>>);

/// `codecOpen(format, decompress, level)`: `undefined` when there is no such format. Level -1 is the
/// usual one.
fn open(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some(format) = Format::named(&text(args, 0, context)?) else { return Ok(JsValue::undefined()) };
    let codec = if args.get_or_undefined(1).to_boolean() {
        Codec::Decoder(Decoder::new(format))
    } else {
        let level = args.get_or_undefined(2);
        let level = if level.is_undefined() { None } else { u32::try_from(level.to_i32(context)?).ok() };
        Codec::Encoder(Encoder::with_level(format, level))
    };
    Ok(JsObject::from_proto_and_data(None, Held(RefCell::new(Some(codec)))).into())
}

/// `codecOpenCoding('gzip' | 'deflate' | 'br')`: a decoder for a content coding of HTTP, which takes
/// several members of gzip as one.
fn open_coding(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some(decoder) = Decoder::for_coding(&text(args, 0, context)?) else { return Ok(JsValue::undefined()) };
    Ok(JsObject::from_proto_and_data(None, Held(RefCell::new(Some(Codec::Decoder(decoder))))).into())
}

/// `codecPush(codec, bytes)`: the output that is ready.
fn push(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let input = bytes_of(args.get_or_undefined(1), context)?;
    let output = with_codec(args, |held| match held {
        Some(Codec::Encoder(encoder)) => encoder.push(&input).map_err(refused),
        Some(Codec::Decoder(decoder)) => decoder.push(&input).map_err(refused),
        None => Ok(Vec::new()),
    })?;
    uint8_array(&output, context)
}

/// `codecFinish(codec)`: the rest of the output.
fn finish(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let output = with_codec(args, |held| match held.take() {
        Some(Codec::Encoder(encoder)) => encoder.finish().map_err(refused),
        Some(Codec::Decoder(decoder)) => decoder.finish().map_err(refused),
        None => Ok(Vec::new()),
    })?;
    uint8_array(&output, context)
}

fn with_codec<T>(args: &[JsValue], work: impl FnOnce(&mut Option<Codec>) -> JsResult<T>) -> JsResult<T> {
    let object = args.get_or_undefined(0).as_object();
    let held = object.as_ref().and_then(JsObject::downcast_ref::<Held>);
    let held = held.ok_or_else(|| JsNativeError::typ().with_message("a codec is needed here"))?;
    work(&mut held.0.borrow_mut())
}

fn refused(error: impl Display) -> boa_engine::JsError {
    JsNativeError::typ().with_message(error.to_string()).into()
}
