//! Hooks: functions of the author that hear of steps and of the run's end. They hold nothing up
//! but the end of the run, and their failure fails nothing.

use super::Answer;
use crate::{
    machine::{Note, StepStatus, driver::Driver, state::Phase},
    place::Place,
    worker::{Failure, FunctionRole},
};

impl Driver<'_> {
    pub(in crate::machine) fn begin_hook(&mut self, hook: &Place, role: FunctionRole) {
        let note = self.hook_note(hook);
        self.begin(hook, StepStatus::Running, note.as_ref(), None);
        self.set(hook, StepStatus::Running, Phase::Attempt);
        self.call(hook, role);
    }

    /// After a restart the time limit of a run can only be told from its hook.
    pub(super) fn hook_note(&self, hook: &Place) -> Option<Note> {
        (*hook == Place::root().hook() && self.is_past_deadline()).then_some(Note::RunTimedOut)
    }

    /// Which hook it is: that of a success or of a failure.
    pub(super) fn hook_role(&self, hook: &Place) -> FunctionRole {
        let owner = hook.parent().unwrap_or_default();
        let failed = if owner == Place::root() {
            self.run_failure().is_some()
        } else {
            self.cell(&owner).is_some_and(|cell| cell.status == StepStatus::Failed)
        };
        if failed { FunctionRole::OnFailure } else { FunctionRole::OnSuccess }
    }

    pub(super) fn hook_answered(&mut self, hook: &Place, answer: Result<Answer, Failure>) {
        match answer.map(Answer::into_value) {
            Ok(Ok(value)) => self.complete(hook, value, None),
            Ok(Err(_)) => self.fail(hook, Failure::new("Error", "a hook cannot declare steps")),
            Err(failure) => self.fail(hook, failure),
        }
    }
}
