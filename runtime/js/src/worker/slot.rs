//! One place in the pool: a worker process, the tasks it has, and its replacement when it fails.

use super::{
    FromWorker, StopReason, ToWorker, WireTask, blackboard,
    knowledge::{Knowledge, is_output},
    pool::{self, PoolConfig, PoolError},
    spawn::{self, EarlyWorker, Worker},
};
use crate::isolate::LoadReport;
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic},
    host::HostError,
    id::{RunId, TaskId},
    json::JsonText,
    place::Place,
    worker::{Blame, FunctionRole, Outcome, OutcomeSink, Task},
};
use std::{
    collections::{BTreeSet, HashMap},
    io,
    os::unix::process::ExitStatusExt,
    process::ExitStatus,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior},
};

/// A task at its time limit is asked to stop; a worker that does not answer by then is killed.
const STOP_GRACE: Duration = Duration::from_millis(100);
/// How long one task may keep a worker busy without a pause while others wait behind it, or when nobody wants it any more.
const BUSY_LIMIT: Duration = Duration::from_secs(30);
/// How often a worker's memory, and whether it is busy, is looked at.
const WATCH_PERIOD: Duration = Duration::from_millis(50);
/// First and longest pause before a worker that did not load is started again.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Commands that are taken at once.
const COMMANDS_AT_ONCE: usize = 256;

/// What the pool asks of a slot.
pub(super) enum Command {
    Run(Box<Task>),
    Stop(TaskId),
    Forget(RunId),
    /// The engine has answered a call; `worker` counts the workers of this slot.
    Reply {
        worker: u64,
        call: u64,
        result: Result<JsonText, HostError>,
    },
    Started(String),
    ShutDown,
}

/// A task that the worker has.
struct InFlight {
    run: RunId,
    place: Place,
    role: FunctionRole,
    name: Arc<str>,
    deadline: Option<Instant>,
    /// It was told to stop: nobody waits for its outcome.
    is_stopped: bool,
}

/// See the module's text.
pub(super) struct Slot {
    index: usize,
    config: PoolConfig,
    archives: Arc<[Archive]>,
    sink: Arc<dyn OutcomeSink>,
    load: Arc<AtomicUsize>,
    inbox: mpsc::UnboundedReceiver<Command>,
    /// The way into the inbox; it does not keep the slot alive.
    commands: mpsc::WeakUnboundedSender<Command>,
    /// How many workers of the pool were lost.
    lost: Arc<AtomicU64>,
    /// How many workers there have been: an answer goes to the one that asked.
    workers: u64,
    tasks: HashMap<TaskId, InFlight>,
    deadlines: BTreeSet<(Instant, TaskId)>,
    /// Tasks that were asked to stop, and when the worker must have answered.
    stopping: BTreeSet<(Instant, TaskId)>,
    known: HashMap<RunId, Knowledge>,
    /// What was executing without a pause at every look since then.
    busy: Option<(blackboard::Work, Instant)>,
}

/// Why a worker's service ended.
enum End {
    ShutDown,
    /// It hangs in a task that is past its limit.
    Unresponsive,
    /// Code kept it busy for too long; with what makes that a fault.
    Busy(&'static str),
    Memory(u64),
    Gone,
}

impl Slot {
    pub(super) fn new(
        index: usize,
        config: PoolConfig,
        archives: Arc<[Archive]>,
        sink: Arc<dyn OutcomeSink>,
        load: Arc<AtomicUsize>,
        (commands, inbox): (mpsc::WeakUnboundedSender<Command>, mpsc::UnboundedReceiver<Command>),
        lost: Arc<AtomicU64>,
    ) -> Self {
        Self {
            index,
            config,
            archives,
            sink,
            load,
            inbox,
            commands,
            lost,
            workers: 0,
            tasks: HashMap::new(),
            deadlines: BTreeSet::new(),
            stopping: BTreeSet::new(),
            known: HashMap::new(),
            busy: None,
        }
    }
}

/// Keeps a worker running until the pool is shut down. The first one may run already.
pub(super) async fn run(
    mut slot: Slot,
    mut early: Option<EarlyWorker>,
    loaded: oneshot::Sender<Result<Vec<LoadReport>, PoolError>>,
) {
    let mut first = Some(loaded);
    let mut pause = BACKOFF.0;
    loop {
        let primary = slot.index == 0 && first.is_some();
        let started = slot.start(primary, early.take()).await;
        let mut worker = match started {
            Ok((worker, reports)) => {
                pause = BACKOFF.0;
                if let Some(first) = first.take() {
                    let _ = first.send(Ok(reports));
                }
                worker
            }
            Err(error) => {
                if let Some(first) = first.take() {
                    let _ = first.send(Err(error));
                    if slot.index == 0 {
                        return;
                    }
                } else {
                    tracing::error!(worker = slot.index, %error, "a worker does not start; trying again");
                }
                if slot.sleep_or_shut_down(pause).await {
                    return;
                }
                pause = (pause * 2).min(BACKOFF.1);
                continue;
            }
        };
        let end = slot.serve(&mut worker).await;
        if matches!(end, End::ShutDown) {
            return;
        }
        slot.bury(worker, end).await;
    }
}

impl Slot {
    async fn start(
        &mut self,
        primary: bool,
        early: Option<EarlyWorker>,
    ) -> Result<(Worker, Vec<LoadReport>), PoolError> {
        self.workers += 1;
        let spawned = early.map_or_else(|| Worker::spawn(&self.config, primary), |early| Ok(early.0));
        let mut worker = spawned?;
        worker.load(self.archives.clone())?;
        let loading = tokio::time::timeout(self.config.load_timeout, self.loaded(&mut worker));
        match loading.await {
            Ok(reports) => Ok((worker, reports?)),
            Err(_) => {
                let message =
                    format!("the workflow files did not load within {} s", self.config.load_timeout.as_secs_f64());
                let help = "look for a loop or an await that never ends at the top level of a file";
                Err(Diagnostic::new(Code::LoadTimeout, message).with_help(help).into())
            }
        }
    }

    async fn loaded(&mut self, worker: &mut Worker) -> Result<Vec<LoadReport>, PoolError> {
        let mut messages = Vec::new();
        loop {
            worker.link.ready().await?;
            worker.link.write_some()?;
            let open = worker.link.read_some(&mut messages)?;
            for message in messages.drain(..) {
                match message {
                    FromWorker::Loaded(result) => return Ok(result?),
                    other => self.receive(other),
                }
            }
            if !open {
                let status = worker.child.wait().await?;
                let message = format!("the worker ended while it loaded the workflow files ({})", describe(status));
                return Err(Diagnostic::new(Code::TopLevelThrow, message)
                    .with_help(
                        "the top level of a file recursed too deeply, used too much memory or crashed the engine",
                    )
                    .into());
            }
        }
    }

    /// Waits; `true` when the pool was shut down meanwhile. Other commands stay queued.
    async fn sleep_or_shut_down(&self, pause: Duration) -> bool {
        tokio::time::sleep(pause).await;
        self.inbox.is_closed()
    }

    async fn serve(&mut self, worker: &mut Worker) -> End {
        let mut watch = tokio::time::interval(WATCH_PERIOD);
        watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut commands = Vec::new();
        let mut messages = Vec::new();
        loop {
            let timer = self.next_timer();
            let ended = tokio::select! {
                biased;
                ready = worker.link.ready() => self.exchange(worker, ready, &mut messages),
                count = self.inbox.recv_many(&mut commands, COMMANDS_AT_ONCE) => {
                    if count == 0 { Some(End::ShutDown) } else { self.obey(worker, &mut commands) }
                }
                () = tokio::time::sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => {
                    self.enforce(worker)
                }
                _ = watch.tick() => self.check_memory(worker).or_else(|| self.check_busy(worker)),
            };
            if let Some(end) = ended {
                return end;
            }
        }
    }

    fn exchange(&mut self, worker: &mut Worker, ready: io::Result<()>, messages: &mut Vec<FromWorker>) -> Option<End> {
        let done = ready.and_then(|()| worker.link.write_some()).and_then(|()| worker.link.read_some(messages));
        for message in messages.drain(..) {
            self.receive(message);
        }
        match done {
            Ok(true) => None,
            Ok(false) | Err(_) => Some(End::Gone),
        }
    }

    fn obey(&mut self, worker: &mut Worker, commands: &mut Vec<Command>) -> Option<End> {
        for command in commands.drain(..) {
            let pushed = match command {
                Command::Run(task) => {
                    let wire = self.take_in(&task);
                    worker.link.push(&ToWorker::Run(wire))
                }
                Command::Stop(task) => self.stop(worker, task),
                Command::Reply { worker: asker, .. } if asker != self.workers => Ok(()),
                Command::Reply { call, result, .. } => worker.link.push(&ToWorker::Reply { call, result }),
                Command::Forget(run) => {
                    self.known.remove(&run);
                    worker.link.push(&ToWorker::Forget(run))
                }
                Command::Started(answer) => worker.link.push(&ToWorker::Started { answer }),
                Command::ShutDown => return Some(End::ShutDown),
            };
            if pushed.is_err() {
                return Some(End::Gone);
            }
        }
        worker.link.write_some().err().map(|_| End::Gone)
    }

    /// Notes a task and makes the message for it: only what this worker does not have yet.
    fn take_in(&mut self, task: &Task) -> WireTask {
        let deadline = task.timeout.and_then(|limit| Instant::now().checked_add(limit));
        if let Some(at) = deadline {
            self.deadlines.insert((at, task.id));
        }
        let run = task.context.run;
        let (place, role, name) = (task.place.clone(), task.role, task.name.clone());
        let entry = InFlight { run, place, role, name, deadline, is_stopped: false };
        self.tasks.insert(task.id, entry);
        let context = (!self.known.contains_key(&run)).then(|| (*task.context).clone());
        let mut steps = Vec::new();
        let visible = self.known.entry(run).or_default().tell(&task.steps, &mut steps);
        WireTask {
            id: task.id,
            place: task.place.clone(),
            name: task.name.clone(),
            role: task.role,
            attempt: task.attempt,
            run,
            context,
            steps,
            visible,
            argument: task.argument.clone(),
            scopes: task.scopes.clone(),
        }
    }

    /// Stops a task whose outcome nobody wants. It may have ended already.
    fn stop(&mut self, worker: &mut Worker, task: TaskId) -> io::Result<()> {
        let Some(entry) = self.tasks.get_mut(&task) else { return Ok(()) };
        if let Some(at) = entry.deadline.take() {
            self.deadlines.remove(&(at, task));
        }
        entry.is_stopped = true;
        // A client that goes away in the middle of an answer must not take down the program and all that it keeps: such
        // a task has the time that every busy one has.
        if entry.role != FunctionRole::Fetch {
            self.stopping.insert((Instant::now() + STOP_GRACE, task));
        }
        worker.link.push(&ToWorker::Stop { task, reason: StopReason::Cancelled })
    }

    fn receive(&mut self, message: FromWorker) {
        match message {
            FromWorker::Outcome { task, outcome } => self.settle(task, outcome),
            FromWorker::Console { task, level, text } => {
                let owner = self.tasks.get(&task).filter(|entry| entry.role.is_of_run());
                pool::print(owner.map(|entry| (entry.run, &*entry.name)), level, &text);
            }
            FromWorker::Log { task, level, text } => self.sink.logged(task, level, text),
            FromWorker::Call { call, request } => self.ask(call, &request),
            FromWorker::Loaded(_) => {}
        }
    }

    /// Hands a question of workflow code to the engine; the answer comes back as a command.
    fn ask(&self, call: u64, request: &str) {
        let (worker, commands) = (self.workers, self.commands.clone());
        let answer = move |result| {
            if let Some(commands) = commands.upgrade() {
                // A closed channel means that the pool is shut down.
                let _ = commands.send(Command::Reply { worker, call, result });
            }
        };
        match serde_json::from_str(request) {
            Ok(request) => self.sink.asked(request, Box::new(answer)),
            Err(error) => answer(Err(HostError::new(format!("the engine does not understand the call: {error}")))),
        }
    }

    fn settle(&mut self, task: TaskId, outcome: Outcome) {
        let Some(entry) = self.tasks.remove(&task) else {
            return;
        };
        self.load.fetch_sub(1, Ordering::Relaxed);
        if let Some(at) = entry.deadline {
            self.deadlines.remove(&(at, task));
        }
        self.stopping.retain(|(_, stopping)| *stopping != task);
        if is_output(entry.role, &outcome)
            && let Some(known) = self.known.get_mut(&entry.run)
        {
            known.made(entry.place);
        }
        self.sink.finished(task, outcome);
    }

    fn next_timer(&self) -> Option<Instant> {
        let first = |set: &BTreeSet<(Instant, TaskId)>| set.first().map(|(at, _)| *at);
        match (first(&self.deadlines), first(&self.stopping)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Asks tasks at their limit to stop, and gives up on a worker that hangs in one of them.
    fn enforce(&mut self, worker: &mut Worker) -> Option<End> {
        let now = Instant::now();
        while let Some((at, task)) = self.stopping.first().copied() {
            if at > now {
                break;
            }
            let look = if blackboard::read(&worker.blackboard).is_some_and(|work| work.task == task) {
                // One that has just begun to execute is about to hear of it: on a busy machine that comes late.
                let since = self.busy.filter(|(busy, _)| busy.task == task).map(|(_, since)| since);
                if since.is_some_and(|since| now - since >= STOP_GRACE) {
                    return Some(End::Unresponsive);
                }
                WATCH_PERIOD
            } else {
                // Another task is executing: this one is starved, and the other is not to blame as
                // long as it stays below its own limit and the one for being busy.
                STOP_GRACE
            };
            self.stopping.remove(&(at, task));
            self.stopping.insert((now + look, task));
        }
        while let Some((at, task)) = self.deadlines.first().copied() {
            if at > now {
                break;
            }
            self.deadlines.remove(&(at, task));
            self.stopping.insert((now + STOP_GRACE, task));
            if worker.link.push(&ToWorker::Stop { task, reason: StopReason::TimedOut }).is_err() {
                return Some(End::Gone);
            }
        }
        worker.link.write_some().err().map(|_| End::Gone)
    }

    /// Notes who is executing, and gives up on a worker that one task keeps from all others, or that does not hear.
    fn check_busy(&mut self, worker: &Worker) -> Option<End> {
        let work = blackboard::read(&worker.blackboard);
        if self.busy.map(|(seen, _)| seen) != work {
            self.busy = work.map(|work| (work, Instant::now()));
        }
        let (work, since) = self.busy?;
        let fault = if since.elapsed() >= BUSY_LIMIT { self.fault_of(work.task) } else { None };
        fault.map(End::Busy)
    }

    /// What is wrong with code that computes for long: others wait behind it, or nobody wants it any more. What a file
    /// began at its top level may take its time while nobody waits.
    fn fault_of(&self, task: TaskId) -> Option<&'static str> {
        if self.tasks.keys().any(|known| *known != task) {
            return Some("while others waited");
        }
        match self.tasks.get(&task) {
            Some(entry) => entry.is_stopped.then_some("and did not stop when it was told to"),
            None => (task != blackboard::OUTSIDE).then_some("after its end"),
        }
    }

    fn check_memory(&self, worker: &Worker) -> Option<End> {
        let used = spawn::resident_bytes(worker.pid)?;
        (used > self.config.memory_limit).then_some(End::Memory(used))
    }

    /// Kills what is left of a worker and says of each of its tasks how far it is to blame.
    async fn bury(&mut self, mut worker: Worker, end: End) {
        // It may be dead already. Programs that it started die with it, but not what those started.
        let groups = spawn::program_groups(worker.pid);
        let _ = worker.child.start_kill();
        spawn::end_groups(&groups);
        let status = worker.child.wait().await.ok();
        // Outcomes that it sent before it died count.
        let mut messages = Vec::new();
        let _ = worker.link.read_some(&mut messages);
        for message in messages {
            self.receive(message);
        }
        let executing = blackboard::read(&worker.blackboard).map(|work| work.task);
        let (reason, blame) = match &end {
            End::Unresponsive => ("it did not stop at its time limit".to_owned(), Blame::Suspect),
            End::Busy(fault) => {
                let limit = BUSY_LIMIT.as_secs();
                (format!("it kept its worker busy for {limit} s without a pause {fault}"), Blame::Guilty)
            }
            End::Memory(used) => {
                let (used, limit) = (used >> 20, self.config.memory_limit >> 20);
                (format!("its worker used {used} MiB of memory, more than the limit of {limit} MiB"), Blame::Guilty)
            }
            End::Gone | End::ShutDown => gone(status),
        };
        self.lost.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(worker = self.index, pid = worker.pid, reason = %summary(&end, &reason), tasks = self.tasks.len(), "worker replaced");
        let now = Instant::now();
        let limit_of = |entry: &InFlight| entry.deadline.is_some_and(|at| at <= now);
        let all: Vec<(TaskId, Outcome)> = self
            .tasks
            .iter()
            .map(|(task, entry)| {
                let outcome = match executing {
                    Some(culprit) if culprit == *task && limit_of(entry) => Outcome::TimedOut,
                    Some(culprit) if culprit == *task => Outcome::WorkerLost { reason: reason.clone(), blame },
                    _ => Outcome::WorkerLost {
                        reason: "another step brought its worker down".to_owned(),
                        blame: Blame::Innocent,
                    },
                };
                (*task, outcome)
            })
            .collect();
        for (task, outcome) in all {
            self.settle(task, outcome);
        }
        self.deadlines.clear();
        self.stopping.clear();
        self.known.clear();
        self.busy = None;
    }
}

/// A worker that went away by itself. An abort is the engine's stack overflow or a refused
/// allocation; any other signal may have come from outside.
fn gone(status: Option<ExitStatus>) -> (String, Blame) {
    let Some(status) = status else {
        return ("its worker went away".to_owned(), Blame::Suspect);
    };
    const SIGABRT: i32 = 6;
    if status.signal() == Some(SIGABRT) {
        return ("it crashed its worker: out of memory, or nested too deeply".to_owned(), Blame::Guilty);
    }
    (format!("its worker ended ({})", describe(status)), Blame::Suspect)
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, code) => format!("exit code {}", code.unwrap_or(-1)),
    }
}

fn summary(end: &End, reason: &str) -> String {
    match end {
        End::Unresponsive => "a step at its time limit did not yield".to_owned(),
        _ => reason.to_owned(),
    }
}
