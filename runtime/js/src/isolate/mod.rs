//! An isolate: one engine context with its modules, its tasks and the loop that drives them.

mod archives;
pub(crate) mod calls;
pub(crate) mod common_js;
pub(crate) mod exchange;
mod executor;
pub(crate) mod heap;
mod hooks;
mod loader;
pub(crate) mod mocks;
pub(crate) mod program;
pub(crate) mod run;
mod script;
mod settle;
pub(crate) mod state;
pub(crate) mod task;
pub(crate) mod uncaught;

pub(crate) use archives::{Archives, BUILTINS, split};
pub(crate) use executor::Settle;

use crate::{
    ctx, extensions,
    failure::diagnostic_of,
    json, language,
    testing::{Testing, VirtualTime},
    worker::{Blackboard, FromWorker, StopReason, Surroundings},
};
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, Module,
    builtins::promise::PromiseState,
    context::ContextBuilder,
    js_string,
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic},
    host::{HostError, StartOptions},
    id::{RunId, TaskId},
    json::JsonText,
};
use executor::{Completion, Executor};
use serde::{Deserialize, Serialize};
use state::{NO_TASK, State};
use std::{rc::Rc, sync::Arc, time::Duration};
use task::TaskEntry;
use tokio::{sync::mpsc, time::Instant};

/// Deepest chain of calls; the engine's own limit is far too low for ordinary code.
const MAX_RECURSION: usize = 4_000;
/// Values on the engine's stack.
const MAX_STACK: usize = 1_000_000;
/// Timers that run before other work gets its turn.
const MAX_TIMERS_AT_ONCE: usize = 256;

/// A workflow as its file declared it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedWorkflow {
    /// The draft (see `core::definition`) as JSON.
    pub draft: String,
    /// Digest of its archive, in hex.
    pub version: Arc<str>,
}

/// A program that answers requests itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// What makes it a server, such as `app.listen()`.
    pub by: String,
    /// Digest of its archive, in hex.
    #[serde(default)]
    pub version: Arc<str>,
    /// Where it wants to listen.
    pub port: Option<u16>,
    /// Address that it wants to listen on.
    pub host: Option<String>,
}

/// What loading an archive brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Workflows in order of definition.
    pub workflows: Vec<LoadedWorkflow>,
    /// What `cronflow.start()` asked for, if it was called.
    pub start: Option<StartOptions>,
    /// What answers requests that no webhook takes.
    pub serving: Option<Serving>,
}

/// See the module's text. Lives on one thread, inside a tokio `LocalSet`.
pub(crate) struct Isolate {
    pub(crate) context: Context,
    pub(crate) state: Rc<State>,
    completions: mpsc::UnboundedReceiver<Completion>,
    collect: JsFunction,
}

impl Isolate {
    /// Makes an isolate and evaluates the built-in modules.
    ///
    /// # Errors
    /// When the built-in modules do not evaluate, which is a bug in them.
    pub(crate) fn new(
        builtins: Archive,
        primary: bool,
        blackboard: Blackboard,
        surroundings: Surroundings,
    ) -> Result<Self, Diagnostic> {
        Self::make(builtins, primary, blackboard, surroundings, None)
    }

    /// An isolate of the test runner.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn for_tests(
        builtins: Archive,
        surroundings: Surroundings,
        testing: Testing,
    ) -> Result<Self, Diagnostic> {
        Self::make(builtins, true, Blackboard::none(), surroundings, Some(testing))
    }

    fn make(
        builtins: Archive,
        primary: bool,
        blackboard: Blackboard,
        surroundings: Surroundings,
        testing: Option<Testing>,
    ) -> Result<Self, Diagnostic> {
        heap::lift_limit();
        let (executor, completions) = Executor::new();
        let time = testing.as_ref().map(|testing| testing.time.clone());
        let state = State::new(executor.clone(), primary, blackboard, surroundings, testing);
        state.is_started.set(time.is_some());
        let mut builder = ContextBuilder::new()
            .job_executor(executor)
            .module_loader(Rc::new(loader::Loader(state.clone())))
            .host_hooks(Rc::new(hooks::Hooks(state.clone())));
        if let Some(time) = time {
            builder = builder.clock(Rc::new(time));
        }
        let mut context = builder.build().map_err(|error| bug(&error))?;
        context.runtime_limits_mut().set_recursion_limit(MAX_RECURSION);
        context.runtime_limits_mut().set_stack_size_limit(MAX_STACK);
        context.insert_data(state.clone());
        let collect = Self::set_up(&mut context, &state, builtins).map_err(|error| bug(&error))?;
        Ok(Self { context, state, completions, collect })
    }

    fn set_up(context: &mut Context, state: &Rc<State>, builtins: Archive) -> JsResult<JsFunction> {
        json::install(context)?;
        language::install(context)?;
        drop(state.stringifier.set(json::Stringifier::new(context)));
        ctx::install(context)?;
        extensions::install(context, state)?;
        state.archives.add(builtins);
        let prelude = state.archives.entry(BUILTINS, context)?;
        evaluate_now(&prelude, state, context)?;
        let workflow = state.archives.module(BUILTINS, "cronflow:internal/workflow", false, context)?;
        evaluate_now(&workflow, state, context)?;
        extensions::function_of(&workflow.namespace(context), "collect", context)
    }

    /// Loads what the first task needs, when there is nothing else to do.
    ///
    /// # Errors
    /// When the built-in modules do not evaluate, which is a bug in them.
    pub(crate) fn make_ready(&mut self) -> Result<(), Diagnostic> {
        calls::functions(&self.state.clone(), &mut self.context).map(drop).map_err(|error| bug(&error))
    }

    /// Evaluates an archive and collects the workflows that it declares.
    ///
    /// # Errors
    /// When the program throws, declares nonsense or never gets to an end.
    pub(crate) async fn load(&mut self, archive: Archive) -> Result<LoadReport, Diagnostic> {
        let version = Some(archive.digest().to_string().into());
        self.state.loading.replace(state::Loading { version, ..state::Loading::default() });
        self.state.start.replace(None);
        let number = self.state.archives.add(archive);
        let (entry, promise) = self.evaluate_entry(number)?;
        let evaluated = self.evaluated(&promise).await;
        self.state.evaluating.set(None);
        evaluated?;
        let exports = entry.namespace(&mut self.context);
        let collected = self.collect.call(&JsValue::undefined(), &[exports.into()], &mut self.context);
        collected.map_err(|error| self.diagnose(error))?;
        let loading = self.state.loading.take();
        let workflows = loading.declared.into_iter();
        Ok(LoadReport {
            workflows: workflows.map(|one| LoadedWorkflow { draft: one.draft, version: one.version }).collect(),
            start: self.state.start.borrow().clone(),
            serving: loading.serving,
        })
    }

    fn evaluate_entry(&mut self, number: usize) -> Result<(Module, JsPromise), Diagnostic> {
        let state = self.state.clone();
        let context = &mut self.context;
        let module = state.archives.entry(number, context).map_err(|error| diagnostic_of(error, &state, context))?;
        state.evaluating.set(Some(number));
        let promise = module.load_link_evaluate(context);
        Ok((module, promise))
    }

    /// Drives the module graph until it has evaluated, or until the rest of the file waits for
    /// the server's start.
    async fn evaluated(&mut self, promise: &JsPromise) -> Result<(), Diagnostic> {
        loop {
            self.run_jobs();
            match promise.state() {
                PromiseState::Fulfilled(_) => return Ok(()),
                PromiseState::Rejected(reason) => {
                    if let Some(object) = JsValue::from(promise.clone()).as_object() {
                        self.state.forgive_rejection(&object);
                    }
                    self.state.take_rejections();
                    return Err(self.diagnose(JsError::from_opaque(reason)));
                }
                PromiseState::Pending if self.state.waits_for_start() => return Ok(()),
                PromiseState::Pending if self.waits_for_tests(promise) => return Ok(()),
                PromiseState::Pending if self.state.executor.is_quiescent() || self.is_stuck() => {
                    let message = "the file's top-level await never settles";
                    return Err(Diagnostic::new(Code::TopLevelThrow, message)
                        .with_help("nothing is left that could resolve the promise it waits for"));
                }
                PromiseState::Pending => self.wait().await,
            }
        }
    }

    /// Whether the rest of the file waits for tests: they run while it does.
    fn waits_for_tests(&self, promise: &JsPromise) -> bool {
        let testing = self.state.testing.as_ref().filter(|testing| testing.has_promised.get());
        let Some(testing) = testing.filter(|_| !self.state.executor.has_work()) else { return false };
        drop(testing.entry.set(promise.clone()));
        true
    }

    /// The server listens: resolves the promise of `cronflow.start()`.
    pub(crate) fn started(&mut self, answer: &str) {
        self.state.is_started.set(true);
        for pending in self.state.started.take() {
            let text = JsString::from(answer);
            let settle: Settle = Box::new(move |_| Ok(text.into()));
            self.state.executor.settle_parked(pending, settle, &mut self.context);
        }
    }

    /// The engine has answered a call of workflow code.
    pub(crate) fn replied(&mut self, call: u64, result: Result<JsonText, HostError>) {
        let settle: Settle = Box::new(move |context| match result {
            Ok(text) => json::parse(text.as_str(), context),
            Err(error) => Err(host_error(&error, context)),
        });
        self.state.executor.settle_open(call, settle, &mut self.context);
    }

    /// Stops a task. When it listens to its signal it may clean up for a moment.
    pub(crate) fn stop(&mut self, id: TaskId, reason: StopReason) {
        let Some(entry) = self.state.task(id) else { return };
        let locals = entry.locals.borrow().clone();
        if let Some(locals) = locals
            && entry.stopped.get().is_none()
            && self.abort(&entry, locals, reason)
        {
            self.state.let_leave(&entry, reason);
            self.run_jobs();
            return;
        }
        self.state.silence(id);
    }

    /// Fires the signal of a task; `false` when nobody has asked for it.
    fn abort(&mut self, entry: &TaskEntry, locals: JsObject, reason: StopReason) -> bool {
        let (state, context) = (self.state.clone(), &mut self.context);
        let Ok(functions) = calls::functions(&state, context) else { return false };
        let arguments = [locals.into(), (reason == StopReason::TimedOut).into()];
        let heard = state.charged_to(entry.task, || functions.abort.call(&JsValue::undefined(), &arguments, context));
        heard.is_ok_and(|heard| heard.to_boolean())
    }

    /// Drops what is kept of a run that has ended.
    pub(crate) fn forget(&mut self, run: RunId) {
        self.state.forget(run);
    }

    /// Runs everything that is ready: timers, jobs, and the ends of tasks.
    pub(crate) fn turn(&mut self, fresh: &[TaskId]) {
        while let Ok(completion) = self.completions.try_recv() {
            self.state.executor.settle(completion, &mut self.context);
        }
        self.run_timers();
        self.run_jobs();
        for id in fresh {
            self.settle_or_watch(*id);
        }
        self.run_jobs();
        self.report_rejections();
        self.fail_what_cannot_settle();
        heap::relieve();
        self.state.idle();
    }

    /// Messages for the engine since the last call.
    pub(crate) fn take_outbox(&mut self) -> Vec<FromWorker> {
        self.state.outbox.take()
    }

    /// Whether an isolate of the test runner has nothing left that could happen by itself.
    fn is_stuck(&self) -> bool {
        let executor = &self.state.executor;
        self.state.testing.is_some() && !executor.has_work() && executor.next_timer().is_none()
    }

    /// Native work goes first; when there is none, time jumps to the next timer.
    async fn wait_virtually(&mut self, time: &VirtualTime) {
        if self.state.executor.has_work() {
            return self.wait_for_work().await;
        }
        if let Some(due) = self.state.executor.next_timer() {
            time.advance_to(due);
            self.run_timers();
        }
    }

    /// Resolves when native work is done. Safe to drop.
    pub(crate) async fn wait_for_work(&mut self) {
        if let Some(completion) = self.completions.recv().await {
            self.state.executor.settle(completion, &mut self.context);
        }
    }

    /// Resolves when there is something for [`Self::turn`] to do besides new tasks. Safe to drop.
    pub(crate) async fn wait(&mut self) {
        if let Some(time) = self.state.testing.as_ref().map(|testing| testing.time.clone()) {
            return self.wait_virtually(&time).await;
        }
        let now = self.context.clock().now().millis_since_epoch();
        let next = self.state.executor.next_timer().map(|due| Duration::from_millis(due.saturating_sub(now)));
        let leaving = self.state.next_leaving();
        tokio::select! {
            completion = self.completions.recv() => {
                if let Some(completion) = completion {
                    self.state.executor.settle(completion, &mut self.context);
                }
            }
            () = tokio::time::sleep(next.unwrap_or_default()), if next.is_some() => self.run_timers(),
            () = tokio::time::sleep_until(leaving.unwrap_or_else(Instant::now)), if leaving.is_some() => {
                // On a busy machine what they wait for may have come at the same time.
                self.run_timers();
                self.state.overstayed().into_iter().for_each(|task| self.state.silence(task));
            }
        }
    }

    fn run_timers(&mut self) {
        let now = self.context.clock().now().millis_since_epoch();
        for _ in 0..MAX_TIMERS_AT_ONCE {
            let Some(timer) = self.state.executor.next_due(now, &mut self.context) else {
                break;
            };
            if self.state.is_stopped(timer.task) {
                continue;
            }
            let (state, context) = (self.state.clone(), &mut self.context);
            let call = || timer.function.call(&JsValue::undefined(), &[], context);
            let called = state.charged_to(timer.task, || state.in_frame(&timer.frame, call));
            if let Err(error) = called {
                self.uncaught(timer.task, error);
            }
            self.run_jobs();
        }
    }

    fn run_jobs(&mut self) {
        let executor = self.state.executor.clone();
        for error in executor.drain(&mut self.context) {
            self.uncaught(self.state.current(), error);
        }
    }

    /// An error that nobody can catch any more: thrown by a timer or by a job.
    fn uncaught(&mut self, task: TaskId, error: JsError) {
        uncaught::report(task, error, &self.state, &mut self.context);
    }

    fn diagnose(&mut self, error: JsError) -> Diagnostic {
        diagnostic_of(error, &self.state, &mut self.context)
    }
}

/// The error that workflow code sees when the engine refuses.
fn host_error(error: &HostError, context: &mut Context) -> JsError {
    let native = JsNativeError::error().with_message(error.message.clone());
    let object = native.into_opaque(context);
    // Setting a property on the fresh error cannot fail.
    let name = JsString::from(error.name.as_str());
    let _ = object.create_data_property(js_string!("name"), name, context);
    JsError::from_opaque(object.into())
}

/// The namespace of a built-in module, evaluated at its first use, in the middle of other work.
pub(crate) fn builtin_module(specifier: &str, context: &mut Context) -> JsResult<JsObject> {
    let state = State::of(context)?;
    let module = state.archives.module(BUILTINS, specifier, false, context)?;
    state.charged_to(NO_TASK, || state.executor.aside(|| evaluate_now(&module, &state, context)))?;
    Ok(module.namespace(context))
}

/// Evaluates a module that must be done without waiting.
fn evaluate_now(module: &Module, state: &State, context: &mut Context) -> JsResult<()> {
    let promise = module.load_link_evaluate(context);
    let errors = state.executor.drain(context);
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    match promise.state() {
        PromiseState::Fulfilled(_) => Ok(()),
        PromiseState::Rejected(reason) => Err(JsError::from_opaque(reason)),
        PromiseState::Pending => {
            Err(boa_engine::JsNativeError::error().with_message("a built-in module waits for something").into())
        }
    }
}

pub(crate) fn bug(error: &JsError) -> Diagnostic {
    Diagnostic::new(Code::Internal, format!("the built-in modules do not load: {error}"))
        .with_help("this is a bug in cronflow-rt; please report it")
}

#[cfg(test)]
mod tests;
