//! Starting a worker process, and what it takes to watch one.

use super::{ToWorker, blackboard, link::Link, pool::PoolConfig};
use cronflow_core::archive::Archive;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::{Pid, getpgid},
};
use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    process::Stdio,
    sync::Arc,
};
use tokio::{
    net::UnixStream,
    process::{Child, Command},
};

/// A running worker.
pub(super) struct Worker {
    pub(super) child: Child,
    pub(super) link: Link,
    pub(super) blackboard: File,
    pub(super) pid: u32,
}

impl Worker {
    /// Starts a worker, which makes its isolate. The first one of a pool is the primary.
    pub(super) fn spawn(config: &PoolConfig, primary: bool) -> io::Result<Self> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let blackboard = blackboard::create()?;
        let child = Command::new(&config.program)
            .arg("__worker")
            .arg(config.memory_limit.to_string())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(blackboard.try_clone()?))
            // A panic in the engine's code belongs on the terminal.
            .stderr(Stdio::inherit())
            // A Ctrl-C in the terminal is for the engine; it stops its workers when steps are done.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().unwrap_or_default();
        let mut worker = Self { child, link: Link::new(UnixStream::from_std(ours)?), blackboard, pid };
        let (surroundings, cache) = (config.surroundings.clone(), config.cache.clone());
        worker.link.push(&ToWorker::Prepare { surroundings, primary, cache })?;
        worker.link.write_some()?;
        Ok(worker)
    }

    /// Sends it the programs.
    pub(super) fn load(&mut self, archives: Arc<[Archive]>) -> io::Result<()> {
        self.link.push(&ToWorker::Load { archives })?;
        self.link.write_some()
    }
}

/// The first worker of a pool, started before the programs are known: it makes its isolate while they are compiled.
pub struct EarlyWorker(pub(super) Worker);

impl EarlyWorker {
    /// Starts it, inside a tokio runtime. It ends when it is dropped.
    ///
    /// # Errors
    /// When the system refuses to start a process.
    pub fn start(config: &PoolConfig) -> io::Result<Self> {
        Worker::spawn(config, true).map(Self)
    }
}

/// The process groups that programs of a worker lead.
pub(super) fn program_groups(pid: u32) -> Vec<Pid> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<Pid> = lists
        .flat_map(|list| list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>())
        .map(Pid::from_raw)
        .collect();
    children.into_iter().filter(|child| getpgid(Some(*child)) == Ok(*child)).collect()
}

/// Ends them.
pub(super) fn end_groups(groups: &[Pid]) {
    for group in groups {
        let _ = killpg(*group, Signal::SIGKILL);
    }
}

/// Resident memory of a process in bytes; `None` when it is gone.
pub(crate) fn resident_bytes(pid: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * page_size())
}

fn page_size() -> u64 {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten();
    size.and_then(|size| u64::try_from(size).ok()).unwrap_or(4096)
}
