//! The primitives behind Web Cryptography (<https://w3c.github.io/webcrypto/>), one file per family.
//!
//! Keys cross this border as bytes: raw secrets, scalars and points, PKCS#1 for RSA. Algorithms,
//! usages and formats are the business of `stdlib/web/crypto`.

mod aes;
mod curve25519;
mod digest;
mod ec;
mod kdf;
mod random;
mod rsa;
#[cfg(test)]
mod tests;

use crate::{
    extensions::Op,
    isolate::{Settle, state::State},
};
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue, js_string, object::builtins::JsArray};

/// `cryptoAtOnce(flag)`: until further notice no result is a promise, however long it takes.
///
/// The synchronous functions of `node:crypto` need it; who sets the flag takes it back before
/// anything else runs.
fn at_once(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    State::of(context)?.crypto_at_once.set(args.get_or_undefined(0).to_boolean());
    Ok(JsValue::undefined())
}

pub(crate) const OPS: &[&[Op]] = &[
    &[("cryptoAtOnce", 1, at_once)],
    aes::OPS,
    curve25519::OPS,
    digest::OPS,
    ec::OPS,
    kdf::OPS,
    random::OPS,
    rsa::OPS,
];

/// Work on more bytes than this leaves the isolate's thread.
const MANY_BYTES: usize = 1 << 20;

/// Why an operation has no result; its name is that of the `DOMException`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Error {
    #[error("{0}")]
    Data(&'static str),
    #[error("{0}")]
    Operation(&'static str),
}

impl Error {
    fn name(&self) -> &'static str {
        match self {
            Self::Data(_) => "DataError",
            Self::Operation(_) => "OperationError",
        }
    }
}

/// What an operation gives.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Output {
    Bytes(Vec<u8>),
    List(Vec<Vec<u8>>),
    Flag(bool),
}

impl Output {
    fn into_js(self, context: &mut Context) -> JsResult<JsValue> {
        match self {
            Self::Bytes(bytes) => buffer_of(&bytes, context),
            Self::Flag(flag) => Ok(flag.into()),
            Self::List(list) => {
                let items: JsResult<Vec<JsValue>> = list.iter().map(|bytes| buffer_of(bytes, context)).collect();
                Ok(JsArray::from_iter(items?, context).into())
            }
        }
    }
}

/// Does the work here and now, or on a thread of its own when it is `heavy`; then the result is
/// a promise.
fn run(
    heavy: bool,
    context: &mut Context,
    work: impl FnOnce() -> Result<Output, Error> + Send + 'static,
) -> JsResult<JsValue> {
    let state = State::of(context)?;
    if !heavy || state.crypto_at_once.get() {
        return settle(work(), context);
    }
    let work = async move {
        let done = tokio::task::spawn_blocking(work).await;
        let result = done.unwrap_or(Err(Error::Operation("the operation was given up")));
        let settle: Settle = Box::new(move |context| settle(result, context));
        settle
    };
    Ok(state.executor.promise(state.current(), context, work))
}

fn settle(result: Result<Output, Error>, context: &mut Context) -> JsResult<JsValue> {
    match result {
        Ok(output) => output.into_js(context),
        Err(error) => {
            let object = JsNativeError::error().with_message(error.to_string()).into_opaque(context);
            object.create_data_property(js_string!("name"), JsString::from(error.name()), context)?;
            Err(boa_engine::JsError::from_opaque(object.into()))
        }
    }
}

fn buffer_of(bytes: &[u8], context: &mut Context) -> JsResult<JsValue> {
    Ok(super::bytes::array_buffer(bytes, context)?.into())
}

/// An argument that is a view of bytes.
fn bytes(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<Vec<u8>> {
    super::encoding::bytes_of(args.get_or_undefined(index), context)
}

fn number(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<u32> {
    args.get_or_undefined(index).to_u32(context)
}

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(name: &str) -> JsResult<Self> {
        match name {
            "SHA-1" => Ok(Self::Sha1),
            "SHA-256" => Ok(Self::Sha256),
            "SHA-384" => Ok(Self::Sha384),
            "SHA-512" => Ok(Self::Sha512),
            _ => Err(JsNativeError::typ().with_message(format!("there is no hash function '{name}'")).into()),
        }
    }

    fn argument(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<Self> {
        Self::of(&super::text(args, index, context)?)
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        on_hash!(self, H => H::digest(data).to_vec())
    }
}

/// Evaluates an expression with the type of a hash function.
macro_rules! on_hash {
    ($hash:expr, $name:ident => $body:expr) => {
        match $hash {
            $crate::ops::crypto::Hash::Sha1 => {
                type $name = sha1::Sha1;
                $body
            }
            $crate::ops::crypto::Hash::Sha256 => {
                type $name = sha2::Sha256;
                $body
            }
            $crate::ops::crypto::Hash::Sha384 => {
                type $name = sha2::Sha384;
                $body
            }
            $crate::ops::crypto::Hash::Sha512 => {
                type $name = sha2::Sha512;
                $body
            }
        }
    };
}
use on_hash;
