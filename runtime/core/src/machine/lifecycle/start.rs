//! The run begins.

use crate::{
    machine::{RunStatus, driver::Driver},
    place::Place,
    storage::Write,
    worker::RunContext,
};
use std::sync::Arc;

impl Driver<'_> {
    pub(in crate::machine) fn start(&mut self) {
        if self.state.status != RunStatus::Pending {
            return;
        }
        let now = self.now();
        self.state.context = Arc::new(RunContext { started_at: now, ..(*self.state.context).clone() });
        self.state.status = RunStatus::Running;
        self.state.deadline = self.workflow.timeout.map(|timeout| now.after(timeout));
        let id = self.state.context.run;
        self.write(Write::SetRunStatus { id, status: RunStatus::Running, started_at: Some(now) });
        self.later_advance(Place::root());
    }
}
