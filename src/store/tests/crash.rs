//! Power cuts and failing disks: whatever was confirmed is there, whole, and nothing else is half.

use std::io::ErrorKind;

use super::*;
use crate::store::platter::{Plan, Platter};

const BATCHES: u64 = 6;

/// Commit `revision` of the story: some services come, one changes, one goes.
fn batch(revision: u64) -> Vec<Change> {
    let padding = "x".repeat(200);
    let mut changes: Vec<Change> =
        (0..8).map(|n| named(revision, &format!("{padding}{revision}-{n}"), "came")).collect();
    changes.push(named(revision, "web", &format!("change {revision}")));
    changes.push(Change {
        key: Key::Service(ServiceId::of(&format!("{padding}{}-0", revision - 1))),
        next: None,
        event: None,
        keep: Keep::Now,
    });
    changes
}

/// What is kept after `revision`, in the order of the store.
fn expected(revision: u64) -> Vec<Entity> {
    let mut table = crate::domain::table::Table::default();
    for change in (1..=revision).flat_map(batch) {
        table.put(&change);
    }
    table.entities().collect()
}

/// Commits the story until the disk fails; says how many commits were confirmed.
fn tell(platter: &Platter) -> u64 {
    let Ok((mut store, _)) = Store::open(platter.clone()) else {
        return 0;
    };
    let mut confirmed = 0;
    while confirmed < BATCHES {
        let next = confirmed + 1;
        if store.commit(Revision(next), &batch(next)).is_err() {
            break;
        }
        confirmed = next;
        // What is confirmed must be there wherever the folding is cut, too.
        if next.is_multiple_of(2) && store.fold_slice().is_err() {
            break;
        }
    }
    confirmed
}

/// Whether the disk has the story whole, up to a commit at or just after `confirmed`.
fn is_whole(platter: &Platter, confirmed: u64) -> bool {
    let Ok((store, loaded)) = Store::open(platter.clone()) else {
        return false;
    };
    let at = loaded.revision.0;
    let page = store.archive().timeline(key("web"), PageRequest::newest(100)).unwrap();
    let lines: Vec<String> = (1..=at).rev().map(|n| format!("change {n}")).collect();
    (confirmed..=confirmed + 1).contains(&at)
        && loaded.entities == expected(at)
        && words(&page) == lines
}

/// How many operations the story has on a disk without faults.
fn length() -> u64 {
    let platter = Platter::default();
    assert_eq!(tell(&platter), BATCHES);
    platter.operations()
}

/// Cuts the power at every operation of the story, twice with other sectors surviving; says after
/// which cuts the store was not whole.
fn lost(plan: fn(u64) -> Plan) -> impl Iterator<Item = u64> {
    let lost = move |cut: &u64| {
        let platter = Platter::default();
        platter.follow(plan(*cut));
        let confirmed = tell(&platter);
        let mut seeds = cut * 2..cut * 2 + 2;
        !seeds.all(|seed| is_whole(&platter.after_power_cut(seed), confirmed))
    };
    (0..length()).filter(lost)
}

#[test]
fn a_power_cut_at_any_operation_loses_no_confirmed_commit_and_halves_none() {
    let lost: Vec<u64> = lost(Plan::CutAt).collect();
    assert!(lost.is_empty(), "not whole after the cuts {lost:?}");
}

#[test]
fn the_test_of_power_cuts_would_notice_a_disk_that_only_pretends_to_sync() {
    assert!(lost(Plan::LieAndCutAt).next().is_some());
}

#[test]
fn one_failed_operation_at_any_place_is_told_and_the_store_goes_on_after_reopening() {
    for n in 0..length() {
        let platter = Platter::default();
        let (mut store, _) = Store::open(platter.clone()).unwrap();
        platter.follow(Plan::FailAt(n, ErrorKind::Other));
        let mut next = 1;
        let mut failures = 0;
        while next <= BATCHES {
            let Err(error) = store.commit(Revision(next), &batch(next)) else {
                next += 1;
                continue;
            };
            failures += 1;
            let at = store.reopen().unwrap().revision.0;
            match error {
                CommitError::Refused(_) => assert_eq!(at, next - 1, "operation {n}: {error}"),
                CommitError::Unknown(_) => assert!((next - 1..=next).contains(&at)),
            }
            next = at + 1;
        }
        assert!(failures <= 1, "operation {n} failed once, commits failed {failures} times");
        drop(store);
        platter.follow(Plan::Well);
        assert!(is_whole(&platter, BATCHES), "after a failure of operation {n}");
    }
}

#[test]
fn a_full_disk_refuses_commits_and_takes_them_again_once_there_is_space() {
    let platter = Platter::default();
    let (mut store, _) = Store::open(platter.clone()).unwrap();
    store.commit(Revision(1), &batch(1)).unwrap();
    platter.follow(Plan::FailFrom(0, ErrorKind::StorageFull));
    let error = store.commit(Revision(2), &batch(2)).unwrap_err();
    assert!(error.to_string().contains("full; free some space"), "{error}");
    // Whether a full disk can be opened is the engine's affair; nothing is taken on it.
    let _ = store.reopen();
    assert!(store.commit(Revision(2), &batch(2)).is_err());
    platter.follow(Plan::Well);
    let loaded = store.reopen().unwrap();
    assert_eq!(loaded.entities, expected(loaded.revision.0));
    let next = loaded.revision.next();
    store.commit(next, &batch(next.0)).unwrap();
    drop(store);
    assert!(is_whole(&platter, next.0));
}

#[test]
fn a_store_that_could_not_be_reopened_takes_nothing_and_says_so() {
    let platter = Platter::default();
    let (mut store, _) = Store::open(platter.clone()).unwrap();
    store.commit(Revision(1), &batch(1)).unwrap();
    let archive = store.archive();
    platter.follow(Plan::FailFrom(0, ErrorKind::Other));
    store.commit(Revision(2), &batch(2)).unwrap_err();
    store.reopen().unwrap_err();
    let refused = store.commit(Revision(2), &batch(2));
    assert!(matches!(refused, Err(CommitError::Refused(Fault::Closed))));
    let page = archive.timeline(key("web"), PageRequest::newest(1));
    assert!(matches!(page, Err(ArchiveError::Closed)));
    platter.follow(Plan::Well);
    store.reopen().unwrap();
    let page = archive.timeline(key("web"), PageRequest::newest(9)).unwrap();
    assert_eq!(words(&page).last(), Some(&"change 1"));
}
