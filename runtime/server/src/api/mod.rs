//! The management API under `/api`, and `/health`.

mod runs;
mod workflows;

use crate::{
    answer::{self, Answer},
    guard,
    service::Shared,
};
use cronflow_core::{error::Code, storage};
use hyper::{Method, Request, StatusCode, body::Incoming};
use serde_json::json;

/// Whether a path belongs to the server itself.
pub(crate) fn owns(path: &str) -> bool {
    path == "/health" || path == "/api" || path.starts_with("/api/")
}

/// Handles a request to one of the server's own paths.
pub(crate) async fn handle(shared: &Shared, request: Request<Incoming>) -> Answer {
    let method = request.method().clone();
    let path = request.uri().path().trim_end_matches('/').to_owned();
    if path == "/health" {
        return by_method(&method, &["GET", "HEAD"], || health(shared));
    }
    if !guard::allows(request.headers(), shared.address.ip()) {
        let hint = "the API is for programs on this machine, not for web pages of other hosts";
        return answer::api_error(
            StatusCode::FORBIDDEN,
            Code::BadRequest,
            "this origin or host is not allowed",
            Some(hint),
        );
    }
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let allowed: &[&str] = match parts.as_slice() {
        ["workflows", _, "trigger"] => &["POST"],
        ["workflows" | "runs"] | ["workflows" | "runs", _] => &["GET", "HEAD"],
        _ => return answer::not_found(),
    };
    if method == Method::OPTIONS {
        return answer::options(allowed);
    }
    if !allowed.contains(&method.as_str()) {
        return answer::method_not_allowed(allowed);
    }
    match parts.as_slice() {
        ["workflows"] => workflows::list(shared),
        ["workflows", id] => workflows::show(shared, id),
        ["workflows", id, _] => workflows::trigger(shared, id, request).await,
        ["runs", id] => runs::show(shared, id).await,
        _ => runs::list(shared, request.uri().query().unwrap_or_default()).await,
    }
}

fn by_method(method: &Method, allowed: &[&str], make: impl FnOnce() -> Answer) -> Answer {
    if method == Method::OPTIONS {
        answer::options(allowed)
    } else if allowed.contains(&method.as_str()) {
        make()
    } else {
        answer::method_not_allowed(allowed)
    }
}

fn health(shared: &Shared) -> Answer {
    let uptime = u64::try_from(shared.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let version = env!("CARGO_PKG_VERSION");
    match shared.engine.trouble() {
        None => answer::json(StatusCode::OK, &json!({"status": "ok", "version": version, "uptimeMs": uptime})),
        Some(_) => {
            // The reason names files of the server; the log has it.
            let body = json!({"status": "degraded", "reason": "the database cannot be written", "version": version, "uptimeMs": uptime});
            answer::json(StatusCode::SERVICE_UNAVAILABLE, &body)
        }
    }
}

fn store_error(error: &storage::Error) -> Answer {
    tracing::error!(%error, "the database cannot be read");
    let message = "the database cannot be read; the server's log says why";
    answer::api_error(StatusCode::INTERNAL_SERVER_ERROR, Code::DatabaseCorrupt, message, None)
}
