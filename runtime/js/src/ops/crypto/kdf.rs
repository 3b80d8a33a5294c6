//! Key derivation: PBKDF2, HKDF and scrypt.

use super::{Error, Hash, Output, bytes, number, on_hash, run};
use crate::extensions::Op;
use boa_engine::{Context, JsResult, JsValue};
use ring::pbkdf2 as ring_pbkdf2;
use std::num::NonZeroU32;

pub(super) const OPS: &[Op] = &[("cryptoPbkdf2", 5, pbkdf2), ("cryptoHkdf", 5, hkdf), ("cryptoScrypt", 6, scrypt)];

/// More rounds than this leave the isolate's thread.
const MANY_ROUNDS: u32 = 100;
/// The longest key that is derived.
const MAX_LENGTH: u32 = 1 << 20;

/// `cryptoPbkdf2(hash, password, salt, iterations, length)`, the length in bytes.
fn pbkdf2(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, password, salt) =
        (Hash::argument(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    let (rounds, length) = (number(args, 3, context)?, number(args, 4, context)?);
    run(rounds > MANY_ROUNDS || length > 4096, context, move || {
        Ok(Output::Bytes(stretch(hash, &password, &salt, rounds, length)?))
    })
}

pub(super) fn stretch(hash: Hash, password: &[u8], salt: &[u8], rounds: u32, length: u32) -> Result<Vec<u8>, Error> {
    let mut out = space(length)?;
    let rounds = NonZeroU32::new(rounds).ok_or(Error::Operation("iterations must not be 0"))?;
    let prf = match hash {
        Hash::Sha1 => ring_pbkdf2::PBKDF2_HMAC_SHA1,
        Hash::Sha256 => ring_pbkdf2::PBKDF2_HMAC_SHA256,
        Hash::Sha384 => ring_pbkdf2::PBKDF2_HMAC_SHA384,
        Hash::Sha512 => ring_pbkdf2::PBKDF2_HMAC_SHA512,
    };
    ring_pbkdf2::derive(prf, rounds, salt, password, &mut out);
    Ok(out)
}

/// `cryptoHkdf(hash, key, salt, info, length)`, the length in bytes.
fn hkdf(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, key, salt) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    let (info, length) = (bytes(args, 3, context)?, number(args, 4, context)?);
    run(false, context, move || Ok(Output::Bytes(derive(hash, &key, &salt, &info, length)?)))
}

pub(super) fn derive(hash: Hash, key: &[u8], salt: &[u8], info: &[u8], length: u32) -> Result<Vec<u8>, Error> {
    let mut out = space(length)?;
    let expanded = on_hash!(hash, H => hkdf::Hkdf::<H>::new(Some(salt), key).expand(info, &mut out).is_ok());
    if expanded { Ok(out) } else { Err(Error::Operation("HKDF cannot derive so many bytes with this hash")) }
}

/// `cryptoScrypt(password, salt, logN, r, p, length)` (RFC 7914). How much memory it may take,
/// 128 * N * r bytes, is for the caller to check.
fn scrypt(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (password, salt) = (bytes(args, 0, context)?, bytes(args, 1, context)?);
    let (log_n, r) = (number(args, 2, context)?, number(args, 3, context)?);
    let (p, length) = (number(args, 4, context)?, number(args, 5, context)?);
    run(true, context, move || Ok(Output::Bytes(hardened(&password, &salt, log_n, (r, p), length)?)))
}

pub(super) fn hardened(
    password: &[u8],
    salt: &[u8],
    log_n: u32,
    (r, p): (u32, u32),
    length: u32,
) -> Result<Vec<u8>, Error> {
    let mut out = space(length)?;
    let invalid = Error::Operation("the scrypt parameters are not valid");
    let params = u8::try_from(log_n).ok().and_then(|log_n| ::scrypt::Params::new(log_n, r, p).ok());
    ::scrypt::scrypt(password, salt, &params.ok_or_else(|| invalid.clone())?, &mut out).map_err(|_| invalid)?;
    Ok(out)
}

fn space(length: u32) -> Result<Vec<u8>, Error> {
    if length > MAX_LENGTH {
        return Err(Error::Operation("at most 1 MiB is derived at once"));
    }
    Ok(vec![0; length as usize])
}
