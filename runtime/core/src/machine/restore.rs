//! Makes a run's state again out of its rows.
//!
//! Rows are taken from the outside in: a node before its bodies, a body before its nodes. Then every
//! flow walks over what is done, without beginning anything new. Calls that are still with a worker
//! are given by the caller; after a restart of the process there are none, and [`super::Input::Recover`]
//! makes them again.

use super::{Note, Progress, RunState, RunStatus, StepStatus, World, driver::Driver, nodes, state::Phase};
use crate::{
    breaker::{BreakerPolicy, Verdict},
    definition::{Given, NodeKind, Workflow},
    id::{AttemptId, RunId},
    json::JsonText,
    place::Place,
    storage::{StepRow, StoredRun},
    time::Timestamp,
    worker::{Failure, FunctionRole, RunContext},
};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

/// What is done with what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It stays failed.
    Stays,
    /// It counts as not done; [`super::Input::Retry`] goes on from there.
    IsOpen,
}

/// See the module's text.
#[must_use]
pub fn restore(stored: &StoredRun, workflow: &Workflow, live: &[(Place, FunctionRole)], failed: Failed) -> RunState {
    let run = &stored.run;
    let context = Arc::new(RunContext {
        run: run.id,
        workflow: run.workflow_id.clone(),
        version: run.version.clone(),
        payload: run.payload.clone(),
        trigger: run.trigger.clone(),
        entry: run.settings.entry,
        started_at: run.started_at.unwrap_or(run.created_at),
        mocks: run.settings.mocks.clone(),
    });
    let mut state = RunState::new(context, workflow);
    state.status = run.status;
    state.deadline = run.started_at.and_then(|start| workflow.timeout.map(|timeout| start.after(timeout)));
    let mut world = Still;
    let mut driver = Driver::new(&mut state, workflow, &mut world);
    driver.is_restoring = true;
    let needed = needed(&stored.steps);
    Restorer { driver, failed, needed, values: Vec::new() }.run(&stored.steps, live);
    if failed == Failed::IsOpen && state.status.is_terminal() {
        state.status = RunStatus::Waiting;
    }
    state
}

/// Places that something unfinished lies in.
fn needed(rows: &[StepRow]) -> HashSet<Place> {
    let mut needed = HashSet::new();
    let unfinished = |row: &&StepRow| {
        let note = Note::from_json(row.note.as_ref());
        row.completed_at.is_none() || matches!(note, Some(Note::Retry | Note::Deciding))
    };
    for row in rows.iter().filter(unfinished) {
        needed.extend(row.place.bodies());
    }
    needed
}

/// Whether the run's hook was called because of the run's time limit.
fn timed_out(rows: &[StepRow]) -> bool {
    let hook = Place::root().hook();
    let last = rows.iter().rev().find(|row| row.place == hook);
    last.is_some_and(|row| Note::from_json(row.note.as_ref()) == Some(Note::RunTimedOut))
}

/// The failure of a critical action; its body may have ended long ago.
fn critical(rows: &[StepRow]) -> Option<Failure> {
    let is_critical = |row: &&StepRow| Note::from_json(row.note.as_ref()) == Some(Note::Critical);
    let first = rows.iter().filter(is_critical).min_by_key(|row| row.completed_at)?;
    failure_of(first)
}

struct Restorer<'a> {
    driver: Driver<'a>,
    failed: Failed,
    needed: HashSet<Place>,
    /// Bodies that returned a value.
    values: Vec<(Place, JsonText)>,
}

impl Restorer<'_> {
    fn run(mut self, rows: &[StepRow], live: &[(Place, FunctionRole)]) {
        let mut by_place: BTreeMap<&Place, Vec<&StepRow>> = BTreeMap::new();
        for row in rows {
            by_place.entry(&row.place).or_default().push(row);
        }
        for (place, rows) in by_place {
            // A run that was retried begins some places anew: what was before does not count.
            let anew = rows.iter().rposition(|row| row.attempt == 1).unwrap_or_default();
            self.cell(place, &rows[anew..]);
        }
        if self.failed == Failed::Stays && timed_out(rows) {
            self.driver.flow_timed_out();
        }
        if self.failed == Failed::Stays && self.driver.state.failure.is_none() {
            self.driver.state.failure = critical(rows);
        }
        for (place, role) in live {
            if *role == FunctionRole::CacheKey {
                self.driver.open_cell(place);
                self.driver.set_wake(place, None);
                self.driver.set(place, StepStatus::Running, Phase::CacheKey);
            }
            self.driver.set_call(place, Some(*role));
        }
        self.walk();
    }

    /// Lets every flow walk over what is done: inner flows first, so that outer ones find their
    /// ends, and rounds of a loop in order.
    fn walk(&mut self) {
        let mut scopes: Vec<Place> = self.driver.state.frames.keys().cloned().collect();
        scopes.sort_by(|a, b| b.depth().cmp(&a.depth()).then_with(|| a.cmp(b)));
        for scope in scopes {
            if self.driver.frame(&scope).is_some_and(|frame| frame.is_over) {
                self.driver.drop_body(&scope);
            } else {
                self.driver.advance(&scope);
            }
        }
        self.driver.settle();
        self.last_rounds();
    }

    /// Flows of rounds were walked over after the rounds that returned a value; only the last round
    /// counts.
    fn last_rounds(&mut self) {
        for (body, value) in std::mem::take(&mut self.values) {
            let owner = body.parent().unwrap_or_default();
            let progress = self.driver.cell(&owner).map(|cell| &cell.progress);
            let Some(Progress::Bodies { ends, .. }) = progress else { continue };
            if ends.last_key_value().is_some_and(|(last, _)| *last == body.number()) {
                self.driver.remember_round(&body, &value);
            }
        }
    }

    fn cell(&mut self, place: &Place, rows: &[&StepRow]) {
        if self.driver.frame(&place.scope()).is_none() {
            return;
        }
        let Some(last) = rows.last() else { return };
        if place.is_body() {
            return self.body(place, rows, last);
        }
        // A failed run that goes on enters such nodes anew.
        let node = self.driver.node(place);
        let ended_badly = matches!(last.status, StepStatus::Failed | StepStatus::Cancelled);
        let note = Note::from_json(last.note.as_ref());
        let is_run_hook = *place == Place::root().hook();
        if note == Some(Note::Retried) && (ended_badly || is_run_hook) {
            return;
        }
        let reopens = self.failed == Failed::IsOpen && ended_badly;
        let has_bodies = node.as_ref().is_some_and(|node| nodes_with_bodies(&node.kind));
        let is_final = !matches!(note, Some(Note::Void { .. } | Note::Retry | Note::Deciding));
        let lacks_items = matches!(
            node.as_ref().map(|node| &node.kind),
            Some(NodeKind::ForEach { items: Given::Function, .. } | NodeKind::Batch { items: Given::Function, .. })
        ) && !matches!(note, Some(Note::Items { .. }));
        if reopens && is_final && (!has_bodies || lacks_items) {
            return;
        }
        if is_run_hook && self.failed == Failed::IsOpen {
            return;
        }
        self.counts(place, rows, last);
        let phase_and_status = match last.status {
            StepStatus::Completed => return self.completed(place, last),
            StepStatus::Skipped => (StepStatus::Skipped, Phase::Idle),
            StepStatus::Cancelled if matches!(note, Some(Note::Void { .. })) => (StepStatus::Pending, Phase::Idle),
            StepStatus::Cancelled | StepStatus::Failed if reopens && is_final => (StepStatus::Running, Phase::Open),
            StepStatus::Cancelled => (StepStatus::Cancelled, Phase::Idle),
            StepStatus::Failed => match note {
                Some(Note::Retry) => (StepStatus::Retrying, Phase::Backoff),
                Some(Note::Deciding) => (StepStatus::Retrying, Phase::Deciding),
                _ => return self.failed(place, last),
            },
            status => (status, self.open_phase(place, last, note.as_ref())),
        };
        self.driver.set(place, phase_and_status.0, phase_and_status.1);
        if !phase_and_status.0.is_terminal() {
            self.driver.set_wake(place, last.wake_at);
        }
        if phase_and_status.1 == Phase::Open
            && let Some(node) = node
        {
            self.open(place, &node.kind, note);
        }
    }

    /// What all cells have.
    fn counts(&mut self, place: &Place, rows: &[&StepRow], last: &StepRow) {
        let note_of = |row: &StepRow| Note::from_json(row.note.as_ref());
        let failed = |row: &&&StepRow| row.status == StepStatus::Failed && note_of(row) != Some(Note::OnError);
        let crashed = |row: &&&StepRow| note_of(row) == Some(Note::Void { crash: true });
        let failures = u32::try_from(rows.iter().filter(failed).count()).unwrap_or(u32::MAX);
        let crashes = u32::try_from(rows.iter().filter(crashed).count()).unwrap_or(u32::MAX);
        let failure = rows.iter().rev().find(|row| row.status == StepStatus::Failed).and_then(|row| failure_of(row));
        let cell = self.driver.open_cell(place);
        cell.attempt = last.attempt;
        cell.row = Some(last.id);
        cell.row_is_open = last.completed_at.is_none();
        (cell.failures, cell.crashes, cell.failure) = (failures, crashes, failure);
        cell.cache_key = match note_of(last) {
            Some(Note::CacheKey { key }) => Some(key),
            _ => None,
        };
    }

    fn completed(&mut self, place: &Place, last: &StepRow) {
        let output = last.result.clone().unwrap_or_else(JsonText::null);
        let is_condition = self
            .driver
            .state
            .node(place)
            .is_some_and(|node| matches!(node.kind, NodeKind::If { .. } | NodeKind::ElseIf { .. }));
        if is_condition {
            self.driver.set_progress(place, Progress::Truth(output.as_str() == "true"));
        }
        self.driver.set(place, StepStatus::Completed, Phase::Idle);
        self.driver.add_view(place, output);
    }

    fn failed(&mut self, place: &Place, last: &StepRow) {
        self.driver.set(place, StepStatus::Failed, Phase::Idle);
        let failure = failure_of(last).unwrap_or_else(|| Failure::new("Error", "the step failed"));
        self.driver.blame(place, failure);
    }

    /// What a cell with an open row is doing.
    fn open_phase(&self, place: &Place, last: &StepRow, note: Option<&Note>) -> Phase {
        let Some(node) = self.driver.state.node(place) else { return Phase::Attempt };
        let function = |given: bool| if given && note.is_none() { Phase::Asking } else { Phase::Open };
        match &node.kind {
            NodeKind::Step | NodeKind::Action { .. } if last.status == StepStatus::Waiting => Phase::Delay,
            NodeKind::Step | NodeKind::Action { .. } if note == Some(&Note::OnError) => Phase::OnError,
            NodeKind::Step | NodeKind::Action { .. } => Phase::Attempt,
            NodeKind::ForEach { items, .. } | NodeKind::Batch { items, .. } => function(*items == Given::Function),
            NodeKind::Parallel(_)
            | NodeKind::Race(_)
            | NodeKind::While { .. }
            | NodeKind::WaitEvent { .. }
            | NodeKind::Approval { .. }
            | NodeKind::Pause { .. } => Phase::Open,
            NodeKind::Subflow { .. } => function(true),
            NodeKind::Sleep(_) | NodeKind::SleepUntil(_) if last.status == StepStatus::Waiting => Phase::Open,
            _ => Phase::Asking,
        }
    }

    /// What an open node must remember.
    fn open(&mut self, place: &Place, kind: &NodeKind, note: Option<Note>) {
        let bodies = |items| Progress::Bodies { items, ends: BTreeMap::new(), begun: 0 };
        let progress = match (kind, note) {
            (_, Some(Note::Items { items })) => bodies(items),
            (NodeKind::ForEach { items: Given::Value(items), .. }, _) => bodies(items.clone()),
            (NodeKind::Batch { items: Given::Value(items), size, .. }, _) => bodies(nodes::groups(items, *size)),
            (kind, _) if nodes_with_bodies(kind) => bodies(Vec::new()),
            (_, Some(Note::Child { run })) => Progress::Child(run),
            (_, Some(Note::Event { since })) => Progress::Events { since, queue: VecDeque::new() },
            (_, Some(Note::Token { token, told, .. })) => Progress::Token { token, told, timed_out: false },
            (_, Some(Note::TimedOut { token })) => Progress::Token { token, told: true, timed_out: true },
            _ => Progress::None,
        };
        self.driver.set_progress(place, progress);
        if self.failed == Failed::IsOpen
            && let Some(cell) = self.driver.cell_mut(place)
        {
            cell.failure = None;
        }
    }

    fn body(&mut self, place: &Place, rows: &[&StepRow], last: &StepRow) {
        let Some(owner) = place.parent() else { return };
        let owner_is_open = self.driver.cell(&owner).is_some_and(|cell| !cell.status.is_terminal());
        if !owner_is_open && !self.needed.contains(place) {
            return;
        }
        if let Some(Progress::Bodies { begun, .. }) = self.driver.cell_mut(&owner).map(|cell| &mut cell.progress) {
            *begun = (*begun).max(place.number() + 1);
        }
        self.counts(place, rows, last);
        let note = Note::from_json(last.note.as_ref());
        let is_void = matches!(note, Some(Note::Void { .. } | Note::Retried));
        match last.status {
            StepStatus::Completed if note == Some(Note::Flow) => {
                let draft = last.result.clone().unwrap_or_else(JsonText::null);
                let Ok(graph) = self.driver.graph_of(place, &draft) else { return };
                self.driver.open_flow(place, draft, graph);
                if !owner_is_open {
                    self.driver.set(place, StepStatus::Completed, Phase::Idle);
                    if let Some(frame) = self.driver.state.frames.get_mut(place) {
                        frame.is_over = true;
                    }
                }
            }
            StepStatus::Completed => {
                let value = last.result.clone().unwrap_or_else(JsonText::null);
                self.driver.body_over(place, Ok(value.clone()));
                self.values.push((place.clone(), value));
            }
            StepStatus::Failed | StepStatus::Cancelled if is_void || self.failed == Failed::IsOpen => {}
            StepStatus::Failed => {
                let failure = failure_of(last).unwrap_or_else(|| Failure::new("Error", "the body failed"));
                self.driver.body_over(place, Err(failure));
            }
            StepStatus::Cancelled => self.driver.set(place, StepStatus::Cancelled, Phase::Idle),
            status => self.driver.set(place, status, Phase::Attempt),
        }
    }
}

fn nodes_with_bodies(kind: &NodeKind) -> bool {
    matches!(
        kind,
        NodeKind::Parallel(_)
            | NodeKind::Race(_)
            | NodeKind::While { .. }
            | NodeKind::ForEach { .. }
            | NodeKind::Batch { .. }
    )
}

fn failure_of(row: &StepRow) -> Option<Failure> {
    serde_json::from_str(row.error.as_ref()?.as_str()).ok()
}

/// The world while a state is rebuilt: nothing is asked of it, because nothing begins.
struct Still;

impl World for Still {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
    fn random(&mut self) -> u128 {
        0
    }
    fn next_attempt(&mut self) -> AttemptId {
        AttemptId(0)
    }
    fn next_run(&mut self) -> RunId {
        RunId::from_uuid(uuid::Uuid::nil())
    }
    fn last_event(&self) -> i64 {
        0
    }
    fn breaker_admit(&mut self, _: &BreakerPolicy) -> Result<(), Timestamp> {
        Ok(())
    }
    fn breaker_report(&mut self, _: &BreakerPolicy, _: Verdict) {}
}
