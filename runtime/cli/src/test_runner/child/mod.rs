//! A process that runs test files, each in an isolate of its own, as the runner hands them out.

mod driver;
mod kit;
mod output;
mod replay;

use super::protocol::{Event, Job};
use cronflow_compiler::{Cache, Inputs, Instrument};
use cronflow_core::{
    error::Diagnostic,
    json::JsonText,
    time::{Timestamp, VirtualClock},
};
use cronflow_js::LocalIsolate;
use driver::Driver;
use output::Output;
use std::{
    io::{self, BufRead as _},
    process::ExitCode,
    rc::Rc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::task::LocalSet;

/// Memory of the process, in bytes.
const MEMORY_LIMIT: u64 = 2 << 30;

/// Takes jobs from standard input until it closes.
pub(crate) fn main() -> ExitCode {
    if let Some(folder) = crate::program::cache_folder() {
        cronflow_compiler::cache_builtins(Cache::new(folder));
    }
    cronflow_js::isolate_main(MEMORY_LIMIT, serve)
}

fn serve() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let output = Rc::new(Output::default());
        if let Err(problems) = LocalSet::new().block_on(&runtime, run(job, &output)) {
            output.send(&Event::Invalid { problems });
        }
    }
    Ok(())
}

async fn run(job: Job, output: &Rc<Output>) -> Result<(), Vec<Diagnostic>> {
    if let Some(records) = &job.replay {
        return replay::run(&job, records, output).await;
    }
    let instrument = Instrument { mocks: true, lines: job.options.coverage, ..Instrument::default() };
    let mut inputs = Inputs::default();
    let archive = cronflow_compiler::compile_for_tests(&job.file, instrument, &mut inputs);
    output.send(&Event::Compiled { sources: inputs.digests() });
    let archive = archive?;
    let builtins = cronflow_compiler::builtins()?;
    let surroundings = crate::surroundings::of(std::slice::from_ref(&job.file), &job.allow)?;
    let clock = VirtualClock::at(now());
    let report = output.clone();
    let isolate = LocalIsolate::new(builtins, surroundings, clock.clone(), Box::new(move |event| report.report(event)));
    let mut isolate = isolate.map_err(|problem| vec![problem])?;
    let loaded = isolate.load(archive).await;
    let mut driver = Driver::new(isolate, clock, output.clone(), job.options.seed.unwrap_or_default());
    driver.flush();
    driver.kit.add(loaded.map_err(|problem| vec![problem])?.workflows);
    let options = serde_json::to_string(&job.options).map_or_else(|_| JsonText::null(), JsonText::trusted);
    driver.run(&options).await.map_err(|problem| vec![problem])
}

/// Virtual time begins at the present moment.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
