//! `if` and `elseIf`: the answer of the condition says where the flow goes on.

use crate::{
    json::JsonText,
    machine::{Progress, driver::Driver},
    place::Place,
};

impl Driver<'_> {
    pub(super) fn branch_decided(&mut self, place: &Place, answer: &JsonText) {
        let truth = answer.as_str() == "true";
        self.set_progress(place, Progress::Truth(truth));
        self.complete(place, JsonText::trusted(if truth { "true" } else { "false" }), None);
    }
}
