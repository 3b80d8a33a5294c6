//! The store in memory and SQLite agree on every sequence of batches.

use super::{Folder, open};
use crate::SqliteStore;
use cronflow_core::{
    id::AttemptId,
    json::JsonText,
    machine::{RunStatus, StepStatus},
    storage::{Reader, RunFilter, RunRow, StepRow, Store as _, Write},
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
        error,
        at: Timestamp(at),
    })
}

fn small_rows() -> impl Strategy<Value = Write> {
    prop_oneof![
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
    let write = prop_oneof![insert_run(), finish_run(), insert_step(), finish_step(), small_rows()];
    // Mostly short: a long batch is likely to repeat an id and to be refused.
    vec(write, 0..6)
}

/// All that can be asked, as text.
fn everything(reader: &dyn Reader) -> String {
    let mut seen = vec![
        format!("{:?}", reader.open_runs().unwrap()),
        format!("{:?}", reader.last_attempt_id().unwrap()),
        format!("{:?}", reader.workflows().unwrap()),
        format!("{:?}", (reader.archive("a").unwrap(), reader.archive("b").unwrap())),
    ];
    for n in 1..=RUNS {
        let id = build::run_id(n);
        seen.push(format!("{:?}", (reader.run(id).unwrap(), reader.logs(id).unwrap())));
    }
    for &status in RunStatus::ALL {
        for workflow in [None, Some("orders".to_owned())] {
            let filter = RunFilter { workflow, status: Some(status), before: Some(build::run_id(RUNS)), limit: 3 };
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
            prop_assert_eq!(found.is_ok(), expected.is_ok(), "{:?}", found);
        }
        agree(&sqlite, &memory)?;
    }
}
