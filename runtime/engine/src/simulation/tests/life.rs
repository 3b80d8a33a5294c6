//! An engine whose clock the test moves by hand, with steps that end at once.

use crate::{
    dispatcher::Event,
    schedules::{ScheduleAsk, ScheduleState},
    simulation::{author::Author, plan::Plan, rig::Rig},
};
use cronflow_core::time::Timestamp;
use std::time::Duration;
use tokio::sync::oneshot;

/// Milliseconds.
pub(super) const MINUTE: u64 = 60_000;

pub(super) fn minutes(count: u64) -> Duration {
    Duration::from_millis(count * MINUTE)
}

/// An engine whose clock the test moves. Steps end at once.
pub(super) struct Life {
    pub(super) rig: Rig,
    pub(super) author: Author,
}

impl Life {
    pub(super) fn new(plans: &[Plan]) -> Self {
        Self { rig: Rig::new(plans), author: Author::new(plans) }
    }

    /// Whatever happens at the start has happened.
    pub(super) fn of(plans: &[Plan]) -> Self {
        let mut life = Self::new(plans);
        life.settle();
        life
    }

    /// Everything happens that can happen now.
    pub(super) fn settle(&mut self) {
        loop {
            if !self.rig.inbox.is_empty() {
                self.rig.handle();
            } else if !self.rig.queue.is_empty() || !self.rig.dispatcher.units.is_empty() {
                self.rig.queue.append(&mut self.rig.dispatcher.units);
                self.rig.commit(usize::MAX, true);
            } else if let Some((id, task)) = self.rig.tasks.pop_first() {
                let (outcome, _) = self.author.say(&task);
                self.author.note_answer(&task);
                self.rig.inbox.push_back(Event::Finished { task: id, outcome });
            } else if self.rig.dispatcher.next_wake().is_some_and(|at| at <= self.rig.now()) {
                self.rig.inbox.push_back(Event::Tick);
            } else {
                return;
            }
        }
    }

    /// Time passes, as the engine sees it.
    pub(super) fn pass(&mut self, span: Duration) {
        let end = self.rig.now().after(span);
        while let Some(at) = self.rig.dispatcher.next_wake().filter(|at| *at <= end) {
            self.rig.clock.set(at.max(self.rig.now()));
            self.settle();
        }
        self.rig.clock.set(end);
        self.settle();
    }

    /// The clock is set.
    pub(super) fn jump(&mut self, to: Timestamp) {
        self.rig.clock.set(to);
        self.settle();
    }

    /// The engine is killed and starts again some time later.
    pub(super) fn down(&mut self, span: Duration) {
        self.rig.clock.advance(span);
        self.rig.crash();
        self.settle();
    }

    pub(super) fn ask(&mut self, ask: ScheduleAsk) {
        self.rig.inbox.push_back(Event::Schedule(ask));
        self.settle();
    }

    pub(super) fn pause(&mut self, is_paused: bool) {
        self.ask(ScheduleAsk::Pause { id: "w".into(), is_paused, reply: oneshot::channel().0 });
    }

    pub(super) fn state(&mut self) -> ScheduleState {
        let (reply, mut answer) = oneshot::channel();
        self.ask(ScheduleAsk::List(reply));
        answer.try_recv().unwrap().remove(0)
    }
}
