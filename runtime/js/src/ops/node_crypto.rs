//! Hashes and HMAC for `node:crypto`, which knows functions that Web Cryptography does not.

use super::{encoding::bytes_of, md5, text};
use crate::extensions::Op;
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue};
use hmac::{Hmac, KeyInit, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

pub(crate) const OPS: &[Op] = &[("nodeHash", 2, hash), ("nodeHmac", 3, hmac)];

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
    Ok(super::bytes::array_buffer(&bytes, context)?.into())
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
