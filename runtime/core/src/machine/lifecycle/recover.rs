//! The engine came back: what was executing is executed again, what was finished is not.

use crate::{
    machine::{Progress, RunStatus, driver::Driver, state::Phase},
    place::Place,
    worker::{Failure, FunctionRole},
};

impl Driver<'_> {
    pub(in crate::machine) fn recover(&mut self) {
        if self.state.status == RunStatus::Pending {
            return self.start();
        }
        let live = self.state.cells.iter().filter(|(_, cell)| !cell.status.is_terminal());
        let live: Vec<Place> = live.map(|(place, _)| place.clone()).collect();
        for place in live {
            self.resume_cell(&place);
        }
        let frames: Vec<Place> = self.state.frames.keys().cloned().collect();
        for scope in frames {
            self.later_advance(scope);
        }
    }

    /// Lets a cell go on that waits for something which the restart has lost.
    pub(in crate::machine) fn resume_cell(&mut self, place: &Place) {
        let Some(cell) = self.cell(place).cloned() else { return };
        if cell.call.is_some() {
            return;
        }
        match cell.phase {
            Phase::Attempt => self.again(place, self.main_role(place), interrupted(), false),
            Phase::OnError => self.again(place, FunctionRole::OnError, interrupted(), false),
            Phase::Asking => {
                if let Some(role) = self.asking_role(place) {
                    self.again(place, role, interrupted(), false);
                }
            }
            Phase::Deciding => self.call(place, FunctionRole::RetryDecision),
            Phase::Open => self.resume_open(place, &cell.progress),
            // The attempt before was ended while the engine stopped; the next was not begun.
            Phase::Idle => match self.asking_role(place).filter(|_| !place.is_body() && !place.is_hook()) {
                Some(role) => self.ask(place, role),
                None => self.attempt(place),
            },
            Phase::Delay | Phase::Backoff | Phase::CacheKey | Phase::Lookup => {}
        }
    }

    fn resume_open(&mut self, place: &Place, progress: &Progress) {
        match progress {
            Progress::Token { timed_out: true, .. } => self.call(place, FunctionRole::OnTimeout),
            Progress::Token { told: false, .. } => self.call(place, FunctionRole::OnPause),
            Progress::Bodies { .. } => self.later_proceed(place.clone()),
            _ => {}
        }
    }
}

pub(in crate::machine) fn interrupted() -> Failure {
    Failure::new("InterruptedError", "the engine stopped while this attempt was executing")
}
