//! What `onWebhook` asks for: the draft of its options, and the checked rules that the server follows.

use super::{DraftRetry, Millis, options::About};
use crate::error::Diagnostic;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::{fmt, sync::Arc, time::Duration};

/// Largest body when nothing else is said.
pub const DEFAULT_MAX_BODY: usize = 1024 * 1024;
/// Largest body that can be asked for.
const MOST_BODY: u32 = 100 * 1024 * 1024;
/// Longest time that a client can be kept waiting.
const MOST_WAIT: Duration = Duration::from_secs(3600);
/// How far a signed time may be from ours when nothing else is said.
const TOLERANCE: Duration = Duration::from_secs(300);
/// The prefix of secrets of Standard Webhooks.
const STANDARD_PREFIX: &str = "whsec_";

/// Text that must not be shown: it is read from a draft, and never written anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// A secret that is known from elsewhere.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[secret]")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

/// The options of a webhook as declared. What is a function stays in the isolate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftWebhook {
    /// `maxBody` in bytes.
    pub max_body: Option<f64>,
    /// `signature`.
    pub signature: Option<DraftSignature>,
    /// `headers.required`.
    pub required: Vec<RequiredHeader>,
    /// `schema`, when it is plain data that is judged without code.
    pub schema: Option<Value>,
    /// Whether the schema is a task of the function: there is a middleware before it, or it is no data.
    pub schema_by_code: bool,
    /// Whether a function has a say: middleware, `validate`, `condition` and the like.
    pub gate: bool,
    /// `idempotencyKey`, when it is the name of a header.
    pub idempotency_header: Option<String>,
    /// `parseRawBody`.
    pub raw_body: bool,
    /// `respond`: `result`, `accepted` or `function`.
    pub respond: Option<String>,
    /// `responseTimeout`.
    pub response_timeout: Option<Millis>,
    /// `cors`.
    pub cors: Option<DraftCors>,
    /// `trigger`: the step with which its runs begin.
    pub step: Option<String>,
    /// `retry`: for steps without their own.
    pub retry: Option<DraftRetry>,
    /// Whether `onError` may make the answer.
    pub answers_errors: bool,
}

/// A header that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredHeader {
    /// Its name.
    pub name: String,
    /// Its value, when only one will do.
    #[serde(default)]
    pub value: Option<Secret>,
}

/// The `signature` option as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftSignature {
    /// `standard-webhooks`, `github`, `stripe`, `slack` or `hmac`.
    pub scheme: String,
    /// Any of them will do.
    pub secrets: Vec<Secret>,
    /// How far a signed time may be from ours.
    pub tolerance: Option<Millis>,
    /// `hmac`: which header has the signature.
    pub header: Option<String>,
    /// `hmac`: `sha1`, `sha256` or `sha512`.
    pub algorithm: Option<String>,
    /// `hmac`: `hex` or `base64`.
    pub encoding: Option<String>,
    /// `hmac`: what stands before the signature.
    pub prefix: Option<String>,
    /// `hmac`: which header names the delivery.
    pub id_header: Option<String>,
}

/// The `cors` option as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftCors {
    /// Origins, or `*` alone.
    pub origins: Vec<String>,
    /// Headers that a page may send.
    pub headers: Vec<String>,
    /// Headers of the answer that a page may read.
    pub expose: Vec<String>,
    /// Whether cookies go along.
    pub credentials: bool,
    /// How long a browser may keep the answer to its question.
    pub max_age: Option<Millis>,
}

/// How a webhook is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRules {
    /// Largest body in bytes.
    pub max_body: usize,
    /// How requests are signed.
    pub signature: Option<Signature>,
    /// Headers that must be there; names in lower case.
    pub required: Vec<RequiredHeader>,
    /// A JSON Schema for the payload.
    pub schema: Option<Value>,
    /// Whether the function judges by the schema.
    pub schema_by_code: bool,
    /// Whether a function has a say before a run is started.
    pub gate: bool,
    /// The header with the idempotency key.
    pub idempotency_header: Option<String>,
    /// Whether `ctx.trigger.rawBody` is there.
    pub raw_body: bool,
    /// What is answered.
    pub respond: Respond,
    /// How long the answer may wait for the run; the server's own limit when absent.
    pub response_timeout: Option<Duration>,
    /// Which web pages may call it.
    pub cors: Option<Cors>,
    /// Whether a hook may have made the answer to a failed run.
    pub answers_errors: bool,
}

impl Default for WebhookRules {
    fn default() -> Self {
        Self {
            max_body: DEFAULT_MAX_BODY,
            signature: None,
            required: Vec::new(),
            schema: None,
            schema_by_code: false,
            gate: false,
            idempotency_header: None,
            raw_body: false,
            respond: Respond::Result,
            response_timeout: None,
            cors: None,
            answers_errors: false,
        }
    }
}

/// What a webhook answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Respond {
    /// The result of the run.
    Result,
    /// That the run is recorded.
    Accepted,
    /// What a function makes of the finished run.
    Function,
}

/// How requests are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The scheme.
    pub scheme: SignatureScheme,
    /// Any of them will do.
    pub secrets: Vec<Secret>,
    /// How far a signed time may be from ours.
    pub tolerance: Duration,
}

/// A signature scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureScheme {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    StandardWebhooks,
    /// `X-Hub-Signature-256`.
    GitHub,
    /// `Stripe-Signature`.
    Stripe,
    /// `X-Slack-Signature`, `X-Slack-Request-Timestamp`.
    Slack,
    /// An HMAC of the body in a header.
    Hmac(HmacScheme),
}

impl SignatureScheme {
    /// The scheme's name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::StandardWebhooks => "standard-webhooks",
            Self::GitHub => "github",
            Self::Stripe => "stripe",
            Self::Slack => "slack",
            Self::Hmac(_) => "hmac",
        }
    }
}

/// An HMAC of the body in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HmacScheme {
    /// The header with the signature, in lower case.
    pub header: String,
    /// The hash.
    pub algorithm: HashAlgorithm,
    /// How the signature is written.
    pub encoding: SignatureEncoding,
    /// What stands before it.
    pub prefix: String,
    /// The header that names the delivery, in lower case.
    pub id_header: Option<String>,
}

/// A hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// SHA-1, for senders that know nothing better.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// How bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// Hexadecimal.
    Hex,
    /// Base64.
    Base64,
}

/// Which web pages may call a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Origins; empty means all.
    pub origins: Vec<String>,
    /// Headers that a page may send; empty means those that it asks for.
    pub headers: Vec<String>,
    /// Headers of the answer that a page may read.
    pub expose: Vec<String>,
    /// Whether cookies go along.
    pub credentials: bool,
    /// How long a browser may keep the answer to its question.
    pub max_age: Option<Duration>,
}

impl WebhookRules {
    /// The rules as they are stored and shown, without secrets.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let required: Vec<&str> = self.required.iter().map(|header| &*header.name).collect();
        json!({
            "maxBody": self.max_body,
            "signature": self.signature.as_ref().map(|signature| signature.scheme.as_str()),
            "requiredHeaders": required,
            "schema": self.schema,
            "checkedByCode": self.gate,
            "respond": match self.respond {
                Respond::Result => "result",
                Respond::Accepted => "accepted",
                Respond::Function => "function",
            },
        })
    }
}

/// Checks the options of a webhook.
pub(super) fn freeze(draft: &DraftWebhook, about: About<'_>) -> Result<WebhookRules, Diagnostic> {
    let max_body = draft.max_body.map(|most| about.count("maxBody", most, MOST_BODY)).transpose()?;
    let response_timeout = about.maybe_span("responseTimeout", draft.response_timeout.as_ref())?;
    if response_timeout.is_some_and(|wait| wait > MOST_WAIT) {
        return Err(about.refuse("responseTimeout", "it is longer than an hour; answer with respond: 'accepted'"));
    }
    let lower = |header: &RequiredHeader| -> Result<RequiredHeader, Diagnostic> {
        Ok(RequiredHeader { name: header_name(&header.name, "headers.required", about)?, value: header.value.clone() })
    };
    Ok(WebhookRules {
        max_body: max_body.map_or(DEFAULT_MAX_BODY, |most| most as usize),
        signature: draft.signature.as_ref().map(|it| signature(it, about)).transpose()?,
        required: draft.required.iter().map(lower).collect::<Result<_, _>>()?,
        schema: draft.schema.clone(),
        schema_by_code: draft.schema_by_code,
        gate: draft.gate,
        idempotency_header: maybe_header(draft.idempotency_header.as_deref(), "idempotencyKey", about)?,
        raw_body: draft.raw_body,
        respond: match draft.respond.as_deref() {
            None | Some("result") => Respond::Result,
            Some("accepted") => Respond::Accepted,
            Some("function") => Respond::Function,
            Some(other) => {
                let reason = format!("'{other}' is neither 'result' nor 'accepted' nor a function");
                return Err(about.refuse("respond", reason));
            }
        },
        response_timeout,
        cors: draft.cors.as_ref().map(|it| cors(it, about)).transpose()?,
        answers_errors: draft.answers_errors,
    })
}

fn signature(draft: &DraftSignature, about: About<'_>) -> Result<Signature, Diagnostic> {
    let scheme = match draft.scheme.as_str() {
        "standard-webhooks" => SignatureScheme::StandardWebhooks,
        "github" => SignatureScheme::GitHub,
        "stripe" => SignatureScheme::Stripe,
        "slack" => SignatureScheme::Slack,
        "hmac" => SignatureScheme::Hmac(hmac(draft, about)?),
        other => {
            let known = "standard-webhooks, github, stripe, slack, hmac";
            return Err(about.refuse("signature.scheme", format!("'{other}' is none of {known}")));
        }
    };
    let own = [
        ("header", &draft.header),
        ("algorithm", &draft.algorithm),
        ("encoding", &draft.encoding),
        ("prefix", &draft.prefix),
        ("id", &draft.id_header),
    ];
    let is_hmac = matches!(scheme, SignatureScheme::Hmac(_));
    if let Some((option, _)) = own.iter().find(|(_, value)| value.is_some() && !is_hmac) {
        return Err(about.refuse(&format!("signature.{option}"), "only the scheme 'hmac' has it"));
    }
    if draft.tolerance.is_some() && (is_hmac || scheme == SignatureScheme::GitHub) {
        let reason = format!("the scheme '{}' signs no time", scheme.as_str());
        return Err(about.refuse("signature.tolerance", reason));
    }
    check_secrets(&scheme, &draft.secrets, about)?;
    let tolerance = about.maybe_span("signature.tolerance", draft.tolerance.as_ref())?;
    Ok(Signature { scheme, secrets: draft.secrets.clone(), tolerance: tolerance.unwrap_or(TOLERANCE) })
}

fn check_secrets(scheme: &SignatureScheme, secrets: &[Secret], about: About<'_>) -> Result<(), Diagnostic> {
    if secrets.is_empty() || secrets.iter().any(|secret| secret.reveal().trim().is_empty()) {
        return Err(about.refuse("signature.secret", "it is empty"));
    }
    let is_standard = *scheme == SignatureScheme::StandardWebhooks;
    if is_standard && secrets.iter().any(|secret| standard_key(secret).is_none()) {
        return Err(
            about.refuse("signature.secret", "a secret of Standard Webhooks is base64, with 'whsec_' before it")
        );
    }
    Ok(())
}

/// The key of a secret of Standard Webhooks: the base64 after the prefix, undecoded; `None` when it is
/// no base64.
#[must_use]
pub fn standard_key(secret: &Secret) -> Option<&str> {
    let text = secret.reveal().trim();
    let text = text.strip_prefix(STANDARD_PREFIX).unwrap_or(text);
    let body = text.trim_end_matches('=');
    let is_base64 = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/');
    (is_base64 && !body.is_empty() && body.len() % 4 != 1).then_some(body)
}

fn hmac(draft: &DraftSignature, about: About<'_>) -> Result<HmacScheme, Diagnostic> {
    let Some(header) = draft.header.as_deref() else {
        return Err(about.refuse("signature.header", "the scheme 'hmac' needs to know which header has the signature"));
    };
    Ok(HmacScheme {
        header: header_name(header, "signature.header", about)?,
        algorithm: match draft.algorithm.as_deref() {
            Some("sha1") => HashAlgorithm::Sha1,
            None | Some("sha256") => HashAlgorithm::Sha256,
            Some("sha512") => HashAlgorithm::Sha512,
            Some(other) => {
                let reason = format!("'{other}' is none of sha1, sha256, sha512");
                return Err(about.refuse("signature.algorithm", reason));
            }
        },
        encoding: match draft.encoding.as_deref() {
            None | Some("hex") => SignatureEncoding::Hex,
            Some("base64") => SignatureEncoding::Base64,
            Some(other) => {
                return Err(about.refuse("signature.encoding", format!("'{other}' is neither 'hex' nor 'base64'")));
            }
        },
        prefix: draft.prefix.clone().unwrap_or_default(),
        id_header: maybe_header(draft.id_header.as_deref(), "signature.id", about)?,
    })
}

fn cors(draft: &DraftCors, about: About<'_>) -> Result<Cors, Diagnostic> {
    let every = draft.origins.iter().any(|origin| origin == "*");
    if draft.origins.is_empty() || (every && draft.origins.len() > 1) {
        return Err(about.refuse("cors.origin", "give '*' or the origins that may call"));
    }
    if every && draft.credentials {
        return Err(about.refuse("cors.credentials", "cookies can only go along from origins that are listed"));
    }
    let is_origin = |origin: &&String| !origin.contains("://") || origin.matches('/').count() > 2;
    if let Some(wrong) = draft.origins.iter().filter(|_| !every).find(is_origin) {
        let reason = format!("'{wrong}' is no origin; an origin is like https://example.com");
        return Err(about.refuse("cors.origin", reason));
    }
    let names = |list: &[String], option: &str| -> Result<Vec<String>, Diagnostic> {
        list.iter().map(|name| header_name(name, option, about)).collect()
    };
    Ok(Cors {
        origins: if every { Vec::new() } else { draft.origins.clone() },
        headers: names(&draft.headers, "cors.headers")?,
        expose: names(&draft.expose, "cors.expose")?,
        credentials: draft.credentials,
        max_age: draft.max_age.as_ref().map(|it| about.duration("cors.maxAge", it)).transpose()?,
    })
}

fn maybe_header(name: Option<&str>, option: &str, about: About<'_>) -> Result<Option<String>, Diagnostic> {
    name.map(|name| header_name(name, option, about)).transpose()
}

/// The name of a header in lower case.
fn header_name(name: &str, option: &str, about: About<'_>) -> Result<String, Diagnostic> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(about.refuse(option, format!("'{name}' is not the name of a header")));
    }
    Ok(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Site;
    use rstest::rstest;

    fn check(draft: Value) -> Result<WebhookRules, String> {
        let draft: DraftWebhook = serde_json::from_value(draft).unwrap();
        freeze(&draft, About { what: "webhook '/a'", site: &Site::default() }).map_err(|problem| problem.message)
    }

    fn signed(more: Value) -> Value {
        let mut signature = json!({"scheme": "hmac", "secrets": ["s"], "header": "X-Sig"});
        signature.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "signature": signature })
    }

    #[rstest]
    #[case(json!({"maxBody": 0}), "maxBody of webhook '/a'")]
    #[case(json!({"maxBody": 1e9}), "maxBody of webhook '/a'")]
    #[case(json!({"respond": "later"}), "'later' is neither 'result' nor 'accepted' nor a function")]
    #[case(json!({"responseTimeout": "2h"}), "longer than an hour")]
    #[case(json!({"idempotencyHeader": "a b"}), "'a b' is not the name of a header")]
    #[case(signed(json!({"scheme": "githup"})), "'githup' is none of standard-webhooks, github")]
    #[case(signed(json!({"scheme": "github"})), "signature.header of webhook '/a': only the scheme 'hmac' has it")]
    #[case(signed(json!({"tolerance": 5})), "the scheme 'hmac' signs no time")]
    #[case(signed(json!({"header": null})), "which header has the signature")]
    #[case(signed(json!({"algorithm": "md5"})), "'md5' is none of sha1, sha256, sha512")]
    #[case(signed(json!({"encoding": "text"})), "'text' is neither 'hex' nor 'base64'")]
    #[case(signed(json!({"secrets": []})), "signature.secret of webhook '/a': it is empty")]
    #[case(signed(json!({"secrets": ["a", " "]})), "it is empty")]
    #[case(json!({"signature": {"scheme": "standard-webhooks", "secrets": ["whsec_!"]}}), "is base64")]
    #[case(json!({"cors": {"origins": ["*"], "credentials": true}}), "origins that are listed")]
    #[case(json!({"cors": {"origins": ["example.com"]}}), "'example.com' is no origin")]
    #[case(json!({"cors": {"origins": []}}), "give '*' or the origins")]
    fn what_cannot_act_is_refused(#[case] draft: Value, #[case] message: &str) {
        let error = check(draft).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn secrets_are_read_and_never_shown() {
        let draft = signed(json!({"secrets": ["hunter2"]}));
        let rules = check(draft.clone()).unwrap();
        assert_eq!(rules.signature.as_ref().unwrap().secrets[0].reveal(), "hunter2");
        let draft: DraftWebhook = serde_json::from_value(draft).unwrap();
        let shown = format!("{rules:?} {} {draft:?} {}", rules.to_json(), serde_json::to_string(&draft).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn names_of_headers_are_in_lower_case() {
        let rules = check(json!({"required": [{"name": "X-A", "value": "b"}], "idempotencyHeader": "Idempotency-Key"}));
        let rules = rules.unwrap();
        assert_eq!(rules.required[0].name, "x-a");
        assert_eq!(rules.idempotency_header.as_deref(), Some("idempotency-key"));
    }
}
