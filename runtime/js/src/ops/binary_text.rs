//! Bytes as text: base64 and hex, as `Uint8Array` has them
//! (<https://tc39.es/proposal-arraybuffer-base64/spec/>).

use super::{encoding::bytes_of, text};
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsResult, JsString, JsValue, object::builtins::JsArray};

pub(crate) const OPS: &[Op] = &[
    ("base64Encode", 3, base64_encode),
    ("base64Decode", 4, base64_decode),
    ("hexEncode", 1, hex_encode),
    ("hexDecode", 2, hex_decode),
];

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What was read of a text, and whether the rest is wrong.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decoded {
    read: usize,
    bytes: Vec<u8>,
    is_wrong: bool,
}

impl Decoded {
    /// `[read, bytes, isWrong]`.
    fn into_js(self, context: &mut Context) -> JsResult<JsValue> {
        let buffer = super::bytes::array_buffer(&self.bytes, context)?;
        let parts: [JsValue; 3] = [self.read.into(), buffer.into(), self.is_wrong.into()];
        Ok(JsArray::from_iter(parts, context).into())
    }
}

/// How a text may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastChunk {
    Loose,
    Strict,
    StopBeforePartial,
}

/// `base64Encode(bytes, isUrl, omitPadding)`.
fn base64_encode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let alphabet = if args.get_or_undefined(1).to_boolean() { URL } else { STANDARD };
    let pad = !args.get_or_undefined(2).to_boolean();
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(alphabet[(bits >> (18 - 6 * place)) as usize & 63]));
            } else if pad {
                out.push('=');
            }
        }
    }
    Ok(JsString::from(out).into())
}

/// `base64Decode(text, isUrl, lastChunk, maxLength)`.
fn base64_decode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let source = text(args, 0, context)?;
    let is_url = args.get_or_undefined(1).to_boolean();
    let last = match text(args, 2, context)?.as_str() {
        "strict" => LastChunk::Strict,
        "stop-before-partial" => LastChunk::StopBeforePartial,
        _ => LastChunk::Loose,
    };
    from_base64(source.as_bytes(), is_url, last, max_length(args, 3)).into_js(context)
}

fn max_length(args: &[JsValue], index: usize) -> usize {
    args.get_or_undefined(index).as_number().map_or(usize::MAX, |length| length as usize)
}

fn value_of(byte: u8, is_url: bool) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' if !is_url => 62,
        b'/' if !is_url => 63,
        b'-' if is_url => 62,
        b'_' if is_url => 63,
        _ => return None,
    }))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// `FromBase64` of the standard.
fn from_base64(source: &[u8], is_url: bool, last: LastChunk, max: usize) -> Decoded {
    let mut done = Decoded::default();
    if max == 0 {
        return done;
    }
    let (mut chunk, mut length) = (0, 0);
    let mut index = 0;
    loop {
        while source.get(index).is_some_and(|byte| is_space(*byte)) {
            index += 1;
        }
        let Some(byte) = source.get(index).copied() else {
            return ended(done, chunk, length, last, source.len());
        };
        index += 1;
        if byte == b'=' {
            return padded(done, source, index, chunk, length, last);
        }
        let Some(value) = value_of(byte, is_url) else {
            done.is_wrong = true;
            return done;
        };
        let room = max - done.bytes.len();
        if (room == 1 && length == 2) || (room == 2 && length == 3) {
            return done;
        }
        chunk = chunk << 6 | value;
        length += 1;
        if length == 4 {
            done.bytes.extend_from_slice(&chunk.to_be_bytes()[1..]);
            (chunk, length, done.read) = (0, 0, index);
            if done.bytes.len() == max {
                return done;
            }
        }
    }
}

/// The text ends without padding.
fn ended(mut done: Decoded, chunk: u32, length: u32, last: LastChunk, end: usize) -> Decoded {
    match (length, last) {
        (0, _) => done.read = end,
        (_, LastChunk::StopBeforePartial) => {}
        (1, _) | (_, LastChunk::Strict) => done.is_wrong = true,
        _ => {
            push_partial(&mut done.bytes, chunk, length);
            done.read = end;
        }
    }
    done
}

/// The first `=` was at `index - 1`.
fn padded(mut done: Decoded, source: &[u8], mut index: usize, chunk: u32, length: u32, last: LastChunk) -> Decoded {
    let skip = |mut index: usize| {
        while source.get(index).is_some_and(|byte| is_space(*byte)) {
            index += 1;
        }
        index
    };
    if length < 2 {
        done.is_wrong = true;
        return done;
    }
    index = skip(index);
    if length == 2 {
        match source.get(index) {
            None => {
                done.is_wrong = last != LastChunk::StopBeforePartial;
                return done;
            }
            Some(b'=') => index = skip(index + 1),
            Some(_) => {
                done.is_wrong = true;
                return done;
            }
        }
    }
    let spare = if length == 2 { chunk & 15 } else { chunk & 3 };
    if index < source.len() || (last == LastChunk::Strict && spare != 0) {
        done.is_wrong = true;
        return done;
    }
    push_partial(&mut done.bytes, chunk, length);
    done.read = source.len();
    done
}

fn push_partial(bytes: &mut Vec<u8>, chunk: u32, length: u32) {
    let bits = chunk << (6 * (4 - length));
    bytes.extend_from_slice(&bits.to_be_bytes()[1..length as usize]);
}

/// `hexEncode(bytes)`.
fn hex_encode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let text: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    Ok(JsString::from(text).into())
}

/// `hexDecode(text, maxLength)`.
fn hex_decode(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let source = text(args, 0, context)?;
    from_hex(source.as_bytes(), args.get_or_undefined(0).as_string().map_or(0, |text| text.len()), max_length(args, 1))
        .into_js(context)
}

/// `FromHex` of the standard; `units` is the length of the text for the language.
fn from_hex(source: &[u8], units: usize, max: usize) -> Decoded {
    let mut done = Decoded { is_wrong: !units.is_multiple_of(2), ..Decoded::default() };
    if done.is_wrong {
        return done;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for pair in source.chunks(2).take(max) {
        let [Some(high), Some(low)] = [pair.first(), pair.get(1)].map(|byte| byte.and_then(|byte| digit(*byte))) else {
            done.is_wrong = true;
            return done;
        };
        done.bytes.push((high << 4 | low) as u8);
        done.read += 2;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", LastChunk::Loose, 0, "", false)]
    #[case("Zg==", LastChunk::Strict, 4, "f", false)]
    #[case("Zg", LastChunk::Loose, 2, "f", false)]
    #[case("Zg", LastChunk::Strict, 0, "", true)]
    #[case("Zm9vZg", LastChunk::StopBeforePartial, 4, "foo", false)]
    #[case("Zm9vZg=", LastChunk::StopBeforePartial, 4, "foo", false)]
    #[case("Zg=", LastChunk::Loose, 0, "", true)]
    #[case("Zh==", LastChunk::Strict, 0, "", true)]
    #[case("Zh==", LastChunk::Loose, 4, "f", false)]
    #[case(" Zm 9v\n", LastChunk::Loose, 7, "foo", false)]
    #[case("Zm9v!", LastChunk::Loose, 4, "foo", true)]
    #[case("Zg==Zg", LastChunk::Loose, 0, "", true)]
    #[case("Z", LastChunk::Loose, 0, "", true)]
    fn base64_ends_as_the_standard_says(
        #[case] source: &str,
        #[case] last: LastChunk,
        #[case] read: usize,
        #[case] bytes: &str,
        #[case] is_wrong: bool,
    ) {
        let expected = Decoded { read, bytes: bytes.into(), is_wrong };
        assert_eq!(from_base64(source.as_bytes(), false, last, usize::MAX), expected);
    }

    #[rstest]
    #[case("Zm9vYmFy", 3, 4, "foo")]
    #[case("Zm9vYmFy", 4, 4, "foo")]
    #[case("Zm9vYmFy", 6, 8, "foobar")]
    fn base64_stops_when_the_room_is_full(
        #[case] source: &str,
        #[case] max: usize,
        #[case] read: usize,
        #[case] bytes: &str,
    ) {
        let expected = Decoded { read, bytes: bytes.into(), is_wrong: false };
        assert_eq!(from_base64(source.as_bytes(), false, LastChunk::Loose, max), expected);
    }

    #[rstest]
    #[case("66", usize::MAX, 2, "f", false)]
    #[case("6fgg", usize::MAX, 2, "o", true)]
    #[case("6", usize::MAX, 0, "", true)]
    #[case("666f", 1, 2, "f", false)]
    fn hex_is_read_in_pairs(
        #[case] source: &str,
        #[case] max: usize,
        #[case] read: usize,
        #[case] bytes: &str,
        #[case] is_wrong: bool,
    ) {
        let expected = Decoded { read, bytes: bytes.into(), is_wrong };
        assert_eq!(from_hex(source.as_bytes(), source.len(), max), expected);
    }
}
