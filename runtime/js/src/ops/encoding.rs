//! Text to bytes and back, in all encodings of the Encoding standard.

use super::{bytes::uint8_array, text};
use crate::{extensions::Op, isolate::state::State};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue,
    object::builtins::{JsArray, JsArrayBuffer, JsUint8Array},
    string::{JsStr, JsStrVariant},
};
use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, UTF_8};
use std::{cell::RefCell, collections::BTreeMap};

pub(crate) const OPS: &[Op] = &[
    ("utf8Encode", 1, encode),
    ("utf8EncodeInto", 2, encode_into),
    ("utf8Decode", 2, decode_utf8),
    ("encodingName", 1, encoding_name),
    ("decode", 4, decode),
    ("decodeStream", 5, decode_stream),
];

/// Decoders in the middle of a stream that are kept. One that was left there and never ended is
/// dropped when so many younger ones have come.
const MAX_DECODERS: usize = 1_024;

/// Decoders in the middle of a stream, by number.
#[derive(Default)]
pub(crate) struct Decoders(RefCell<(u32, BTreeMap<u32, Decoder>)>);

impl Decoders {
    fn keep(&self, id: u32, decoder: Decoder) -> u32 {
        let (last, decoders) = &mut *self.0.borrow_mut();
        let id = if id == 0 {
            *last += 1;
            *last
        } else {
            id
        };
        decoders.insert(id, decoder);
        if decoders.len() > MAX_DECODERS {
            decoders.pop_first();
        }
        id
    }

    fn take(&self, id: u32) -> Option<Decoder> {
        self.0.borrow_mut().1.remove(&id)
    }
}

/// `utf8Encode(text)`: a `Uint8Array`. Lone surrogates become U+FFFD.
fn encode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    uint8_array(&utf8_of(&text), context)
}

/// The text as UTF-8.
pub(super) fn utf8_of(text: &JsString) -> Vec<u8> {
    match text.variant() {
        JsStrVariant::Latin1(latin1) => encoding_rs::mem::decode_latin1(latin1).into_owned().into_bytes(),
        JsStrVariant::Utf16(utf16) => String::from_utf16_lossy(utf16).into_bytes(),
    }
}

/// `utf8EncodeInto(text, target)`: `[code units read, bytes written]`, whole characters only.
fn encode_into(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    let (buffer, offset, length) = view_of(args.get_or_undefined(1), context)?;
    let (mut read, mut written) = (0, 0);
    if let Some(mut data) = buffer.data_mut()
        && let Some(target) = data.get_mut(offset..offset + length)
    {
        (read, written) = match text.variant() {
            JsStrVariant::Latin1(latin1) => encoding_rs::mem::convert_latin1_to_utf8_partial(latin1, target),
            JsStrVariant::Utf16(utf16) => encoding_rs::mem::convert_utf16_to_utf8_partial(utf16, target),
        };
    }
    Ok(JsArray::from_iter([JsValue::new(read as f64), JsValue::new(written as f64)], context).into())
}

/// `utf8Decode(bytes, fatal)`. A byte order mark stays.
fn decode_utf8(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let fatal = args.get_or_undefined(1).to_boolean();
    if let Some(text) = ascii_of(args.get_or_undefined(0), context)? {
        return Ok(text.into());
    }
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    match run(&mut decoder, &bytes, fatal, true) {
        Some(text) => Ok(text.into()),
        None => Err(JsNativeError::typ().with_message("The encoded data was not valid for encoding utf-8").into()),
    }
}

/// `encodingName(label)`: the name in lower case, or null. The replacement encoding is none.
fn encoding_name(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let label = text(args, 0, context)?;
    let encoding = Encoding::for_label_no_replacement(label.as_bytes());
    Ok(encoding.map_or(JsValue::null(), |encoding| JsString::from(encoding.name().to_ascii_lowercase()).into()))
}

/// `decode(name, bytes, fatal, ignoreBOM)`: the text; null when the bytes are malformed and that is
/// fatal.
fn decode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let mut decoder = decoder(&text(args, 0, context)?, args.get_or_undefined(3).to_boolean())?;
    let fatal = args.get_or_undefined(2).to_boolean();
    if decoder.encoding().is_ascii_compatible()
        && let Some(text) = ascii_of(args.get_or_undefined(1), context)?
    {
        return Ok(text.into());
    }
    let bytes = bytes_of(args.get_or_undefined(1), context)?;
    let text = run(&mut decoder, &bytes, fatal, true);
    Ok(text.map_or(JsValue::null(), Into::into))
}

/// `decodeStream(id, name, bytes, flags, last)`: `[text, id]` with the number under which the decoder
/// goes on; 0 begins one. Null when the bytes are malformed and that is fatal (flag 1; flag 2 keeps
/// a byte order mark).
fn decode_stream(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let id = args.get_or_undefined(0).to_u32(context)?;
    let flags = args.get_or_undefined(3).to_u32(context)?;
    let is_last = args.get_or_undefined(4).to_boolean();
    let state = State::of(context)?;
    let mut decoder = if id == 0 {
        decoder(&text(args, 1, context)?, flags & 2 != 0)?
    } else {
        state.decoders.take(id).ok_or_else(|| {
            let message = "this TextDecoder was left in the middle of a stream while too many others began one";
            JsNativeError::range().with_message(message)
        })?
    };
    let bytes = bytes_of(args.get_or_undefined(2), context)?;
    let Some(text) = run(&mut decoder, &bytes, flags & 1 != 0, is_last) else {
        return Ok(JsValue::null());
    };
    let id = if is_last { 0 } else { state.decoders.keep(id, decoder) };
    Ok(JsArray::from_iter([text.into(), JsValue::new(id)], context).into())
}

fn decoder(name: &str, keeps_bom: bool) -> JsResult<Decoder> {
    let encoding = Encoding::for_label(name.as_bytes())
        .ok_or_else(|| JsNativeError::range().with_message(format!("the encoding '{name}' is not known")))?;
    Ok(if keeps_bom { encoding.new_decoder_without_bom_handling() } else { encoding.new_decoder_with_bom_removal() })
}

/// `None` when the bytes are malformed and that is fatal.
fn run(decoder: &mut Decoder, bytes: &[u8], fatal: bool, is_last: bool) -> Option<JsString> {
    // The engine has two kinds of text: ASCII gets the narrow one, anything else would be widened from UTF-8
    // character by character.
    if encoding_rs::mem::is_ascii(bytes) {
        return narrow(decoder, bytes, fatal, is_last);
    }
    wide(decoder, bytes, fatal, is_last)
}

fn narrow(decoder: &mut Decoder, mut bytes: &[u8], fatal: bool, is_last: bool) -> Option<JsString> {
    let mut text = String::new();
    loop {
        let need = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len());
        text.reserve(need);
        let (is_full, read) = if fatal {
            let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, is_last);
            match result {
                DecoderResult::Malformed(..) => return None,
                other => (other == DecoderResult::OutputFull, read),
            }
        } else {
            let (result, read, _) = decoder.decode_to_string(bytes, &mut text, is_last);
            (result == CoderResult::OutputFull, read)
        };
        bytes = bytes.get(read..).unwrap_or_default();
        if !is_full {
            return Some(JsString::from(text));
        }
    }
}

fn wide(decoder: &mut Decoder, mut bytes: &[u8], fatal: bool, is_last: bool) -> Option<JsString> {
    let mut text: Vec<u16> = Vec::new();
    let mut length = 0;
    loop {
        let need = decoder.max_utf16_buffer_length(bytes.len()).unwrap_or(bytes.len());
        text.resize(length + need, 0);
        let (is_full, read, written) = if fatal {
            let (result, read, written) =
                decoder.decode_to_utf16_without_replacement(bytes, &mut text[length..], is_last);
            match result {
                DecoderResult::Malformed(..) => return None,
                other => (other == DecoderResult::OutputFull, read, written),
            }
        } else {
            let (result, read, written, _) = decoder.decode_to_utf16(bytes, &mut text[length..], is_last);
            (result == CoderResult::OutputFull, read, written)
        };
        length += written;
        bytes = bytes.get(read..).unwrap_or_default();
        if !is_full {
            return Some(JsString::from(&text[..length]));
        }
    }
}

/// The bytes that a `Uint8Array` shows.
pub(super) fn bytes_of(value: &JsValue, context: &mut Context) -> JsResult<Vec<u8>> {
    let (buffer, offset, length) = view_of(value, context)?;
    let bytes = buffer.data().and_then(|data| data.get(offset..offset + length).map(<[u8]>::to_vec));
    Ok(bytes.unwrap_or_default())
}

/// The text of a `Uint8Array` that is ASCII: most are, and then one copy is enough.
fn ascii_of(value: &JsValue, context: &mut Context) -> JsResult<Option<JsString>> {
    let (buffer, offset, length) = view_of(value, context)?;
    let data = buffer.data();
    let bytes = data.as_ref().and_then(|data| data.get(offset..offset + length));
    Ok(bytes.filter(|bytes| encoding_rs::mem::is_ascii(bytes)).map(|bytes| JsStr::latin1(bytes).into()))
}

/// A `Uint8Array` apart: buffer, offset, length.
fn view_of(value: &JsValue, context: &mut Context) -> JsResult<(JsArrayBuffer, usize, usize)> {
    let wrong = || JsNativeError::typ().with_message("a Uint8Array is needed here");
    let object: JsObject = value.as_object().ok_or_else(wrong)?;
    let view = JsUint8Array::from_object(object)?;
    let (offset, length) = (view.byte_offset(context)?, view.byte_length(context)?);
    let buffer = view.buffer(context)?.as_object().ok_or_else(wrong)?;
    Ok((JsArrayBuffer::from_object(buffer)?, offset, length))
}
