//! The writer: one thread that commits what has piled up as one transaction, and only then lets
//! the consequences out.
//!
//! While a commit is on its way to the disk the next batch grows; the slower the disk, the larger
//! the batches. When the store refuses (a full disk), nothing is lost: what runs need is kept and
//! tried again, and new triggers are turned away.

use crate::{
    dispatcher::Event,
    feed::{Feed, RunChange},
    unit::Unit,
};
use cronflow_core::{
    id::RunId,
    storage::{self, Reply, Store, Write},
    worker::TaskRunner,
};
use std::{
    collections::HashSet,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tokio::sync::mpsc;

/// Pause before a refused commit is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// Writes in one transaction; a longer queue is committed in parts.
const MAX_BATCH: usize = 4_096;

#[derive(Default)]
struct Queue {
    units: Vec<Unit>,
    /// Whether the thread is at a batch.
    is_busy: bool,
    closed: bool,
    trouble: Option<storage::Error>,
}

struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// The dispatcher's side of the writer.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Shared>);

impl Writer {
    /// Starts the thread. It ends when [`Self::close`] was called and everything is committed.
    pub(crate) fn start(
        store: Box<dyn Store>,
        runner: Arc<dyn TaskRunner>,
        events: mpsc::UnboundedSender<Event>,
        feed: Feed,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() });
        let thread = Thread { shared: shared.clone(), store, runner, events, feed, gone: HashSet::new() };
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || thread.run())?;
        Ok(Self(shared))
    }

    /// A writer without a thread, for an engine that commits by itself.
    pub(crate) fn idle() -> Self {
        Self(Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() }))
    }

    /// Adds units to the next transaction.
    pub(crate) fn push(&self, units: &mut Vec<Unit>) {
        if units.is_empty() {
            return;
        }
        self.0.lock().units.append(units);
        self.0.wake.notify_one();
    }

    /// The last commit's error, while the store refuses.
    pub(crate) fn trouble(&self) -> Option<storage::Error> {
        self.0.lock().trouble.clone()
    }

    /// Whether everything is committed and its consequences are out.
    pub(crate) fn is_idle(&self) -> bool {
        let queue = self.0.lock();
        queue.units.is_empty() && !queue.is_busy
    }

    /// No more units will come.
    pub(crate) fn close(&self) {
        self.0.lock().closed = true;
        self.0.wake.notify_one();
    }
}

impl Shared {
    /// A panic while the lock was held leaves a queue that is still whole: every step on it is
    /// a single append or take.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Thread {
    shared: Arc<Shared>,
    store: Box<dyn Store>,
    runner: Arc<dyn TaskRunner>,
    events: mpsc::UnboundedSender<Event>,
    feed: Feed,
    /// Runs that were turned away, until the dispatcher knows.
    gone: HashSet<RunId>,
}

impl Thread {
    fn run(mut self) {
        while let Some(mut batch) = self.next_batch() {
            batch.iter_mut().for_each(|unit| unit.screen(&mut self.gone));
            match commit(&mut *self.store, &batch) {
                Ok(replies) => self.release(batch, replies),
                Err(error) => self.refuse(batch, &error),
            }
        }
        let _ = self.events.send(Event::WriterClosed);
    }

    fn next_batch(&self) -> Option<Vec<Unit>> {
        let mut queue = self.shared.lock();
        queue.is_busy = false;
        loop {
            if !queue.units.is_empty() {
                let mut count = 0;
                let mut writes = 0;
                while count < queue.units.len() && writes < MAX_BATCH {
                    writes += queue.units[count].writes.len();
                    count += 1;
                }
                queue.is_busy = true;
                return Some(queue.units.drain(..count).collect());
            }
            if queue.closed {
                return None;
            }
            queue = self.shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn release(&self, batch: Vec<Unit>, replies: Vec<Reply>) {
        self.shared.lock().trouble = None;
        let changes = release(batch, replies, &*self.runner, |event| {
            let _ = self.events.send(event);
        });
        self.feed.tell(changes);
    }

    /// Turns new runs away, keeps everything else for the next try, and waits a little.
    fn refuse(&mut self, batch: Vec<Unit>, error: &storage::Error) {
        tracing::error!(%error, "a commit was refused; trying again");
        self.shared.lock().trouble = Some(error.clone());
        let send = |event| {
            let _ = self.events.send(event);
        };
        let kept = refuse(batch, error, &mut self.gone, send);
        let mut queue = self.shared.lock();
        let later = std::mem::take(&mut queue.units);
        queue.units = kept;
        queue.units.extend(later);
        drop(queue);
        thread::sleep(RETRY_PAUSE);
    }
}

/// Commits units as one transaction.
pub(crate) fn commit(store: &mut dyn Store, batch: &[Unit]) -> Result<Vec<Reply>, storage::Error> {
    let writes: Vec<Write> = batch.iter().flat_map(|unit| unit.writes.iter().cloned()).collect();
    store.commit(&writes)
}

/// Lets the consequences of committed units out, and returns which runs have changed.
pub(crate) fn release(
    batch: Vec<Unit>,
    replies: Vec<Reply>,
    runner: &dyn TaskRunner,
    mut events: impl FnMut(Event),
) -> Vec<RunChange> {
    let mut replies = replies.into_iter();
    let mut changes = Vec::new();
    for unit in batch {
        let own = replies.by_ref().take(unit.asks.len()).collect();
        changes.append(&mut unit.release(own, runner, &mut events));
    }
    changes
}

/// What is kept of refused units for the next try.
pub(crate) fn refuse(
    batch: Vec<Unit>,
    error: &storage::Error,
    gone: &mut HashSet<RunId>,
    mut events: impl FnMut(Event),
) -> Vec<Unit> {
    let mut events = |event| {
        if let Event::Abandoned(runs) = &event {
            gone.extend(runs);
        }
        events(event);
    };
    batch.into_iter().filter_map(|unit| unit.refuse(error, &mut events)).collect()
}
