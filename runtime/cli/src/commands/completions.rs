//! `completions`: the shell's own completion script.

use crate::{args::Args, exit::Exit};
use clap::CommandFactory as _;
use clap_complete::Shell;

pub(crate) fn print(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "cronflow-rt", &mut script);
    crate::ui::print(String::from_utf8_lossy(&script).trim_end());
    Exit::Ok
}
