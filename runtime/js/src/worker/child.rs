//! The worker process: one isolate, driven by the messages on its socket.

use super::{Blackboard, FromWorker, StopReason, Surroundings, ToWorker, link::Link};
use crate::isolate::Isolate;
use cronflow_compiler::Cache;
use cronflow_core::{
    error::{Code, Diagnostic},
    id::TaskId,
};
use nix::sys::{prctl, resource, signal::Signal};
use std::{
    collections::VecDeque,
    io,
    os::{fd::AsFd, unix::net::UnixStream as StdUnixStream},
    path::PathBuf,
    process::ExitCode,
    thread,
};
use tokio::{net::UnixStream, task::LocalSet};

/// The engine recurses on the native stack; only touched pages cost memory.
pub(crate) const STACK_SIZE: usize = 256 * 1024 * 1024;
/// Address space on top of the memory limit: the stack above, the binary, reserved heaps.
const ADDRESS_SPACE_HEADROOM: u64 = 2 * 1024 * 1024 * 1024;

/// Runs this process as a worker until its socket closes. `memory_limit` is in bytes.
#[must_use]
pub fn child_main(memory_limit: u64) -> ExitCode {
    isolate_main(memory_limit, run)
}

/// Runs `work` as this process's only work, with the stack that an isolate needs and bound to the
/// parent process and a memory limit in bytes.
#[must_use]
pub fn isolate_main(memory_limit: u64, work: impl FnOnce() -> io::Result<()> + Send + 'static) -> ExitCode {
    limit_memory(memory_limit);
    let thread = thread::Builder::new().name("isolate".to_owned()).stack_size(STACK_SIZE).spawn(work);
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Binds this process to its parent and its memory to a limit in bytes.
pub(crate) fn limit_memory(limit: u64) {
    // Without its engine a worker is of no use, and a busy one would not see its socket close.
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    // The engine watches the real use; this stops a single giant allocation before it hurts.
    let space = limit.saturating_add(ADDRESS_SPACE_HEADROOM);
    // Soft limits: programs that workflow code may start get the system's back.
    for (kind, soft) in [(resource::Resource::RLIMIT_AS, space), (resource::Resource::RLIMIT_CORE, 0)] {
        let hard = resource::getrlimit(kind).map_or(soft, |(_, hard)| hard);
        let _ = resource::setrlimit(kind, soft.min(hard), hard);
    }
}

fn run() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, serve())
}

async fn serve() -> io::Result<()> {
    let socket = StdUnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    socket.set_nonblocking(true)?;
    let mut link = Link::new(UnixStream::from_std(socket)?);
    let mut messages = VecDeque::new();
    let Some(ToWorker::Prepare { surroundings, primary, cache }) = next(&mut link, &mut messages).await? else {
        return Ok(());
    };
    let prepared = prepare(surroundings, primary, cache);
    let Some(ToWorker::Load { archives }) = next(&mut link, &mut messages).await? else {
        return Ok(());
    };
    let mut isolate = match prepared {
        Ok(isolate) => isolate,
        Err(problem) => return finish(link, Err(problem)).await,
    };
    let mut reports = Vec::new();
    for archive in archives.iter() {
        let report = isolate.load(archive.clone()).await;
        send(&mut link, isolate.take_outbox())?;
        match report {
            Ok(report) => reports.push(report),
            Err(problem) => return finish(link, Err(problem)).await,
        }
    }
    send(&mut link, vec![FromWorker::Loaded(Ok(reports))])?;
    isolate.make_ready().map_err(|problem| io::Error::other(problem.message))?;
    work(&mut link, &mut isolate, messages.into()).await
}

/// Makes the isolate; done before the programs are there, so that both take place at once.
fn prepare(surroundings: Surroundings, primary: bool, cache: Option<PathBuf>) -> Result<Isolate, Diagnostic> {
    if let Some(folder) = cache {
        cronflow_compiler::cache_builtins(Cache::new(folder));
    }
    let builtins = cronflow_compiler::builtins().map_err(|problems| {
        let unknown = || Diagnostic::new(Code::Internal, "the built-in modules do not compile");
        problems.into_iter().next().unwrap_or_else(unknown)
    })?;
    let blackboard = Blackboard::of_child().map_err(|error| Diagnostic::new(Code::Internal, error.to_string()))?;
    Isolate::new(builtins, primary, blackboard, surroundings)
}

/// The next message; `None` when the engine is gone.
async fn next(link: &mut Link, messages: &mut VecDeque<ToWorker>) -> io::Result<Option<ToWorker>> {
    let mut read = Vec::new();
    while messages.is_empty() {
        link.ready().await?;
        if !link.read_some(&mut read)? {
            return Ok(None);
        }
        messages.extend(read.drain(..));
    }
    Ok(messages.pop_front())
}

/// The loop: take what came, run it, send what it brought.
async fn work(link: &mut Link, isolate: &mut Isolate, mut messages: Vec<ToWorker>) -> io::Result<()> {
    loop {
        let (mut fresh, mut late): (Vec<TaskId>, Vec<(TaskId, StopReason)>) = Default::default();
        for message in messages.drain(..) {
            match message {
                ToWorker::Run(task) => {
                    fresh.push(task.id);
                    isolate.submit(task);
                }
                ToWorker::Stop { task, reason } => late.push((task, reason)),
                ToWorker::Reply { call, result } => isolate.replied(call, result),
                ToWorker::Forget(run) => isolate.forget(run),
                ToWorker::Started { answer } => isolate.started(&answer),
                ToWorker::Prepare { .. } | ToWorker::Load { .. } => {
                    return Err(io::Error::other("programs come once"));
                }
            }
        }
        isolate.turn(&fresh);
        // After the turn: a task that waited behind a busy one, and needs no more than its turn,
        // may finish.
        for (task, reason) in late {
            isolate.stop(task, reason);
        }
        send(link, isolate.take_outbox())?;
        tokio::select! {
            biased;
            ready = link.ready() => {
                ready?;
                link.write_some()?;
                if !link.read_some(&mut messages)? {
                    return Ok(());
                }
            }
            () = isolate.wait() => {}
        }
    }
}

fn send(link: &mut Link, messages: Vec<FromWorker>) -> io::Result<()> {
    for message in &messages {
        link.push(message)?;
    }
    link.write_some()
}

/// Reports a failed load and waits until the engine has read it.
async fn finish(mut link: Link, result: Result<Vec<crate::LoadReport>, Diagnostic>) -> io::Result<()> {
    link.push(&FromWorker::Loaded(result))?;
    link.write_some()?;
    let mut ignored: Vec<ToWorker> = Vec::new();
    loop {
        link.ready().await?;
        link.write_some()?;
        if !link.read_some(&mut ignored)? {
            return Ok(());
        }
        ignored.clear();
    }
}
