//! Flow control: what is decided before a run may begin. All limits form one line; a run passes
//! them in this order, and what it has passed is durable.
//!
//! keys, delay, debounce, rate limit, singleton, throttle, concurrency with priority.
//!
//! Delay, debounce and throttle make a run wait for a moment, concurrency for a place. Debounce, the
//! rate limit and a singleton can end it before it began; then it is recorded as cancelled, with the
//! reason.

use crate::{
    dispatcher::Dispatcher,
    live::LiveRun,
    unit::{Ask, Then, Unit},
};
use cronflow_core::{
    definition::{Debounce, FlowControl, SingletonMode, Source},
    id::{RunId, TaskId},
    json::JsonText,
    machine::{Input, RunStatus},
    place::Place,
    storage::{StateOp, StateRow, Write},
    time::Timestamp,
    worker::{Blame, Failure, FunctionRole, Outcome, Task},
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// The scopes of flow control among the durable values.
pub(crate) const RATE_SCOPE: &str = "$rate";
pub(crate) const THROTTLE_SCOPE: &str = "$throttle";

/// The stages, as they rest in a run's settings.
mod stage {
    pub(super) const DELAY: u8 = 0;
    pub(super) const DEBOUNCE: u8 = 1;
    pub(super) const RATE: u8 = 2;
    pub(super) const SINGLETON: u8 = 3;
    pub(super) const THROTTLE: u8 = 4;
    pub(super) const CONCURRENCY: u8 = 5;
}

/// A limit's owner (a workflow or a queue) and a key; the key is empty when there is none.
type LimitKey = (Arc<str>, String);

/// What flow control keeps in memory. All of it can be told from the store.
#[derive(Default)]
pub(crate) struct Admission {
    starts: HashMap<LimitKey, Starts>,
    next_free: HashMap<LimitKey, Timestamp>,
    debounced: HashMap<LimitKey, RunId>,
    singles: HashMap<LimitKey, BTreeSet<RunId>>,
    slots: HashMap<LimitKey, Slots>,
    /// Where each run stands in the line.
    places: HashMap<RunId, Standing>,
    /// Slots that may have become free.
    freed: Vec<LimitKey>,
}

/// The starts that a rate limit counts.
#[derive(Default)]
struct Starts {
    at: VecDeque<Timestamp>,
    /// From when on none of them counts any more.
    until: Option<Timestamp>,
}

#[derive(Default)]
struct Slots {
    limit: u32,
    holders: BTreeSet<RunId>,
    queue: BTreeSet<(Reverse<i32>, RunId)>,
}

#[derive(Default)]
struct Standing {
    debounce: Option<LimitKey>,
    single: Option<LimitKey>,
    slot: Option<(LimitKey, i32)>,
}

/// How many runs hold slots, and wait for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotStats {
    /// The workflow or queue.
    pub owner: Arc<str>,
    /// The key; empty when there is none.
    pub key: String,
    /// Runs at once.
    pub limit: u32,
    /// Runs that hold a slot.
    pub running: usize,
    /// Runs that wait for one.
    pub queued: usize,
}

impl Admission {
    /// Takes over what earlier processes have recorded.
    pub(crate) fn load(&mut self, rates: &[StateRow], throttles: &[StateRow]) {
        for row in rates {
            if let (Some(key), Ok(at)) = (read_key(&row.key), serde_json::from_str(row.value.as_str())) {
                self.starts.insert(key, Starts { at, until: row.expires_at });
            }
        }
        for row in throttles {
            if let (Some(key), Ok(at)) = (read_key(&row.key), serde_json::from_str(row.value.as_str())) {
                self.next_free.insert(key, at);
            }
        }
    }

    pub(crate) fn stats(&self) -> Vec<SlotStats> {
        let stats = self.slots.iter().map(|((owner, key), slots)| SlotStats {
            owner: owner.clone(),
            key: key.clone(),
            limit: slots.limit,
            running: slots.holders.len(),
            queued: slots.queue.len(),
        });
        let mut all: Vec<SlotStats> = stats.collect();
        all.sort_by(|a, b| (&a.owner, &a.key).cmp(&(&b.owner, &b.key)));
        all
    }

    /// A later trigger cannot take the run's place any more.
    fn end_debounce(&mut self, run: RunId) {
        let key = self.places.get_mut(&run).and_then(|standing| standing.debounce.take());
        if let Some(key) = key
            && self.debounced.get(&key) == Some(&run)
        {
            self.debounced.remove(&key);
        }
    }

    /// A run has ended, or was never recorded: its places become free.
    pub(crate) fn leave(&mut self, run: RunId) {
        self.end_debounce(run);
        let Some(standing) = self.places.remove(&run) else { return };
        if let Some(key) = standing.single
            && let Some(runs) = self.singles.get_mut(&key)
        {
            runs.remove(&run);
            if runs.is_empty() {
                self.singles.remove(&key);
            }
        }
        if let Some((key, priority)) = standing.slot
            && let Some(slots) = self.slots.get_mut(&key)
        {
            slots.holders.remove(&run);
            slots.queue.remove(&(Reverse(priority), run));
            if slots.holders.is_empty() && slots.queue.is_empty() {
                self.slots.remove(&key);
            } else {
                self.freed.push(key);
            }
        }
    }

    /// Forgets limits that bind nobody any more.
    pub(crate) fn prune(&mut self, now: Timestamp) {
        self.next_free.retain(|_, free| *free > now);
        self.starts.retain(|_, starts| starts.until.is_some_and(|until| until > now));
    }
}

fn write_key((owner, key): &LimitKey) -> Arc<str> {
    serde_json::to_string(&(owner, key)).unwrap_or_default().into()
}

fn read_key(text: &str) -> Option<LimitKey> {
    serde_json::from_str(text).ok()
}

/// What a stage decides.
enum Verdict {
    Pass,
    /// It waits until this moment, and then passes.
    WaitUntil(Timestamp),
    /// It waits until somebody lets it in.
    Queue,
    /// It ends before it began.
    Refuse(String),
}

impl Dispatcher {
    /// Lets a pending run pass as far as it can. It begins, waits, or ends.
    pub(crate) fn pass_gate(&mut self, id: RunId, unit: &mut Unit) {
        loop {
            let Some(run) = self.runs.get(&id).filter(|run| run.state.status == RunStatus::Pending) else { return };
            if run.settings.in_line {
                return;
            }
            if run.settings.asks {
                return self.ask_trigger(id, unit);
            }
            if run.workflow.flow.has_keys() && run.settings.keys.is_none() {
                return self.ask_for_keys(id, unit);
            }
            let now = self.clock.now();
            let stage = run.settings.stage.unwrap_or(stage::DELAY);
            let verdict = match run.settings.start_at {
                Some(at) if at > now => Verdict::WaitUntil(at),
                Some(_) => Verdict::Pass,
                None => self.decide(id, stage, now, unit),
            };
            match verdict {
                Verdict::Pass if stage >= stage::CONCURRENCY => return self.apply(id, Input::Start, unit),
                Verdict::Pass => {
                    if stage == stage::DEBOUNCE {
                        self.gate.end_debounce(id);
                    }
                    self.set_stage(id, stage + 1, None);
                }
                Verdict::WaitUntil(at) => {
                    self.set_stage(id, stage, Some(at));
                    self.save_settings(id, unit);
                    return self.wake_pending(id, at);
                }
                Verdict::Queue => return self.save_settings(id, unit),
                Verdict::Refuse(reason) => {
                    let failure = Failure::new("NotAdmittedError", reason);
                    return self.end_pending(id, RunStatus::Cancelled, failure, unit);
                }
            }
        }
    }

    /// The moment has come that a pending run waited for.
    pub(crate) fn gate_due(&mut self, id: RunId, unit: &mut Unit) {
        self.pass_gate(id, unit);
    }

    /// Lets in those who wait for slots that have become free, or for the end of another run.
    pub(crate) fn settle_gate(&mut self, unit: &mut Unit) {
        self.settle_lines(unit);
        self.settle_slots(unit);
        // What began and ended at once may have made room again.
        self.settle_lines(unit);
    }

    fn settle_slots(&mut self, unit: &mut Unit) {
        while let Some(key) = self.gate.freed.pop() {
            while let Some(slots) = self.gate.slots.get_mut(&key) {
                if self.is_stopping || slots.holders.len() >= slots.limit as usize {
                    break;
                }
                let Some((_, run)) = slots.queue.pop_first() else { break };
                slots.holders.insert(run);
                self.apply(run, Input::Start, unit);
            }
        }
    }

    /// A run that was under way before a restart takes its places again.
    pub(crate) fn occupy_gate(&mut self, id: RunId) {
        self.occupy_single(id);
        let Some(run) = self.runs.get(&id) else { return };
        let flow = run.workflow.flow.clone();
        if let Some(concurrency) = &flow.concurrency {
            let (key, priority) = (slot_key(run, &flow), priority(run));
            let slots = self.gate.slots.entry(key.clone()).or_default();
            slots.limit = concurrency.limit;
            slots.holders.insert(id);
            self.gate.places.entry(id).or_default().slot = Some((key, priority));
        }
    }

    /// A run that waited before a restart takes the places again that it has passed.
    pub(crate) fn return_to_line(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id) else { return };
        let stage = run.settings.stage.unwrap_or(stage::DELAY);
        if let Some((_, key)) = debounce_of(run).filter(|_| stage == stage::DEBOUNCE) {
            self.gate.debounced.insert(key.clone(), id);
            self.gate.places.entry(id).or_default().debounce = Some(key);
        }
        if stage > stage::SINGLETON {
            self.occupy_single(id);
        }
    }

    fn occupy_single(&mut self, id: RunId) {
        let Some(run) = self.runs.get(&id).filter(|run| run.workflow.flow.singleton.is_some()) else { return };
        let key = limit_key(run, "singleton");
        self.gate.singles.entry(key.clone()).or_default().insert(id);
        self.gate.places.entry(id).or_default().single = Some(key);
    }

    fn decide(&mut self, id: RunId, stage: u8, now: Timestamp, unit: &mut Unit) -> Verdict {
        let Some(run) = self.runs.get(&id) else { return Verdict::Queue };
        let flow = run.workflow.flow.clone();
        match stage {
            stage::DEBOUNCE => self.debounce(id, now, unit),
            stage::RATE if flow.rate_limit.is_some() => self.rate_limit(id, &flow, now, unit),
            stage::SINGLETON if flow.singleton.is_some() => self.singleton(id, &flow, unit),
            stage::THROTTLE if flow.throttle.is_some() => self.throttle(id, &flow, now, unit),
            stage::CONCURRENCY if flow.concurrency.is_some() => self.take_slot(id, &flow),
            _ => Verdict::Pass,
        }
    }

    /// The last of several triggers runs, once no further one came for a while.
    fn debounce(&mut self, id: RunId, now: Timestamp, unit: &mut Unit) -> Verdict {
        let Some((debounce, key)) = self.runs.get(&id).and_then(debounce_of) else { return Verdict::Pass };
        // Keys are made by functions, and those of a later run may be known first.
        if self.gate.debounced.get(&key).is_some_and(|later| *later > id && self.runs.contains_key(later)) {
            return Verdict::Refuse("debounce: a later trigger took its place".to_owned());
        }
        let before = self.gate.debounced.insert(key.clone(), id);
        self.gate.places.entry(id).or_default().debounce = Some(key);
        let since = before.and_then(|before| self.runs.get(&before)).and_then(|run| run.settings.debounced_since);
        let since = since.unwrap_or(now);
        if let Some(run) = self.runs.get_mut(&id) {
            run.settings.debounced_since = Some(since);
        }
        if let Some(before) = before {
            let reason = "debounce: a later trigger took its place";
            let failure = Failure::new("NotAdmittedError", reason);
            self.end_pending(before, RunStatus::Cancelled, failure, unit);
        }
        let due = now.after(debounce.wait);
        Verdict::WaitUntil(debounce.max_wait.map_or(due, |most| due.min(since.after(most))))
    }

    /// At most so many starts in any span of the given length.
    fn rate_limit(&mut self, id: RunId, flow: &FlowControl, now: Timestamp, unit: &mut Unit) -> Verdict {
        let (Some(limit), Some(run)) = (&flow.rate_limit, self.runs.get(&id)) else { return Verdict::Pass };
        let key = limit_key(run, "rateLimit");
        let starts = self.gate.starts.entry(key.clone()).or_default();
        while starts.at.front().is_some_and(|at| at.after(limit.per) <= now) {
            starts.at.pop_front();
        }
        if starts.at.len() >= limit.count as usize {
            let per = limit.per.as_millis();
            return Verdict::Refuse(format!("rateLimit: {} runs in {per} ms have begun already", limit.count));
        }
        starts.at.push_back(now);
        starts.until = Some(now.after(limit.per));
        let value = serde_json::to_string(&starts.at).unwrap_or_default();
        let op = StateOp::Set { value: JsonText::trusted(value), expires_at: starts.until };
        unit.ask(Write::State { scope: RATE_SCOPE.into(), key: write_key(&key), op, at: now }, Ask::Ignore);
        Verdict::Pass
    }

    /// One run at a time; the second or the first gives way.
    fn singleton(&mut self, id: RunId, flow: &FlowControl, unit: &mut Unit) -> Verdict {
        let (Some(singleton), Some(run)) = (&flow.singleton, self.runs.get(&id)) else { return Verdict::Pass };
        let key = limit_key(run, "singleton");
        let others: Vec<RunId> = self.gate.singles.get(&key).into_iter().flatten().copied().collect();
        if let (SingletonMode::Skip, Some(other)) = (singleton.mode, others.first()) {
            return Verdict::Refuse(format!("singleton: run {other} is under way"));
        }
        self.gate.singles.entry(key.clone()).or_default().insert(id);
        self.gate.places.entry(id).or_default().single = Some(key);
        for other in others {
            let reason = format!("singleton: run {id} took its place");
            self.apply(other, Input::Cancel { reason }, unit);
        }
        Verdict::Pass
    }

    /// One start in any span of the given length; the others wait for their turn.
    fn throttle(&mut self, id: RunId, flow: &FlowControl, now: Timestamp, unit: &mut Unit) -> Verdict {
        let (Some(limit), Some(run)) = (&flow.throttle, self.runs.get(&id)) else { return Verdict::Pass };
        let key = limit_key(run, "throttle");
        let free = self.gate.next_free.get(&key).copied().unwrap_or(now).max(now);
        let next = free.after(limit.per);
        self.gate.next_free.insert(key.clone(), next);
        let op = StateOp::Set { value: JsonText::trusted(next.0.to_string()), expires_at: Some(next) };
        unit.ask(Write::State { scope: THROTTLE_SCOPE.into(), key: write_key(&key), op, at: now }, Ask::Ignore);
        if free > now { Verdict::WaitUntil(free) } else { Verdict::Pass }
    }

    /// So many runs at once; the others wait, those of higher priority in front.
    fn take_slot(&mut self, id: RunId, flow: &FlowControl) -> Verdict {
        let (Some(limit), Some(run)) = (&flow.concurrency, self.runs.get(&id)) else { return Verdict::Pass };
        let (key, priority) = (slot_key(run, flow), priority(run));
        let slots = self.gate.slots.entry(key.clone()).or_default();
        slots.limit = limit.limit;
        self.gate.places.entry(id).or_default().slot = Some((key, priority));
        if slots.holders.len() < slots.limit as usize && slots.queue.is_empty() {
            slots.holders.insert(id);
            return Verdict::Pass;
        }
        slots.queue.insert((Reverse(priority), id));
        Verdict::Queue
    }

    fn set_stage(&mut self, id: RunId, stage: u8, start_at: Option<Timestamp>) {
        if let Some(run) = self.runs.get_mut(&id) {
            (run.settings.stage, run.settings.start_at) = (Some(stage), start_at);
        }
    }

    /// Makes durable how far the run has come.
    pub(crate) fn save_settings(&mut self, id: RunId, unit: &mut Unit) {
        let Some(run) = self.runs.get(&id) else { return };
        let settings = run.settings.clone();
        let same = |write: &&mut Write| matches!(write, Write::InsertRun(row) if row.id == id);
        match unit.writes.iter_mut().find(same) {
            Some(Write::InsertRun(row)) => row.settings = settings,
            _ => unit.writes.push(Write::SetRunSettings { id, settings }),
        }
    }

    fn wake_pending(&mut self, id: RunId, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        if let Some(before) = run.wake_at.replace(at) {
            self.timers.remove(&(before, id));
        }
        self.timers.insert((at, id));
    }

    fn ask_for_keys(&mut self, id: RunId, unit: &mut Unit) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        // The run must be durable before any of its code runs; an answer may be under way already.
        if self.is_stopping || run.tasks.contains_key(&Place::root()) {
            return;
        }
        self.numbers.task += 1;
        let task = TaskId(self.numbers.task);
        run.tasks.insert(Place::root(), task);
        let owner = crate::live::TaskOwner {
            run: id,
            place: Place::root(),
            role: FunctionRole::FlowKeys,
            attempt: 1,
            path: run.workflow.id.clone(),
        };
        self.tasks.insert(task, owner);
        unit.then.push(Then::Submit(Box::new(Task {
            id: task,
            place: Place::root(),
            name: run.workflow.id.clone(),
            role: FunctionRole::FlowKeys,
            attempt: 1,
            timeout: None,
            context: run.state.context.clone(),
            steps: Vec::new(),
            argument: None,
            scopes: Vec::new(),
        })));
    }

    /// The author's functions have made the keys.
    pub(crate) fn keys_known(&mut self, id: RunId, outcome: Outcome, unit: &mut Unit) {
        if let Some(run) = self.runs.get_mut(&id) {
            run.tasks.remove(&Place::root());
        }
        let failure = match outcome {
            Outcome::Ok(text) => match serde_json::from_str::<BTreeMap<String, String>>(text.as_str()) {
                Ok(keys) => {
                    if let Some(run) = self.runs.get_mut(&id) {
                        run.settings.keys = Some(keys);
                    }
                    self.save_settings(id, unit);
                    return self.pass_gate(id, unit);
                }
                Err(_) => Failure::new("TypeError", "a key of flow control must be a string or a number"),
            },
            Outcome::WorkerLost { blame: Blame::Innocent, .. } => return self.ask_for_keys(id, unit),
            Outcome::WorkerLost { reason, .. } => Failure::new("WorkerLostError", reason),
            Outcome::Err(failure) => failure,
            Outcome::TimedOut | Outcome::Flow(_) | Outcome::Cancel { .. } => {
                Failure::new("Error", "a key function of flow control did not return a key")
            }
        };
        self.end_pending(id, RunStatus::Failed, failure, unit);
    }
}

/// The key of one limit of a run's workflow.
fn limit_key(run: &LiveRun, limit: &str) -> LimitKey {
    let key = run.settings.keys.as_ref().and_then(|keys| keys.get(limit).cloned());
    (run.workflow.id.clone(), key.unwrap_or_default())
}

/// The debounce that a run passes: that of its trigger, else that of its workflow.
fn debounce_of(run: &LiveRun) -> Option<(Debounce, LimitKey)> {
    let trigger = run.settings.entry.and_then(|entry| Some((entry, run.workflow.triggers.get(entry as usize)?)));
    if let Some((entry, trigger)) = trigger
        && let Source::Event { debounce: Some(debounce), .. } = &trigger.source
    {
        return Some((debounce.clone(), (format!("{}#{entry}", run.workflow.id).into(), String::new())));
    }
    Some((run.workflow.flow.debounce.clone()?, limit_key(run, "debounce")))
}

/// The key of a run's slots: workflows with the same queue share them.
fn slot_key(run: &LiveRun, flow: &FlowControl) -> LimitKey {
    let (workflow, key) = limit_key(run, "concurrency");
    (flow.queue.as_ref().map_or(workflow, |queue| format!("queue:{queue}").into()), key)
}

fn priority(run: &LiveRun) -> i32 {
    run.settings.priority.unwrap_or(run.workflow.flow.priority)
}
