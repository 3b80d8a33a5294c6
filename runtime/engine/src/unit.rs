//! Units: what one event wants written, what it asks the store, and what happens once that is
//! committed. A unit is never split over two transactions.

use crate::{
    dispatcher::Event,
    feed::RunChange,
    handle::{Accepted, RunEnd, TriggerError},
    live::Waiter,
};
use cronflow_core::{
    id::{RunId, TaskId},
    place::Place,
    storage::{self, Reply, Write},
    worker::{Task, TaskRunner},
};
use std::collections::HashSet;
use tokio::sync::oneshot;

/// See the module's text.
#[derive(Default)]
pub(crate) struct Unit {
    pub(crate) writes: Vec<Write>,
    /// One for each write that asks something, in order.
    pub(crate) asks: Vec<Ask>,
    pub(crate) then: Vec<Then>,
    /// Set when the unit adds a run that nobody has been promised yet.
    pub(crate) admission: Option<Admission>,
    /// Runs that have changed, for the feed.
    pub(crate) changes: Vec<RunChange>,
    /// Runs that were turned away and that no later unit mentions.
    pub(crate) forgotten: Vec<RunId>,
}

/// What becomes of the store's answer.
pub(crate) enum Ask {
    /// Whether the run of the unit's admission was added.
    Added,
    /// A kept output that a step looks for.
    Lookup { run: RunId, place: Place, key: String },
    /// Somebody waits for it.
    Tell(Box<dyn FnOnce(Reply) + Send>),
    /// Nobody cares.
    Ignore,
}

/// A trigger that waits for its run to be durable.
pub(crate) struct Admission {
    pub(crate) run: RunId,
    pub(crate) reply: oneshot::Sender<Result<Accepted, TriggerError>>,
    pub(crate) end: oneshot::Receiver<RunEnd>,
    /// All runs that the unit adds: this one and its children.
    pub(crate) born: Vec<RunId>,
}

/// What happens after a commit.
pub(crate) enum Then {
    /// Hand a task to a worker.
    Submit(Box<Task>),
    /// Nobody wants the outcome of a task any more.
    Stop(TaskId),
    /// Tell those who wait for the run, and drop what the workers keep of it.
    Ended { run: RunId, waiters: Vec<Waiter>, end: RunEnd },
    /// Tell those who want to know that the run waits, and drop what the workers keep of it.
    Waits { run: RunId, waiters: Vec<Waiter>, end: RunEnd },
    /// Tell somebody.
    Tell(Box<dyn FnOnce() + Send>),
}

impl Unit {
    /// Adds a write that the store answers.
    pub(crate) fn ask(&mut self, write: Write, ask: Ask) {
        debug_assert!(write.is_question(), "only questions are answered");
        self.writes.push(write);
        self.asks.push(ask);
    }

    /// The unit is committed: lets its consequences out. What the dispatcher must know goes to
    /// `events`. Returns which runs have changed.
    pub(crate) fn release(
        self,
        replies: Vec<Reply>,
        runner: &dyn TaskRunner,
        mut events: impl FnMut(Event),
    ) -> Vec<RunChange> {
        let mut taken = None;
        let mut changes = self.changes;
        for (ask, reply) in self.asks.into_iter().zip(replies) {
            match (ask, reply) {
                (Ask::Added, Reply::Taken(other)) => taken = Some(other),
                (Ask::Lookup { run, place, key }, Reply::Value(output)) => {
                    events(Event::Cached { run, place, key, output });
                }
                (Ask::Tell(tell), reply) => tell(reply),
                _ => {}
            }
        }
        match (self.admission, taken) {
            (Some(admission), Some(other)) => {
                changes.retain(|change| change.run != admission.run);
                events(Event::Taken { own: admission.run, other, reply: admission.reply, end: admission.end });
            }
            (Some(Admission { run, reply, end, .. }), None) => {
                // The caller may have gone; its run goes on all the same.
                let _ = reply.send(Ok(Accepted { run, end, is_new: true }));
                events(Event::Added(run));
            }
            (None, _) => {}
        }
        for then in self.then {
            match then {
                Then::Submit(task) => runner.submit(*task),
                Then::Stop(task) => runner.stop(task),
                Then::Ended { run, waiters, end } | Then::Waits { run, waiters, end } => {
                    runner.forget(run);
                    for waiter in waiters {
                        let _ = waiter.sender.send(end.clone());
                    }
                }
                Then::Tell(tell) => tell(),
            }
        }
        changes
    }

    /// Drops what the unit wants for runs that were turned away. Their children go with them.
    pub(crate) fn screen(&mut self, gone: &mut HashSet<RunId>) {
        if !gone.is_empty() {
            self.writes.retain(|write| write.is_question() || !concerns(write, gone));
            self.changes.retain(|change| !gone.contains(&change.run));
            self.then.retain(|then| !matches!(then, Then::Submit(task) if gone.contains(&task.context.run)));
        }
        for run in self.forgotten.drain(..) {
            gone.remove(&run);
        }
    }

    /// Whether runs begin or end here that the unit does not add.
    fn changes_others(&self, born: &[RunId]) -> bool {
        self.writes.iter().any(|write| match write {
            Write::SetRunStatus { id, .. } | Write::FinishRun { id, .. } => !born.contains(id),
            _ => false,
        })
    }

    /// The store refused the unit. A new run is turned away; everything else is kept for the next
    /// try.
    pub(crate) fn refuse(mut self, error: &storage::Error, mut events: impl FnMut(Event)) -> Option<Self> {
        let born = self.admission.as_ref().map(|admission| admission.born.as_slice());
        // Runs that gave way to the new one have done so already.
        if born.is_none_or(|born| self.changes_others(born)) {
            return Some(self);
        }
        let Some(admission) = self.admission.take() else {
            return Some(self);
        };
        events(Event::Abandoned(admission.born));
        let _ = admission.reply.send(Err(TriggerError::Store(error.clone())));
        None
    }
}

/// Whether a write is about one of these runs. Changes of attempts need not be looked at: without the
/// attempt they change nothing.
fn concerns(write: &Write, gone: &mut HashSet<RunId>) -> bool {
    match write {
        Write::InsertRun(row) => row.parent.is_some_and(|parent| gone.contains(&parent)) && gone.insert(row.id),
        Write::InsertStep(row) => gone.contains(&row.run_id),
        Write::InsertLog(row) => gone.contains(&row.run_id),
        _ => false,
    }
}
