//! The journal: what lies in it is as good as what lies in its place.

use redb::{ReadableDatabase, ReadableTableMetadata};

use super::*;
use crate::store::platter::Platter;
use crate::store::schema::STATES;

#[test]
fn a_timeline_reads_the_same_in_the_journal_half_folded_and_folded() {
    let (mut store, _) = Store::open(Platter::default()).unwrap();
    let mut pages = Vec::new();
    for revision in 1..=6 {
        let changes = [named(revision, "web", &format!("change {revision}"))];
        store.commit(Revision(revision), &changes).unwrap();
        if revision == 4 {
            store.fold_slice().unwrap();
        }
    }
    for _ in 0..2 {
        let newest = store.archive().timeline(key("web"), PageRequest::newest(4)).unwrap();
        let older = PageRequest::newest(4).older_than(newest.next.unwrap());
        let rest = store.archive().timeline(key("web"), older).unwrap();
        let all = [words(&newest), words(&rest)].concat();
        pages.push(all.into_iter().map(ToOwned::to_owned).collect::<Vec<String>>());
        store.fold_slice().unwrap();
    }
    let wanted: Vec<String> = (1..=6).rev().map(|n| format!("change {n}")).collect();
    assert_eq!(pages, [wanted.clone(), wanted]);
}

#[test]
fn a_journal_is_folded_when_it_is_long_and_left_alone_while_it_is_short() {
    let (mut store, _) = Store::open(Platter::default()).unwrap();
    let padding = "x".repeat(4_000);
    let mut folds = 0;
    for revision in 1..=1_500 {
        let changes = [named(revision, &padding, "change")];
        store.commit(Revision(revision), &changes).unwrap();
        assert!(!store.must_fold(), "nothing waits for so little");
        let before = store.unfolded.read(Unfolded::bytes);
        assert_eq!(store.upkeep(Budget::SLICE, Timestamp::MIN).unwrap(), Upkeep::Done);
        folds += usize::from(store.unfolded.read(Unfolded::bytes) < before);
    }
    assert!((1..20).contains(&folds), "{folds} folds");
    assert_eq!(store.reopen().unwrap().entities.len(), 1);
}

/// How many entities lie in their places.
fn in_place(store: &Store) -> u64 {
    let count = store.gate.with(|database| {
        let states = database.begin_read().unwrap().open_table(STATES).unwrap();
        states.len().unwrap()
    });
    count.unwrap()
}

#[test]
fn what_a_later_piece_says_again_is_folded_with_that_one_and_there_at_every_start_in_between() {
    const MANY: u64 = 4_000;
    let platter = Platter::default();
    let (mut store, _) = Store::open(platter.clone()).unwrap();
    let padding = "x".repeat(240);
    for revision in 1..=4 {
        let name = |number| format!("{padding}{number}");
        let again =
            (0..MANY).map(|number| Change { event: None, ..named(revision, &name(number), "") });
        let changes: Vec<Change> = again.chain([named(revision, "web", "again")]).collect();
        store.commit(Revision(revision), &changes).unwrap();
    }
    store.commit(Revision(5), &[named(5, "db", "came")]).unwrap();
    let gone = Change { next: None, event: None, ..named(6, "web", "") };
    store.commit(Revision(6), &[gone]).unwrap();
    let mut placed = Vec::new();
    while store.unfolded.read(Unfolded::bytes) > 0 {
        let cut = platter.after_power_cut(7);
        assert_eq!(Store::open(cut).unwrap().1.entities.len() as u64, MANY + 1, "{placed:?}");
        store.fold_slice().unwrap();
        placed.push(in_place(&store));
    }
    assert_eq!(placed, [0, MANY, MANY + 1]);
    let lines = store.archive().timeline(key("web"), PageRequest::newest(9)).unwrap();
    assert_eq!(words(&lines), ["again"; 4]);
}
