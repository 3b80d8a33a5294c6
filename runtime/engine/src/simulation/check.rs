//! What must be true after every step of a simulation.

use super::{
    plan::{Plan, role_name},
    rig::Rig,
};
use cronflow_core::{
    id::{AttemptId, RunId},
    machine::{self, Note, Phase, RunState, RunStatus, StepStatus},
    place::Place,
    storage::{Reader as _, StepRow, StoredRun},
    time::Timestamp,
    worker::{FunctionRole, Task},
};
use std::{collections::BTreeMap, fmt::Write as _};

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Watch {
    /// Runs whose caller was told that they are recorded.
    pub(crate) acknowledged: Vec<RunId>,
    /// How often each run was retried.
    pub(crate) retried: BTreeMap<RunId, u32>,
    /// Tasks whose worker was lost.
    pub(crate) losses: u32,
    /// When rows are to be looked at again.
    wakes: BTreeMap<AttemptId, Timestamp>,
    /// Before when pending runs must not begin.
    starts: BTreeMap<RunId, Timestamp>,
}

impl Watch {
    /// A task was handed to a worker.
    pub(crate) fn submitted(&self, rig: &Rig, task: &Task) -> Result<(), String> {
        if let FunctionRole::Poll(_) = task.role {
            return Ok(());
        }
        let what = format!("{} {} of {}", task.place, role_name(task.role), task.context.run);
        let stored = rig.database.reader().run(task.context.run).expect("it can be read");
        let Some(stored) = stored else { return Err(format!("{what}: a task of a run that is not recorded")) };
        let rows = || stored.steps.iter().filter(|row| row.place == task.place);
        if matches!(task.role, FunctionRole::Handler | FunctionRole::Body(_))
            && rows().any(|row| row.status == StepStatus::Completed)
        {
            return Err(format!("{what}: a completed step is executed again"));
        }
        let has_row =
            !matches!(task.role, FunctionRole::CacheKey | FunctionRole::FlowKeys | FunctionRole::TriggerFilter(_));
        if has_row && !rows().any(|row| row.attempt == task.attempt) {
            return Err(format!("{what}: handed out before it was recorded"));
        }
        Ok(())
    }

    /// What rests in the store.
    pub(crate) fn rows(&mut self, rig: &Rig, plans: &[Plan]) -> Result<(), String> {
        let all = rig.stored();
        let known: BTreeMap<RunId, &StoredRun> = all.iter().map(|stored| (stored.run.id, stored)).collect();
        if let Some(run) = self.acknowledged.iter().find(|run| !known.contains_key(run)) {
            return Err(format!("{run} was acknowledged and is not there"));
        }
        for stored in &all {
            let run = &stored.run;
            let parent = run.parent.and_then(|parent| known.get(&parent));
            let is_orphan = parent.is_some_and(|parent| parent.run.status.is_terminal()) && !run.status.is_terminal();
            if is_orphan && !self.retried.contains_key(&run.id) {
                return Err(format!("{} outlives its parent", run.id));
            }
            self.start(rig, stored)?;
            self.timers(rig, stored)?;
            self.attempts(rig, stored, plans)?;
        }
        Ok(())
    }

    fn start(&mut self, rig: &Rig, stored: &StoredRun) -> Result<(), String> {
        let run = &stored.run;
        match (run.status, run.settings.start_at) {
            (RunStatus::Pending, Some(at)) => {
                self.starts.insert(run.id, at);
            }
            (RunStatus::Running | RunStatus::Waiting, _)
                if !self.retried.contains_key(&run.id)
                    && self.starts.get(&run.id).is_some_and(|at| *at > rig.now()) =>
            {
                return Err(format!("{} began too early", run.id));
            }
            _ => {}
        }
        Ok(())
    }

    fn timers(&mut self, rig: &Rig, stored: &StoredRun) -> Result<(), String> {
        let now = rig.now();
        for row in &stored.steps {
            let early = self.wakes.get(&row.id).is_some_and(|at| *at > now);
            let is_timer = matches!(&*row.kind, "sleep" | "sleepUntil" | "step" | "action");
            if row.status == StepStatus::Waiting && is_timer {
                self.wakes.extend(row.wake_at.map(|at| (row.id, at)));
            } else if early && matches!(row.status, StepStatus::Completed | StepStatus::Running) {
                return Err(format!("{} of {} woke too early", row.name, row.run_id));
            }
            let waits = Note::from_json(row.note.as_ref()) == Some(Note::Retry);
            let next = stored.steps.iter().find(|it| it.place == row.place && it.id > row.id);
            let too_early = |next: &StepRow| row.wake_at.is_some_and(|at| next.started_at < at);
            if waits && !self.retried.contains_key(&row.run_id) && next.is_some_and(too_early) {
                return Err(format!("{} of {} was tried again too early", row.name, row.run_id));
            }
        }
        Ok(())
    }

    /// No step fails more often than its retries allow, or begins more often than crashes explain.
    fn attempts(&self, rig: &Rig, stored: &StoredRun, plans: &[Plan]) -> Result<(), String> {
        let plan = plans.iter().find(|plan| plan.id == *stored.run.workflow_id);
        let lives = 1 + u64::from(self.retried.get(&stored.run.id).copied().unwrap_or_default());
        let mut counts: BTreeMap<&Place, (u64, u64, &StepRow)> = BTreeMap::new();
        for row in stored.steps.iter().filter(|row| matches!(&*row.kind, "step" | "action")) {
            let count = counts.entry(&row.place).or_insert((0, 0, row));
            count.0 += 1;
            count.1 += u64::from(row.status == StepStatus::Failed);
        }
        for (rows, failed, row) in counts.into_values() {
            let Some(item) = plan.and_then(|plan| plan.find(&row.name)) else { continue };
            let attempts = item.options["retry"]["attempts"].as_u64().unwrap_or(1);
            let handled = u64::from(item.says.contains_key("onError"));
            let most = (attempts + handled) * lives;
            let explained = most + u64::from(rig.rebuilds) + u64::from(self.losses);
            if failed > most || rows > explained {
                return Err(format!("{} of {}: {rows} attempts, {failed} failed", row.name, row.run_id));
            }
        }
        Ok(())
    }

    /// What the dispatcher has in memory.
    pub(crate) fn memory(&self, rig: &Rig) -> Result<(), String> {
        let dispatcher = &rig.dispatcher;
        for slots in dispatcher.gate.stats() {
            // A run that is retried does not wait in line again.
            let extra = self.retried.len();
            if slots.running > slots.limit as usize + extra {
                return Err(format!("{} runs hold {} slots of {}", slots.running, slots.limit, slots.owner));
            }
        }
        for (id, live) in &dispatcher.runs {
            if let Some(broken) = machine::violated(&live.state) {
                return Err(format!("{id}: {broken}"));
            }
            if live.state.status == RunStatus::Pending {
                continue;
            }
            if live.wake_at != live.state.next_wake()
                || live.wake_at.is_some_and(|at| !dispatcher.timers.contains(&(at, *id)))
            {
                return Err(format!("{id}: its timer is not noted"));
            }
            let calls = live.state.cells.iter().filter(|(_, cell)| cell.call.is_some());
            let calls: Vec<&Place> = calls.map(|(place, _)| place).collect();
            let mut tasks: Vec<&Place> = live.tasks.keys().collect();
            tasks.sort();
            if calls != tasks {
                return Err(format!("{id}: calls {calls:?} and tasks {tasks:?}"));
            }
        }
        Ok(())
    }

    /// Nothing is on its way: memory and store say the same, and somebody will wake each run.
    pub(crate) fn quiet(&self, rig: &Rig) -> Result<(), String> {
        let (mut queued, reader) = (0, rig.database.reader());
        for (id, live) in &rig.dispatcher.runs {
            let stored = reader.run(*id).expect("it can be read");
            let Some(stored) = stored else { return Err(format!("{id} lives and is not recorded")) };
            if live.state.status == RunStatus::Pending {
                queued += usize::from(live.wake_at.is_none() && live.tasks.is_empty());
                continue;
            }
            let owners = live.tasks.values().filter_map(|task| rig.dispatcher.tasks.get(task));
            let calls: Vec<_> = owners.map(|owner| (owner.place.clone(), owner.role)).collect();
            let rebuilt = machine::restore(&stored, &live.workflow, &calls, machine::Failed::Stays);
            let (live, rebuilt) = (show(&live.state), show(&rebuilt));
            if live != rebuilt {
                return Err(format!("{id}: rebuilt otherwise\nlive:\n{live}rebuilt:\n{rebuilt}"));
            }
        }
        let in_line: usize = rig.dispatcher.gate.stats().iter().map(|slots| slots.queued).sum();
        if queued != in_line {
            return Err(format!("{queued} runs wait in line, and {in_line} are counted"));
        }
        let lost = rig.dispatcher.tasks.keys().find(|task| !rig.tasks.contains_key(task));
        lost.map_or(Ok(()), |task| Err(format!("{task:?} is with nobody")))
    }
}

/// What a run's future depends on.
fn show(state: &RunState) -> String {
    let mut text = format!("{} {:?}\n", state.status, state.deadline);
    for (place, cell) in state.cells.iter().filter(|(_, cell)| !cell.status.is_terminal()) {
        let failures = if cell.phase == Phase::Open { 0 } else { cell.failures };
        let (phase, call, wake) = (cell.phase, cell.call, cell.wake_at);
        // Between two attempts a key may be asked for again.
        let key = cell.cache_key.as_ref().filter(|_| phase == Phase::Attempt);
        let _ = writeln!(text, "{place} {} {phase:?} {call:?} {wake:?} {failures} {key:?}", cell.status);
    }
    for (place, frame) in state.frames.iter().filter(|(_, frame)| !frame.is_over) {
        let views: Vec<_> = frame.views.iter().map(|view| (&view.name, &view.output)).collect();
        let _ = writeln!(text, "{place}: at {} {:?} {views:?}", frame.cursor, frame.failure.is_some());
    }
    let is_open = |place: &Place| state.cells.get(place).is_some_and(|cell| !cell.status.is_terminal());
    for (place, views) in state.rounds.iter().filter(|(place, _)| is_open(place)) {
        let _ = writeln!(text, "{place}: {:?}", views.last().map(|view| &view.output));
    }
    text
}
