//! Hash functions and HMAC.

use super::{Error, Hash, MANY_BYTES, Output, bytes, on_hash, run};
use crate::extensions::Op;
use boa_engine::{Context, JsResult, JsValue};
use hmac::{Hmac, Mac as _};

pub(super) const OPS: &[Op] =
    &[("cryptoDigest", 2, digest), ("cryptoHmacSign", 3, sign), ("cryptoHmacVerify", 4, verify)];

/// `cryptoDigest(hash, data)`.
fn digest(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, data) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?);
    run(data.len() > MANY_BYTES, context, move || Ok(Output::Bytes(hash.digest(&data))))
}

/// `cryptoHmacSign(hash, key, data)`.
fn sign(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, key, data) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    run(data.len() > MANY_BYTES, context, move || Ok(Output::Bytes(hmac(hash, &key, &data)?)))
}

/// `cryptoHmacVerify(hash, key, signature, data)`.
fn verify(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, key) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?);
    let (signature, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(data.len() > MANY_BYTES, context, move || Ok(Output::Flag(is_hmac(hash, &key, &signature, &data)?)))
}

fn hmac(hash: Hash, key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    on_hash!(hash, H => Ok(keyed::<Hmac<H>>(key)?.chain_update(data).finalize().into_bytes().to_vec()))
}

/// Compares in constant time.
pub(super) fn is_hmac(hash: Hash, key: &[u8], signature: &[u8], data: &[u8]) -> Result<bool, Error> {
    on_hash!(hash, H => Ok(keyed::<Hmac<H>>(key)?.chain_update(data).verify_slice(signature).is_ok()))
}

fn keyed<M: hmac::KeyInit>(key: &[u8]) -> Result<M, Error> {
    M::new_from_slice(key).map_err(|_| Error::Operation("the key cannot be used"))
}
