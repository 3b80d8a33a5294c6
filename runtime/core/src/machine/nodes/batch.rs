//! `batch`: the body for each group of items.

use super::for_each::LoopStand;
use crate::{
    json::JsonText,
    machine::{driver::Driver, state::BodyEnd},
    place::Place,
};
use std::collections::BTreeMap;

impl Driver<'_> {
    pub(super) fn proceed_batch(&mut self, place: &Place, name: &str, size: u32, concurrency: u32) {
        match self.proceed_items(place, concurrency) {
            LoopStand::Busy => {}
            LoopStand::Failed(failure) => self.fail(place, failure),
            LoopStand::Done => {
                let Some((groups, ends, _)) = self.bodies(place) else { return };
                let output = output(name, groups, ends, size);
                self.complete(place, output, None);
            }
        }
    }
}

/// Items in groups, each group a JSON array.
pub(in crate::machine) fn groups(items: &[JsonText], size: u32) -> Vec<JsonText> {
    let group = |chunk: &[JsonText]| {
        let texts: Vec<&str> = chunk.iter().map(JsonText::as_str).collect();
        JsonText::trusted(format!("[{}]", texts.join(",")))
    };
    items.chunks(size.max(1) as usize).map(group).collect()
}

/// `{type, name, results: [{batchIndex, items, result, size}], totalBatches, totalItems}`.
fn output(name: &str, groups: &[JsonText], ends: &BTreeMap<u32, BodyEnd>, size: u32) -> JsonText {
    let mut text = format!("{{\"type\":\"batch\",\"name\":{},\"results\":[", serde_json::Value::from(name));
    let mut total = 0;
    for (index, (group, end)) in groups.iter().zip(ends.values()).enumerate() {
        let result = end.as_ref().map_or("null", JsonText::as_str);
        // Only the last group may be smaller.
        let count =
            if index + 1 < groups.len() { size as usize } else { group.to_value().as_array().map_or(0, Vec::len) };
        total += count;
        let comma = if index == 0 { "" } else { "," };
        text.push_str(&format!(
            "{comma}{{\"batchIndex\":{index},\"items\":{},\"result\":{result},\"size\":{count}}}",
            group.as_str()
        ));
    }
    text.push_str(&format!("],\"totalBatches\":{},\"totalItems\":{total}}}", groups.len()));
    JsonText::trusted(text)
}
