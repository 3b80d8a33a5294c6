//! Workflow definitions: the draft as JavaScript declared it, checked and frozen into a graph.

mod draft;
mod flow;
mod freeze;
mod graph;
mod options;
mod timed;
mod validate;
mod webhook;

pub use draft::{
    DraftBreaker, DraftCache, DraftFlow, DraftHooks, DraftLimit, DraftNode, DraftOptions, DraftRetry, DraftSchedule,
    DraftSource, DraftSpec, DraftTrigger, DraftWorkflow, Millis, Site,
};
pub use flow::{Concurrency, Debounce, FlowControl, Limit, RateLimit, Singleton, SingletonMode};
pub use freeze::body;
pub use graph::{Branches, CacheKey, CachePolicy, Given, Graph, LoopItems, Node, NodeKind};
pub use timed::{check_source, thaw};
pub use validate::{validate, validate_all};
pub use webhook::{
    Cors, DEFAULT_MAX_BODY, DraftCors, DraftSignature, DraftWebhook, HashAlgorithm, HmacScheme, RequiredHeader,
    Respond, Secret, Signature, SignatureEncoding, SignatureScheme, WebhookRules, standard_key,
};

use crate::{
    retry::RetryPolicy,
    schedule::{Poll, Schedule, Timing},
};
use std::{ops::Range, sync::Arc, time::Duration};

/// A checked, frozen workflow.
#[derive(Debug, Clone, PartialEq)]
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
    /// Its own flow.
    pub graph: Arc<Graph>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Longest time for a whole run.
    pub timeout: Option<Duration>,
    /// How long finished runs are kept; `None` leaves it to the engine.
    pub retention: Option<Duration>,
    /// Which hooks it has.
    pub hooks: DraftHooks,
    /// What is decided before a run may begin.
    pub flow: FlowControl,
    /// For steps of bodies that are declared while a run executes.
    pub retry: Option<RetryPolicy>,
}

impl Workflow {
    /// The definition as JSON: what is stored beside the code and shown by the API.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let nodes: Vec<_> = self.graph.nodes.iter().map(Node::to_json).collect();
        let triggers: Vec<_> = self.triggers.iter().map(Trigger::to_json).collect();
        serde_json::json!({
            "id": &*self.id, "name": &*self.name, "description": self.description,
            "label": self.label, "tags": self.tags, "version": &*self.version, "nodes": nodes, "triggers": triggers,
        })
    }

    /// What steps do that have no `retry` of their own, in runs of a trigger.
    #[must_use]
    pub fn retry_for(&self, trigger: Option<u32>) -> Option<&RetryPolicy> {
        let trigger = trigger.and_then(|index| self.triggers.get(index as usize));
        trigger.and_then(|trigger| trigger.retry.as_ref()).or(self.retry.as_ref())
    }

    /// The nodes that a run of a trigger goes through. Without a trigger: those of `manual()`, else
    /// all of them.
    #[must_use]
    pub fn section(&self, trigger: Option<u32>) -> Range<u32> {
        let manual = || self.triggers.iter().position(|trigger| trigger.source == Source::Manual);
        let index = trigger.map(|index| index as usize).or_else(manual);
        let owned = index.and_then(|index| self.triggers.get(index));
        let all = 0..u32::try_from(self.graph.nodes.len()).unwrap_or(u32::MAX);
        owned.map_or(all, |trigger| trigger.section.clone())
    }
}

/// What starts a workflow, and the nodes that belong to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// What starts it.
    pub source: Source,
    /// Its nodes.
    pub section: Range<u32>,
    /// For its steps without their own.
    pub retry: Option<RetryPolicy>,
}

/// What starts a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An HTTP request.
    Webhook {
        /// Path with `:name` parameters, beginning with `/`.
        path: String,
        /// Upper-case methods.
        methods: Vec<String>,
        /// How it is served.
        rules: Box<WebhookRules>,
    },
    /// An event.
    Event {
        /// Its name, or a pattern such as `order.*`.
        event: String,
        /// Whether a function looks at each event first.
        asks: bool,
        /// Waits until no further event came for a while; the last one starts a run.
        debounce: Option<Debounce>,
    },
    /// The time: `onSchedule` and `onInterval`.
    Schedule(Box<Schedule>),
    /// New items that a function finds.
    Poll(Poll),
    /// Only by API or command line.
    Manual,
}

impl Source {
    /// The kind's name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Event { .. } => "event",
            Self::Schedule(schedule) => match schedule.timing {
                Timing::Cron { .. } => "schedule",
                Timing::Every(_) => "interval",
            },
            Self::Poll(_) => "poll",
            Self::Manual => "manual",
        }
    }

    /// The id of the schedule, interval or poll.
    #[must_use]
    pub const fn schedule_id(&self) -> Option<&Arc<str>> {
        match self {
            Self::Schedule(schedule) => Some(&schedule.id),
            Self::Poll(poll) => Some(&poll.id),
            Self::Webhook { .. } | Self::Event { .. } | Self::Manual => None,
        }
    }
}

impl Trigger {
    fn to_json(&self) -> serde_json::Value {
        let mut json = match &self.source {
            Source::Webhook { path, methods, rules } => {
                serde_json::json!({"type": "webhook", "path": path, "methods": methods, "rules": rules.to_json()})
            }
            Source::Event { event, .. } => serde_json::json!({"type": "event", "event": event}),
            Source::Schedule(schedule) => timed::schedule_json(schedule),
            Source::Poll(poll) => timed::poll_json(poll),
            Source::Manual => serde_json::json!({"type": "manual"}),
        };
        json["section"] = serde_json::json!([self.section.start, self.section.end]);
        json
    }
}
