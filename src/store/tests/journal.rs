//! The journal: what lies in it is as good as what lies in its place.

use super::*;
use crate::store::platter::Platter;

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
