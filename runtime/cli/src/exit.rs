//! Exit codes, documented in the README and in `--help`.

use cronflow_core::error::Code;
use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It worked.
    Ok = 0,
    /// It did not.
    Failure = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// The workflow file or a setting is wrong.
    Config = 3,
    /// No test was found.
    NoTests = 4,
    /// The engine or its database failed.
    Engine = 5,
    /// Ctrl-C, before everything had finished.
    Interrupted = 130,
    /// SIGTERM, before everything had finished.
    Terminated = 143,
}

impl Exit {
    /// The exit code of an error.
    pub(crate) fn of(code: Code) -> Self {
        let text = code.as_str();
        match code {
            Code::InvalidPayload => Self::Usage,
            Code::OpenToOthers | Code::BadSettings => Self::Config,
            _ if text.starts_with("CF1") || text.starts_with("CF2") => Self::Config,
            _ if text.starts_with("CF5") => Self::Engine,
            _ => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
