//! AES in the modes CBC, CTR, GCM and key wrap.

use super::{Error, MANY_BYTES, Output, bytes, number, run};
use crate::{extensions::Op, ops::text};
use aes::{
    Aes128, Aes192, Aes256,
    cipher::{
        BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, BlockSizeUser, InnerIvInit as _, KeyInit,
        KeyIvInit as _, StreamCipher as _,
        block_padding::{NoPadding, Pkcs7},
        consts::U16,
    },
};
use boa_engine::{Context, JsResult, JsValue};
use ghash::{GHash, universal_hash::UniversalHash as _};
use subtle::ConstantTimeEq as _;

pub(super) const OPS: &[Op] = &[
    ("cryptoAesCbc", 4, cbc),
    ("cryptoAesCbcBlocks", 4, cbc_blocks),
    ("cryptoAesCtr", 4, ctr),
    ("cryptoAesGcm", 6, gcm),
    ("cryptoAesGcmStart", 2, gcm_start),
    ("cryptoAesGcmTag", 4, gcm_tag),
    ("cryptoAesKw", 3, kw),
];

const BAD_KEY: Error = Error::Operation("an AES key has 128, 192 or 256 bits");
const WRONG: Error = Error::Operation("decryption failed");

/// Evaluates an expression with the type of the cipher that the key's length asks for.
macro_rules! on_cipher {
    ($key:expr, $name:ident => $body:expr) => {
        match $key.len() {
            16 => {
                type $name = Aes128;
                $body
            }
            24 => {
                type $name = Aes192;
                $body
            }
            32 => {
                type $name = Aes256;
                $body
            }
            _ => Err(BAD_KEY),
        }
    };
}

fn encrypts(args: &[JsValue], context: &mut Context) -> JsResult<bool> {
    Ok(text(args, 0, context)? == "encrypt")
}

/// `cryptoAesCbc('encrypt' | 'decrypt', key, data, iv)`.
fn cbc(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (encrypt, key) = (encrypts(args, context)?, bytes(args, 1, context)?);
    let (data, iv) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(data.len() > MANY_BYTES, context, move || {
        if encrypt { cbc_encrypt(&key, &iv, &data) } else { cbc_decrypt(&key, &iv, &data) }.map(Output::Bytes)
    })
}

pub(super) fn cbc_encrypt(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    on_cipher!(key, C => {
        let mode = cbc::Encryptor::<C>::new_from_slices(key, iv).map_err(|_| BAD_KEY)?;
        Ok(mode.encrypt_padded_vec::<Pkcs7>(data))
    })
}

pub(super) fn cbc_decrypt(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    on_cipher!(key, C => {
        let mode = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| BAD_KEY)?;
        mode.decrypt_padded_vec::<Pkcs7>(data).map_err(|_| WRONG)
    })
}

/// `cryptoAesCbcBlocks('encrypt' | 'decrypt', key, data, iv)`: whole blocks, without padding.
fn cbc_blocks(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (encrypt, key) = (encrypts(args, context)?, bytes(args, 1, context)?);
    let (data, iv) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(false, context, move || {
        if !data.len().is_multiple_of(16) {
            return Err(Error::Operation("the data are not whole blocks of 16 bytes"));
        }
        on_cipher!(key, C => if encrypt {
            let mode = cbc::Encryptor::<C>::new_from_slices(&key, &iv).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(mode.encrypt_padded_vec::<NoPadding>(&data)))
        } else {
            let mode = cbc::Decryptor::<C>::new_from_slices(&key, &iv).map_err(|_| BAD_KEY)?;
            mode.decrypt_padded_vec::<NoPadding>(&data).map(Output::Bytes).map_err(|_| WRONG)
        })
    })
}

/// `cryptoAesCtr(key, data, counter, bits)`: both directions are the same.
fn ctr(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (key, data) = (bytes(args, 0, context)?, bytes(args, 1, context)?);
    let (counter, bits) = (bytes(args, 2, context)?, number(args, 3, context)?);
    run(data.len() > MANY_BYTES, context, move || {
        let counter = <[u8; 16]>::try_from(counter).map_err(|_| Error::Operation("the counter has 16 bytes"))?;
        ctr_with_key(&key, u128::from_be_bytes(counter), bits, data).map(Output::Bytes)
    })
}

pub(super) fn ctr_with_key(key: &[u8], counter: u128, bits: u32, data: Vec<u8>) -> Result<Vec<u8>, Error> {
    on_cipher!(key, C => ctr_apply(&keyed::<C>(key)?, counter, bits, data))
}

fn keyed<C: KeyInit>(key: &[u8]) -> Result<C, Error> {
    C::new_from_slice(key).map_err(|_| BAD_KEY)
}

/// Only the low `bits` of the counter count; after the last one comes zero again.
fn ctr_apply<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + Clone>(
    cipher: &C,
    counter: u128,
    bits: u32,
    mut data: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mask = if bits >= 128 { u128::MAX } else { (1 << bits) - 1 };
    // Blocks until the counter starts again, less one.
    let before_wrap = mask - (counter & mask);
    let blocks = data.len().div_ceil(16) as u128;
    if blocks > mask.saturating_add(1) {
        return Err(Error::Operation("there are not enough counters for so much data"));
    }
    let split = if blocks > before_wrap.saturating_add(1) { (before_wrap as usize + 1) * 16 } else { data.len() };
    let (first, rest) = data.split_at_mut(split);
    let apply = |counter: u128, part: &mut [u8]| {
        let core =
            ctr::CtrCore::<C, ctr::flavors::Ctr128BE>::inner_iv_init(cipher.clone(), &counter.to_be_bytes().into());
        aes::cipher::StreamCipherCoreWrapper::from_core(core).apply_keystream(part);
    };
    apply(counter, first);
    apply(counter & !mask, rest);
    Ok(data)
}

/// `cryptoAesGcm('encrypt' | 'decrypt', key, data, iv, additionalData, tagLength)`, the length in bytes.
fn gcm(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (encrypt, key) = (encrypts(args, context)?, bytes(args, 1, context)?);
    let (data, iv, extra) = (bytes(args, 2, context)?, bytes(args, 3, context)?, bytes(args, 4, context)?);
    let tag_length = number(args, 5, context)? as usize;
    run(data.len() > MANY_BYTES, context, move || {
        let done = if encrypt {
            gcm_encrypt(&key, &iv, &extra, tag_length, data)
        } else {
            gcm_decrypt(&key, &iv, &extra, tag_length, data)
        };
        done.map(Output::Bytes)
    })
}

pub(super) fn gcm_encrypt(
    key: &[u8],
    iv: &[u8],
    extra: &[u8],
    tag_length: usize,
    mut data: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    on_cipher!(key, C => {
        let gcm = Gcm::new(keyed::<C>(key)?, iv);
        gcm.apply(&mut data);
        let tag = gcm.tag(extra, &data);
        data.extend_from_slice(tag.get(..tag_length).ok_or(WRONG)?);
        Ok(data)
    })
}

pub(super) fn gcm_decrypt(
    key: &[u8],
    iv: &[u8],
    extra: &[u8],
    tag_length: usize,
    mut data: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let Some(length) = data.len().checked_sub(tag_length) else {
        return Err(Error::Operation("the data is shorter than its tag"));
    };
    on_cipher!(key, C => {
        let given = data.split_off(length);
        let gcm = Gcm::new(keyed::<C>(key)?, iv);
        let tag = gcm.tag(extra, &data);
        let is_right = tag.get(..tag_length).ok_or(WRONG)?.ct_eq(&given);
        if !bool::from(is_right) {
            return Err(WRONG);
        }
        gcm.apply(&mut data);
        Ok(data)
    })
}

/// `cryptoAesGcmStart(key, iv)`: the counter block of the first block of data. GCM is CTR from
/// there on, with 32 bits that count, so data can be dealt with in pieces.
fn gcm_start(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (key, iv) = (bytes(args, 0, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        on_cipher!(key, C => {
            let start = u128::from_be_bytes(Gcm::new(keyed::<C>(&key)?, &iv).start);
            let low = 0xffff_ffff;
            let first = (start & !low) | (start.wrapping_add(1) & low);
            Ok(Output::Bytes(first.to_be_bytes().to_vec()))
        })
    })
}

/// `cryptoAesGcmTag(key, iv, additionalData, sealed)`: the whole tag.
fn gcm_tag(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (key, iv) = (bytes(args, 0, context)?, bytes(args, 1, context)?);
    let (extra, sealed) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(
        false,
        context,
        move || on_cipher!(key, C => Ok(Output::Bytes(Gcm::new(keyed::<C>(&key)?, &iv).tag(&extra, &sealed).to_vec()))),
    )
}

/// One use of GCM (NIST SP 800-38D). The crates fix the lengths of the nonce and the tag at
/// compile time; the standard of the web does not.
struct Gcm<C> {
    cipher: C,
    hash: GHash,
    /// The counter of the tag; the data begin with the next one.
    start: [u8; 16],
}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> + Clone> Gcm<C> {
    fn new(cipher: C, iv: &[u8]) -> Self {
        let mut key = ghash::Key::default();
        cipher.encrypt_block(&mut key);
        let hash = GHash::new(&key);
        let mut start = [0; 16];
        if iv.len() == 12 {
            start[..12].copy_from_slice(iv);
            start[15] = 1;
        } else {
            let mut hashed = hash.clone();
            hashed.update_padded(iv);
            hashed.update(&[lengths(0, iv.len())]);
            start = hashed.finalize().into();
        }
        Self { cipher, hash, start }
    }

    fn apply(&self, data: &mut [u8]) {
        let core = ctr::CtrCore::<C, ctr::flavors::Ctr32BE>::inner_iv_init(self.cipher.clone(), &self.start.into());
        let mut stream = aes::cipher::StreamCipherCoreWrapper::from_core(core);
        stream.apply_keystream(&mut [0; 16]);
        stream.apply_keystream(data);
    }

    fn tag(&self, extra: &[u8], data: &[u8]) -> [u8; 16] {
        let mut hashed = self.hash.clone();
        hashed.update_padded(extra);
        hashed.update_padded(data);
        hashed.update(&[lengths(extra.len(), data.len())]);
        let mut tag: [u8; 16] = hashed.finalize().into();
        let mut mask = self.start.into();
        self.cipher.encrypt_block(&mut mask);
        tag.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        tag
    }
}

/// Two lengths in bits, as the last block of the hash.
fn lengths(first: usize, second: usize) -> ghash::Block {
    ((first as u128 * 8) << 64 | (second as u128 * 8)).to_be_bytes().into()
}

/// `cryptoAesKw('encrypt' | 'decrypt', key, data)` wraps and unwraps (RFC 3394).
fn kw(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (encrypt, key, data) = (encrypts(args, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || if encrypt { wrap(&key, &data) } else { unwrap(&key, &data) }.map(Output::Bytes))
}

pub(super) fn wrap(key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    if data.len() < 16 || !data.len().is_multiple_of(8) {
        return Err(Error::Operation("AES-KW wraps a multiple of 8 bytes, from 16 on"));
    }
    let mut out = vec![0; data.len() + 8];
    on_cipher!(key, C => {
        aes_kw::AesKw::<C>::new_from_slice(key).map_err(|_| BAD_KEY)?.wrap_key(data, &mut out).map_err(|_| BAD_KEY)?;
        Ok(out)
    })
}

pub(super) fn unwrap(key: &[u8], data: &[u8]) -> Result<Vec<u8>, Error> {
    let Some(length) = data.len().checked_sub(8).filter(|length| *length >= 16 && length.is_multiple_of(8)) else {
        return Err(WRONG);
    };
    let mut out = vec![0; length];
    on_cipher!(key, C => {
        aes_kw::AesKw::<C>::new_from_slice(key).map_err(|_| BAD_KEY)?.unwrap_key(data, &mut out).map_err(|_| WRONG)?;
        Ok(out)
    })
}
