//! An isolate: one engine context with its modules, its tasks and the loop that drives them.

mod archives;
mod executor;
mod hooks;
mod loader;
pub(crate) mod state;

pub(crate) use archives::{Archives, BUILTINS};
pub(crate) use executor::Settle;

use crate::{
    ctx, extensions,
    failure::{self, diagnostic_of},
    json,
    worker::{Blackboard, FromWorker, WireTask},
};
use boa_engine::{
    Context, JsArgs, JsError, JsResult, JsString, JsValue, Module, NativeFunction,
    builtins::promise::PromiseState,
    context::ContextBuilder,
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic},
    host::StartOptions,
    id::{RunId, TaskId},
    worker::{Failure, Outcome},
};
use executor::{Completion, Executor};
use serde::{Deserialize, Serialize};
use state::{NO_TASK, State, TaskEntry};
use std::{rc::Rc, sync::Arc, time::Duration};
use tokio::sync::mpsc;

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

/// What loading an archive brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadReport {
    /// Workflows in order of definition.
    pub workflows: Vec<LoadedWorkflow>,
    /// What `cronflow.start()` asked for, if it was called.
    pub start: Option<StartOptions>,
}

/// See the module's text. Lives on one thread, inside a tokio `LocalSet`.
pub(crate) struct Isolate {
    context: Context,
    state: Rc<State>,
    completions: mpsc::UnboundedReceiver<Completion>,
    collect: JsFunction,
}

impl Isolate {
    /// Makes an isolate and evaluates the built-in modules.
    ///
    /// # Errors
    /// When the built-in modules do not evaluate, which is a bug in them.
    pub(crate) fn new(builtins: Archive, primary: bool, blackboard: Blackboard) -> Result<Self, Diagnostic> {
        let (executor, completions) = Executor::new();
        let state = State::new(executor.clone(), primary, blackboard);
        let mut context = ContextBuilder::new()
            .job_executor(executor)
            .module_loader(Rc::new(loader::Loader(state.clone())))
            .host_hooks(Rc::new(hooks::Hooks(state.clone())))
            .build()
            .map_err(|error| bug(&error))?;
        context.runtime_limits_mut().set_recursion_limit(MAX_RECURSION);
        context.runtime_limits_mut().set_stack_size_limit(MAX_STACK);
        context.insert_data(state.clone());
        let collect = Self::set_up(&mut context, &state, builtins).map_err(|error| bug(&error))?;
        Ok(Self { context, state, completions, collect })
    }

    fn set_up(context: &mut Context, state: &Rc<State>, builtins: Archive) -> JsResult<JsFunction> {
        json::install(context)?;
        // The engine's stringify is taken before anybody can replace it.
        drop(state.stringifier.set(json::Stringifier::new(context)?));
        extensions::install(context, state)?;
        state.archives.add(builtins);
        let prelude = state.archives.entry(BUILTINS, context)?;
        evaluate_now(&prelude, state, context)?;
        drop(state.builtins.set(extensions::BuiltinFunctions::take(context, state)?));
        ctx::install(context, state)?;
        let builder = state.archives.module(BUILTINS, "cronflow:internal/builder", context)?;
        evaluate_now(&builder, state, context)?;
        extensions::exported_function(&builder, "collect", context)
    }

    /// Evaluates an archive and collects the workflows that it declares.
    ///
    /// # Errors
    /// When the program throws, declares nonsense or never gets to an end.
    pub(crate) async fn load(&mut self, archive: Archive) -> Result<LoadReport, Diagnostic> {
        self.state
            .loading
            .replace(state::Loading { version: Some(archive.digest().to_string().into()), declared: Vec::new() });
        self.state.start.replace(None);
        let number = self.state.archives.add(archive);
        let promise = self.evaluate_entry(number)?;
        self.evaluated(&promise).await?;
        let collected = self.collect.call(&JsValue::undefined(), &[], &mut self.context);
        collected.map_err(|error| self.diagnose(error))?;
        let loading = self.state.loading.take();
        let version = loading.version.unwrap_or_else(|| "".into());
        let workflows = loading.declared.into_iter();
        Ok(LoadReport {
            workflows: workflows.map(|one| LoadedWorkflow { draft: one.draft, version: version.clone() }).collect(),
            start: self.state.start.borrow().clone(),
        })
    }

    fn evaluate_entry(&mut self, number: usize) -> Result<JsPromise, Diagnostic> {
        let state = self.state.clone();
        let context = &mut self.context;
        let module = state.archives.entry(number, context).map_err(|error| diagnostic_of(error, &state, context))?;
        Ok(module.load_link_evaluate(context))
    }

    /// Drives the module graph until it has evaluated, or until `start()` was called and the rest
    /// of the file waits for it.
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
                PromiseState::Pending if self.state.start.borrow().is_some() => return Ok(()),
                PromiseState::Pending if self.state.executor.is_quiescent() => {
                    let message = "the file's top-level await never settles";
                    return Err(Diagnostic::new(Code::TopLevelThrow, message)
                        .with_help("nothing is left that could resolve the promise it waits for"));
                }
                PromiseState::Pending => self.wait().await,
            }
        }
    }

    /// The server listens: resolves the promise of `cronflow.start()`.
    pub(crate) fn started(&mut self, answer: &str) {
        for pending in self.state.started.take() {
            let text = JsString::from(answer);
            let settle: Settle = Box::new(move |_| Ok(text.into()));
            self.state.executor.settle_parked(pending, settle, &mut self.context);
        }
    }

    /// Begins a task. Its outcome appears in the outbox, at once or after some turns.
    pub(crate) fn submit(&mut self, wire: WireTask) {
        let id = wire.id;
        let entry = self.state.admit(wire);
        let function = entry.as_ref().and_then(|entry| self.state.function(entry));
        let (Some(entry), Some(function)) = (entry, function) else {
            let failure = Failure::new("Error", "this version of the workflow is not loaded");
            self.answer(id, Outcome::Err(failure));
            return;
        };
        let context = &mut self.context;
        let argument = ctx::object_for(&entry, context);
        let state = self.state.clone();
        let returned = state.charged_to(id, || function.call(&JsValue::undefined(), &[argument], context));
        match returned {
            Ok(value) => match value.as_promise() {
                Some(promise) => *entry.promise.borrow_mut() = Some(promise),
                None => self.succeed(id, &value),
            },
            Err(error) => self.fail(id, error),
        }
    }

    /// Stops a task that has passed its time limit.
    pub(crate) fn stop(&mut self, id: TaskId) {
        if self.state.stop(id).is_some() {
            self.state.send(FromWorker::Outcome { task: id, outcome: Outcome::TimedOut });
        }
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
        self.state.idle();
    }

    /// Messages for the engine since the last call.
    pub(crate) fn take_outbox(&mut self) -> Vec<FromWorker> {
        self.state.outbox.take()
    }

    /// Resolves when there is something for [`Self::turn`] to do besides new tasks. Safe to drop.
    pub(crate) async fn wait(&mut self) {
        let now = self.context.clock().now().millis_since_epoch();
        let next = self.state.executor.next_timer().map(|due| Duration::from_millis(due.saturating_sub(now)));
        tokio::select! {
            completion = self.completions.recv() => {
                if let Some(completion) = completion {
                    self.state.executor.settle(completion, &mut self.context);
                }
            }
            () = tokio::time::sleep(next.unwrap_or_default()), if next.is_some() => self.run_timers(),
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
            let called = state.charged_to(timer.task, || timer.function.call(&JsValue::undefined(), &[], context));
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

    /// Most handlers have settled by the end of the turn that called them; only the others pay
    /// for callbacks.
    fn settle_or_watch(&mut self, id: TaskId) {
        let Some(entry) = self.state.task(id) else {
            return;
        };
        let Some(promise) = entry.promise.borrow().clone() else {
            return;
        };
        match promise.state() {
            PromiseState::Fulfilled(value) => self.succeed(id, &value),
            PromiseState::Rejected(reason) => {
                if let Some(object) = JsValue::from(promise).as_object() {
                    self.state.forgive_rejection(&object);
                }
                self.fail(id, JsError::from_opaque(reason));
            }
            PromiseState::Pending => self.watch(&entry, &promise),
        }
    }

    fn watch(&mut self, entry: &TaskEntry, promise: &JsPromise) {
        let realm = self.context.realm().clone();
        let id = entry.task.0;
        let settled = |function: NativeFunction| function.to_js_function(&realm);
        let fulfilled = settled(NativeFunction::from_copy_closure_with_captures(on_fulfilled, id));
        let rejected = settled(NativeFunction::from_copy_closure_with_captures(on_rejected, id));
        // The reactions belong to no task, so that they run even when the task was stopped.
        let (state, context) = (self.state.clone(), &mut self.context);
        let watched = state.charged_to(NO_TASK, || promise.then(Some(fulfilled), Some(rejected), context));
        if let Err(error) = watched {
            self.fail(entry.task, error);
        }
    }

    fn succeed(&mut self, id: TaskId, value: &JsValue) {
        settle_task(&self.state.clone(), id, Ok(value.clone()), &mut self.context);
    }

    fn fail(&mut self, id: TaskId, error: JsError) {
        settle_task(&self.state.clone(), id, Err(error), &mut self.context);
    }

    fn answer(&self, task: TaskId, outcome: Outcome) {
        self.state.send(FromWorker::Outcome { task, outcome });
    }

    /// An error that nobody can catch any more: thrown by a timer or by a job.
    fn uncaught(&mut self, task: TaskId, error: JsError) {
        let failure = failure::failure_of(error, &self.state, &mut self.context);
        failure::report(&self.state, task, "Uncaught", &failure);
    }

    fn report_rejections(&mut self) {
        for promise in self.state.take_rejections() {
            let Ok(promise) = JsPromise::from_object(promise) else {
                continue;
            };
            let PromiseState::Rejected(reason) = promise.state() else {
                continue;
            };
            let failure = failure::failure_of(JsError::from_opaque(reason), &self.state, &mut self.context);
            failure::report(&self.state, NO_TASK, "Unhandled rejection:", &failure);
        }
    }

    /// Nothing is left that could wake a task which still waits: it would hang for ever.
    fn fail_what_cannot_settle(&mut self) {
        if !self.state.executor.is_quiescent() {
            return;
        }
        for entry in self.state.all_tasks() {
            if let Some(entry) = self.state.finish(entry.task) {
                let message = "the step can never finish: it awaits a promise that nothing will settle \
                               (or a call after an await recursed too deeply)";
                self.answer(entry.task, Outcome::Err(Failure::new("UnsettledError", message)));
            }
        }
    }

    fn diagnose(&mut self, error: JsError) -> Diagnostic {
        diagnostic_of(error, &self.state, &mut self.context)
    }
}

fn on_fulfilled(_: &JsValue, args: &[JsValue], id: &u64, context: &mut Context) -> JsResult<JsValue> {
    settle_task(&State::of(context)?, TaskId(*id), Ok(args.get_or_undefined(0).clone()), context);
    Ok(JsValue::undefined())
}

fn on_rejected(_: &JsValue, args: &[JsValue], id: &u64, context: &mut Context) -> JsResult<JsValue> {
    let reason = JsError::from_opaque(args.get_or_undefined(0).clone());
    settle_task(&State::of(context)?, TaskId(*id), Err(reason), context);
    Ok(JsValue::undefined())
}

fn settle_task(state: &Rc<State>, id: TaskId, result: JsResult<JsValue>, context: &mut Context) {
    let Some(entry) = state.finish(id) else {
        return;
    };
    let outcome = match result {
        Ok(value) => serialize(state, &entry, &value, context),
        Err(error) => Outcome::Err(failure::failure_of(error, state, context)),
    };
    state.send(FromWorker::Outcome { task: id, outcome });
}

fn serialize(state: &State, entry: &TaskEntry, value: &JsValue, context: &mut Context) -> Outcome {
    let Some(stringifier) = state.stringifier.get() else {
        return Outcome::Err(Failure::new("Error", "the isolate is not set up"));
    };
    // A getter or toJSON of the result is the task's code too.
    match state.charged_to(entry.task, || stringifier.stringify(value, context)) {
        Ok(text) => {
            entry.run.keep(entry.node, text.clone());
            Outcome::Ok(text)
        }
        Err(error) => {
            let message = format!("the result of step '{}' cannot be stored as JSON: {error}", entry.name);
            Outcome::Err(Failure::new("InvalidOutputError", message))
        }
    }
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

fn bug(error: &JsError) -> Diagnostic {
    Diagnostic::new(Code::Internal, format!("the built-in modules do not load: {error}"))
        .with_help("this is a bug in cronflow-rt; please report it")
}

#[cfg(test)]
mod tests;
