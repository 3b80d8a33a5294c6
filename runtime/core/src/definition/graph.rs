//! The frozen graph: nodes in the order of declaration. Branches are jumps within that order;
//! bodies of loops and branches of `parallel` are graphs of their own, declared while a run executes.

use crate::{breaker::BreakerPolicy, host::LogLevel, id::NodeId, json::JsonText, retry::RetryPolicy, time::Timestamp};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// A flow: of a workflow, or of the body of a loop or branch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// In order; a node's place is its [`NodeId`].
    pub nodes: Vec<Node>,
}

impl Graph {
    /// The node of that id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// One past the last node.
    #[must_use]
    pub fn end(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// Nodes by name.
    #[must_use]
    pub fn by_name(&self) -> HashMap<&str, NodeId> {
        let named = self.nodes.iter().zip(0..);
        named.map(|(node, index)| (&*node.name, NodeId(index))).collect()
    }
}

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Unique within its graph.
    pub name: Arc<str>,
    /// A longer name for people.
    pub title: Option<String>,
    /// What it does.
    pub kind: NodeKind,
    /// Longest time for one attempt.
    pub timeout: Option<Duration>,
    /// What happens after a failed attempt.
    pub retry: Option<RetryPolicy>,
    /// Wait before the first attempt.
    pub delay: Option<Duration>,
    /// Where outputs are kept for later runs.
    pub cache: Option<CachePolicy>,
    /// Lets nothing through after too many failures.
    pub breaker: Option<BreakerPolicy>,
    /// Whether a function makes an output out of the last failure.
    pub handles_errors: bool,
}

/// The `cache` option of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachePolicy {
    /// Where the key comes from.
    pub key: CacheKey,
    /// How long an entry counts; for ever when absent.
    pub ttl: Option<Duration>,
}

/// Where a cache key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheKey {
    /// It was written down.
    Fixed(String),
    /// A function makes it.
    Function,
    /// None was given: the payload and the previous output are the key.
    Inputs,
}

/// A value that is written down, or made by a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given<T> {
    /// Written down.
    Value(T),
    /// A function makes it.
    Function,
}

impl<T> Given<T> {
    /// The value, when it was written down.
    pub(super) const fn written(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Function => None,
        }
    }
}

/// The items of a loop.
pub type LoopItems = Given<Vec<JsonText>>;

/// The branches of `parallel` or `race`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branches {
    /// How many.
    pub count: u32,
    /// Their names, when they were given as an object.
    pub keys: Option<Vec<String>>,
}

impl Branches {
    /// Their names; numbers from 0 when they have none.
    fn names(&self) -> Vec<String> {
        self.keys.clone().unwrap_or_else(|| (0..self.count).map(|index| index.to_string()).collect())
    }
}

/// What a node does.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Runs a function; the flow waits for it and keeps its output.
    Step,
    /// Runs a function beside the flow; the output is ignored.
    Action {
        /// Whether its failure fails the run.
        critical: bool,
    },
    /// Writes a line into the run's log.
    Log {
        /// Severity.
        level: LogLevel,
        /// The line.
        message: Given<String>,
    },
    /// Asks a condition; when false the flow goes on at `otherwise`.
    If {
        /// The next `elseIf`, `else` or `endIf`.
        otherwise: NodeId,
    },
    /// As `if`, when the arms before were not taken.
    ElseIf {
        /// The next `elseIf`, `else` or `endIf`.
        otherwise: NodeId,
        /// The `endIf`.
        end: NodeId,
    },
    /// The arm for everything else.
    Else {
        /// The `endIf`.
        end: NodeId,
    },
    /// Where all arms meet.
    EndIf,
    /// All branches; fails when one fails, after the others have settled.
    Parallel(Branches),
    /// The branch that settles first; the others are cancelled.
    Race(Branches),
    /// The body again and again while a condition holds.
    While {
        /// Most rounds.
        max_iterations: u32,
    },
    /// The body for each item.
    ForEach {
        /// The items.
        items: LoopItems,
        /// Bodies at once.
        concurrency: u32,
    },
    /// The body for each group of items.
    Batch {
        /// The items.
        items: LoopItems,
        /// Items in a group.
        size: u32,
        /// Bodies at once.
        concurrency: u32,
    },
    /// A run of another workflow.
    Subflow {
        /// Which.
        workflow: Arc<str>,
        /// Whether the flow waits for its end.
        wait: bool,
        /// Its payload; the previous output when nothing was given.
        input: Option<Given<JsonText>>,
    },
    /// Waits for some time.
    Sleep(Given<Duration>),
    /// Waits for a moment.
    SleepUntil(Given<Timestamp>),
    /// Waits for an event.
    WaitEvent {
        /// Its name.
        event: Arc<str>,
        /// Longest wait.
        timeout: Option<Duration>,
        /// Whether a function looks at the event first.
        filtered: bool,
    },
    /// Waits for a person.
    Approval {
        /// What is to be decided.
        description: Option<String>,
        /// Longest wait.
        timeout: Option<Duration>,
        /// Whether a function tells somebody about it.
        tells: bool,
        /// Whether a function is called when nobody answered.
        has_on_timeout: bool,
        /// For the people who decide.
        approval_url: Option<String>,
        /// Anything.
        metadata: JsonText,
    },
    /// Waits for `resume`.
    Pause {
        /// Whether a function tells somebody about it.
        tells: bool,
    },
    /// Ends the run as cancelled.
    Cancel {
        /// Why.
        reason: Option<Given<String>>,
    },
}

impl NodeKind {
    /// The kind's name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Action { .. } => "action",
            Self::Log { .. } => "log",
            Self::If { .. } => "if",
            Self::ElseIf { .. } => "elseIf",
            Self::Else { .. } => "else",
            Self::EndIf => "endIf",
            Self::Parallel(_) => "parallel",
            Self::Race(_) => "race",
            Self::While { .. } => "while",
            Self::ForEach { .. } => "forEach",
            Self::Batch { .. } => "batch",
            Self::Subflow { .. } => "subflow",
            Self::Sleep(_) => "sleep",
            Self::SleepUntil(_) => "sleepUntil",
            Self::WaitEvent { .. } => "waitForEvent",
            Self::Approval { .. } => "humanInTheLoop",
            Self::Pause { .. } => "pause",
            Self::Cancel { .. } => "cancel",
        }
    }

    /// Whether its output becomes `ctx.last`.
    #[must_use]
    pub const fn has_output(&self) -> bool {
        matches!(
            self,
            Self::Step
                | Self::Parallel(_)
                | Self::Race(_)
                | Self::While { .. }
                | Self::ForEach { .. }
                | Self::Batch { .. }
                | Self::Subflow { .. }
                | Self::WaitEvent { .. }
                | Self::Approval { .. }
                | Self::Pause { .. }
        )
    }

    /// Whether it runs a function of the author with the options of a step.
    #[must_use]
    pub const fn is_step_like(&self) -> bool {
        matches!(self, Self::Step | Self::Action { .. })
    }

    /// Whether it only directs the flow and leaves no record when it is passed over.
    #[must_use]
    pub const fn is_marker(&self) -> bool {
        matches!(self, Self::If { .. } | Self::ElseIf { .. } | Self::Else { .. } | Self::EndIf)
    }
}

impl Node {
    pub(super) fn to_json(&self) -> serde_json::Value {
        let millis = |duration: Option<Duration>| duration.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX));
        serde_json::json!({
            "name": &*self.name, "title": self.title, "kind": self.kind.as_str(),
            "timeoutMs": millis(self.timeout), "delayMs": millis(self.delay),
            "attempts": self.retry.as_ref().map(|retry| retry.attempts),
            "circuitBreaker": self.breaker.as_ref().map(|breaker| &*breaker.name), "spec": self.spec(),
        })
    }

    /// What is particular to the kind, as far as it was written down.
    fn spec(&self) -> serde_json::Value {
        use serde_json::json;
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        match &self.kind {
            NodeKind::Action { critical } => json!({"critical": critical}),
            NodeKind::Log { level, message } => json!({"level": level.as_str(), "message": message.written()}),
            NodeKind::Parallel(branches) | NodeKind::Race(branches) => json!({"branches": branches.names()}),
            NodeKind::While { max_iterations } => json!({"maxIterations": max_iterations}),
            NodeKind::ForEach { concurrency, .. } => json!({"concurrency": concurrency}),
            NodeKind::Batch { size, concurrency, .. } => json!({"size": size, "concurrency": concurrency}),
            NodeKind::Subflow { workflow, wait, .. } => json!({"workflow": &**workflow, "wait": wait}),
            NodeKind::Sleep(span) => json!({"durationMs": span.written().map(|span| millis(*span))}),
            NodeKind::SleepUntil(moment) => json!({"until": moment.written().map(|moment| moment.0)}),
            NodeKind::WaitEvent { event, timeout, filtered } => {
                json!({"event": &**event, "timeoutMs": timeout.map(millis), "filtered": filtered})
            }
            NodeKind::Approval { description, timeout, .. } => {
                json!({"description": description, "timeoutMs": timeout.map(millis)})
            }
            NodeKind::Cancel { reason } => json!({"reason": reason.as_ref().and_then(Given::written)}),
            _ => json!({}),
        }
    }
}
