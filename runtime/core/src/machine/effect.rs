//! What a run wants done, and what it asks of the world while it decides.

use super::RunStatus;
use crate::{
    breaker::{BreakerPolicy, Verdict},
    id::{AttemptId, RunId},
    json::JsonText,
    place::Place,
    storage::Write,
    time::Timestamp,
    worker::{Failure, FunctionRole, Scope, StepView},
};
use std::{sync::Arc, time::Duration};

/// One thing to do. What is written is written before anything else happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make this durable.
    Write(Write),
    /// Call a function of the author.
    Call(Call),
    /// Nobody wants the outcome of this call any more.
    Stop {
        /// Where.
        place: Place,
    },
    /// Look for a kept output.
    Lookup {
        /// For which step.
        place: Place,
        /// Under which key.
        key: String,
    },
    /// Keep an output.
    Keep {
        /// Under which key.
        key: String,
        /// The output.
        output: JsonText,
        /// Until when.
        expires_at: Option<Timestamp>,
    },
    /// From now on the run wants to hear of this event.
    Subscribe {
        /// Its name.
        event: Arc<str>,
    },
    /// Start a run of another workflow.
    StartChild {
        /// Its id.
        child: RunId,
        /// Which workflow.
        workflow: Arc<str>,
        /// Its payload.
        payload: JsonText,
        /// Whether this run waits for it.
        wait: bool,
    },
    /// End a run that this one waited for.
    CancelChild {
        /// Which.
        child: RunId,
        /// Why, for people.
        reason: String,
    },
    /// A step failed for good.
    Failed {
        /// Its path.
        step: Arc<str>,
        /// The last attempt.
        attempt: u32,
        /// What it threw.
        failure: Failure,
    },
    /// The run began to wait, or goes on after a wait.
    Status(RunStatus),
    /// The run has ended.
    End {
        /// How.
        status: RunStatus,
        /// Its result.
        output: Option<JsonText>,
        /// Its error.
        error: Option<Failure>,
    },
}

/// A call into user code.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Where.
    pub place: Place,
    /// The node's name.
    pub name: Arc<str>,
    /// Which of its functions.
    pub role: FunctionRole,
    /// Counts from 1.
    pub attempt: u32,
    /// Longest time until the outcome.
    pub timeout: Option<Duration>,
    /// What the function is given besides `ctx`.
    pub argument: Option<JsonText>,
    /// Finished steps that it sees.
    pub steps: Vec<Arc<StepView>>,
    /// The bodies around the place, from the outside in.
    pub scopes: Vec<Scope>,
}

/// What the machine must know from outside while it decides.
pub trait World {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// Any number, not to be guessed.
    fn random(&mut self) -> u128;
    /// The number of a new attempt's row.
    fn next_attempt(&mut self) -> AttemptId;
    /// The id of a new run.
    fn next_run(&mut self) -> RunId;
    /// Whether nothing new may begin, because the engine is about to stop.
    fn is_stopping(&self) -> bool {
        false
    }
    /// The number of the last event that was published.
    fn last_event(&self) -> i64;
    /// Asks a circuit breaker to make a call.
    ///
    /// # Errors
    /// When it lets nothing through before that moment.
    fn breaker_admit(&mut self, policy: &BreakerPolicy) -> Result<(), Timestamp>;
    /// Tells a circuit breaker how a call went.
    fn breaker_report(&mut self, policy: &BreakerPolicy, verdict: Verdict);
}
