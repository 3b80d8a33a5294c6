//! Schedules, intervals and polls in memory: one ordered set of timers, so that what a moment costs
//! depends on what is due and not on how many there are.
//!
//! All of it can be told from the store: a row for each schedule, and the settings of the runs that it
//! started.

mod ask;
mod fire;
mod poll;
mod seen;

pub(crate) use ask::Ask as ScheduleAsk;
pub use ask::{ScheduleError, ScheduleState};

use crate::dispatcher::{Dispatcher, Registry};
use crate::unit::Unit;
use cronflow_core::{
    definition::{Source, Workflow, thaw},
    id::{RunId, TaskId},
    json::JsonText,
    storage::{self, MissRow, Reader, ScheduleRow, Write},
    time::Timestamp,
};
use seen::Seen;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// See the module's text.
#[derive(Default)]
pub(crate) struct Schedules {
    all: Vec<Armed>,
    by_id: HashMap<Arc<str>, usize>,
    /// When which of them wants to be looked at.
    timers: BTreeSet<(Timestamp, usize)>,
    /// The tasks of polls.
    polls: HashMap<TaskId, usize>,
    /// Schedules one of whose runs has ended while others wait for that.
    freed: Vec<usize>,
    /// What was due before was missed.
    begun: Option<Timestamp>,
    /// Polls are asked by hand alone.
    polls_rest: bool,
}

/// One schedule of a workflow that is served.
struct Armed {
    workflow: Arc<Workflow>,
    /// Its number among the workflow's triggers.
    entry: u32,
    row: ScheduleRow,
    /// Its entry among the timers.
    wake: Option<Timestamp>,
    /// Runs that it started and that have not ended.
    open: BTreeSet<RunId>,
    /// Runs that begin when those have ended.
    line: BTreeSet<RunId>,
    /// The last time, when it was skipped: the next one that is skipped too joins its row.
    skipped: Option<MissRow>,
    /// Of a poll: its task, and the ids that it knows.
    task: Option<TaskId>,
    seen: Seen,
}

impl Armed {
    fn source(&self) -> &Source {
        &self.workflow.triggers[self.entry as usize].source
    }

    /// When it wants to be looked at next.
    fn next_wake(&self) -> Option<Timestamp> {
        if self.row.is_paused || self.task.is_some() {
            return None;
        }
        match self.source() {
            Source::Schedule(schedule) => schedule.next_after(self.row.cursor).map(|time| schedule.starts_at(time)),
            Source::Poll(_) if self.row.last_fire.is_none() && self.row.failures == 0 => Some(self.row.cursor),
            source => self.row.next_attempt.or_else(|| source.next_after(self.row.cursor)),
        }
    }

    fn put(&self) -> Write {
        Write::PutSchedule(self.row.clone())
    }
}

impl Schedules {
    /// Arms what the workflows have. What has changed since the last start is in the writes.
    pub(crate) fn load(
        registry: &Registry,
        reader: &dyn Reader,
        now: Timestamp,
    ) -> Result<(Self, Vec<Write>), storage::Error> {
        let rows = reader.schedules()?.into_iter();
        let mut known: BTreeMap<Arc<str>, ScheduleRow> = rows.map(|row| (row.id.clone(), row)).collect();
        let mut schedules = Self { begun: Some(now), ..Self::default() };
        let mut writes = Vec::new();
        let mut workflows: Vec<&Arc<Workflow>> = registry.current.values().collect();
        workflows.sort_by(|a, b| a.id.cmp(&b.id));
        for workflow in workflows {
            for (entry, trigger) in (0..).zip(&workflow.triggers) {
                let Some((id, spec)) = trigger.source.schedule_id().zip(trigger.source.schedule_spec()) else {
                    continue;
                };
                let before = known.remove(id);
                let row = row_of(workflow, &trigger.source, id, JsonText::of(&spec), before.as_ref(), now);
                if before.as_ref() != Some(&row) {
                    writes.push(Write::PutSchedule(row.clone()));
                }
                let is_poll = matches!(trigger.source, Source::Poll(_));
                let ids = if is_poll { reader.poll_ids(id)? } else { Vec::new() };
                schedules.add(Armed {
                    workflow: workflow.clone(),
                    entry,
                    row,
                    wake: None,
                    open: BTreeSet::new(),
                    line: BTreeSet::new(),
                    skipped: None,
                    task: None,
                    seen: Seen::new(ids),
                });
            }
        }
        let gone = known.into_values().filter(|row| row.is_served);
        writes.extend(gone.map(|row| Write::PutSchedule(ScheduleRow { is_served: false, ..row })));
        Ok((schedules, writes))
    }

    fn add(&mut self, armed: Armed) {
        let index = self.all.len();
        self.by_id.insert(armed.row.id.clone(), index);
        self.all.push(armed);
        self.arm(index);
    }

    /// Keeps the timers in step with a schedule.
    fn arm(&mut self, index: usize) {
        let rests = self.polls_rest;
        let armed = &mut self.all[index];
        let wake = armed.next_wake().filter(|_| !rests || !matches!(armed.source(), Source::Poll(_)));
        if wake == armed.wake {
            return;
        }
        if let Some(before) = std::mem::replace(&mut armed.wake, wake) {
            self.timers.remove(&(before, index));
        }
        self.timers.extend(wake.map(|at| (at, index)));
    }

    /// From now on polls are asked by hand alone.
    pub(crate) fn let_polls_rest(&mut self) {
        self.polls_rest = true;
        (0..self.all.len()).for_each(|index| self.arm(index));
    }

    /// The next moment at which something is due.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Takes out the first that is due.
    fn take_due(&mut self, now: Timestamp) -> Option<usize> {
        let (at, index) = self.timers.first().copied().filter(|(at, _)| *at <= now)?;
        self.timers.remove(&(at, index));
        self.all[index].wake = None;
        Some(index)
    }

    /// The schedule that a run belongs to.
    fn of_run(&mut self, id: Option<&Arc<str>>) -> Option<(usize, &mut Armed)> {
        let index = *self.by_id.get(id?)?;
        Some((index, &mut self.all[index]))
    }

    /// A run of a schedule is there: after a restart, or because somebody asked for it.
    pub(crate) fn join(&mut self, run: RunId, schedule: Option<&Arc<str>>, in_line: bool) {
        let Some((index, armed)) = self.of_run(schedule) else { return };
        if in_line {
            armed.line.insert(run);
            self.freed.push(index);
        } else {
            armed.open.insert(run);
        }
    }

    /// Somebody asked for a run of a schedule.
    pub(crate) fn note_run(&mut self, run: RunId, schedule: Option<&Arc<str>>) -> Option<Write> {
        let (_, armed) = self.of_run(schedule)?;
        armed.row.last_run = Some(run);
        Some(armed.put())
    }

    /// A run has ended, or was never recorded.
    pub(crate) fn leave(&mut self, run: RunId, schedule: Option<&Arc<str>>) {
        let Some((index, armed)) = self.of_run(schedule) else { return };
        armed.line.remove(&run);
        if armed.open.remove(&run) && !armed.line.is_empty() {
            self.freed.push(index);
        }
    }

    /// A run that may begin because the one before it has ended.
    fn next_in_line(&mut self) -> Option<RunId> {
        while let Some(index) = self.freed.pop() {
            let armed = &mut self.all[index];
            if armed.open.is_empty()
                && let Some(run) = armed.line.pop_first()
            {
                armed.open.insert(run);
                return Some(run);
            }
        }
        None
    }
}

/// The row that a schedule starts with: what was known of it goes on, unless its times have changed.
fn row_of(
    workflow: &Workflow,
    source: &Source,
    id: &Arc<str>,
    spec: JsonText,
    before: Option<&ScheduleRow>,
    now: Timestamp,
) -> ScheduleRow {
    let Some(before) = before else {
        return ScheduleRow {
            id: id.clone(),
            workflow_id: workflow.id.clone(),
            spec,
            is_served: true,
            is_paused: false,
            cursor: now,
            last_fire: None,
            last_run: None,
            misses: 0,
            failures: 0,
            last_error: None,
            next_attempt: None,
        };
    };
    let same = before.spec == spec || thaw(id, &before.spec.to_value()).is_some_and(|old| has_same_times(&old, source));
    // Times that a schedule did not have, or while nobody served it, were not missed.
    let cursor = if same && before.is_served { before.cursor } else { before.cursor.max(now) };
    let next_attempt = before.next_attempt.filter(|_| same);
    ScheduleRow { workflow_id: workflow.id.clone(), spec, is_served: true, cursor, next_attempt, ..before.clone() }
}

fn has_same_times(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::Schedule(a), Source::Schedule(b)) => (&a.timing, a.start) == (&b.timing, b.start),
        (Source::Poll(a), Source::Poll(b)) => a.every == b.every,
        _ => false,
    }
}

impl Dispatcher {
    /// Lets fire what is due: each schedule is a unit of its own.
    pub(crate) fn fire_due(&mut self) {
        let now = self.clock.now();
        while !self.is_stopping
            && let Some(index) = self.schedules.take_due(now)
        {
            let mut unit = Unit::default();
            match self.schedules.all[index].source() {
                Source::Poll(_) => self.ask_poll(index, &mut unit),
                _ => self.fire(index, now, &mut unit),
            }
            self.schedules.arm(index);
            self.settle_gate(&mut unit);
            self.push_unit(unit);
        }
    }

    /// Lets those begin that waited for the end of another run of their schedule.
    pub(crate) fn settle_lines(&mut self, unit: &mut Unit) {
        while !self.is_stopping
            && let Some(run) = self.schedules.next_in_line()
        {
            if let Some(live) = self.runs.get_mut(&run) {
                live.settings.in_line = false;
                self.save_settings(run, unit);
                self.pass_gate(run, unit);
            }
        }
    }
}
