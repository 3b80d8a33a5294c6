//! The seam between the engine and the isolates: what is asked of user code and what comes back.

use crate::{
    error::SourceLocation,
    host::{HostAnswer, HostRequest, LogLevel},
    id::{RunId, TaskId},
    json::JsonText,
    place::Place,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Which of a node's functions a task calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FunctionRole {
    /// The body of a step or an action.
    Handler,
    /// A log line.
    Message,
    /// The condition of `if`, `elseIf` and `while`.
    Condition,
    /// The items of `forEach` and `batch`.
    Items,
    /// The payload of a `subflow`.
    Input,
    /// The time of `sleep`.
    Duration,
    /// The moment of `sleepUntil`.
    Until,
    /// Why `cancel` cancels.
    Reason,
    /// Whether an event is the one that is waited for.
    Filter,
    /// Tells somebody that the run waits.
    OnPause,
    /// Nobody answered in time.
    OnTimeout,
    /// The key of a cached output.
    CacheKey,
    /// Whether a failed attempt is followed by another (`retryOn.conditions`, `onRetry`).
    RetryDecision,
    /// Makes an output out of the last failure.
    OnError,
    /// The body of a loop, or that branch of `parallel` and `race`.
    Body(u32),
    /// `hooks.onSuccess`.
    OnSuccess,
    /// `hooks.onFailure`.
    OnFailure,
    /// The keys of flow control.
    FlowKeys,
    /// The checks of a webhook before a run is started.
    Gate(u32),
    /// What a webhook answers when its run has ended.
    Respond(u32),
    /// Whether an event starts a run of that trigger.
    TriggerFilter(u32),
    /// The items that the poll of that trigger finds.
    Poll(u32),
    /// Answers a request that no webhook takes.
    Fetch,
}

impl FunctionRole {
    /// Whether a run calls it; the others belong to a request.
    #[must_use]
    pub const fn is_of_run(self) -> bool {
        !matches!(self, Self::Gate(_) | Self::Respond(_) | Self::Fetch)
    }
}

/// One call into user code.
#[derive(Debug, Clone)]
pub struct Task {
    /// Names this hand-out; the outcome comes back under it.
    pub id: TaskId,
    /// Where in the run.
    pub place: Place,
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
    /// Finished steps that this task sees, in order of completion. Actions and log lines are not
    /// among them: when they finish is a matter of chance.
    pub steps: Vec<Arc<StepView>>,
    /// What the function is given besides `ctx`.
    pub argument: Option<JsonText>,
    /// The bodies around the place, from the outside in.
    pub scopes: Vec<Scope>,
}

/// A body whose functions were declared while the run executed; a worker that does not have them
/// declares them again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The body.
    pub place: Place,
    /// Which function of its node declares it.
    pub role: FunctionRole,
    /// The item or group of a loop.
    pub item: Option<JsonText>,
    /// What it declared the first time; it must declare the same again.
    pub draft: JsonText,
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
    /// Which of the workflow's triggers started it; decides which nodes are its own.
    pub entry: Option<u32>,
    /// When it was accepted or began to execute.
    pub started_at: Timestamp,
    /// Outputs that stand for steps: a replay has them.
    pub mocks: Vec<(Arc<str>, JsonText)>,
}

/// What a later step may see of a finished one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// Where it is.
    pub place: Place,
    /// Which of several outputs of the same place: rounds of a loop.
    pub round: u32,
    /// Its name, the key in `ctx.steps`.
    pub name: Arc<str>,
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
    /// The HTTP status that it stands for.
    #[serde(default)]
    pub status: Option<u16>,
    /// How long to wait before another attempt, in milliseconds.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// Whether another attempt makes sense, when the error says so itself.
    #[serde(default)]
    pub retryable: Option<bool>,
}

impl Failure {
    /// A failure without a stack.
    #[must_use]
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            message: message.into(),
            stack: None,
            location: None,
            status: None,
            retry_after: None,
            retryable: None,
        }
    }
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The function returned; the result as JSON.
    Ok(JsonText),
    /// The function of a body declared steps: the draft of its nodes.
    Flow(JsonText),
    /// The function asked that the run be cancelled.
    Cancel {
        /// Why, for people.
        reason: String,
    },
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
    /// Workflow code asks the engine for something.
    fn asked(&self, request: HostRequest, answer: HostAnswer);
}

/// Runs tasks somewhere else. Submitting never blocks and never fails: whatever goes wrong comes
/// back as an [`Outcome`].
pub trait TaskRunner: Send + Sync + 'static {
    /// Starts a task. Its outcome goes to the sink exactly once.
    fn submit(&self, task: Task);
    /// Stops a task whose outcome nobody wants any more. Its outcome still goes to the sink.
    fn stop(&self, task: TaskId);
    /// The run has ended or will wait for long: nothing of it needs to be kept.
    fn forget(&self, run: RunId);
    /// How many workers were lost and replaced since the start.
    fn lost_workers(&self) -> u64 {
        0
    }
}
