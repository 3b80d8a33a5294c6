//! An isolate on its owner's thread and on virtual time: the test runner drives it step by step.

use crate::{
    LoadReport, LoadedWorkflow,
    failure::diagnostic_of,
    isolate::{Isolate, builtin_module},
    testing::{Testing, life_of_task, task_of_life},
    worker::{FromWorker, Knowledge, StopReason, Surroundings, WireTask, is_output},
};
use boa_engine::JsValue;
use cronflow_core::{
    archive::Archive,
    error::Diagnostic,
    host::{HostError, LogLevel},
    id::{RunId, TaskId},
    json::JsonText,
    place::Place,
    time::{Clock as _, Timestamp, VirtualClock},
    worker::{FunctionRole, Outcome, Task},
};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

/// How long a task that was stopped may clean up, when it listens to its signal.
const CLEAN_UP: Duration = Duration::from_millis(500);

/// What an isolate tells its owner. `life` names the engine whose task it is; 0 is no engine's.
#[derive(Debug)]
pub enum FromLocal {
    /// A task ended.
    Outcome {
        /// Whose.
        life: u32,
        /// Which.
        task: TaskId,
        /// How.
        outcome: Outcome,
    },
    /// A line for the run's log.
    Log {
        /// Whose.
        life: u32,
        /// Of which task.
        task: TaskId,
        /// Severity.
        level: LogLevel,
        /// Without a line end.
        text: String,
    },
    /// A question that [`LocalIsolate::reply`] answers.
    Call {
        /// Who asks.
        life: u32,
        /// Which of its tasks; of no engine: which test.
        task: TaskId,
        /// Names the question.
        call: u64,
        /// As JSON.
        request: String,
    },
}

/// A task that the isolate has.
struct InFlight {
    run: RunId,
    place: Place,
    role: FunctionRole,
    deadline: Option<Timestamp>,
}

/// See the module's text. Lives inside a tokio `LocalSet`.
pub struct LocalIsolate {
    isolate: Isolate,
    clock: VirtualClock,
    tasks: HashMap<TaskId, InFlight>,
    known: HashMap<RunId, Knowledge>,
    /// When tasks pass their limits, and when those that clean up must have gone.
    deadlines: BTreeSet<(Timestamp, TaskId, bool)>,
    fresh: Vec<TaskId>,
}

impl LocalIsolate {
    /// An isolate with the built-in modules. `report` takes what tests report.
    ///
    /// # Errors
    /// When the built-in modules do not evaluate, which is a bug in them.
    pub fn new(
        builtins: Archive,
        surroundings: Surroundings,
        clock: VirtualClock,
        report: Box<dyn Fn(&str)>,
    ) -> Result<Self, Diagnostic> {
        let mut isolate = Isolate::for_tests(builtins, surroundings, Testing::new(clock.clone(), report))?;
        isolate.evaluate_builtin("cronflow/testing")?;
        Ok(Self {
            isolate,
            clock,
            tasks: HashMap::new(),
            known: HashMap::new(),
            deadlines: BTreeSet::new(),
            fresh: Vec::new(),
        })
    }

    /// Evaluates an archive.
    ///
    /// # Errors
    /// When the program throws, declares nonsense or never gets to an end.
    pub async fn load(&mut self, archive: Archive) -> Result<LoadReport, Diagnostic> {
        self.isolate.load(archive).await
    }

    /// Workflows that were declared since the last call.
    pub fn declared(&mut self) -> Vec<LoadedWorkflow> {
        let declared = std::mem::take(&mut self.isolate.state.loading.borrow_mut().declared);
        declared.into_iter().map(|one| LoadedWorkflow { draft: one.draft, version: one.version }).collect()
    }

    /// Calls a function that the runner's built-in modules have left for its driver.
    ///
    /// # Errors
    /// When there is none of that name, or when it throws.
    pub fn drive(&mut self, name: &str, argument: &JsonText) -> Result<(), Diagnostic> {
        self.isolate.drive(name, argument)
    }

    /// Begins a task of an engine's life.
    pub fn submit(&mut self, life: u32, task: &Task) {
        let id = task_of_life(life, task.id);
        let run = task.context.run;
        let context = (!self.known.contains_key(&run)).then(|| (*task.context).clone());
        let mut steps = Vec::new();
        let visible = self.known.entry(run).or_default().tell(&task.steps, &mut steps);
        let deadline = task.timeout.map(|limit| self.clock.now().after(limit));
        if let Some(at) = deadline {
            self.deadlines.insert((at, id, false));
        }
        self.tasks.insert(id, InFlight { run, place: task.place.clone(), role: task.role, deadline });
        self.fresh.push(id);
        self.isolate.submit(WireTask {
            id,
            place: task.place.clone(),
            name: task.name.clone(),
            role: task.role,
            attempt: task.attempt,
            run,
            context,
            steps,
            visible,
            argument: task.argument.clone(),
            scopes: task.scopes.clone(),
        });
    }

    /// Stops a task whose outcome nobody wants any more.
    pub fn stop(&mut self, life: u32, task: TaskId) {
        self.stop_task(task_of_life(life, task), StopReason::Cancelled);
    }

    /// A task never goes on: what it would come to is known from elsewhere.
    pub fn silence(&mut self, life: u32, task: TaskId) {
        self.isolate.state.silence(task_of_life(life, task));
    }

    fn stop_task(&mut self, id: TaskId, reason: StopReason) {
        self.isolate.stop(id, reason);
        if self.isolate.state.task(id).is_some() {
            let until = self.clock.now().after(CLEAN_UP);
            self.deadlines.insert((until, id, true));
        }
    }

    /// The engine has died: none of its tasks goes on, and nothing is kept of its runs.
    pub fn end_life(&mut self, life: u32) {
        let all: Vec<TaskId> = self.tasks.keys().copied().filter(|task| life_of_task(*task).0 == life).collect();
        for id in all {
            self.isolate.state.silence(id);
            if let Some(entry) = self.tasks.remove(&id) {
                self.forget(entry.run);
            }
        }
        self.deadlines.retain(|(_, id, _)| life_of_task(*id).0 != life);
    }

    /// Drops what is kept of a run.
    pub fn forget(&mut self, run: RunId) {
        self.known.remove(&run);
        self.isolate.forget(run);
    }

    /// Answers a question.
    pub fn reply(&mut self, call: u64, result: Result<JsonText, HostError>) {
        self.isolate.replied(call, result);
    }

    /// Runs everything that is ready now.
    pub fn turn(&mut self) {
        let now = self.clock.now();
        while let Some((at, id, is_last)) = self.deadlines.first().copied().filter(|(at, ..)| *at <= now) {
            self.deadlines.remove(&(at, id, is_last));
            if is_last { self.isolate.state.silence(id) } else { self.stop_task(id, StopReason::TimedOut) }
        }
        let fresh = std::mem::take(&mut self.fresh);
        self.isolate.turn(&fresh);
    }

    /// What it has to say since the last call.
    pub fn take(&mut self) -> Vec<FromLocal> {
        let messages = self.isolate.take_outbox();
        messages.into_iter().filter_map(|message| self.receive(message)).collect()
    }

    fn receive(&mut self, message: FromWorker) -> Option<FromLocal> {
        Some(match message {
            FromWorker::Outcome { task, outcome } => {
                let entry = self.tasks.remove(&task)?;
                if let Some(at) = entry.deadline {
                    self.deadlines.remove(&(at, task, false));
                }
                if is_output(entry.role, &outcome)
                    && let Some(known) = self.known.get_mut(&entry.run)
                {
                    known.made(entry.place);
                }
                let (life, task) = life_of_task(task);
                FromLocal::Outcome { life, task, outcome }
            }
            FromWorker::Log { task, level, text } => {
                let (life, task) = life_of_task(task);
                FromLocal::Log { life, task, level, text }
            }
            FromWorker::Call { call, request } => {
                let owner = self.isolate.state.executor.owner_of(call)?;
                let (life, task) = life_of_task(owner);
                FromLocal::Call { life, task, call, request }
            }
            // Tests print at once.
            FromWorker::Loaded(_) | FromWorker::Console { .. } => return None,
        })
    }

    /// Whether [`Self::turn`] has something to do at this moment.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let due = self.next_due().is_some_and(|at| at <= self.clock.now());
        due || !self.fresh.is_empty() || self.isolate.state.executor.has_jobs()
    }

    /// When the next timer or time limit is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let state = &self.isolate.state;
        let testing = state.testing.as_ref();
        let timer = state.executor.next_timer().zip(testing).map(|(due, testing)| testing.time.wall(due));
        let limit = self.deadlines.first().map(|(at, ..)| *at);
        timer.into_iter().chain(limit).min()
    }

    /// Whether time moves only when somebody moves it.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.isolate.state.testing.as_ref().is_some_and(|testing| testing.is_frozen.get())
    }

    /// Whether native work such as a request is under way.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.isolate.state.executor.has_work()
    }

    /// Resolves when native work is done. Safe to drop.
    pub async fn wait_for_work(&mut self) {
        self.isolate.wait_for_work().await;
    }

    /// Tasks that nothing can wake any more fail; returns whether there were any.
    pub fn fail_what_cannot_settle(&mut self) -> bool {
        self.isolate.fail_unsettled()
    }
}

impl Isolate {
    /// Evaluates a built-in module for what it puts in place.
    fn evaluate_builtin(&mut self, specifier: &str) -> Result<(), Diagnostic> {
        let state = self.state.clone();
        let evaluated = builtin_module(specifier, &mut self.context);
        evaluated.map(drop).map_err(|error| diagnostic_of(error, &state, &mut self.context))
    }

    /// Calls a function of the runner.
    fn drive(&mut self, name: &str, argument: &JsonText) -> Result<(), Diagnostic> {
        let (state, context) = (self.state.clone(), &mut self.context);
        let driver = state.testing.as_ref().and_then(|testing| testing.driver.get().cloned());
        let called = driver.map_or(Ok(JsValue::undefined()), |driver| {
            let function = driver.get(boa_engine::JsString::from(name), context)?.as_object();
            let argument = crate::json::parse(argument.as_str(), context)?;
            function
                .map_or(Ok(JsValue::undefined()), |function| function.call(&JsValue::undefined(), &[argument], context))
        });
        called.map(drop).map_err(|error| diagnostic_of(error, &state, context))
    }
}
