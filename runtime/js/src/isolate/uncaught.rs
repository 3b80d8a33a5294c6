//! Errors that no code can catch any more, and rejections that nobody handles: first the listeners
//! of the program hear of them, then they are printed.

use super::{
    Isolate,
    state::{NO_TASK, State},
};
use crate::failure;
use boa_engine::{
    Context, JsError, JsObject, JsString, JsValue, builtins::promise::PromiseState, object::builtins::JsPromise,
};
use cronflow_core::id::TaskId;

/// Rounds of rejections that listeners of rejections may cause in one turn.
const MAX_ROUNDS: usize = 16;

/// An error was thrown where nobody can catch it.
pub(crate) fn report(task: TaskId, error: JsError, state: &State, context: &mut Context) {
    let value = if error.as_engine().is_some() { None } else { error.clone().into_opaque(context).ok() };
    if let Some(value) = value
        && is_handled("error", &value, &JsValue::undefined(), state, context)
    {
        return;
    }
    let failure = failure::failure_of(error, state, context);
    failure::report(state, task, "Uncaught", &failure);
}

/// Asks the program's listeners, when it has any.
fn is_handled(kind: &str, value: &JsValue, promise: &JsValue, state: &State, context: &mut Context) -> bool {
    let Some(reporter) = state.reporter.borrow().clone() else { return false };
    let arguments = [JsString::from(kind).into(), value.clone(), promise.clone()];
    let answer = reporter.call(&JsValue::undefined(), &arguments, context);
    answer.is_ok_and(|answer| answer.to_boolean())
}

impl Isolate {
    /// Tells of the rejections of this turn, and runs what the listeners have set going.
    pub(super) fn report_rejections(&mut self) {
        for _ in 0..MAX_ROUNDS {
            let (rejected, handled) = (self.state.reportable_rejections(), self.state.take_late());
            if rejected.is_empty() && handled.is_empty() {
                return;
            }
            for promise in rejected {
                self.report_rejection(promise);
            }
            for promise in handled {
                let reason = reason_of(&promise).unwrap_or_default();
                let state = self.state.clone();
                is_handled("rejectionhandled", &reason, &promise.into(), &state, &mut self.context);
            }
            self.run_jobs();
        }
    }

    fn report_rejection(&mut self, promise: JsObject) {
        let Some(reason) = reason_of(&promise) else { return };
        let state = self.state.clone();
        if is_handled("unhandledrejection", &reason, &promise.into(), &state, &mut self.context) {
            return;
        }
        let failure = failure::failure_of(JsError::from_opaque(reason), &self.state, &mut self.context);
        failure::report(&self.state, NO_TASK, "Unhandled rejection:", &failure);
    }
}

fn reason_of(promise: &JsObject) -> Option<JsValue> {
    match JsPromise::from_object(promise.clone()).ok()?.state() {
        PromiseState::Rejected(reason) => Some(reason),
        _ => None,
    }
}
