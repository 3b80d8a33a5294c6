//! What an isolate knows besides its heap: tasks, runs, functions, archives and the outbox.
//!
//! It hangs on the context, so that native functions find it; values of the engine that it holds
//! are roots.

use super::{archives::Archives, executor::Executor};
use crate::{
    extensions::BuiltinFunctions,
    json::Stringifier,
    worker::{Blackboard, FromWorker, WireStep, WireTask},
};
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, JsValue,
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::{
    host::StartOptions,
    id::{NodeId, RunId, TaskId},
    worker::{FunctionRole, RunContext, StepView},
};
use cronflow_services::http::HttpClient;
use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

/// Unhandled rejections that are kept until they are reported.
const MAX_REJECTIONS: usize = 100;
/// Stopped tasks that are remembered, so that their continuations stay stopped.
const MAX_STOPPED: usize = 10_000;

/// The functions of one workflow version.
pub(crate) type Functions = HashMap<(NodeId, FunctionRole), JsFunction>;

/// A workflow in one version: the version, then the id.
type WorkflowKey = (Arc<str>, Arc<str>);

/// A run that this isolate has tasks of.
pub(crate) struct RunEntry {
    pub(crate) context: RunContext,
    pub(crate) steps: RefCell<Vec<StepView>>,
    /// Outputs that were made here and need not cross the pipe again.
    own: RefCell<HashMap<NodeId, cronflow_core::json::JsonText>>,
}

/// A task that is executing.
pub(crate) struct TaskEntry {
    pub(crate) task: TaskId,
    pub(crate) node: NodeId,
    pub(crate) name: Arc<str>,
    pub(crate) attempt: u32,
    pub(crate) role: FunctionRole,
    pub(crate) run: Rc<RunEntry>,
    /// How many finished steps of the run this task sees.
    pub(crate) visible: usize,
    /// Values that `ctx` has parsed so far, by getter.
    pub(crate) parsed: RefCell<HashMap<&'static str, JsValue>>,
    pub(crate) promise: RefCell<Option<JsPromise>>,
}

/// A workflow that the archive being loaded has declared.
pub(crate) struct Declared {
    pub(crate) draft: String,
}

/// What loading an archive has brought so far.
#[derive(Default)]
pub(crate) struct Loading {
    pub(crate) version: Option<Arc<str>>,
    pub(crate) declared: Vec<Declared>,
}

/// See the module's text.
pub(crate) struct State {
    pub(crate) executor: Rc<Executor>,
    pub(crate) archives: Archives,
    pub(crate) builtins: OnceCell<BuiltinFunctions>,
    pub(crate) stringifier: OnceCell<Stringifier>,
    pub(crate) primary: bool,
    pub(crate) loading: RefCell<Loading>,
    pub(crate) start: RefCell<Option<StartOptions>>,
    /// Promises of `cronflow.start()` that the server's start resolves.
    pub(crate) started: RefCell<Vec<usize>>,
    pub(crate) outbox: RefCell<Vec<FromWorker>>,
    functions: RefCell<HashMap<WorkflowKey, Functions>>,
    tasks: RefCell<HashMap<TaskId, Rc<TaskEntry>>>,
    runs: RefCell<HashMap<RunId, Rc<RunEntry>>>,
    stopped: RefCell<HashSet<TaskId>>,
    rejections: RefCell<Vec<JsObject>>,
    current: Cell<TaskId>,
    blackboard: Blackboard,
    http: OnceCell<HttpClient>,
}

/// No task: module top level, timers of modules.
pub(crate) const NO_TASK: TaskId = TaskId(0);

impl State {
    pub(crate) fn new(executor: Rc<Executor>, primary: bool, blackboard: Blackboard) -> Rc<Self> {
        Rc::new(Self {
            executor,
            archives: Archives::default(),
            builtins: OnceCell::new(),
            stringifier: OnceCell::new(),
            primary,
            loading: RefCell::default(),
            start: RefCell::default(),
            started: RefCell::default(),
            outbox: RefCell::default(),
            functions: RefCell::default(),
            tasks: RefCell::default(),
            runs: RefCell::default(),
            stopped: RefCell::default(),
            rejections: RefCell::default(),
            current: Cell::new(NO_TASK),
            blackboard,
            http: OnceCell::new(),
        })
    }

    /// The state of the isolate that `context` belongs to.
    pub(crate) fn of(context: &Context) -> JsResult<Rc<Self>> {
        let state = context.get_data::<Rc<Self>>();
        state.cloned().ok_or_else(|| JsNativeError::error().with_message("the isolate is not set up").into())
    }

    /// The task that is executing now.
    pub(crate) fn current(&self) -> TaskId {
        self.current.get()
    }

    /// Runs `work` on a task's account: continuations and timers it makes belong to the task, and
    /// the engine process can see who is executing.
    pub(crate) fn charged_to<T>(&self, task: TaskId, work: impl FnOnce() -> T) -> T {
        let before = self.current.replace(task);
        self.blackboard.show(task);
        let result = work();
        self.current.set(before);
        result
    }

    /// Nothing is executing: the isolate waits.
    pub(crate) fn idle(&self) {
        self.blackboard.show(NO_TASK);
    }

    /// Whether a task was stopped.
    pub(crate) fn is_stopped(&self, task: TaskId) -> bool {
        task != NO_TASK && self.stopped.borrow().contains(&task)
    }

    /// Adds a task and what it brings of its run.
    pub(crate) fn admit(&self, wire: WireTask) -> Option<Rc<TaskEntry>> {
        let mut runs = self.runs.borrow_mut();
        if let Some(context) = wire.context {
            let entry = RunEntry { context, steps: RefCell::default(), own: RefCell::default() };
            runs.insert(wire.run, Rc::new(entry));
        }
        let run = runs.get(&wire.run)?.clone();
        run.learn(wire.steps);
        let visible = run.steps.borrow().len();
        let entry = Rc::new(TaskEntry {
            task: wire.id,
            node: wire.node,
            name: wire.name,
            attempt: wire.attempt,
            role: wire.role,
            run,
            visible,
            parsed: RefCell::default(),
            promise: RefCell::default(),
        });
        self.tasks.borrow_mut().insert(wire.id, entry.clone());
        Some(entry)
    }

    /// A task that is executing.
    pub(crate) fn task(&self, id: TaskId) -> Option<Rc<TaskEntry>> {
        self.tasks.borrow().get(&id).cloned()
    }

    /// Takes a task out when it ends; `None` when it has ended already.
    pub(crate) fn finish(&self, id: TaskId) -> Option<Rc<TaskEntry>> {
        self.tasks.borrow_mut().remove(&id)
    }

    /// Stops a task: its continuations and timers never run again.
    pub(crate) fn stop(&self, id: TaskId) -> Option<Rc<TaskEntry>> {
        let entry = self.finish(id)?;
        let mut stopped = self.stopped.borrow_mut();
        if stopped.len() >= MAX_STOPPED {
            stopped.clear();
        }
        stopped.insert(id);
        self.executor.stop_timers_of(id);
        Some(entry)
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

    /// The function that a task calls.
    pub(crate) fn function(&self, entry: &TaskEntry) -> Option<JsFunction> {
        let key = (entry.run.context.version.clone(), entry.run.context.workflow.clone());
        self.functions.borrow().get(&key)?.get(&(entry.node, entry.role)).cloned()
    }

    /// Sends a message to the engine at the end of this turn.
    pub(crate) fn send(&self, message: FromWorker) {
        self.outbox.borrow_mut().push(message);
    }

    /// The HTTP client, made at its first use.
    pub(crate) fn http(&self) -> JsResult<HttpClient> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client =
            HttpClient::new().map_err(|error| JsError::from(JsNativeError::typ().with_message(error.to_string())))?;
        Ok(self.http.get_or_init(|| client).clone())
    }

    pub(super) fn note_rejection(&self, promise: JsObject) {
        let mut rejections = self.rejections.borrow_mut();
        if rejections.len() < MAX_REJECTIONS {
            rejections.push(promise);
        }
    }

    /// Somebody handles the rejection after all.
    pub(crate) fn forgive_rejection(&self, promise: &JsObject) {
        self.rejections.borrow_mut().retain(|noted| !JsObject::equals(noted, promise));
    }

    /// Rejected promises that nobody handles.
    pub(crate) fn take_rejections(&self) -> Vec<JsObject> {
        self.rejections.take()
    }
}

impl RunEntry {
    fn learn(&self, steps: Vec<WireStep>) {
        let mut known = self.steps.borrow_mut();
        for step in steps {
            let output = step.output.or_else(|| self.own.borrow_mut().remove(&step.node));
            let Some(output) = output else { continue };
            known.push(StepView {
                node: step.node,
                name: step.name,
                is_step: step.is_step,
                attempts: step.attempts,
                output,
            });
        }
    }

    /// Keeps an output that was made here, until the engine says that it counts.
    pub(crate) fn keep(&self, node: NodeId, output: cronflow_core::json::JsonText) {
        self.own.borrow_mut().insert(node, output);
    }
}
