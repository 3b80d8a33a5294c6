//! `__wpt`: the conformance tests of the web platform, from a checkout of web-platform-tests.
//!
//! Every file runs in a process of its own. The results are compared with a ledger of expected
//! failures: a new failure and an unexpected pass are both errors.

mod files;
mod ledger;
mod report;
mod runner;

use crate::{args, exit::Exit, ui};
use cronflow_core::error::{Code, Diagnostic};
use ledger::Ledger;
use report::FileReport;

/// Runs the files that were asked for.
pub(crate) fn wpt(args: &args::Wpt) -> Exit {
    match run(args) {
        Ok(exit) => exit,
        Err(message) => super::fail(&Diagnostic::new(Code::Internal, message)),
    }
}

/// The process of one file.
pub(crate) fn one(args: args::WptFile) -> std::process::ExitCode {
    let limit = std::time::Duration::from_secs(args.limit);
    cronflow_js::wpt_main(cronflow_js::WptFile { root: args.dir, path: args.file, variant: args.variant, limit })
}

fn run(args: &args::Wpt) -> Result<Exit, String> {
    let tests = files::find(&args.dir, &args.filter)?;
    if tests.is_empty() {
        return Err(format!("no test file of {} matches", args.dir.display()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let reports: Vec<FileReport> = runtime.block_on(runner::run_all(&args.dir, tests, args.jobs))?;
    ui::tell(&report::summary(&reports));
    let mut ledger = Ledger::read(&args.ledger)?;
    if args.update {
        ledger.take(&reports);
        ledger.write(&args.ledger)?;
        return Ok(Exit::Ok);
    }
    let differences = ledger.compare(&reports);
    for difference in &differences {
        ui::tell(difference);
    }
    if differences.is_empty() {
        ui::tell("as the ledger says");
        return Ok(Exit::Ok);
    }
    ui::tell(&format!("{} differences from {}; --update takes them over", differences.len(), args.ledger.display()));
    Ok(Exit::Failure)
}
