//! Whoever wants to know what goes wrong as it happens: the terminal, later alerts.

use cronflow_core::{id::RunId, worker::Failure};

/// An attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFailure {
    /// The run.
    pub run: RunId,
    /// Its workflow.
    pub workflow: String,
    /// The step.
    pub step: String,
    /// Which attempt.
    pub attempt: u32,
    /// What it threw.
    pub failure: Failure,
}

/// A function that was called outside of runs and failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFailure {
    /// Whose it is.
    pub of: CallOwner,
    /// The method and the path, such as `POST /orders`.
    pub request: String,
    /// What it threw.
    pub failure: Failure,
}

/// Whose function was called outside of runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CallOwner {
    /// A webhook of this workflow.
    Webhook(String),
    /// The program itself: it answers requests that no webhook takes.
    Program,
}

/// Hears of failures. Called by the dispatcher: must not block.
pub trait Observer: Send + Sync + 'static {
    /// An attempt failed.
    fn step_failed(&self, report: StepFailure);
    /// A function that was called outside of runs failed.
    fn call_failed(&self, report: CallFailure);
}

/// Nobody listens.
pub struct Silent;

impl Observer for Silent {
    fn step_failed(&self, _: StepFailure) {}
    fn call_failed(&self, _: CallFailure) {}
}
