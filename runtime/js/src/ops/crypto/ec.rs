//! ECDSA and ECDH on the NIST curves. A private key is its scalar, a public key its
//! uncompressed point.

use super::{Error, Hash, Output, bytes, run};
use crate::{extensions::Op, ops::text};
use boa_engine::{Context, JsNativeError, JsResult, JsValue};
use p256::{
    ecdsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _},
    elliptic_curve::{Generate as _, sec1::ToSec1Point as _},
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _},
};

pub(super) const OPS: &[Op] = &[
    ("cryptoEcGenerate", 1, generate),
    ("cryptoEcPublic", 2, public),
    ("cryptoEcPoint", 2, point),
    ("cryptoEcImport", 3, import),
    ("cryptoEcExport", 3, export),
    ("cryptoEcSign", 4, sign),
    ("cryptoEcVerify", 5, verify),
    ("cryptoEcAgree", 3, agree),
];

const BAD_KEY: Error = Error::Data("the key is not valid on this curve");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    fn argument(args: &[JsValue], context: &mut Context) -> JsResult<Self> {
        match text(args, 0, context)?.as_str() {
            "P-256" => Ok(Self::P256),
            "P-384" => Ok(Self::P384),
            "P-521" => Ok(Self::P521),
            name => Err(JsNativeError::typ().with_message(format!("there is no curve '{name}'")).into()),
        }
    }

    /// Bytes of a coordinate.
    pub(super) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// Evaluates an expression with the crate of a curve.
macro_rules! on_curve {
    ($curve:expr, $name:ident => $body:expr) => {
        match $curve {
            Curve::P256 => {
                use p256 as $name;
                $body
            }
            Curve::P384 => {
                use p384 as $name;
                $body
            }
            Curve::P521 => {
                use p521 as $name;
                $body
            }
        }
    };
}

/// `cryptoEcGenerate(curve)`: the private and the public key.
fn generate(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let curve = Curve::argument(args, context)?;
    run(false, context, move || {
        on_curve!(curve, c => {
            let key = c::SecretKey::try_generate_from_rng(&mut getrandom::SysRng)
                .map_err(|_| Error::Operation("no random numbers"))?;
            let public = key.public_key().to_sec1_point(false);
            Ok(Output::List(vec![key.to_bytes().to_vec(), public.as_bytes().to_vec()]))
        })
    })
}

/// `cryptoEcPublic(curve, private)`.
fn public(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, private) = (Curve::argument(args, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        on_curve!(curve, c => {
            let key = c::SecretKey::from_slice(&private).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.public_key().to_sec1_point(false).as_bytes().to_vec()))
        })
    })
}

/// `cryptoEcPoint(curve, point)`: the point, uncompressed, if it is on the curve.
fn point(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, point) = (Curve::argument(args, context)?, bytes(args, 1, context)?);
    run(false, context, move || {
        on_curve!(curve, c => {
            let key = c::PublicKey::from_sec1_bytes(&point).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.to_sec1_point(false).as_bytes().to_vec()))
        })
    })
}

/// `cryptoEcImport(curve, 'pkcs8' | 'spki', data)`: the bare key.
fn import(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, format, data) = (Curve::argument(args, context)?, text(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || {
        on_curve!(curve, c => if format == "pkcs8" {
            let key = c::SecretKey::from_pkcs8_der(&data).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.to_bytes().to_vec()))
        } else {
            let key = c::PublicKey::from_public_key_der(&data).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.to_sec1_point(false).as_bytes().to_vec()))
        })
    })
}

/// `cryptoEcExport(curve, 'pkcs8' | 'spki', key)`.
fn export(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, format, key) = (Curve::argument(args, context)?, text(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || {
        on_curve!(curve, c => if format == "pkcs8" {
            let key = c::SecretKey::from_slice(&key).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.to_pkcs8_der().map_err(|_| BAD_KEY)?.as_bytes().to_vec()))
        } else {
            let key = c::PublicKey::from_sec1_bytes(&key).map_err(|_| BAD_KEY)?;
            Ok(Output::Bytes(key.to_public_key_der().map_err(|_| BAD_KEY)?.into_vec()))
        })
    })
}

/// `cryptoEcSign(curve, hash, private, data)`: r and s.
fn sign(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, hash) = (Curve::argument(args, context)?, Hash::argument(args, 1, context)?);
    let (private, data) = (bytes(args, 2, context)?, bytes(args, 3, context)?);
    run(false, context, move || {
        let digest = fitted(hash.digest(&data), curve);
        on_curve!(curve, c => {
            let key = c::ecdsa::SigningKey::from_slice(&private).map_err(|_| BAD_KEY)?;
            let signature: c::ecdsa::Signature =
                key.sign_prehash(&digest).map_err(|_| Error::Operation("this cannot be signed"))?;
            Ok(Output::Bytes(signature.to_bytes().to_vec()))
        })
    })
}

/// `cryptoEcVerify(curve, hash, public, signature, data)`.
fn verify(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, hash, public) =
        (Curve::argument(args, context)?, Hash::argument(args, 1, context)?, bytes(args, 2, context)?);
    let (signature, data) = (bytes(args, 3, context)?, bytes(args, 4, context)?);
    run(false, context, move || Ok(Output::Flag(is_signed(curve, hash, &public, &signature, &data)?)))
}

pub(super) fn is_signed(curve: Curve, hash: Hash, public: &[u8], signature: &[u8], data: &[u8]) -> Result<bool, Error> {
    let digest = fitted(hash.digest(data), curve);
    on_curve!(curve, c => {
        let key = c::ecdsa::VerifyingKey::from_sec1_bytes(public).map_err(|_| BAD_KEY)?;
        let signature = c::ecdsa::Signature::from_slice(signature);
        Ok(signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok()))
    })
}

/// A digest as long as a coordinate: the leftmost bytes of a longer one; a shorter one is a small
/// number, which the crate would refuse.
fn fitted(mut digest: Vec<u8>, curve: Curve) -> Vec<u8> {
    digest.truncate(curve.size());
    let mut number = vec![0; curve.size() - digest.len()];
    number.append(&mut digest);
    number
}

/// `cryptoEcAgree(curve, private, public)`: the shared secret.
fn agree(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (curve, private, public) =
        (Curve::argument(args, context)?, bytes(args, 1, context)?, bytes(args, 2, context)?);
    run(false, context, move || Ok(Output::Bytes(shared(curve, &private, &public)?)))
}

pub(super) fn shared(curve: Curve, private: &[u8], public: &[u8]) -> Result<Vec<u8>, Error> {
    on_curve!(curve, c => {
        let private = c::SecretKey::from_slice(private).map_err(|_| BAD_KEY)?;
        let public = c::PublicKey::from_sec1_bytes(public).map_err(|_| BAD_KEY)?;
        Ok(private.diffie_hellman(&public).raw_secret_bytes().to_vec())
    })
}
