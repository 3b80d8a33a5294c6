//! The run ends when its flow is over and everything beside it has settled.

use crate::{
    json::JsonText,
    machine::{
        Effect, RunStatus,
        driver::{Driver, failure_json},
    },
    place::Place,
    storage::Write,
    worker::{Failure, FunctionRole},
};

impl Driver<'_> {
    pub(in crate::machine) fn end_if_done(&mut self) {
        let flow_is_over = self.frame(&Place::root()).is_some_and(|root| root.is_over);
        if !flow_is_over || self.state.live > 0 || self.state.status.is_terminal() {
            return;
        }
        let failure = self.run_failure();
        let (wanted, role) = match failure {
            Some(_) => (self.workflow.hooks.on_failure, FunctionRole::OnFailure),
            None => (self.workflow.hooks.on_success, FunctionRole::OnSuccess),
        };
        let hook = Place::root().hook();
        if wanted && self.cell(&hook).is_none() {
            return self.begin_hook(&hook, role);
        }
        match failure {
            Some(failure) if self.is_past_deadline() => self.end_run(RunStatus::TimedOut, None, Some(failure)),
            Some(failure) => self.end_run(RunStatus::Failed, None, Some(failure)),
            None => {
                let output = self.state.last_output().cloned();
                self.end_run(RunStatus::Completed, output, None);
            }
        }
    }

    pub(in crate::machine) fn end_run(&mut self, status: RunStatus, output: Option<JsonText>, error: Option<Failure>) {
        self.state.status = status;
        let (id, at) = (self.state.context.run, self.now());
        let error_json = error.as_ref().map(failure_json);
        self.write(Write::FinishRun { id, status, output: output.clone(), error: error_json, at });
        self.push(Effect::End { status, output, error });
    }

    /// Whether the run was ended by its own time limit.
    pub(in crate::machine) fn is_past_deadline(&self) -> bool {
        let timed_out = self.run_failure().is_some_and(|failure| failure.name == "TimeoutError");
        timed_out
            && self.state.deadline.is_none()
            && self.workflow.timeout.is_some_and(|timeout| self.now() >= self.state.context.started_at.after(timeout))
    }
}
