//! RSA: RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP (RFC 8017). Keys are PKCS#1 documents.

use super::{Error, Hash, Output, bytes, number, on_hash, run};
use crate::{extensions::Op, ops::text};
use boa_engine::{Context, JsArgs, JsResult, JsValue, object::builtins::JsArray};
use getrandom::SysRng;
use rsa::{
    BoxedUint, Oaep, Pkcs1v15Sign, PrivateKey, Pss, PublicKey,
    pkcs1::{
        DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _,
        RsaPrivateKeyRef, RsaPublicKeyRef, der::Decode as _,
    },
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _},
};

pub(super) const OPS: &[Op] = &[
    ("cryptoRsaGenerate", 2, generate),
    ("cryptoRsaImport", 2, import),
    ("cryptoRsaExport", 2, export),
    ("cryptoRsaFromParts", 1, from_parts),
    ("cryptoRsaParts", 2, parts),
    ("cryptoRsaSign", 5, sign),
    ("cryptoRsaVerify", 6, verify),
    ("cryptoRsaEncrypt", 4, encrypt),
    ("cryptoRsaDecrypt", 4, decrypt),
];

/// A longer key would take minutes to make.
const MAX_BITS: u32 = 8192;
const BAD_KEY: Error = Error::Data("the RSA key is not valid");

fn private(der: &[u8]) -> Result<PrivateKey, Error> {
    PrivateKey::from_pkcs1_der(der).map_err(|_| BAD_KEY)
}

fn public(der: &[u8]) -> Result<PublicKey, Error> {
    PublicKey::from_pkcs1_der(der).map_err(|_| BAD_KEY)
}

fn private_der(key: &PrivateKey) -> Result<Vec<u8>, Error> {
    Ok(key.to_pkcs1_der().map_err(|_| BAD_KEY)?.as_bytes().to_vec())
}

fn public_der(key: &PublicKey) -> Result<Vec<u8>, Error> {
    Ok(key.to_pkcs1_der().map_err(|_| BAD_KEY)?.into_vec())
}

/// `cryptoRsaGenerate(bits, publicExponent)`: the private and the public key.
fn generate(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (bits, exponent) = (number(args, 0, context)?, bytes(args, 1, context)?);
    run(true, context, move || {
        if bits > MAX_BITS {
            return Err(Error::Operation("RSA keys are made with up to 8192 bits"));
        }
        let significant = exponent.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<u8>>();
        // The crate would find out only after it has made the primes.
        if significant.last().is_none_or(|last| last % 2 == 0) || significant == [1] {
            return Err(Error::Operation("the public exponent must be odd, from 3 on"));
        }
        let exponent = uint(&exponent).ok_or(Error::Operation("the public exponent is too large"))?;
        let key = PrivateKey::new_with_exp(&mut SysRng, bits as usize, exponent)
            .map_err(|_| Error::Operation("no RSA key can be made with this length and exponent"))?;
        Ok(Output::List(vec![private_der(&key)?, public_der(key.as_public_key())?]))
    })
}

fn uint(bytes: &[u8]) -> Option<BoxedUint> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[first..];
    BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len()).ok()?.max(1) * 8).ok()
}

/// `cryptoRsaImport('pkcs8' | 'spki', data)`: the PKCS#1 document.
fn import(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (format, data) = (text(args, 0, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        if format == "pkcs8" {
            private_der(&PrivateKey::from_pkcs8_der(&data).map_err(|_| BAD_KEY)?)
        } else {
            public_der(&PublicKey::from_public_key_der(&data).map_err(|_| BAD_KEY)?)
        }
        .map(Output::Bytes)
    })
}

/// `cryptoRsaExport('pkcs8' | 'spki', key)`.
fn export(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (format, key) = (text(args, 0, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        Ok(Output::Bytes(if format == "pkcs8" {
            private(&key)?.to_pkcs8_der().map_err(|_| BAD_KEY)?.as_bytes().to_vec()
        } else {
            public(&key)?.to_public_key_der().map_err(|_| BAD_KEY)?.into_vec()
        }))
    })
}

/// `cryptoRsaFromParts([n, e, d?, p, q])`: the PKCS#1 document.
fn from_parts(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let list = JsArray::from_object(args.get_or_undefined(0).to_object(context)?)?;
    let mut parts = Vec::new();
    for index in 0..list.length(context)? {
        let part = list.at(i64::try_from(index).unwrap_or_default(), context)?;
        parts.push(super::super::encoding::bytes_of(&part, context)?);
    }
    run(false, context, move || {
        let numbers: Option<Vec<BoxedUint>> = parts.iter().map(|part| uint(part)).collect();
        match numbers.unwrap_or_default().as_slice() {
            [n, e] => public_der(&PublicKey::new(n.clone(), e.clone()).map_err(|_| BAD_KEY)?),
            [n, e, d, p, q] => {
                let primes = vec![p.clone(), q.clone()];
                let key = PrivateKey::from_components(n.clone(), e.clone(), d.clone(), primes);
                private_der(&key.map_err(|_| BAD_KEY)?)
            }
            _ => Err(BAD_KEY),
        }
        .map(Output::Bytes)
    })
}

/// `cryptoRsaParts('private' | 'public', key)`: n and e; of a private key also d, p, q, dp, dq, qi.
fn parts(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (kind, key) = (text(args, 0, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        if kind == "public" {
            let key = RsaPublicKeyRef::from_der(&key).map_err(|_| BAD_KEY)?;
            return Ok(Output::List([key.modulus, key.public_exponent].map(|part| part.as_bytes().to_vec()).into()));
        }
        let key = RsaPrivateKeyRef::from_der(&key).map_err(|_| BAD_KEY)?;
        let (exponents, primes) = ([key.public_exponent, key.private_exponent], [key.prime1, key.prime2]);
        let all = [key.modulus].into_iter().chain(exponents).chain(primes);
        let all = all.chain([key.exponent1, key.exponent2, key.coefficient]);
        Ok(Output::List(all.map(|part| part.as_bytes().to_vec()).collect()))
    })
}

/// How a signature is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Pkcs1,
    /// With the length of the salt; when verifying, `None` takes what the signature says.
    Pss(Option<usize>),
}

impl Padding {
    fn argument(args: &[JsValue], salt: usize, context: &mut Context) -> JsResult<Self> {
        if text(args, 0, context)? == "RSA-PSS" {
            let length = args.get_or_undefined(salt);
            let length = if length.is_null() { None } else { Some(length.to_u32(context)? as usize) };
            return Ok(Self::Pss(length));
        }
        Ok(Self::Pkcs1)
    }
}

/// `cryptoRsaSign(algorithm, hash, key, data, saltLength)`.
fn sign(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (padding, hash) = (Padding::argument(args, 4, context)?, Hash::argument(args, 1, context)?);
    let (key, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(true, context, move || {
        let (key, digest) = (private(&key)?, hash.digest(&data));
        let signed = on_hash!(hash, H => match padding {
            Padding::Pkcs1 => key.sign_with_rng(&mut SysRng, Pkcs1v15Sign::new::<H>(), &digest),
            Padding::Pss(salt) => {
                key.sign_with_rng(&mut SysRng, Pss::<H>::new_with_salt(salt.unwrap_or(digest.len())), &digest)
            }
        });
        signed.map(Output::Bytes).map_err(|_| Error::Operation("the key is too short for this signature"))
    })
}

/// `cryptoRsaVerify(algorithm, hash, key, signature, data, saltLength | null)`.
fn verify(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (padding, hash) = (Padding::argument(args, 5, context)?, Hash::argument(args, 1, context)?);
    let (key, signature, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?, bytes(args, 4, context)?);
    run(false, context, move || Ok(Output::Flag(is_signed(padding, hash, &public(&key)?, &signature, &data))))
}

pub(super) fn is_signed(padding: Padding, hash: Hash, key: &PublicKey, signature: &[u8], data: &[u8]) -> bool {
    let digest = hash.digest(data);
    on_hash!(hash, H => match padding {
        Padding::Pkcs1 => key.verify(Pkcs1v15Sign::new::<H>(), &digest, signature).is_ok(),
        Padding::Pss(salt) => {
            let mut padding = Pss::<H>::new_with_salt(0);
            padding.salt_len = salt;
            key.verify(padding, &digest, signature).is_ok()
        }
    })
}

/// `cryptoRsaEncrypt(hash, key, label, data)`.
fn encrypt(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, key) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?);
    let (label, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(false, context, move || {
        let key = public(&key)?;
        let done = on_hash!(hash, H => key.encrypt(&mut SysRng, Oaep::<H>::new_with_label(label), &data));
        done.map(Output::Bytes).map_err(|_| Error::Operation("the data is too long for this key"))
    })
}

/// `cryptoRsaDecrypt(hash, key, label, data)`.
fn decrypt(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (hash, key) = (Hash::argument(args, 0, context)?, bytes(args, 1, context)?);
    let (label, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(true, context, move || Ok(Output::Bytes(opened(hash, &private(&key)?, label, &data)?)))
}

pub(super) fn opened(hash: Hash, key: &PrivateKey, label: Vec<u8>, data: &[u8]) -> Result<Vec<u8>, Error> {
    let done = on_hash!(hash, H => key.decrypt_blinded(&mut SysRng, Oaep::<H>::new_with_label(label), data));
    done.map_err(|_| Error::Operation("decryption failed"))
}
