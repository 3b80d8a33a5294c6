//! A store that refuses and an engine that stops, at the moment where it hurts.

use super::{dsl::*, script::trigger};
use crate::{
    dispatcher::Event,
    simulation::{plan::Plan, rig::Rig},
};
use cronflow_core::{
    machine::RunStatus,
    worker::{Blame, Failure, FunctionRole, Outcome},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::oneshot;

fn rig(plan: Plan) -> Rig {
    Rig::new(&[plan])
}

impl Rig {
    fn start(&mut self) {
        let request = Box::new(trigger("w", Value::Null));
        self.inbox.push_back(Event::Trigger { request, reply: oneshot::channel().0 });
        self.handle_all();
    }

    fn handle_all(&mut self) {
        while !self.inbox.is_empty() {
            self.handle();
        }
    }

    /// The task that is under way ends, and the consequences are committed.
    fn finish(&mut self, outcome: Outcome) {
        let (task, _) = self.tasks.pop_first().unwrap();
        self.inbox.push_back(Event::Finished { task, outcome });
        self.handle_all();
        self.commit(usize::MAX, true);
    }

    fn statuses(&self) -> Vec<RunStatus> {
        self.stored().iter().map(|stored| stored.run.status).collect()
    }
}

/// The run that gave way to one that could not be recorded has given way all the same.
#[test]
fn a_refused_run_takes_no_effect_on_others_with_it() {
    let mut rig = rig(plan("w", [step("a")]).fields(json!({"flow": {"debounce": {"per": 30}}})));
    rig.start();
    rig.commit(usize::MAX, true);
    rig.start();
    rig.database.fail_next_commits(1);
    rig.commit(usize::MAX, true);
    rig.commit(usize::MAX, true);
    assert_eq!(rig.statuses(), [RunStatus::Cancelled, RunStatus::Pending]);
}

/// The dispatcher goes on with a run until it hears that the run was turned away.
#[test]
fn nothing_of_a_refused_run_is_recorded() {
    let mut rig = rig(plan("w", [sleep("z", 5), step("a")]));
    rig.start();
    rig.clock.advance(Duration::from_millis(5));
    rig.inbox.push_back(Event::Tick);
    rig.database.fail_next_commits(1);
    rig.commit(usize::MAX, true);
    // The tick comes before the news.
    rig.handle();
    assert!(!rig.queue.is_empty(), "the sleep is over");
    rig.commit(usize::MAX, true);
    rig.handle_all();
    assert!(rig.tasks.is_empty(), "no step of it is executed");
    assert!(rig.stored().is_empty());
    assert!(rig.dispatcher.runs.is_empty());
}

/// A handler that has had its attempts gets no other one because the engine stopped during `onError`.
#[test]
fn a_stop_during_on_error_goes_on_with_it() {
    let mut rig = rig(plan("w", [step("a").gives("onError", json!(1))]));
    rig.start();
    rig.commit(usize::MAX, true);
    rig.finish(Outcome::Err(Failure::new("Error", "no")));
    rig.dispatcher.is_stopping = true;
    rig.finish(Outcome::WorkerLost { reason: String::new(), blame: Blame::Innocent });
    rig.crash();
    rig.commit(usize::MAX, true);
    let roles: Vec<FunctionRole> = rig.tasks.values().map(|task| task.role).collect();
    assert_eq!(roles, [FunctionRole::OnError]);
}
