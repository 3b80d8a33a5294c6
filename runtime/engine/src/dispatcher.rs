//! The dispatcher: one loop owns every run. It drains its inbox, applies each input to its run,
//! and hands the writes with their consequences to the writer. Nothing awaits while it mutates.

use crate::{
    handle::{Accepted, TriggerError, TriggerRequest},
    live::{LiveRun, Numbers, TaskOwner},
    observer::{Observer, StepFailure},
    writer::{Admission, Unit, Writer},
};
use cronflow_core::{
    definition::Workflow,
    host::LogLevel,
    id::{RunId, TaskId},
    machine::{self, Effect, Input, RunState, RunStatus, StepStatus},
    storage::{LogRow, RunRow, Write},
    time::Clock,
    worker::{Outcome, RunContext},
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Events that are taken at once; their writes go into one transaction.
const EVENTS_AT_ONCE: usize = 512;
/// Runs in memory; further triggers are turned away until some have ended.
const MAX_LIVE_RUNS: usize = 100_000;

/// One thing that happened.
pub(crate) enum Event {
    Trigger { request: TriggerRequest, reply: oneshot::Sender<Result<Accepted, TriggerError>> },
    Finished { task: TaskId, outcome: Outcome },
    Logged { task: TaskId, level: LogLevel, message: String },
    Abandoned(RunId),
    Stop { done: oneshot::Sender<()> },
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
    pub(crate) writer: Writer,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) numbers: Numbers,
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
    pub(crate) runs: HashMap<RunId, LiveRun>,
    pub(crate) tasks: HashMap<TaskId, TaskOwner>,
    pub(crate) units: Vec<Unit>,
    pub(crate) stopping: Option<oneshot::Sender<()>>,
}

impl Dispatcher {
    /// Runs until the engine has stopped.
    pub(crate) async fn run(mut self) {
        let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
        let mut closing = false;
        loop {
            if self.events.recv_many(&mut events, EVENTS_AT_ONCE).await == 0 {
                return;
            }
            for event in events.drain(..) {
                if matches!(event, Event::WriterClosed) {
                    if let Some(done) = self.stopping.take() {
                        let _ = done.send(());
                    }
                    return;
                }
                self.handle(event);
            }
            self.writer.push(&mut self.units);
            if self.stopping.is_some() && self.tasks.is_empty() && !closing {
                closing = true;
                self.writer.close();
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Trigger { request, reply } => self.trigger(request, reply),
            Event::Finished { task, outcome } => self.finished(task, outcome),
            Event::Logged { task, level, message } => self.logged(task, level, message),
            Event::Abandoned(run) => self.abandon(run),
            Event::Stop { done } => self.stopping = Some(done),
            Event::WriterClosed => {}
        }
    }

    fn trigger(&mut self, request: TriggerRequest, reply: oneshot::Sender<Result<Accepted, TriggerError>>) {
        let refusal = if self.stopping.is_some() {
            Some(TriggerError::Stopping)
        } else if self.runs.len() >= MAX_LIVE_RUNS {
            Some(TriggerError::Overloaded)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            let _ = reply.send(Err(refusal));
            return;
        }
        let Some(workflow) = self.registry.current.get(&request.workflow).cloned() else {
            let _ = reply.send(Err(TriggerError::UnknownWorkflow(request.workflow.to_string())));
            return;
        };
        let now = self.clock.now();
        let run = RunId::from_uuid(Uuid::now_v7());
        let context = Arc::new(RunContext {
            run,
            workflow: workflow.id.clone(),
            version: workflow.version.clone(),
            payload: request.payload,
            trigger: request.trigger,
            started_at: now,
        });
        let (waiter, end) = oneshot::channel();
        let mut unit = Unit { admission: Some(Admission { run, reply, end }), ..Unit::default() };
        unit.writes.push(Write::InsertRun(first_row(&context)));
        let state = RunState::new(context);
        self.runs.insert(run, LiveRun { state, workflow, attempts: HashMap::new(), waiter: Some(waiter) });
        self.apply(run, Input::Start, unit);
    }

    fn finished(&mut self, task: TaskId, outcome: Outcome) {
        let Some(owner) = self.tasks.remove(&task) else {
            return;
        };
        let input = Input::Finished { node: owner.node, attempt: owner.attempt, outcome };
        self.apply(owner.run, input, Unit::default());
    }

    fn logged(&mut self, task: TaskId, level: LogLevel, message: String) {
        let Some(owner) = self.tasks.get(&task) else {
            return;
        };
        let step = self.runs.get(&owner.run).and_then(|run| run.workflow.node(owner.node));
        let step = step.map_or_else(|| "".into(), |node| node.name.clone());
        let row = LogRow { run_id: owner.run, step, level, message, at: self.clock.now() };
        self.units.push(Unit { writes: vec![Write::InsertLog(row)], ..Unit::default() });
    }

    /// The run was never recorded, and its caller was told so.
    fn abandon(&mut self, run: RunId) {
        self.runs.remove(&run);
        self.tasks.retain(|_, owner| owner.run != run);
    }

    /// Puts one input through the machine and its effects into the next transaction.
    pub(crate) fn apply(&mut self, id: RunId, input: Input, mut unit: Unit) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let effects = machine::apply(&mut run.state, &run.workflow, input);
        report_failures(&*self.observer, run, &effects);
        let stopping = self.stopping.is_some();
        let (started, ended) = run.carry_out(effects, self.clock.now(), &mut self.numbers, stopping, &mut unit);
        self.tasks.extend(started);
        if ended {
            self.runs.remove(&id);
        }
        self.units.push(unit);
    }
}

/// Attempts that are repeated are no failures of the step; the record has them.
fn report_failures(observer: &dyn Observer, run: &LiveRun, effects: &[Effect]) {
    for effect in effects {
        let Effect::EndAttempt { node, attempt, end } = effect else { continue };
        let failed = run.state.steps.get(node).is_some_and(|step| step.status == StepStatus::Failed);
        let Some(failure) = end.error.clone().filter(|_| failed) else { continue };
        let step = run.workflow.node(*node).map(|node| node.name.to_string()).unwrap_or_default();
        observer.step_failed(StepFailure {
            run: run.state.context.run,
            workflow: run.workflow.id.to_string(),
            step,
            attempt: *attempt,
            failure,
        });
    }
}

fn first_row(context: &RunContext) -> RunRow {
    RunRow {
        id: context.run,
        workflow_id: context.workflow.clone(),
        version: context.version.clone(),
        status: RunStatus::Running,
        payload: context.payload.clone(),
        trigger: context.trigger.clone(),
        output: None,
        error: None,
        created_at: context.started_at,
        started_at: Some(context.started_at),
        completed_at: None,
    }
}
