//! What `Buffer` of `node:buffer` needs: text in its encodings, comparison and search.

use super::{encoding::bytes_of, text};
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue};
use std::fmt::Write as _;

pub(crate) const OPS: &[Op] = &[
    ("bufferFromText", 2, from_text),
    ("bufferToText", 2, to_text),
    ("bufferCompare", 2, compare),
    ("bufferIndexOf", 4, index_of),
];

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bufferFromText(text, encoding)`: an `ArrayBuffer`.
fn from_text(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let written = args.get_or_undefined(0).to_string(context)?;
    let encoding = text(args, 1, context)?;
    let bytes = match encoding.as_str() {
        "utf8" => written.to_std_string_lossy().into_bytes(),
        "utf16le" => written.to_vec().into_iter().flat_map(u16::to_le_bytes).collect(),
        // The lower byte of each unit, as Node.js takes it.
        "latin1" | "ascii" => written.to_vec().into_iter().map(|unit| unit.to_le_bytes()[0]).collect(),
        "hex" => from_hex(&written.to_std_string_lossy()),
        "base64" | "base64url" => from_base64(&written.to_std_string_lossy()),
        _ => return Err(unknown(&encoding)),
    };
    Ok(super::bytes::array_buffer(&bytes, context)?.into())
}

/// `bufferToText(bytes, encoding)`.
fn to_text(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let encoding = text(args, 1, context)?;
    let text = match encoding.as_str() {
        "utf8" => JsString::from(&*String::from_utf8_lossy(&bytes)),
        "utf16le" => {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            JsString::from(units.as_slice())
        }
        "latin1" => JsString::from(bytes.iter().map(|byte| char::from(*byte)).collect::<String>()),
        "ascii" => JsString::from(bytes.iter().map(|byte| char::from(byte & 0x7f)).collect::<String>()),
        "hex" => JsString::from(to_hex(&bytes)),
        "base64" => JsString::from(to_base64(&bytes, false)),
        "base64url" => JsString::from(to_base64(&bytes, true)),
        _ => return Err(unknown(&encoding)),
    };
    Ok(text.into())
}

fn unknown(encoding: &str) -> boa_engine::JsError {
    JsNativeError::typ().with_message(format!("Unknown encoding: {encoding}")).into()
}

/// Pairs of digits, up to the first that is none.
fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2).map_while(|pair| match pair {
        [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
        _ => None,
    });
    pairs.collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Both alphabets; what belongs to neither is passed over, and `=` ends the text.
fn from_base64(text: &str) -> Vec<u8> {
    let digits = text.bytes().take_while(|byte| *byte != b'=').filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    });
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn to_base64(bytes: &[u8], is_url: bool) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            match digit {
                _ if place > chunk.len() && is_url => {}
                _ if place > chunk.len() => text.push('='),
                b'+' if is_url => text.push('-'),
                b'/' if is_url => text.push('_'),
                _ => text.push(char::from(digit)),
            }
        }
    }
    text
}

/// `bufferCompare(first, second)`: -1, 0 or 1.
fn compare(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let first = bytes_of(args.get_or_undefined(0), context)?;
    let second = bytes_of(args.get_or_undefined(1), context)?;
    Ok((first.cmp(&second) as i32).into())
}

/// `bufferIndexOf(bytes, wanted, from, forward)`: the first place at or after `from`, or the last at or
/// before it; -1.
fn index_of(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let bytes = bytes_of(args.get_or_undefined(0), context)?;
    let wanted = bytes_of(args.get_or_undefined(1), context)?;
    let from = args.get_or_undefined(2).to_u32(context)? as usize;
    let forward = args.get_or_undefined(3).to_boolean();
    Ok(find(&bytes, &wanted, from, forward).and_then(|at| i32::try_from(at).ok()).unwrap_or(-1).into())
}

fn find(bytes: &[u8], wanted: &[u8], from: usize, forward: bool) -> Option<usize> {
    let last = bytes.len().checked_sub(wanted.len())?;
    if wanted.is_empty() {
        return Some(from.min(bytes.len()));
    }
    let fits = |at: &usize| bytes.get(*at..*at + wanted.len()) == Some(wanted);
    if forward { (from..=last).find(fits) } else { (0..=from.min(last)).rev().find(fits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"", "")]
    #[case(b"f", "Zg==")]
    #[case(b"fo", "Zm8=")]
    #[case(b"foo", "Zm9v")]
    #[case(b"\xfb\xff", "+/8=")]
    fn base64_both_ways(#[case] bytes: &[u8], #[case] text: &str) {
        assert_eq!(to_base64(bytes, false), text);
        assert_eq!(from_base64(text), bytes);
        let url = to_base64(bytes, true);
        assert!(!url.contains(['+', '/', '=']));
        assert_eq!(from_base64(&url), bytes);
    }

    #[test]
    fn hex_ends_at_what_is_no_digit() {
        assert_eq!(from_hex("00ffAxff"), [0, 255]);
        assert_eq!(from_hex("abc"), [0xab]);
        assert_eq!(to_hex(&[0, 255]), "00ff");
    }

    #[rstest]
    #[case(0, true, Some(1))]
    #[case(2, true, Some(4))]
    #[case(5, true, None)]
    #[case(9, false, Some(4))]
    #[case(3, false, Some(1))]
    #[case(0, false, None)]
    fn finds_bytes(#[case] from: usize, #[case] forward: bool, #[case] place: Option<usize>) {
        assert_eq!(find(b"xabxabx", b"ab", from, forward), place);
    }
}
