//! The blackboard: a small file in memory, shared by a worker and the engine, on which the worker
//! keeps the task that it is executing. It can be read after the worker has died or while it
//! hangs, which is when the engine needs to know.

use cronflow_core::id::TaskId;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::{
    cell::Cell,
    fs::File,
    io,
    os::{fd::AsFd, unix::fs::FileExt},
};

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Blackboard {
    file: Option<File>,
    shown: Cell<TaskId>,
}

impl Blackboard {
    /// A blackboard that nobody reads, for isolates that no engine watches.
    pub(crate) fn none() -> Self {
        Self { file: None, shown: Cell::new(TaskId(0)) }
    }

    /// The worker's side: standard output.
    pub(super) fn of_child() -> io::Result<Self> {
        let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self { file: Some(file), shown: Cell::new(TaskId(0)) })
    }

    /// Shows the task that is executing; 0 for none.
    pub(crate) fn show(&self, task: TaskId) {
        if self.shown.replace(task) == task {
            return;
        }
        if let Some(file) = &self.file {
            // The file is memory; a failure would only cost the blame.
            let _ = file.write_at(&task.0.to_le_bytes(), 0);
        }
    }
}

/// Makes the shared file.
pub(super) fn create() -> io::Result<File> {
    let file = File::from(memfd_create(c"cronflow-blackboard", MFdFlags::MFD_CLOEXEC)?);
    file.set_len(8)?;
    Ok(file)
}

/// The engine's side: which task the worker was executing.
pub(super) fn read(file: &File) -> Option<TaskId> {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let task = TaskId(u64::from_le_bytes(bytes));
    (task != TaskId(0)).then_some(task)
}
