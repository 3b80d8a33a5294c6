//! The process between a worker and a program that workflow code starts: gives the program the
//! limits of the system, ties it to the worker, and becomes it.

use nix::sys::{prctl, resource, signal::Signal};
use std::{
    ffi::OsString,
    io::{self, Write as _},
    os::unix::process::CommandExt as _,
    process::{Command, ExitCode},
};

/// What a shell answers for a program that cannot be executed.
const NOT_EXECUTABLE: u8 = 126;

/// Becomes a program: `words` are its path, the name that it sees, and its arguments.
#[must_use]
pub fn launch_main(words: &[OsString]) -> ExitCode {
    let [program, name, arguments @ ..] = words else {
        return ExitCode::FAILURE;
    };
    // A program does not outlive the worker that started it.
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    for kind in [resource::Resource::RLIMIT_AS, resource::Resource::RLIMIT_CORE] {
        if let Ok((_, hard)) = resource::getrlimit(kind) {
            let _ = resource::setrlimit(kind, hard, hard);
        }
    }
    let error = Command::new(program).arg0(name).args(arguments).exec();
    // Its standard error is the pipe that the worker reads.
    let _ = writeln!(io::stderr(), "{}: {error}", program.display());
    ExitCode::from(NOT_EXECUTABLE)
}
