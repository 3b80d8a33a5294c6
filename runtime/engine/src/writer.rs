//! The writer: one thread that commits what has piled up as one transaction, and only then lets
//! the consequences out.
//!
//! While a commit is on its way to the disk the next batch grows; the slower the disk, the larger
//! the batches. When the store refuses (a full disk), nothing is lost: what runs need is kept and
//! tried again, and new triggers are turned away.

use crate::{
    dispatcher::Event,
    handle::{Accepted, RunEnd, TriggerError},
};
use cronflow_core::{
    id::RunId,
    storage::{self, Store, Write},
    worker::{Task, TaskRunner},
};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// Pause before a refused commit is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// Writes in one transaction; a longer queue is committed in parts.
const MAX_BATCH: usize = 4_096;

/// What one input of one run wants: its writes, and what happens once they are committed.
#[derive(Default)]
pub(crate) struct Unit {
    pub(crate) writes: Vec<Write>,
    pub(crate) then: Vec<Then>,
    /// Set when the unit adds a run that nobody has been promised yet.
    pub(crate) admission: Option<Admission>,
}

/// A trigger that waits for its run to be durable.
pub(crate) struct Admission {
    pub(crate) run: RunId,
    pub(crate) reply: oneshot::Sender<Result<Accepted, TriggerError>>,
    pub(crate) end: oneshot::Receiver<RunEnd>,
}

/// What happens after a commit.
pub(crate) enum Then {
    /// Hand a task to a worker.
    Submit(Box<Task>),
    /// Tell the one who waits for the run, and drop what the workers keep of it.
    Ended { run: RunId, waiter: Option<oneshot::Sender<RunEnd>>, end: RunEnd },
}

#[derive(Default)]
struct Queue {
    units: Vec<Unit>,
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
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), wake: Condvar::new() });
        let thread = Thread { shared: shared.clone(), store, runner, events };
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || thread.run())?;
        Ok(Self(shared))
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
}

impl Thread {
    fn run(mut self) {
        while let Some(batch) = self.next_batch() {
            let writes: Vec<Write> = batch.iter().flat_map(|unit| unit.writes.iter().cloned()).collect();
            match self.store.commit(&writes) {
                Ok(()) => self.release(batch),
                Err(error) => self.refuse(batch, &error),
            }
        }
        let _ = self.events.send(Event::WriterClosed);
    }

    fn next_batch(&self) -> Option<Vec<Unit>> {
        let mut queue = self.shared.lock();
        loop {
            if !queue.units.is_empty() {
                let mut count = 0;
                let mut writes = 0;
                while count < queue.units.len() && writes < MAX_BATCH {
                    writes += queue.units[count].writes.len();
                    count += 1;
                }
                return Some(queue.units.drain(..count).collect());
            }
            if queue.closed {
                return None;
            }
            queue = self.shared.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn release(&self, batch: Vec<Unit>) {
        self.shared.lock().trouble = None;
        for unit in batch {
            if let Some(Admission { run, reply, end }) = unit.admission {
                // The caller may have gone; its run goes on all the same.
                let _ = reply.send(Ok(Accepted { run, end }));
            }
            for then in unit.then {
                match then {
                    Then::Submit(task) => self.runner.submit(*task),
                    Then::Ended { run, waiter, end } => {
                        self.runner.forget(run);
                        if let Some(waiter) = waiter {
                            let _ = waiter.send(end);
                        }
                    }
                }
            }
        }
    }

    /// Turns new runs away, keeps everything else for the next try, and waits a little.
    fn refuse(&self, batch: Vec<Unit>, error: &storage::Error) {
        tracing::error!(%error, "a commit was refused; trying again");
        self.shared.lock().trouble = Some(error.clone());
        let mut kept = Vec::new();
        for mut unit in batch {
            match unit.admission.take() {
                Some(Admission { run, reply, .. }) => {
                    let _ = self.events.send(Event::Abandoned(run));
                    let _ = reply.send(Err(TriggerError::Store(error.clone())));
                }
                None => kept.push(unit),
            }
        }
        let mut queue = self.shared.lock();
        let later = std::mem::take(&mut queue.units);
        queue.units = kept;
        queue.units.extend(later);
        drop(queue);
        thread::sleep(RETRY_PAUSE);
    }
}
