//! Failing steps on the terminal: the first time with a code frame of the TypeScript source, after
//! that one line each.

use crate::ui::diagnostic;
use cronflow_core::{
    archive::Archive,
    error::{Code, Diagnostic, SourceLocation},
    worker::Failure,
};
use cronflow_engine::{Observer, StepFailure, WebhookFailure};
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
    Webhook(WebhookFailure),
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

    fn webhook_failed(&self, report: WebhookFailure) {
        let _ = self.0.try_send(Report::Webhook(report));
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
                Report::Webhook(report) => self.print_webhook(&report),
            }
        }
    }

    fn print_webhook(&mut self, report: &WebhookFailure) {
        let WebhookFailure { workflow, webhook, failure } = report;
        let code = Code::WebhookFailed;
        let error = format!("{}: {}", failure.name, failure.message);
        if self.is_new(workflow, webhook, failure) && !self.json {
            let message = format!("a function of webhook '{webhook}' of workflow '{workflow}' failed: {error}");
            diagnostic::print(&self.placed(Diagnostic::new(code, message), failure));
            return;
        }
        let place = failure.location.as_ref().map(ToString::to_string).unwrap_or_default();
        tracing::error!(workflow_id = workflow, webhook, code = code.as_str(), error, at = place, "webhook failed");
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
