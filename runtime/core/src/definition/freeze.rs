//! Freezes the nodes of a draft into a graph: checks names and options, pairs `if` with `endIf`.

use super::{
    Branches, DraftNode, Given, Graph, LoopItems, Node, NodeKind, Site,
    options::About,
    validate::{invalid, show},
};
use crate::{error::Diagnostic, host::LogLevel, id::NodeId, json::JsonText, retry::RetryPolicy, time::Timestamp};
use serde_json::Value;
use std::{collections::HashMap, ops::Range, sync::Arc};

/// Longest id or name.
pub(super) const MAX_NAME: usize = 200;
/// Most nodes in one graph.
pub(super) const MAX_NODES: usize = 10_000;
/// Most rounds of a `while` when none are given.
const DEFAULT_ROUNDS: f64 = 1000.0;

/// Freezes the body of a loop or branch, which was declared while a run executes.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn body(draft: &JsonText, retry: Option<&RetryPolicy>) -> Result<Graph, Diagnostic> {
    let nodes: Vec<DraftNode> = serde_json::from_str(draft.as_str())
        .map_err(|error| invalid(&Site::default(), format!("the body was declared wrongly: {error}")))?;
    let mut problems = Vec::new();
    let end = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    let graph = graph(&nodes, std::iter::once(0..end), "the body", retry, &mut problems);
    problems.into_iter().next().map_or(Ok(graph), Err)
}

/// Freezes nodes. `sections` are the ranges that belong to different triggers; no `if` reaches from
/// one into the next.
pub(super) fn graph(
    drafts: &[DraftNode],
    sections: impl Iterator<Item = Range<u32>>,
    owner: &str,
    retry: Option<&RetryPolicy>,
    problems: &mut Vec<Diagnostic>,
) -> Graph {
    if drafts.len() > MAX_NODES {
        let site = drafts.first().map(|node| node.site.clone()).unwrap_or_default();
        problems.push(invalid(&site, format!("{owner} can have at most {MAX_NODES} nodes")));
        return Graph::default();
    }
    check_names(drafts, owner, problems);
    let mut jumps = HashMap::new();
    for section in sections {
        pair_branches(drafts, section, &mut jumps, problems);
    }
    let mut nodes = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        match node(draft, jumps.get(&index).copied().unwrap_or_default(), retry) {
            Ok(node) => nodes.push(node),
            Err(problem) => problems.push(problem),
        }
    }
    Graph { nodes }
}

fn check_names(drafts: &[DraftNode], owner: &str, problems: &mut Vec<Diagnostic>) {
    let mut names: HashMap<&str, &Site> = HashMap::new();
    for node in drafts {
        if node.name.trim().is_empty() {
            problems.push(invalid(&node.site, format!("a {} needs a name", node.kind)));
        } else if node.name.len() > MAX_NAME {
            problems.push(invalid(&node.site, format!("a name is longer than {MAX_NAME} bytes")));
        } else if let Some(first) = names.insert(&node.name, &node.site) {
            let message = format!("Step '{}' is defined twice in {owner} (first at {})", node.name, show(first));
            problems.push(invalid(&node.site, message).with_help("give each step of a workflow a name of its own"));
        }
    }
}

/// Where a branching node jumps to: the next arm, and the end.
#[derive(Debug, Clone, Copy, Default)]
struct Jump {
    otherwise: u32,
    end: u32,
}

/// Finds for each `if`, `elseIf` and `else` the next arm and the `endIf`.
fn pair_branches(
    drafts: &[DraftNode],
    section: Range<u32>,
    jumps: &mut HashMap<usize, Jump>,
    problems: &mut Vec<Diagnostic>,
) {
    // The arms of each `if` that is still open.
    let mut open: Vec<Vec<usize>> = Vec::new();
    for index in section.start as usize..section.end as usize {
        let draft = &drafts[index];
        match draft.kind.as_str() {
            "if" => open.push(vec![index]),
            "elseIf" | "else" => {
                let Some(arms) = open.last_mut() else {
                    problems.push(invalid(&draft.site, format!("{}() without an if() before it", draft.kind)));
                    continue;
                };
                if arms.last().is_some_and(|last| drafts[*last].kind == "else") {
                    problems.push(invalid(&draft.site, format!("{}() after else()", draft.kind)));
                    continue;
                }
                arms.push(index);
            }
            "endIf" => {
                let Some(arms) = open.pop() else {
                    problems.push(invalid(&draft.site, "endIf() without an if() before it"));
                    continue;
                };
                let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
                for (position, arm) in arms.iter().enumerate() {
                    let otherwise = arms.get(position + 1).copied().unwrap_or(index);
                    jumps.insert(*arm, Jump { otherwise: place(otherwise), end: place(index) });
                }
            }
            _ => {}
        }
    }
    for arms in open {
        let site = &drafts[arms[0]].site;
        problems.push(invalid(site, "if() without an endIf()").with_help("close it with .endIf() in the same section"));
    }
}

fn node(draft: &DraftNode, jump: Jump, default_retry: Option<&RetryPolicy>) -> Result<Node, Diagnostic> {
    let what = format!("step '{}'", draft.name);
    let about = About { what: &what, site: &draft.site };
    let has = |role: &str| draft.roles.iter().any(|one| one == role);
    let kind = kind(draft, jump, about, &has)?;
    let options = &draft.options;
    let retry = options.retry.as_ref().map(|it| about.retry(it)).transpose()?;
    let retry = retry.or_else(|| default_retry.filter(|_| kind.is_step_like()).cloned());
    Ok(Node {
        name: draft.name.as_str().into(),
        title: draft.title.clone(),
        kind,
        timeout: about.maybe_span("timeout", options.timeout.as_ref())?,
        retry,
        delay: options.delay.as_ref().map(|it| about.duration("delay", it)).transpose()?,
        cache: options.cache.as_ref().map(|it| about.cache(it, has("cacheKey"))).transpose()?,
        breaker: options.circuit_breaker.as_ref().map(|it| about.breaker(it, &draft.name)).transpose()?,
        handles_errors: has("onError"),
    })
}

fn kind(draft: &DraftNode, jump: Jump, about: About<'_>, has: &impl Fn(&str) -> bool) -> Result<NodeKind, Diagnostic> {
    let spec = &draft.spec;
    let (otherwise, end) = (NodeId(jump.otherwise), NodeId(jump.end));
    let concurrency = || about.count("concurrency", spec.concurrency.unwrap_or(1.0), 10_000);
    Ok(match draft.kind.as_str() {
        "step" => NodeKind::Step,
        "action" => NodeKind::Action { critical: draft.options.critical.unwrap_or(false) },
        "log" => NodeKind::Log {
            level: spec.level.unwrap_or(LogLevel::Info),
            message: given(has("message"), spec.message.clone()).unwrap_or(Given::Value(String::new())),
        },
        "if" => NodeKind::If { otherwise },
        "elseIf" => NodeKind::ElseIf { otherwise, end },
        "else" => NodeKind::Else { end },
        "endIf" => NodeKind::EndIf,
        "parallel" => NodeKind::Parallel(branches(draft)),
        "race" => NodeKind::Race(branches(draft)),
        "while" => {
            let rounds = spec.max_iterations.unwrap_or(DEFAULT_ROUNDS);
            NodeKind::While { max_iterations: about.count("maxIterations", rounds, u32::MAX)? }
        }
        "forEach" => NodeKind::ForEach { items: items(draft, has("items")), concurrency: concurrency()? },
        "batch" => {
            let Some(size) = spec.size else {
                return Err(about.refuse("size", "it is missing"));
            };
            NodeKind::Batch {
                items: items(draft, has("items")),
                size: about.count("size", size, u32::MAX)?,
                concurrency: concurrency()?,
            }
        }
        "subflow" => NodeKind::Subflow {
            workflow: spec.workflow.as_deref().unwrap_or_default().into(),
            wait: spec.wait.unwrap_or(true),
            input: given(has("input"), spec.input.as_ref().map(JsonText::of)),
        },
        "sleep" => {
            let written = spec.duration.as_ref().map(|it| about.duration("duration", it)).transpose()?;
            NodeKind::Sleep(given(has("duration"), written).ok_or_else(|| about.refuse("duration", "it is missing"))?)
        }
        "sleepUntil" => {
            let written = spec.until.map(|at| Timestamp(at as i64));
            NodeKind::SleepUntil(given(has("until"), written).ok_or_else(|| about.refuse("date", "it is missing"))?)
        }
        "waitForEvent" => NodeKind::WaitEvent {
            event: spec.event.as_deref().unwrap_or_default().into(),
            timeout: about.maybe_span("timeout", spec.timeout.as_ref())?,
            filtered: has("filter"),
        },
        "humanInTheLoop" => NodeKind::Approval {
            description: draft.description.clone(),
            timeout: about.maybe_span("timeout", spec.timeout.as_ref())?,
            tells: has("onPause"),
            has_on_timeout: has("onTimeout"),
            approval_url: spec.approval_url.clone(),
            metadata: spec.metadata.as_ref().map_or_else(JsonText::null, JsonText::of),
        },
        "pause" => NodeKind::Pause { tells: has("onPause") },
        "cancel" => NodeKind::Cancel { reason: given(has("reason"), spec.reason.clone()) },
        other => return Err(invalid(&draft.site, format!("'{other}' is not a kind of step"))),
    })
}

fn given<T>(has_function: bool, written: Option<T>) -> Option<Given<T>> {
    if has_function { Some(Given::Function) } else { written.map(Given::Value) }
}

fn branches(draft: &DraftNode) -> Branches {
    Branches { count: draft.spec.branches, keys: draft.spec.keys.clone() }
}

fn items(draft: &DraftNode, has_function: bool) -> LoopItems {
    let list = |values: &Vec<Value>| values.iter().map(JsonText::of).collect();
    given(has_function, draft.spec.items.as_ref().map(list)).unwrap_or_else(|| Given::Value(Vec::new()))
}

impl Graph {
    /// An empty graph, for states that are still to be filled.
    #[must_use]
    pub fn empty() -> Arc<Self> {
        Arc::new(Self::default())
    }
}
