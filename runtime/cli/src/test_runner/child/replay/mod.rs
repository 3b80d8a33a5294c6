//! Replays of recorded runs: the real engine with the code as it is now, and steps that answer what they answered
//! then. What decides the way of a run - conditions, items, durations, bodies - is executed; what acts is not.

mod asked;
mod compare;
mod record;
mod sites;

use super::{kit, output::Output};
use crate::test_runner::protocol::{Event, Failure, Job, Planned, Snapshots, Status};
use compare::compare;
use cronflow_compiler::{Inputs, Instrument};
use cronflow_core::{
    definition::{DraftWorkflow, Source, Workflow},
    error::{Code, Diagnostic},
    host::{HostError, HostRequest},
    id::{RunId, TaskId},
    json::JsonText,
    machine::Note,
    place::Place,
    storage::{Reader as _, RunFilter, StepRow, StoredRun, memory::MemDatabase},
    time::{Clock as _, Timestamp, VirtualClock},
    view,
    worker::{FunctionRole, Outcome, OutcomeSink as _, Task},
};
use cronflow_engine::{Order, Silent, Stepped, TriggerRequest};
use cronflow_js::{FromLocal, LocalIsolate};
use record::{Record, RecordedStep};
use serde_json::Value;
use sites::Sites;
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

/// Rounds of one replay: a run that goes on for longer does not come to an end.
const MAX_ROUNDS: u32 = 1_000_000;
/// Longest real time that a function that decides may wait for something outside.
const PATIENCE: Duration = Duration::from_secs(5);

/// Replays the recorded runs of the workflows that the job's file defines.
pub(super) async fn run(job: &Job, records: &[Value], output: &Rc<Output>) -> Result<(), Vec<Diagnostic>> {
    let records: Vec<Record> = records.iter().filter_map(|one| serde_json::from_value(one.clone()).ok()).collect();
    let clock = VirtualClock::at(Timestamp(0));
    let (mut isolate, workflows, sites) = load(job, clock.clone()).await?;
    isolate.drive("replay", &JsonText::null()).map_err(|problem| vec![problem])?;
    let is_child = |record: &Record| records.iter().any(|other| Some(&other.id) == record.parent.as_ref());
    let is_here = |record: &Record| workflows.iter().any(|workflow| *workflow.id == *record.workflow_id);
    let is_main = |record: &Record| !is_child(record) && is_here(record) && record.time_zone == job.zone;
    let mains: Vec<usize> = (0..records.len()).filter(|at| is_main(&records[*at])).collect();
    let path = |at: usize| vec![records[at].workflow_id.clone(), records[at].id.clone()];
    let planned = mains.iter().map(|at| Planned { test: *at, path: path(*at) }).collect();
    output.send(&Event::Collected { tests: planned, found: mains.len() });
    if !mains.is_empty() {
        let why =
            if job.zone.is_some() { "the records name it" } else { "that of this machine, as the records name none" };
        let text = format!("replayed in the time zone {} ({why})", cronflow_js::time_zone());
        output.send(&Event::Print { test: None, level: "info".to_owned(), text });
    }
    let limit = job.options.timeout;
    for test in mains {
        output.send(&Event::Begin { test, path: path(test), line: 0, limit });
        let began = Instant::now();
        let (errors, notes) = match Replay::new(&records, test, &workflows, &clock, &mut isolate) {
            Ok(replay) => replay.run(&sites).await,
            Err(error) => (vec![Failure::divergence(error.message)], Vec::new()),
        };
        notes.into_iter().for_each(|text| output.send(&Event::Note { test, text }));
        let status = if errors.is_empty() { Status::Passed } else { Status::Failed };
        let ms = began.elapsed().as_secs_f64() * 1e3;
        output.send(&Event::End { test, path: path(test), status, errors, retries: 0, line: 0, ms });
    }
    output.send(&Event::Done { snapshots: Snapshots::default() });
    Ok(())
}

/// An isolate with the program, and what it defines.
async fn load(job: &Job, clock: VirtualClock) -> Result<(LocalIsolate, Vec<Workflow>, Sites), Vec<Diagnostic>> {
    let one = |problem| vec![problem];
    let archive = cronflow_compiler::compile_for_tests(&job.file, Instrument::default(), &mut Inputs::default())?;
    let builtins = cronflow_compiler::builtins()?;
    let surroundings = crate::surroundings::of(std::slice::from_ref(&job.file), &job.allow)?;
    let mut isolate = LocalIsolate::new(builtins, surroundings, clock, Box::new(|_| {})).map_err(one)?;
    let report = isolate.load(archive).await.map_err(one)?;
    let workflows = report.workflows.iter().map(kit::validated).collect::<Result<_, _>>();
    let drafts = report.workflows.iter().filter_map(|loaded| serde_json::from_str::<DraftWorkflow>(&loaded.draft).ok());
    let sites = Sites::new(drafts);
    Ok((isolate, workflows.map_err(|text: String| one(Diagnostic::new(Code::InvalidDefinition, text)))?, sites))
}

/// Which trigger of the workflow started the recorded run.
fn entry_of(workflow: &Workflow, trigger: &Value) -> Option<u32> {
    let kind = trigger["type"].as_str()?;
    let of_kind = |index: &usize| workflow.triggers[*index].source.as_str() == kind;
    let fits = |index: &usize| match &workflow.triggers[*index].source {
        Source::Webhook { path, .. } => trigger["path"].as_str() == Some(path),
        Source::Event { event, .. } => trigger["name"].as_str() == Some(event),
        other => other.schedule_id().is_none_or(|id| trigger["schedule"].as_str() == Some(id)),
    };
    let all: Vec<usize> = (0..workflow.triggers.len()).filter(of_kind).collect();
    let found = all.iter().copied().find(fits).or_else(|| all.first().copied())?;
    u32::try_from(found).ok()
}

struct Replay<'a> {
    records: &'a [Record],
    main: usize,
    clock: &'a VirtualClock,
    isolate: &'a mut LocalIsolate,
    /// The engine's number among those of the isolate.
    life: u32,
    engine: Stepped,
    database: MemDatabase,
    /// Which record each run of the engine follows; `None` follows none.
    known: HashMap<RunId, Option<usize>>,
    /// Waits that were given what they waited for.
    told: HashSet<(RunId, Place)>,
    /// Functions that are executed: those that decide.
    open: HashMap<TaskId, Task>,
    /// What went otherwise, and which step of which run did.
    problems: Vec<(Failure, RunId, Option<String>)>,
    /// What cannot be told.
    notes: Vec<String>,
    /// Whether there is nothing more to learn.
    is_over: bool,
}

impl<'a> Replay<'a> {
    /// An engine of its own, at the time at which the run was accepted.
    fn new(
        records: &'a [Record],
        main: usize,
        workflows: &[Workflow],
        clock: &'a VirtualClock,
        isolate: &'a mut LocalIsolate,
    ) -> Result<Self, HostError> {
        let record = &records[main];
        clock.set(record.created());
        let database = MemDatabase::default();
        let engine = kit::start(&database, workflows, clock, 0, Arc::new(Silent))?;
        let workflow = workflows.iter().find(|workflow| *workflow.id == *record.workflow_id);
        let entry = workflow.and_then(|workflow| entry_of(workflow, &record.trigger));
        let (payload, trigger) = (JsonText::of(&record.payload), JsonText::of(&record.trigger));
        let request = TriggerRequest { entry, ..TriggerRequest::new(record.workflow_id.as_str(), payload, trigger) };
        let handle = engine.handle();
        // Its answer is in the store.
        tokio::task::spawn_local(async move { drop(handle.trigger(request).await) });
        Ok(Self {
            records,
            main,
            clock,
            isolate,
            life: u32::try_from(main).unwrap_or_default() + 1,
            engine,
            database,
            known: HashMap::new(),
            told: HashSet::new(),
            open: HashMap::new(),
            problems: Vec::new(),
            notes: Vec::new(),
            is_over: false,
        })
    }

    /// What went otherwise, and what cannot be told.
    async fn run(mut self, sites: &Sites) -> (Vec<Failure>, Vec<String>) {
        self.drive().await;
        self.isolate.end_life(self.life);
        let mut notes = std::mem::take(&mut self.notes);
        // Rounds of a loop ask the same.
        notes.dedup();
        (self.end(sites), notes)
    }

    fn record(&self) -> &Record {
        &self.records[self.main]
    }

    async fn drive(&mut self) {
        for _ in 0..MAX_ROUNDS {
            tokio::task::yield_now().await;
            self.isolate.turn();
            let messages = self.isolate.take();
            let heard = !messages.is_empty();
            messages.into_iter().for_each(|message| self.receive(message));
            let moved = self.step();
            if !moved && !heard {
                self.discover();
            }
            if self.is_over || self.stored().is_some_and(|stored| stored.run.status.is_terminal()) {
                return;
            }
            if moved || heard || self.isolate.is_ready() {
                continue;
            }
            if self.isolate.has_work() {
                if tokio::time::timeout(PATIENCE, self.isolate.wait_for_work()).await.is_err() {
                    let open: Vec<TaskId> = self.open.keys().copied().collect();
                    if open.is_empty() {
                        return;
                    }
                    open.into_iter()
                        .for_each(|task| self.cannot_tell(task, "waits for something outside that does not come"));
                }
            } else if !self.tell() && !self.pass_time() {
                return;
            }
        }
        if let Some(stored) = self.stored() {
            self.stop(stored.run.id, None, "the run does not come to an end".to_owned());
        }
    }

    /// Runs of which nothing was executed yet, such as those that begin with a wait.
    fn discover(&mut self) {
        let all = self.database.reader().runs(&RunFilter { limit: u32::MAX, ..RunFilter::default() });
        let runs = all.map(|page| page.runs).unwrap_or_default();
        for run in runs.iter().rev().map(|run| run.id) {
            drop(self.record_of(run));
        }
    }

    /// The run that follows the main record.
    fn stored(&self) -> Option<StoredRun> {
        let id = self.known.iter().find(|(_, record)| **record == Some(self.main)).map(|(run, _)| *run)?;
        self.database.reader().run(id).ok().flatten()
    }

    fn receive(&mut self, message: FromLocal) {
        match message {
            FromLocal::Outcome { task, outcome, .. } => {
                if self.open.remove(&task).is_some() {
                    self.engine.sink().finished(task, outcome);
                }
            }
            FromLocal::Call { life, task, request, .. } if life == self.life => {
                self.cannot_tell(task, &asked::subject(&request));
            }
            FromLocal::Call { call, .. } => {
                self.isolate.reply(call, Err(HostError::new("a replay only follows what was recorded")));
            }
            FromLocal::Log { .. } => {}
        }
    }

    /// A function that decides depends on something that is not on record: it is taken to decide as it did.
    fn cannot_tell(&mut self, task: TaskId, what: &str) {
        let Some(task) = self.open.remove(&task) else { return };
        self.isolate.silence(self.life, task.id);
        let run = task.context.run;
        let path = self.path_of(run, &task.place).unwrap_or_else(|| task.name.to_string());
        let Some(record) = self.record_of(run) else {
            return self.engine.sink().finished(task.id, Outcome::Ok(JsonText::null()));
        };
        let Some(step) = record.step(&path).filter(|step| step.status != "skipped") else {
            if matches!(task.role, FunctionRole::Body(_)) {
                self.notes.push(format!("the body '{path}' {what}, and the answer is not on record: what it declares, and what follows, cannot be told"));
                self.is_over = true;
                return;
            }
            return self.stop(run, Some(&path), format!("'{path}' is run now and was not, and {what}"));
        };
        let child = self.child_of(&record, step);
        let key = format!("{run} {path}");
        match asked::decided(step, task.role, &record, self.round(run, &task.place), child, &key) {
            Some(outcome) => {
                self.notes.push(format!(
                    "'{path}' ({}) {what}, and the answer is not on record: whether it still decides as it did cannot be told",
                    step.kind
                ));
                self.engine.sink().finished(task.id, outcome);
            }
            None => {
                self.notes.push(format!("'{path}' ({}) {what}, and neither the answer nor what it decided is on record: what follows cannot be told", step.kind));
                self.is_over = true;
            }
        }
    }

    /// The recorded run that a recorded step started as its subflow.
    fn child_of(&self, record: &Record, step: &RecordedStep) -> Option<&Record> {
        let taken: Vec<usize> = self.known.values().flatten().copied().collect();
        let began = step.began()?;
        let children = self.records.iter().enumerate().filter(|(at, child)| {
            child.parent.as_ref() == Some(&record.id) && child.created() >= began && !taken.contains(at)
        });
        children.map(|(_, child)| child).min_by_key(|child| child.created())
    }

    /// How many bodies of a node have begun.
    fn round(&self, run: RunId, place: &Place) -> u32 {
        let stored = self.database.reader().run(run).ok().flatten();
        let rows = stored.iter().flat_map(|stored| &stored.steps);
        let own = rows.filter(|row| row.place.is_body() && row.place.parent().as_ref() == Some(place));
        own.map(|row| row.place.number() + 1).max().unwrap_or(0)
    }

    /// Lets the engine take what has come and commit one unit.
    fn step(&mut self) -> bool {
        let mut any = self.engine.take_events();
        if self.engine.has_writes() {
            any = true;
            if let Ok(Some(committed)) = self.engine.commit() {
                self.engine.release(committed);
            }
        }
        for order in self.engine.orders() {
            any = true;
            match order {
                Order::Submit(task) => match self.answer(&task) {
                    Some(outcome) => self.engine.sink().finished(task.id, outcome),
                    None => self.execute(*task),
                },
                Order::Stop(task) => {
                    self.open.remove(&task);
                    self.isolate.stop(self.life, task);
                }
                Order::Forget(run) => self.isolate.forget(run),
            }
        }
        any
    }

    /// Lets a function run that decides, at the time at which it did.
    fn execute(&mut self, task: Task) {
        let run = task.context.run;
        let path = self.path_of(run, &task.place).unwrap_or_else(|| task.name.to_string());
        let began = self.record_of(run).and_then(|record| record.step(&path).and_then(RecordedStep::began));
        if self.open.is_empty()
            && let Some(began) = began.filter(|began| *began > self.clock.now())
        {
            self.clock.set(began);
            self.engine.tick();
        }
        self.isolate.submit(self.life, &task);
        self.open.insert(task.id, task);
    }

    /// What the record answers; `None` lets the function run.
    fn answer(&mut self, task: &Task) -> Option<Outcome> {
        let nothing = || Some(Outcome::Ok(JsonText::null()));
        let run = task.context.run;
        if task.role == FunctionRole::FlowKeys {
            // The run is alone: nothing limits it.
            return Some(Outcome::Ok(JsonText::trusted("{}")));
        }
        let Some(record) = self.record_of(run) else { return nothing() };
        let path = self.path_of(run, &task.place).unwrap_or_else(|| task.name.to_string());
        let recorded = record.step(&path);
        match task.role {
            FunctionRole::Handler => Some(self.handler(&path, recorded, task)),
            FunctionRole::OnError | FunctionRole::OnTimeout => recorded.map(RecordedStep::outcome).or_else(nothing),
            FunctionRole::RetryDecision => {
                let goes_on = recorded.is_some_and(|step| step.goes_on_after(task.attempt));
                Some(Outcome::Ok(JsonText::of(&goes_on.into())))
            }
            // The body of a branch may itself be what acts; one that declared steps is not on record.
            FunctionRole::Body(_) => recorded.filter(|step| step.kind == "body").map(RecordedStep::outcome),
            FunctionRole::OnPause | FunctionRole::OnSuccess | FunctionRole::OnFailure | FunctionRole::Message => {
                nothing()
            }
            _ => None,
        }
    }

    fn handler(&mut self, path: &str, recorded: Option<&RecordedStep>, task: &Task) -> Outcome {
        let nothing = Outcome::Ok(JsonText::null());
        let run = task.context.run;
        match recorded {
            Some(step) => match step.attempt(task.attempt) {
                Some(outcome) => return outcome,
                None if step.status == "skipped" => {
                    self.stop(
                        run,
                        Some(path),
                        format!("'{path}' was skipped and is run now: the run takes another way"),
                    );
                }
                // Its end is not on record: the run was exported before, or cancelled.
                None if !step.has_ended() => self.is_over = true,
                None => {
                    let (number, all) = (task.attempt, step.attempts.len());
                    let text = format!("attempt {number} of '{path}' is made now, and the record has {all} of them");
                    self.stop(run, Some(path), text);
                }
            },
            None if self.is_aside(task) => {}
            None if !self.record().has_ended() => self.is_over = true,
            None => {
                self.stop(run, Some(path), format!("'{path}' is run now and was not: the run takes another way"));
            }
        }
        nothing
    }

    /// Nobody waits for an action.
    fn is_aside(&self, task: &Task) -> bool {
        self.row_of(task.context.run, &task.place).is_some_and(|row| &*row.kind == "action")
    }

    fn stop(&mut self, run: RunId, path: Option<&str>, message: String) {
        self.problems.push((Failure::divergence(message), run, path.map(str::to_owned)));
        self.is_over = true;
    }

    fn row_of(&self, run: RunId, place: &Place) -> Option<StepRow> {
        let stored = self.database.reader().run(run).ok().flatten()?;
        stored.steps.into_iter().rev().find(|row| row.place == *place)
    }

    fn path_of(&self, run: RunId, place: &Place) -> Option<String> {
        self.row_of(run, place).map(|row| row.path.as_deref().unwrap_or(&row.name).to_owned())
    }

    /// The record that a run of the engine follows: the main one, or that of a subflow.
    fn record_of(&mut self, run: RunId) -> Option<Record> {
        if let Some(known) = self.known.get(&run) {
            return known.map(|at| self.records[at].clone());
        }
        let stored = self.database.reader().run(run).ok().flatten()?;
        if let Some(parent) = stored.run.parent {
            self.record_of(parent);
        }
        let taken: Vec<usize> = self.known.values().flatten().copied().collect();
        let found = match stored.run.parent {
            // An event that is told again may start other workflows: nothing is known of them.
            None if taken.contains(&self.main) || *stored.run.workflow_id != *self.record().workflow_id => None,
            None => Some(self.main),
            Some(parent) => {
                let parent = self.known.get(&parent).copied().flatten().map(|at| self.records[at].id.clone());
                let is_it = |at: &usize| {
                    let record = &self.records[*at];
                    parent.is_some() && record.parent == parent && *record.workflow_id == *stored.run.workflow_id
                };
                let found = (0..self.records.len()).filter(|at| !taken.contains(at)).find(is_it);
                if found.is_none() && parent.is_some() {
                    let id = &stored.run.workflow_id;
                    self.stop(run, None, format!("the export lacks the run of the subflow '{id}'; export it too"));
                }
                found
            }
        };
        self.known.insert(run, found);
        found.map(|at| self.records[at].clone())
    }

    /// Gives waits what they were given: events, decisions. Returns whether there was one.
    fn tell(&mut self) -> bool {
        let runs: Vec<(RunId, usize)> = self.known.iter().filter_map(|(run, at)| Some((*run, (*at)?))).collect();
        for (run, at) in runs {
            let Some(stored) = self.database.reader().run(run).ok().flatten() else { continue };
            for row in stored.steps.iter().filter(|row| !row.status.is_terminal()) {
                if self.told.contains(&(run, row.place.clone())) {
                    continue;
                }
                let path = row.path.as_deref().unwrap_or(&row.name);
                let record = &self.records[at];
                let Some(request) = request_of(row, record.step(path)) else {
                    let is_wait = matches!(&*row.kind, "waitForEvent" | "humanInTheLoop" | "pause");
                    if is_wait && record.step(path).is_none_or(|step| !step.has_ended()) {
                        let is_new = record.step(path).is_none() && record.has_ended();
                        let text = format!("'{path}' ({}) waits now, and the recorded run did not", row.kind);
                        if is_new {
                            self.stop(run, Some(path), text);
                        } else {
                            self.is_over = true
                        }
                        return true;
                    }
                    continue;
                };
                self.told.insert((run, row.place.clone()));
                let handle = self.engine.handle();
                tokio::task::spawn_local(async move { drop(handle.host(request).await) });
                return true;
            }
        }
        false
    }

    /// Moves on to the next timer; `false` when there is none.
    fn pass_time(&mut self) -> bool {
        let due = self.isolate.next_due().into_iter().chain(self.engine.next_wake()).min();
        let Some(due) = due else { return false };
        if due > self.clock.now() {
            self.clock.set(due);
        }
        self.engine.tick();
        true
    }

    fn end(self, sites: &Sites) -> Vec<Failure> {
        let Some(main) = self.stored() else {
            return vec![Failure::divergence("the run was not started".to_owned())];
        };
        // What follows a first divergence is another too; what came before it may be why.
        let is_whole = self.problems.is_empty() && !self.is_over && self.record().status != "cancelled";
        let mut found = Vec::new();
        let mut runs: Vec<(RunId, usize)> = self.known.iter().filter_map(|(run, at)| Some((*run, (*at)?))).collect();
        runs.sort_by_key(|(run, at)| (*run != main.run.id, *at));
        for (run, at) in runs {
            let Some(stored) = self.database.reader().run(run).ok().flatten() else { continue };
            let record = &self.records[at];
            let differs = compare(record, &view::run(&stored, &[]), is_whole && record.has_ended());
            found.extend(differs.into_iter().map(|(problem, path)| {
                let of_part = if at == self.main { "" } else { &*record.workflow_id };
                sites.locate(problem.of_part(of_part), &stored, path.as_deref())
            }));
        }
        for (problem, run, path) in self.problems {
            let stored = self.database.reader().run(run).ok().flatten();
            found.push(sites.locate(problem, stored.as_ref().unwrap_or(&main), path.as_deref()));
        }
        found
    }
}

/// What ends the wait as the record has it; `None` where time does, or nothing.
fn request_of(row: &StepRow, recorded: Option<&RecordedStep>) -> Option<HostRequest> {
    let step = recorded.filter(|step| step.has_ended() && !step.timed_out())?;
    match &*row.kind {
        "waitForEvent" => {
            let name = row.name.strip_prefix("wait_for_event_").unwrap_or(&row.name).to_owned();
            Some(HostRequest::PublishEvent { name, payload: JsonText::of(&step.output) })
        }
        "humanInTheLoop" | "pause" => {
            let Note::Token { token, .. } = Note::from_json(row.note.as_ref())? else { return None };
            let given = step.output.get("resumePayload").unwrap_or(&step.output);
            Some(HostRequest::Resume { token, payload: JsonText::of(given) })
        }
        _ => None,
    }
}
