//! Polls: a function is asked for items, and each id that it has not told before starts a run. The runs
//! and the ids are one unit.

use super::{Armed, Schedules};
use crate::{
    dispatcher::{Dispatcher, MAX_LIVE_RUNS},
    handle::RunEnd,
    live::{TaskOwner, failure_json},
    unit::{Then, Unit},
};
use cronflow_core::{
    definition::Source,
    id::TaskId,
    json::JsonText,
    machine::RunStatus,
    place::Place,
    schedule::Poll,
    storage::{RunSettings, Write},
    time::Timestamp,
    worker::{Blame, Failure, FunctionRole, Outcome, RunContext, Task},
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Items in one answer.
const MAX_ITEMS: usize = 1_000;
/// Longest id of an item, in bytes.
const MAX_ID: usize = 1_000;
/// The longest wait after failures, unless the poll's own interval is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(3600);

/// An item as the built-in modules pass it on.
#[derive(Deserialize)]
struct Item<'a> {
    id: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

impl Schedules {
    /// The poll that a task belongs to.
    fn take_poll(&mut self, task: TaskId) -> Option<usize> {
        let index = self.polls.remove(&task)?;
        self.all[index].task = None;
        Some(index)
    }
}

impl Armed {
    fn poll(&self) -> Option<&Poll> {
        match self.source() {
            Source::Poll(poll) => Some(poll),
            _ => None,
        }
    }

    fn failed(&mut self, failure: &Failure, now: Timestamp) {
        let every = self.poll().map_or(MAX_BACKOFF, |poll| poll.every);
        self.row.failures = self.row.failures.saturating_add(1);
        let doublings = self.row.failures.min(20);
        let wait = every.saturating_mul(1 << doublings).min(MAX_BACKOFF.max(every));
        self.row.last_error = Some(failure_json(failure));
        self.row.next_attempt = Some(now.after(wait));
        self.row.cursor = self.row.cursor.max(now);
        tracing::warn!(schedule = &*self.row.id, error = %failure.message, failures = self.row.failures, "a poll failed");
    }

    fn succeeded(&mut self, now: Timestamp) {
        let row = &mut self.row;
        (row.failures, row.last_error, row.next_attempt) = (0, None, None);
        row.last_fire = Some(now);
        row.cursor = row.cursor.max(now);
    }
}

impl Dispatcher {
    /// Hands the poll's function to a worker. It never overlaps itself.
    pub(super) fn ask_poll(&mut self, index: usize, unit: &mut Unit) {
        let now = self.clock.now();
        let armed = &self.schedules.all[index];
        let Some(timeout) = armed.poll().map(|poll| poll.timeout).filter(|_| armed.task.is_none()) else { return };
        let (workflow, entry) = (armed.workflow.clone(), armed.entry);
        self.numbers.task += 1;
        let (id, role) = (TaskId(self.numbers.task), FunctionRole::Poll(entry));
        // No run: but workers know what belongs together by that of a run.
        let run = self.numbers.run(now, &mut self.random);
        let attempt = armed.row.failures.saturating_add(1);
        let trigger = JsonText::of(&json!({"type": "poll", "schedule": &*armed.row.id}));
        let name = armed.row.id.clone();
        let owner = TaskOwner { run, place: Place::root(), role, attempt, path: name.clone() };
        self.tasks.insert(id, owner);
        self.schedules.polls.insert(id, index);
        self.schedules.all[index].task = Some(id);
        unit.then.push(Then::Submit(Box::new(Task {
            id,
            place: Place::root(),
            name,
            role,
            attempt,
            timeout: Some(timeout),
            context: Arc::new(RunContext {
                run,
                workflow: workflow.id.clone(),
                version: workflow.version.clone(),
                payload: JsonText::null(),
                trigger,
                entry: Some(entry),
                started_at: now,
                mocks: Vec::new(),
            }),
            steps: Vec::new(),
            argument: None,
            scopes: Vec::new(),
        })));
    }

    /// The function has answered.
    pub(crate) fn poll_ended(&mut self, task: TaskId, owner: &TaskOwner, outcome: Outcome, unit: &mut Unit) {
        let end = RunEnd { status: RunStatus::Completed, output: None, error: None };
        unit.then.push(Then::Ended { run: owner.run, waiters: Vec::new(), end });
        let Some(index) = self.schedules.take_poll(task) else { return };
        let now = self.clock.now();
        let failure = match outcome {
            Outcome::Ok(text) => self.take_items(index, &text, now, unit).err().map(|failure| *failure),
            Outcome::WorkerLost { blame: Blame::Innocent, .. } if !self.is_stopping => {
                return self.ask_poll(index, unit);
            }
            Outcome::Err(failure) => Some(failure),
            Outcome::TimedOut => {
                let limit = self.schedules.all[index].poll().map_or(0, |poll| poll.timeout.as_millis());
                Some(Failure::new("TimeoutError", format!("the poll did not answer within {limit} ms")))
            }
            Outcome::WorkerLost { reason, .. } => Some(Failure::new("WorkerLostError", reason)),
            Outcome::Cancel { reason } => Some(Failure::new("CancelledError", reason)),
            Outcome::Flow(_) => Some(Failure::new("TypeError", "a poll must return an array of items")),
        };
        let armed = &mut self.schedules.all[index];
        match failure {
            Some(failure) => armed.failed(&failure, now),
            None => armed.succeeded(now),
        }
        unit.writes.push(armed.put());
        self.schedules.arm(index);
    }

    /// Starts a run for each item that is new.
    fn take_items(
        &mut self,
        index: usize,
        text: &JsonText,
        now: Timestamp,
        unit: &mut Unit,
    ) -> Result<(), Box<Failure>> {
        let items: Vec<Item<'_>> = serde_json::from_str(text.as_str())
            .map_err(|_| Failure::new("TypeError", "a poll must return an array of items with an id and a payload"))?;
        let refuse = |message: String| Err(Box::new(Failure::new("RangeError", message)));
        if items.len() > MAX_ITEMS {
            return refuse(format!("the poll returned {} items; {MAX_ITEMS} are the most", items.len()));
        }
        if let Some(item) = items.iter().find(|item| item.id.is_empty() || item.id.len() > MAX_ID) {
            return refuse(format!("the id of an item must have 1 to {MAX_ID} bytes, not {}", item.id.len()));
        }
        let armed = &mut self.schedules.all[index];
        let mut names = HashSet::new();
        let fresh: Vec<&Item<'_>> =
            items.iter().filter(|item| !armed.seen.knows(&item.id) && names.insert(item.id.as_str())).collect();
        if self.runs.len() + fresh.len() > MAX_LIVE_RUNS {
            return refuse("too many runs at once".to_owned());
        }
        let mut noted: Vec<Arc<str>> = items.iter().map(|item| item.id.as_str().into()).collect();
        noted.retain(|id| armed.seen.note(id, now));
        let surplus = armed.seen.take_surplus();
        let (schedule, workflow, entry) = (armed.row.id.clone(), armed.workflow.clone(), armed.entry);
        if !noted.is_empty() {
            unit.writes.push(Write::SeePollIds { schedule: schedule.clone(), ids: noted, at: now });
        }
        if !surplus.is_empty() {
            unit.writes.push(Write::ForgetPollIds { schedule: schedule.clone(), ids: surplus });
        }
        for item in fresh {
            let run = self.numbers.run(now, &mut self.random);
            let about = JsonText::of(&json!({"type": "poll", "schedule": &*schedule, "item": item.id}));
            let settings =
                RunSettings { entry: Some(entry), schedule: Some(schedule.clone()), ..RunSettings::default() };
            self.schedules.all[index].row.last_run = Some(run);
            let payload = JsonText::trusted(item.payload.get());
            self.add_run(run, &workflow, payload, about, None, settings, unit);
            self.schedules.join(run, Some(&schedule), false);
            self.pass_gate(run, unit);
        }
        Ok(())
    }
}
