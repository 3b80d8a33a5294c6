//! Signatures against the examples that each scheme publishes, and against every flipped byte.

use super::*;
use hyper::header::{HeaderName, HeaderValue};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::sync::Arc;

/// A signature as a workflow declares it.
fn declared(signature: Value) -> Signature {
    let hook = json!({"type": "webhook", "path": "/a", "methods": ["POST"], "options": {"signature": signature}});
    let draft = serde_json::from_value(json!({"id": "w", "triggers": [hook]})).unwrap();
    let workflow = cronflow_core::definition::validate(&draft, &Arc::from("v")).unwrap();
    match &workflow.triggers[0].source {
        cronflow_core::definition::Source::Webhook { rules, .. } => rules.signature.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[derive(Debug, Clone)]
struct Sent {
    signature: Signature,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    now: i64,
}

impl Sent {
    fn verify(&self) -> Result<Option<String>, Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let Ok(value) = HeaderValue::from_bytes(value) else { continue };
            headers.insert(HeaderName::from_static(name), value);
        }
        verify(&self.signature, &headers, &self.body, self.now)
    }
}

fn sent(signature: Value, headers: &[(&'static str, &str)], body: &str, now: i64) -> Sent {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect();
    Sent { signature: declared(signature), headers, body: body.as_bytes().to_vec(), now }
}

/// The example of the Standard Webhooks specification and its libraries.
fn standard() -> Sent {
    sent(
        json!({"scheme": "standard-webhooks", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}),
        &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        "{\"test\": 2432232314}",
        1_614_265_330,
    )
}

/// The example of GitHub's documentation.
fn github() -> Sent {
    sent(
        json!({"scheme": "github", "secrets": ["It's a Secret to Everybody"]}),
        &[
            ("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ],
        "Hello, World!",
        0,
    )
}

/// The example of Slack's documentation.
fn slack() -> Sent {
    sent(
        json!({"scheme": "slack", "secrets": ["8f742231b10e8888abcd99yyyzzz85a5"]}),
        &[
            ("x-slack-request-timestamp", "1531420618"),
            ("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ],
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
         channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&\
         response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
         trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        1_531_420_618,
    )
}

/// Stripe describes how the text is made and publishes no vector: this one is made by that recipe, with
/// another implementation of HMAC.
fn stripe() -> Sent {
    sent(
        json!({"scheme": "stripe", "secrets": ["whsec_test_secret"]}),
        &[(
            "stripe-signature",
            "t=1492774577,v1=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39",
        )],
        "{\"id\":\"evt_1\",\"object\":\"event\"}",
        1_492_774_577,
    )
}

/// RFC 4231, test case 2, and the same for the other hashes.
fn generic(algorithm: &str, encoding: &str, written: &str) -> Sent {
    let signature = json!({"scheme": "hmac", "secrets": ["Jefe"], "header": "X-Sig", "prefix": "is:",
                           "algorithm": algorithm, "encoding": encoding, "idHeader": "X-Id"});
    let mut sent = sent(signature, &[("x-id", "7")], "what do ya want for nothing?", 0);
    sent.headers.push(("x-sig", format!("is:{written}").into_bytes()));
    sent
}

const JEFE_256: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

#[rstest]
#[case(standard(), "msg_p5jXN8AQM9LWM0D4loKWxJek")]
#[case(github(), "72d3162e-cc78-11e3-81ab-4c9367dc0958")]
#[case(slack(), "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")]
#[case(stripe(), "evt_1")]
#[case(generic("sha1", "hex", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), "7")]
#[case(generic("sha256", "hex", JEFE_256), "7")]
#[case(generic("sha256", "base64", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="), "7")]
#[case(
    generic(
        "sha512",
        "hex",
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    ),
    "7"
)]
fn published_examples_are_accepted(#[case] sent: Sent, #[case] id: &str) {
    assert_eq!(sent.verify(), Ok(Some(id.to_owned())));
}

#[rstest]
#[case(standard())]
#[case(slack())]
#[case(stripe())]
fn times_must_be_near(#[case] sent: Sent) {
    let at = |offset: i64| Sent { now: sent.now + offset, ..sent.clone() }.verify();
    for offset in [-300, 300] {
        assert!(at(offset).is_ok(), "{offset}");
    }
    for offset in [-301, 301, 100_000] {
        assert_eq!(at(offset), Err(Error::Time), "{offset}");
    }
}

/// What the sender of an example has signed, signed by us, is what it has sent.
#[test]
fn signs_as_the_published_examples_do() {
    for sent in all() {
        let mut given = HeaderMap::new();
        for (name, value) in
            sent.headers.iter().filter(|(name, _)| !name.ends_with("-signature") && !name.contains("sig"))
        {
            given.insert(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        let secret = sent.signature.secrets[0].clone();
        sign(&sent.signature, &secret, &mut given, &sent.body, (sent.now, "id")).unwrap();
        for (name, value) in &sent.headers {
            let value = String::from_utf8_lossy(value);
            // Stripe's example has a signature of an old scheme besides.
            let expected = value.split(",v0=").next().unwrap();
            assert_eq!(given.get(*name).unwrap(), expected, "{name}");
        }
        assert!(verify(&sent.signature, &given, &sent.body, sent.now).is_ok());
    }
}

#[test]
fn signing_leaves_headers_alone_and_knows_keys() {
    let sent = github();
    let mut given = HeaderMap::new();
    given.insert("x-hub-signature-256", HeaderValue::from_static("sha256=00"));
    sign(&sent.signature, &sent.signature.secrets[0], &mut given, &sent.body, (0, "id")).unwrap();
    assert_eq!(given["x-hub-signature-256"], "sha256=00");
    assert_eq!(given["x-github-delivery"], "id");
    let secret = Secret::new("no base64!");
    assert_eq!(sign(&standard().signature, &secret, &mut given, b"", (0, "id")), None);
}

#[rstest]
#[case(json!({"scheme": "github", "secrets": ["new", "It's a Secret to Everybody"]}), github())]
#[case(json!({"scheme": "standard-webhooks", "secrets": ["whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}), standard())]
fn any_of_several_secrets_will_do(#[case] signature: Value, #[case] sent: Sent) {
    assert!(Sent { signature: declared(signature), ..sent }.verify().is_ok());
}

#[test]
fn any_of_several_signatures_will_do() {
    let mut sent = standard();
    let given = String::from_utf8(sent.headers[2].1.clone()).unwrap();
    sent.headers[2].1 = format!("v1a,abc v1,AAAA {given}").into_bytes();
    assert!(sent.verify().is_ok());
}

#[test]
fn a_missing_header_is_named() {
    let mut sent = github();
    sent.headers.remove(0);
    assert_eq!(sent.verify().unwrap_err().to_string(), "the header 'x-hub-signature-256' is missing or cannot be read");
}

/// The parts that a signature vouches for; the id of GitHub and of a generic HMAC is not among them.
fn signed_parts(sent: &Sent) -> Vec<usize> {
    let unsigned = ["x-github-delivery", "x-id"];
    let indices = 0..sent.headers.len();
    indices.filter(|index| !unsigned.contains(&sent.headers[*index].0)).collect()
}

fn all() -> Vec<Sent> {
    vec![standard(), github(), slack(), stripe(), generic("sha256", "hex", JEFE_256)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whichever bit of the body, the id, the time or the signature is flipped: it is refused.
    #[test]
    fn a_flipped_bit_is_refused(which in 0..5_usize, part in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut sent = all().swap_remove(which);
        let parts = signed_parts(&sent);
        let part = part.index(parts.len() + 1);
        let bytes = match parts.get(part) {
            Some(index) => &mut sent.headers[*index].1,
            None => &mut sent.body,
        };
        let place = place.index(bytes.len());
        let before = bytes.clone();
        bytes[place] ^= 1 << bit;
        // Stripe sends signatures of schemes that do not count, and names that do not either.
        let stripe_v0 = String::from_utf8_lossy(&before).find(",v0=").is_some_and(|at| place >= at);
        prop_assume!(!stripe_v0);
        prop_assert!(sent.verify().is_err(), "{:?} at {}", sent, place);
    }

    /// No header and no body makes it panic, or is taken for a signature.
    #[test]
    fn rubbish_is_refused(which in 0..5_usize, values in prop::collection::vec("\\PC{0,80}|(t=|v1=|v0=|v1,|,| |[0-9a-f]){0,20}", 4), body in prop::collection::vec(any::<u8>(), 0..64), now in any::<i64>()) {
        let mut sent = all().swap_remove(which);
        for ((_, header), value) in sent.headers.iter_mut().zip(values) {
            *header = value.into_bytes();
        }
        sent.body = body;
        sent.now = now;
        prop_assert!(sent.verify().is_err());
    }
}
