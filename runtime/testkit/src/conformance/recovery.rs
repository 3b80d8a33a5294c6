//! Rules about what a new process finds.

use super::{Place, commit, reader, run};
use crate::build;
use cronflow_core::{
    id::AttemptId,
    machine::RunStatus,
    storage::{RunRow, Write},
};

/// Open runs come oldest first with their steps in order of hand-out; ended ones do not come.
pub fn finds_open_runs_oldest_first(place: &dyn Place) {
    let mut store = place.open();
    let with = |n, status| RunRow { status, ..build::run(n) };
    let open = [with(2, RunStatus::Pending), with(3, RunStatus::Waiting), with(5, RunStatus::Running)];
    let mut batch: Vec<_> = open.iter().rev().cloned().map(Write::InsertRun).collect();
    batch.push(Write::InsertRun(build::run(4)));
    batch.push(build::complete_run(4, "1"));
    let steps = [(9, 5), (1, 5), (4, 2), (3, 4), (7, 5)];
    batch.extend(steps.map(|(id, n)| Write::InsertStep(build::step(id, n))));
    batch.push(build::complete_step(7, "1"));
    commit(&mut *store, &batch);
    let found = reader(&*store).open_runs().expect("open runs");
    let runs: Vec<_> = found.iter().map(|stored| stored.run.clone()).collect();
    assert_eq!(runs, open);
    let ids: Vec<Vec<i64>> = found.iter().map(|stored| stored.steps.iter().map(|step| step.id.0).collect()).collect();
    assert_eq!(ids, [vec![4], vec![], vec![1, 7, 9]]);
    assert_eq!(Some(found[2].clone()), run(&*store, 5));
}

/// Dropping a store without any farewell loses nothing, several times over.
pub fn survives_reopening(place: &dyn Place) {
    for n in 1..=5 {
        let mut store = place.open();
        assert_eq!(reader(&*store).open_runs().expect("runs").len(), n as usize - 1);
        let batch = [
            Write::InsertRun(build::run(n)),
            Write::InsertStep(build::step(i64::from(n), n)),
            Write::InsertLog(build::log(1, &n.to_string())),
            Write::PutWorkflow(build::workflow("orders", &n.to_string())),
        ];
        commit(&mut *store, &batch);
    }
    let store = place.open();
    let reader = reader(&*store);
    assert_eq!(run(&*store, 3).expect("run 3").steps, [build::step(3, 3)]);
    assert_eq!(reader.logs(build::run_id(1)).expect("logs").len(), 5);
    assert_eq!(&*reader.workflows().expect("workflows")[0].version, "5");
}

/// A new process goes on numbering attempts where the last one stopped.
pub fn continues_attempt_ids(place: &dyn Place) {
    let last = |store: &dyn cronflow_core::storage::Store| reader(store).last_attempt_id();
    let mut store = place.open();
    assert_eq!(last(&*store), Ok(AttemptId(0)));
    let batch = [40, 41, 7].map(|id| Write::InsertStep(build::step(id, 1)));
    commit(&mut *store, &batch);
    assert_eq!(last(&*store), Ok(AttemptId(41)));
    drop(store);
    assert_eq!(last(&*place.open()), Ok(AttemptId(41)));
}
