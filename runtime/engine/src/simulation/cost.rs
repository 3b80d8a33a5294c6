//! What one moment costs the dispatcher when there are many schedules.

use super::{plan::Plan, rig::Rig};
use crate::dispatcher::Event;
use serde_json::json;
use std::time::{Duration, Instant};

/// The mean time for a minute in which `due` schedules fire and `idle` others do not, over some minutes.
#[must_use]
pub fn tick_cost(idle: usize, due: usize, minutes: u32) -> Duration {
    let plan = |number: usize, cron: String| {
        let triggers = json!([{"type": "schedule", "cron": cron, "timezone": "Europe/Berlin"}]);
        Plan { fields: json!({"triggers": triggers}), ..Plan::new(format!("w{number}"), Vec::new()) }
    };
    let at_rest = (0..idle).map(|number| plan(number, format!("{} {} 1 7 *", number % 60, number / 60 % 24)));
    let plans: Vec<Plan> =
        at_rest.chain((idle..idle + due).map(|number| plan(number, "* * * * *".to_owned()))).collect();
    let mut rig = Rig::new(&plans);
    let settle = |rig: &mut Rig| {
        while !rig.is_settled() || !rig.dispatcher.units.is_empty() {
            rig.handle();
            rig.queue.append(&mut rig.dispatcher.units);
            rig.commit(usize::MAX, true);
        }
    };
    settle(&mut rig);
    let mut spent = Duration::ZERO;
    for _ in 0..minutes {
        let next = rig.dispatcher.next_wake().expect("something is due each minute");
        rig.clock.set(next);
        let begin = Instant::now();
        rig.dispatcher.handle(Event::Tick);
        spent += begin.elapsed();
        settle(&mut rig);
    }
    spent / minutes
}
