//! The engine on its owner's thread: the same dispatcher and the same commits, one step at a time, so
//! that a test decides what happens when, and where it crashes.

use crate::{
    deliveries::Recorder,
    dispatcher::{Dispatcher, Event},
    engine::{self, EngineError, EngineParts, Recovered},
    handle::EngineHandle,
    live::Random,
    random::Rng,
    sink::EngineSink,
    unit::Unit,
    writer::{self, Writer},
};
use cronflow_core::{
    id::{RunId, TaskId},
    storage::{Reply, Store},
    time::Timestamp,
    worker::{Task, TaskRunner},
};
use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;

/// What the engine wants of whoever executes tasks.
#[derive(Debug)]
pub enum Order {
    /// Begin a task.
    Submit(Box<Task>),
    /// Nobody wants its outcome any more.
    Stop(TaskId),
    /// Nothing needs to be kept of the run.
    Forget(RunId),
}

/// The runner that notes what it is asked for.
#[derive(Debug, Default)]
struct Orders(Mutex<Vec<Order>>);

impl Orders {
    fn push(&self, order: Order) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(order);
    }

    fn take(&self) -> Vec<Order> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TaskRunner for Orders {
    fn submit(&self, task: Task) {
        self.push(Order::Submit(Box::new(task)));
    }

    fn stop(&self, task: TaskId) {
        self.push(Order::Stop(task));
    }

    fn forget(&self, run: RunId) {
        self.push(Order::Forget(run));
    }
}

/// What is durable, and what follows from it.
pub struct Committed {
    batch: Vec<Unit>,
    replies: Vec<Reply>,
}

/// See the module's text.
pub struct Stepped {
    dispatcher: Dispatcher,
    inbox: mpsc::UnboundedReceiver<Event>,
    /// What is not committed.
    queue: VecDeque<Unit>,
    store: Box<dyn Store>,
    orders: Arc<Orders>,
    /// Runs that were turned away, until the dispatcher knows.
    gone: HashSet<RunId>,
    sink: EngineSink,
    handle: EngineHandle,
}

impl Stepped {
    /// An engine that has picked up what was in flight. Its tasks are among its orders; `seed`
    /// decides all that is left to chance.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn start(mut parts: EngineParts, seed: u64) -> Result<(Self, Recovered), EngineError> {
        parts.store.commit(&engine::registrations(&parts, parts.clock.now()))?;
        let registry = Arc::new(engine::registry(parts.workflows, parts.older));
        let reader = parts.store.reader()?;
        let (mut dispatcher, recovered) =
            engine::recover(&*reader, registry.clone(), parts.clock.clone(), parts.observer.clone(), seeded(seed))?;
        let recorder = Recorder::new(reader.last_delivery_id()?);
        let orders: Arc<Orders> = Arc::default();
        let queue = dispatcher.units.drain(..).collect();
        let (sink, inbox) = EngineSink::new();
        let handle = EngineHandle {
            inbox: sink.inbox.clone(),
            registry,
            reader: Arc::new(Mutex::new(reader)),
            reads_inline: true,
            feed: crate::feed::Feed::default(),
            writer: Writer::idle(),
            clock: parts.clock,
            stop_wanted: Arc::default(),
            recorder,
            runner: orders.clone(),
            calls: sink.calls.clone(),
            observer: parts.observer,
        };
        let gone = HashSet::new();
        Ok((Self { dispatcher, inbox: inbox.0, queue, store: parts.store, orders, gone, sink, handle }, recovered))
    }

    /// Polls are asked when somebody asks for it, and not by themselves.
    pub fn let_polls_rest(&mut self) {
        self.dispatcher.schedules.let_polls_rest();
    }

    /// How to talk to it. Answers come while it is stepped.
    #[must_use]
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Where outcomes go.
    #[must_use]
    pub fn sink(&self) -> EngineSink {
        self.sink.clone()
    }

    /// Lets the dispatcher take everything that has come; returns whether there was anything.
    pub fn take_events(&mut self) -> bool {
        let mut any = false;
        while let Ok(event) = self.inbox.try_recv() {
            any = true;
            self.take_event(event);
        }
        any
    }

    fn take_event(&mut self, event: Event) {
        self.dispatcher.handle(event);
        self.queue.extend(self.dispatcher.units.drain(..));
    }

    /// Whether something waits to be committed.
    #[must_use]
    pub fn has_writes(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Commits one unit, if one waits. Its consequences stay inside: an engine that dies now is
    /// dropped with them.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn commit(&mut self) -> Result<Option<Committed>, EngineError> {
        let Some(mut unit) = self.queue.pop_front() else { return Ok(None) };
        unit.screen(&mut self.gone);
        let batch = vec![unit];
        let replies = writer::commit(&mut *self.store, &batch)?;
        Ok(Some(Committed { batch, replies }))
    }

    /// Lets the consequences of a commit out.
    pub fn release(&mut self, committed: Committed) {
        let mut events = Vec::new();
        writer::release(committed.batch, committed.replies, &*self.orders, |event| events.push(event));
        events.into_iter().for_each(|event| self.take_event(event));
    }

    /// What it has asked for since the last call.
    #[must_use]
    pub fn orders(&mut self) -> Vec<Order> {
        self.orders.take()
    }

    /// When its next timer is due.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.dispatcher.next_wake()
    }

    /// The clock has moved: timers that are due fire.
    pub fn tick(&mut self) {
        self.take_event(Event::Tick);
    }
}

/// Numbers that a seed decides.
fn seeded(seed: u64) -> Random {
    let mut numbers = Rng::new(seed);
    Box::new(move || u128::from(numbers.next()) << 64 | u128::from(numbers.next()))
}
