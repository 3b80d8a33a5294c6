//! The seam between the engine and the isolates: what is asked of user code and what comes back.

use crate::{
    error::SourceLocation,
    host::LogLevel,
    id::{AttemptId, NodeId, RunId, TaskId},
    json::JsonText,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Which of a node's functions a task calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FunctionRole {
    /// The body of a step or an action.
    Handler,
    /// The function that makes a log line.
    Message,
}

/// One call into user code.
#[derive(Debug, Clone)]
pub struct Task {
    /// Names this hand-out; the outcome comes back under it.
    pub id: TaskId,
    /// The attempt that this call is, as recorded.
    pub attempt_id: AttemptId,
    /// Which node.
    pub node: NodeId,
    /// The node's name, for errors and logs.
    pub name: Arc<str>,
    /// Which of its functions.
    pub role: FunctionRole,
    /// Counts from 1.
    pub attempt: u32,
    /// Longest time until the outcome; none means as long as it takes.
    pub timeout: Option<Duration>,
    /// What `ctx` shows.
    pub context: Arc<RunContext>,
    /// Finished steps of the run in order of completion. Actions and log lines are not among
    /// them: when they finish is a matter of chance.
    pub steps: Vec<StepView>,
}

/// The part of a run that never changes while it lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunContext {
    /// The run.
    pub run: RunId,
    /// Its workflow.
    pub workflow: Arc<str>,
    /// Digest of the code that it started on, in hex.
    pub version: Arc<str>,
    /// `ctx.payload`.
    pub payload: JsonText,
    /// `ctx.trigger`.
    pub trigger: JsonText,
    /// When the run began to execute.
    pub started_at: Timestamp,
}

/// What a later step may see of a finished one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// The node.
    pub node: NodeId,
    /// Its name, the key in `ctx.steps`.
    pub name: Arc<str>,
    /// Whether it counts for `ctx.last` (an action does not).
    pub is_step: bool,
    /// How many attempts it took.
    pub attempts: u32,
    /// Its result.
    pub output: JsonText,
}

/// An error thrown by user code, or on its behalf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error's class name, such as `TypeError`.
    pub name: String,
    /// Its message.
    pub message: String,
    /// Its stack with positions in the user's source, when there is one.
    pub stack: Option<String>,
    /// The innermost position in the user's source.
    pub location: Option<SourceLocation>,
}

impl Failure {
    /// A failure without a stack.
    #[must_use]
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into(), stack: None, location: None }
    }
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The function returned; the result as JSON.
    Ok(JsonText),
    /// The function threw.
    Err(Failure),
    /// It was stopped at its timeout.
    TimedOut,
    /// Its worker went away before it finished.
    WorkerLost {
        /// Why, for people.
        reason: String,
        /// Whether this task brought it down.
        blame: Blame,
    },
}

/// How far a task is to blame for the loss of its worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blame {
    /// It only waited beside the task that was executing: it is tried again.
    Innocent,
    /// It was executing when the worker went away, which may have come from outside.
    Suspect,
    /// It was executing when the worker broke a limit.
    Guilty,
}

/// Receives outcomes; called from the runner's own tasks, must not block.
pub trait OutcomeSink: Send + Sync + 'static {
    /// A task ended.
    fn finished(&self, task: TaskId, outcome: Outcome);
    /// A task wrote a line into its run's log.
    fn logged(&self, task: TaskId, level: LogLevel, message: String);
}

/// Runs tasks somewhere else. Submitting never blocks and never fails: whatever goes wrong comes
/// back as an [`Outcome`].
pub trait TaskRunner: Send + Sync + 'static {
    /// Starts a task. Its outcome goes to the sink exactly once.
    fn submit(&self, task: Task);
    /// The run has ended or will wait for long: nothing of it needs to be kept.
    fn forget(&self, run: RunId);
}
