//! A workflow as the simulator writes it: a tree of nodes, and what the author's functions say.

use cronflow_core::{
    definition::{DraftWorkflow, Workflow, validate},
    worker::{Blame, Failure, FunctionRole},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The version that every workflow has.
const VERSION: &str = "v1";

/// What a function does when it is called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// It returns this.
    Value(Value),
    /// It returns a part of what it was given, by JSON pointer.
    Argument(&'static str),
    /// It throws.
    Fail(Failure),
    /// It brings its worker down, or only loses it.
    Lost(Blame),
    /// It asks that the run be cancelled.
    CancelRun,
}

/// What a function does, and how long it takes in milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Say {
    pub(crate) what: What,
    pub(crate) takes: u64,
}

/// What a body does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// It declares steps.
    Flow(Vec<Item>),
    /// It returns or throws.
    Says(Vec<Say>),
    /// Each round does something else; the last entry stands for all that follow.
    Rounds(Vec<Body>),
}

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// Unique in the whole workflow, bodies included.
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) options: Value,
    pub(crate) spec: Value,
    /// By the role's name in a draft. The first call gets the first entry; the last entry stands for
    /// all that follow.
    pub(crate) says: BTreeMap<&'static str, Vec<Say>>,
    /// One for a loop, one for each branch.
    pub(crate) bodies: Vec<Body>,
}

/// One workflow.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) items: Vec<Item>,
    /// Further fields of the draft: timeout, hooks, flow, triggers.
    pub(crate) fields: Value,
    /// What hooks and key functions say.
    pub(crate) says: BTreeMap<&'static str, Vec<Say>>,
}

impl Say {
    pub(crate) const fn now(what: What) -> Self {
        Self { what, takes: 0 }
    }

    pub(crate) const fn value(value: Value) -> Self {
        Self::now(What::Value(value))
    }
}

impl Item {
    pub(crate) fn new(kind: &'static str, name: impl Into<String>) -> Self {
        let (options, spec) = (json!({}), json!({}));
        Self { name: name.into(), kind, options, spec, says: BTreeMap::new(), bodies: Vec::new() }
    }

    /// The node's draft.
    pub(crate) fn draft(&self) -> Value {
        let mut spec = self.spec.clone();
        if matches!(self.kind, "parallel" | "race") {
            spec["branches"] = json!(self.bodies.len());
        }
        let roles: Vec<&str> = self.says.keys().copied().collect();
        json!({"kind": self.kind, "name": self.name, "options": self.options, "spec": spec, "roles": roles})
    }

    fn find(&self, name: &str) -> Option<&Self> {
        if self.name == name {
            return Some(self);
        }
        self.bodies.iter().find_map(|body| body.find(name))
    }
}

impl Body {
    fn find(&self, name: &str) -> Option<&Item> {
        match self {
            Self::Flow(items) => items.iter().find_map(|item| item.find(name)),
            Self::Says(_) => None,
            Self::Rounds(rounds) => rounds.iter().find_map(|round| round.find(name)),
        }
    }

    /// What the body does in a round.
    pub(crate) fn round(&self, number: u32) -> &Self {
        match self {
            Self::Rounds(rounds) => rounds.get(number as usize).or(rounds.last()).unwrap_or(self),
            other => other,
        }
    }
}

impl Plan {
    pub(crate) fn new(id: impl Into<String>, items: Vec<Item>) -> Self {
        Self { id: id.into(), items, fields: json!({}), says: BTreeMap::new() }
    }

    /// The node of that name, however deep.
    pub(crate) fn find(&self, name: &str) -> Option<&Item> {
        self.items.iter().find_map(|item| item.find(name))
    }

    /// The workflow, checked and frozen.
    pub(crate) fn workflow(&self) -> Workflow {
        let nodes: Vec<Value> = self.items.iter().map(Item::draft).collect();
        let mut draft = json!({"id": self.id, "nodes": nodes, "triggers": []});
        merge(&mut draft, &self.fields);
        let draft: DraftWorkflow = serde_json::from_value(draft).expect("the plan is a draft");
        validate(&draft, &VERSION.into()).unwrap_or_else(|problems| panic!("{}: {problems:?}", self.id))
    }
}

/// Puts the fields of one object into another.
pub(crate) fn merge(into: &mut Value, fields: &Value) {
    let empty = Map::new();
    for (key, value) in fields.as_object().unwrap_or(&empty) {
        into[key] = value.clone();
    }
}

/// The role's name in a draft.
pub(crate) const fn role_name(role: FunctionRole) -> &'static str {
    match role {
        FunctionRole::Handler => "handler",
        FunctionRole::Message => "message",
        FunctionRole::Condition => "condition",
        FunctionRole::Items => "items",
        FunctionRole::Input => "input",
        FunctionRole::Duration => "duration",
        FunctionRole::Until => "until",
        FunctionRole::Reason => "reason",
        FunctionRole::Filter => "filter",
        FunctionRole::OnPause => "onPause",
        FunctionRole::OnTimeout => "onTimeout",
        FunctionRole::CacheKey => "cacheKey",
        FunctionRole::RetryDecision => "retryDecision",
        FunctionRole::OnError => "onError",
        FunctionRole::Body(_) => "body",
        FunctionRole::OnSuccess => "onSuccess",
        FunctionRole::OnFailure => "onFailure",
        FunctionRole::FlowKeys => "flowKeys",
        FunctionRole::TriggerFilter(_) => "triggerFilter",
        FunctionRole::Gate(_) => "gate",
        FunctionRole::Respond(_) => "respond",
        FunctionRole::Poll(_) => "poll",
        FunctionRole::Fetch => "fetch",
    }
}
