//! Signatures: whether the sender of a request knows the secret, over the bytes as they came.
//!
//! Signatures are compared as text, in constant time: one that is written in another way is another
//! signature.

use base64::{Engine as _, engine::general_purpose};
use cronflow_core::definition::{
    HashAlgorithm, HmacScheme, Secret, Signature, SignatureEncoding, SignatureScheme, standard_key,
};
use hyper::{
    HeaderMap,
    header::{HeaderName, HeaderValue},
};
use ring::hmac;
use subtle::{Choice, ConstantTimeEq as _};

/// Longest id of a delivery, in bytes.
const MAX_ID: usize = 256;
/// Signatures that are looked at; a sender that changes its secret sends two.
const MAX_SIGNATURES: usize = 10;

/// Why a request is refused. The texts tell nothing about the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("the header '{0}' is missing or cannot be read")]
    Missing(String),
    #[error("the signed time is too far from the server's")]
    Time,
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks a signature. `now` is in seconds. Answers with the id of the delivery, when it has one.
pub(crate) fn verify(
    signature: &Signature,
    headers: &HeaderMap,
    body: &[u8],
    now: i64,
) -> Result<Option<String>, Error> {
    let tolerance = i64::try_from(signature.tolerance.as_secs()).unwrap_or(i64::MAX);
    let in_time = |time: &str| check_time(time, now, tolerance);
    match &signature.scheme {
        SignatureScheme::StandardWebhooks => {
            let (id, time) = (text(headers, "webhook-id")?, text(headers, "webhook-timestamp")?);
            let given = text(headers, "webhook-signature")?;
            let signed = standard_text(id, time, body);
            let given = given.split(' ').filter_map(|one| one.strip_prefix("v1,"));
            let keys = signature.secrets.iter().filter_map(standard_bytes);
            matches_any(keys, given, |key| Written::base64(HashAlgorithm::Sha256, key, &signed))?;
            in_time(time)?;
            if id.is_empty() || id.len() > MAX_ID {
                return Err(Error::Missing("webhook-id".to_owned()));
            }
            Ok(Some(id.to_owned()))
        }
        SignatureScheme::GitHub => {
            let given = text(headers, "x-hub-signature-256")?.strip_prefix("sha256=");
            matches_any(bytes(&signature.secrets), given, |key| Written::hex(HashAlgorithm::Sha256, key, body))?;
            Ok(id_in(headers, "x-github-delivery"))
        }
        SignatureScheme::Stripe => {
            let header = text(headers, "stripe-signature")?;
            let field = |name: &'static str| header.split(',').filter_map(move |part| part.trim().strip_prefix(name));
            let time = field("t=").next().ok_or(Error::Mismatch)?;
            let signed = stripe_text(time, body);
            let make = |key: &[u8]| Written::hex(HashAlgorithm::Sha256, key, &signed);
            matches_any(bytes(&signature.secrets), field("v1="), make)?;
            in_time(time)?;
            Ok(id_in_body(body, "id"))
        }
        SignatureScheme::Slack => {
            let time = text(headers, "x-slack-request-timestamp")?;
            let given = text(headers, "x-slack-signature")?;
            let signed = slack_text(time, body);
            let make = |key: &[u8]| Written::hex(HashAlgorithm::Sha256, key, &signed);
            matches_any(bytes(&signature.secrets), given.strip_prefix("v0="), make)?;
            in_time(time)?;
            // What has no id of its own is still the same when time and body are.
            Ok(Some(id_in_body(body, "event_id").unwrap_or_else(|| given.to_owned())))
        }
        SignatureScheme::Hmac(scheme) => {
            let given = text(headers, &scheme.header)?.strip_prefix(&*scheme.prefix);
            matches_any(bytes(&signature.secrets), given, |key| written(scheme, key, body))?;
            Ok(scheme.id_header.as_deref().and_then(|name| id_in(headers, name)))
        }
    }
}

/// Signs a request as its sender does: [`verify`] takes it with the same secret. Headers that are there already
/// stay and are signed. `None` when the scheme knows no such secret.
pub(crate) fn sign(
    signature: &Signature,
    secret: &Secret,
    headers: &mut HeaderMap,
    body: &[u8],
    (now, id): (i64, &str),
) -> Option<()> {
    let key = secret.reveal().as_bytes();
    let hex = |signed: &[u8]| Written::hex(HashAlgorithm::Sha256, key, signed).0;
    let time = now.to_string();
    match &signature.scheme {
        SignatureScheme::StandardWebhooks => {
            let (id, time) = (put(headers, "webhook-id", id)?, put(headers, "webhook-timestamp", &time)?);
            let key = standard_bytes(secret)?;
            let written = Written::base64(HashAlgorithm::Sha256, &key, &standard_text(&id, &time, body));
            put(headers, "webhook-signature", &format!("v1,{}", written.0))?;
        }
        SignatureScheme::GitHub => {
            put(headers, "x-github-delivery", id)?;
            put(headers, "x-hub-signature-256", &format!("sha256={}", hex(body)))?;
        }
        SignatureScheme::Stripe => {
            let written = hex(&stripe_text(&time, body));
            put(headers, "stripe-signature", &format!("t={time},v1={written}"))?;
        }
        SignatureScheme::Slack => {
            let time = put(headers, "x-slack-request-timestamp", &time)?;
            put(headers, "x-slack-signature", &format!("v0={}", hex(&slack_text(&time, body))))?;
        }
        SignatureScheme::Hmac(scheme) => {
            if let Some(name) = &scheme.id_header {
                put(headers, name, id)?;
            }
            put(headers, &scheme.header, &format!("{}{}", scheme.prefix, written(scheme, key, body).0))?;
        }
    }
    Some(())
}

/// Sets a header that is not there, and answers with what it has.
fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Option<String> {
    if !headers.contains_key(name) {
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn standard_text(id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", time.as_bytes(), b".", body].concat()
}

fn stripe_text(time: &str, body: &[u8]) -> Vec<u8> {
    [time.as_bytes(), b".", body].concat()
}

fn slack_text(time: &str, body: &[u8]) -> Vec<u8> {
    [b"v0:", time.as_bytes(), b":", body].concat()
}

/// A signature as text.
struct Written(String);

impl Written {
    fn hex(algorithm: HashAlgorithm, key: &[u8], signed: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
        let tag = tag(algorithm, key, signed);
        Self(tag.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
    }

    fn base64(algorithm: HashAlgorithm, key: &[u8], signed: &[u8]) -> Self {
        Self(general_purpose::STANDARD.encode(tag(algorithm, key, signed)))
    }
}

fn written(scheme: &HmacScheme, key: &[u8], body: &[u8]) -> Written {
    match scheme.encoding {
        SignatureEncoding::Hex => Written::hex(scheme.algorithm, key, body),
        SignatureEncoding::Base64 => Written::base64(scheme.algorithm, key, body),
    }
}

fn tag(algorithm: HashAlgorithm, key: &[u8], signed: &[u8]) -> hmac::Tag {
    let algorithm = match algorithm {
        HashAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HashAlgorithm::Sha512 => hmac::HMAC_SHA512,
    };
    hmac::sign(&hmac::Key::new(algorithm, key), signed)
}

/// Whether any secret makes any of the given signatures; all are compared.
fn matches_any<K: AsRef<[u8]>>(
    keys: impl Iterator<Item = K>,
    given: impl IntoIterator<Item = impl AsRef<str>>,
    make: impl Fn(&[u8]) -> Written,
) -> Result<(), Error> {
    let given: Vec<_> = given.into_iter().take(MAX_SIGNATURES).collect();
    let mut found = Choice::from(0);
    for key in keys {
        let expected = make(key.as_ref());
        for one in &given {
            found |= expected.0.as_bytes().ct_eq(one.as_ref().as_bytes());
        }
    }
    if bool::from(found) { Ok(()) } else { Err(Error::Mismatch) }
}

fn bytes(secrets: &[Secret]) -> impl Iterator<Item = &[u8]> {
    secrets.iter().map(|secret| secret.reveal().as_bytes())
}

fn standard_bytes(secret: &Secret) -> Option<Vec<u8>> {
    general_purpose::STANDARD_NO_PAD.decode(standard_key(secret)?).ok()
}

fn check_time(time: &str, now: i64, tolerance: i64) -> Result<(), Error> {
    let is_number = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = time.parse().ok().filter(|_| is_number).ok_or(Error::Time)?;
    if seconds.abs_diff(now) > tolerance.unsigned_abs() { Err(Error::Time) } else { Ok(()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Error> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| Error::Missing(name.to_owned()))
}

fn id_in(headers: &HeaderMap, name: &str) -> Option<String> {
    let id = headers.get(name)?.to_str().ok()?;
    (!id.is_empty() && id.len() <= MAX_ID).then(|| id.to_owned())
}

/// A field of a JSON body that names the delivery.
fn id_in_body(body: &[u8], field: &str) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let id = body.get(field)?.as_str()?;
    (!id.is_empty() && id.len() <= MAX_ID).then(|| id.to_owned())
}

/// Whether a header has the value that is expected, in constant time.
pub(crate) fn is_expected(given: &str, expected: &Secret) -> bool {
    given.as_bytes().ct_eq(expected.reveal().as_bytes()).into()
}

#[cfg(test)]
mod tests;
