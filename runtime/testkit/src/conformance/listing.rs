//! Rules about lists of runs: filters, pages, order and size.

use super::{Place, commit, reader};
use crate::build;
use cronflow_core::{
    machine::RunStatus,
    storage::{Reader, RunFilter, RunRow, Write},
    time::Timestamp,
};

/// Runs 1 to 12 of two workflows: multiples of three are of `refunds`, even ones have failed.
fn twelve_runs() -> Vec<Write> {
    let row = |n: u32| RunRow {
        workflow_id: if n.is_multiple_of(3) { "refunds" } else { "orders" }.into(),
        status: if n.is_multiple_of(2) { RunStatus::Failed } else { RunStatus::Running },
        completed_at: (n.is_multiple_of(2)).then_some(Timestamp(50)),
        ..build::run(n)
    };
    // Not in order of ids: lists follow the ids all the same.
    (1..=12).map(|n| Write::InsertRun(row(n * 5 % 13))).collect()
}

fn numbers(reader: &dyn Reader, filter: &RunFilter) -> Vec<i64> {
    let runs = reader.runs(filter).expect("runs can be listed");
    runs.iter().map(|run| run.created_at.0).collect()
}

/// Every combination of workflow, status, start of page and limit.
pub fn filters_and_pages(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, &twelve_runs());
    let reader = reader(&*store);
    for workflow in [None, Some("refunds"), Some("orders"), Some("none")] {
        for status in [None, Some(RunStatus::Failed), Some(RunStatus::Running)] {
            for before in [None, Some(1), Some(7), Some(99)] {
                for limit in [0, 1, 3, 100] {
                    let filter = RunFilter {
                        workflow: workflow.map(str::to_owned),
                        status,
                        parent: None,
                        before: before.map(build::run_id),
                        limit,
                    };
                    let expected = (1..=12_u32)
                        .rev()
                        .filter(|n| workflow.is_none_or(|id| (id == "refunds") == (n.is_multiple_of(3))))
                        .filter(|_| workflow != Some("none"))
                        .filter(|n| status.is_none_or(|s| (s == RunStatus::Failed) == (n.is_multiple_of(2))))
                        .filter(|n| before.is_none_or(|before| *n < before))
                        .take(limit as usize)
                        .map(i64::from);
                    let found = numbers(&*reader, &filter);
                    assert_eq!(found, expected.collect::<Vec<_>>(), "{filter:?}");
                }
            }
        }
    }
}

/// Each status can be asked for and is found alone.
pub fn finds_every_status(place: &dyn Place) {
    let mut store = place.open();
    for (n, &status) in (1..).zip(RunStatus::ALL) {
        let row = RunRow { status, ..build::run(n) };
        commit(&mut *store, &[Write::InsertRun(row)]);
    }
    let reader = reader(&*store);
    for (n, &status) in (1..).zip(RunStatus::ALL) {
        let filter = RunFilter { status: Some(status), limit: 10, ..RunFilter::default() };
        assert_eq!(numbers(&*reader, &filter), [n], "{status}");
    }
}

/// Ten thousand runs in batches; pages cover them without gaps or repeats.
pub fn takes_ten_thousand_rows(place: &dyn Place) {
    let mut store = place.open();
    let all: Vec<_> = (1..=10_000).map(build::run).collect();
    for chunk in all.chunks(500) {
        let batch: Vec<_> = chunk.iter().cloned().map(Write::InsertRun).collect();
        commit(&mut *store, &batch);
    }
    let reader = reader(&*store);
    assert_eq!(reader.open_runs().expect("open runs").len(), 10_000);
    let mut filter = RunFilter { workflow: Some("orders".into()), limit: 999, ..RunFilter::default() };
    let mut seen = Vec::new();
    loop {
        let page = reader.runs(&filter).expect("a page");
        filter.before = page.last().map(|run| run.id);
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    seen.reverse();
    assert_eq!(seen, all);
}
