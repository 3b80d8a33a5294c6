//! A run in the dispatcher's memory, what a task is about, and the world that the machine asks.

use crate::handle::RunEnd;
use cronflow_core::{
    breaker::{Breaker, BreakerPolicy, Verdict},
    definition::Workflow,
    id::{AttemptId, RunId, TaskId},
    json::JsonText,
    machine::{RunState, World},
    place::Place,
    storage::{RunSettings, StateOp, Write},
    time::Timestamp,
    worker::{Failure, FunctionRole},
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The scope of circuit breakers among the durable values.
pub(crate) const BREAKER_SCOPE: &str = "$breaker";

/// A run that has not ended.
pub(crate) struct LiveRun {
    pub(crate) state: RunState,
    pub(crate) workflow: Arc<Workflow>,
    /// The task that a worker has for a place.
    pub(crate) tasks: HashMap<Place, TaskId>,
    /// Who wants to know the end.
    pub(crate) waiters: Vec<Waiter>,
    /// The run that waits for this one.
    pub(crate) parent: Option<RunId>,
    /// What was asked for it besides the payload.
    pub(crate) settings: RunSettings,
    /// Its next timer, as the dispatcher has noted it.
    pub(crate) wake_at: Option<Timestamp>,
}

/// Somebody who wants to know how a run ends.
pub(crate) struct Waiter {
    pub(crate) sender: oneshot::Sender<RunEnd>,
    /// Whether to be told as well when the run begins a wait of its own.
    pub(crate) or_waits: bool,
}

/// What a task is about.
#[derive(Debug, Clone)]
pub(crate) struct TaskOwner {
    pub(crate) run: RunId,
    pub(crate) place: Place,
    pub(crate) role: FunctionRole,
    pub(crate) attempt: u32,
    /// The node's path, for the run's log.
    pub(crate) path: Arc<str>,
}

/// Gives out the numbers of tasks, attempts and events, and the ids of runs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Numbers {
    pub(crate) task: u64,
    pub(crate) attempt: i64,
    pub(crate) event: i64,
    /// The last run's id.
    run: u128,
}

impl Numbers {
    pub(crate) const fn new(attempt: i64, event: i64) -> Self {
        Self { task: 0, attempt, event, run: 0 }
    }

    /// The id of a new run: a version 7 UUID of the engine's time. Ids sort as the runs were made, also
    /// within a millisecond.
    pub(crate) fn run(&mut self, now: Timestamp, random: &mut Random) -> RunId {
        let millis = u64::try_from(now.0).unwrap_or_default();
        let bytes = random().to_be_bytes();
        let mut ten = [0; 10];
        ten.copy_from_slice(&bytes[..10]);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &ten).into_uuid().as_u128();
        let same_millisecond = id >> 80 == self.run >> 80;
        self.run = if same_millisecond && id <= self.run { self.run + 1 } else { id };
        RunId::from_uuid(Uuid::from_u128(self.run))
    }
}

/// Random numbers; a simulation gives its own.
pub(crate) type Random = Box<dyn FnMut() -> u128 + Send>;

/// What the machine may know of everything outside of its run.
pub(crate) struct EngineWorld<'a> {
    pub(crate) now: Timestamp,
    pub(crate) is_stopping: bool,
    pub(crate) numbers: &'a mut Numbers,
    pub(crate) random: &'a mut Random,
    pub(crate) breakers: &'a mut HashMap<Arc<str>, Breaker>,
    /// Changes of circuit breakers that must be made durable.
    pub(crate) writes: Vec<Write>,
}

impl World for EngineWorld<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn random(&mut self) -> u128 {
        (self.random)()
    }

    fn next_attempt(&mut self) -> AttemptId {
        self.numbers.attempt += 1;
        AttemptId(self.numbers.attempt)
    }

    fn next_run(&mut self) -> RunId {
        self.numbers.run(self.now, self.random)
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping
    }

    fn last_event(&self) -> i64 {
        self.numbers.event
    }

    fn breaker_admit(&mut self, policy: &BreakerPolicy) -> Result<(), Timestamp> {
        self.breakers.entry(policy.name.clone()).or_default().admit(policy, self.now)
    }

    fn breaker_report(&mut self, policy: &BreakerPolicy, verdict: Verdict) {
        let breaker = self.breakers.entry(policy.name.clone()).or_default();
        if !breaker.report(policy, verdict, self.now) {
            return;
        }
        let value = serde_json::to_string(breaker).map_or_else(|_| JsonText::null(), JsonText::trusted);
        self.writes.push(Write::State {
            scope: BREAKER_SCOPE.into(),
            key: policy.name.clone(),
            op: StateOp::Set { value, expires_at: None },
            at: self.now,
        });
    }
}

/// Numbers that nobody can guess.
pub(crate) fn system_random() -> Random {
    Box::new(|| Uuid::new_v4().as_u128() ^ Uuid::new_v4().as_u128().rotate_left(64))
}

/// A failure as it rests in a row.
pub(crate) fn failure_json(failure: &Failure) -> JsonText {
    serde_json::to_string(failure).map_or_else(|_| JsonText::null(), JsonText::trusted)
}
