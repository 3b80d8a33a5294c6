//! What an isolate of the test runner has besides the usual: the virtual clock, the way to the
//! report, and the function that calls to steps go through.

use boa_engine::{
    JsObject,
    context::time::{Clock, JsInstant},
    object::builtins::{JsFunction, JsPromise},
};
use cronflow_core::{
    host::LogLevel,
    id::TaskId,
    time::{Clock as _, Timestamp, VirtualClock},
};
use serde_json::json;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
    sync::Arc,
};

/// The bits of a task's number that its engine gave out; those above name the engine's life, which is
/// 0 for tests themselves.
const LIFE_SHIFT: u32 = 24;
/// The highest of them is set for calls that belong to no run: engines count those by themselves.
const CALL: u64 = 1 << (LIFE_SHIFT - 1);

/// The number of a task in the isolate: engines of several tests, and engines before and after a
/// crash, each count from 1.
pub(crate) fn task_of_life(life: u32, task: TaskId) -> TaskId {
    let call = task.0.checked_sub(TaskId::FIRST_CALL);
    TaskId(u64::from(life) << LIFE_SHIFT | call.map_or(task.0, |number| CALL | number))
}

/// The engine's life and its own number of the task.
pub(crate) fn life_of_task(task: TaskId) -> (u32, TaskId) {
    let first = if task.0 & CALL == 0 { 0 } else { TaskId::FIRST_CALL };
    let life = u32::try_from(task.0 >> LIFE_SHIFT).unwrap_or_default();
    (life, TaskId(first + (task.0 & (CALL - 1))))
}

/// See the module's text.
pub(crate) struct Testing {
    pub(crate) time: VirtualTime,
    /// Takes what the built-in modules report, at once: the isolate may hang a moment later.
    pub(crate) report: Box<dyn Fn(&str)>,
    /// Every call of a step's handler and of a poll goes through it: `(life, name, attempt, ctx, handler)`.
    pub(crate) interceptor: RefCell<Option<JsFunction>>,
    /// Functions of the runner that its driver calls, by name.
    pub(crate) driver: OnceCell<JsObject>,
    /// Whether somebody may wait for a test before the file has evaluated.
    pub(crate) has_promised: Cell<bool>,
    /// The evaluation of a file that waits for tests.
    pub(crate) entry: OnceCell<JsPromise>,
    /// The last test's number.
    pub(crate) last_test: Cell<u64>,
    /// Versions given to workflows that were defined after the file had loaded.
    pub(crate) versions: Cell<u32>,
    /// While set, time stands still unless somebody moves it.
    pub(crate) is_frozen: Cell<bool>,
}

impl Testing {
    pub(crate) fn new(clock: VirtualClock, report: Box<dyn Fn(&str)>) -> Self {
        Self {
            time: VirtualTime::new(clock),
            report,
            interceptor: RefCell::default(),
            driver: OnceCell::new(),
            has_promised: Cell::new(false),
            entry: OnceCell::new(),
            last_test: Cell::new(0),
            versions: Cell::new(0),
            is_frozen: Cell::new(false),
        }
    }

    /// The version of a workflow that a test defines: each definition is one of its own.
    pub(crate) fn version(&self) -> Arc<str> {
        self.versions.set(self.versions.get() + 1);
        format!("test-{}", self.versions.get()).into()
    }

    /// Reports console output; `number` is that of the test, or of the task of one of its engines.
    pub(crate) fn print(&self, number: TaskId, level: LogLevel, text: &str) {
        let event = json!({"type": "print", "number": number.0, "level": level.as_str(), "text": text});
        (self.report)(&event.to_string());
    }
}

/// The one clock as the engine behind JavaScript sees it: wall time, and a monotonic time that begins
/// at zero and that a change of the wall time leaves alone.
#[derive(Clone)]
pub(crate) struct VirtualTime {
    clock: VirtualClock,
    origin: Rc<Cell<i64>>,
}

impl VirtualTime {
    fn new(clock: VirtualClock) -> Self {
        let origin = clock.now().0;
        Self { clock, origin: Rc::new(Cell::new(origin)) }
    }

    /// Monotonic milliseconds.
    pub(crate) fn monotonic(&self) -> u64 {
        u64::try_from(self.clock.now().0.saturating_sub(self.origin.get())).unwrap_or_default()
    }

    /// The wall time of a monotonic moment.
    pub(crate) fn wall(&self, monotonic: u64) -> Timestamp {
        Timestamp(self.origin.get().saturating_add(i64::try_from(monotonic).unwrap_or(i64::MAX)))
    }

    /// Moves on to a monotonic moment; never back.
    pub(crate) fn advance_to(&self, monotonic: u64) {
        if monotonic > self.monotonic() {
            self.clock.set(self.wall(monotonic));
        }
    }

    /// Sets the wall time; timers do not notice.
    pub(crate) fn set_wall(&self, at: Timestamp) {
        self.origin.set(self.origin.get().saturating_add(at.0.saturating_sub(self.clock.now().0)));
        self.clock.set(at);
    }
}

impl Clock for VirtualTime {
    fn now(&self) -> JsInstant {
        let millis = self.monotonic();
        JsInstant::new(millis / 1_000, u32::try_from(millis % 1_000 * 1_000_000).unwrap_or_default())
    }

    fn system_time_millis(&self) -> i64 {
        self.clock.now().0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_new_wall_time_leaves_timers_alone() {
        let clock = VirtualClock::at(Timestamp(1_000_000));
        let time = VirtualTime::new(clock.clone());
        clock.advance(Duration::from_millis(250));
        assert_eq!((time.monotonic(), time.system_time_millis()), (250, 1_000_250));
        time.set_wall(Timestamp(5));
        assert_eq!((time.monotonic(), time.system_time_millis()), (250, 5));
        time.advance_to(300);
        assert_eq!((time.monotonic(), time.system_time_millis()), (300, 55));
        time.advance_to(100);
        assert_eq!(time.monotonic(), 300);
    }

    #[test]
    fn tasks_of_lives_are_apart() {
        let task = task_of_life(7, TaskId(9));
        assert_eq!(life_of_task(task), (7, TaskId(9)));
        assert_ne!(task, task_of_life(8, TaskId(9)));
        let call = task_of_life(7, TaskId(TaskId::FIRST_CALL + 9));
        assert_eq!(life_of_task(call), (7, TaskId(TaskId::FIRST_CALL + 9)));
        assert_ne!(call, task);
    }
}
