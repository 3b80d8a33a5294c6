//! From workflow files to checked workflows: compile, evaluate in a worker, validate.

use cronflow_compiler::Cache;
use cronflow_core::{
    archive::Archive,
    definition::{DraftWorkflow, Workflow, validate, validate_all},
    error::{Code, Diagnostic},
    host::StartOptions,
};
use cronflow_js::{LoadReport, Serving};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Compiles every file. All errors of all files are reported together.
pub(crate) fn compile(files: &[PathBuf]) -> Result<Vec<Archive>, Vec<Diagnostic>> {
    let mut archives = Vec::new();
    let mut problems = Vec::new();
    let cache = cache_folder().map(Cache::new);
    for file in files {
        let compiled = if is_archive(file) {
            cronflow_compiler::unpack(file).map_err(|problem| vec![problem])
        } else {
            cronflow_compiler::compile_with(file, cache.as_ref())
        };
        match compiled {
            Ok(archive) => archives.push(archive),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(archives) } else { Err(problems) }
}

/// Whether a file is a program that `build` has packed.
pub(crate) fn is_archive(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "cfar")
}

/// Where compiled modules are kept: in the user's cache folder; `CRONFLOW_CACHE` names another folder, or is `off`.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match variable("CRONFLOW_CACHE") {
        Some(value) if value.as_os_str() == "off" => None,
        Some(folder) => Some(folder),
        None => {
            let of_user = || variable("HOME").map(|home| home.join(".cache"));
            let base = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(of_user)?;
            Some(base.join("cronflow-rt").join("modules"))
        }
    }
}

/// What the files define, checked.
#[derive(Debug)]
pub(crate) struct Program {
    /// In the version that new runs start on.
    pub(crate) workflows: Vec<Workflow>,
    /// Versions that old runs are pinned to.
    pub(crate) older: Vec<Workflow>,
    /// What `cronflow.start()` asked for; the first file that calls it decides.
    pub(crate) start: StartOptions,
    /// What answers requests that no webhook takes.
    pub(crate) serving: Option<Serving>,
}

/// Checks what the workers reported: the first `current` reports are of the files as they are
/// now, the others of archives that old runs need.
pub(crate) fn check(reports: Vec<LoadReport>, current: usize) -> Result<Program, Vec<Diagnostic>> {
    let mut drafts = Vec::new();
    let mut older = Vec::new();
    let mut start = None;
    let mut serving: Option<Serving> = None;
    for (index, report) in reports.into_iter().enumerate() {
        if index < current {
            start = start.or(report.start);
            if let (Some(one), Some(other)) = (&serving, &report.serving) {
                return Err(vec![two_servers(&one.by, &other.by)]);
            }
            serving = serving.or(report.serving);
        }
        for loaded in report.workflows {
            let draft = parse_draft(&loaded.draft).map_err(|problem| vec![problem])?;
            if index < current {
                drafts.push((draft, loaded.version));
            } else {
                // It was valid when it was stored; a newer program may be stricter.
                older.extend(validate(&draft, &loaded.version).ok());
            }
        }
    }
    if drafts.is_empty() && serving.is_none() {
        return Err(vec![no_workflows()]);
    }
    let workflows =
        validate_all(&drafts).map_err(|problems| problems.into_iter().map(with_source).collect::<Vec<_>>())?;
    Ok(Program { workflows, older, start: start.unwrap_or_default(), serving })
}

fn parse_draft(json: &str) -> Result<DraftWorkflow, Diagnostic> {
    serde_json::from_str(json).map_err(|error| {
        Diagnostic::new(Code::Internal, format!("the built-in 'cronflow' module declared nonsense: {error}"))
            .with_help("this is a bug in cronflow-rt; please report it")
    })
}

fn no_workflows() -> Diagnostic {
    Diagnostic::new(Code::NoWorkflows, "the file defines no workflow")
        .with_help("call cronflow.define({ id: '...' }) at the top level of the file")
}

fn two_servers(one: &str, other: &str) -> Diagnostic {
    let message = format!("two files answer requests: one by {one}, another by {other}");
    Diagnostic::new(Code::TwoServers, message)
        .with_help("keep the handler in one file, and let it import the routes of the other")
}

/// Adds the file's text, so that a code frame can be shown.
fn with_source(mut problem: Diagnostic) -> Diagnostic {
    if problem.source_text.is_none()
        && let Some(place) = &problem.location
    {
        problem.source_text = std::fs::read_to_string(&place.file).ok().map(Arc::from);
    }
    problem
}
