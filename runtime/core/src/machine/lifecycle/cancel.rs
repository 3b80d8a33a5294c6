//! A run, or a part of it, is ended by request.

use crate::{
    breaker::Verdict,
    machine::{
        Effect, Progress, RunStatus, StepStatus,
        driver::{Driver, RowEnd},
        state::Phase,
    },
    place::Place,
    worker::Failure,
};

impl Driver<'_> {
    pub(in crate::machine) fn cancel_run(&mut self, reason: &str) {
        self.cancel_within(&Place::root(), reason);
        self.end_run(RunStatus::Cancelled, None, Some(Failure::new("CancelledError", reason)));
    }

    /// Ends everything inside a place that has not ended.
    pub(in crate::machine) fn cancel_within(&mut self, outer: &Place, reason: &str) {
        let cells = self.state.cells.range(outer.clone()..);
        let live: Vec<Place> = cells
            .take_while(|(place, _)| place.is_within(outer))
            .filter(|(place, cell)| !cell.status.is_terminal() && *place != outer)
            .map(|(place, _)| place.clone())
            .collect();
        for place in live {
            self.cancel_cell(&place, reason);
        }
        for (place, frame) in &mut self.state.frames {
            if place.is_within(outer) {
                frame.is_over = true;
            }
        }
    }

    /// Ends a body with everything in it.
    pub(in crate::machine) fn cancel_body(&mut self, body: &Place, reason: &str) {
        self.cancel_within(body, reason);
        if self.cell(body).is_some_and(|cell| !cell.status.is_terminal()) {
            self.cancel_cell(body, reason);
        }
    }

    fn cancel_cell(&mut self, place: &Place, reason: &str) {
        let Some(cell) = self.cell(place).cloned() else { return };
        if cell.call.is_some() {
            self.push(Effect::Stop { place: place.clone() });
            self.set_call(place, None);
        }
        if let Progress::Child(child) = cell.progress {
            self.push(Effect::CancelChild { child, reason: reason.to_owned() });
        }
        self.report_breaker(place, Verdict::Unknown);
        self.set_wake(place, None);
        // Between two attempts the row of the last one says what is to come. A body whose flow is under
        // way has no open row either, and nothing is to come in its own.
        let between = matches!(cell.phase, Phase::Backoff | Phase::Deciding | Phase::CacheKey | Phase::Lookup);
        if cell.row_is_open || (cell.row.is_some() && between) {
            let note = self.items_note(place);
            self.close(place, RowEnd { note, ..RowEnd::new(StepStatus::Cancelled) });
        }
        self.set(place, StepStatus::Cancelled, Phase::Idle);
    }
}
