//! The command line: the composition root of the binary.

mod args;
mod client;
mod commands;
mod dotenv;
mod errors;
mod exit;
mod failures;
mod program;
mod serve;
mod settings;
mod signals;
mod sources;
mod surroundings;
mod telemetry;
mod test_runner;
mod ui;

use args::{Args, Command};
use clap::Parser as _;
use exit::Exit;
use std::process::ExitCode;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let given = args::with_default_command(std::env::args_os());
    // Usage errors and --help end here, with clap's own text.
    let args = match Args::try_parse_from(given) {
        Ok(args) => args,
        Err(error) => {
            // Nothing can be done about a terminal that is gone.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() };
        }
    };
    match args.command {
        Command::Launch { words } => cronflow_js::launch_main(&words),
        Command::Worker { memory_limit } => cronflow_js::child_main(memory_limit),
        Command::Wpt(wpt) => commands::wpt::wpt(&wpt).into(),
        Command::WptFile(file) => commands::wpt::one(file),
        Command::TestProcess => test_runner::child::main(),
        Command::Test(test) => test_runner::test(&test).into(),
        Command::Run(run) => commands::run::run(run).into(),
        Command::Check { files, load, allow, json } => commands::check::check(&files, &load, &allow, json).into(),
        Command::Build { file, output } => commands::build::build(&file, output).into(),
        Command::Types { folder } => commands::types::types(&folder).into(),
        Command::Trigger(trigger) => commands::trigger::trigger(trigger).into(),
        Command::Runs(runs) => commands::runs::runs(runs).into(),
        Command::Workflows(workflows) => commands::workflows::workflows(workflows).into(),
        Command::Events(events) => commands::events::events(events).into(),
        Command::Approvals(approvals) => commands::approvals::approvals(approvals).into(),
        Command::Schedules(schedules) => commands::schedules::schedules(schedules).into(),
        Command::Deliveries(deliveries) => commands::deliveries::deliveries(deliveries).into(),
        Command::State(state) => commands::state::state(state).into(),
        Command::Token(token) => commands::token::token(token).into(),
        Command::Audit(audit) => commands::audit::audit(audit).into(),
        Command::Completions { shell } => commands::completions::print(shell).into(),
    }
}
