//! Workflow definitions: the draft as JavaScript declared it, checked and frozen into a graph.

mod draft;
mod validate;

pub use draft::{DraftNode, DraftOptions, DraftTrigger, DraftWorkflow, Millis, Site};
pub use validate::{validate, validate_all};

use crate::{host::LogLevel, id::NodeId};
use std::{sync::Arc, time::Duration};

/// A checked, frozen workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// Its id.
    pub id: Arc<str>,
    /// Its name for people; the id when none was given.
    pub name: Arc<str>,
    /// What it is for.
    pub description: Option<String>,
    /// The author's own name for this state of the workflow, such as `1.2.0`.
    pub label: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// Digest of the archive that it is part of, in hex: its code version.
    pub version: Arc<str>,
    /// Its nodes, in order; a node's place is its [`NodeId`].
    pub nodes: Vec<Node>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
}

impl Workflow {
    /// The node of that id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// The definition as JSON: what is stored beside the code and shown by the API.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let nodes: Vec<_> = self.nodes.iter().map(Node::to_json).collect();
        let triggers: Vec<_> = self.triggers.iter().map(Trigger::to_json).collect();
        serde_json::json!({
            "id": &*self.id, "name": &*self.name, "description": self.description,
            "label": self.label, "tags": self.tags, "version": &*self.version, "nodes": nodes, "triggers": triggers,
        })
    }
}

/// One node of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Unique within the workflow.
    pub name: Arc<str>,
    /// A longer name for people.
    pub title: Option<String>,
    /// What it does.
    pub kind: NodeKind,
    /// Longest time for one attempt.
    pub timeout: Option<Duration>,
}

impl Node {
    fn to_json(&self) -> serde_json::Value {
        let timeout = self.timeout.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX));
        serde_json::json!({
            "name": &*self.name, "title": self.title, "kind": self.kind.as_str(), "timeoutMs": timeout,
        })
    }
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Runs a function; the run waits for it and keeps its output.
    Step,
    /// Runs a function beside the flow; the output is ignored.
    Action,
    /// Writes a line into the run's log.
    Log {
        /// Severity.
        level: LogLevel,
        /// The line; `None` when a function makes it.
        message: Option<String>,
    },
}

impl NodeKind {
    /// The kind's name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Action => "action",
            Self::Log { .. } => "log",
        }
    }
}

/// What starts a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// An HTTP request.
    Webhook {
        /// Path with `:name` parameters, beginning with `/`.
        path: String,
        /// Upper-case methods.
        methods: Vec<String>,
    },
    /// Only by API or command line.
    Manual,
}

impl Trigger {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Webhook { path, methods } => {
                serde_json::json!({"type": "webhook", "path": path, "methods": methods})
            }
            Self::Manual => serde_json::json!({"type": "manual"}),
        }
    }
}
