//! The engine without its threads: the real dispatcher, the writer's batches and a store in memory,
//! moved by hand, and the ways to break it.

use super::plan::Plan;
use crate::{
    dispatcher::{Dispatcher, Event, Registry},
    engine,
    live::Random,
    observer::Silent,
    unit::Unit,
    writer,
};
use cronflow_core::{
    id::{RunId, TaskId},
    storage::{Reader as _, StoredRun},
    time::{Clock as _, Timestamp},
    worker::{Task, TaskRunner},
};
use cronflow_testkit::{FakeClock, MemDatabase, MemStore};
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// What the runner was asked for, in order.
#[derive(Default)]
pub(crate) struct Hands(Mutex<Vec<Asked>>);

enum Asked {
    Submit(Box<Task>),
    Stop(TaskId),
}

impl Hands {
    fn push(&self, asked: Asked) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TaskRunner for Hands {
    fn submit(&self, task: Task) {
        self.push(Asked::Submit(Box::new(task)));
    }
    fn stop(&self, task: TaskId) {
        self.push(Asked::Stop(task));
    }
    fn forget(&self, _: RunId) {}
}

/// See the module's text.
pub(crate) struct Rig {
    pub(crate) database: MemDatabase,
    pub(crate) clock: FakeClock,
    pub(crate) dispatcher: Dispatcher,
    /// What the writer has not committed.
    pub(crate) queue: Vec<Unit>,
    /// What the dispatcher has not taken.
    pub(crate) inbox: VecDeque<Event>,
    /// Tasks that were handed out and whose outcome somebody wants.
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    /// Tasks that were stopped; their outcomes come all the same.
    pub(crate) stopped: BTreeMap<TaskId, Task>,
    /// How often the dispatcher was made anew.
    pub(crate) rebuilds: u32,
    /// Runs that were turned away, until the dispatcher knows.
    gone: HashSet<RunId>,
    store: MemStore,
    registry: Arc<Registry>,
    hands: Arc<Hands>,
    numbers: Arc<AtomicU64>,
}

impl Rig {
    pub(crate) fn new(plans: &[Plan]) -> Self {
        let database = MemDatabase::default();
        let store = database.open().expect("nobody else has it");
        let workflows = plans.iter().map(Plan::workflow).collect();
        let registry = Arc::new(engine::registry(workflows, Vec::new()));
        let (clock, numbers) = (FakeClock::default(), Arc::new(AtomicU64::new(0)));
        let dispatcher = dispatcher(&database, &registry, &clock, &numbers);
        Self {
            database,
            clock,
            dispatcher,
            queue: Vec::new(),
            inbox: VecDeque::new(),
            tasks: BTreeMap::new(),
            stopped: BTreeMap::new(),
            rebuilds: 0,
            gone: HashSet::new(),
            store,
            registry,
            hands: Arc::default(),
            numbers,
        }
    }

    /// From the next start on other workflows are served.
    #[cfg(test)]
    pub(crate) fn serve(&mut self, plans: &[Plan]) {
        self.registry = Arc::new(engine::registry(plans.iter().map(Plan::workflow).collect(), Vec::new()));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether nothing is on its way between the dispatcher and the writer.
    pub(crate) fn is_settled(&self) -> bool {
        self.queue.is_empty() && self.inbox.is_empty()
    }

    /// Lets the dispatcher take one event.
    pub(crate) fn handle(&mut self) {
        if let Some(event) = self.inbox.pop_front() {
            self.dispatcher.handle(event);
            self.queue.append(&mut self.dispatcher.units);
        }
    }

    /// The writer commits the first units of its queue as one transaction. Returns the tasks that
    /// were handed out.
    pub(crate) fn commit(&mut self, count: usize, is_release: bool) -> Vec<Task> {
        let mut batch: Vec<Unit> = self.queue.drain(..count.min(self.queue.len())).collect();
        batch.iter_mut().for_each(|unit| unit.screen(&mut self.gone));
        let inbox = &mut self.inbox;
        match writer::commit(&mut self.store, &batch) {
            Ok(_) if !is_release => {}
            Ok(replies) => drop(writer::release(batch, replies, &*self.hands, |event| inbox.push_back(event))),
            Err(error) => {
                let mut kept = writer::refuse(batch, &error, &mut self.gone, |event| inbox.push_back(event));
                kept.append(&mut self.queue);
                self.queue = kept;
            }
        }
        self.take_asked()
    }

    fn take_asked(&mut self) -> Vec<Task> {
        let mut submitted = Vec::new();
        for asked in self.hands.take() {
            match asked {
                Asked::Submit(task) => {
                    submitted.push((*task).clone());
                    self.tasks.insert(task.id, *task);
                }
                Asked::Stop(id) => {
                    if let Some(task) = self.tasks.remove(&id) {
                        self.stopped.insert(id, task);
                    }
                }
            }
        }
        submitted
    }

    /// The process is killed and starts again.
    pub(crate) fn crash(&mut self) {
        self.database.kill();
        self.queue.clear();
        self.inbox.clear();
        self.tasks.clear();
        self.stopped.clear();
        self.gone.clear();
        self.rebuilds += 1;
        self.store = self.database.open().expect("the store was killed");
        self.dispatcher = dispatcher(&self.database, &self.registry, &self.clock, &self.numbers);
        self.queue.append(&mut self.dispatcher.units);
    }

    /// Every run that has begun is dropped from memory and made again out of its rows; its tasks stay
    /// with their workers. Only while nothing is on its way.
    pub(crate) fn replay(&mut self) {
        self.rebuilds += 1;
        engine::make_again(&mut self.dispatcher, &self.database.reader()).expect("it can be read");
        self.queue.append(&mut self.dispatcher.units);
    }

    /// Every run in the store, oldest first.
    pub(crate) fn stored(&self) -> Vec<StoredRun> {
        let reader = self.database.reader();
        let filter = cronflow_core::storage::RunFilter { limit: u32::MAX, ..Default::default() };
        let page = reader.runs(&filter).expect("it can be read");
        page.runs.iter().rev().filter_map(|row| reader.run(row.id).expect("it can be read")).collect()
    }
}

/// A dispatcher as the start of an engine makes it.
fn dispatcher(
    database: &MemDatabase,
    registry: &Arc<Registry>,
    clock: &FakeClock,
    numbers: &Arc<AtomicU64>,
) -> Dispatcher {
    let made = engine::recover(
        &database.reader(),
        registry.clone(),
        Arc::new(clock.clone()),
        Arc::new(Silent),
        counting(numbers.clone()),
    );
    made.expect("the database can be read").0
}

/// Numbers that only grow, so that the ids of runs sort as the runs were made.
fn counting(numbers: Arc<AtomicU64>) -> Random {
    Box::new(move || u128::from(numbers.fetch_add(1, Ordering::Relaxed)) << 48)
}
