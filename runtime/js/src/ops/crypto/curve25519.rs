//! Ed25519 signatures and X25519 key agreement (RFC 8032, 7748; formats of RFC 8410).

use super::{Error, Output, bytes, run};
use crate::{extensions::Op, ops::text};
use boa_engine::{Context, JsResult, JsValue};
use ed25519_dalek::Signer as _;
use rsa::pkcs8::{
    ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef,
    der::{Decode as _, asn1::OctetStringRef},
};

pub(super) const OPS: &[Op] = &[
    ("cryptoOkpGenerate", 1, generate),
    ("cryptoOkpPublic", 2, public),
    ("cryptoOkpImport", 3, import),
    ("cryptoOkpExport", 3, export),
    ("cryptoEd25519Sign", 2, ed25519_sign),
    ("cryptoEd25519Verify", 3, ed25519_verify),
    ("cryptoX25519", 2, x25519),
];

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const BAD_KEY: Error = Error::Data("the key is not valid");

/// A key of either kind, or its seed.
type Key = [u8; 32];

fn key(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<Result<Key, Error>> {
    Ok(<Key>::try_from(bytes(args, index, context)?.as_slice()).map_err(|_| BAD_KEY))
}

fn identifier(curve: &str) -> ObjectIdentifier {
    if curve == "Ed25519" { ED25519 } else { X25519 }
}

fn public_of(curve: &str, private: Key) -> Key {
    if curve == "Ed25519" {
        return ed25519_dalek::SigningKey::from_bytes(&private).verifying_key().to_bytes();
    }
    x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(private)).to_bytes()
}

/// `cryptoOkpGenerate(curve)`: the private and the public key.
fn generate(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let curve = text(args, 0, context)?;
    run(false, context, move || {
        let mut private = Key::default();
        getrandom::fill(&mut private).map_err(|_| Error::Operation("no random numbers"))?;
        Ok(Output::List(vec![private.to_vec(), public_of(&curve, private).to_vec()]))
    })
}

/// `cryptoOkpPublic(curve, private)`.
fn public(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, private) = (text(args, 0, context)?, key(args, 1, context)?);
    run(false, context, move || Ok(Output::Bytes(public_of(&curve, private?).to_vec())))
}

/// `cryptoOkpImport(curve, 'pkcs8' | 'spki', data)`: the bare key.
fn import(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, format, data) = (text(args, 0, context)?, text(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || {
        let bare = if format == "pkcs8" { bare_private(&curve, &data) } else { bare_public(&curve, &data) };
        bare.filter(|key| key.len() == 32).map(Output::Bytes).ok_or(BAD_KEY)
    })
}

fn bare_private(curve: &str, data: &[u8]) -> Option<Vec<u8>> {
    let info = PrivateKeyInfoRef::from_der(data).ok()?;
    let is_right = info.algorithm.oid == identifier(curve) && info.algorithm.parameters.is_none();
    let inner = <&OctetStringRef>::from_der(info.private_key.as_bytes()).ok()?;
    is_right.then(|| inner.as_bytes().to_vec())
}

fn bare_public(curve: &str, data: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef::from_der(data).ok()?;
    let is_right = info.algorithm.oid == identifier(curve) && info.algorithm.parameters.is_none();
    is_right.then(|| info.subject_public_key.as_bytes().map(<[u8]>::to_vec)).flatten()
}

/// `cryptoOkpExport(curve, 'pkcs8' | 'spki', key)`. Everything before the key is fixed.
fn export(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, format, key) = (text(args, 0, context)?, text(args, 1, context)?, key(args, 2, context)?);
    run(false, context, move || {
        let last = if curve == "Ed25519" { 0x70 } else { 0x6e };
        let mut der = if format == "pkcs8" {
            vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, last, 0x04, 0x22, 0x04, 0x20]
        } else {
            vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, last, 0x03, 0x21, 0x00]
        };
        der.extend_from_slice(&key?);
        Ok(Output::Bytes(der))
    })
}

/// `cryptoEd25519Sign(private, data)`.
fn ed25519_sign(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (private, data) = (key(args, 0, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        let signature = ed25519_dalek::SigningKey::from_bytes(&private?).sign(&data);
        Ok(Output::Bytes(signature.to_bytes().to_vec()))
    })
}

/// `cryptoEd25519Verify(public, signature, data)`.
fn ed25519_verify(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (public, signature, data) = (key(args, 0, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || Ok(Output::Flag(is_signed(&public?, &signature, &data))))
}

/// Points of small order sign anything: they count as wrong, as the standard asks.
pub(super) fn is_signed(public: &Key, signature: &[u8], data: &[u8]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public);
    let signature = ed25519_dalek::Signature::from_slice(signature);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_strict(data, &signature).is_ok())
}

/// `cryptoX25519(private, public)`: the shared secret.
fn x25519(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (private, public) = (key(args, 0, context)?, key(args, 1, context)?);
    run(false, context, move || Ok(Output::Bytes(agree(private?, public?)?)))
}

pub(super) fn agree(private: Key, public: Key) -> Result<Vec<u8>, Error> {
    let secret = x25519_dalek::StaticSecret::from(private).diffie_hellman(&public.into());
    if secret.was_contributory() {
        Ok(secret.to_bytes().to_vec())
    } else {
        Err(Error::Operation("the public key has small order"))
    }
}
