//! Checks a draft and freezes it. Every complaint names the place in the user's source.

use super::{DraftNode, DraftTrigger, DraftWorkflow, Millis, Node, NodeKind, Site, Trigger, Workflow};
use crate::{
    duration,
    error::{Code, Diagnostic, SourceLocation},
    host::LogLevel,
};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Longest id or name.
const MAX_NAME: usize = 200;
/// Most nodes in one workflow.
const MAX_NODES: usize = 10_000;
/// The methods that a webhook may answer.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Checks one draft.
///
/// # Errors
/// Everything that is wrong with it, in the order of the source.
pub fn validate(draft: &DraftWorkflow, version: &Arc<str>) -> Result<Workflow, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    check_id(draft, &mut problems);
    check_names(draft, &mut problems);
    let nodes = collect(draft.nodes.iter().map(freeze_node), &mut problems);
    let triggers = collect(draft.triggers.iter().map(freeze_trigger), &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Workflow {
        id: draft.id.as_str().into(),
        name: draft.name.as_deref().unwrap_or(&draft.id).into(),
        description: draft.description.clone(),
        label: draft.version.clone(),
        tags: draft.tags.clone(),
        version: version.clone(),
        nodes,
        triggers,
    })
}

/// Checks the drafts of all files together: ids and webhook routes must not collide.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn validate_all(drafts: &[(DraftWorkflow, Arc<str>)]) -> Result<Vec<Workflow>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut ids: HashMap<&str, &Site> = HashMap::new();
    let mut routes: HashMap<(String, String), &Site> = HashMap::new();
    for (draft, _) in drafts {
        if let Some(first) = ids.insert(&draft.id, &draft.site) {
            problems.push(invalid(
                &draft.site,
                format!("Workflow with ID '{}' already exists (first defined at {})", draft.id, show(first)),
            ));
        }
        check_routes(draft, &mut routes, &mut problems);
    }
    let workflows = drafts.iter().map(|(draft, version)| validate(draft, version));
    let mut frozen = Vec::new();
    for each in workflows {
        match each {
            Ok(workflow) => frozen.push(workflow),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(frozen) } else { Err(problems) }
}

fn check_id(draft: &DraftWorkflow, problems: &mut Vec<Diagnostic>) {
    if draft.id.trim().is_empty() {
        problems.push(invalid(&draft.site, "Workflow ID cannot be empty"));
    } else if draft.id.len() > MAX_NAME {
        problems.push(invalid(&draft.site, format!("Workflow ID is longer than {MAX_NAME} bytes")));
    }
    if draft.nodes.len() > MAX_NODES {
        problems.push(invalid(&draft.site, format!("a workflow can have at most {MAX_NODES} nodes")));
    }
}

fn check_names(draft: &DraftWorkflow, problems: &mut Vec<Diagnostic>) {
    let mut names: HashMap<&str, &Site> = HashMap::new();
    for node in &draft.nodes {
        if node.name.trim().is_empty() {
            problems.push(invalid(&node.site, format!("a {} needs a name", node.kind)));
        } else if node.name.len() > MAX_NAME {
            problems.push(invalid(&node.site, format!("a name is longer than {MAX_NAME} bytes")));
        } else if let Some(first) = names.insert(&node.name, &node.site) {
            let message =
                format!("Step '{}' is defined twice in workflow '{}' (first at {})", node.name, draft.id, show(first));
            problems.push(invalid(&node.site, message).with_help("give each step of a workflow a name of its own"));
        }
    }
}

fn check_routes<'a>(
    draft: &'a DraftWorkflow,
    routes: &mut HashMap<(String, String), &'a Site>,
    problems: &mut Vec<Diagnostic>,
) {
    for trigger in &draft.triggers {
        let DraftTrigger::Webhook { path, methods, site } = trigger else {
            continue;
        };
        for method in methods {
            let key = (method.to_uppercase(), route_shape(path));
            if let Some(first) = routes.insert(key, site) {
                let message =
                    format!("{} {path} is already served (first declared at {})", method.to_uppercase(), show(first));
                problems.push(invalid(site, message));
            }
        }
    }
}

/// Two paths with the same shape match the same requests.
fn route_shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with(':') { ":" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn freeze_node(draft: &DraftNode) -> Result<Node, Diagnostic> {
    let kind = match draft.kind.as_str() {
        "step" => NodeKind::Step,
        "action" => NodeKind::Action,
        "log" => NodeKind::Log { level: draft.level.unwrap_or(LogLevel::Info), message: draft.message.clone() },
        other => {
            return Err(invalid(&draft.site, format!("'{other}' is not a kind of step")));
        }
    };
    let timeout = draft.options.timeout.as_ref().map(|written| freeze_timeout(written, draft)).transpose()?;
    Ok(Node { name: draft.name.as_str().into(), title: draft.title.clone(), kind, timeout })
}

fn freeze_timeout(written: &Millis, draft: &DraftNode) -> Result<Duration, Diagnostic> {
    let about = |reason: String| invalid(&draft.site, format!("timeout of step '{}': {reason}", draft.name));
    let duration = match written {
        Millis::Text(text) => duration::parse(text).map_err(|error| about(error.to_string()))?,
        Millis::Number(millis) => duration::from_millis(*millis)
            .ok_or_else(|| about(format!("{millis} is not a number of milliseconds up to 100 years")))?,
    };
    if duration.is_zero() {
        return Err(about("a timeout must be longer than zero".to_owned()));
    }
    Ok(duration)
}

fn freeze_trigger(draft: &DraftTrigger) -> Result<Trigger, Diagnostic> {
    match draft {
        DraftTrigger::Manual { .. } => Ok(Trigger::Manual),
        DraftTrigger::Webhook { path, methods, site } => {
            check_path(path, site)?;
            let methods: Vec<String> = methods.iter().map(|method| method.to_uppercase()).collect();
            if methods.is_empty() {
                return Err(invalid(site, format!("the webhook {path} needs at least one method")));
            }
            if let Some(unknown) = methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
                let message = format!("'{unknown}' is not a method that a webhook can answer");
                return Err(invalid(site, message).with_help(format!("use one of {}", METHODS.join(", "))));
            }
            Ok(Trigger::Webhook { path: path.clone(), methods })
        }
    }
}

fn check_path(path: &str, site: &Site) -> Result<(), Diagnostic> {
    let wrong = |why: &str| Err(invalid(site, format!("webhook path '{path}' {why}")));
    if !path.starts_with('/') {
        return wrong("must begin with '/'");
    }
    if path.contains(['?', '#', '%']) || path.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return wrong("must not contain '?', '#', '%' or white space");
    }
    if path == "/health" || path == "/api" || path.starts_with("/api/") {
        return wrong("belongs to the server itself (/health and /api)");
    }
    let mut names: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix(':')).collect();
    if names.iter().any(|name| name.is_empty()) {
        return wrong("has a parameter without a name");
    }
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return wrong("uses a parameter name twice");
    }
    Ok(())
}

fn collect<T>(items: impl Iterator<Item = Result<T, Diagnostic>>, problems: &mut Vec<Diagnostic>) -> Vec<T> {
    let mut good = Vec::new();
    for item in items {
        match item {
            Ok(value) => good.push(value),
            Err(problem) => problems.push(problem),
        }
    }
    good
}

fn invalid(site: &Site, message: impl Into<String>) -> Diagnostic {
    let problem = Diagnostic::new(Code::InvalidDefinition, message);
    if site.line == 0 {
        return problem;
    }
    let location = SourceLocation { file: site.file.clone(), line: site.line, column: site.column };
    problem.at(location, None)
}

fn show(site: &Site) -> String {
    if site.line == 0 { "an unknown place".to_owned() } else { format!("{}:{}:{}", site.file, site.line, site.column) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn check(draft: Value) -> Result<Workflow, String> {
        let draft: DraftWorkflow = serde_json::from_value(draft).unwrap();
        validate_all(&[(draft, "v".into())])
            .map(|mut all| all.remove(0))
            .map_err(|problems| problems.iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; "))
    }

    fn with_node(node: Value) -> Value {
        json!({"id": "w", "nodes": [node], "triggers": []})
    }

    fn with_hook(path: &str, methods: &[&str]) -> Value {
        json!({"id": "w", "nodes": [], "triggers": [{"type": "webhook", "path": path, "methods": methods}]})
    }

    #[test]
    fn a_good_draft_freezes() {
        let workflow = check(json!({"id": "w", "nodes": [
            {"kind": "step", "name": "a", "options": {"timeout": "1h30m"}},
            {"kind": "log", "name": "b", "level": "warn", "message": "hi"}],
            "triggers": [{"type": "webhook", "path": "/a/:id", "methods": ["post"]}]}))
        .unwrap();
        assert_eq!(&*workflow.name, "w");
        assert_eq!(workflow.nodes[0].timeout, Some(Duration::from_secs(5400)));
        assert_eq!(workflow.nodes[1].kind, NodeKind::Log { level: LogLevel::Warn, message: Some("hi".into()) });
        assert_eq!(workflow.triggers, [Trigger::Webhook { path: "/a/:id".into(), methods: vec!["POST".into()] }]);
    }

    #[rstest]
    #[case(json!({"id": " ", "nodes": [], "triggers": []}), "Workflow ID cannot be empty")]
    #[case(with_node(json!({"kind": "step", "name": ""})), "a step needs a name")]
    #[case(with_node(json!({"kind": "step", "name": "a", "options": {"timeout": "soon"}})), "a number is missing")]
    #[case(with_node(json!({"kind": "step", "name": "a", "options": {"timeout": 0}})), "longer than zero")]
    #[case(with_node(json!({"kind": "step", "name": "a", "options": {"timeout": -5}})), "-5 is not a number of milliseconds")]
    #[case(with_hook("x", &["POST"]), "must begin with '/'")]
    #[case(with_hook("/a b", &["POST"]), "white space")]
    #[case(with_hook("/api/x", &["POST"]), "belongs to the server")]
    #[case(with_hook("/:a/:a", &["POST"]), "parameter name twice")]
    #[case(with_hook("/a/:", &["POST"]), "parameter without a name")]
    #[case(with_hook("/a", &["FETCH"]), "'FETCH' is not a method")]
    #[case(with_hook("/a", &[]), "at least one method")]
    #[case(with_hook("/a", &["GET", "get"]), "already served")]
    fn a_bad_draft_is_refused(#[case] draft: Value, #[case] message: &str) {
        let error = check(draft).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn duplicates_name_both_places() {
        let site = |line: u32| json!({"file": "w.ts", "line": line, "column": 3});
        let error = check(json!({"id": "w", "triggers": [], "nodes": [
            {"kind": "step", "name": "a", "site": site(4)}, {"kind": "action", "name": "a", "site": site(9)}]}))
        .unwrap_err();
        assert!(error.contains("first at w.ts:4:3"), "{error}");
    }

    #[test]
    fn routes_that_match_the_same_requests_collide() {
        let draft = |id: &str, path: &str| -> (DraftWorkflow, Arc<str>) {
            let value =
                json!({"id": id, "nodes": [], "triggers": [{"type": "webhook", "path": path, "methods": ["POST"]}]});
            (serde_json::from_value(value).unwrap(), "v".into())
        };
        assert!(validate_all(&[draft("a", "/x/:id"), draft("b", "/x/:other")]).is_err());
        assert!(validate_all(&[draft("a", "/x/:id"), draft("b", "/x/y")]).is_ok());
    }
}
