//! The lock file that keeps a second engine out.

use crate::error::unwritable;
use cronflow_core::storage::Error;
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

/// An exclusive advisory lock on `<database>.lock`. The system drops it with the process, however
/// that ends. The file itself stays: removing it would let two engines lock two files of one name.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// `Locked` when another holder lives, `Unwritable` when the file cannot be made.
    pub(crate) fn take(database: &Path) -> Result<Self, Error> {
        let path = lock_path(database);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| unwritable(database, format!("{}: {error}", path.display())))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path: database.display().to_string() }),
            Err(TryLockError::Error(error)) => Err(unwritable(database, error)),
        }
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}
