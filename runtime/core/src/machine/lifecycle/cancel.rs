//! The run is ended by request.

use crate::{
    machine::{AttemptEnd, Effect, RunState, RunStatus, StepStatus},
    worker::Failure,
};

pub(in crate::machine) fn cancel(state: &mut RunState, reason: &str, effects: &mut Vec<Effect>) {
    for (id, step) in &mut state.steps {
        if step.status == StepStatus::Running {
            step.status = StepStatus::Cancelled;
            let end = AttemptEnd { status: StepStatus::Cancelled, output: None, error: None };
            effects.push(Effect::EndAttempt { node: *id, attempt: step.attempt, end });
        }
    }
    state.status = RunStatus::Cancelled;
    let error = Failure::new("CancelledError", reason);
    effects.push(Effect::EndRun { status: RunStatus::Cancelled, output: None, error: Some(error) });
}
