//! `while`: the body again and again as long as the condition holds.

use crate::{
    json::JsonText,
    machine::{Progress, driver::Driver},
    place::Place,
    worker::FunctionRole,
};

impl Driver<'_> {
    pub(super) fn proceed_while(&mut self, place: &Place, max_iterations: u32) {
        let Some((_, ends, begun)) = self.bodies(place) else { return };
        let last = begun.checked_sub(1).map(|last| ends.get(&last).cloned());
        match last {
            // The body is under way.
            Some(None) => return,
            Some(Some(Err(failure))) => return self.fail(place, failure),
            Some(Some(Ok(_))) | None => {}
        }
        if self.cell(place).is_some_and(|cell| cell.call.is_some()) {
            return;
        }
        if begun >= max_iterations {
            return self.while_over(place, begun, false);
        }
        self.call(place, FunctionRole::Condition);
    }

    pub(super) fn round_decided(&mut self, place: &Place, answer: &JsonText) {
        let Some(begun) = self.bodies(place).map(|(_, _, begun)| begun) else { return };
        if answer.as_str() != "true" {
            return self.while_over(place, begun, true);
        }
        // Only the last round's end is ever asked for.
        if let Some(Progress::Bodies { ends, .. }) = self.cell_mut(place).map(|cell| &mut cell.progress) {
            ends.clear();
        }
        self.begin_body(place);
    }

    fn while_over(&mut self, place: &Place, iterations: u32, completed: bool) {
        let output = format!("{{\"iterations\":{iterations},\"completed\":{completed}}}");
        self.complete(place, JsonText::trusted(output), None);
    }
}
