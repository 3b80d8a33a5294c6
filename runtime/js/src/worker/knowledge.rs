//! What a worker knows of a run, so that nothing crosses the pipe twice.

use super::protocol::WireStep;
use cronflow_core::{
    place::Place,
    worker::{FunctionRole, Outcome, StepView},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What one worker knows of one run.
#[derive(Default)]
pub(crate) struct Knowledge {
    /// The numbers of the finished steps that it has heard of.
    numbers: HashMap<Place, u32>,
    /// Places whose output it made itself.
    own: HashSet<Place>,
}

impl Knowledge {
    /// The numbers of the steps that a task sees. What is new goes to `news`.
    pub(crate) fn tell(&mut self, steps: &[Arc<StepView>], news: &mut Vec<WireStep>) -> Vec<u32> {
        steps.iter().map(|step| self.number(step, news)).collect()
    }

    fn number(&mut self, step: &StepView, news: &mut Vec<WireStep>) -> u32 {
        if let Some(number) = self.numbers.get(&step.place) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(step.place.clone(), number);
        let output = (!self.own.contains(&step.place)).then(|| step.output.clone());
        news.push(WireStep { place: step.place.clone(), name: step.name.clone(), attempts: step.attempts, output });
        number
    }

    /// The worker has made an output.
    pub(crate) fn made(&mut self, place: Place) {
        self.own.insert(place);
    }
}

/// Whether an outcome is what later steps see of its place.
pub(crate) fn is_output(role: FunctionRole, outcome: &Outcome) -> bool {
    let makes = matches!(role, FunctionRole::Handler | FunctionRole::OnError | FunctionRole::Body(_));
    makes && matches!(outcome, Outcome::Ok(_))
}
