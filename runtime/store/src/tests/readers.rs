//! Readers beside a server, after it, and without it.

use super::{Folder, open, open_runs, run_with_step};
use crate::SqliteReader;
use cronflow_core::storage::{Error, Reader as _, Store as _};

#[test]
fn a_missing_database_is_not_created() {
    let folder = Folder::new();
    let error = SqliteReader::open(&folder.database()).expect_err("there is none");
    assert!(matches!(error, Error::Unwritable { .. }));
    assert!(error.to_string().ends_with("it does not exist"), "{error}");
    assert_eq!(folder.0.path().read_dir().unwrap().count(), 0);
}

#[test]
fn reads_beside_a_server_and_after_it() {
    let folder = Folder::new();
    let path = folder.database();
    let mut store = open(&path);
    let early = SqliteReader::open(&path).unwrap();
    for n in 1..=3 {
        store.commit(&run_with_step(n)).unwrap();
        assert_eq!(early.open_runs().unwrap().len(), n as usize);
        assert_eq!(open_runs(&path).len(), n as usize);
    }
    drop(store);
    assert_eq!(early.open_runs().unwrap().len(), 3);
    drop(early);
    assert_eq!(open_runs(&path).len(), 3);
    assert_eq!(folder.files(), ["cronflow.db", "cronflow.db.lock"]);
}

#[test]
fn an_early_reader_does_not_keep_the_next_server_out() {
    let folder = Folder::new();
    let path = folder.database();
    open(&path).commit(&run_with_step(1)).unwrap();
    let reader = SqliteReader::open(&path).unwrap();
    assert_eq!(reader.open_runs().unwrap().len(), 1);
    let mut store = open(&path);
    store.commit(&run_with_step(2)).unwrap();
    assert_eq!(reader.open_runs().unwrap().len(), 2);
}

#[test]
fn an_empty_file_cannot_be_read() {
    let folder = Folder::new();
    let path = folder.0.path().join("a.db");
    std::fs::write(&path, "").unwrap();
    assert!(matches!(SqliteReader::open(&path), Err(Error::Corrupt { .. })));
}

#[test]
fn a_damaged_row_is_corrupt() {
    let folder = Folder::new();
    let path = folder.database();
    let mut store = open(&path);
    store.commit(&run_with_step(1)).unwrap();
    let damage = "UPDATE steps SET status = 'dancing'";
    store.connection.execute_batch(damage).unwrap();
    let error = SqliteReader::open(&path).unwrap().open_runs();
    assert!(matches!(error, Err(Error::Corrupt { .. })), "{error:?}");
}
