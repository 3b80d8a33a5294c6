//! Rules about batches: all or nothing, for the caller and for readers.

use super::{Place, commit, reader, run};
use crate::build;
use cronflow_core::storage::{Error, Write};
use std::thread;

/// A batch with a bad write leaves no trace, whatever stands before and after it.
pub fn is_all_or_nothing(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, &[Write::InsertRun(build::run(1))]);
    let batch = [
        Write::InsertRun(build::run(2)),
        Write::InsertStep(build::step(1, 2)),
        Write::InsertLog(build::log(2, "line")),
        build::complete_run(1, "1"),
        Write::PutWorkflow(build::workflow("orders", "v1")),
        Write::InsertRun(build::run(1)),
        Write::InsertRun(build::run(3)),
    ];
    assert!(store.commit(&batch).is_err());
    let reader = reader(&*store);
    assert_eq!(run(&*store, 1).expect("run 1").run, build::run(1));
    assert_eq!(run(&*store, 2), None);
    assert_eq!(run(&*store, 3), None);
    assert_eq!(reader.logs(build::run_id(2)), Ok(Vec::new()));
    assert_eq!(reader.workflows(), Ok(Vec::new()));
    assert_eq!(reader.last_attempt_id().expect("last").0, 0);
}

/// An attempt or run id is used once, across batches and within one.
pub fn refuses_an_id_that_exists(place: &dyn Place) {
    let mut store = place.open();
    let step = Write::InsertStep(build::step(1, 1));
    let again = Write::InsertRun(build::run(1));
    commit(&mut *store, &[again.clone(), step.clone()]);
    for write in [step, again] {
        assert!(matches!(store.commit(&[write]), Err(Error::Unwritable { .. })));
    }
    let twice = Write::InsertStep(build::step(2, 1));
    assert!(store.commit(&[twice.clone(), twice]).is_err());
    assert_eq!(run(&*store, 1).expect("run 1").steps, [build::step(1, 1)]);
}

/// A refused batch does not spoil the next.
pub fn goes_on_after_a_refusal(place: &dyn Place) {
    let mut store = place.open();
    commit(&mut *store, &[Write::InsertRun(build::run(1))]);
    assert!(store.commit(&[Write::InsertRun(build::run(1))]).is_err());
    commit(&mut *store, &[Write::InsertRun(build::run(2))]);
    assert!(run(&*store, 2).is_some());
}

/// Nothing to do is done.
pub fn accepts_an_empty_batch(place: &dyn Place) {
    commit(&mut *place.open(), &[]);
}

/// Writes of a batch apply in order, and a reader that was there before sees them.
pub fn sees_its_own_writes(place: &dyn Place) {
    let mut store = place.open();
    let before = reader(&*store);
    assert_eq!(before.open_runs(), Ok(Vec::new()));
    let batch = [
        Write::InsertRun(build::run(1)),
        Write::InsertStep(build::step(1, 1)),
        build::complete_step(1, "7"),
        build::complete_run(1, "8"),
    ];
    commit(&mut *store, &batch);
    let stored = before.run(build::run_id(1)).expect("read").expect("run 1");
    assert_eq!(stored.run.output.expect("output").as_str(), "8");
    assert_eq!(stored.steps[0].result.as_ref().expect("result").as_str(), "7");
}

/// While batches of one run and three steps come in, nobody sees a run with fewer steps.
pub fn shows_readers_whole_batches_only(place: &dyn Place) {
    const RUNS: u32 = 200;
    let mut store = place.open();
    let reader = reader(&*store);
    let writer = thread::spawn(move || {
        for n in 1..=RUNS {
            let mut batch = vec![Write::InsertRun(build::run(n))];
            let ids = i64::from(n) * 3..i64::from(n) * 3 + 3;
            batch.extend(ids.map(|id| Write::InsertStep(build::step(id, n))));
            commit(&mut *store, &batch);
        }
    });
    loop {
        let done = writer.is_finished();
        let runs = reader.open_runs().expect("read while writing");
        assert!(runs.iter().all(|run| run.steps.len() == 3));
        if done {
            assert_eq!(runs.len(), RUNS as usize);
            break;
        }
    }
    writer.join().expect("the writer is fine");
}
