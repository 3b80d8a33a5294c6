//! The management API: finds the endpoint, lets in who may, reads the body, and keeps the audit.

mod approvals;
mod call;
mod deliveries;
mod events;
mod moderation;
mod runs;
mod schedules;
pub(crate) mod schemas;
mod state;
mod stream;
mod system;
pub(crate) mod table;
mod tokens;
mod workflows;

use crate::{
    answer::{self, Answer},
    auth::{Caller, Refusal},
    body, guard,
    listener::Kill,
    service::Shared,
};
use call::{Call, Query};
use cronflow_core::{error::Code, storage, storage::AuditRow, token::TokenScope};
use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    header::{HeaderValue, WWW_AUTHENTICATE},
    http::request::Parts,
};
use std::net::SocketAddr;
use table::{Access, Endpoint, Found};
use uuid::Uuid;

/// What the tokens of approvals begin with: the run's id.
const TOKEN_OF_RUN: usize = 32;

/// Whether a path belongs to the server itself.
pub(crate) fn owns(path: &str) -> bool {
    ["/health", "/metrics", "/openapi.json", "/api"].contains(&path) || path.starts_with("/api/")
}

/// Whether the server itself answers at a path.
pub(crate) fn knows(path: &str) -> bool {
    owns(path) && !matches!(table::find(&Method::GET, path), Found::Nothing)
}

/// A path as it may be written down: who has the token of an approval may decide.
pub(crate) fn without_secrets(path: &str) -> String {
    let Some(rest) = path.strip_prefix("/api/approvals/") else { return path.to_owned() };
    let (token, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match token.get(..TOKEN_OF_RUN) {
        Some(run) if token.len() > TOKEN_OF_RUN => format!("/api/approvals/{run}.../{}", rest.trim_start_matches('/')),
        _ => path.to_owned(),
    }
}

/// Handles a request to one of the server's own paths.
pub(crate) async fn handle(shared: &Shared, request: Request<Incoming>, client: SocketAddr) -> Answer {
    let (head, incoming) = request.into_parts();
    let found = table::find(&head.method, head.uri.path());
    let is_open = matches!(&found, Found::Endpoint(endpoint, _) if endpoint.access == Access::Open);
    if !is_open && !guard::allows(&head.headers, shared.address.ip()) {
        let hint = "the API is for programs, not for web pages of other hosts";
        return answer::api_error(
            StatusCode::FORBIDDEN,
            Code::Forbidden,
            "this origin or host is not allowed",
            Some(hint),
        );
    }
    match found {
        Found::Endpoint(endpoint, params) => enter(shared, endpoint, params, head, incoming, client).await,
        Found::Options(methods) => answer::options(&methods),
        Found::WrongMethod(methods) => answer::method_not_allowed(&methods),
        Found::Nothing => answer::not_found(),
    }
}

async fn enter(
    shared: &Shared,
    endpoint: &'static Endpoint,
    params: Vec<String>,
    head: Parts,
    incoming: Incoming,
    client: SocketAddr,
) -> Answer {
    let caller = match (endpoint.access, shared.auth.caller(&head.headers)) {
        (Access::Open, _) => None,
        (_, Err(refusal)) => return unauthorized(refusal),
        (_, Ok(caller)) => Some(caller),
    };
    let is_write = endpoint.access == Access::Write;
    let row = caller.as_ref().filter(|_| is_write).map(|caller| line(shared, endpoint, caller, &head, client));
    if is_write && caller.as_ref().is_some_and(|caller| caller.scope != TokenScope::Write) {
        // Somebody whom we know: worth a line. Strangers get none, they could fill the disk.
        if let Some(row) = row {
            shared.engine.audit(AuditRow { outcome: Some(StatusCode::FORBIDDEN.as_u16()), ..row });
        }
        let hint = "use a token with the scope write";
        let message = "this token may only read";
        return answer::api_error(StatusCode::FORBIDDEN, Code::Forbidden, message, Some(hint));
    }
    let query = match Query::parse(head.uri.query().unwrap_or_default(), endpoint.query) {
        Ok(query) => query,
        Err(message) => return bad(&message),
    };
    let read = body::read(incoming, body::MAX_BODY, shared.options.body_timeout, &shared.bodies).await;
    let whole = match read {
        Ok(whole) => whole,
        Err(error) => {
            return answer::api_error(error.status(), Code::BadRequest, &error.message(body::MAX_BODY), None);
        }
    };
    let id = row.map(|row| {
        let id = row.id.clone();
        shared.engine.audit(row);
        id
    });
    let kill = head.extensions.get::<Kill>().cloned().unwrap_or_default();
    let answer = (endpoint.handler)(Call { shared, params, query, head: &head, body: whole.bytes.clone(), kill }).await;
    if let Some(id) = id {
        shared.engine.audited(&id, answer.status().as_u16());
    }
    answer
}

fn line(shared: &Shared, endpoint: &Endpoint, caller: &Caller, head: &Parts, client: SocketAddr) -> AuditRow {
    AuditRow {
        id: Uuid::now_v7().to_string().into(),
        at: shared.engine.now(),
        actor: caller.name.clone(),
        client: client.ip().to_string().into(),
        action: endpoint.id.into(),
        target: without_secrets(head.uri.path()).into(),
        outcome: None,
    }
}

fn unauthorized(refusal: Refusal) -> Answer {
    let (message, hint) = match refusal {
        Refusal::Missing => {
            ("this server wants a token", "send 'Authorization: Bearer TOKEN'; 'cronflow-rt token create' makes one")
        }
        Refusal::Wrong => ("this token is not known or was revoked", "'cronflow-rt token list' shows which there are"),
    };
    let mut answer = answer::api_error(StatusCode::UNAUTHORIZED, Code::Unauthorized, message, Some(hint));
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"cronflow-rt\""));
    answer
}

/// 400.
fn bad(message: &str) -> Answer {
    answer::api_error(StatusCode::BAD_REQUEST, Code::BadRequest, message, None)
}

/// 503: the engine has stopped taking work.
fn stopping() -> Answer {
    let message = "the server is shutting down";
    answer::api_error(StatusCode::SERVICE_UNAVAILABLE, Code::Overloaded, message, Some("try again in a moment"))
}

fn store_error(error: &storage::Error) -> Answer {
    tracing::error!(%error, "the database cannot be read");
    let message = "the database cannot be read; the server's log says why";
    answer::api_error(StatusCode::INTERNAL_SERVER_ERROR, Code::DatabaseCorrupt, message, None)
}

/// Methods that answer where GET does.
fn base_method(method: &Method) -> &str {
    if method == Method::HEAD { "GET" } else { method.as_str() }
}

#[cfg(test)]
mod tests {
    use super::without_secrets;
    use rstest::rstest;

    #[rstest]
    #[case("/api/runs/7", "/api/runs/7")]
    #[case("/api/approvals", "/api/approvals")]
    #[case(
        "/api/approvals/0123456789abcdef0123456789abcdefSECRET/resume",
        "/api/approvals/0123456789abcdef0123456789abcdef.../resume"
    )]
    #[case(
        "/api/approvals/0123456789abcdef0123456789abcdefSECRET",
        "/api/approvals/0123456789abcdef0123456789abcdef.../"
    )]
    fn paths_are_written_without_secrets(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(without_secrets(path), expected);
    }
}
