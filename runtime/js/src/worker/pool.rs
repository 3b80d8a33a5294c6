//! The pool: spreads runs over worker processes and keeps each run with its worker.

use super::{
    EarlyWorker, Surroundings,
    slot::{self, Command, Slot},
};
use crate::isolate::LoadReport;
use cronflow_core::{
    archive::Archive,
    error::Diagnostic,
    host::LogLevel,
    id::{RunId, TaskId},
    worker::{FunctionRole, OutcomeSink, Task, TaskRunner},
};
use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// How to run workers.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// The program to start as a worker: this same binary.
    pub program: PathBuf,
    /// How many.
    pub workers: usize,
    /// Resident memory that one worker may use, in bytes.
    pub memory_limit: u64,
    /// Longest time for the programs to evaluate.
    pub load_timeout: Duration,
    /// What the programs may reach.
    pub surroundings: Surroundings,
    /// Where the workers keep compiled built-in modules.
    pub cache: Option<PathBuf>,
}

/// Why no pool could be started.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The system refuses to start a process.
    #[error("a worker process cannot be started: {0}")]
    Spawn(#[from] io::Error),
    /// The workflow files do not load.
    #[error(transparent)]
    Load(#[from] Diagnostic),
}

/// See the module's text. Cheap to clone.
#[derive(Clone)]
pub struct WorkerPool(Arc<Shared>);

struct Shared {
    slots: Vec<Handle>,
    /// Which worker has a run.
    homes: Mutex<HashMap<RunId, usize>>,
    /// Workers that were lost and replaced.
    lost: Arc<AtomicU64>,
    /// Whether the first worker answers requests.
    serves: bool,
}

struct Handle {
    commands: mpsc::UnboundedSender<Command>,
    /// Tasks that were sent and have not ended.
    load: Arc<AtomicUsize>,
}

impl WorkerPool {
    /// Starts the workers; resolves when the first one, which may run already, has loaded the programs.
    /// Outcomes go to `sink`.
    ///
    /// # Errors
    /// When no process can be started, or when the programs do not load.
    pub async fn start(
        config: PoolConfig,
        archives: Vec<Archive>,
        sink: Arc<dyn OutcomeSink>,
        mut early: Option<EarlyWorker>,
    ) -> Result<(Self, Vec<LoadReport>), PoolError> {
        let archives: Arc<[Archive]> = archives.into();
        let mut handles = Vec::new();
        let mut first = None;
        let lost = Arc::new(AtomicU64::new(0));
        for index in 0..config.workers.max(1) {
            let (commands, inbox) = mpsc::unbounded_channel();
            let load = Arc::new(AtomicUsize::new(0));
            let (loaded, report) = oneshot::channel();
            if index == 0 {
                first = Some(report);
            }
            let slot = Slot::new(
                index,
                config.clone(),
                archives.clone(),
                sink.clone(),
                load.clone(),
                (commands.downgrade(), inbox),
                lost.clone(),
            );
            tokio::spawn(slot::run(slot, early.take(), loaded));
            handles.push(Handle { commands, load });
        }
        let report = match first {
            Some(report) => report.await.map_err(|_| PoolError::Spawn(io::ErrorKind::BrokenPipe.into()))??,
            None => Vec::new(),
        };
        let serves = report.iter().any(|program| program.serving.is_some());
        Ok((Self(Arc::new(Shared { slots: handles, homes: Mutex::default(), lost, serves })), report))
    }

    /// Tells the programs that the server listens: resolves `cronflow.start()` in the first
    /// isolate.
    pub fn started(&self, answer: String) {
        if let Some(first) = self.0.slots.first() {
            let _ = first.commands.send(Command::Started(answer));
        }
    }

    /// Ends all workers at once.
    pub fn shut_down(&self) {
        for slot in &self.0.slots {
            let _ = slot.commands.send(Command::ShutDown);
        }
    }

    fn home(&self, run: RunId, role: FunctionRole) -> usize {
        let mut homes = self.0.homes.lock().unwrap_or_else(PoisonError::into_inner);
        *homes.entry(run).or_insert_with(|| {
            // A program that answers requests keeps things in variables: for that it must be one program.
            if role == FunctionRole::Fetch {
                return 0;
            }
            let loads = self.0.slots.iter().enumerate();
            // A step that computes would keep requests waiting, so runs begin elsewhere while another worker has no more to do.
            let rank =
                |(index, slot): &(usize, &Handle)| (slot.load.load(Ordering::Relaxed), self.0.serves && *index == 0);
            loads.min_by_key(rank).map_or(0, |(index, _)| index)
        })
    }
}

impl TaskRunner for WorkerPool {
    fn submit(&self, task: Task) {
        let slot = &self.0.slots[self.home(task.context.run, task.role)];
        slot.load.fetch_add(1, Ordering::Relaxed);
        // A closed channel means that the pool is shut down; the run resumes at the next start.
        let _ = slot.commands.send(Command::Run(Box::new(task)));
    }

    fn stop(&self, task: TaskId) {
        // Which worker has it is known to its run only; the others do not know it.
        for slot in &self.0.slots {
            let _ = slot.commands.send(Command::Stop(task));
        }
    }

    fn forget(&self, run: RunId) {
        let home = self.0.homes.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
        if let Some(slot) = home.and_then(|index| self.0.slots.get(index)) {
            let _ = slot.commands.send(Command::Forget(run));
        }
    }

    fn lost_workers(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

/// Hands console output of user code to the log.
pub(super) fn print(run: Option<(RunId, &str)>, level: LogLevel, text: &str) {
    let (run_id, step) = run.map_or((String::new(), ""), |(run, step)| (run.to_string(), step));
    macro_rules! event {
        ($level:ident) => {
            if run_id.is_empty() {
                tracing::$level!(target: "cronflow::user", "{text}");
            } else {
                tracing::$level!(target: "cronflow::user", run_id, step, "{text}");
            }
        };
    }
    match level {
        LogLevel::Debug => event!(debug),
        LogLevel::Info => event!(info),
        LogLevel::Warn => event!(warn),
        LogLevel::Error => event!(error),
    }
}
