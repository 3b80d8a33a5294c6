//! Checks drafts and freezes them. Every complaint names the place in the user's source.

use super::{
    DraftSource, DraftTrigger, DraftWorkflow, Graph, NodeKind, Site, Source, Trigger, Workflow,
    freeze::{self, MAX_NAME},
    options::About,
    timed::{self, ScheduleNames},
    webhook,
};
use crate::error::{Code, Diagnostic, SourceLocation};
use std::{collections::HashMap, ops::Range, sync::Arc};

/// The methods that a webhook may answer.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Checks one draft.
///
/// # Errors
/// Everything that is wrong with it, in the order of the source.
pub fn validate(draft: &DraftWorkflow, version: &Arc<str>) -> Result<Workflow, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    check_id(draft, &mut problems);
    let what = format!("workflow '{}'", draft.id);
    let about = About { what: &what, site: &draft.site };
    let mut keep = |problem: Diagnostic| problems.push(problem);
    let retry = draft.retry.as_ref().and_then(|it| about.retry(it).map_err(&mut keep).ok());
    let timeout = about.maybe_span("timeout", draft.timeout.as_ref()).map_err(&mut keep).ok().flatten();
    let retention = about.maybe_span("retention", draft.retention.as_ref()).map_err(&mut keep).ok().flatten();
    let flow = about.flow(&draft.flow).map_err(&mut keep).unwrap_or_default();
    let sections = sections(draft);
    let mut ranges = sections.clone();
    ranges.dedup();
    let all = 0..u32::try_from(draft.nodes.len()).unwrap_or(u32::MAX);
    if ranges.is_empty() || ranges.contains(&all) {
        ranges = vec![all];
    } else if let Some(first) = ranges.iter().map(|range| range.start).min() {
        // Nodes before the first trigger are a section that only the API can start.
        ranges.push(0..first);
    }
    let mut graph = freeze::graph(&draft.nodes, ranges.into_iter(), &what, retry.as_ref(), &mut problems);
    let mut triggers = Vec::new();
    let mut names = ScheduleNames::of(&draft.id);
    for (trigger, section) in draft.triggers.iter().zip(sections) {
        match freeze_trigger(trigger, &mut names).and_then(|source| with_section(draft, trigger, source, section)) {
            Ok(trigger) => triggers.push(trigger),
            Err(problem) => problems.push(problem),
        }
    }
    for trigger in &triggers {
        retry_by_trigger(draft, trigger, &mut graph);
    }
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
        graph: Arc::new(graph),
        triggers,
        timeout,
        retention,
        hooks: draft.hooks,
        flow,
        retry,
    })
}

/// The nodes of each trigger. Steps that follow a trigger belong to it until the next trigger that
/// follows at least one step; consecutive triggers share; a trigger with no steps after it owns
/// all steps.
fn sections(draft: &DraftWorkflow) -> Vec<Range<u32>> {
    let count = u32::try_from(draft.nodes.len()).unwrap_or(u32::MAX);
    let starts: Vec<u32> = draft.triggers.iter().map(|trigger| trigger.after.min(count)).collect();
    let section = |start: &u32| {
        if *start >= count {
            return 0..count;
        }
        let end = starts.iter().copied().filter(|other| other > start && *other < count).min();
        *start..end.unwrap_or(count)
    };
    starts.iter().map(section).collect()
}

/// Checks the drafts of all files together: ids and webhook routes must not collide, and subflows
/// must exist.
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
    check_subflows(drafts, &frozen, &mut problems);
    check_schedules(drafts, &frozen, &mut problems);
    if problems.is_empty() { Ok(frozen) } else { Err(problems) }
}

fn check_subflows(drafts: &[(DraftWorkflow, Arc<str>)], frozen: &[Workflow], problems: &mut Vec<Diagnostic>) {
    let known = |id: &str| drafts.iter().any(|(draft, _)| draft.id == id);
    for workflow in frozen {
        let draft = drafts.iter().map(|(draft, _)| draft).find(|draft| *draft.id == *workflow.id);
        for (index, node) in workflow.graph.nodes.iter().enumerate() {
            let NodeKind::Subflow { workflow: child, .. } = &node.kind else { continue };
            if known(child) {
                continue;
            }
            let site = draft.and_then(|draft| draft.nodes.get(index)).map(|node| node.site.clone()).unwrap_or_default();
            let message = format!("subflow '{}': there is no workflow '{child}'", node.name);
            problems.push(invalid(&site, message).with_help("define it in one of the files that are served"));
        }
    }
}

/// The ids of schedules are made of those of workflows, so two workflows could have the same.
fn check_schedules(drafts: &[(DraftWorkflow, Arc<str>)], frozen: &[Workflow], problems: &mut Vec<Diagnostic>) {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for workflow in frozen {
        for id in workflow.triggers.iter().filter_map(|trigger| trigger.source.schedule_id()) {
            let Some(other) = owners.insert(id, &workflow.id).filter(|other| *other != &*workflow.id) else { continue };
            let draft = drafts.iter().map(|(draft, _)| draft).find(|draft| *draft.id == *workflow.id);
            let site = draft.map(|draft| draft.site.clone()).unwrap_or_default();
            problems.push(invalid(&site, format!("workflow '{other}' has a schedule '{id}' too")));
        }
    }
}

fn check_id(draft: &DraftWorkflow, problems: &mut Vec<Diagnostic>) {
    if draft.id.trim().is_empty() {
        problems.push(invalid(&draft.site, "Workflow ID cannot be empty"));
    } else if draft.id.len() > MAX_NAME {
        problems.push(invalid(&draft.site, format!("Workflow ID is longer than {MAX_NAME} bytes")));
    }
}

fn check_routes<'a>(
    draft: &'a DraftWorkflow,
    routes: &mut HashMap<(String, String), &'a Site>,
    problems: &mut Vec<Diagnostic>,
) {
    for DraftTrigger { source, site, .. } in &draft.triggers {
        let DraftSource::Webhook { path, methods, .. } = source else {
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
    let parts = path.split('/').map(|part| match part.as_bytes().first() {
        Some(b':') => ":",
        Some(b'*') => "*",
        _ => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A trigger with its nodes and what a webhook says about them: `trigger` names the first, `retry` is
/// for those without their own.
fn with_section(
    draft: &DraftWorkflow,
    trigger: &DraftTrigger,
    source: Source,
    mut section: Range<u32>,
) -> Result<Trigger, Diagnostic> {
    let DraftSource::Webhook { path, options, .. } = &trigger.source else {
        return Ok(Trigger { source, section, retry: None });
    };
    let what = format!("webhook '{path}'");
    let about = About { what: &what, site: &trigger.site };
    if let Some(step) = &options.step {
        let nodes = &draft.nodes[section.start as usize..section.end as usize];
        let Some(at) = nodes.iter().position(|node| node.name == *step) else {
            return Err(about.refuse("trigger", format!("'{step}' is none of its steps")));
        };
        let depth = nodes[..at].iter().map(|node| match node.kind.as_str() {
            "if" => 1,
            "endIf" => -1,
            _ => 0,
        });
        if depth.sum::<i32>() != 0 || ["elseIf", "else", "endIf"].contains(&nodes[at].kind.as_str()) {
            return Err(about.refuse("trigger", format!("'{step}' is inside of an if(); a run cannot begin there")));
        }
        section.start += u32::try_from(at).unwrap_or_default();
    }
    let retry = options.retry.as_ref().map(|retry| about.retry(retry)).transpose()?;
    Ok(Trigger { source, section, retry })
}

fn retry_by_trigger(draft: &DraftWorkflow, trigger: &Trigger, graph: &mut Graph) {
    let Some(retry) = &trigger.retry else { return };
    let section = trigger.section.start as usize..trigger.section.end as usize;
    let nodes = graph.nodes.get_mut(section.clone()).unwrap_or_default();
    for (node, written) in nodes.iter_mut().zip(&draft.nodes[section]) {
        if node.kind.is_step_like() && written.options.retry.is_none() {
            node.retry = Some(retry.clone());
        }
    }
}

pub(super) fn freeze_trigger(draft: &DraftTrigger, names: &mut ScheduleNames) -> Result<Source, Diagnostic> {
    let site = &draft.site;
    match &draft.source {
        DraftSource::Manual => Ok(Source::Manual),
        DraftSource::Event { event, .. } if event.trim().is_empty() => Err(invalid(site, "onEvent() needs a name")),
        DraftSource::Event { event, asks, debounce } => {
            let about = About { what: &format!("event '{event}'"), site };
            let debounce = debounce.as_ref().map(|it| about.debounce(it)).transpose()?;
            Ok(Source::Event { event: event.clone(), asks: *asks, debounce })
        }
        DraftSource::Schedule(schedule) | DraftSource::Interval(schedule) => {
            names.next(schedule.id.as_deref(), site).and_then(|id| timed::schedule(schedule, id, site))
        }
        DraftSource::Poll { id, interval, timeout } => {
            let id = names.next(id.as_deref(), site)?;
            timed::poll(id, interval.as_ref(), timeout.as_ref(), site)
        }
        DraftSource::Webhook { path, methods, options } => {
            check_path(path, site)?;
            let methods: Vec<String> = methods.iter().map(|method| method.to_uppercase()).collect();
            if methods.is_empty() {
                return Err(invalid(site, format!("the webhook {path} needs at least one method")));
            }
            if let Some(unknown) = methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
                let message = format!("'{unknown}' is not a method that a webhook can answer");
                return Err(invalid(site, message).with_help(format!("use one of {}", METHODS.join(", "))));
            }
            let what = format!("webhook '{path}'");
            let rules = Box::new(webhook::freeze(options, About { what: &what, site })?);
            Ok(Source::Webhook { path: path.clone(), methods, rules })
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
    if ["/health", "/metrics", "/openapi.json", "/api"].contains(&path) || path.starts_with("/api/") {
        return wrong("belongs to the server itself (/health, /metrics, /openapi.json and /api)");
    }
    let (before, last) = path.rsplit_once('/').unwrap_or_default();
    if before.contains('*') || last.strip_prefix('*').unwrap_or(last).contains('*') {
        return wrong("has a '*' in the wrong place: it is the last part, such as '/files/*' or '/files/*path'");
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

pub(super) fn invalid(site: &Site, message: impl Into<String>) -> Diagnostic {
    let problem = Diagnostic::new(Code::InvalidDefinition, message);
    if site.line == 0 {
        return problem;
    }
    let location = SourceLocation { file: site.file.clone(), line: site.line, column: site.column };
    problem.at(location, None)
}

pub(super) fn show(site: &Site) -> String {
    if site.line == 0 { "an unknown place".to_owned() } else { format!("{}:{}:{}", site.file, site.line, site.column) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{definition::Given, host::LogLevel, id::NodeId};
    use rstest::rstest;
    use serde_json::{Value, json};
    use std::time::Duration;

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
            {"kind": "log", "name": "b", "spec": {"level": "warn", "message": "hi"}}],
            "triggers": [{"type": "webhook", "path": "/a/:id", "methods": ["post"]}]}))
        .unwrap();
        assert_eq!(&*workflow.name, "w");
        assert_eq!(workflow.graph.nodes[0].timeout, Some(Duration::from_secs(5400)));
        assert_eq!(
            workflow.graph.nodes[1].kind,
            NodeKind::Log { level: LogLevel::Warn, message: Given::Value("hi".into()) }
        );
        let source = Source::Webhook { path: "/a/:id".into(), methods: vec!["POST".into()], rules: Box::default() };
        assert_eq!(workflow.triggers, [Trigger { source, section: 0..2, retry: None }]);
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
    #[case(with_hook("/a*", &["POST"]), "'*' in the wrong place")]
    #[case(with_hook("/*/a", &["POST"]), "'*' in the wrong place")]
    #[case(with_hook("/*/*", &["POST"]), "'*' in the wrong place")]
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

    fn flat(kinds: &[&str]) -> Value {
        let nodes: Vec<_> =
            kinds.iter().enumerate().map(|(n, kind)| json!({"kind": kind, "name": format!("n{n}")})).collect();
        json!({"id": "w", "nodes": nodes, "triggers": []})
    }

    #[test]
    fn arms_know_where_they_go_on() {
        let workflow = check(flat(&["if", "step", "if", "endIf", "elseIf", "else", "step", "endIf"])).unwrap();
        let kinds: Vec<_> = workflow.graph.nodes.iter().map(|node| &node.kind).collect();
        assert_eq!(kinds[0], &NodeKind::If { otherwise: NodeId(4) });
        assert_eq!(kinds[2], &NodeKind::If { otherwise: NodeId(3) });
        assert_eq!(kinds[4], &NodeKind::ElseIf { otherwise: NodeId(5), end: NodeId(7) });
        assert_eq!(kinds[5], &NodeKind::Else { end: NodeId(7) });
    }

    #[rstest]
    #[case(&["if"], "if() without an endIf()")]
    #[case(&["endIf"], "endIf() without an if()")]
    #[case(&["else"], "else() without an if()")]
    #[case(&["if", "else", "elseIf", "endIf"], "elseIf() after else()")]
    #[case(&["if", "else", "else", "endIf"], "else() after else()")]
    fn arms_must_pair(#[case] kinds: &[&str], #[case] message: &str) {
        let error = check(flat(kinds)).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[rstest]
    #[case(&[], 3, &[])]
    #[case(&[0], 3, &[(0, 3)])]
    #[case(&[0, 0], 3, &[(0, 3), (0, 3)])]
    #[case(&[0, 2], 3, &[(0, 2), (2, 3)])]
    #[case(&[0, 0, 2, 2], 3, &[(0, 2), (0, 2), (2, 3), (2, 3)])]
    #[case(&[0, 3], 3, &[(0, 3), (0, 3)])]
    #[case(&[1, 3], 3, &[(1, 3), (0, 3)])]
    fn triggers_own_the_steps_that_follow(#[case] after: &[u32], #[case] steps: u32, #[case] expected: &[(u32, u32)]) {
        let nodes: Vec<_> = (0..steps).map(|n| json!({"kind": "step", "name": format!("s{n}")})).collect();
        let triggers: Vec<_> = after.iter().map(|after| json!({"type": "manual", "after": after})).collect();
        let workflow = check(json!({"id": "w", "nodes": nodes, "triggers": triggers})).unwrap();
        let sections = workflow.triggers.iter().map(|trigger| (trigger.section.start, trigger.section.end));
        let sections: Vec<_> = sections.collect();
        assert_eq!(sections, expected);
    }

    #[rstest]
    #[case(json!({"retry": {"attempts": 0}}), "attempts of step 'a': 0 is not a whole number")]
    #[case(json!({"retry": {"jitter": 2}}), "not between 0 and 1")]
    #[case(json!({"retry": {"delay": "x"}}), "backoff.delay of step 'a'")]
    #[case(json!({"retry": {"multiplier": 0.5}}), "backoff.multiplier")]
    #[case(json!({"cache": {"ttl": 0}}), "cache.ttl")]
    #[case(json!({"circuitBreaker": {"failureThreshold": 1.5}}), "circuitBreaker.failureThreshold")]
    fn bad_options_are_refused(#[case] options: Value, #[case] message: &str) {
        let error = check(with_node(json!({"kind": "step", "name": "a", "options": options}))).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[rstest]
    #[case(json!({"debounce": {}}), "debounce.wait")]
    #[case(json!({"debounce": {"per": "10s", "maxWait": "5s"}}), "shorter than wait")]
    #[case(json!({"singleton": {"mode": "both"}}), "neither 'skip' nor 'cancel'")]
    #[case(json!({"concurrency": {"count": 0}}), "concurrency")]
    #[case(json!({"rateLimit": {"count": 5}}), "rateLimit.per")]
    #[case(json!({"priority": 1.5}), "priority")]
    fn bad_flow_control_is_refused(#[case] flow: Value, #[case] message: &str) {
        let error = check(json!({"id": "w", "nodes": [], "triggers": [], "flow": flow})).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    fn with_options(options: Value) -> Value {
        let steps = ["if", "step", "endIf", "step", "action"];
        let nodes: Vec<_> =
            steps.iter().enumerate().map(|(n, kind)| json!({"kind": kind, "name": format!("n{n}")})).collect();
        let hook = json!({"type": "webhook", "path": "/a", "methods": ["POST"], "options": options});
        json!({"id": "w", "nodes": nodes, "triggers": [hook]})
    }

    #[test]
    fn a_webhook_may_begin_with_a_later_step_and_retry() {
        let options = json!({"step": "n3", "retry": {"attempts": 7}});
        let workflow = check(with_options(options)).unwrap();
        assert_eq!(workflow.triggers[0].section, 3..5);
        let attempts: Vec<_> =
            workflow.graph.nodes.iter().map(|node| node.retry.as_ref().map(|it| it.attempts)).collect();
        assert_eq!(attempts, [None, None, None, Some(7), Some(7)]);
        assert_eq!(workflow.retry_for(Some(0)).map(|retry| retry.attempts), Some(7));
        assert_eq!(workflow.retry_for(None), None);
    }

    #[rstest]
    #[case(json!({"step": "n9"}), "'n9' is none of its steps")]
    #[case(json!({"step": "n1"}), "inside of an if()")]
    #[case(json!({"step": "n2"}), "inside of an if()")]
    #[case(json!({"retry": {"attempts": 0}}), "attempts of webhook '/a'")]
    fn a_webhook_cannot_begin_anywhere(#[case] options: Value, #[case] message: &str) {
        let error = check(with_options(options)).unwrap_err();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_subflow_must_exist() {
        let node = json!({"kind": "subflow", "name": "s", "spec": {"workflow": "other"}});
        assert!(check(with_node(node.clone())).unwrap_err().contains("there is no workflow 'other'"));
        let node = json!({"kind": "subflow", "name": "s", "spec": {"workflow": "w"}});
        assert!(check(with_node(node)).is_ok());
    }
}
