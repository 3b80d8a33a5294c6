//! Errors of the parts as diagnostics for users.

use cronflow_core::{
    error::{Code, Diagnostic},
    storage,
};
use cronflow_engine::EngineError;
use cronflow_js::PoolError;
use std::fmt::Display;

pub(crate) fn of_store(error: &storage::Error) -> Diagnostic {
    let (code, help) = match error {
        storage::Error::Unwritable { .. } => (
            Code::DatabaseUnwritable,
            "check that the folder exists, that you may write to it and that the disk has room; --db FILE chooses another place",
        ),
        storage::Error::Corrupt { .. } => (
            Code::DatabaseCorrupt,
            "nothing was changed; restore a backup, or move the file away to start with an empty database",
        ),
        storage::Error::Newer { .. } => {
            (Code::DatabaseNewer, "use the newer cronflow-rt that made it, or another database with --db FILE")
        }
        storage::Error::Locked { .. } => {
            (Code::DatabaseLocked, "stop the other process, or use another database with --db FILE")
        }
    };
    Diagnostic::new(code, error.to_string()).with_help(help)
}

pub(crate) fn of_pool(error: PoolError) -> Diagnostic {
    match error {
        PoolError::Load(problem) => problem,
        other @ PoolError::Spawn(_) => internal(&other),
    }
}

pub(crate) fn of_engine(error: &EngineError) -> Diagnostic {
    match error {
        EngineError::Store(error) => of_store(error),
        other @ EngineError::Thread(_) => internal(other),
    }
}

pub(crate) fn internal(error: &dyn Display) -> Diagnostic {
    Diagnostic::new(Code::Internal, error.to_string())
}
