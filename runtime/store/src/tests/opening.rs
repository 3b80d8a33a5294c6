//! What opening makes, and what it says when it cannot.

use super::{Folder, open, run_with_step};
use crate::{Durability, SqliteReader, SqliteStore, migrations};
use cronflow_core::storage::{Error, Store as _};
use rstest::rstest;
use rusqlite::Connection;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn failure(path: &Path) -> Error {
    SqliteStore::open(path, Durability::Full).expect_err("this cannot be opened")
}

/// A database with a run, closed.
fn some_database() -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.database();
    open(&path).commit(&run_with_step(1)).unwrap();
    (folder, path)
}

#[rstest]
#[case(Durability::Full, 2)]
#[case(Durability::Normal, 1)]
fn sets_up_the_connection(#[case] durability: Durability, #[case] synchronous: i64) {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.database(), durability).unwrap();
    let pragma = |name| -> String {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        let value = store.connection.pragma_query_value(None, name, read);
        format!("{:?}", value.unwrap())
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("synchronous"), format!("Integer({synchronous})"));
    assert_eq!(pragma("user_version"), format!("Integer({})", migrations::LATEST));
}

#[test]
fn closing_leaves_one_file_and_the_lock_file() {
    let (folder, _) = some_database();
    assert_eq!(folder.files(), ["cronflow.db", "cronflow.db.lock"]);
}

#[test]
fn two_stores_cannot_have_one_database() {
    let folder = Folder::new();
    let path = folder.database();
    let first = open(&path);
    assert!(matches!(failure(&path), Error::Locked { .. }));
    drop(first);
    open(&path);
}

#[test]
fn a_path_that_cannot_be_made_is_unwritable() {
    let folder = Folder::new();
    let file = folder.0.path().join("file");
    fs::write(&file, "").unwrap();
    // Below a file; a folder; a file system where nobody, not even root, can make files.
    for path in [&file.join("a.db"), folder.0.path(), Path::new("/proc/x/a.db")] {
        let error = failure(path);
        assert!(matches!(error, Error::Unwritable { .. }), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_database_that_only_reads_is_unwritable() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = some_database();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    // Root writes to such files all the same, so only others can see the error.
    match SqliteStore::open(&path, Durability::Full) {
        Ok(_) => assert!(fs::OpenOptions::new().write(true).open(&path).is_ok()),
        Err(error) => assert!(matches!(error, Error::Unwritable { .. }), "{error}"),
    }
}

#[rstest]
#[case::short(b"hello".to_vec())]
#[case::long(b"not a database at all ".repeat(1000))]
#[case::header_only(b"SQLite format 3\0".to_vec())]
fn other_content_is_corrupt_and_stays(#[case] content: Vec<u8>) {
    let folder = Folder::new();
    let path = folder.0.path().join("a.db");
    fs::write(&path, &content).unwrap();
    let error = failure(&path);
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(matches!(SqliteReader::open(&path), Err(Error::Corrupt { .. })));
    assert_eq!(fs::read(&path).unwrap(), content);
}

#[test]
fn a_cut_database_is_corrupt() {
    let (_folder, path) = some_database();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(3 * 4096).unwrap();
    assert!(matches!(failure(&path), Error::Corrupt { .. }));
}

#[test]
fn a_database_of_another_program_is_corrupt_and_stays() {
    let folder = Folder::new();
    let path = folder.0.path().join("a.db");
    let theirs = Connection::open(&path).unwrap();
    theirs.execute_batch("CREATE TABLE steps (id)").unwrap();
    drop(theirs);
    let before = fs::read(&path).unwrap();
    assert!(matches!(failure(&path), Error::Corrupt { .. }));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_missing_table_is_corrupt() {
    let (_folder, path) = some_database();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("DROP TABLE run_logs").unwrap();
    drop(raw);
    assert!(matches!(failure(&path), Error::Corrupt { .. }));
}

#[test]
fn a_newer_database_is_left_alone() {
    let (_folder, path) = some_database();
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let newer = Error::Newer { path: path.display().to_string(), found: 99, known: migrations::LATEST };
    assert_eq!(failure(&path), newer);
    assert_eq!(SqliteReader::open(&path).err(), Some(newer));
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = Folder::new();
    let path = folder.0.path().join("a.db");
    fs::write(&path, "").unwrap();
    open(&path).commit(&run_with_step(1)).unwrap();
}
