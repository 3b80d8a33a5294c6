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

/// Hears of failures. Called by the dispatcher: must not block.
pub trait Observer: Send + Sync + 'static {
    /// An attempt failed.
    fn step_failed(&self, report: StepFailure);
}

/// Nobody listens.
pub struct Silent;

impl Observer for Silent {
    fn step_failed(&self, _: StepFailure) {}
}
