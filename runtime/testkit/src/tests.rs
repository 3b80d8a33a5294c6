//! The store in memory passes the suite, and breaks where a test wants it to.

use crate::{FakeClock, MemDatabase, build, conformance::Place};
use cronflow_core::{
    storage::{Error, Reader as _, Store, Write},
    time::{Clock as _, Timestamp},
};
use std::time::Duration;

impl Place for MemDatabase {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.open().expect("not open elsewhere"))
    }
}

crate::store_conformance!(MemDatabase::default());

fn insert(n: u32) -> [Write; 1] {
    [Write::InsertRun(build::run(n))]
}

#[test]
fn a_second_store_is_locked_out_until_the_first_is_gone() {
    let database = MemDatabase::default();
    let first = database.open().unwrap();
    assert!(matches!(database.open(), Err(Error::Locked { .. })));
    drop(first);
    database.open().unwrap();
}

#[test]
fn failing_commits_apply_nothing_and_pass() {
    let database = MemDatabase::default();
    let mut store = database.open().unwrap();
    database.fail_next_commits(2);
    for _ in 0..2 {
        assert!(matches!(store.commit(&insert(1)), Err(Error::Unwritable { .. })));
    }
    assert_eq!(database.reader().open_runs(), Ok(Vec::new()));
    store.commit(&insert(1)).unwrap();
    assert_eq!(database.commits(), 1);
}

#[test]
fn a_crash_keeps_the_commit_before_it_and_nothing_after() {
    let database = MemDatabase::default();
    let mut store = database.open().unwrap();
    database.crash_after(2);
    store.commit(&insert(1)).unwrap();
    store.commit(&insert(2)).unwrap();
    assert!(store.commit(&insert(3)).is_err());
    // The dead store is still around; the next process opens the database all the same.
    let mut next = database.open().unwrap();
    drop(store);
    assert!(matches!(database.open(), Err(Error::Locked { .. })));
    next.commit(&insert(3)).unwrap();
    assert_eq!(database.reader().open_runs().unwrap().len(), 3);
}

#[test]
fn a_killed_store_cannot_write() {
    let database = MemDatabase::default();
    let mut store = database.open().unwrap();
    database.kill();
    assert!(store.commit(&insert(1)).is_err());
    assert!(store.commit(&[]).is_err());
}

#[test]
fn the_clock_moves_only_by_hand() {
    let clock = FakeClock::at(Timestamp(5));
    let copy = clock.clone();
    assert_eq!(clock.advance(Duration::from_secs(1)), Timestamp(1005));
    assert_eq!(copy.now(), Timestamp(1005));
    copy.set(Timestamp(1));
    assert_eq!(clock.now(), Timestamp(1));
}
