//! `race`: the branch that settles first decides, for good or bad; the others are cancelled.

use crate::{definition::Branches, machine::driver::Driver, place::Place};

impl Driver<'_> {
    pub(super) fn proceed_race(&mut self, place: &Place, branches: &Branches) {
        let Some((_, ends, begun)) = self.bodies(place) else { return };
        let first = ends.iter().next().map(|(winner, end)| (*winner, end.clone()));
        if let Some((winner, end)) = first {
            // Actions of the branch that was first go on beside the flow.
            for loser in (0..begun).filter(|number| *number != winner) {
                self.cancel_body(&place.body(loser), "another branch of the race was first");
            }
            return match end {
                Ok(output) => self.complete(place, output, None),
                Err(failure) => self.fail(place, failure),
            };
        }
        if begun < branches.count {
            self.begin_body(place);
            self.later_proceed(place.clone());
        }
    }
}
