//! One request: to the server's own paths, to a webhook, or to the program's own handler.

use crate::{
    answer::{self, Answer},
    api,
    app::{self, App},
    auth::Auth,
    body::Budget,
    listener::Options,
    metrics::{Kind, Metrics},
    router::{Route, Router},
    webhook,
};
use cronflow_core::definition::Workflow;
use cronflow_engine::EngineHandle;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, body::Incoming};
use serde_json::json;
use std::{net::SocketAddr, sync::Arc, time::Instant};
use tokio::sync::{Semaphore, watch};

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
    /// Calls into functions of webhooks; further requests are turned away.
    pub(crate) checks: Semaphore,
    /// What answers requests that no webhook takes.
    pub(crate) app: Option<App>,
    /// Its requests at once.
    pub(crate) app_calls: Arc<Semaphore>,
    /// KiB of their bodies.
    pub(crate) app_bodies: Arc<Semaphore>,
}

impl Shared {
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>, client: SocketAddr) -> Answer {
        let (method, path) = (request.method().clone(), api::without_secrets(request.uri().path()));
        let metrics = self.metrics.clone();
        let (kind, answer) = self.route(request, client).await;
        metrics.answered(kind, answer.status());
        tracing::debug!(%method, path, status = answer.status().as_u16(), "request");
        answer
    }

    async fn route(self: Arc<Self>, request: Request<Incoming>, client: SocketAddr) -> (Kind, Answer) {
        let uri = request.uri();
        // A program may have paths of its own below /api; those of the server come first.
        let is_api = if self.app.is_some() { api::knows(uri.path()) } else { api::owns(uri.path()) };
        let kind = if is_api { Kind::Api } else { Kind::Webhook };
        if is_too_long(uri) {
            return (kind, too_long());
        }
        if kind == Kind::Api {
            return (kind, api::handle(&self, request, client).await);
        }
        let path = uri.path().to_owned();
        let method = request.method().clone();
        let answer = match (self.router.find(method.as_str(), &path), &self.app) {
            (Route::Webhook(matched), _) => webhook::handle(self.clone(), matched, request, client).await,
            (Route::WrongMethod(known), app) if app.is_none() || method == Method::OPTIONS => {
                self.wrong_method(&known, &method, &path, request.headers())
            }
            (_, Some(app)) => return (Kind::App, app::handle(self.clone(), app.clone(), request, client).await),
            (_, None) => answer::not_found(),
        };
        (kind, answer)
    }

    /// The answer where webhooks have the path, and none of them the method.
    pub(crate) fn wrong_method(&self, known: &[&str], method: &Method, path: &str, headers: &HeaderMap) -> Answer {
        if method != Method::OPTIONS {
            return answer::method_not_allowed(known);
        }
        webhook::preflight(&self.router, path, headers, known).unwrap_or_else(|| answer::options(known))
    }
}

pub(crate) fn is_too_long(uri: &Uri) -> bool {
    uri.path().len() + uri.query().map_or(0, str::len) > MAX_URI
}

pub(crate) fn too_long() -> Answer {
    answer::json(StatusCode::URI_TOO_LONG, &json!({"error": "the address is too long"}))
}
