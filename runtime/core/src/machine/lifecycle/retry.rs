//! A failed run goes on from where it failed. [`crate::machine::restore`] has taken what failed as
//! not done; here its rows and the run's are opened again.

use crate::{
    machine::{Note, RunStatus, StepStatus, driver::Driver, state::Phase},
    place::Place,
    storage::{StepRow, StoredRun, Write},
    worker::RunContext,
};
use std::{collections::BTreeMap, sync::Arc};

/// Marks the rows of ends that do not count any more, so that a restart does not take them for ends of
/// what was begun since. They come before what [`crate::machine::Input::Retry`] wants.
#[must_use]
pub fn retried(stored: &StoredRun) -> Vec<Write> {
    let last: BTreeMap<&Place, &StepRow> = stored.steps.iter().map(|row| (&row.place, row)).collect();
    let run_hook = Place::root().hook();
    let is_undone = |row: &&StepRow| {
        let note = Note::from_json(row.note.as_ref());
        // A loop goes on with the items that it had.
        let goes_on = matches!(note, Some(Note::Void { .. } | Note::Retry | Note::Deciding | Note::Items { .. }));
        let ended_badly = matches!(row.status, StepStatus::Failed | StepStatus::Cancelled);
        row.place == run_hook || (ended_badly && !goes_on)
    };
    let mark = |row: &StepRow| Write::UpdateStep {
        id: row.id,
        status: row.status,
        note: Some(Note::Retried.to_json()),
        wake_at: None,
    };
    last.into_values().filter(is_undone).map(mark).collect()
}

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
