//! What a replay did otherwise than the record.

use super::record::{Record, RecordedStep};
use crate::test_runner::protocol::Failure;
use serde_json::Value;
use std::collections::BTreeMap;

/// Kinds whose output comes from outside and was given again.
const GIVEN: [&str; 4] = ["waitForEvent", "humanInTheLoop", "pause", "subflow"];

fn unequal(message: String, before: &Value, now: &Value) -> Failure {
    Failure { diff: Some(format!("- {before}\n+ {now}")), ..Failure::divergence(message) }
}

/// What differs, and the step that does.
pub(super) type Difference = (Failure, Option<String>);

/// Compares the view of the new run with the record. `is_whole`: the replay came to the end of both.
pub(super) fn compare(record: &Record, view: &Value, is_whole: bool) -> Vec<Difference> {
    let steps: Vec<RecordedStep> = serde_json::from_value(view["steps"].clone()).unwrap_or_default();
    let main = steps.iter().filter(|step| !step.is_aside());
    let now: BTreeMap<&str, &RecordedStep> = main.map(|step| (step.path.as_str(), step)).collect();
    let mut found = Vec::new();
    for before in record.steps.iter().filter(|step| !step.is_aside() && step.has_ended()) {
        let path = &before.path;
        match now.get(path.as_str()) {
            Some(step) => found.extend(of_step(before, step).map(|problem| (problem, Some(path.clone())))),
            None if is_whole => {
                let text = format!("'{path}' ({}) was run and is not run any more", before.kind);
                found.push((Failure::divergence(text), Some(path.clone())));
            }
            None => {}
        }
    }
    for step in steps.iter().filter(|step| !step.is_aside()) {
        if is_whole && record.step(&step.path).is_none() {
            let text = format!("'{}' ({}) is run now and was not", step.path, step.kind);
            found.push((Failure::divergence(text), Some(step.path.clone())));
        }
    }
    if is_whole {
        found.extend(order(record, &steps));
        found.extend(end(record, view).map(|problem| (problem, None)));
    }
    found
}

fn of_step(before: &RecordedStep, now: &RecordedStep) -> Option<Failure> {
    let path = &before.path;
    if before.kind != now.kind {
        return Some(Failure::divergence(format!("'{path}' was a {} and is a {}", before.kind, now.kind)));
    }
    if (now.has_ended() || now.status == "skipped") && before.status != now.status {
        let (before, now) = (&before.status, &now.status);
        return Some(Failure::divergence(format!("'{path}' was {before} and is {now}")));
    }
    let is_given = GIVEN.contains(&before.kind.as_str());
    if is_given && now.has_ended() && before.timed_out() != now.timed_out() {
        let what = if now.timed_out() { "got an answer and now times out" } else { "timed out and now gets an answer" };
        return Some(Failure::divergence(format!("'{path}' ({}) {what}", before.kind)));
    }
    (now.status == "completed" && !is_given && before.output != now.output)
        .then(|| unequal(format!("'{path}' ({}) has another output", before.kind), &before.output, &now.output))
}

/// Steps of one body run in turn: theirs must be the same order.
fn order(record: &Record, steps: &[RecordedStep]) -> Option<Difference> {
    let body = |path: &str| path.rsplit_once('/').map_or("", |(body, _)| body).to_owned();
    let grouped = |list: &[RecordedStep], other: &[RecordedStep]| {
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let both = list.iter().filter(|step| other.iter().any(|one| one.path == step.path));
        for step in both.filter(|step| !step.is_aside()) {
            groups.entry(body(&step.path)).or_default().push(step.path.clone());
        }
        groups
    };
    let (before, now) = (grouped(&record.steps, steps), grouped(steps, &record.steps));
    let (group, then) = before.iter().find(|(group, paths)| now.get(*group) != Some(paths))?;
    let now = now.get(group)?;
    let first = then.iter().zip(now).find(|(then, now)| then != now).map(|(_, now)| now.clone());
    let text = format!("the order is another: {} before, {} now", then.join(", "), now.join(", "));
    Some((Failure::divergence(text), first))
}

fn end(record: &Record, view: &Value) -> Option<Failure> {
    let status = view["status"].as_str().unwrap_or_default();
    if record.status != status {
        let why = view["error"]["message"].as_str().map(|text| format!(" ({text})")).unwrap_or_default();
        return Some(Failure::divergence(format!("the run was {} and is {status}{why}", record.status)));
    }
    let (before, now) = (plain(&record.output), plain(&view["output"]));
    if status == "completed" && before != now {
        return Some(unequal("the run has another output".to_owned(), &before, &now));
    }
    let message = |error: &Value| error["message"].as_str().unwrap_or_default().to_owned();
    let (before, now) = (message(&record.error), message(&view["error"]));
    (status == "failed" && before != now)
        .then(|| Failure::divergence(format!("the run failed with '{before}' and fails with '{now}'")))
}

/// A value without what a decision has of its own each time: its token and its moment.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let is_decision = object.contains_key("resumePayload");
            let kept =
                object.iter().filter(|(key, _)| !(is_decision && ["token", "approvedAt"].contains(&key.as_str())));
            kept.map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}
