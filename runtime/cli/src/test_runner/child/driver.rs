//! The loop around an isolate and the engines of its tests: whatever can run now, runs; when nothing
//! can, time jumps to the next timer; when there is none, what waits can never end.

use super::{
    kit::{Kit, Question},
    output::Output,
};
use cronflow_core::{
    error::{Code, Diagnostic},
    host::HostError,
    json::JsonText,
    time::{Clock as _, Timestamp, VirtualClock},
};
use cronflow_js::{FromLocal, LocalIsolate};
use serde_json::json;
use std::{collections::BTreeSet, rc::Rc, time::Instant};

/// An answer and the call it is for.
pub(super) type Answer = (u64, Result<JsonText, HostError>);

/// So many rounds of timers at one moment are a loop that waits for time to pass; then a millisecond passes.
const MAX_ROUNDS: usize = 20;

/// See the module's text.
pub(super) struct Driver {
    isolate: LocalIsolate,
    clock: VirtualClock,
    output: Rc<Output>,
    pub(super) kit: Kit,
    /// Who moves the clock: until when, and which call waits for it.
    moving: BTreeSet<(Timestamp, u64)>,
    /// Calls that want the next timer to come.
    next: Vec<u64>,
}

impl Driver {
    pub(super) fn new(isolate: LocalIsolate, clock: VirtualClock, output: Rc<Output>, seed: u64) -> Self {
        Self { isolate, kit: Kit::new(clock.clone(), seed), clock, output, moving: BTreeSet::new(), next: Vec::new() }
    }

    /// Takes what the isolate has to say.
    pub(super) fn flush(&mut self) {
        for message in self.isolate.take() {
            self.receive(message);
        }
    }

    /// Runs the tests of the file.
    pub(super) async fn run(&mut self, options: &JsonText) -> Result<(), Diagnostic> {
        self.isolate.drive("run", options)?;
        let mut is_stuck = false;
        let mut rounds = (self.clock.now(), 0);
        loop {
            // Requests under way get their turn.
            tokio::task::yield_now().await;
            self.isolate.turn();
            self.flush();
            // Questions first: what they send to an engine is taken in the same round.
            let answered = self.answer();
            let moved = self.kit.step(&mut self.isolate);
            if self.output.is_done() {
                // What the last lines of a file print may have come with an answer.
                self.flush();
                self.output.end();
                return Ok(());
            }
            self.expire()?;
            if moved || answered || self.isolate.is_ready() {
                is_stuck = false;
                self.pass_moment(&mut rounds);
            } else if self.isolate.has_work() {
                self.wait().await;
            } else if self.pass_time()? {
                is_stuck = false;
            } else if is_stuck {
                let message = "the file waits for something that never comes";
                return Err(Diagnostic::new(Code::TopLevelThrow, message).with_help(
                    "look for an asynchronous describe(), or an await at the top level, whose promise nothing settles",
                ));
            } else {
                is_stuck = true;
                self.isolate.drive("stuck", &JsonText::null())?;
            }
        }
    }

    fn receive(&mut self, message: FromLocal) {
        match message {
            FromLocal::Outcome { life, task, outcome } => self.kit.finished(life, task, outcome),
            FromLocal::Log { life, task, level, text } => self.kit.logged(life, task, level, text),
            FromLocal::Call { life, call, request, .. } => {
                match self.kit.ask(life, call, &request, &mut self.isolate) {
                    Question::UnderWay => {}
                    Question::Answered(result) => self.isolate.reply(call, result),
                    Question::Next => self.next.push(call),
                    Question::Advance(millis) => {
                        let now = self.clock.now();
                        self.moving.insert((now.after(std::time::Duration::from_millis(millis)), call));
                    }
                }
            }
        }
    }

    /// Hands out answers that have come.
    fn answer(&mut self) -> bool {
        let mut any = false;
        while let Some((call, result)) = self.kit.next_answer() {
            any = true;
            self.isolate.reply(call, result);
        }
        any
    }

    /// Ends tests that have passed their time limit, which is one of real time.
    fn expire(&mut self) -> Result<(), Diagnostic> {
        let now = Instant::now();
        let late: Vec<(u64, u64)> = {
            let watches = self.output.watches.borrow();
            watches.iter().filter(|(_, watch)| watch.deadline <= now).map(|(id, watch)| (*id, watch.timeout)).collect()
        };
        for (number, timeout) in late {
            self.output.watches.borrow_mut().remove(&number);
            self.isolate.drive("expire", &JsonText::of(&json!({"number": number, "timeout": timeout})))?;
        }
        Ok(())
    }

    /// Timers without a delay that set the next ones would keep time from passing for ever.
    fn pass_moment(&mut self, (at, rounds): &mut (Timestamp, usize)) {
        let now = self.clock.now();
        if now != *at {
            (*at, *rounds) = (now, 0);
        } else if self.isolate.next_due().is_some_and(|due| due <= now) {
            *rounds += 1;
        }
        if *rounds > MAX_ROUNDS && !self.isolate.is_frozen() {
            *rounds = 0;
            self.move_to(now.after(std::time::Duration::from_millis(1)));
        }
    }

    /// Waits for real work, and no longer than a test may take.
    async fn wait(&mut self) {
        let next = self.output.watches.borrow().values().map(|watch| watch.deadline).min();
        tokio::select! {
            () = self.isolate.wait_for_work() => {}
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now).into()), if next.is_some() => {}
        }
    }

    /// Nothing can run at this moment: tells those who wait for that, else moves on to the next timer.
    /// `false` when nothing will ever happen by itself.
    fn pass_time(&mut self) -> Result<bool, Diagnostic> {
        if self.give(Kit::idle) || self.give(Kit::settled) {
            return Ok(true);
        }
        let due = self.isolate.next_due().into_iter().chain(self.kit.next_wake()).min();
        let next = std::mem::take(&mut self.next);
        if !next.is_empty() {
            if let Some(due) = due {
                self.move_to(due);
            }
            for call in next {
                self.isolate.reply(call, Ok(JsonText::of(&due.is_some().into())));
            }
            return Ok(true);
        }
        if let Some((until, call)) = self.moving.first().copied() {
            let stop = due.is_none_or(|due| due > until);
            self.move_to(due.filter(|_| !stop).unwrap_or(until));
            if stop {
                self.moving.remove(&(until, call));
                self.isolate.reply(call, Ok(JsonText::null()));
            }
            return Ok(true);
        }
        if let Some(due) = due.filter(|_| !self.isolate.is_frozen()) {
            self.move_to(due);
            return Ok(true);
        }
        Ok(self.give(Kit::stuck) || self.isolate.fail_what_cannot_settle())
    }

    fn give(&mut self, answers: impl FnOnce(&mut Kit) -> Vec<Answer>) -> bool {
        let answers = answers(&mut self.kit);
        let any = !answers.is_empty();
        for (call, result) in answers {
            self.isolate.reply(call, result);
        }
        any
    }

    fn move_to(&mut self, at: Timestamp) {
        if at > self.clock.now() {
            self.clock.set(at);
        }
        self.kit.tick();
    }
}
