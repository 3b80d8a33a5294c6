//! The dispatcher: one place owns every run. It takes events, applies each to its run, and hands out
//! units of writes with their consequences. It never waits and never does I/O, so that a simulation
//! can drive it as well as the engine's loop.

use crate::{
    admission::Admission as Gate,
    feed::{self, RunChange},
    handle::{Accepted, CancelError, RunEnd, TriggerError, TriggerRequest},
    live::{EngineWorld, LiveRun, Numbers, Random, TaskOwner, Waiter},
    management::Gauges,
    observer::{Observer, StepFailure},
    schedules::{ScheduleAsk, Schedules},
    unit::{Ask, Then, Unit},
};
use cronflow_core::{
    breaker::Breaker,
    definition::Workflow,
    host::{HostAnswer, HostRequest, LogLevel},
    id::{RunId, TaskId},
    json::JsonText,
    machine::{self, Effect, Input, Progress, RunState, RunStatus},
    place::Place,
    storage::{LogRow, StateOp, StoredRun, Write},
    time::{Clock, Timestamp},
    worker::{Failure, FunctionRole, Outcome, Task},
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;

/// Runs in memory; further triggers are turned away until some have ended.
pub(crate) const MAX_LIVE_RUNS: usize = 100_000;
/// A sleep that is longer makes a caller wait no more.
const LONG_WAIT: Duration = Duration::from_secs(30);
/// The scope of kept outputs among the durable values.
const CACHE_SCOPE: &str = "$cache";

/// One thing that happened.
pub(crate) enum Event {
    Trigger {
        request: Box<TriggerRequest>,
        reply: oneshot::Sender<Result<Accepted, TriggerError>>,
    },
    /// The run is durable.
    Added(RunId),
    /// Another run has the idempotency key.
    Taken {
        own: RunId,
        other: RunId,
        reply: oneshot::Sender<Result<Accepted, TriggerError>>,
        end: oneshot::Receiver<RunEnd>,
    },
    Finished {
        task: TaskId,
        outcome: Outcome,
    },
    Logged {
        task: TaskId,
        level: LogLevel,
        message: String,
    },
    Cached {
        run: RunId,
        place: Place,
        key: String,
        output: Option<JsonText>,
    },
    Publish {
        name: Arc<str>,
        payload: JsonText,
        reply: oneshot::Sender<i64>,
    },
    Resume {
        token: String,
        payload: JsonText,
        reply: oneshot::Sender<bool>,
    },
    Cancel {
        run: RunId,
        reason: String,
        reply: oneshot::Sender<Result<(), CancelError>>,
    },
    Retry {
        stored: Box<StoredRun>,
        reply: oneshot::Sender<Result<(), CancelError>>,
    },
    Host {
        request: Box<HostRequest>,
        answer: HostAnswer,
    },
    Write {
        write: Box<Write>,
        ask: Ask,
    },
    /// Writes that nobody waits for.
    Record(Vec<Write>),
    Gauges {
        reply: oneshot::Sender<Gauges>,
    },
    Concurrency {
        reply: oneshot::Sender<Vec<crate::admission::SlotStats>>,
    },
    Schedule(ScheduleAsk),
    Abandoned(Vec<RunId>),
    Tick,
    Stop {
        done: oneshot::Sender<()>,
    },
    WriterClosed,
}

/// Workflow versions that can execute.
#[derive(Default)]
pub(crate) struct Registry {
    /// By id: the version that new runs start on.
    pub(crate) current: HashMap<Arc<str>, Arc<Workflow>>,
    /// By id and version: those that old runs finish on.
    pub(crate) versions: HashMap<(Arc<str>, Arc<str>), Arc<Workflow>>,
}

pub(crate) struct Dispatcher {
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) numbers: Numbers,
    pub(crate) random: Random,
    pub(crate) breakers: HashMap<Arc<str>, Breaker>,
    pub(crate) runs: HashMap<RunId, LiveRun>,
    pub(crate) tasks: HashMap<TaskId, TaskOwner>,
    pub(crate) gate: Gate,
    pub(crate) schedules: Schedules,
    /// When which run wants to be woken.
    pub(crate) timers: BTreeSet<(Timestamp, RunId)>,
    /// Which runs may wait for an event.
    pub(crate) waiting: HashMap<Arc<str>, BTreeSet<RunId>>,
    pub(crate) units: Vec<Unit>,
    pub(crate) is_stopping: bool,
    /// Inputs that follow from the one that is being applied.
    pub(crate) inputs: VecDeque<(RunId, Input)>,
    /// Children that have been added and not passed flow control yet.
    pub(crate) newborn: Vec<RunId>,
}

impl Dispatcher {
    /// Takes one event; what it wants goes to `units`.
    pub(crate) fn handle(&mut self, event: Event) {
        let mut unit = Unit::default();
        let is_tick = matches!(event, Event::Tick);
        match event {
            Event::Trigger { request, reply } => self.trigger(*request, reply, &mut unit),
            Event::Added(run) => self.added(run, &mut unit),
            Event::Taken { own, other, reply, end } => self.taken(own, other, reply, end, &mut unit),
            Event::Finished { task, outcome } => self.finished(task, outcome, &mut unit),
            Event::Logged { task, level, message } => self.logged(task, level, message, &mut unit),
            Event::Cached { run, place, key, output } => {
                self.apply(run, Input::Cached { place, key, output }, &mut unit);
            }
            Event::Publish { name, payload, reply } => self.publish(&name, &payload, reply, &mut unit),
            Event::Resume { token, payload, reply } => self.resume(token, payload, reply, &mut unit),
            Event::Cancel { run, reason, reply } => self.cancel(run, reason, reply, &mut unit),
            Event::Retry { stored, reply } => self.retry(&stored, reply, &mut unit),
            Event::Write { write, ask } => {
                if matches!(*write, Write::SweepState { .. }) {
                    self.gate.prune(self.clock.now());
                }
                unit.ask(*write, ask);
            }
            Event::Record(writes) => unit.writes.extend(writes),
            Event::Concurrency { reply } => {
                let _ = reply.send(self.gate.stats());
            }
            Event::Schedule(ask) => self.asked_about_schedules(ask, &mut unit),
            Event::Gauges { reply } => {
                let _ = reply.send(self.gauges());
            }
            Event::Abandoned(runs) => self.abandon(runs, &mut unit),
            Event::Tick => self.tick(&mut unit),
            Event::Host { .. } | Event::Stop { .. } | Event::WriterClosed => {}
        }
        self.settle_gate(&mut unit);
        self.push_unit(unit);
        if is_tick {
            self.fire_due();
        }
    }

    pub(crate) fn push_unit(&mut self, unit: Unit) {
        if !unit.writes.is_empty() || !unit.then.is_empty() || !unit.forgotten.is_empty() {
            self.units.push(unit);
        }
    }

    fn gauges(&self) -> Gauges {
        let with = |status: RunStatus| self.runs.values().filter(|live| live.state.status == status).count();
        Gauges {
            runs: self.runs.len(),
            pending: with(RunStatus::Pending),
            waiting: with(RunStatus::Waiting),
            tasks: self.tasks.len(),
            timers: self.timers.len(),
            slots: self.gate.stats(),
        }
    }

    /// The moment of the next timer. While the engine stops nothing new begins.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        let of_runs = self.timers.first().map(|(at, _)| *at);
        let both = [of_runs, self.schedules.next_wake()];
        both.into_iter().flatten().min().filter(|_| !self.is_stopping)
    }

    fn tick(&mut self, unit: &mut Unit) {
        let now = self.clock.now();
        while let Some((at, run)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, run));
            let Some(live) = self.runs.get_mut(&run) else { continue };
            live.wake_at = None;
            if live.state.status == RunStatus::Pending {
                self.gate_due(run, unit);
            } else {
                self.apply(run, Input::Tick, unit);
            }
        }
    }

    fn finished(&mut self, task: TaskId, outcome: Outcome, unit: &mut Unit) {
        let Some(owner) = self.tasks.remove(&task) else {
            return;
        };
        match owner.role {
            FunctionRole::FlowKeys => return self.keys_known(owner.run, outcome, unit),
            FunctionRole::TriggerFilter(_) => return self.trigger_judged(owner.run, outcome, unit),
            FunctionRole::Poll(_) => return self.poll_ended(task, &owner, outcome, unit),
            _ => {}
        }
        if let Some(run) = self.runs.get_mut(&owner.run)
            && run.tasks.get(&owner.place) == Some(&task)
        {
            run.tasks.remove(&owner.place);
        }
        let TaskOwner { run, place, role, attempt, .. } = owner;
        self.apply(run, Input::Finished { place, role, attempt, outcome }, unit);
    }

    fn logged(&mut self, task: TaskId, level: LogLevel, message: String, unit: &mut Unit) {
        let Some(owner) = self.tasks.get(&task) else {
            return;
        };
        if let FunctionRole::Poll(_) = owner.role {
            // There is no run whose log could have it.
            tracing::info!(target: "cronflow::user", schedule = &*owner.path, level = level.as_str(), "{message}");
            return;
        }
        let row = LogRow { run_id: owner.run, step: owner.path.clone(), level, message, at: self.clock.now() };
        unit.writes.push(Write::InsertLog(row));
    }

    fn resume(&mut self, token: String, payload: JsonText, reply: oneshot::Sender<bool>, unit: &mut Unit) {
        // The token begins with the run's id.
        let run = token.get(..32).and_then(|id| id.parse::<RunId>().ok());
        let Some(run) = run.filter(|run| self.runs.contains_key(run)) else {
            let _ = reply.send(false);
            return;
        };
        let before = unit.writes.len();
        self.apply(run, Input::Resume { token, payload }, unit);
        let waited = unit.writes.len() > before;
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(waited);
        })));
    }

    fn cancel(&mut self, run: RunId, reason: String, reply: oneshot::Sender<Result<(), CancelError>>, unit: &mut Unit) {
        if !self.runs.contains_key(&run) {
            let _ = reply.send(Err(CancelError::NotLive));
            return;
        }
        self.apply(run, Input::Cancel { reason }, unit);
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(Ok(()));
        })));
    }

    fn retry(&mut self, stored: &StoredRun, reply: oneshot::Sender<Result<(), CancelError>>, unit: &mut Unit) {
        let run = &stored.run;
        let key = (run.workflow_id.clone(), run.version.clone());
        let workflow = if self.runs.contains_key(&run.id) || !run.status.is_terminal() {
            Err(CancelError::StillLive)
        } else if run.status == RunStatus::Completed {
            Err(CancelError::Completed)
        } else {
            self.registry.versions.get(&key).cloned().ok_or(CancelError::CodeMissing)
        };
        let workflow = match workflow {
            Ok(workflow) => workflow,
            Err(refusal) => {
                let _ = reply.send(Err(refusal));
                return;
            }
        };
        let state = machine::restore(stored, &workflow, &[], machine::Failed::IsOpen);
        self.insert(state, workflow, run.parent, run.settings.clone());
        // It does not wait in line again, and those that come later wait for it.
        self.occupy_gate(run.id);
        self.schedules.join(run.id, run.settings.schedule.as_ref(), false);
        unit.writes.extend(machine::retried(stored));
        self.apply(run.id, Input::Retry, unit);
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(Ok(()));
        })));
    }

    pub(crate) fn insert(
        &mut self,
        state: RunState,
        workflow: Arc<Workflow>,
        parent: Option<RunId>,
        settings: cronflow_core::storage::RunSettings,
    ) {
        let live =
            LiveRun { workflow, tasks: HashMap::new(), waiters: Vec::new(), parent, settings, wake_at: None, state };
        self.runs.insert(live.state.context.run, live);
    }

    /// The runs were never recorded, and their caller was told so.
    fn abandon(&mut self, mut runs: Vec<RunId>, unit: &mut Unit) {
        while let Some(run) = runs.pop() {
            unit.forgotten.push(run);
            if let Some(live) = self.runs.remove(&run) {
                self.forget(run, &live);
            }
            // Children that it has started since.
            runs.extend(self.runs.iter().filter(|(_, live)| live.parent == Some(run)).map(|(id, _)| *id));
        }
    }

    /// Drops everything that the dispatcher keeps of a run.
    pub(crate) fn forget(&mut self, id: RunId, run: &LiveRun) {
        for task in run.tasks.values() {
            self.tasks.remove(task);
        }
        if let Some(at) = run.wake_at {
            self.timers.remove(&(at, id));
        }
        self.gate.leave(id);
        self.schedules.leave(id, run.settings.schedule.as_ref());
    }

    /// Puts one input, and those that follow from it, through the machine; their effects go into
    /// the unit.
    pub(crate) fn apply(&mut self, run: RunId, input: Input, unit: &mut Unit) {
        self.inputs.push_back((run, input));
        self.follow_up(unit);
    }

    /// Applies what follows from inputs that were applied.
    pub(crate) fn follow_up(&mut self, unit: &mut Unit) {
        loop {
            if let Some((run, input)) = self.inputs.pop_front() {
                self.apply_one(run, input, unit);
            } else if let Some(child) = self.newborn.pop() {
                self.pass_gate(child, unit);
            } else {
                return;
            }
        }
    }

    fn apply_one(&mut self, id: RunId, input: Input, unit: &mut Unit) {
        let Some(mut run) = self.runs.remove(&id) else {
            return;
        };
        let mut world = EngineWorld {
            now: self.clock.now(),
            is_stopping: self.is_stopping,
            numbers: &mut self.numbers,
            random: &mut self.random,
            breakers: &mut self.breakers,
            writes: Vec::new(),
        };
        let effects = machine::apply(&mut run.state, &run.workflow, &mut world, input);
        for write in world.writes {
            unit.ask(write, Ask::Ignore);
        }
        let mut ended = false;
        let mut has_changed = false;
        for effect in effects {
            ended |= matches!(effect, Effect::End { .. });
            has_changed |= ended || matches!(effect, Effect::Write(_) | Effect::Status(_));
            self.carry_out(id, &mut run, effect, unit);
        }
        if has_changed {
            self.note_change(id, &run, run.state.status, unit);
        }
        // One wait may follow another without anything between them: a short sleep, and then an event.
        let is_asked = run.waiters.iter().any(|waiter| waiter.or_waits);
        if is_asked && run.state.status == RunStatus::Waiting && can_be_long(&run, self.clock.now()) {
            waits(id, &mut run, self.clock.now(), unit);
        }
        if ended {
            self.forget(id, &run);
            return;
        }
        self.note_wake(id, &mut run);
        self.runs.insert(id, run);
    }

    /// Notes for the feed that a run has changed.
    pub(crate) fn note_change(&self, id: RunId, run: &LiveRun, status: RunStatus, unit: &mut Unit) {
        let workflow = run.workflow.id.clone();
        feed::note(&mut unit.changes, RunChange { run: id, workflow, status, is_new: false, at: self.clock.now() });
    }

    /// Keeps the list of timers in step with the run.
    fn note_wake(&mut self, id: RunId, run: &mut LiveRun) {
        let wake_at = run.state.next_wake();
        if wake_at == run.wake_at {
            return;
        }
        if let Some(before) = run.wake_at {
            self.timers.remove(&(before, id));
        }
        run.wake_at = wake_at;
        if let Some(at) = wake_at {
            self.timers.insert((at, id));
        }
    }

    fn carry_out(&mut self, id: RunId, run: &mut LiveRun, effect: Effect, unit: &mut Unit) {
        match effect {
            Effect::Write(write) => add_write(unit, write),
            Effect::Call(call) => self.call(run, call, unit),
            Effect::Stop { place } => {
                if let Some(task) = run.tasks.remove(&place) {
                    self.tasks.remove(&task);
                    unit.then.push(Then::Stop(task));
                }
            }
            Effect::Lookup { place, key } => {
                let (scope, at) = (CACHE_SCOPE.into(), self.clock.now());
                let write = Write::State { scope, key: key.as_str().into(), op: StateOp::Get, at };
                unit.ask(write, Ask::Lookup { run: id, place, key });
            }
            Effect::Keep { key, output, expires_at } => {
                let op = StateOp::Set { value: output, expires_at };
                let write = Write::State { scope: CACHE_SCOPE.into(), key: key.into(), op, at: self.clock.now() };
                unit.ask(write, Ask::Ignore);
            }
            Effect::Subscribe { event } => {
                self.waiting.entry(event).or_default().insert(id);
            }
            Effect::StartChild { child, workflow, payload, wait } => {
                self.start_child(id, child, &workflow, payload, wait, unit);
            }
            Effect::CancelChild { child, reason } => self.inputs.push_back((child, Input::Cancel { reason })),
            Effect::Failed { step, attempt, failure } => self.observer.step_failed(StepFailure {
                run: id,
                workflow: run.workflow.id.to_string(),
                step: step.to_string(),
                attempt,
                failure,
            }),
            Effect::Status(RunStatus::Waiting) => waits(id, run, self.clock.now(), unit),
            Effect::Status(_) => {}
            Effect::End { status, output, error } => self.ended(id, run, RunEnd { status, output, error }, unit),
        }
    }

    fn call(&mut self, run: &mut LiveRun, call: machine::Call, unit: &mut Unit) {
        if self.is_stopping {
            return;
        }
        let path = run.state.frames.get(&call.place.scope()).map(|frame| frame.path.clone()).unwrap_or_default();
        let owner = TaskOwner {
            run: run.state.context.run,
            place: call.place.clone(),
            role: call.role,
            attempt: call.attempt,
            path: if path.is_empty() { call.name.clone() } else { format!("{path}{}", call.name).into() },
        };
        self.numbers.task += 1;
        let id = TaskId(self.numbers.task);
        run.tasks.insert(call.place.clone(), id);
        self.tasks.insert(id, owner);
        let task = Task {
            id,
            place: call.place,
            name: call.name,
            role: call.role,
            attempt: call.attempt,
            timeout: call.timeout,
            context: run.state.context.clone(),
            steps: call.steps,
            argument: call.argument,
            scopes: call.scopes,
        };
        unit.then.push(Then::Submit(Box::new(task)));
    }

    pub(crate) fn ended(&mut self, id: RunId, run: &mut LiveRun, end: RunEnd, unit: &mut Unit) {
        if let Some(parent) = run.parent {
            let RunEnd { status, output, error } = end.clone();
            self.inputs.push_back((parent, Input::ChildEnded { child: id, status, output, error }));
        }
        let failed = matches!(end.status, RunStatus::Failed | RunStatus::TimedOut);
        if failed || end.status == RunStatus::Completed {
            let error = end.error.as_ref().filter(|_| failed).map(crate::live::failure_json);
            self.note_end(run.settings.schedule.as_ref(), error.as_ref(), unit);
        }
        let waiters = std::mem::take(&mut run.waiters);
        unit.then.push(Then::Ended { run: id, waiters, end });
    }

    /// The other run answers for this one.
    fn taken(
        &mut self,
        own: RunId,
        other: RunId,
        reply: oneshot::Sender<Result<Accepted, TriggerError>>,
        end: oneshot::Receiver<RunEnd>,
        unit: &mut Unit,
    ) {
        let waiters = self.runs.remove(&own).map(|mut live| {
            self.forget(own, &live);
            std::mem::take(&mut live.waiters)
        });
        if let Some(live) = self.runs.get_mut(&other) {
            live.waiters.extend(waiters.into_iter().flatten());
        }
        // When the other run has ended already, the waiter is dropped, and the caller looks the end up:
        // so the answer comes behind what is not committed yet, which that end may be among.
        unit.then.push(Then::Tell(Box::new(move || {
            let _ = reply.send(Ok(Accepted { run: other, end, is_new: false }));
        })));
    }

    /// A failure that ends a run before it began.
    pub(crate) fn end_pending(&mut self, id: RunId, status: RunStatus, failure: Failure, unit: &mut Unit) {
        let Some(mut run) = self.runs.remove(&id) else { return };
        self.note_change(id, &run, status, unit);
        let error = Some(crate::live::failure_json(&failure));
        unit.writes.push(Write::FinishRun { id, status, output: None, error, at: self.clock.now() });
        self.ended(id, &mut run, RunEnd { status, output: None, error: Some(failure) }, unit);
        self.forget(id, &run);
        self.follow_up(unit);
    }
}

/// A run that is added and begins in one unit is written as it stands at the end.
fn add_write(unit: &mut Unit, write: Write) {
    if let Write::SetRunStatus { id, status, started_at } = &write {
        let same = |write: &&mut Write| matches!(write, Write::InsertRun(row) if row.id == *id);
        if let Some(Write::InsertRun(row)) = unit.writes.iter_mut().find(same) {
            row.status = *status;
            row.started_at = started_at.or(row.started_at);
            return;
        }
    }
    unit.writes.push(write);
}

/// Whether the wait of a run is for somebody, or for a long time.
fn can_be_long(run: &LiveRun, now: Timestamp) -> bool {
    let mut cells = run.state.cells.values().filter(|cell| !cell.status.is_terminal());
    let for_somebody = cells.any(|cell| matches!(cell.progress, Progress::Token { .. } | Progress::Events { .. }));
    let has_child = run.state.children().next().is_some();
    let is_long = run.state.next_wake().is_none_or(|at| at > now.after(LONG_WAIT));
    for_somebody || (is_long && !has_child)
}

/// The run begins a wait of its own. When that can be long, those who asked for it are told.
fn waits(id: RunId, run: &mut LiveRun, now: Timestamp, unit: &mut Unit) {
    let tells = can_be_long(run, now);
    let all = std::mem::take(&mut run.waiters);
    let (told, kept): (Vec<Waiter>, Vec<Waiter>) = all.into_iter().partition(|waiter| waiter.or_waits && tells);
    run.waiters = kept;
    let end = RunEnd { status: RunStatus::Waiting, output: None, error: None };
    unit.then.push(Then::Waits { run: id, waiters: told, end });
}
