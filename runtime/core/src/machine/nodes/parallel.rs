//! `parallel`: all branches at once. It fails when one fails, after the others have settled.

use crate::{
    definition::Branches,
    json::JsonText,
    machine::{driver::Driver, state::BodyEnd},
    place::Place,
};
use std::collections::BTreeMap;

impl Driver<'_> {
    pub(super) fn proceed_parallel(&mut self, place: &Place, branches: &Branches) {
        while self.bodies(place).is_some_and(|(_, _, begun)| begun < branches.count) {
            self.begin_body(place);
        }
        let Some((_, ends, _)) = self.bodies(place) else { return };
        if ends.len() < branches.count as usize {
            return;
        }
        let failure = ends.values().find_map(|end| end.as_ref().err().cloned());
        match failure {
            Some(failure) => self.fail(place, failure),
            None => {
                let output = gather(ends, branches);
                self.complete(place, output, None);
            }
        }
    }
}

/// The results as an array, or as an object when the branches have names.
fn gather(ends: &BTreeMap<u32, BodyEnd>, branches: &Branches) -> JsonText {
    let values = ends.values().filter_map(|end| end.as_ref().ok()).map(JsonText::as_str);
    let text = match &branches.keys {
        None => format!("[{}]", values.collect::<Vec<_>>().join(",")),
        Some(keys) => {
            let key = |key: &String| serde_json::Value::from(key.as_str()).to_string();
            let pairs = keys.iter().zip(values).map(|(name, value)| format!("{}:{value}", key(name)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
    };
    JsonText::trusted(text)
}
