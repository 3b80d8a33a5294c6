//! One request: to the server's own paths, or to a webhook.

use crate::{
    answer::{self, Answer},
    api,
    auth::Auth,
    body::Budget,
    listener::Options,
    metrics::{Kind, Metrics},
    router::{Route, Router},
    webhook,
};
use cronflow_core::definition::Workflow;
use cronflow_engine::EngineHandle;
use hyper::{Method, Request, StatusCode, body::Incoming};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc, time::Instant};
use tokio::sync::watch;

/// Longest path and query.
const MAX_URI: usize = 8 * 1024;

/// What every request needs.
pub(crate) struct Shared {
    pub(crate) engine: EngineHandle,
    pub(crate) workflows: Vec<Arc<Workflow>>,
    pub(crate) router: Router,
    pub(crate) options: Options,
    pub(crate) auth: Auth,
    pub(crate) metrics: Arc<Metrics>,
    /// When this server began: tells its numbers from those of another one.
    pub(crate) epoch: i64,
    /// Becomes true when the server stops.
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) address: SocketAddr,
    pub(crate) started: Instant,
    /// What bodies that are being read may take together.
    pub(crate) bodies: Budget,
}

impl Shared {
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>, client: SocketAddr) -> Answer {
        let (method, path) = (request.method().clone(), api::without_secrets(request.uri().path()));
        let kind = if api::owns(request.uri().path()) { Kind::Api } else { Kind::Webhook };
        let metrics = self.metrics.clone();
        let answer = self.route(request, client).await;
        metrics.answered(kind, answer.status());
        tracing::debug!(%method, path, status = answer.status().as_u16(), "request");
        answer
    }

    async fn route(self: Arc<Self>, request: Request<Incoming>, client: SocketAddr) -> Answer {
        let uri = request.uri();
        if uri.path().len() + uri.query().map_or(0, str::len) > MAX_URI {
            return answer::json(StatusCode::URI_TOO_LONG, &json!({"error": "the address is too long"}));
        }
        if api::owns(uri.path()) {
            return api::handle(&self, request, client).await;
        }
        let path = uri.path().to_owned();
        match self.router.find(request.method().as_str(), &path) {
            Route::Webhook(matched) => webhook::handle(self.clone(), matched, request, client).await,
            Route::WrongMethod(known) if request.method() == Method::OPTIONS => {
                let preflight = webhook::preflight(&self.router, &path, request.headers(), &known);
                preflight.unwrap_or_else(|| answer::options(&known))
            }
            Route::WrongMethod(known) => answer::method_not_allowed(&known),
            Route::Unknown => answer::not_found(),
        }
    }
}
