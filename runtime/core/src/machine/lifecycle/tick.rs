//! Time has passed: the run's own limit, and timers that are due.

use crate::{
    machine::{driver::Driver, state::Phase},
    place::Place,
    worker::Failure,
};

impl Driver<'_> {
    pub(in crate::machine) fn tick(&mut self) {
        let now = self.now();
        if self.state.deadline.is_some_and(|deadline| deadline <= now) {
            return self.time_out_run();
        }
        while let Some((at, place)) = self.state.timers.first().cloned() {
            if at > now {
                return;
            }
            self.set_wake(&place, None);
            self.wake(&place);
            // What is due now may be cancelled by what was due before it.
            self.settle();
        }
    }

    fn time_out_run(&mut self) {
        self.cancel_within(&Place::root(), "the run took longer than its timeout");
        self.flow_timed_out();
    }

    /// Nothing of the run's flow goes on.
    pub(in crate::machine) fn flow_timed_out(&mut self) {
        self.state.deadline = None;
        let limit = self.workflow.timeout.unwrap_or_default().as_millis();
        self.state.frames.values_mut().for_each(|frame| frame.is_over = true);
        if let Some(root) = self.state.frames.get_mut(&Place::root()) {
            let message = format!("the run took longer than its timeout of {limit} ms");
            root.failure = Some(Failure::new("TimeoutError", message));
        }
    }

    fn wake(&mut self, place: &Place) {
        match self.cell(place).map(|cell| cell.phase) {
            Some(Phase::Delay) => self.after_delay(place),
            Some(Phase::Backoff) => self.attempt(place),
            Some(Phase::Open) => self.wait_over(place),
            _ => {}
        }
    }
}
