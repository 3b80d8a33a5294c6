//! Rules about single rows: they come back as they went in, and end once.

use super::{Place, commit, reader, run};
use crate::build;
use cronflow_core::{
    host::LogLevel,
    id::{AttemptId, NodeId},
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{LogRow, RunRow, StepRow, WorkflowRow, Write},
    time::Timestamp,
};

/// JSON is text to a store: no byte of it changes, and absent is not `null`.
pub fn keep_payloads_byte_for_byte(place: &dyn Place) {
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    let texts = [
        "null",
        "0",
        "-0.0",
        "\"\"",
        "false",
        "[]",
        " { \"b\" : 1,\n\t\"a\" : 1e400, \"a\": 2 } ",
        "12345678901234567890.1",
        r#""\u0000 \ud800 \/""#,
        "\"žluť 🦀 \u{2028} \u{feff}\"",
        &large,
    ];
    let mut store = place.open();
    for (n, text) in (1..).zip(texts) {
        let json = JsonText::trusted(text);
        let row = RunRow { payload: json.clone(), trigger: json.clone(), ..build::run(n) };
        let step = Write::InsertStep(build::step(i64::from(n), n));
        let ends = [build::complete_step(i64::from(n), text), build::complete_run(n, text)];
        commit(&mut *store, &[Write::InsertRun(row), step]);
        assert_eq!(run(&*store, n).expect("run").run.output, None);
        commit(&mut *store, &ends);
        let stored = run(&*store, n).expect("run");
        assert_eq!(stored.run.payload, json);
        assert_eq!(stored.run.trigger, json);
        assert_eq!(stored.run.output, Some(json.clone()));
        assert_eq!(stored.steps[0].result, Some(json));
    }
}

/// Rows inserted with every field set, extreme numbers and empty strings included.
pub fn keep_every_field(place: &dyn Place) {
    let full_run = RunRow {
        workflow_id: "".into(),
        version: "ünï".into(),
        status: RunStatus::TimedOut,
        output: Some(JsonText::null()),
        error: Some(JsonText::trusted(r#"{"name":"E"}"#)),
        created_at: Timestamp(i64::MIN),
        started_at: None,
        completed_at: Some(Timestamp(i64::MAX)),
        ..build::run(1)
    };
    let full_step = StepRow {
        id: AttemptId(i64::MAX),
        node: NodeId(u32::MAX),
        name: "a\0b".into(),
        kind: "log".into(),
        attempt: u32::MAX,
        status: StepStatus::Skipped,
        result: Some(JsonText::null()),
        error: Some(JsonText::trusted("{}")),
        started_at: Timestamp(0),
        completed_at: Some(Timestamp(-1)),
        ..build::step(1, 1)
    };
    let mut store = place.open();
    let batch = [Write::InsertRun(full_run.clone()), Write::InsertStep(full_step.clone())];
    commit(&mut *store, &batch);
    let stored = run(&*store, 1).expect("run");
    assert_eq!(stored.run, full_run);
    assert_eq!(stored.steps, [full_step]);
}

/// The first end of a run or an attempt stays.
pub fn finish_once(place: &dyn Place) {
    let mut store = place.open();
    let begin = [
        Write::InsertRun(build::run(1)),
        Write::InsertStep(build::step(1, 1)),
        build::complete_step(1, "1"),
        build::complete_run(1, "1"),
    ];
    commit(&mut *store, &begin);
    let first = run(&*store, 1);
    let late_step = Write::FinishStep {
        id: AttemptId(1),
        status: StepStatus::Failed,
        result: None,
        error: Some(JsonText::trusted("{}")),
        at: Timestamp(999),
    };
    let late_run = Write::FinishRun {
        id: build::run_id(1),
        status: RunStatus::Cancelled,
        output: None,
        error: Some(JsonText::trusted("{}")),
        at: Timestamp(999),
    };
    commit(&mut *store, &[late_step, late_run]);
    assert_eq!(run(&*store, 1), first);
}

/// Ending what is not there changes nothing and is no error.
pub fn finish_of_nothing(place: &dyn Place) {
    let mut store = place.open();
    let batch = [build::complete_step(9, "1"), build::complete_run(9, "1")];
    commit(&mut *store, &batch);
    assert_eq!(run(&*store, 9), None);
}

/// Lines come back in the order in which they were written, whatever their times say.
pub fn keep_logs_in_order(place: &dyn Place) {
    let line = |n: u32, at: i64, level, message: &str| LogRow { level, at: Timestamp(at), ..build::log(n, message) };
    let lines = [
        line(1, 9, LogLevel::Warn, "first"),
        line(1, 3, LogLevel::Debug, ""),
        line(1, 3, LogLevel::Error, "a\0b\n🦀"),
        line(1, 4, LogLevel::Info, "first"),
    ];
    let mut store = place.open();
    commit(&mut *store, &[Write::InsertLog(lines[0].clone())]);
    commit(&mut *store, &[Write::InsertLog(build::log(2, "other"))]);
    let rest: Vec<_> = lines[1..].iter().cloned().map(Write::InsertLog).collect();
    commit(&mut *store, &rest);
    let reader = reader(&*store);
    assert_eq!(reader.logs(build::run_id(1)).expect("logs"), lines);
    assert_eq!(reader.logs(build::run_id(3)), Ok(Vec::new()));
}

/// Archives are named by their content, so a second put changes nothing.
pub fn keep_archives_as_first_put(place: &dyn Place) {
    let put = |digest: &str, content: &[u8]| Write::PutArchive { digest: digest.into(), content: content.into() };
    let mut store = place.open();
    commit(&mut *store, &[put("a", &[0, 255, 1]), put("empty", &[])]);
    commit(&mut *store, &[put("a", b"other")]);
    let reader = reader(&*store);
    assert_eq!(reader.archive("a"), Ok(Some(vec![0, 255, 1])));
    assert_eq!(reader.archive("empty"), Ok(Some(Vec::new())));
    assert_eq!(reader.archive("missing"), Ok(None));
}

/// One row per workflow, the latest; `at` tells when its version was first served.
pub fn keep_the_latest_workflow(place: &dyn Place) {
    let at = |at, row: WorkflowRow| WorkflowRow { at: Timestamp(at), ..row };
    let mut store = place.open();
    let put = |row: &WorkflowRow| Write::PutWorkflow(row.clone());
    let b1 = at(1, build::workflow("b", "v1"));
    let a1 = at(2, build::workflow("a", "v1"));
    commit(&mut *store, &[put(&b1), put(&a1)]);
    assert_eq!(reader(&*store).workflows(), Ok(vec![a1.clone(), b1.clone()]));
    let renamed = WorkflowRow { name: "new name".into(), ..b1 };
    let a2 = at(8, build::workflow("a", "v2"));
    commit(&mut *store, &[put(&at(9, renamed.clone())), put(&a2)]);
    assert_eq!(reader(&*store).workflows(), Ok(vec![a2, renamed]));
}
