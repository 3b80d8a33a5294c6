//! The job queue of an isolate: microtasks, timers, and promises that wait for native work.
//!
//! Nothing here blocks and nothing holds the context across an await: native work runs on tokio
//! and comes back over a channel as a closure that makes the value.

use boa_engine::{
    Context, JsError, JsResult, JsValue,
    builtins::promise::ResolvingFunctions,
    job::{GenericJob, Job, JobExecutor, NativeAsyncJob, PromiseJob, TimeoutJob},
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::id::TaskId;
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap, VecDeque},
    pin::Pin,
    rc::Rc,
    task::{Poll, Waker},
};
use tokio::{sync::mpsc, task::AbortHandle};

/// Makes the value of a finished native operation; runs on the isolate's thread.
pub(crate) type Settle = Box<dyn FnOnce(&mut Context) -> JsResult<JsValue>>;

/// A native operation that is done.
pub(crate) struct Completion {
    pending: u64,
    settle: Settle,
}

/// A promise that native work will settle.
struct Pending {
    functions: ResolvingFunctions,
    task: TaskId,
    /// Ends the work when its task is stopped.
    abort: Option<AbortHandle>,
}

/// What a timer does when it is due.
enum TimerJob {
    User {
        id: u32,
        function: JsFunction,
        repeat: Option<u64>,
        task: TaskId,
        frame: JsValue,
        /// Nobody minds when it is left behind.
        is_light: bool,
    },
    Engine(TimeoutJob),
}

/// A timer that is due, ready to be called.
pub(crate) struct DueTimer {
    pub(crate) function: JsFunction,
    pub(crate) task: TaskId,
    /// See `State::frame`.
    pub(crate) frame: JsValue,
}

/// When a timer is due, and its place among those due at the same time.
type TimerKey = (u64, u64);

#[derive(Default)]
struct Timers {
    queue: BTreeMap<TimerKey, TimerJob>,
    keys: HashMap<u32, TimerKey>,
    sequence: u64,
    last_id: u32,
}

/// See the module's text.
pub(crate) struct Executor {
    micro: RefCell<VecDeque<PromiseJob>>,
    generic: RefCell<VecDeque<GenericJob>>,
    asyncs: RefCell<Vec<NativeAsyncJob>>,
    timers: RefCell<Timers>,
    pending: RefCell<HashMap<u64, Pending>>,
    last_pending: Cell<u64>,
    /// Promises that stay open on purpose and must not keep an idle isolate waiting.
    parked: Cell<usize>,
    completions: mpsc::UnboundedSender<Completion>,
}

impl Executor {
    pub(crate) fn new() -> (Rc<Self>, mpsc::UnboundedReceiver<Completion>) {
        let (completions, receiver) = mpsc::unbounded_channel();
        let executor = Self {
            micro: RefCell::default(),
            generic: RefCell::default(),
            asyncs: RefCell::default(),
            timers: RefCell::default(),
            pending: RefCell::default(),
            last_pending: Cell::new(0),
            parked: Cell::new(0),
            completions,
        };
        (Rc::new(executor), receiver)
    }

    /// A promise that `work`, running on tokio, will settle. The work ends with its task.
    pub(crate) fn promise(
        &self,
        task: TaskId,
        context: &mut Context,
        work: impl Future<Output = Settle> + 'static,
    ) -> JsValue {
        let (promise, pending) = self.open(task, context);
        let completions = self.completions.clone();
        let running = tokio::task::spawn_local(async move {
            let settle = work.await;
            // The isolate is gone when this fails; nobody waits any more.
            let _ = completions.send(Completion { pending, settle });
        });
        if let Some(entry) = self.pending.borrow_mut().get_mut(&pending) {
            entry.abort = Some(running.abort_handle());
        }
        promise
    }

    /// A promise that is settled later through [`Self::settle_parked`], and that an idle isolate
    /// does not wait for.
    pub(crate) fn park(&self, task: TaskId, context: &mut Context) -> (JsValue, u64) {
        self.parked.set(self.parked.get() + 1);
        self.open(task, context)
    }

    /// Settles a parked promise.
    pub(crate) fn settle_parked(&self, pending: u64, settle: Settle, context: &mut Context) {
        self.parked.set(self.parked.get().saturating_sub(1));
        self.settle(Completion { pending, settle }, context);
    }

    /// A promise that is settled later through [`Self::settle_open`].
    pub(crate) fn open(&self, task: TaskId, context: &mut Context) -> (JsValue, u64) {
        let (promise, functions) = JsPromise::new_pending(context);
        let pending = self.last_pending.get() + 1;
        self.last_pending.set(pending);
        self.pending.borrow_mut().insert(pending, Pending { functions, task, abort: None });
        (promise.into(), pending)
    }

    /// Settles an open promise.
    pub(crate) fn settle_open(&self, pending: u64, settle: Settle, context: &mut Context) {
        self.settle(Completion { pending, settle }, context);
    }

    /// Ends everything that a task has under way: its timers and its native work.
    pub(crate) fn stop_work_of(&self, task: TaskId) {
        self.stop_timers_of(task);
        self.pending.borrow_mut().retain(|_, pending| {
            if pending.task == task
                && let Some(abort) = &pending.abort
            {
                abort.abort();
            }
            pending.task != task
        });
    }

    /// Settles the promise of a finished operation.
    pub(crate) fn settle(&self, completion: Completion, context: &mut Context) {
        let Some(pending) = self.pending.borrow_mut().remove(&completion.pending) else {
            return;
        };
        let (function, value) = match (completion.settle)(context) {
            Ok(value) => (pending.functions.resolve, value),
            Err(error) => (pending.functions.reject, error.into_opaque(context).unwrap_or_default()),
        };
        // The resolving functions of a native promise do not throw.
        let _ = function.call(&JsValue::undefined(), &[value], context);
    }

    /// Runs jobs until none is ready. Errors that no promise took are handed back.
    pub(crate) fn drain(&self, context: &mut Context) -> Vec<JsError> {
        let mut errors = Vec::new();
        loop {
            let job = self.micro.borrow_mut().pop_front();
            if let Some(job) = job {
                errors.extend(job.call(context).err());
                continue;
            }
            let job = self.generic.borrow_mut().pop_front();
            if let Some(job) = job {
                errors.extend(job.call(context).err());
                continue;
            }
            let asyncs = self.asyncs.take();
            if asyncs.is_empty() {
                break;
            }
            errors.extend(asyncs.into_iter().filter_map(|job| run_ready(job, context).err()));
        }
        context.clear_kept_objects();
        errors
    }

    /// Runs `work` with empty queues of its own: jobs that wait stay where they are.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let (micro, generic, asyncs) = (self.micro.take(), self.generic.take(), self.asyncs.take());
        let result = work();
        self.micro.replace(micro);
        self.generic.replace(generic);
        self.asyncs.replace(asyncs);
        result
    }

    /// Adds a timer of user code and returns its id.
    pub(crate) fn start_timer(
        &self,
        function: JsFunction,
        due: u64,
        repeat: Option<u64>,
        task: TaskId,
        frame: JsValue,
    ) -> u32 {
        let mut timers = self.timers.borrow_mut();
        timers.last_id = timers.last_id.wrapping_add(1).max(1);
        let id = timers.last_id;
        timers.add(due, TimerJob::User { id, function, repeat, task, frame, is_light: false });
        id
    }

    /// Says whether somebody minds when the timer is left behind; an unknown id is fine.
    pub(crate) fn make_light(&self, id: u32, light: bool) {
        let mut timers = self.timers.borrow_mut();
        let Timers { queue, keys, .. } = &mut *timers;
        if let Some(TimerJob::User { is_light, .. }) = keys.get(&id).and_then(|key| queue.get_mut(key)) {
            *is_light = light;
        }
    }

    /// Removes a timer; an unknown id is fine.
    pub(crate) fn stop_timer(&self, id: u32) {
        let mut timers = self.timers.borrow_mut();
        if let Some(key) = timers.keys.remove(&id) {
            timers.queue.remove(&key);
        }
    }

    /// How many timers of user code wait.
    pub(crate) fn timers(&self) -> usize {
        self.timers.borrow().keys.len()
    }

    /// Removes the timers of user code that were set after the one of that id.
    pub(crate) fn drop_timers(&self, after: u32) {
        let mut timers = self.timers.borrow_mut();
        timers.queue.retain(|_, job| match job {
            TimerJob::User { id, .. } => *id <= after,
            TimerJob::Engine(_) => true,
        });
        timers.keys.retain(|id, _| *id <= after);
    }

    /// What a task has under way: timers, promises that wait for native work, and those that wait for the engine.
    pub(crate) fn left_of(&self, task: TaskId) -> (usize, usize, usize) {
        let timers = self.timers.borrow();
        let owned = timers
            .queue
            .values()
            .filter(|job| matches!(job, TimerJob::User { task: owner, is_light: false, .. } if *owner == task));
        let pending = self.pending.borrow();
        let (work, questions): (Vec<&Pending>, Vec<&Pending>) =
            pending.values().filter(|pending| pending.task == task).partition(|pending| pending.abort.is_some());
        (owned.count(), work.len(), questions.len())
    }

    /// The task that waits for an open promise.
    pub(crate) fn owner_of(&self, pending: u64) -> Option<TaskId> {
        self.pending.borrow().get(&pending).map(|pending| pending.task)
    }

    /// Whether native work is under way.
    pub(crate) fn has_work(&self) -> bool {
        self.pending.borrow().values().any(|pending| pending.abort.is_some())
    }

    /// Whether a job can run now.
    pub(crate) fn has_jobs(&self) -> bool {
        !(self.micro.borrow().is_empty() && self.generic.borrow().is_empty() && self.asyncs.borrow().is_empty())
    }

    /// Removes every timer of a task.
    fn stop_timers_of(&self, task: TaskId) {
        let mut timers = self.timers.borrow_mut();
        let Timers { queue, keys, .. } = &mut *timers;
        queue.retain(|_, job| {
            let TimerJob::User { id, task: owner, .. } = job else {
                return true;
            };
            if *owner == task {
                keys.remove(id);
            }
            *owner != task
        });
    }

    /// Takes the next timer that is due at `now` (milliseconds of the context's clock).
    pub(crate) fn next_due(&self, now: u64, context: &mut Context) -> Option<DueTimer> {
        loop {
            let job = {
                let mut timers = self.timers.borrow_mut();
                let key = *timers.queue.first_key_value().filter(|(key, _)| key.0 <= now)?.0;
                timers.queue.remove(&key)?
            };
            match job {
                TimerJob::Engine(job) => {
                    if !job.cancelled() {
                        // The engine's own timers settle promises; they do not throw.
                        let _ = job.call(context);
                    }
                }
                TimerJob::User { id, function, repeat, task, frame, is_light } => {
                    let mut timers = self.timers.borrow_mut();
                    timers.keys.remove(&id);
                    if let Some(period) = repeat {
                        let (function, frame) = (function.clone(), frame.clone());
                        let again = TimerJob::User { id, function, repeat, task, frame, is_light };
                        timers.add(now + period.max(1), again);
                    }
                    return Some(DueTimer { function, task, frame });
                }
            }
        }
    }

    /// When the next timer is due, in milliseconds of the context's clock.
    pub(crate) fn next_timer(&self) -> Option<u64> {
        self.timers.borrow().queue.first_key_value().map(|(key, _)| key.0)
    }

    /// Whether nothing can ever happen here any more without new input.
    pub(crate) fn is_quiescent(&self) -> bool {
        self.micro.borrow().is_empty()
            && self.generic.borrow().is_empty()
            && self.asyncs.borrow().is_empty()
            && self.timers.borrow().queue.is_empty()
            && self.pending.borrow().len() <= self.parked.get()
    }
}

impl Timers {
    fn add(&mut self, due: u64, job: TimerJob) {
        self.sequence += 1;
        let key = (due, self.sequence);
        if let TimerJob::User { id, .. } = &job {
            self.keys.insert(*id, key);
        }
        self.queue.insert(key, job);
    }
}

/// Runs an async job that is ready at once. Only module loading makes such jobs, and our loader
/// has every module in memory.
fn run_ready(job: NativeAsyncJob, context: &mut Context) -> JsResult<JsValue> {
    let cell = RefCell::new(context);
    let mut future = job.call(&cell);
    match Pin::new(&mut future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => {
            Err(boa_engine::JsNativeError::error().with_message("an engine job did not finish at once").into())
        }
    }
}

impl JobExecutor for Executor {
    fn enqueue_job(self: Rc<Self>, job: Job, context: &mut Context) {
        match job {
            Job::PromiseJob(job) => self.micro.borrow_mut().push_back(job),
            Job::GenericJob(job) => self.generic.borrow_mut().push_back(job),
            Job::AsyncJob(job) => self.asyncs.borrow_mut().push(job),
            Job::TimeoutJob(job) => {
                let due = context.clock().now().millis_since_epoch() + job.timeout().as_millis();
                self.timers.borrow_mut().add(due, TimerJob::Engine(job));
            }
            // Intervals come only from boa_runtime, which is not used; clean-up of finalization
            // registries is optional by the standard.
            _ => {}
        }
    }

    fn run_jobs(self: Rc<Self>, context: &mut Context) -> JsResult<()> {
        self.drain(context).into_iter().next().map_or(Ok(()), Err)
    }
}
