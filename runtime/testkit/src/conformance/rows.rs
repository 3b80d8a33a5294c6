//! Rules about single rows: they come back as they went in, and end once.

use super::{Place, commit, reader, run};
use crate::build;
use cronflow_core::{
    host::LogLevel,
    id::AttemptId,
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{
        DeliveryFilter, DeliveryOutcome, DeliveryRow, LogRow, Reply, RunRow, RunSettings, StateOp, StepRow, Store,
        WorkflowRow, Write,
    },
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
        parent: Some(build::run_id(9)),
        settings: RunSettings {
            entry: Some(2),
            start_at: Some(Timestamp(8)),
            priority: Some(-3),
            keys: Some([("concurrency".to_owned(), "k".to_owned())].into()),
            idempotency_key: Some("once".to_owned()),
            replay_of: Some(build::run_id(8)),
            stage: Some(3),
            debounced_since: Some(Timestamp(4)),
            mocks: vec![("a".into(), JsonText::trusted("[1]"))],
            asks: true,
            schedule: Some("w:2".into()),
            in_line: true,
        },
        output: Some(JsonText::null()),
        error: Some(JsonText::trusted(r#"{"name":"E"}"#)),
        created_at: Timestamp(i64::MIN),
        started_at: None,
        completed_at: Some(Timestamp(i64::MAX)),
        ..build::run(1)
    };
    let full_step = StepRow {
        id: AttemptId(i64::MAX),
        place: "3.17.0".parse().expect("a place"),
        name: "a\0b".into(),
        path: Some("each[17]/a".into()),
        kind: "log".into(),
        note: Some(JsonText::trusted(r#"{"is":"cached"}"#)),
        wake_at: Some(Timestamp(7)),
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
        note: None,
        wake_at: None,
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

/// A second run with the same idempotency key is not added; the answer names the first.
pub fn keep_one_run_for_a_key(place: &dyn Place) {
    let keyed = |n: u32, workflow: &str| {
        let settings = RunSettings { idempotency_key: Some("k".to_owned()), ..RunSettings::default() };
        Write::InsertRun(RunRow { workflow_id: workflow.into(), settings, ..build::run(n) })
    };
    let mut store = place.open();
    let replies = store.commit(&[keyed(1, "a"), keyed(2, "a"), keyed(3, "b")]).expect("the batch is fine");
    assert_eq!(replies, [Reply::Inserted, Reply::Taken(build::run_id(1)), Reply::Inserted]);
    assert_eq!(run(&*store, 2), None);
    assert!(run(&*store, 3).is_some());
}

/// Runs and attempts change while they are open, and open again after their end.
pub fn change_and_open_again(place: &dyn Place) {
    let mut store = place.open();
    let begin = [Write::InsertRun(build::run(1)), Write::InsertStep(build::step(1, 1))];
    commit(&mut *store, &begin);
    let note = Some(JsonText::trusted(r#"{"is":"retry"}"#));
    let wake_at = Some(Timestamp(70));
    let status = StepStatus::Waiting;
    commit(
        &mut *store,
        &[
            Write::UpdateStep { id: AttemptId(1), status, note: note.clone(), wake_at },
            Write::SetRunStatus { id: build::run_id(1), status: RunStatus::Waiting, started_at: None },
        ],
    );
    let stored = run(&*store, 1).expect("run");
    assert_eq!((stored.run.status, stored.run.started_at), (RunStatus::Waiting, build::run(1).started_at));
    assert_eq!((stored.steps[0].status, &stored.steps[0].note, stored.steps[0].wake_at), (status, &note, wake_at));
    commit(&mut *store, &[build::complete_step(1, "1"), build::complete_run(1, "1")]);
    let late = Write::SetRunStatus { id: build::run_id(1), status: RunStatus::Running, started_at: None };
    commit(&mut *store, &[late]);
    assert_eq!(run(&*store, 1).expect("run").run.status, RunStatus::Completed, "an ended run does not move");
    let again =
        Write::SetRunStatus { id: build::run_id(1), status: RunStatus::Running, started_at: Some(Timestamp(80)) };
    commit(&mut *store, &[Write::ReopenRun { id: build::run_id(1) }, again, Write::ReopenStep { id: AttemptId(1) }]);
    let stored = run(&*store, 1).expect("run");
    assert_eq!((stored.run.status, stored.run.output, stored.run.completed_at), (RunStatus::Running, None, None));
    assert_eq!(stored.run.started_at, Some(Timestamp(80)));
    assert_eq!((stored.steps[0].status, stored.steps[0].completed_at), (StepStatus::Running, None));
}

/// Finished runs go with everything that belongs to them; open ones and children of open ones stay.
pub fn delete_finished_runs(place: &dyn Place) {
    let mut store = place.open();
    let child = RunRow { parent: Some(build::run_id(3)), ..build::run(4) };
    let mut batch: Vec<Write> = (1..=3).map(|n| Write::InsertRun(build::run(n))).collect();
    batch.push(Write::InsertRun(child));
    batch.push(Write::InsertRun(RunRow { workflow_id: "other".into(), ..build::run(5) }));
    for n in 1..=5 {
        batch.push(Write::InsertStep(build::step(i64::from(n), n)));
        batch.push(Write::InsertLog(build::log(n, "x")));
    }
    batch.extend([1, 2, 4, 5].map(|n| build::complete_run(n, "1")));
    commit(&mut *store, &batch);
    let delete = |limit| Write::DeleteRuns { workflow: "orders".into(), before: Timestamp(1000), limit };
    assert_eq!(store.commit(&[delete(1)]), Ok(vec![Reply::Count(1)]), "in small batches");
    assert_eq!(store.commit(&[delete(10)]), Ok(vec![Reply::Count(1)]));
    let left: Vec<u32> = (1..=5).filter(|n| run(&*store, *n).is_some()).collect();
    assert_eq!(left, [3, 4, 5]);
    assert!(reader(&*store).logs(build::run_id(1)).expect("logs").is_empty());
}

/// Durable values: read, set, count, delete, expire.
pub fn keep_values(place: &dyn Place) {
    let mut store = place.open();
    let mut ask = |key: &str, op: StateOp, at: i64| {
        let write = Write::State { scope: "global".into(), key: key.into(), op, at: Timestamp(at) };
        store.commit(&[write]).expect("the batch is fine").remove(0)
    };
    let value = |json: &str| Reply::Value(Some(JsonText::trusted(json)));
    let set =
        |json: &str, end: Option<i64>| StateOp::Set { value: JsonText::trusted(json), expires_at: end.map(Timestamp) };
    assert_eq!(ask("n", StateOp::Get, 0), Reply::Value(None));
    assert_eq!(ask("n", StateOp::Incr(1.0), 0), value("1"));
    assert_eq!(ask("n", StateOp::Incr(0.5), 0), value("1.5"));
    assert_eq!(ask("n", StateOp::Incr(-1.5), 0), value("0"));
    assert_eq!(ask("t", set(r#""x""#, Some(50)), 0), value(r#""x""#));
    assert_eq!(ask("t", StateOp::Incr(1.0), 0), Reply::NotANumber(JsonText::trusted(r#""x""#)));
    assert_eq!(ask("t", StateOp::Get, 49), value(r#""x""#));
    assert_eq!(ask("t", StateOp::Get, 50), Reply::Value(None), "expired");
    assert_eq!(ask("c", set("5", Some(90)), 0), value("5"));
    assert_eq!(ask("c", StateOp::Incr(1.0), 10), value("6"));
    assert_eq!(ask("c", StateOp::Get, 90), Reply::Value(None), "counting does not make it live longer");
    assert_eq!(ask("n", StateOp::Delete, 0), value("0"));
    assert_eq!(ask("n", StateOp::Get, 0), Reply::Value(None));
    assert_eq!(ask("c", set("1", None), 100), value("1"));
    let sweep = Write::SweepState { at: Timestamp(100), events_before: Timestamp(0), limit: 10 };
    store.commit(&[sweep]).expect("the batch is fine");
    let left = reader(&*store).state("glo", true).expect("state");
    assert_eq!(left.iter().map(|row| &*row.key).collect::<Vec<_>>(), ["c"]);
    assert_eq!(reader(&*store).state("glo", false).expect("state"), []);
}

/// Attempts that wait for a person are found until they end.
pub fn find_who_waits(place: &dyn Place) {
    let mut store = place.open();
    let waiting = |id: i64, kind: &str| {
        Write::InsertStep(StepRow { kind: kind.into(), status: StepStatus::Waiting, ..build::step(id, 1) })
    };
    commit(
        &mut *store,
        &[Write::InsertRun(build::run(1)), waiting(1, "humanInTheLoop"), waiting(2, "sleep"), waiting(3, "pause")],
    );
    let ids =
        |store: &dyn Store| reader(store).paused().expect("paused").iter().map(|row| row.id.0).collect::<Vec<_>>();
    assert_eq!(ids(&*store), [1, 3]);
    commit(&mut *store, &[build::complete_step(1, "{}")]);
    assert_eq!(ids(&*store), [3]);
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

/// Deliveries come back as they went in, newest first, and know what was answered.
pub fn keep_deliveries(place: &dyn Place) {
    let mut store = place.open();
    let full = DeliveryRow {
        run: Some(build::run_id(7)),
        status: None,
        outcome: DeliveryOutcome::Accepted,
        key: Some("".into()),
        headers: None,
        body: None,
        error: None,
        ..build::delivery(2)
    };
    let other = DeliveryRow { workflow: "refunds".into(), ..build::delivery(3) };
    let rows = [build::delivery(1), full.clone(), other];
    commit(&mut *store, &rows.clone().map(Write::InsertDelivery));
    let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    let list = |store: &dyn Store, filter: &DeliveryFilter| reader(store).deliveries(filter).expect("deliveries");
    let ids = |filter: &DeliveryFilter| list(&*store, filter).iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&all), [3, 2, 1]);
    assert_eq!(ids(&DeliveryFilter { before: Some(3), limit: 1, ..all.clone() }), [2]);
    assert_eq!(ids(&DeliveryFilter { workflow: Some("orders".into()), ..all.clone() }), [2, 1]);
    assert_eq!(ids(&DeliveryFilter { outcome: Some(DeliveryOutcome::Accepted), ..all.clone() }), [2]);
    let run = Some(build::run_id(8));
    let answer = |id, run| Write::AnswerDelivery { id, status: 202, outcome: DeliveryOutcome::Duplicate, run };
    commit(&mut *store, &[answer(2, run), answer(3, None), answer(9, None)]);
    let answered = DeliveryRow { status: Some(202), outcome: DeliveryOutcome::Duplicate, run, ..full };
    let reader = reader(&*store);
    assert_eq!(reader.delivery(2), Ok(Some(answered)));
    assert_eq!(reader.delivery(3).expect("delivery").expect("it is there").run, None);
    assert_eq!(reader.delivery(9), Ok(None));
    assert_eq!(reader.last_delivery_id(), Ok(3));
}

/// What is too old goes, and of what started nothing only the newest stay.
pub fn sweep_deliveries(place: &dyn Place) {
    let mut store = place.open();
    let with_run = |id: i64| DeliveryRow { run: Some(build::run_id(1)), ..build::delivery(id) };
    let rows =
        [build::delivery(1), with_run(2), build::delivery(3), with_run(4), build::delivery(5), build::delivery(6)];
    commit(&mut *store, &rows.map(Write::InsertDelivery));
    let sweep = Write::SweepDeliveries { before: Timestamp(25), keep: 2, limit: 10 };
    assert_eq!(store.commit(&[sweep]), Ok(vec![Reply::Count(3)]));
    let all = DeliveryFilter { limit: 9, ..DeliveryFilter::default() };
    let left = reader(&*store).deliveries(&all).expect("deliveries");
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [6, 5, 4]);
}
