//! `sleep` and `sleepUntil`: durable waits.

use crate::{
    duration,
    json::JsonText,
    machine::{StepStatus, driver::Driver, state::Phase},
    place::Place,
    time::Timestamp,
    worker::{Failure, FunctionRole},
};
use serde_json::Value;

impl Driver<'_> {
    pub(super) fn sleep_until(&mut self, place: &Place, at: Timestamp) {
        if self.cell(place).is_some_and(|cell| cell.row_is_open) {
            self.update(place, StepStatus::Waiting, None, Some(at));
        } else {
            self.begin(place, StepStatus::Waiting, None, Some(at));
        }
        self.set(place, StepStatus::Waiting, Phase::Open);
    }

    /// The function has said how long, or until when.
    pub(super) fn time_known(&mut self, place: &Place, role: FunctionRole, answer: &JsonText) {
        let known = match (role, answer.to_value()) {
            (FunctionRole::Duration, Value::Number(millis)) => millis
                .as_f64()
                .and_then(duration::from_millis)
                .map(|it| self.now().after(it))
                .ok_or_else(|| format!("{millis} is not a number of milliseconds up to 100 years")),
            (FunctionRole::Duration, Value::String(text)) => {
                duration::parse(&text).map(|it| self.now().after(it)).map_err(|error| error.to_string())
            }
            (FunctionRole::Until, Value::Number(millis)) => {
                millis.as_f64().map(|millis| Timestamp(millis as i64)).ok_or_else(|| "it is not a date".to_owned())
            }
            (_, other) => Err(format!("{other} is neither a number nor text that says how long")),
        };
        match known {
            Ok(at) => self.sleep_until(place, at),
            Err(reason) => {
                let (name, _) = self.naming(place);
                self.fail(place, Failure::new("TypeError", format!("the time of '{name}': {reason}")));
            }
        }
    }
}
