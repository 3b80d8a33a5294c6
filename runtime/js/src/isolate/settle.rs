//! The ends of tasks: what a function returned or threw becomes an outcome.

use super::{
    Isolate,
    state::{NO_TASK, State},
    task::TaskEntry,
};
use crate::{
    failure,
    worker::{FromWorker, is_output},
};
use boa_engine::{
    Context, JsArgs, JsError, JsResult, JsValue, NativeFunction, builtins::promise::PromiseState, js_string,
    object::builtins::JsPromise,
};
use cronflow_core::{
    id::TaskId,
    worker::{Failure, FunctionRole, Outcome},
};
use std::rc::Rc;

/// The error that ends the run instead of failing it.
const CANCELLED: &str = "CancelledError";

impl Isolate {
    /// Most handlers have settled by the end of the turn that called them; only the others pay
    /// for callbacks.
    pub(super) fn settle_or_watch(&mut self, id: TaskId) {
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

    pub(super) fn succeed(&mut self, id: TaskId, value: &JsValue) {
        settle_task(&self.state.clone(), id, Ok(value.clone()), &mut self.context);
    }

    pub(super) fn fail(&mut self, id: TaskId, error: JsError) {
        settle_task(&self.state.clone(), id, Err(error), &mut self.context);
    }

    pub(super) fn answer(&self, task: TaskId, outcome: Outcome) {
        self.state.send(FromWorker::Outcome { task, outcome });
    }

    /// Nothing is left that could wake a task which still waits: it would hang for ever.
    pub(super) fn fail_what_cannot_settle(&mut self) {
        if self.state.executor.is_quiescent() {
            self.fail_unsettled();
        }
    }

    /// Fails the tasks that nothing but an outcome could end; returns whether there were any.
    pub(crate) fn fail_unsettled(&mut self) -> bool {
        let mut found = false;
        for entry in self.state.all_tasks() {
            // A stop of the task still can, or another request: handlers wait for one another (long polling).
            if entry.role == FunctionRole::Fetch || self.listens(&entry) {
                continue;
            }
            if let Some(entry) = self.state.finish(entry.task) {
                let message = "the step can never finish: it awaits a promise that nothing will settle \
                               (or a call after an await recursed too deeply)";
                let unsettled = Outcome::Err(Failure::new("UnsettledError", message));
                self.answer(entry.task, if entry.stopped.get().is_some() { Outcome::TimedOut } else { unsettled });
                found = true;
            }
        }
        found
    }

    /// Whether a task has asked for its signal.
    fn listens(&mut self, entry: &TaskEntry) -> bool {
        let locals = entry.locals.borrow().clone();
        let controller = locals.map(|locals| locals.get(js_string!("controller"), &mut self.context));
        entry.stopped.get().is_none() && controller.is_some_and(|found| found.is_ok_and(|it| !it.is_undefined()))
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
    // Whatever it made of its last moments: its time was over.
    let outcome = match result {
        _ if entry.stopped.get().is_some() => Outcome::TimedOut,
        Ok(value) => outcome_of(state, &entry, &value, context),
        Err(error) => failed(state, &entry, error, context),
    };
    state.send(FromWorker::Outcome { task: id, outcome });
}

fn outcome_of(state: &State, entry: &TaskEntry, value: &JsValue, context: &mut Context) -> Outcome {
    if let Some(draft) = entry.declared.take() {
        return Outcome::Flow(draft);
    }
    let Some(stringifier) = state.stringifier.get() else {
        return Outcome::Err(Failure::new("Error", "the isolate is not set up"));
    };
    // A getter or toJSON of the result is the task's code too.
    match state.charged_to(entry.task, || stringifier.stringify(value, context)) {
        Ok(text) => {
            let outcome = Outcome::Ok(text.clone());
            if is_output(entry.role, &outcome) {
                entry.run.keep(entry.place.clone(), text);
            }
            outcome
        }
        Err(error) => {
            let message = format!("the result of step '{}' cannot be stored as JSON: {error}", entry.name);
            Outcome::Err(Failure::new("InvalidOutputError", state.without_secrets(message)))
        }
    }
}

fn failed(state: &State, entry: &TaskEntry, error: JsError, context: &mut Context) -> Outcome {
    let mut failure = failure::failure_of(error, state, context);
    if failure.name == CANCELLED {
        return Outcome::Cancel { reason: failure.message };
    }
    if let Some(refusal) = entry.refusal.get() {
        failure.status = failure.status.or(Some(refusal.status));
        failure.retry_after = failure.retry_after.or(refusal.retry_after);
    }
    Outcome::Err(failure)
}
