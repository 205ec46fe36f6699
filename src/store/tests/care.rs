//! Care: what is damaged is said to be, what is restored is whole, and nothing is lost on the way.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::time::{SignedDuration, after};

fn at(hours: i64) -> Timestamp {
    after(Timestamp::UNIX_EPOCH, SignedDuration::from_hours(hours))
}

/// A data file with many services, of which some lie in their places and some in the journal.
fn data(services: u64) -> (tempfile::TempDir, DataDir) {
    let home = tempfile::TempDir::new().unwrap();
    let disk = DataDir(home.path().join("data"));
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    for revision in 1..=services {
        let changes: Vec<Change> = (0..20)
            .map(|one| named(revision, &format!("service {revision}-{one}"), "made"))
            .collect();
        store.commit(Revision(revision), &changes).unwrap();
        if revision == services / 2 {
            store.fold_all().unwrap();
        }
    }
    store.close().unwrap();
    (home, disk)
}

/// All that is in a data file.
fn content(disk: &DataDir) -> (Loaded, Vec<Step>) {
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut walk = store.archive().walk();
    let mut steps = Vec::new();
    while let Some(page) = walk.page().unwrap() {
        steps.extend(page);
    }
    (Loaded { epoch: 0, ..loaded }, steps)
}

/// A copy of a data file in a directory of its own, with what is done to its bytes.
fn spoilt(disk: &DataDir, spoil: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, DataDir) {
    let home = tempfile::TempDir::new().unwrap();
    let other = DataDir(home.path().join("data"));
    other.prepare().unwrap();
    let mut bytes = fs::read(disk.file()).unwrap();
    spoil(&mut bytes);
    fs::write(other.file(), bytes).unwrap();
    (home, other)
}

fn neutral(home: &Path, text: &str) -> String {
    text.replace(home.to_str().unwrap(), "HOME")
}

/// Whether something half made lies beside the data.
fn has_parts(disk: &DataDir) -> bool {
    let names = fs::read_dir(&disk.0).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().any(|path| path.extension().is_some_and(|end| end == "part"))
}

fn backup(disk: &DataDir) -> PathBuf {
    let backup = disk.0.with_file_name("backup");
    fs::copy(disk.file(), &backup).unwrap();
    backup
}

#[test]
fn each_kind_of_damage_is_one_clear_sentence_that_names_what_to_do() {
    type Spoil = fn(&mut Vec<u8>);
    let kinds: [(&str, Spoil); 6] = [
        ("cut in the middle", |bytes| bytes.truncate(bytes.len() / 2)),
        ("cut to a few bytes", |bytes| bytes.truncate(100)),
        ("its first byte flipped", |bytes| bytes[0] ^= 1),
        ("its header zeroed", |bytes| bytes[..320].fill(0)),
        ("all but its header zeroed", |bytes| bytes[4096..].fill(0)),
        ("another file", |bytes| *bytes = b"SQLite format 3\0 and more of it".to_vec()),
    ];
    let (_home, disk) = data(10);
    let mut told = String::new();
    for (kind, spoil) in kinds {
        for known in [false, true] {
            let (home, disk) = spoilt(&disk, spoil);
            if known {
                let last = LastBackup { path: "/backups/monday".into(), at: at(1) };
                last.keep(&disk.0).unwrap();
            }
            let before = fs::read(disk.file()).unwrap();
            let error = match check(&disk.file()) {
                Ok(checkup) => checkup.damage().expect("it is damaged").to_owned(),
                Err(error) => error.to_string(),
            };
            assert_eq!(fs::read(disk.file()).unwrap(), before, "{kind}: a look changes nothing");
            let opened = Store::open(disk.clone()).map(|_| ()).unwrap_err().to_string();
            assert!(!opened.contains('\n') && !error.contains('\n'));
            let known = if known { "a backup" } else { "no backup" };
            writeln!(told, "{kind}, {known}\n  start: {opened}\n  check: {error}").unwrap();
            told = neutral(home.path(), &told);
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn an_empty_file_is_damage_where_a_backup_is_known_and_else_a_beginning() {
    let (_home, disk) = data(1);
    let (_other, disk) = spoilt(&disk, Vec::clear);
    let last = LastBackup { path: "/backups/monday".into(), at: at(1) };
    last.keep(&disk.0).unwrap();
    assert_eq!(LastBackup::of(&disk.0), Some(last));
    let error = Store::open(disk.clone()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("is damaged (it is empty); watchbell check"), "{error}");
    assert!(error.ends_with("the last one is /backups/monday of 1970-01-01T01:00:00Z"), "{error}");
    fs::remove_file(disk.0.join("last-backup")).unwrap();
    assert_eq!(Store::open(disk).unwrap().1.entities, []);
}

#[test]
fn whichever_bits_flip_either_the_check_says_so_or_nothing_of_it_was_in_use() {
    let (_home, disk) = data(12);
    compact(&disk.0).unwrap();
    let whole = content(&disk);
    let length = fs::metadata(disk.file()).unwrap().len();
    let mut said = 0;
    for seed in 0..64_u64 {
        let place = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) % length;
        let (_other, spoilt) = spoilt(&disk, |bytes| {
            bytes[usize::try_from(place).unwrap()] ^= 1 << (seed % 8);
        });
        match check(&spoilt.file()) {
            Ok(checkup) if checkup.damage().is_none() => {
                assert_eq!(content(&spoilt), whole, "a flip at {place} went unseen");
            }
            Ok(_) | Err(_) => said += 1,
        }
    }
    assert!(said > 20, "most of a compact file is in use: {said}");
}

#[test]
fn a_walk_has_every_line_up_to_its_commit_whatever_is_folded_and_dropped_meanwhile() {
    let (_home, disk) = data(60);
    let (mut store, loaded) = Store::open(disk).unwrap();
    let mut walk = store.archive().walk().until(loaded.revision);
    let mut steps: Vec<Step> = Vec::new();
    let mut revision = loaded.revision;
    let whole: Vec<Key> = loaded.entities.iter().map(Entity::key).collect();
    while let Some(page) = walk.page().unwrap() {
        steps.extend(page);
        // All of them go, something new comes, and all of it is folded.
        revision = revision.next();
        let gone =
            whole.iter().map(|key| Change { key: *key, next: None, event: None, keep: Keep::Now });
        let changes: Vec<Change> =
            gone.chain([named(revision.0, &format!("new {revision}"), "made")]).collect();
        store.commit(revision, &changes).unwrap();
        store.fold_all().unwrap();
        assert_eq!(store.upkeep(Budget::SLICE, Timestamp::MAX).unwrap(), Upkeep::Done);
    }
    assert_eq!(steps.len(), 60 * 20);
    let keys: Vec<_> = steps.iter().map(|step| (step.event.subject, step.number)).collect();
    let mut sorted: Vec<_> = keys.iter().map(|(key, _)| crate::record::encode_key(*key)).collect();
    sorted.dedup();
    assert_eq!(sorted.len(), 60 * 20, "each timeline once, in order");
    drop(walk);
    // Nothing holds it back any more.
    while store.upkeep(Budget::SLICE, Timestamp::MAX).unwrap() == Upkeep::More {}
    let left = store.archive().timeline(whole[0], PageRequest::newest(9)).unwrap();
    assert_eq!(left.items, []);
}

#[test]
fn what_is_restored_is_the_backup_and_what_was_there_is_kept_aside() {
    let (_home, disk) = data(3);
    let (backup, whole) = (backup(&disk), content(&disk));
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    let epoch = loaded.epoch;
    store.commit(Revision(4), &[named(4, "later", "made")]).unwrap();
    store.close().unwrap();
    let later = content(&disk);
    let restored = restore(&disk.0, &backup, at(3)).unwrap();
    let aside = restored.aside.unwrap();
    assert_eq!(
        aside.file_name().unwrap(),
        "watchbell.redb.before-19700101T030000.000Z",
        "named by its time"
    );
    assert_eq!(content(&disk), whole);
    let (_store, loaded) = Store::open(disk.clone()).unwrap();
    assert!(loaded.epoch > epoch, "no epoch comes twice");
    let (_other, kept) = spoilt(&disk, |bytes| *bytes = fs::read(&aside).unwrap());
    assert_eq!(content(&kept), later);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(disk.file()).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

/// A directory whose data is restored between opening and locking it, the first time.
struct Overtaken {
    disk: DataDir,
    backup: PathBuf,
    once: std::sync::atomic::AtomicBool,
}

impl Disk for Overtaken {
    type Backend = <DataDir as Disk>::Backend;

    fn open(&self) -> Result<Self::Backend, OpenError> {
        Ok(self.open_known()?.0)
    }

    fn open_known(&self) -> Result<(Self::Backend, Option<FileId>), OpenError> {
        let opened = self.disk.open_known()?;
        if !self.once.swap(true, std::sync::atomic::Ordering::Relaxed) {
            restore(&self.disk.0, &self.backup, at(1)).unwrap();
        }
        Ok(opened)
    }

    fn known(&self) -> Option<FileId> {
        self.disk.known()
    }

    fn place(&self) -> PathBuf {
        self.disk.place()
    }
}

#[test]
fn a_start_that_a_restore_overtakes_has_what_was_restored() {
    let (_home, disk) = data(2);
    let backup = backup(&disk);
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    store.commit(Revision(3), &[named(3, "later", "made")]).unwrap();
    store.close().unwrap();
    let overtaken = Overtaken { disk: disk.clone(), backup, once: false.into() };
    let (mut store, loaded) = Store::open(overtaken).unwrap();
    assert_eq!(loaded.revision, Revision(2));
    store.commit(Revision(3), &[named(3, "acknowledged", "made")]).unwrap();
    store.close().unwrap();
    let (_, loaded) = Store::open(disk).unwrap();
    let last = Key::Service(ServiceId::of("acknowledged"));
    assert!(loaded.entities.iter().any(|one| one.key() == last), "it is not kept aside");
}

#[test]
fn a_backup_is_restored_where_nothing_was_and_in_the_place_of_what_is_damaged() {
    let (_home, disk) = data(3);
    let (backup, whole) = (backup(&disk), content(&disk));
    for spoil in [None, Some(100), Some(0)] {
        let home = tempfile::TempDir::new().unwrap();
        let other = DataDir(home.path().join("deep/data"));
        if let Some(length) = spoil {
            other.prepare().unwrap();
            fs::write(other.file(), &fs::read(&backup).unwrap()[..length]).unwrap();
        }
        let restored = restore(&other.0, &backup, at(1)).unwrap();
        assert_eq!(restored.aside.is_some(), spoil.is_some());
        assert_eq!(content(&other), whole);
        assert!(!has_parts(&other));
    }
}

#[test]
fn nothing_is_restored_over_data_in_use_nor_from_what_is_no_backup() {
    let (home, disk) = data(3);
    let backup = backup(&disk);
    let (store, _) = Store::open(disk.clone()).unwrap();
    let error = restore(&disk.0, &backup, at(1)).unwrap_err();
    assert!(matches!(error, CareError::Open(OpenError::Owned { .. })), "{error}");
    store.close().unwrap();
    let before = fs::read(disk.file()).unwrap();
    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(7);
    fs::write(home.path().join("damaged"), bytes).unwrap();
    fs::write(home.path().join("foreign"), "words").unwrap();
    fs::write(home.path().join("empty"), "").unwrap();
    let mut told = String::new();
    for name in ["damaged", "foreign", "empty", "missing"] {
        let error = restore(&disk.0, &home.path().join(name), at(1)).unwrap_err();
        writeln!(told, "{name}: {}", neutral(home.path(), &error.to_string())).unwrap();
        assert_eq!(fs::read(disk.file()).unwrap(), before, "{name}");
        assert!(!has_parts(&disk), "{name}");
    }
    insta::assert_snapshot!(told);
}

/// Only root can see this: everybody else keeps what they make.
#[test]
fn what_root_restores_is_the_directorys_owners_and_nothing_else_is() {
    use std::os::unix::fs::MetadataExt as _;
    const NOBODY: u32 = 65534;
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let (home, disk) = data(1);
    let backup = backup(&disk);
    let owner = |path: &Path| fs::symlink_metadata(path).unwrap().uid();
    std::os::unix::fs::chown(&disk.0, Some(NOBODY), Some(NOBODY)).unwrap();
    restore(&disk.0, &backup, at(1)).unwrap();
    assert_eq!(owner(&disk.file()), NOBODY);
    let other = home.path().join("other");
    fs::write(&other, "root's").unwrap();
    let trap = disk.0.join("trap");
    std::os::unix::fs::symlink(&other, &trap).unwrap();
    make(&trap, Owner::Directory).unwrap_err();
    assert_eq!(owner(&other), 0, "a way elsewhere is not gone");
    make(&disk.0.join("export"), Owner::Maker).unwrap();
    assert_eq!(owner(&disk.0.join("export")), 0, "what is read of all belongs to who asked");
}

#[test]
fn a_file_is_in_use_as_long_as_a_store_has_it() {
    let (home, disk) = data(1);
    assert!(!is_in_use(&disk.file()));
    let (store, _) = Store::open(disk.clone()).unwrap();
    assert!(is_in_use(&disk.file()));
    store.close().unwrap();
    assert!(!is_in_use(&disk.file()));
    assert!(!is_in_use(home.path()) && !is_in_use(&home.path().join("nothing")));
}

#[test]
fn two_who_make_a_file_for_one_place_do_not_share_it() {
    let home = tempfile::TempDir::new().unwrap();
    let file = home.path().join("backup");
    let (first, second) = (part_of(&file), part_of(&file));
    fs::write(&first, "whole").unwrap();
    make(&second, Owner::Maker).unwrap();
    place(&first, &file, Over::Refused).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "whole");
    let there = place(&second, &file, Over::Refused).unwrap_err();
    assert!(matches!(there, PlaceError::There { .. }), "{there}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "whole");
}

#[test]
fn a_file_is_smaller_after_compacting_and_says_the_same() {
    let (_home, disk) = data(40);
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    let gone: Vec<Change> = loaded
        .entities
        .iter()
        .skip(20)
        .map(|entity| Change { key: entity.key(), next: None, event: None, keep: Keep::Now })
        .collect();
    store.commit(loaded.revision.next(), &gone).unwrap();
    while store.upkeep(Budget { lines: 50 }, Timestamp::MAX).unwrap() == Upkeep::More {}
    store.close().unwrap();
    let whole = content(&disk);
    let Compacted { before, after } = compact(&disk.0).unwrap();
    assert!(after < before, "{before} → {after}");
    assert_eq!(fs::metadata(disk.file()).unwrap().len(), after);
    assert_eq!(content(&disk), whole);
    let nothing = compact(&disk.0.join("nothing")).unwrap_err();
    assert!(nothing.to_string().starts_with("no data in"), "{nothing}");
}

#[test]
fn a_file_that_was_not_closed_is_well_and_stays_as_it_was_found() {
    let (_home, disk) = data(3);
    let (mut store, _) = Store::open(disk.clone()).unwrap();
    store.commit(Revision(4), &[named(4, "later", "made")]).unwrap();
    let (_other, torn) = spoilt(&disk, |_| {});
    drop(store);
    let before = fs::read(torn.file()).unwrap();
    let checkup = check(&torn.file()).unwrap();
    assert!(checkup.is_well(), "{checkup:?}");
    assert_eq!((checkup.revision, checkup.findings.services), (Revision(4), 61));
    assert_eq!(fs::read(torn.file()).unwrap(), before);
}
