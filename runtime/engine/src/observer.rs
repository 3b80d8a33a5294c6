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

/// A function of a webhook that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFailure {
    /// Its workflow.
    pub workflow: String,
    /// The webhook, such as `POST /orders`.
    pub webhook: String,
    /// What it threw.
    pub failure: Failure,
}

/// Hears of failures. Called by the dispatcher: must not block.
pub trait Observer: Send + Sync + 'static {
    /// An attempt failed.
    fn step_failed(&self, report: StepFailure);
    /// A function of a webhook failed.
    fn webhook_failed(&self, report: WebhookFailure);
}

/// Nobody listens.
pub struct Silent;

impl Observer for Silent {
    fn step_failed(&self, _: StepFailure) {}
    fn webhook_failed(&self, _: WebhookFailure) {}
}
