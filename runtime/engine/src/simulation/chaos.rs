//! Plays a case: everything that can happen happens in an order that the seed decides, until the
//! faults stop; then every run must end.

use super::{
    author::Author,
    case::{Case, Stimulus},
    check::Watch,
    random::Rng,
    rig::Rig,
};
use crate::{
    dispatcher::Event,
    handle::{Accepted, TriggerError, TriggerRequest},
};
use cronflow_core::{
    id::{RunId, TaskId},
    json::JsonText,
    machine::Note,
    storage::Reader as _,
    time::Timestamp,
    worker::{Blame, Failure, Outcome},
};
use serde_json::json;
use std::time::Duration;
use tokio::sync::oneshot;

/// Steps with faults.
const WILD_STEPS: usize = 250;
/// Steps without faults until every run must have ended.
const CALM_STEPS: usize = 50_000;
/// Restarts in one case.
const MAX_RESTARTS: u32 = 12;

type Reply = oneshot::Receiver<Result<Accepted, TriggerError>>;
type Verdict = Result<(), String>;

/// See the module's text.
pub(crate) struct Chaos<'a> {
    case: &'a Case,
    rng: Rng,
    rig: Rig,
    author: Author,
    watch: Watch,
    replies: Vec<Reply>,
    stimuli: usize,
    restarts: u32,
    pub(crate) trace: Vec<String>,
}

impl<'a> Chaos<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        Self {
            case,
            rng: Rng::new(case.seed ^ 0x5eed),
            rig: Rig::new(&case.plans),
            author: Author::new(&case.plans),
            watch: Watch::default(),
            replies: Vec::new(),
            stimuli: 0,
            restarts: 0,
            trace: Vec::new(),
        }
    }

    /// Plays the case; an error is what is wrong.
    pub(crate) fn play(&mut self) -> Verdict {
        for _ in 0..WILD_STEPS {
            self.wild_step()?;
            self.check()?;
        }
        self.restart_if_stopping();
        for step in 0..CALM_STEPS {
            if !self.calm_step(step)? {
                return self.all_ended();
            }
            self.check()?;
        }
        Err(format!("the runs do not end: {:?}", self.open()))
    }

    fn check(&mut self) -> Verdict {
        self.replies.retain_mut(|reply| match reply.try_recv() {
            Ok(Ok(accepted)) => {
                self.watch.acknowledged.push(accepted.run);
                false
            }
            Err(oneshot::error::TryRecvError::Empty) => true,
            _ => false,
        });
        if self.rig.dispatcher.is_stopping {
            return Ok(());
        }
        self.watch.memory(&self.rig)?;
        if self.rig.is_settled() { self.watch.quiet(&self.rig) } else { Ok(()) }
    }

    fn wild_step(&mut self) -> Verdict {
        let faults = self.case.faults;
        match self.rng.below(24) {
            0..=6 if !self.rig.inbox.is_empty() => {
                self.rig.handle();
                Ok(())
            }
            0..=13 if !self.rig.queue.is_empty() => self.commit(),
            0..=17 if !self.rig.tasks.is_empty() => {
                self.answer(true);
                Ok(())
            }
            18 if faults.crashes && self.rng.one_in(3) => {
                self.crash();
                Ok(())
            }
            18 if faults.stops && self.rng.one_in(6) => {
                self.trace.push("stop".to_owned());
                self.rig.dispatcher.is_stopping = true;
                Ok(())
            }
            19 if faults.replays && self.rig.is_settled() && !self.rig.dispatcher.is_stopping => {
                self.trace.push("replay".to_owned());
                self.rig.replay();
                Ok(())
            }
            19 => {
                self.late_outcome();
                Ok(())
            }
            20 if self.stimuli < self.case.stimuli.len() => {
                let stimulus = self.case.stimuli[self.stimuli].clone();
                self.stimuli += 1;
                self.happen(&stimulus);
                Ok(())
            }
            22.. => {
                self.pass_time();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn commit(&mut self) -> Verdict {
        let faults = self.case.faults;
        if faults.refusals && self.rng.one_in(6) {
            self.trace.push("refuse".to_owned());
            self.rig.database.fail_next_commits(1);
        }
        let count = 1 + self.rng.below(3);
        let dies = faults.crashes && self.restarts < MAX_RESTARTS && self.rng.one_in(20);
        self.commit_units(count, !dies)?;
        if dies {
            self.crash();
        }
        Ok(())
    }

    fn commit_units(&mut self, count: usize, is_release: bool) -> Verdict {
        for task in self.rig.commit(count, is_release) {
            self.watch.submitted(&self.rig, &task)?;
        }
        self.watch.rows(&self.rig, &self.case.plans)?;
        self.restart_if_stopped();
        Ok(())
    }

    /// A stop is over when nothing executes and everything is committed.
    fn restart_if_stopped(&mut self) {
        let rig = &self.rig;
        if rig.dispatcher.is_stopping && rig.tasks.is_empty() && rig.is_settled() {
            self.restart_if_stopping();
        }
    }

    fn restart_if_stopping(&mut self) {
        if self.rig.dispatcher.is_stopping {
            self.trace.push("start".to_owned());
            self.rig.crash();
        }
    }

    fn crash(&mut self) {
        if self.restarts < MAX_RESTARTS {
            self.restarts += 1;
            self.trace.push("crash".to_owned());
            self.rig.crash();
        }
    }

    fn answer(&mut self, is_wild: bool) {
        let ids: Vec<TaskId> = self.rig.tasks.keys().copied().collect();
        let id = self.rng.pick(&ids);
        let task = self.rig.tasks[&id].clone();
        let outcome = if is_wild { self.wild_outcome() } else { None };
        let outcome = outcome.unwrap_or_else(|| {
            let (outcome, _) = self.author.say(&task);
            self.watch.losses += u32::from(matches!(outcome, Outcome::WorkerLost { .. }));
            self.author.note_answer(&task);
            outcome
        });
        self.trace.push(format!("{} {} {:?} -> {outcome:?}", task.context.run, task.place, task.role));
        // A repeated outcome changes nothing.
        if is_wild && self.rng.one_in(10) {
            self.rig.inbox.push_back(Event::Finished { task: id, outcome: outcome.clone() });
        }
        self.rig.tasks.remove(&id);
        self.rig.inbox.push_back(Event::Finished { task: id, outcome });
        self.restart_if_stopped();
    }

    fn wild_outcome(&mut self) -> Option<Outcome> {
        if self.case.faults.losses && self.rng.one_in(8) {
            self.watch.losses += 1;
            let blame = self.rng.pick(&[Blame::Innocent, Blame::Suspect, Blame::Guilty]);
            return Some(Outcome::WorkerLost { reason: "it went away".to_owned(), blame });
        }
        if self.case.faults.failures && self.rng.one_in(8) {
            let never = Failure { retryable: Some(false), ..Failure::new("NonRetryableError", "no") };
            let failed = [Outcome::Err(Failure::new("Error", "no")), Outcome::TimedOut, Outcome::Err(never)];
            return Some(self.rng.pick(&failed));
        }
        None
    }

    /// The outcome of a task that was stopped comes all the same.
    fn late_outcome(&mut self) {
        if let Some((id, _)) = self.rig.stopped.pop_first() {
            self.trace.push(format!("late {id:?}"));
            self.rig.inbox.push_back(Event::Finished { task: id, outcome: Outcome::Ok(JsonText::null()) });
        }
    }

    fn pass_time(&mut self) {
        let next = self.rig.dispatcher.next_wake().filter(|at| *at > self.rig.now());
        let at = match next {
            Some(at) if self.rng.one_in(2) => at,
            _ => Timestamp(self.rig.now().0 + self.rng.below(8) as i64),
        };
        self.trace.push(format!("time {}", at.0 - 1_767_225_600_000));
        self.rig.clock.set(at);
        if !self.rig.dispatcher.is_stopping {
            self.rig.inbox.push_back(Event::Tick);
        }
    }

    fn happen(&mut self, stimulus: &Stimulus) {
        self.trace.push(format!("{stimulus:?}"));
        let event = match stimulus {
            Stimulus::Trigger { workflow, payload, key, delay, priority } => {
                let (reply, answer) = oneshot::channel();
                self.replies.push(answer);
                let workflow = self.case.plans[*workflow].id.as_str();
                let request = TriggerRequest {
                    idempotency_key: key.clone(),
                    delay: delay.map(Duration::from_millis),
                    priority: *priority,
                    ..TriggerRequest::new(workflow, JsonText::of(payload), JsonText::null())
                };
                Event::Trigger { request: Box::new(request), reply }
            }
            Stimulus::Publish { event, ok } => {
                let payload = JsonText::of(&json!({"ok": ok}));
                Event::Publish { name: (*event).into(), payload, reply: oneshot::channel().0 }
            }
            Stimulus::Resume { which } => {
                let tokens = self.tokens();
                let token = if tokens.is_empty() { String::new() } else { tokens[which % tokens.len()].clone() };
                Event::Resume { token, payload: JsonText::of(&json!(true)), reply: oneshot::channel().0 }
            }
            Stimulus::Cancel { which } => {
                let Some(run) = self.run(*which) else { return };
                Event::Cancel { run, reason: "by hand".to_owned(), reply: oneshot::channel().0 }
            }
            Stimulus::Retry { which } => {
                let Some(run) = self.run(*which) else { return };
                let Some(stored) = self.rig.database.reader().run(run).expect("it can be read") else { return };
                *self.watch.retried.entry(run).or_default() += 1;
                Event::Retry { stored: Box::new(stored), reply: oneshot::channel().0 }
            }
        };
        self.rig.inbox.push_back(event);
    }

    fn run(&self, which: usize) -> Option<RunId> {
        let all = self.rig.stored();
        all.get(which % all.len().max(1)).map(|stored| stored.run.id)
    }

    /// Tokens of everything that waits for a person.
    fn tokens(&self) -> Vec<String> {
        let paused = self.rig.database.reader().paused().expect("it can be read");
        let notes = paused.iter().filter_map(|row| Note::from_json(row.note.as_ref()));
        let token = |note| if let Note::Token { token, .. } = note { Some(token) } else { None };
        notes.filter_map(token).collect()
    }

    fn open(&self) -> Vec<RunId> {
        let open = self.rig.database.reader().open_runs().expect("it can be read");
        open.iter().map(|stored| stored.run.id).collect()
    }

    /// One step without faults. Returns whether there was anything to do.
    fn calm_step(&mut self, step: usize) -> Result<bool, String> {
        if !self.rig.inbox.is_empty() {
            self.rig.handle();
        } else if !self.rig.queue.is_empty() {
            self.commit_units(usize::MAX, true)?;
        } else if !self.rig.tasks.is_empty() {
            self.answer(false);
        } else if let Some(at) = self.rig.dispatcher.next_wake() {
            self.rig.clock.set(at.max(self.rig.now()));
            self.rig.inbox.push_back(Event::Tick);
        } else if self.open().is_empty() {
            return Ok(false);
        } else {
            self.help(step)?;
        }
        Ok(true)
    }

    /// Everybody who waits for an event or a person gets one.
    fn help(&mut self, step: usize) -> Verdict {
        let tokens = self.tokens();
        let waits = self.rig.dispatcher.runs.values().any(|live| live.state.awaited_events().next().is_some());
        if tokens.is_empty() && !waits {
            return Err(format!("nothing wakes {:?} after {step} steps", self.open()));
        }
        for which in 0..tokens.len() {
            self.happen(&Stimulus::Resume { which });
        }
        for event in ["go", "halt"] {
            self.happen(&Stimulus::Publish { event, ok: true });
        }
        Ok(())
    }

    fn all_ended(&self) -> Verdict {
        let live: Vec<RunId> = self.rig.dispatcher.runs.keys().copied().collect();
        if live.is_empty() { Ok(()) } else { Err(format!("ended runs are still in memory: {live:?}")) }
    }
}
