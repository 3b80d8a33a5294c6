//! Starting an engine: register the workflows, pick up what was in flight, begin to dispatch.

use crate::{
    admission::{Admission, RATE_SCOPE, THROTTLE_SCOPE},
    deliveries::{self, Recorder},
    dispatcher::{Dispatcher, Registry},
    feed::Feed,
    handle::EngineHandle,
    janitor,
    live::{BREAKER_SCOPE, Numbers, Random, system_random},
    looper,
    observer::Observer,
    schedules::Schedules,
    sink::{EngineInbox, EngineSink},
    unit::Unit,
    writer::Writer,
};
use cronflow_core::{
    definition::{NodeKind, Workflow},
    id::RunId,
    json::JsonText,
    machine::{self, Input, RunStatus},
    storage::{self, Reader, StateRow, Store, WorkflowRow, Write},
    time::{Clock, Timestamp},
    worker::TaskRunner,
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

/// Why an engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] storage::Error),
    /// The system refuses a thread.
    #[error("the writer thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// Everything an engine is made of.
pub struct EngineParts {
    /// Where runs rest. Already open.
    pub store: Box<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who hears of failures.
    pub observer: Arc<dyn Observer>,
    /// Workflows in the version that new runs start on.
    pub workflows: Vec<Workflow>,
    /// Versions that old runs may still need.
    pub older: Vec<Workflow>,
    /// The archives of `workflows`: digest in hex and bytes.
    pub archives: Vec<(Arc<str>, Arc<[u8]>)>,
    /// How long finished runs are kept of workflows that do not say; `None`: for ever.
    pub retention: Option<Duration>,
    /// For tests: drops what is in memory of every run after every commit, and makes it again out of
    /// its rows. Slow.
    pub always_replay: bool,
}

/// What the start found in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Runs that go on.
    pub resumed: Vec<RunId>,
    /// Runs whose code is not here any more: run, workflow, version. They stay as they are.
    pub stranded: Vec<(RunId, Arc<str>, Arc<str>)>,
}

/// See the module's text.
pub struct Engine;

impl Engine {
    /// Starts the engine on the current tokio runtime; `runner` executes its tasks.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn start(
        mut parts: EngineParts,
        runner: Arc<dyn TaskRunner>,
        sink: &EngineSink,
        inbox: EngineInbox,
    ) -> Result<(EngineHandle, Recovered), EngineError> {
        let now = parts.clock.now();
        parts.store.commit(&registrations(&parts, now))?;
        let registry = Arc::new(registry(parts.workflows, parts.older));
        let reader = parts.store.reader()?;
        let (mut dispatcher, recovered) =
            recover(&*reader, registry.clone(), parts.clock.clone(), parts.observer.clone(), system_random())?;
        let recorder = Recorder::new(reader.last_delivery_id()?);
        let feed = Feed::default();
        let writer = Writer::start(parts.store, runner.clone(), sink.inbox.clone(), feed.clone())?;
        writer.push(&mut dispatcher.units);
        let clock = parts.clock;
        let reader = Arc::new(Mutex::new(reader));
        let (inbox_of_all, stop_wanted) = (sink.inbox.clone(), Arc::default());
        let handle = EngineHandle {
            inbox: inbox_of_all,
            registry,
            reader,
            reads_inline: false,
            writer: writer.clone(),
            clock,
            stop_wanted,
            recorder,
            runner,
            calls: sink.calls.clone(),
            observer: parts.observer,
            feed,
        };
        tokio::spawn(looper::run(dispatcher, inbox.0, writer, handle.clone(), parts.always_replay));
        tokio::spawn(deliveries::run(handle.clone()));
        tokio::spawn(janitor::run(handle.clone(), parts.retention));
        Ok((handle, recovered))
    }
}

pub(crate) fn registrations(parts: &EngineParts, now: Timestamp) -> Vec<Write> {
    let workflows = parts.workflows.iter().map(|workflow| {
        Write::PutWorkflow(WorkflowRow {
            id: workflow.id.clone(),
            name: workflow.name.clone(),
            version: workflow.version.clone(),
            definition: JsonText::of(&workflow.to_json()),
            at: now,
        })
    });
    let archives = parts.archives.iter();
    let archives =
        archives.map(|(digest, content)| Write::PutArchive { digest: digest.clone(), content: content.clone() });
    archives.chain(workflows).collect()
}

pub(crate) fn registry(workflows: Vec<Workflow>, older: Vec<Workflow>) -> Registry {
    let mut registry = Registry::default();
    for workflow in older {
        let key = (workflow.id.clone(), workflow.version.clone());
        registry.versions.insert(key, Arc::new(workflow));
    }
    for workflow in workflows {
        let workflow = Arc::new(workflow);
        registry.versions.insert((workflow.id.clone(), workflow.version.clone()), workflow.clone());
        registry.current.insert(workflow.id.clone(), workflow);
    }
    registry
}

/// Makes a dispatcher that goes on where the last one stopped. What it wants done at once is in its
/// units.
pub(crate) fn recover(
    reader: &dyn Reader,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
    random: Random,
) -> Result<(Dispatcher, Recovered), storage::Error> {
    let numbers = Numbers::new(reader.last_attempt_id()?.0, reader.last_event_id()?);
    let mut gate = Admission::default();
    gate.load(&reader.state(RATE_SCOPE, false)?, &reader.state(THROTTLE_SCOPE, false)?);
    let breakers = reader.state(BREAKER_SCOPE, false)?;
    let breaker = |row: StateRow| Some((row.key.clone(), serde_json::from_str(row.value.as_str()).ok()?));
    let (schedules, writes) = Schedules::load(&registry, reader, clock.now())?;
    let mut dispatcher = Dispatcher {
        registry,
        clock,
        observer,
        numbers,
        random,
        breakers: breakers.into_iter().filter_map(breaker).collect(),
        runs: HashMap::new(),
        tasks: HashMap::new(),
        gate,
        schedules,
        timers: BTreeSet::new(),
        waiting: HashMap::new(),
        units: if writes.is_empty() { Vec::new() } else { vec![Unit { writes, ..Unit::default() }] },
        is_stopping: false,
        inputs: VecDeque::new(),
        newborn: Vec::new(),
    };
    let mut recovered = Recovered::default();
    let open = reader.open_runs()?;
    for stored in &open {
        let run = &stored.run;
        let key = (run.workflow_id.clone(), run.version.clone());
        let Some(workflow) = dispatcher.registry.versions.get(&key).cloned() else {
            recovered.stranded.push((run.id, key.0, key.1));
            continue;
        };
        let state = machine::restore(stored, &workflow, &[], machine::Failed::Stays);
        dispatcher.insert(state, workflow, run.parent, run.settings.clone());
        dispatcher.schedules.join(run.id, run.settings.schedule.as_ref(), run.settings.in_line);
        recovered.resumed.push(run.id);
    }
    resume(&mut dispatcher, reader, &recovered.resumed)?;
    Ok((dispatcher, recovered))
}

/// Lets the runs go on that were in flight: first those under way take their places, then those that
/// had not begun pass flow control in the order in which they came.
fn resume(dispatcher: &mut Dispatcher, reader: &dyn Reader, runs: &[RunId]) -> Result<(), storage::Error> {
    let (pending, begun): (Vec<RunId>, Vec<RunId>) = runs
        .iter()
        .partition(|run| dispatcher.runs.get(*run).is_some_and(|live| live.state.status == RunStatus::Pending));
    for run in &begun {
        dispatcher.occupy_gate(*run);
    }
    for run in &pending {
        dispatcher.return_to_line(*run);
    }
    for run in begun {
        let mut unit = Unit::default();
        dispatcher.apply(run, Input::Recover, &mut unit);
        catch_up(dispatcher, reader, run, &mut unit)?;
        dispatcher.settle_gate(&mut unit);
        dispatcher.units.push(unit);
    }
    for run in pending {
        let mut unit = Unit::default();
        dispatcher.pass_gate(run, &mut unit);
        dispatcher.settle_gate(&mut unit);
        dispatcher.units.push(unit);
    }
    Ok(())
}

/// Drops what is in memory of every run that has begun, and makes it again out of its rows; its tasks
/// stay with their workers. Only while nothing is on its way to the store.
pub(crate) fn make_again(dispatcher: &mut Dispatcher, reader: &dyn Reader) -> Result<(), storage::Error> {
    let mut runs: Vec<RunId> = dispatcher.runs.keys().copied().collect();
    runs.sort();
    let mut unit = Unit::default();
    for run in runs {
        let stored = reader.run(run)?;
        let Some(live) = dispatcher.runs.get_mut(&run) else { continue };
        let Some(stored) = stored.filter(|_| live.state.status != RunStatus::Pending) else { continue };
        let owners = live.tasks.values().filter_map(|id| dispatcher.tasks.get(id));
        let calls: Vec<_> = owners.map(|owner| (owner.place.clone(), owner.role)).collect();
        live.state = machine::restore(&stored, &live.workflow, &calls, machine::Failed::Stays);
        dispatcher.apply(run, Input::Recover, &mut unit);
        catch_up(dispatcher, reader, run, &mut unit)?;
    }
    dispatcher.settle_gate(&mut unit);
    dispatcher.units.push(unit);
    Ok(())
}

/// Tells a run what it missed: children that have ended, and events that were published after it
/// began to wait.
pub(crate) fn catch_up(
    dispatcher: &mut Dispatcher,
    reader: &dyn Reader,
    run: RunId,
    unit: &mut Unit,
) -> Result<(), storage::Error> {
    let Some(live) = dispatcher.runs.get(&run) else { return Ok(()) };
    let children: Vec<RunId> = live.state.children().collect();
    let awaited: Vec<(Arc<str>, i64)> = live
        .state
        .awaited_events()
        .filter_map(|(place, since)| match &live.state.node(place)?.kind {
            NodeKind::WaitEvent { event, .. } => Some((event.clone(), since)),
            _ => None,
        })
        .collect();
    for child in children {
        if dispatcher.runs.contains_key(&child) {
            continue;
        }
        let row = reader.run(child)?.map(|stored| stored.run);
        let Some(row) = row.filter(|row| row.status.is_terminal()) else { continue };
        let error = row.error.and_then(|error| serde_json::from_str(error.as_str()).ok());
        let input = Input::ChildEnded { child, status: row.status, output: row.output, error };
        dispatcher.apply(run, input, unit);
    }
    for (event, since) in awaited {
        dispatcher.waiting.entry(event.clone()).or_default().insert(run);
        for row in reader.events_after(&event, since)? {
            let input = Input::Event { id: row.id, name: row.name.to_string(), payload: row.payload };
            dispatcher.apply(run, input, unit);
        }
    }
    Ok(())
}
