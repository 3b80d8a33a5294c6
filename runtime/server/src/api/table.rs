//! The one table of the server's own routes. The router, the rights and the OpenAPI document are made of it.

use super::{
    approvals, base_method, call::Call, deliveries, events, moderation, runs, schedules, schemas, state, stream,
    system, tokens, workflows,
};
use crate::{answer::Answer, router::decode};
use hyper::Method;
use serde_json::Value;
use std::pin::Pin;

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Open,
    /// Whoever may read.
    Read,
    /// Whoever may write; calls are audited.
    Write,
}

type Handler = for<'a> fn(Call<'a>) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// One method on one path.
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    /// With `{name}` where a parameter is.
    pub(crate) path: &'static str,
    /// Its name in the OpenAPI document and in the audit.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) access: Access,
    /// Names of query parameters.
    pub(crate) query: &'static [&'static str],
    /// The schema of the body.
    pub(crate) body: Option<fn() -> Value>,
    /// The status when it went well.
    pub(crate) status: u16,
    /// What the answer holds: a media type and a schema.
    pub(crate) answer: (&'static str, fn() -> Value),
    pub(crate) handler: Handler,
}

/// What a method and a path mean.
pub(crate) enum Found {
    /// With the values of the path's parameters, decoded.
    Endpoint(&'static Endpoint, Vec<String>),
    Options(Vec<&'static str>),
    WrongMethod(Vec<&'static str>),
    Nothing,
}

macro_rules! endpoints {
    ($($method:ident $path:literal $access:ident $id:literal $summary:literal
        [$($query:literal),*] $($body:path)? => $status:literal $kind:literal $schema:path, $handler:path;)+) => {
        /// Where two paths match, the one that comes first is meant.
        pub(crate) static ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            method: stringify!($method),
            path: $path,
            id: $id,
            summary: $summary,
            access: Access::$access,
            query: &[$($query),*],
            body: endpoints!(@body $($body)?),
            status: $status,
            answer: ($kind, $schema),
            handler: |call| Box::pin($handler(call)),
        },)+];
    };
    (@body) => { None };
    (@body $body:path) => { Some($body) };
}

endpoints! {
    GET "/health" Open "health" "Whether the server works" [] => 200 "application/json" schemas::health, system::health;
    GET "/metrics" Read "metrics" "Figures for Prometheus" [] => 200 "text/plain" schemas::text, system::metrics;
    GET "/openapi.json" Read "openapi" "This document" [] => 200 "application/json" schemas::object, system::openapi;
    GET "/api/workflows" Read "listWorkflows" "Workflows that are served" [] => 200 "application/json" schemas::workflows, workflows::list;
    GET "/api/workflows/{id}" Read "getWorkflow" "One workflow with its nodes and triggers" [] => 200 "application/json" schemas::workflow, workflows::show;
    GET "/api/workflows/{id}/graph" Read "getWorkflowGraph" "Its graph as a tree of text, for Mermaid or for Graphviz" ["format"] => 200 "text/plain" schemas::text, workflows::graph;
    POST "/api/workflows/{id}/trigger" Write "triggerWorkflow" "Start a run" [] schemas::trigger => 202 "application/json" schemas::accepted, workflows::trigger;
    GET "/api/runs" Read "listRuns" "Runs, newest first" ["workflow", "status", "since", "q", "limit", "cursor"] => 200 "application/json" schemas::run_page, runs::list;
    POST "/api/runs/cancel" Write "cancelRuns" "End all runs that a filter lets through" [] schemas::bulk => 200 "application/json" schemas::bulk_answer, moderation::cancel_all;
    POST "/api/runs/retry" Write "retryRuns" "Let all failed runs that a filter lets through go on" [] schemas::bulk => 200 "application/json" schemas::bulk_answer, moderation::retry_all;
    GET "/api/runs/{id}" Read "getRun" "One run with its steps, attempts and log" [] => 200 "application/json" schemas::run, runs::show;
    POST "/api/runs/{id}/cancel" Write "cancelRun" "End a run" [] schemas::reason => 200 "application/json" schemas::run_id, moderation::cancel;
    POST "/api/runs/{id}/retry" Write "retryRun" "Let a failed run go on from where it failed" [] schemas::nothing => 200 "application/json" schemas::run_id, moderation::retry;
    POST "/api/runs/{id}/replay" Write "replayRun" "Start a new run from an old one" [] schemas::replay => 202 "application/json" schemas::accepted, moderation::replay;
    GET "/api/approvals" Read "listApprovals" "What waits for a person" [] => 200 "application/json" schemas::approvals, approvals::list;
    POST "/api/approvals/{token}/resume" Write "resumeApproval" "Decide" [] schemas::decision => 200 "application/json" schemas::resumed, approvals::resume;
    GET "/api/events" Read "listEvents" "Events, newest first" ["name", "since", "limit", "cursor"] => 200 "application/json" schemas::events, events::list;
    POST "/api/events" Write "publishEvent" "Publish an event" [] schemas::publish => 202 "application/json" schemas::published, events::publish;
    GET "/api/deliveries" Read "listDeliveries" "Requests that reached webhooks, newest first" ["workflow", "outcome", "limit", "cursor"] => 200 "application/json" schemas::deliveries, deliveries::list;
    GET "/api/deliveries/{id}" Read "getDelivery" "One delivery with its headers and the beginning of its body" [] => 200 "application/json" schemas::delivery, deliveries::show;
    POST "/api/deliveries/{id}/replay" Write "replayDelivery" "Start a new run with the payload of a delivery" [] schemas::nothing => 202 "application/json" schemas::accepted, deliveries::replay;
    GET "/api/schedules" Read "listSchedules" "Schedules, intervals and polls" [] => 200 "application/json" schemas::schedules, schedules::list;
    GET "/api/upcoming" Read "nextFires" "The next times of all schedules" ["count"] => 200 "application/json" schemas::fires, schedules::next;
    GET "/api/schedules/{id}" Read "getSchedule" "One schedule with its next times and what it missed" ["count", "limit"] => 200 "application/json" schemas::schedule, schedules::show;
    POST "/api/schedules/{id}/pause" Write "pauseSchedule" "Let a schedule rest" [] schemas::nothing => 200 "application/json" schemas::schedule, schedules::pause;
    POST "/api/schedules/{id}/resume" Write "resumeSchedule" "Let a schedule go on" [] schemas::nothing => 200 "application/json" schemas::schedule, schedules::resume;
    POST "/api/schedules/{id}/run" Write "runSchedule" "Start a run of a schedule now; ask a poll now" [] schemas::nothing => 202 "application/json" schemas::started, schedules::run;
    GET "/api/state" Read "listScopes" "Scopes of durable values" [] => 200 "application/json" schemas::scopes, state::scopes;
    GET "/api/state/{scope}" Read "listState" "Durable values of a scope: global, or a workflow's id" ["limit", "cursor"] => 200 "application/json" schemas::values, state::list;
    GET "/api/state/{scope}/{key}" Read "getState" "One durable value" [] => 200 "application/json" schemas::value, state::get;
    PUT "/api/state/{scope}/{key}" Write "putState" "Replace a durable value" ["ttl"] schemas::any => 200 "application/json" schemas::value, state::put;
    DELETE "/api/state/{scope}/{key}" Write "deleteState" "Delete a durable value" [] => 200 "application/json" schemas::deleted, state::delete;
    GET "/api/stats" Read "stats" "Counts of the newest runs, and what the engine holds" ["since"] => 200 "application/json" schemas::object, system::stats;
    GET "/api/audit" Read "listAudit" "What was asked of this API and changes something, newest first" ["limit", "cursor"] => 200 "application/json" schemas::audit, system::audit;
    GET "/api/tokens" Read "listTokens" "Tokens, without their secrets" [] => 200 "application/json" schemas::tokens, tokens::list;
    POST "/api/tokens" Write "createToken" "Make a token; its secret is shown once" [] schemas::new_token => 201 "application/json" schemas::made_token, tokens::create;
    DELETE "/api/tokens/{name}" Write "revokeToken" "Revoke a token" [] => 200 "application/json" schemas::token, tokens::revoke;
    GET "/api/stream" Read "stream" "Changes of runs as server-sent events" ["workflow", "run"] => 200 "text/event-stream" schemas::text, stream::open;
}

impl Endpoint {
    /// Names of the path's parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The values of the path's parameters, when it matches.
    fn matches(&self, path: &str) -> Option<Vec<String>> {
        let mut params = Vec::new();
        let mut given = path.split('/');
        for part in self.path.split('/') {
            let text = given.next()?;
            if part.starts_with('{') {
                params.push(decode(text).filter(|value| !value.is_empty())?);
            } else if part != text {
                return None;
            }
        }
        given.next().is_none().then_some(params)
    }
}

/// Finds the endpoint of a method and a path. A slash at the end does not count.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut methods: Vec<&'static str> = Vec::new();
    for endpoint in ENDPOINTS {
        let Some(params) = endpoint.matches(path) else { continue };
        if endpoint.method == base_method(method) {
            return Found::Endpoint(endpoint, params);
        }
        methods.push(endpoint.method);
        methods.extend((endpoint.method == "GET").then_some("HEAD"));
    }
    match methods.is_empty() {
        true => Found::Nothing,
        false if method == Method::OPTIONS => Found::Options(methods),
        false => Found::WrongMethod(methods),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::collections::BTreeSet;

    #[rstest]
    #[case("GET", "/api/runs", Some("listRuns"), &[])]
    #[case("GET", "/api/runs/", Some("listRuns"), &[])]
    #[case("HEAD", "/api/runs/7", Some("getRun"), &["7"])]
    #[case("POST", "/api/runs/cancel", Some("cancelRuns"), &[])]
    #[case("POST", "/api/runs/7/cancel", Some("cancelRun"), &["7"])]
    #[case("PUT", "/api/state/my%20flow/a%2Fb", Some("putState"), &["my flow", "a/b"])]
    #[case("DELETE", "/api/runs", None, &[])]
    #[case("GET", "/api/state/x/", Some("listState"), &["x"])]
    #[case("GET", "/api/nothing", None, &[])]
    #[case("GET", "/api/runs/7/cancel/now", None, &[])]
    fn finds(#[case] method: &str, #[case] path: &str, #[case] id: Option<&str>, #[case] params: &[&str]) {
        let found = match find(&method.parse().unwrap(), path) {
            Found::Endpoint(endpoint, params) => Some((endpoint.id, params)),
            _ => None,
        };
        assert_eq!(found, id.map(|id| (id, params.iter().map(|text| (*text).to_owned()).collect())));
    }

    #[test]
    fn every_endpoint_is_reached_by_its_own_path_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for endpoint in ENDPOINTS {
            assert!(names.insert(endpoint.id), "{} twice", endpoint.id);
            let path = endpoint.path.replace(['{', '}'], "");
            let found = find(&endpoint.method.parse().unwrap(), &path);
            assert!(matches!(found, Found::Endpoint(other, _) if other.id == endpoint.id), "{}", endpoint.path);
            assert_eq!(endpoint.access == Access::Write, endpoint.method != "GET", "{}", endpoint.id);
        }
    }
}
