//! Timelines of what was dropped go in slices, when their time has come, and no others.

use redb::{ReadableDatabase, TableHandle};

use super::*;
use crate::domain::time::{SignedDuration, after};
use crate::store::platter::{Plan, Platter};

fn at(hours: i64) -> Timestamp {
    after(Timestamp::UNIX_EPOCH, SignedDuration::from_hours(hours))
}

fn dropped(name: &str) -> Change {
    Change { key: key(name), next: None, event: None, keep: Keep::Now }
}

/// A store with the services `web` and `db`, of five lines each.
fn store(platter: &Platter) -> Store {
    let (mut store, _) = Store::open(platter.clone()).unwrap();
    for revision in 1..=5 {
        let line = revision.to_string();
        let changes = [named(revision, "web", &line), named(revision, "db", &line)];
        store.commit(Revision(revision), &changes).unwrap();
    }
    store
}

fn lines(store: &Store, name: &str) -> usize {
    store.archive().timeline(key(name), PageRequest::newest(100)).unwrap().items.len()
}

#[test]
fn what_is_dropped_loses_its_timeline_in_slices_and_nothing_else_does() {
    let mut store = store(&Platter::default());
    assert_eq!(store.upkeep(Budget::SLICE, Timestamp::MAX).unwrap(), Upkeep::Done);
    store.commit(Revision(6), &[dropped("web")]).unwrap();
    let slice = Budget { lines: 2 };
    let mut left = Vec::new();
    while store.upkeep(slice, at(0)).unwrap() == Upkeep::More {
        left.push(lines(&store, "web"));
    }
    assert_eq!(left, [3, 1]);
    assert_eq!((lines(&store, "web"), lines(&store, "db")), (0, 5));
}

#[test]
fn a_last_word_is_kept_with_its_timeline_until_it_is_older_than_the_horizon() {
    let mut store = store(&Platter::default());
    let mut event = said(6, key("web"), "gone");
    event.at = at(10);
    let change = Change { event: Some(Arc::new(event)), ..dropped("web") };
    store.commit(Revision(6), &[change, dropped("db")]).unwrap();
    for (horizon, left) in [(at(0), 6), (at(10), 6), (at(11), 0)] {
        assert_eq!(store.upkeep(Budget::SLICE, horizon).unwrap(), Upkeep::Done);
        assert_eq!((lines(&store, "web"), lines(&store, "db")), (left, 0), "{horizon}");
    }
}

#[test]
fn what_came_back_before_its_time_keeps_its_timeline() {
    let mut store = store(&Platter::default());
    store.commit(Revision(6), &[dropped("web")]).unwrap();
    store.commit(Revision(7), &[named(7, "web", "again")]).unwrap();
    assert_eq!(store.upkeep(Budget::SLICE, Timestamp::MAX).unwrap(), Upkeep::Done);
    assert_eq!(lines(&store, "web"), 6);
}

#[test]
fn what_was_to_go_still_goes_after_a_power_cut_at_any_operation() {
    let platter = Platter::default();
    let mut whole = store(&platter);
    whole.commit(Revision(6), &[dropped("web")]).unwrap();
    let story = |cut: u64| {
        let platter = platter.after_power_cut(0);
        let (mut store, _) = Store::open(platter.clone()).unwrap();
        platter.follow(Plan::CutAt(cut));
        let done = store.upkeep(Budget::SLICE, at(0)).is_ok();
        let (mut store, loaded) = Store::open(platter.after_power_cut(cut)).unwrap();
        assert_eq!(loaded.entities, [service("db")], "cut at {cut}");
        let left = lines(&store, "web");
        assert!(left == 0 || left == 5 && !done, "{left} lines left by a cut at {cut}");
        assert_eq!(store.upkeep(Budget::SLICE, at(0)).unwrap(), Upkeep::Done);
        assert_eq!((lines(&store, "web"), lines(&store, "db")), (0, 5), "cut at {cut}");
        done
    };
    assert!((0..64).any(story), "no cut came after the slice");
}

#[test]
fn a_power_cut_while_room_is_tried_out_loses_nothing_and_the_next_folding_takes_the_room_back() {
    let platter = Platter::default();
    let _whole = store(&platter);
    let has_room = |store: &Store| {
        let tables = store.gate.with(|database| {
            let transaction = database.begin_read().unwrap();
            transaction.list_tables().unwrap().any(|table| table.name() == "room")
        });
        tables.unwrap()
    };
    let mut left_behind = 0;
    let story = |cut: u64| {
        let platter = platter.after_power_cut(0);
        let (mut store, _) = Store::open(platter.clone()).unwrap();
        platter.follow(Plan::CutAt(cut));
        let done = store.try_out(Revision(6)).is_ok();
        let (mut store, loaded) = Store::open(platter.after_power_cut(cut)).unwrap();
        assert_eq!(loaded.entities.len(), 2, "cut at {cut}");
        assert_eq!((lines(&store, "web"), lines(&store, "db")), (5, 5), "cut at {cut}");
        left_behind += usize::from(has_room(&store));
        store.fold_slice().unwrap();
        assert!(!has_room(&store), "cut at {cut}");
        done
    };
    assert!((0..64).any(story), "no cut came after the trial");
    assert!(left_behind > 0, "no cut came between its commits");
}
