//! The store in memory and SQLite agree on every sequence of batches.

use super::{Folder, open};
use crate::SqliteStore;
use cronflow_core::{
    id::AttemptId,
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{
        DeliveryFilter, DeliveryOutcome, DeliveryRow, Reader, RunFilter, RunRow, RunSettings, StateOp, StepRow,
        Store as _, Write,
    },
    time::Timestamp,
};
use cronflow_testkit::{MemDatabase, build};
use proptest::{collection::vec, option, prelude::*, sample::select};

// Few ids, so that writes meet.
const RUNS: u32 = 6;
const STEPS: i64 = 12;

fn json() -> impl Strategy<Value = JsonText> {
    const TEXTS: &[&str] = &["null", "0", "\"\"", "{\"a\":\"\\u0000\"}", " [1 ] "];
    select(TEXTS).prop_map(JsonText::trusted)
}

fn workflow() -> impl Strategy<Value = &'static str> {
    select(&["orders", "refunds"][..])
}

fn run_status() -> impl Strategy<Value = RunStatus> {
    select(RunStatus::ALL)
}

fn step_status() -> impl Strategy<Value = StepStatus> {
    select(StepStatus::ALL)
}

fn insert_run() -> impl Strategy<Value = Write> {
    (1..=RUNS, workflow(), run_status(), option::of(json()), option::of(any::<i64>())).prop_map(
        |(n, workflow, status, output, end)| {
            Write::InsertRun(RunRow {
                workflow_id: workflow.into(),
                status,
                output,
                completed_at: end.map(Timestamp),
                ..build::run(n)
            })
        },
    )
}

fn finish_run() -> impl Strategy<Value = Write> {
    let end = (run_status(), option::of(json()), option::of(json()), any::<i64>());
    (1..=RUNS, end).prop_map(|(n, (status, output, error, at))| Write::FinishRun {
        id: build::run_id(n),
        status,
        output,
        error,
        at: Timestamp(at),
    })
}

fn insert_step() -> impl Strategy<Value = Write> {
    (1..=STEPS, 1..=RUNS, step_status(), option::of(json()), ".{0,4}").prop_map(|(id, n, status, result, name)| {
        Write::InsertStep(StepRow { name: name.into(), status, result, ..build::step(id, n) })
    })
}

fn finish_step() -> impl Strategy<Value = Write> {
    let end = (step_status(), option::of(json()), option::of(json()), any::<i64>());
    (1..=STEPS, end).prop_map(|(id, (status, result, error, at))| Write::FinishStep {
        id: AttemptId(id),
        status,
        result,
        note: error.clone(),
        error,
        wake_at: Some(Timestamp(at)),
        at: Timestamp(at),
    })
}

fn changes() -> impl Strategy<Value = Write> {
    let run = || (1..=RUNS).prop_map(build::run_id);
    let step = || (1..=STEPS).prop_map(AttemptId);
    let start = option::of(any::<i64>().prop_map(Timestamp));
    prop_oneof![
        (run(), run_status(), start.clone()).prop_map(|(id, status, started_at)| Write::SetRunStatus {
            id,
            status,
            started_at
        }),
        (run(), option::of(0..3_i32)).prop_map(|(id, priority)| Write::SetRunSettings {
            id,
            settings: RunSettings { priority, ..RunSettings::default() }
        }),
        run().prop_map(|id| Write::ReopenRun { id }),
        step().prop_map(|id| Write::ReopenStep { id }),
        (step(), step_status(), option::of(json()), start).prop_map(|(id, status, note, wake_at)| Write::UpdateStep {
            id,
            status,
            note,
            wake_at
        }),
    ]
}

fn questions() -> impl Strategy<Value = Write> {
    let end = option::of((0..5_i64).prop_map(Timestamp));
    let op = prop_oneof![
        Just(StateOp::Get),
        Just(StateOp::Delete),
        (json(), end).prop_map(|(value, expires_at)| StateOp::Set { value, expires_at }),
        (-2.0..2.0).prop_map(StateOp::Incr),
    ];
    let at = || (0..5_i64).prop_map(Timestamp);
    prop_oneof![
        ("[ab]", "[cd]", op, at()).prop_map(|(scope, key, op, at)| Write::State {
            scope: scope.into(),
            key: key.into(),
            op,
            at
        }),
        (workflow(), any::<i64>(), 0..3_u32).prop_map(|(workflow, before, limit)| Write::DeleteRuns {
            workflow: workflow.into(),
            before: Timestamp(before),
            limit
        }),
        (0..60_i64, 0..4_u32, 0..3_u32).prop_map(|(before, keep, limit)| Write::SweepDeliveries {
            before: Timestamp(before),
            keep,
            limit
        }),
        (1..=RUNS, select(&["k", "l"][..])).prop_map(|(n, key)| {
            let settings = RunSettings { idempotency_key: Some(key.to_owned()), ..RunSettings::default() };
            Write::InsertRun(RunRow { settings, ..build::run(n) })
        }),
    ]
}

fn small_rows() -> impl Strategy<Value = Write> {
    let run = || option::of((1..=RUNS).prop_map(build::run_id));
    prop_oneof![
        (1..6_i64, run()).prop_map(|(id, run)| Write::InsertDelivery(DeliveryRow { run, ..build::delivery(id) })),
        (1..6_i64, run(), select(DeliveryOutcome::ALL)).prop_map(|(id, run, outcome)| Write::AnswerDelivery {
            id,
            status: 200,
            outcome,
            run
        }),
        (1..=RUNS, ".{0,6}").prop_map(|(n, text)| Write::InsertLog(build::log(n, &text))),
        (workflow(), "[12]", any::<i64>()).prop_map(|(id, version, at)| {
            let mut row = build::workflow(id, &version);
            row.at = Timestamp(at);
            Write::PutWorkflow(row)
        }),
        ("[ab]", vec(any::<u8>(), 0..4))
            .prop_map(|(digest, content)| Write::PutArchive { digest: digest.into(), content: content.into() }),
    ]
}

fn batch() -> impl Strategy<Value = Vec<Write>> {
    let write =
        prop_oneof![insert_run(), finish_run(), insert_step(), finish_step(), changes(), questions(), small_rows()];
    // Mostly short: a long batch is likely to repeat an id and to be refused.
    vec(write, 0..6)
}

/// All that can be asked, as text.
fn everything(reader: &dyn Reader) -> String {
    let mut seen = vec![
        format!("{:?}", reader.open_runs().unwrap()),
        format!("{:?}", reader.last_attempt_id().unwrap()),
        format!("{:?}", reader.workflows().unwrap()),
        format!("{:?}", (reader.state("a", false).unwrap(), reader.state("", true).unwrap())),
        format!("{:?}", reader.paused().unwrap()),
        format!("{:?}", reader.deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).unwrap()),
        format!("{:?}", (reader.archive("a").unwrap(), reader.archive("b").unwrap())),
    ];
    for n in 1..=RUNS {
        let id = build::run_id(n);
        seen.push(format!("{:?}", (reader.run(id).unwrap(), reader.logs(id).unwrap())));
    }
    for &status in RunStatus::ALL {
        for workflow in [None, Some("orders".to_owned())] {
            let filter = RunFilter {
                workflow,
                status: Some(status),
                before: Some(build::run_id(RUNS)),
                limit: 3,
                ..RunFilter::default()
            };
            seen.push(format!("{:?}", reader.runs(&filter).unwrap()));
        }
    }
    seen.join("\n")
}

fn agree(sqlite: &SqliteStore, memory: &MemDatabase) -> Result<(), TestCaseError> {
    let reader = sqlite.reader().unwrap();
    prop_assert_eq!(everything(&*reader), everything(&memory.reader()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn memory_and_sqlite_agree(batches in vec(batch(), 1..12), reopen_at in 0..12_usize) {
        let folder = Folder::new();
        let mut sqlite = open(&folder.database());
        let memory = MemDatabase::default();
        let mut model = memory.open().unwrap();
        for (index, batch) in batches.iter().enumerate() {
            if index == reopen_at {
                drop(sqlite);
                sqlite = open(&folder.database());
                agree(&sqlite, &memory)?;
            }
            let (found, expected) = (sqlite.commit(batch), model.commit(batch));
            prop_assert_eq!(found.as_ref().ok(), expected.as_ref().ok(), "{:?}", found);
        }
        agree(&sqlite, &memory)?;
    }
}
