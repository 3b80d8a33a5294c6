//! `race`: the branch that settles first decides, for good or bad; the others are cancelled.

use crate::{definition::Branches, machine::driver::Driver, place::Place};

impl Driver<'_> {
    pub(super) fn proceed_race(&mut self, place: &Place, branches: &Branches) {
        let Some((_, ends, begun)) = self.bodies(place) else { return };
        if let Some(end) = ends.values().next().cloned() {
            self.cancel_within(place, "another branch of the race was first");
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
