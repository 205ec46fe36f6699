//! Real files: who may open what, and what is said to those who may not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use redb::{Database, ReadableDatabase, TableDefinition};
use tempfile::TempDir;

use super::*;
use crate::record;
use crate::store::schema::{FORMAT, JOURNAL, META, META_FORMAT, STATES};

fn home() -> (TempDir, DataDir) {
    let home = TempDir::new().unwrap();
    let disk = DataDir(home.path().join("state/watchbell"));
    (home, disk)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A data directory in which `content` lies as the data file.
fn home_with(content: &[u8]) -> (TempDir, DataDir) {
    let (home, disk) = home();
    drop(Store::open(disk.clone()).unwrap());
    fs::write(disk.file(), content).unwrap();
    (home, disk)
}

fn refusal(disk: DataDir) -> OpenError {
    match Store::open(disk) {
        Ok(_) => panic!("opened"),
        Err(error) => error,
    }
}

#[test]
fn what_was_committed_is_there_after_the_next_start() {
    let (_home, disk) = home();
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    assert_eq!((loaded.revision, loaded.entities), (Revision(0), vec![]));
    store.commit(Revision(1), &[named(1, "web", "one"), named(1, "db", "two")]).unwrap();
    store.close().unwrap();
    let (store, loaded) = Store::open(disk).unwrap();
    assert_eq!(loaded.revision, Revision(1));
    assert_eq!(loaded.entities.len(), 2);
    let page = store.archive().timeline(key("web"), PageRequest::newest(10)).unwrap();
    assert_eq!(words(&page), ["one"]);
}

#[test]
fn directory_and_file_are_made_for_their_owner_alone() {
    let (home, disk) = home();
    drop(Store::open(disk.clone()).unwrap());
    assert_eq!(mode(&home.path().join("state")), 0o700);
    assert_eq!(mode(&disk.0), 0o700);
    assert_eq!(mode(&disk.file()), 0o600);
}

#[test]
fn a_data_file_that_others_may_read_is_closed_to_them() {
    let (_home, disk) = home();
    drop(Store::open(disk.clone()).unwrap());
    fs::set_permissions(disk.file(), fs::Permissions::from_mode(0o644)).unwrap();
    drop(Store::open(disk.clone()).unwrap());
    assert_eq!(mode(&disk.file()), 0o600);
}

#[test]
fn a_directory_that_others_may_write_is_refused_with_the_command_that_helps() {
    for open in [0o770, 0o707, 0o1777] {
        let home = TempDir::new().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(open)).unwrap();
        let error = refusal(DataDir(home.path().to_owned()));
        assert!(matches!(error, OpenError::OpenToOthers { .. }), "mode {open:o}: {error}");
        let command = format!("run: chmod go-w '{}'", home.path().display());
        assert!(error.to_string().ends_with(&command), "{error}");
    }
}

#[test]
fn a_directory_is_used_by_its_owner_and_by_root_and_roots_by_all() {
    let table = [(7, 7, false), (0, 7, false), (7, 0, false), (0, 0, false), (7, 8, true)];
    for (owner, us, wanted) in table {
        let [owner, us] = [owner, us].map(nix::unistd::Uid::from_raw);
        assert_eq!(disk::is_a_stranger(owner, us), wanted, "{us} in the directory of {owner}");
    }
}

#[test]
fn a_second_owner_is_refused_until_the_first_is_gone() {
    let (_home, disk) = home();
    let (store, _) = Store::open(disk.clone()).unwrap();
    let error = refusal(disk.clone());
    assert!(matches!(error, OpenError::Owned { .. }), "{error}");
    store.close().unwrap();
    Store::open(disk).unwrap();
}

#[test]
fn a_directory_that_cannot_be_made_is_refused_with_the_reason() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let error = refusal(DataDir(home.path().join("file/data")));
    assert!(matches!(error, OpenError::Unwritable { .. }), "{error}");
    assert!(error.to_string().contains("--data"), "{error}");
}

#[test]
fn a_newer_format_is_refused_with_both_versions() {
    let (_home, disk) = home();
    drop(Store::open(disk.clone()).unwrap());
    let database = Database::open(disk.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(META).unwrap().insert(META_FORMAT, 7).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = refusal(disk.clone());
    assert!(matches!(error, OpenError::NewerFormat { found: 7, ours: FORMAT, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("format 7") && text.contains("up to 3; upgrade watchbell"), "{text}");
}

#[test]
fn a_file_of_format_1_is_read_and_becomes_a_newer_one_with_its_first_commit() {
    let (_home, disk) = home();
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    store.commit(Revision(1), &[named(1, "web", "came")]).unwrap();
    store.fold_slice().unwrap();
    store.close().unwrap();
    let database = Database::open(disk.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.delete_table(JOURNAL).unwrap();
    transaction.open_table(META).unwrap().insert(META_FORMAT, 1).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    assert_eq!(loaded.entities, [service("web")]);
    store.commit(Revision(2), &[named(2, "db", "came")]).unwrap();
    store.close().unwrap();
    let database = Database::open(disk.file()).unwrap();
    let meta = database.begin_read().unwrap().open_table(META).unwrap();
    assert_eq!(meta.get(META_FORMAT).unwrap().unwrap().value(), FORMAT);
    drop((meta, database));
    let (store, loaded) = Store::open(disk).unwrap();
    assert_eq!(loaded.entities.len(), 2);
    let lines = store.archive().timeline(key("web"), PageRequest::newest(9)).unwrap();
    assert_eq!(words(&lines), ["came"]);
}

#[test]
fn a_record_of_a_kind_that_only_a_newer_watchbell_knows_asks_for_an_upgrade() {
    const UNKNOWN_KIND: [u8; 2] = [record::VERSION, 100];
    const NEWER_VERSION: [u8; 2] = [record::VERSION + 1, 0];
    for bytes in [UNKNOWN_KIND, NEWER_VERSION] {
        let (_home, disk) = home();
        drop(Store::open(disk.clone()).unwrap());
        let database = Database::open(disk.file()).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(STATES).unwrap().insert(&[0; 17][..], &bytes[..]).unwrap();
        transaction.commit().unwrap();
        drop(database);
        let text = refusal(disk).to_string();
        assert!(text.contains("upgrade watchbell"), "{text}");
        assert!(!text.contains("damaged") && !text.contains("move it away"), "{text}");
    }
}

#[test]
fn a_file_of_something_else_is_refused_and_left_alone() {
    let text = "not a data file, but somebody's letter".repeat(100);
    let (_home, disk) = home_with(text.as_bytes());
    let error = refusal(disk.clone());
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert_eq!(fs::read_to_string(disk.file()).unwrap(), text);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let (_home, disk) = home_with(b"");
    let database = Database::create(disk.file()).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(TableDefinition::<&str, u64>::new("other")).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = refusal(disk);
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
}

#[test]
fn a_file_whose_making_was_cut_short_is_made_again() {
    let (_home, disk) = home_with(&[0; 8192]);
    let (mut store, loaded) = Store::open(disk).unwrap();
    assert_eq!(loaded.revision, Revision(0));
    store.commit(Revision(1), &[named(1, "web", "one")]).unwrap();
}

#[test]
fn a_data_file_that_lost_its_first_bytes_is_refused_and_left_alone() {
    let (_home, disk) = home();
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    store.commit(Revision(1), &[named(1, "web", "one")]).unwrap();
    store.close().unwrap();
    let mut bytes = fs::read(disk.file()).unwrap();
    bytes[..4096].fill(0);
    fs::write(disk.file(), &bytes).unwrap();
    let error = refusal(disk.clone());
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert!(fs::read(disk.file()).unwrap() == bytes);
}

#[test]
fn a_damaged_file_is_refused_in_words_or_read_and_never_a_panic() {
    let (_home, disk) = home();
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    for revision in 1..20 {
        store.commit(Revision(revision), &[named(revision, "web", "one")]).unwrap();
    }
    store.close().unwrap();
    let whole = fs::read(disk.file()).unwrap();
    let mut refused = 0;
    for at in (0..64).map(|n| n * 512).filter(|at| at + 512 <= whole.len()) {
        let mut damaged = whole.clone();
        damaged[at..at + 512].fill(0xa5);
        fs::write(disk.file(), &damaged).unwrap();
        if let Err(error) = Store::open(disk.clone()) {
            assert!(error.to_string().contains(';'), "no next step in: {error}");
            refused += 1;
        }
    }
    assert!(refused > 0);
}
