//! Rules about lists of runs: filters, pages, order and size.

use super::{Place, commit, reader};
use crate::build;
use cronflow_core::{
    machine::RunStatus,
    storage::{AuditRow, Reader, Reply, RunFilter, RunRow, StateOp, Write},
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
    let page = reader.runs(filter).expect("runs can be listed");
    page.runs.iter().map(|run| run.created_at.0).collect()
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
                        before: before.map(build::run_id),
                        limit,
                        ..RunFilter::default()
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
        seen.extend(page.runs);
        filter.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    seen.reverse();
    assert_eq!(seen, all.iter().map(RunRow::summary).collect::<Vec<_>>());
}

/// Only runs that were accepted at a moment or later.
pub fn lists_since_a_moment(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, &twelve_runs());
    let reader = reader(&*store);
    let since = |since: i64| RunFilter { since: Some(Timestamp(since)), limit: 100, ..RunFilter::default() };
    assert_eq!(numbers(&*reader, &since(11)), [12, 11]);
    assert_eq!(numbers(&*reader, &since(13)), [0_i64; 0]);
    let pages = RunFilter { before: Some(build::run_id(11)), limit: 1, ..since(9) };
    assert_eq!(numbers(&*reader, &pages), [10]);
}

/// A text is found in ids, workflow ids, payloads, outputs and errors, whatever its case, page by page.
pub fn finds_text(place: &dyn Place) {
    let mut store = place.open();
    let text = |text: &str| cronflow_core::json::JsonText::trusted(text);
    let rows = [
        RunRow { payload: text(r#"{"to":"Ada"}"#), ..build::run(1) },
        RunRow { output: Some(text(r#""for ada""#)), ..build::run(2) },
        RunRow { error: Some(text(r#"{"message":"no ADA"}"#)), ..build::run(3) },
        RunRow { workflow_id: "adapter".into(), ..build::run(4) },
        RunRow { trigger: text(r#"{"headers":{"authorization":"ada"}}"#), ..build::run(5) },
    ];
    commit(&mut *store, &rows.map(Write::InsertRun));
    let reader = reader(&*store);
    let search = |needle: &str, limit: u32, before: Option<u32>| {
        let before = before.map(build::run_id);
        RunFilter { text: Some(needle.to_owned()), limit, before, ..RunFilter::default() }
    };
    assert_eq!(numbers(&*reader, &search("ada", 100, None)), [4, 3, 2, 1], "what triggered a run is not searched");
    assert_eq!(numbers(&*reader, &search("aDa", 2, Some(4))), [3, 2]);
    assert_eq!(numbers(&*reader, &search("nobody", 100, None)), [0_i64; 0]);
    assert_eq!(numbers(&*reader, &search(&build::run_id(5).to_string(), 100, None)), [5]);
    let page = reader.runs(&search("ada", 2, None)).expect("a page");
    assert_eq!(page.next, Some(build::run_id(3)));
}

/// The newest runs by workflow and status, with the time that they took.
pub fn counts_runs(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, &twelve_runs());
    let reader = reader(&*store);
    let count = |since: i64, limit: u32| -> Vec<(String, RunStatus, u64, u64)> {
        let counts = reader.count_runs(Timestamp(since), limit).expect("runs can be counted");
        counts.into_iter().map(|row| (row.workflow_id.to_string(), row.status, row.count, row.total_millis)).collect()
    };
    let (failed, running) = (RunStatus::Failed, RunStatus::Running);
    // Those that failed ended at 50 and began one after their number.
    let expected = [
        ("orders", failed, 4, 50 * 4 - (3 + 5 + 9 + 11)),
        ("orders", running, 4, 0),
        ("refunds", failed, 2, 50 * 2 - (7 + 13)),
        ("refunds", running, 2, 0),
    ];
    let owned = |rows: &[(&str, RunStatus, u64, u64)]| -> Vec<_> {
        rows.iter().map(|(id, status, count, millis)| ((*id).to_owned(), *status, *count, *millis)).collect()
    };
    assert_eq!(count(0, 100), owned(&expected));
    assert_eq!(count(12, 100), owned(&[("refunds", failed, 1, 37)]));
    assert_eq!(count(0, 2), owned(&[("orders", running, 1, 0), ("refunds", failed, 1, 37)]));
}

/// Lines of the audit come newest first, in pages, with their outcomes; old ones can be deleted.
pub fn keeps_an_audit(place: &dyn Place) {
    let line = |n: i64| AuditRow {
        id: format!("{n:08}").into(),
        at: Timestamp(n),
        actor: "ci".into(),
        client: "127.0.0.1".into(),
        action: "cancelRun".into(),
        target: format!("/api/runs/{n}/cancel").into(),
        outcome: None,
    };
    let mut store = place.open();
    commit(&mut *store, &[1, 2, 3].map(|n| Write::InsertAudit(line(n))));
    commit(&mut *store, &[Write::FinishAudit { id: line(2).id, outcome: 404 }]);
    let reader = reader(&*store);
    let page = reader.audit(None, 2).expect("a page");
    assert_eq!(page, [line(3), AuditRow { outcome: Some(404), ..line(2) }]);
    assert_eq!(reader.audit(Some(&page[1].id), 2).expect("a page"), [line(1)]);
    let replies = store.commit(&[Write::SweepAudit { before: Timestamp(3), limit: 10 }]).expect("a sweep");
    assert_eq!(replies, [Reply::Count(2)]);
    assert_eq!(reader.audit(None, 10).expect("a page"), [line(3)]);
}

/// Values of one scope come by key, in pages; one can be asked for.
pub fn pages_of_values(place: &dyn Place) {
    let mut store = place.open();
    let set = |scope: &str, key: &str| {
        let op = StateOp::Set { value: cronflow_core::json::JsonText::trusted("1"), expires_at: None };
        Write::State { scope: scope.into(), key: key.into(), op, at: Timestamp(1) }
    };
    commit(&mut *store, &[set("a", "z"), set("a", "x"), set("b", "q"), set("a", "y")]);
    let reader = reader(&*store);
    let keys = |after: Option<&str>, limit: u32| -> Vec<String> {
        let rows = reader.values("a", after, limit).expect("a page");
        rows.iter().map(|row| row.key.to_string()).collect()
    };
    assert_eq!(keys(None, 2), ["x", "y"]);
    assert_eq!(keys(Some("y"), 2), ["z"]);
    assert_eq!(reader.value("b", "q").expect("a value").map(|row| row.value.as_str().to_owned()), Some("1".into()));
    assert_eq!(reader.value("b", "x"), Ok(None));
}
