//! What an isolate knows besides its heap: tasks, runs, functions, archives and the outbox.
//!
//! It hangs on the context, so that native functions find it; values of the engine that it holds
//! are roots.

use super::{
    Serving, archives::Archives, calls::CallFunctions, exchange::Exchange, executor::Executor, program::Programs,
    run::RunEntry, task::TaskEntry,
};
use crate::{
    json::Stringifier,
    ops::encoding::Decoders,
    testing::{Testing, life_of_task},
    worker::{Blackboard, FromWorker, StopReason, Surroundings, WireTask},
};
use boa_engine::{Context, JsNativeError, JsObject, JsResult, JsValue, object::builtins::JsFunction};
use cronflow_core::{
    host::StartOptions,
    id::{RunId, TaskId},
    worker::{FunctionRole, Outcome},
};
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{HashMap, HashSet},
    rc::{Rc, Weak},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// Unhandled rejections that are kept until they are reported.
const MAX_REJECTIONS: usize = 100;
/// Stopped tasks that are remembered, so that their continuations stay stopped.
const MAX_STOPPED: usize = 10_000;

/// How long a task that was stopped may clean up, when it listens to its signal.
const CLEAN_UP: Duration = Duration::from_millis(500);

/// The functions of a flow: by the number of the node, and by role.
pub(crate) type Functions = HashMap<(u32, FunctionRole), JsFunction>;

/// The number under which the functions of the workflow itself are kept.
pub(crate) const OF_WORKFLOW: u32 = u32::MAX;

/// The id under which the functions of the program itself are kept; no workflow has it.
pub(crate) const OF_PROGRAM: &str = "";

/// A workflow in one version: the version, then the id.
type WorkflowKey = (Arc<str>, Arc<str>);

/// A workflow that the archive being loaded has declared.
pub(crate) struct Declared {
    pub(crate) draft: String,
    pub(crate) version: Arc<str>,
}

/// What loading an archive has brought so far.
#[derive(Default)]
pub(crate) struct Loading {
    pub(crate) version: Option<Arc<str>>,
    pub(crate) declared: Vec<Declared>,
    pub(crate) serving: Option<Serving>,
}

/// See the module's text.
pub(crate) struct State {
    pub(crate) executor: Rc<Executor>,
    pub(crate) archives: Archives,
    pub(crate) calls: OnceCell<CallFunctions>,
    pub(crate) stringifier: OnceCell<Stringifier>,
    /// What `JSON` takes from the engine.
    pub(crate) json: OnceCell<crate::json::Engine>,
    /// The engine's own getter of `error.stack`, with positions in evaluated code.
    pub(crate) raw_stack: OnceCell<JsFunction>,
    /// `util.format`, taken at its first use.
    pub(crate) format: OnceCell<JsFunction>,
    pub(crate) primary: bool,
    pub(crate) surroundings: Surroundings,
    /// See `ops::crypto::at_once`.
    pub(crate) crypto_at_once: Cell<bool>,
    /// What `AsyncLocalStorage` has stored for the code that is executing.
    frame: RefCell<JsValue>,
    /// Present in isolates of the test runner.
    pub(crate) testing: Option<Testing>,
    pub(crate) loading: RefCell<Loading>,
    /// The archive whose entry module is being evaluated.
    pub(crate) evaluating: Cell<Option<usize>>,
    pub(crate) start: RefCell<Option<StartOptions>>,
    /// Promises of `cronflow.start()` that the server's start resolves.
    pub(crate) started: RefCell<Vec<u64>>,
    pub(crate) outbox: RefCell<Vec<FromWorker>>,
    functions: RefCell<HashMap<WorkflowKey, Functions>>,
    tasks: RefCell<HashMap<TaskId, Rc<TaskEntry>>>,
    runs: RefCell<HashMap<RunId, Rc<RunEntry>>>,
    stopped: RefCell<HashSet<TaskId>>,
    /// Tasks that were stopped and clean up, and until when.
    leaving: RefCell<HashMap<TaskId, Instant>>,
    /// How long they may.
    pub(super) clean_up: Cell<Duration>,
    /// Values that must not be printed.
    secrets: RefCell<Vec<String>>,
    /// Whether the engine answers calls outside of tasks.
    pub(crate) is_started: Cell<bool>,
    /// Rejected promises that nobody handles, and the tasks that made them.
    rejections: RefCell<Vec<(TaskId, JsObject)>>,
    /// Promises whose rejection was reported before somebody handled it.
    late: RefCell<Vec<JsObject>>,
    /// Hears of errors that nobody catches, once the program has asked for them.
    pub(crate) reporter: RefCell<Option<JsFunction>>,
    pub(crate) decoders: Decoders,
    current: Cell<TaskId>,
    blackboard: Blackboard,
    /// Exchanges with servers, by the task that opened them.
    exchanges: RefCell<HashMap<TaskId, Vec<Weak<Exchange>>>>,
    pub(crate) programs: Programs,
}

/// No task: module top level, timers of modules.
pub(crate) const NO_TASK: TaskId = TaskId(0);

impl State {
    pub(crate) fn new(
        executor: Rc<Executor>,
        primary: bool,
        blackboard: Blackboard,
        surroundings: Surroundings,
        testing: Option<Testing>,
    ) -> Rc<Self> {
        Rc::new(Self {
            executor,
            archives: Archives::default(),
            calls: OnceCell::new(),
            stringifier: OnceCell::new(),
            json: OnceCell::new(),
            raw_stack: OnceCell::new(),
            format: OnceCell::new(),
            primary,
            surroundings,
            crypto_at_once: Cell::new(false),
            frame: RefCell::default(),
            testing,
            loading: RefCell::default(),
            evaluating: Cell::new(None),
            start: RefCell::default(),
            started: RefCell::default(),
            outbox: RefCell::default(),
            functions: RefCell::default(),
            tasks: RefCell::default(),
            runs: RefCell::default(),
            stopped: RefCell::default(),
            leaving: RefCell::default(),
            clean_up: Cell::new(CLEAN_UP),
            secrets: RefCell::default(),
            is_started: Cell::new(false),
            rejections: RefCell::default(),
            late: RefCell::default(),
            reporter: RefCell::default(),
            decoders: Decoders::default(),
            current: Cell::new(NO_TASK),
            blackboard,
            exchanges: RefCell::default(),
            programs: Programs::default(),
        })
    }

    /// The state of the isolate that `context` belongs to.
    pub(crate) fn of(context: &Context) -> JsResult<Rc<Self>> {
        let state = context.get_data::<Rc<Self>>();
        state.cloned().ok_or_else(|| JsNativeError::error().with_message("the isolate is not set up").into())
    }

    /// What `AsyncLocalStorage` has stored for the code that is executing.
    pub(crate) fn frame(&self) -> JsValue {
        self.frame.borrow().clone()
    }

    /// Replaces it, and gives what it was.
    pub(crate) fn enter_frame(&self, frame: JsValue) -> JsValue {
        self.frame.replace(frame)
    }

    /// Runs a continuation with the frame that it was made in.
    pub(crate) fn in_frame<T>(&self, frame: &JsValue, work: impl FnOnce() -> T) -> T {
        let before = self.enter_frame(frame.clone());
        let result = work();
        self.enter_frame(before);
        result
    }

    /// Whether the program that is being loaded has asked to be told when the server listens.
    pub(crate) fn waits_for_start(&self) -> bool {
        self.start.borrow().is_some() || self.loading.borrow().serving.is_some()
    }

    /// The task that is executing now.
    pub(crate) fn current(&self) -> TaskId {
        self.current.get()
    }

    /// Runs `work` on a task's account: continuations and timers it makes belong to the task, and
    /// the engine process can see who is executing.
    pub(crate) fn charged_to<T>(&self, task: TaskId, work: impl FnOnce() -> T) -> T {
        let before = self.current.replace(task);
        // What the work stores for itself does not reach what comes after it.
        let frame = self.frame();
        self.blackboard.show(task);
        let result = work();
        self.current.set(before);
        // At the outermost level the next task will show itself, or idleness.
        if before != NO_TASK {
            self.blackboard.show(before);
        }
        self.enter_frame(frame);
        result
    }

    /// Nothing is executing: the isolate waits.
    pub(crate) fn idle(&self) {
        self.blackboard.rest();
    }

    /// Whether a task was stopped.
    pub(crate) fn is_stopped(&self, task: TaskId) -> bool {
        task != NO_TASK && self.stopped.borrow().contains(&task)
    }

    /// Adds a task and what it brings of its run.
    pub(crate) fn admit(&self, mut wire: WireTask) -> Option<Rc<TaskEntry>> {
        let mut runs = self.runs.borrow_mut();
        if let Some(context) = wire.context.take() {
            runs.insert(wire.run, Rc::new(RunEntry::new(context)));
        }
        let run = runs.get(&wire.run)?.clone();
        run.learn(std::mem::take(&mut wire.steps));
        let entry = Rc::new(TaskEntry::new(wire, run));
        self.tasks.borrow_mut().insert(entry.task, entry.clone());
        Some(entry)
    }

    /// A task that is executing.
    pub(crate) fn task(&self, id: TaskId) -> Option<Rc<TaskEntry>> {
        self.tasks.borrow().get(&id).cloned()
    }

    /// Takes a task out when it ends; `None` when it has ended already.
    pub(crate) fn finish(&self, id: TaskId) -> Option<Rc<TaskEntry>> {
        self.leaving.borrow_mut().remove(&id);
        self.exchanges.borrow_mut().remove(&id);
        self.programs.end_of(id);
        self.tasks.borrow_mut().remove(&id)
    }

    /// Ends a task for good: its continuations and timers never run again.
    pub(crate) fn silence(&self, id: TaskId) {
        let exchanges = self.exchanges.borrow_mut().remove(&id).unwrap_or_default();
        let Some(entry) = self.finish(id) else { return };
        exchanges.iter().filter_map(Weak::upgrade).for_each(|exchange| exchange.close());
        self.mute(id);
        self.send(FromWorker::Outcome { task: entry.task, outcome: Outcome::TimedOut });
    }

    /// Continuations and timers of a task never run again.
    pub(crate) fn mute(&self, id: TaskId) {
        let mut stopped = self.stopped.borrow_mut();
        if stopped.len() >= MAX_STOPPED {
            stopped.clear();
        }
        stopped.insert(id);
        self.executor.stop_work_of(id);
    }

    /// A task that was stopped may go on for a moment: it listens to its signal.
    pub(crate) fn let_leave(&self, entry: &TaskEntry, reason: StopReason) {
        entry.stopped.set(Some(reason));
        self.leaving.borrow_mut().insert(entry.task, Instant::now() + self.clean_up.get());
    }

    /// Tasks whose time to clean up is over.
    pub(crate) fn overstayed(&self) -> Vec<TaskId> {
        let now = Instant::now();
        self.leaving.borrow().iter().filter(|(_, end)| **end <= now).map(|(task, _)| *task).collect()
    }

    /// Their time is over now.
    #[cfg(test)]
    pub(super) fn end_leaving(&self) {
        self.leaving.borrow_mut().values_mut().for_each(|end| *end = Instant::now());
    }

    /// When the first of them must have gone.
    pub(crate) fn next_leaving(&self) -> Option<Instant> {
        self.leaving.borrow().values().min().copied()
    }

    /// All tasks that are executing.
    pub(crate) fn all_tasks(&self) -> Vec<Rc<TaskEntry>> {
        self.tasks.borrow().values().cloned().collect()
    }

    /// Drops what is kept of a run.
    pub(crate) fn forget(&self, run: RunId) {
        self.runs.borrow_mut().remove(&run);
    }

    /// Keeps the functions of a workflow version.
    pub(crate) fn register(&self, version: Arc<str>, workflow: &str, functions: Functions) {
        self.functions.borrow_mut().insert((version, workflow.into()), functions);
    }

    /// The functions of the workflow that a run executes, in the version that it started on.
    pub(crate) fn with_functions<T>(&self, run: &RunEntry, read: impl FnOnce(&Functions) -> T) -> Option<T> {
        let key = (run.context.version.clone(), run.context.workflow.clone());
        self.functions.borrow().get(&key).map(read)
    }

    /// Keeps a value out of everything that is printed or recorded as a message.
    pub(crate) fn hide(&self, secret: String) {
        let mut secrets = self.secrets.borrow_mut();
        if !secret.trim().is_empty() && !secrets.contains(&secret) {
            secrets.push(secret);
            // The longest first: one may contain another.
            secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// The text without values that must not be printed.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        let secrets = self.secrets.borrow();
        let found = secrets.iter().filter(|secret| text.contains(secret.as_str()));
        let mut clean: Option<String> = None;
        for secret in found {
            clean = Some(clean.as_deref().unwrap_or(&text).replace(secret.as_str(), "[secret]"));
        }
        clean.unwrap_or(text)
    }

    /// Sends a message to the engine at the end of this turn. What tests print goes out at once, in its place among
    /// what they report.
    pub(crate) fn send(&self, message: FromWorker) {
        match (&self.testing, message) {
            (Some(testing), FromWorker::Console { task, level, text }) => testing.print(task, level, &text),
            (_, message) => self.outbox.borrow_mut().push(message),
        }
    }

    /// Notes an exchange of the current task: it ends when the task is stopped.
    pub(crate) fn watch(&self, exchange: &Rc<Exchange>) {
        if self.current() == NO_TASK {
            return;
        }
        let mut exchanges = self.exchanges.borrow_mut();
        let own = exchanges.entry(self.current()).or_default();
        // Seldom, so that many exchanges of a task cost the same each.
        if own.len().is_power_of_two() {
            own.retain(|other| other.strong_count() > 0);
        }
        own.push(Rc::downgrade(exchange));
    }

    pub(super) fn note_rejection(&self, promise: JsObject) {
        let mut rejections = self.rejections.borrow_mut();
        if rejections.len() < MAX_REJECTIONS {
            rejections.push((self.current.get(), promise));
        }
    }

    /// Somebody handles the rejection after all.
    pub(crate) fn forgive_rejection(&self, promise: &JsObject) {
        self.rejections.borrow_mut().retain(|(_, noted)| !JsObject::equals(noted, promise));
    }

    /// Somebody handles a rejection that may have been reported already.
    pub(super) fn note_handled(&self, promise: &JsObject) {
        let is_waiting = self.rejections.borrow().iter().any(|(_, noted)| JsObject::equals(noted, promise));
        if is_waiting {
            self.forgive_rejection(promise);
        } else if self.reporter.borrow().is_some() && self.late.borrow().len() < MAX_REJECTIONS {
            self.late.borrow_mut().push(promise.clone());
        }
    }

    /// Promises that were handled after they had been reported.
    pub(super) fn take_late(&self) -> Vec<JsObject> {
        self.late.take()
    }

    /// Rejected promises that nobody handles.
    pub(crate) fn take_rejections(&self) -> Vec<JsObject> {
        self.rejections.take().into_iter().map(|(_, promise)| promise).collect()
    }

    /// Those that are reported at the end of a turn; a test's own wait for its end.
    pub(crate) fn reportable_rejections(&self) -> Vec<JsObject> {
        if self.testing.is_none() {
            return self.take_rejections();
        }
        let of_test = |owner: TaskId| owner != NO_TASK && life_of_task(owner).0 == 0;
        let mut rejections = self.rejections.borrow_mut();
        rejections.extract_if(.., |(owner, _)| !of_test(*owner)).map(|(_, promise)| promise).collect()
    }

    /// Those of one task.
    pub(crate) fn take_rejections_of(&self, task: TaskId) -> Vec<JsObject> {
        let mut rejections = self.rejections.borrow_mut();
        rejections.extract_if(.., |(owner, _)| *owner == task).map(|(_, promise)| promise).collect()
    }
}
