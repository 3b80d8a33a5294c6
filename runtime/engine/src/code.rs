//! Calls into functions of the author that belong to no run: the checks of a webhook, its answer.
//! They are not recorded and not tried again; whoever calls decides what a failure means.

use crate::{handle::EngineHandle, observer::CallFailure, pieces::Answers};
use cronflow_core::{
    id::{RunId, TaskId},
    json::JsonText,
    place::Place,
    worker::{Failure, FunctionRole, Outcome, RunContext, StepView, Task, TaskRunner},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// One call.
#[derive(Debug, Clone)]
pub struct CodeCall {
    /// Whose function it is: the id of a workflow, or nothing for that of the program itself.
    pub workflow: Arc<str>,
    /// Digest of the code, in hex.
    pub version: Arc<str>,
    /// Which function.
    pub role: FunctionRole,
    /// What it is, for logs.
    pub name: Arc<str>,
    /// `ctx.payload`.
    pub payload: JsonText,
    /// `ctx.trigger`.
    pub trigger: JsonText,
    /// `ctx.steps`, in order.
    pub steps: Vec<Arc<StepView>>,
    /// What the function is given besides `ctx`.
    pub argument: Option<JsonText>,
    /// Longest time until the outcome; none means until the caller goes away.
    pub timeout: Option<Duration>,
}

/// Calls whose outcome somebody waits for.
#[derive(Default)]
pub(crate) struct Calls {
    waiting: Mutex<Waiting>,
    /// Answers that some of them send piece by piece.
    pub(crate) answers: Answers,
}

#[derive(Default)]
struct Waiting {
    last: u64,
    outcomes: HashMap<TaskId, oneshot::Sender<Outcome>>,
}

impl Calls {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> (TaskId, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.last += 1;
        let task = TaskId(TaskId::FIRST_CALL + waiting.last);
        waiting.outcomes.insert(task, sender);
        (task, receiver)
    }

    /// Whether a task is such a call.
    pub(crate) const fn owns(task: TaskId) -> bool {
        task.0 >= TaskId::FIRST_CALL
    }

    /// A call has ended.
    pub(crate) fn finished(&self, task: TaskId, outcome: Outcome) {
        let waiter = self.lock().outcomes.remove(&task);
        if let Some(waiter) = waiter {
            let _ = waiter.send(outcome);
        }
    }

    fn close(&self, task: TaskId) -> bool {
        self.lock().outcomes.remove(&task).is_some()
    }

    fn len(&self) -> usize {
        self.lock().outcomes.len()
    }
}

/// Ends a call with its caller, and lets the worker forget it.
struct Guard<'a> {
    handle: &'a EngineHandle,
    task: TaskId,
    run: RunId,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.handle.calls.close(self.task) {
            self.handle.runner.stop(self.task);
        }
        self.handle.runner.forget(self.run);
    }
}

impl EngineHandle {
    /// How many such calls are under way.
    #[must_use]
    pub fn calls_under_way(&self) -> usize {
        self.calls.len()
    }

    /// Tells whoever wants to know that such a call failed.
    pub fn call_failed(&self, report: CallFailure) {
        self.observer.call_failed(report);
    }

    /// Calls a function of the author outside of any run.
    pub async fn call(&self, call: CodeCall) -> Outcome {
        let run = RunId::from_uuid(Uuid::new_v4());
        let (task, outcome) = self.calls.open();
        let _guard = Guard { handle: self, task, run };
        let context = RunContext {
            run,
            workflow: call.workflow,
            version: call.version,
            payload: call.payload,
            trigger: call.trigger,
            entry: None,
            started_at: self.clock.now(),
            mocks: Vec::new(),
        };
        let runner: &dyn TaskRunner = &*self.runner;
        runner.submit(Task {
            id: task,
            place: Place::root(),
            name: call.name,
            role: call.role,
            attempt: 1,
            timeout: call.timeout,
            context: Arc::new(context),
            steps: call.steps,
            argument: call.argument,
            scopes: Vec::new(),
        });
        outcome.await.unwrap_or_else(|_| Outcome::Err(Failure::new("Error", "the server is shutting down")))
    }
}
