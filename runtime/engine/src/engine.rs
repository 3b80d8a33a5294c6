//! Starting an engine: register the workflows, pick up what was in flight, begin to dispatch.

use crate::{
    dispatcher::{Dispatcher, Registry},
    handle::EngineHandle,
    live::{LiveRun, Numbers},
    observer::Observer,
    sink::{EngineInbox, EngineSink},
    writer::{Unit, Writer},
};
use cronflow_core::{
    definition::Workflow,
    id::RunId,
    json::JsonText,
    machine::{Input, RunState},
    storage::{self, Store, StoredRun, WorkflowRow, Write},
    time::Clock,
    worker::TaskRunner,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
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
    /// Who executes tasks.
    pub runner: Arc<dyn TaskRunner>,
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
    /// Starts the engine on the current tokio runtime.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn start(
        mut parts: EngineParts,
        sink: &EngineSink,
        inbox: EngineInbox,
    ) -> Result<(EngineHandle, Recovered), EngineError> {
        let now = parts.clock.now();
        parts.store.commit(&registrations(&parts, now))?;
        let registry = Arc::new(registry(parts.workflows, parts.older));
        let reader = parts.store.reader()?;
        let numbers = Numbers { task: 0, attempt: reader.last_attempt_id()?.0 };
        let open = reader.open_runs()?;
        let writer = Writer::start(parts.store, parts.runner, sink.inbox.clone())?;
        let mut dispatcher = Dispatcher {
            registry: registry.clone(),
            clock: parts.clock,
            writer: writer.clone(),
            observer: parts.observer,
            numbers,
            events: inbox.0,
            runs: HashMap::new(),
            tasks: HashMap::new(),
            units: Vec::new(),
            stopping: None,
        };
        let recovered = recover(&mut dispatcher, &open);
        tokio::spawn(dispatcher.run());
        let reader = Arc::new(Mutex::new(reader));
        Ok((EngineHandle { inbox: sink.inbox.clone(), registry, reader, writer }, recovered))
    }
}

fn registrations(parts: &EngineParts, now: cronflow_core::time::Timestamp) -> Vec<Write> {
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

fn registry(workflows: Vec<Workflow>, older: Vec<Workflow>) -> Registry {
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

/// Rebuilds the runs that were in flight and lets them go on after their last committed step.
fn recover(dispatcher: &mut Dispatcher, open: &[StoredRun]) -> Recovered {
    let mut recovered = Recovered::default();
    for stored in open {
        let run = &stored.run;
        let key = (run.workflow_id.clone(), run.version.clone());
        let Some(workflow) = dispatcher.registry.versions.get(&key).cloned() else {
            recovered.stranded.push((run.id, key.0, key.1));
            continue;
        };
        let state = RunState::restore(stored, &workflow);
        let running = stored.steps.iter().filter(|row| row.completed_at.is_none());
        let attempts = running.map(|row| (row.node, row.id)).collect();
        dispatcher.runs.insert(run.id, LiveRun { state, workflow, attempts, waiter: None });
        dispatcher.apply(run.id, Input::Recover, Unit::default());
        recovered.resumed.push(run.id);
    }
    let mut units = std::mem::take(&mut dispatcher.units);
    dispatcher.writer.push(&mut units);
    recovered
}
