//! What is left after a kill, and after a full disk.

use super::{Folder, open, open_runs, run_with_step};
use crate::{Durability, SqliteStore};
use cronflow_core::json::JsonText;
use cronflow_core::storage::{Error, RunRow, Store as _, Write};
use cronflow_testkit::build;
use std::{fs, path::Path};

/// What the disk holds at this moment: the database and its WAL, without the shared memory.
fn copy_as_if_killed(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        fs::copy(name(from), name(to)).unwrap();
    }
}

#[test]
fn every_acknowledged_batch_outlives_a_kill() {
    let (alive, dead) = (Folder::new(), Folder::new());
    let mut store = SqliteStore::open(&alive.database(), Durability::Full).unwrap();
    for n in 1..=20 {
        store.commit(&run_with_step(n)).unwrap();
        copy_as_if_killed(&alive.database(), &dead.database());
        // A reader alone (the CLI after a crash) and the next engine both find everything.
        assert_eq!(open_runs(&dead.database()).len(), n as usize);
        drop(open(&dead.database()));
        assert_eq!(open_runs(&dead.database()).len(), n as usize);
    }
}

#[test]
fn half_a_batch_in_the_wal_is_not_seen() {
    let (alive, dead) = (Folder::new(), Folder::new());
    let mut store = open(&alive.database());
    store.commit(&run_with_step(1)).unwrap();
    copy_as_if_killed(&alive.database(), &dead.database());
    let before = fs::metadata(format!("{}-wal", alive.database().display())).unwrap();
    store.commit(&run_with_step(2)).unwrap();
    copy_as_if_killed(&alive.database(), &dead.database());
    let wal = format!("{}-wal", dead.database().display());
    let file = fs::OpenOptions::new().write(true).open(&wal).unwrap();
    let whole = file.metadata().unwrap().len();
    assert!(whole > before.len());
    // A page is 4096 bytes and a frame header 24: the last frame carries the commit mark.
    file.set_len(whole - 100).unwrap();
    drop(file);
    assert_eq!(open_runs(&dead.database()).len(), 1);
    open(&dead.database()).commit(&run_with_step(2)).unwrap();
    assert_eq!(open_runs(&dead.database()).len(), 2);
}

#[test]
fn a_full_disk_refuses_a_batch_and_later_ones_succeed() {
    let folder = Folder::new();
    let path = folder.database();
    let mut store = open(&path);
    store.commit(&run_with_step(1)).unwrap();
    let limit = |store: &SqliteStore, pages: i64| {
        let set = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let pragma = store.connection.pragma_update_and_check(None, "max_page_count", pages, set);
        pragma.unwrap();
    };
    limit(&store, 1); // SQLite takes this as "no more than there are".
    let large = RunRow { payload: JsonText::trusted(format!("\"{}\"", "x".repeat(100_000))), ..build::run(3) };
    let batch = [&run_with_step(2)[..], &[Write::InsertRun(large)]].concat();
    for _ in 0..3 {
        let error = store.commit(&batch).expect_err("there is no room");
        assert!(matches!(error, Error::Unwritable { .. }), "{error}");
        assert!(error.to_string().ends_with("the disk is full"), "{error}");
        assert_eq!(open_runs(&path).len(), 1);
    }
    limit(&store, 1 << 30);
    store.commit(&batch).unwrap();
    assert_eq!(open_runs(&path).len(), 3);
}

#[test]
fn a_lock_of_another_program_passes() {
    let folder = Folder::new();
    let path = folder.database();
    let mut store = open(&path);
    store.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    let shell = rusqlite::Connection::open(&path).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.commit(&run_with_step(1)).expect_err("it is locked");
    assert!(error.to_string().contains("sqlite3"), "{error}");
    shell.execute_batch("ROLLBACK").unwrap();
    store.commit(&run_with_step(1)).unwrap();
}

#[test]
fn the_wal_keeps_a_steady_size() {
    let folder = Folder::new();
    let path = folder.database();
    let mut store = open(&path);
    let text = JsonText::trusted(format!("\"{}\"", "x".repeat(50_000)));
    for n in 1..=1000 {
        let row = RunRow { payload: text.clone(), ..build::run(n) };
        store.commit(&[Write::InsertRun(row)]).unwrap();
    }
    let wal = fs::metadata(format!("{}-wal", path.display())).unwrap().len();
    // Fifty megabytes went through it.
    assert!((8 << 20..10 << 20).contains(&wal), "{wal}");
}
