//! The blackboard: a small file in memory, shared by a worker and the engine, on which the worker
//! keeps the task that it is executing, and the number of its turn. It can be read after the worker
//! has died or while it hangs, which is when the engine needs to know.

use cronflow_core::id::TaskId;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::{
    cell::Cell,
    fs::File,
    io,
    os::{fd::AsFd, unix::fs::FileExt},
};

/// What is shown while nothing executes.
const IDLE: u64 = 0;
/// What is shown for code that belongs to no task: timers and promises of a file's top level.
pub(super) const OUTSIDE: TaskId = TaskId(u64::MAX);
/// Bytes: the task, then the turn.
const SIZE: usize = 16;

/// What a worker was executing when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Work {
    /// Whose code; [`OUTSIDE`] for code of no task.
    pub(super) task: TaskId,
    /// While this stays the same, the worker has not paused.
    turn: u64,
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Blackboard {
    file: Option<File>,
    shown: Cell<Option<TaskId>>,
    turn: Cell<u64>,
}

impl Blackboard {
    /// A blackboard that nobody reads, for isolates that no engine watches.
    pub(crate) fn none() -> Self {
        Self::on(None)
    }

    /// The worker's side: standard output.
    pub(super) fn of_child() -> io::Result<Self> {
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self::on(Some(file)))
    }

    const fn on(file: Option<File>) -> Self {
        Self { file, shown: Cell::new(None), turn: Cell::new(0) }
    }

    /// Shows the task whose code is executing; 0 for code that belongs to none.
    pub(crate) fn show(&self, task: TaskId) {
        if self.shown.replace(Some(task)) != Some(task) {
            self.write(&if task == TaskId(0) { OUTSIDE } else { task }.0.to_le_bytes());
        }
    }

    /// Nothing executes any more: the turn is over.
    pub(crate) fn rest(&self) {
        if self.shown.take().is_none() {
            return;
        }
        self.turn.set(self.turn.get() + 1);
        let mut bytes = [0; SIZE];
        bytes[..8].copy_from_slice(&IDLE.to_le_bytes());
        bytes[8..].copy_from_slice(&self.turn.get().to_le_bytes());
        self.write(&bytes);
    }

    fn write(&self, bytes: &[u8]) {
        if let Some(file) = &self.file {
            // The file is memory; a failure would only cost the blame.
            let _ = file.write_at(bytes, 0);
        }
    }
}

/// Makes the shared file.
pub(super) fn create() -> io::Result<File> {
    let file = File::from(memfd_create(c"cronflow-blackboard", MFdFlags::MFD_CLOEXEC)?);
    file.set_len(SIZE as u64)?;
    Ok(file)
}

/// The engine's side: what the worker was executing; `None` when it waits.
pub(super) fn read(file: &File) -> Option<Work> {
    let mut bytes = [0; SIZE];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let (task, turn) = bytes.split_at(8);
    let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
    let (task, turn) = (number(task)?, number(turn)?);
    (task != IDLE).then_some(Work { task: TaskId(task), turn })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seen_between_two_looks() {
        let file = create().unwrap();
        let blackboard = Blackboard::on(Some(file.try_clone().unwrap()));
        assert_eq!(read(&file), None);
        blackboard.show(TaskId(7));
        let first = read(&file).unwrap();
        assert_eq!((first.task, read(&file)), (TaskId(7), Some(first)));
        blackboard.rest();
        assert_eq!(read(&file), None);
        blackboard.show(TaskId(7));
        assert_ne!(read(&file), Some(first));
    }

    /// A loop in a timer of the top level must not look like a worker that waits.
    #[test]
    fn code_of_no_task_is_work_too() {
        let file = create().unwrap();
        let blackboard = Blackboard::on(Some(file.try_clone().unwrap()));
        blackboard.show(TaskId(0));
        assert_eq!(read(&file).map(|work| work.task), Some(OUTSIDE));
    }
}
