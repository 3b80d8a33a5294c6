//! A run in memory: cells for what has begun, frames for the flows that are under way.

use super::{RunStatus, StepStatus};
use crate::{
    definition::{Graph, Workflow},
    id::{AttemptId, NodeId, RunId},
    json::JsonText,
    place::Place,
    time::Timestamp,
    worker::{Failure, FunctionRole, RunContext, StepView},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// What a cell is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing yet.
    Idle,
    /// Waiting for its `delay`.
    Delay,
    /// Asking for its cache key.
    CacheKey,
    /// Looking for a kept output.
    Lookup,
    /// Executing.
    Attempt,
    /// Asking whether another attempt follows.
    Deciding,
    /// Waiting for the next attempt.
    Backoff,
    /// Executing `onError`.
    OnError,
    /// Asking a function for what it needs before it can begin: items, input, a duration.
    Asking,
    /// Waiting for its bodies, or for time, an event, a person or a child.
    Open,
}

/// How a body ended.
pub type BodyEnd = Result<JsonText, Failure>;

/// What a cell must remember while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Nothing.
    None,
    /// The answer of a condition.
    Truth(bool),
    /// The bodies of a loop or the branches of `parallel`.
    Bodies {
        /// The items of a loop.
        items: Vec<JsonText>,
        /// How bodies ended.
        ends: BTreeMap<u32, BodyEnd>,
        /// How many were begun.
        begun: u32,
    },
    /// A run that it waits for.
    Child(RunId),
    /// Events that have come and were not looked at yet.
    Events {
        /// The last one that was looked at.
        since: i64,
        /// Those that wait for the filter.
        queue: VecDeque<(i64, JsonText)>,
    },
    /// A person that it waits for.
    Token {
        /// What resumes it.
        token: String,
        /// Whether somebody was told about it.
        told: bool,
        /// Whether time is up.
        timed_out: bool,
    },
}

/// Where one node, body or hook stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its status.
    pub status: StepStatus,
    /// What it is doing.
    pub phase: Phase,
    /// The latest attempt, from 1; 0 before the first.
    pub attempt: u32,
    /// Attempts that failed on their own account.
    pub failures: u32,
    /// How often it was executing when its worker crashed.
    pub crashes: u32,
    /// The row of the latest attempt.
    pub row: Option<AttemptId>,
    /// Whether that row has not ended.
    pub row_is_open: bool,
    /// The function that a worker executes for it.
    pub call: Option<FunctionRole>,
    /// When something is to happen.
    pub wake_at: Option<Timestamp>,
    /// Why the latest attempt failed.
    pub failure: Option<Failure>,
    /// The cache key, once it is known.
    pub cache_key: Option<String>,
    /// Whether a circuit breaker waits to hear of this attempt.
    pub in_breaker: bool,
    /// What it must remember while it is open.
    pub progress: Progress,
}

impl Cell {
    pub(super) fn new() -> Self {
        Self {
            status: StepStatus::Pending,
            phase: Phase::Idle,
            attempt: 0,
            failures: 0,
            crashes: 0,
            row: None,
            row_is_open: false,
            call: None,
            wake_at: None,
            failure: None,
            cache_key: None,
            in_breaker: false,
            progress: Progress::None,
        }
    }
}

/// A flow that is under way: the workflow's own, or that of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Its nodes.
    pub graph: Arc<Graph>,
    /// The draft that the graph was made of; of the root: `null`.
    pub draft: JsonText,
    /// The next node.
    pub cursor: u32,
    /// One past its last node.
    pub end: u32,
    /// Whether the flow came to the cursor because the arm before was not taken.
    pub seeks_arm: bool,
    /// Outputs of its nodes in order of completion.
    pub views: Vec<Arc<StepView>>,
    /// The error that ends it.
    pub failure: Option<Failure>,
    /// Whether it has ended; it stays only while actions of it are executing.
    pub is_over: bool,
    /// Names of the bodies around its nodes, such as `each[2]/`.
    pub path: Arc<str>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// What never changes while it lives.
    pub context: Arc<RunContext>,
    /// Its status.
    pub status: RunStatus,
    /// What has begun. Boxed: a tree reserves room for many where most runs have few.
    pub cells: BTreeMap<Place, Box<Cell>>,
    /// Flows that are under way, by place.
    pub frames: BTreeMap<Place, Box<Frame>>,
    /// Outputs of the last round of each `while` that is under way.
    pub rounds: BTreeMap<Place, Vec<Arc<StepView>>>,
    /// What is to happen when.
    pub timers: BTreeSet<(Timestamp, Place)>,
    /// When the run must have ended.
    pub deadline: Option<Timestamp>,
    /// Cells that have not ended.
    pub live: usize,
    /// Cells that a worker executes a function for.
    pub calls: usize,
    /// Why the run fails although its flow did not: a critical action.
    pub failure: Option<Failure>,
}

impl RunState {
    /// A run that has not begun.
    #[must_use]
    pub fn new(context: Arc<RunContext>, workflow: &Workflow) -> Self {
        let section = workflow.section(context.entry);
        let root = Frame {
            graph: workflow.graph.clone(),
            draft: JsonText::null(),
            cursor: section.start,
            end: section.end,
            seeks_arm: false,
            views: Vec::new(),
            failure: None,
            is_over: false,
            path: "".into(),
        };
        Self {
            context,
            status: RunStatus::Pending,
            cells: BTreeMap::new(),
            frames: BTreeMap::from([(Place::root(), Box::new(root))]),
            rounds: BTreeMap::new(),
            timers: BTreeSet::new(),
            deadline: None,
            live: 0,
            calls: 0,
            failure: None,
        }
    }

    /// Whether any function is with a worker.
    #[must_use]
    pub const fn has_calls(&self) -> bool {
        self.calls > 0
    }

    /// The moment of the next timer.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let first = self.timers.first().map(|(at, _)| *at);
        match (first, self.deadline) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Events that the run waits for: place, name, and the last event that was looked at.
    pub fn awaited_events(&self) -> impl Iterator<Item = (&Place, i64)> {
        self.cells.iter().filter_map(|(place, cell)| match &cell.progress {
            Progress::Events { since, .. } if !cell.status.is_terminal() => Some((place, *since)),
            _ => None,
        })
    }

    /// The children that the run waits for.
    pub fn children(&self) -> impl Iterator<Item = RunId> {
        self.cells.values().filter_map(|cell| match cell.progress {
            Progress::Child(run) if !cell.status.is_terminal() => Some(run),
            _ => None,
        })
    }

    /// The output of the step that completed last; what the run returns.
    #[must_use]
    pub fn last_output(&self) -> Option<&JsonText> {
        self.frames.get(&Place::root())?.views.last().map(|view| &view.output)
    }

    /// The graph node of a place; of a body or hook: none.
    #[must_use]
    pub fn node(&self, place: &Place) -> Option<&crate::definition::Node> {
        if place.is_body() || place.is_hook() {
            return None;
        }
        self.frames.get(&place.scope())?.graph.node(NodeId(place.number()))
    }
}
