//! One request to a webhook, as the checks, the run and the record see it.

use super::{cors, payload};
use crate::{
    answer::Answer,
    body::{self, Whole},
    router::{Hook, Match},
    service::Shared,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cronflow_core::{
    json::JsonText,
    storage::{DeliveryOutcome, DeliveryRow, shown_header},
    time::Timestamp,
};
use cronflow_engine::MAX_KEPT_BODY;
use hyper::{HeaderMap, body::Body, http::request::Parts};
use serde_json::{Map, Value, json};
use std::{net::SocketAddr, sync::Arc};

/// Longest reason that is kept, in characters.
const MAX_REASON: usize = 500;
/// Headers that are kept of a request that starts no run.
const MAX_HEADERS: usize = 64;
/// Longest value of those, in characters.
const MAX_VALUE: usize = 300;

/// See the module's text.
pub(crate) struct Delivery {
    pub(crate) shared: Arc<Shared>,
    pub(crate) hook: Arc<Hook>,
    pub(crate) head: Parts,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) client: SocketAddr,
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
}

impl Delivery {
    pub(super) fn new(shared: Arc<Shared>, matched: Match<'_>, head: Parts, client: SocketAddr) -> Self {
        let hook = matched.hook.clone();
        let params = matched.params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (id, at) = (shared.engine.next_delivery(), shared.engine.now());
        Self { shared, hook, head, params, client, id, at }
    }

    /// Reads the body, within the limits of the webhook and the server.
    pub(super) async fn read<B: Body<Data = Bytes> + Unpin>(&self, incoming: B) -> Result<Whole, body::Error> {
        let (most, grace) = (self.hook.rules.max_body, self.shared.options.body_timeout);
        body::read(incoming, most, grace, &self.shared.bodies).await
    }

    /// Lets web pages read the answer that may.
    pub(super) fn share(&self, answer: &mut Answer) {
        if let Some(cors) = &self.hook.rules.cors {
            cors::share(cors, self.headers(), answer);
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    pub(super) fn query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// `ctx.trigger`.
    pub(super) fn trigger(&self, body: &[u8]) -> JsonText {
        let params: Map<_, _> = self.params.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let mut trigger = json!({
            "type": "webhook",
            "method": self.head.method.as_str(),
            "path": self.head.uri.path(),
            "headers": named(self.headers()),
            "query": payload::pairs(self.query()),
            "params": params,
            "ip": self.client.ip().to_string(),
        });
        if self.hook.rules.raw_body {
            match std::str::from_utf8(body) {
                Ok(text) => trigger["rawBody"] = text.into(),
                Err(_) => {
                    trigger["rawBody"] = STANDARD.encode(body).into();
                    trigger["rawBodyEncoding"] = "base64".into();
                }
            }
        }
        JsonText::of(&trigger)
    }

    /// The record of a delivery that starts a run; the run has its headers and its body.
    pub(super) fn accepted(&self, key: Option<&str>) -> DeliveryRow {
        DeliveryRow {
            id: self.id,
            at: self.at,
            workflow: self.hook.workflow.id.clone(),
            method: self.head.method.as_str().into(),
            path: self.head.uri.path().into(),
            status: None,
            outcome: DeliveryOutcome::Accepted,
            run: None,
            key: key.map(Into::into),
            error: None,
            headers: None,
            body: None,
        }
    }

    /// The record of one that starts none.
    pub(super) fn refused(
        &self,
        outcome: DeliveryOutcome,
        status: u16,
        reason: Option<&str>,
        body: &[u8],
    ) -> DeliveryRow {
        let mut headers = Map::new();
        for (name, value) in self.headers().iter().take(MAX_HEADERS) {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown: String = shown_header(name.as_str(), &value).chars().take(MAX_VALUE).collect();
            headers.insert(name.as_str().to_owned(), shown.into());
        }
        let kept = String::from_utf8_lossy(&body[..body.len().min(MAX_KEPT_BODY)]);
        DeliveryRow {
            status: Some(status),
            outcome,
            error: reason.map(|reason| reason.chars().take(MAX_REASON).collect::<String>().into()),
            headers: Some(JsonText::of(&Value::Object(headers))),
            body: Some(kept.into()),
            ..self.accepted(None)
        }
    }
}

/// Headers by name; those that come more than once are joined.
fn named(headers: &HeaderMap) -> Map<String, Value> {
    let mut named = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        named.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(", ").into());
    }
    named
}
