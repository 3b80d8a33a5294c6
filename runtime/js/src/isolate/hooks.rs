//! Engine hooks: every continuation is charged to the task that made it and keeps its async frame, and the continuations of
//! a stopped task never run.

use super::{heap, state::State};
use boa_engine::{
    Context, JsObject, JsResult, JsValue,
    builtins::promise::{OperationType, Promise},
    context::HostHooks,
    job::JobCallback,
    object::builtins::JsFunction,
};
use cronflow_core::id::TaskId;
use std::rc::Rc;

/// Largest `ArrayBuffer`; a worker's memory limit is of the same order.
const MAX_BUFFER: u64 = 512 * 1024 * 1024;

pub(crate) struct Hooks(pub(crate) Rc<State>);

impl HostHooks for Hooks {
    fn make_job_callback(&self, callback: JsFunction, _: &mut Context) -> JobCallback {
        JobCallback::new(callback, (self.0.current().0, self.0.frame()))
    }

    fn call_job_callback(
        &self,
        job: &JobCallback,
        this: &JsValue,
        args: &[JsValue],
        context: &mut Context,
    ) -> JsResult<JsValue> {
        let (task, frame) = job.host_defined().downcast_ref::<(u64, JsValue)>().cloned().unwrap_or_default();
        let task = TaskId(task);
        if self.0.is_stopped(task) {
            // An error here would panic in the engine; staying pending for ever is what we want.
            return Ok(JsValue::undefined());
        }
        self.0.charged_to(task, || self.0.in_frame(&frame, || job.callback().call(this, args, context)))
    }

    fn promise_rejection_tracker(&self, promise: &JsObject<Promise>, operation: OperationType, _: &mut Context) {
        let promise = promise.clone().upcast();
        match operation {
            OperationType::Reject => self.0.note_rejection(promise),
            OperationType::Handle => self.0.note_handled(&promise),
        }
    }

    /// Asked for every buffer that a program makes.
    fn max_buffer_size(&self, _: &mut Context) -> u64 {
        heap::relieve();
        MAX_BUFFER
    }
}
