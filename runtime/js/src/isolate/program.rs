//! A program that workflow code has started: its pipes, how it ends, and how it is ended.
//!
//! It leads a process group of its own. What it leaves running in the background ends with it, and
//! it ends with the task that started it, so no step leaves processes behind.

use cronflow_core::id::TaskId;
use nix::{
    sys::{
        signal::{Signal, kill, killpg},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};
use std::{
    cell::RefCell,
    collections::HashMap,
    ffi::OsString,
    io,
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    rc::Rc,
    thread,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{ChildStderr, ChildStdin, ChildStdout},
    sync::watch,
};

/// Largest piece of output that is read at once.
const PIECE: usize = 64 * 1024;

/// What is started.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// The program, absolute.
    pub(crate) program: PathBuf,
    /// The name that it sees.
    pub(crate) name: OsString,
    pub(crate) arguments: Vec<OsString>,
    /// Everything that it sees of the environment.
    pub(crate) variables: Vec<(OsString, OsString)>,
    pub(crate) folder: Option<PathBuf>,
}

/// This binary; the link stays right when the file is replaced by an upgrade.
pub const THIS_PROGRAM: &str = "/proc/self/exe";

impl Launch {
    /// Starts it, with three pipes, as the leader of a group.
    pub(crate) fn spawn(&self) -> io::Result<Child> {
        let mut command = Command::new(THIS_PROGRAM);
        command.arg("__run").arg("--").arg(&self.program).arg(&self.name).args(&self.arguments);
        command.env_clear().envs(self.variables.iter().cloned());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()
    }
}

pub(crate) fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX))
}

/// Ends a whole group. The leader must not have been waited for: its number could be another's.
pub(crate) fn end_group(leader: Pid) {
    let _ = killpg(leader, Signal::SIGKILL);
}

/// Waits for the end of a program, and ends what it has left in the background.
pub(crate) fn wait_for(child: &mut Child) -> io::Result<ExitStatus> {
    let pid = pid_of(child);
    // Without reaping: until then nobody else can have the group's number.
    let _ = waitid(Id::Pid(pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
    end_group(pid);
    child.wait()
}

/// How a program ended: its code, or the signal that ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<&'static str>,
}

impl End {
    pub(crate) fn of(status: io::Result<ExitStatus>) -> Self {
        let Ok(status) = status else { return Self { code: None, signal: None } };
        let signal = status.signal().and_then(|number| Signal::try_from(number).ok());
        Self { code: status.code(), signal: signal.map(Signal::as_str) }
    }
}

/// See the module's text. What is under way takes its pipe out and puts it back.
pub(crate) struct Program {
    pid: Pid,
    stdin: RefCell<Option<ChildStdin>>,
    stdout: RefCell<Option<ChildStdout>>,
    stderr: RefCell<Option<ChildStderr>>,
    end: watch::Receiver<Option<End>>,
}

impl Program {
    pub(crate) fn start(launch: &Launch) -> io::Result<Rc<Self>> {
        let mut child = launch.spawn()?;
        let pid = pid_of(&child);
        let stdin = child.stdin.take().map(ChildStdin::from_std).transpose()?;
        let stdout = child.stdout.take().map(ChildStdout::from_std).transpose()?;
        let stderr = child.stderr.take().map(ChildStderr::from_std).transpose()?;
        let (sender, end) = watch::channel(None);
        thread::Builder::new().name("program".to_owned()).stack_size(128 * 1024).spawn(move || {
            let ended = End::of(wait_for(&mut child));
            // Nobody listens any more when this fails.
            let _ = sender.send(Some(ended));
        })?;
        Ok(Rc::new(Self { pid, stdin: stdin.into(), stdout: stdout.into(), stderr: stderr.into(), end }))
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub(crate) fn has_ended(&self) -> bool {
        // The sender is gone once the thread is.
        self.end.borrow().is_some() || self.end.has_changed().is_err()
    }

    /// Waits for the end.
    pub(crate) async fn ended(&self) -> End {
        let mut end = self.end.clone();
        let found = end.wait_for(Option::is_some).await.map(|end| *end);
        found.ok().flatten().unwrap_or(End { code: None, signal: None })
    }

    /// Sends a signal to the program alone; 0 only looks whether it is there.
    pub(crate) fn signal(&self, number: i32) -> bool {
        if self.has_ended() {
            return false;
        }
        let signal = if number == 0 { Ok(None) } else { Signal::try_from(number).map(Some) };
        signal.is_ok_and(|signal| kill(self.pid, signal).is_ok())
    }

    /// Ends the program with all that it has started.
    pub(crate) fn end(&self) {
        self.stdin.take();
        if !self.has_ended() {
            end_group(self.pid);
        }
    }

    /// The next piece of output; `None` at its end.
    pub(crate) async fn read(&self, is_error: bool) -> io::Result<Option<Vec<u8>>> {
        let mut piece = vec![0; PIECE];
        let read = if is_error {
            let Some(mut pipe) = self.stderr.take() else { return Ok(None) };
            let read = pipe.read(&mut piece).await?;
            self.stderr.replace(Some(pipe));
            read
        } else {
            let Some(mut pipe) = self.stdout.take() else { return Ok(None) };
            let read = pipe.read(&mut piece).await?;
            self.stdout.replace(Some(pipe));
            read
        };
        piece.truncate(read);
        Ok((read > 0).then_some(piece))
    }

    /// Feeds its input.
    pub(crate) async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let Some(mut pipe) = self.stdin.take() else { return Err(io::ErrorKind::BrokenPipe.into()) };
        pipe.write_all(bytes).await?;
        self.stdin.replace(Some(pipe));
        Ok(())
    }

    /// Ends its input.
    pub(crate) fn close_input(&self) {
        self.stdin.take();
    }
}

/// The programs of an isolate, by the task that started them.
#[derive(Default)]
pub(crate) struct Programs(RefCell<HashMap<TaskId, Vec<Rc<Program>>>>);

impl Programs {
    pub(crate) fn note(&self, task: TaskId, program: &Rc<Program>) {
        self.0.borrow_mut().entry(task).or_default().push(program.clone());
    }

    /// How many are running; forgets the others.
    pub(crate) fn running(&self) -> usize {
        let mut all = self.0.borrow_mut();
        all.values_mut().for_each(|list| list.retain(|program| !program.has_ended()));
        all.retain(|_, list| !list.is_empty());
        all.values().map(Vec::len).sum()
    }

    /// Ends those of a task.
    pub(crate) fn end_of(&self, task: TaskId) {
        let own = self.0.borrow_mut().remove(&task).unwrap_or_default();
        own.iter().for_each(|program| program.end());
    }
}

/// The file that a command names, as `execvp` finds it, with the folder's links followed; `None`
/// when there is none that can be executed.
pub(crate) fn find(command: &Path, search: &str, folder: &Path) -> Option<PathBuf> {
    let real = |path: PathBuf| {
        let parent = path.parent()?.canonicalize().ok()?;
        Some(parent.join(path.file_name()?)).filter(|path| is_executable(path))
    };
    if command.to_string_lossy().contains('/') {
        return real(folder.join(command));
    }
    search.split(':').filter(|place| !place.is_empty()).find_map(|place| real(folder.join(place).join(command)))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
