//! One case of the random simulation: workflows, what happens from outside, and which faults there
//! are. All of it follows from a seed, and can be made smaller.

use super::{
    generate,
    plan::{Body, Item, Plan},
    random::Rng,
};
use serde_json::Value;

/// Something that happens from outside. Numbers pick one of those that there are at the time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stimulus {
    Trigger { workflow: usize, payload: Value, key: Option<String>, delay: Option<u64>, priority: Option<i32> },
    Publish { event: &'static str, ok: bool },
    Resume { which: usize },
    Cancel { which: usize },
    Retry { which: usize },
}

/// Which faults there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Faults {
    pub(crate) crashes: bool,
    pub(crate) stops: bool,
    pub(crate) refusals: bool,
    pub(crate) losses: bool,
    pub(crate) failures: bool,
    pub(crate) replays: bool,
}

/// See the module's text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) seed: u64,
    pub(crate) plans: Vec<Plan>,
    pub(crate) stimuli: Vec<Stimulus>,
    pub(crate) faults: Faults,
}

impl Case {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let plans = generate::plans(&mut rng);
        let count = 1 + rng.below(8);
        let mut stimuli = vec![generate::trigger(&mut rng)];
        stimuli.extend((0..count).map(|_| generate::stimulus(&mut rng)));
        let faults = Faults {
            crashes: rng.one_in(2),
            stops: rng.one_in(4),
            refusals: rng.one_in(3),
            losses: rng.one_in(2),
            failures: rng.one_in(2),
            replays: rng.one_in(3),
        };
        Self { seed, plans, stimuli, faults }
    }

    /// Cases with a little less in them.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for index in 1..self.stimuli.len() {
            let mut stimuli = self.stimuli.clone();
            stimuli.remove(index);
            all.push(Self { stimuli, ..self.clone() });
        }
        let flags: [fn(&mut Faults) -> &mut bool; 6] = [
            |it| &mut it.crashes,
            |it| &mut it.stops,
            |it| &mut it.refusals,
            |it| &mut it.losses,
            |it| &mut it.failures,
            |it| &mut it.replays,
        ];
        for flag in flags {
            let mut faults = self.faults;
            if std::mem::take(flag(&mut faults)) {
                all.push(Self { faults, ..self.clone() });
            }
        }
        for (index, plan) in self.plans.iter().enumerate() {
            for items in fewer(&plan.items) {
                let mut plans = self.plans.clone();
                plans[index].items = items;
                all.push(Self { plans, ..self.clone() });
            }
            if plan.fields != serde_json::json!({}) {
                let mut plans = self.plans.clone();
                plans[index].fields = serde_json::json!({});
                all.push(Self { plans, ..self.clone() });
            }
        }
        all
    }
}

/// Lists of nodes with one node less, at any depth. What belongs to an `if` goes with it.
fn fewer(items: &[Item]) -> Vec<Vec<Item>> {
    let mut all = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item.kind {
            "if" | "elseIf" | "else" | "endIf" => {
                if item.kind == "if" {
                    let end = items[index..].iter().position(|it| it.kind == "endIf").unwrap_or_default();
                    let mut rest = items.to_vec();
                    rest.drain(index..=index + end);
                    all.push(rest);
                }
                continue;
            }
            _ => {
                let mut rest = items.to_vec();
                rest.remove(index);
                all.push(rest);
            }
        }
        for (number, body) in item.bodies.iter().enumerate() {
            let Body::Flow(inner) = body else { continue };
            for inner in fewer(inner) {
                let mut rest = items.to_vec();
                rest[index].bodies[number] = Body::Flow(inner);
                all.push(rest);
            }
        }
    }
    all
}
