//! Failing steps on the terminal: the first time with a code frame of the TypeScript source, after
//! that one line each.

use crate::ui::diagnostic;
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic, SourceLocation},
    worker::Failure,
};
use cronflow_engine::{CallFailure, CallOwner, Observer, StepFailure};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};

/// Reports that wait for a slow terminal; more are dropped, the runs' records have them all.
const MAX_WAITING: usize = 256;
/// Failures that are remembered as shown.
const MAX_SHOWN: usize = 1_000;

/// Prints failures on a thread of its own, so that a slow terminal does not hold up the engine.
pub(crate) struct Reporter(mpsc::SyncSender<Report>);

enum Report {
    Step(StepFailure),
    Call(CallFailure),
}

impl Reporter {
    pub(crate) fn start(archives: &[Archive], json: bool) -> io::Result<Self> {
        let (reports, inbox) = mpsc::sync_channel(MAX_WAITING);
        let printer = Printer { sources: sources(archives), shown: HashSet::new(), json };
        thread::Builder::new().name("reporter".to_owned()).spawn(move || printer.run(&inbox))?;
        Ok(Self(reports))
    }
}

impl Observer for Reporter {
    fn step_failed(&self, report: StepFailure) {
        // Full or closed: see MAX_WAITING.
        let _ = self.0.try_send(Report::Step(report));
    }

    fn call_failed(&self, report: CallFailure) {
        let _ = self.0.try_send(Report::Call(report));
    }
}

struct Printer {
    /// Absolute file -> its text as it was compiled.
    sources: HashMap<PathBuf, Arc<str>>,
    shown: HashSet<(String, String, Option<SourceLocation>, String)>,
    json: bool,
}

impl Printer {
    fn run(mut self, inbox: &mpsc::Receiver<Report>) {
        while let Ok(report) = inbox.recv() {
            match report {
                Report::Step(report) => self.print(&report),
                Report::Call(report) => self.print_call(&report),
            }
        }
    }

    fn print_call(&mut self, report: &CallFailure) {
        let CallFailure { of, request, failure } = report;
        let error = format!("{}: {}", failure.name, failure.message);
        let (code, workflow, what) = match of {
            CallOwner::Webhook(workflow) => {
                let what = format!("a function of webhook '{request}' of workflow '{workflow}' failed");
                (Code::WebhookFailed, workflow.as_str(), what)
            }
            CallOwner::Program => (Code::HandlerFailed, "", format!("the handler of requests failed at {request}")),
        };
        if self.is_new(workflow, request, failure) && !self.json {
            diagnostic::print(&self.placed(Diagnostic::new(code, format!("{what}: {error}")), failure));
            return;
        }
        let (code, place) = (code.as_str(), failure.location.as_ref().map(ToString::to_string).unwrap_or_default());
        match of {
            CallOwner::Webhook(id) => {
                tracing::error!(workflow_id = id, webhook = request, code, error, at = place, "webhook failed");
            }
            CallOwner::Program => tracing::error!(request, code, error, at = place, "request failed"),
        }
    }

    /// Whether the failure has not been shown yet.
    fn is_new(&mut self, workflow: &str, what: &str, failure: &Failure) -> bool {
        let key = (workflow.to_owned(), what.to_owned(), failure.location.clone(), failure.message.clone());
        self.shown.len() < MAX_SHOWN && self.shown.insert(key)
    }

    fn print(&mut self, report: &StepFailure) {
        let StepFailure { run, workflow, step, attempt, failure } = report;
        let place = failure.location.as_ref().map(ToString::to_string).unwrap_or_default();
        let code = code_of(failure);
        if self.is_new(workflow, step, failure) && !self.json {
            diagnostic::print(&self.diagnose(report));
            return;
        }
        let error = format!("{}: {}", failure.name, failure.message);
        let code = code.as_str();
        tracing::error!(run_id = %run, workflow_id = workflow, step_id = step, attempt, code, error, at = place, "step failed");
    }

    fn diagnose(&self, report: &StepFailure) -> Diagnostic {
        let StepFailure { run, workflow, step, failure, .. } = report;
        let message = format!("step '{step}' of workflow '{workflow}' failed: {}: {}", failure.name, failure.message);
        let help = format!("cronflow-rt runs show {run}");
        self.placed(Diagnostic::new(code_of(failure), message).with_help(help), failure)
    }

    fn placed(&self, problem: Diagnostic, failure: &Failure) -> Diagnostic {
        match &failure.location {
            Some(place) => problem.at(place.clone(), self.source_of(place)),
            None => problem,
        }
    }

    fn source_of(&self, place: &SourceLocation) -> Option<Arc<str>> {
        let path = Path::new(&place.file);
        let absolute = std::path::absolute(path).ok()?;
        self.sources.get(&absolute).cloned()
    }
}

fn code_of(failure: &Failure) -> Code {
    match failure.name.as_str() {
        "TimeoutError" => Code::StepTimeout,
        "WorkerLostError" | "InterruptedError" => Code::WorkerLost,
        "InvalidOutputError" => Code::InvalidOutput,
        _ => Code::StepFailed,
    }
}

/// Where two versions of a file are loaded, the current one (which comes first) is shown.
fn sources(archives: &[Archive]) -> HashMap<PathBuf, Arc<str>> {
    let mut sources = HashMap::new();
    for archive in archives {
        for (specifier, module) in &archive.modules {
            sources.entry(archive.root.join(specifier)).or_insert_with(|| module.source.clone());
        }
    }
    sources
}
