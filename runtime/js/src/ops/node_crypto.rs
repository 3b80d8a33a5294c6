//! Hashes, HMAC and key derivation for `node:crypto`, which wants them at once and not as promises.

use super::{encoding::bytes_of, md5, text};
use crate::{
    extensions::Op,
    isolate::{Settle, state::State},
};
use boa_engine::{
    Context, JsArgs, JsNativeError, JsResult, JsValue,
    object::builtins::{AlignedVec, JsArrayBuffer, JsUint8Array},
};
use hmac::{Hmac, KeyInit, Mac as _};
use ring::pbkdf2;
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};
use std::num::NonZeroU32;

pub(crate) const OPS: &[Op] = &[
    ("nodeHash", 2, hash),
    ("nodeHmac", 3, hmac),
    ("nodeRandom", 1, random),
    ("nodePbkdf2", 5, pbkdf2_now),
    ("nodePbkdf2Async", 5, pbkdf2_later),
];

/// The longest key that is derived.
const MAX_KEY: u32 = 1 << 20;

/// Runs `$work` with `$H` as the hash function of that name.
macro_rules! with_hash {
    ($name:expr, $H:ident => $work:expr) => {
        match $name {
            "sha1" => {
                type $H = Sha1;
                Ok($work)
            }
            "sha224" => {
                type $H = Sha224;
                Ok($work)
            }
            "sha256" => {
                type $H = Sha256;
                Ok($work)
            }
            "sha384" => {
                type $H = Sha384;
                Ok($work)
            }
            "sha512" => {
                type $H = Sha512;
                Ok($work)
            }
            other => Err(format!("there is no hash function '{other}'")),
        }
    };
}

fn buffer(result: Result<Vec<u8>, String>, context: &mut Context) -> JsResult<JsValue> {
    let bytes = result.map_err(|message| JsNativeError::range().with_message(message))?;
    Ok(JsArrayBuffer::from_byte_block(AlignedVec::from_slice(0, &bytes), context)?.into())
}

fn bytes(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<Vec<u8>> {
    bytes_of(args.get_or_undefined(index), context)
}

/// `nodeHash(name, data)`.
fn hash(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (name, data) = (text(args, 0, context)?, bytes(args, 1, context)?);
    if name == "md5" {
        return buffer(Ok(md5::digest(&data).to_vec()), context);
    }
    buffer(with_hash!(name.as_str(), H => H::digest(&data).to_vec()), context)
}

fn mac(name: &str, key: &[u8], data: &[u8]) -> Result<Vec<u8>, String> {
    if name == "md5" {
        return Ok(md5::hmac(key, data).to_vec());
    }
    // Keys of any length are legal.
    with_hash!(name, H => <Hmac<H> as KeyInit>::new_from_slice(key).map_or_else(|_| Vec::new(), |mac| mac.chain_update(data).finalize().into_bytes().to_vec()))
}

/// `nodeHmac(name, key, data)`.
fn hmac(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (name, key, data) = (text(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    buffer(mac(&name, &key, &data), context)
}

/// `nodeRandom(view)` fills the view.
fn random(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let wrong = || JsNativeError::typ().with_message("a Uint8Array is needed here");
    let view = JsUint8Array::from_object(args.get_or_undefined(0).as_object().ok_or_else(wrong)?)?;
    let (offset, length) = (view.byte_offset(context)?, view.byte_length(context)?);
    let buffer = JsArrayBuffer::from_object(view.buffer(context)?.as_object().ok_or_else(wrong)?)?;
    let mut data = buffer.data_mut().ok_or_else(wrong)?;
    let target = data.get_mut(offset..offset + length).ok_or_else(wrong)?;
    getrandom::fill(target).map_err(|error| JsNativeError::error().with_message(error.to_string()))?;
    Ok(JsValue::undefined())
}

type Derivation = Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>;

fn later(work: Derivation, context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let work = async move {
        let done = tokio::task::spawn_blocking(work).await;
        let result = done.unwrap_or_else(|_| Err("the operation was given up".to_owned()));
        let settle: Settle = Box::new(move |context| buffer(result, context));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

fn space(length: u32) -> Result<Vec<u8>, String> {
    if length > MAX_KEY { Err("at most 1 MiB is derived at once".to_owned()) } else { Ok(vec![0; length as usize]) }
}

fn pbkdf2_of(args: &[JsValue], context: &mut Context) -> JsResult<Derivation> {
    let (name, password, salt) = (text(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    let rounds = args.get_or_undefined(3).to_u32(context)?;
    let length = args.get_or_undefined(4).to_u32(context)?;
    Ok(Box::new(move || {
        let mut key = space(length)?;
        let rounds = NonZeroU32::new(rounds).ok_or("The value of \"iterations\" is out of range. It must be >= 1")?;
        let function = match name.as_str() {
            "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
            "sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
            "sha384" => pbkdf2::PBKDF2_HMAC_SHA384,
            "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
            other => return Err(format!("there is no PBKDF2 with {other}")),
        };
        pbkdf2::derive(function, rounds, &salt, &password, &mut key);
        Ok(key)
    }))
}

/// `nodePbkdf2(name, password, salt, rounds, length)`.
fn pbkdf2_now(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let work = pbkdf2_of(args, context)?;
    buffer(work(), context)
}

fn pbkdf2_later(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    later(pbkdf2_of(args, context)?, context)
}
