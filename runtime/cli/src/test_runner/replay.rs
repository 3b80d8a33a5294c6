//! `test --replay`: the export of recorded runs, and the workflow files that they are replayed with.

use super::{protocol::Failure, results::FileResult};
use cronflow_core::error::{Code, Diagnostic};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Reads what `runs export` has written: a run on each line, or an array of runs.
pub(super) fn read(path: &Path) -> Result<Arc<[Value]>, Diagnostic> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Diagnostic::new(Code::UnreadableFile, format!("cannot read {shown}: {error}")))?;
    let bad = |what: String| {
        Diagnostic::new(Code::UnreadableFile, format!("{shown} is no export of runs: {what}"))
            .with_help("write one with: cronflow-rt runs export > runs.jsonl")
    };
    let runs: Vec<Value> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?
    } else {
        let stream = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        stream.collect::<Result<Vec<Value>, _>>().map_err(|error| bad(error.to_string()))?
    };
    for (number, run) in (1..).zip(&runs) {
        let has = |key: &str| run.get(key).is_some();
        if !["id", "workflowId", "status", "createdAt", "payload", "trigger", "steps"].into_iter().all(has) {
            return Err(bad(format!("its value {number} is no run")));
        }
    }
    Ok(runs.into())
}

/// The time zones that the runs were recorded in; `None` is one that nobody noted.
pub(super) fn zones(records: &[Value]) -> Vec<Option<String>> {
    let zones: BTreeSet<Option<&str>> = records.iter().map(|run| run["timeZone"].as_str()).collect();
    zones.into_iter().map(|zone| zone.map(str::to_owned)).collect()
}

/// The workflow files: those that are given, or those in the current folder.
pub(super) fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    let here = [PathBuf::from(".")];
    let found = crate::sources::expand(if given.is_empty() { &here } else { given });
    found.map_err(|problems| {
        let unknown = || Diagnostic::new(Code::NoWorkflows, "there is no workflow file");
        problems.into_iter().next().unwrap_or_else(unknown)
    })
}

/// What no file has replayed: runs of workflows that are not defined any more. Parts of other runs are replayed with
/// those.
pub(super) fn left(export: &Path, records: &[Value], results: &[FileResult]) -> Option<FileResult> {
    if results.iter().any(|file| !file.problems.is_empty()) {
        return None;
    }
    let done: HashSet<&str> =
        results.iter().flat_map(|file| &file.tests).filter_map(|test| test.path.last().map(String::as_str)).collect();
    let ids: HashSet<&str> = records.iter().filter_map(|run| run["id"].as_str()).collect();
    let is_part = |run: &Value| run["parent"].as_str().is_some_and(|parent| ids.contains(parent));
    let is_done = |run: &Value| run["id"].as_str().is_some_and(|id| done.contains(id));
    let mut result = FileResult::new(export);
    for run in records.iter().filter(|run| !is_part(run) && !is_done(run)) {
        let (workflow, id) = (run["workflowId"].as_str().unwrap_or_default(), run["id"].as_str().unwrap_or_default());
        let message = format!("no file defines the workflow '{workflow}' of run {id}; name the file that does");
        result.errors.push((vec![workflow.to_owned(), id.to_owned()], Failure::divergence(message)));
    }
    (!result.errors.is_empty()).then_some(result)
}
