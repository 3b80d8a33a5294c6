//! A failed run goes on from where it failed. [`crate::machine::restore`] has taken what failed as
//! not done; here its rows and the run's are opened again.

use crate::{
    machine::{RunStatus, driver::Driver, state::Phase},
    place::Place,
    storage::Write,
    worker::RunContext,
};
use std::sync::Arc;

impl Driver<'_> {
    pub(in crate::machine) fn retry_run(&mut self) {
        let now = self.now();
        let id = self.state.context.run;
        self.state.context = Arc::new(RunContext { started_at: now, ..(*self.state.context).clone() });
        self.state.status = RunStatus::Running;
        self.state.deadline = self.workflow.timeout.map(|timeout| now.after(timeout));
        self.write(Write::ReopenRun { id });
        self.write(Write::SetRunStatus { id, status: RunStatus::Running, started_at: Some(now) });
        let reopened = |cell: &crate::machine::Cell| cell.phase == Phase::Open && !cell.row_is_open;
        let open = self.state.cells.iter().filter(|(place, cell)| reopened(cell) && !place.is_body());
        let open: Vec<Place> = open.map(|(place, _)| place.clone()).collect();
        for place in open {
            if let Some(id) = self.row_of(&place) {
                self.write(Write::ReopenStep { id });
            }
            if let Some(cell) = self.cell_mut(&place) {
                cell.row_is_open = true;
            }
        }
        self.recover();
    }
}
