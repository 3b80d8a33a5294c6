//! `forEach`: the body for each item, some at a time.

use crate::{
    json::JsonText,
    machine::{driver::Driver, state::BodyEnd},
    place::Place,
    worker::Failure,
};
use std::collections::BTreeMap;

/// Where a loop over items stands.
pub(super) enum LoopStand {
    /// More bodies were begun, or are under way.
    Busy,
    /// One failed, and none is under way any more.
    Failed(Failure),
    /// All have ended well.
    Done,
}

impl Driver<'_> {
    pub(super) fn proceed_for_each(&mut self, place: &Place, name: &str, concurrency: u32) {
        match self.proceed_items(place, concurrency) {
            LoopStand::Busy => {}
            LoopStand::Failed(failure) => self.fail(place, failure),
            LoopStand::Done => {
                let Some((items, ends, _)) = self.bodies(place) else { return };
                let output = output(name, items, ends);
                self.complete(place, output, None);
            }
        }
    }

    /// Begins bodies up to the concurrency. After a failure no further one begins.
    pub(super) fn proceed_items(&mut self, place: &Place, concurrency: u32) -> LoopStand {
        loop {
            let Some((items, ends, begun)) = self.bodies(place) else { return LoopStand::Busy };
            let under_way = begun as usize - ends.len();
            // Of several failures that of the first item counts: a restart does not know which came first.
            let failure = ends.values().find_map(|end| end.as_ref().err().cloned());
            match failure {
                Some(failure) if under_way == 0 => return LoopStand::Failed(failure),
                Some(_) => return LoopStand::Busy,
                None => {}
            }
            if begun as usize >= items.len() {
                return if under_way == 0 { LoopStand::Done } else { LoopStand::Busy };
            }
            if under_way >= concurrency as usize {
                return LoopStand::Busy;
            }
            self.begin_body(place);
        }
    }
}

/// `{type, name, results: [{item, result, index}], totalItems}`.
fn output(name: &str, items: &[JsonText], ends: &BTreeMap<u32, BodyEnd>) -> JsonText {
    let mut text = format!("{{\"type\":\"forEach\",\"name\":{},\"results\":[", serde_json::Value::from(name));
    for (index, (item, end)) in items.iter().zip(ends.values()).enumerate() {
        let result = end.as_ref().map_or("null", JsonText::as_str);
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!("{comma}{{\"item\":{},\"result\":{result},\"index\":{index}}}", item.as_str()));
    }
    text.push_str(&format!("],\"totalItems\":{}}}", items.len()));
    JsonText::trusted(text)
}
