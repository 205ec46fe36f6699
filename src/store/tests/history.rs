//! The archive and what a start reads of it: pages, marks, recent lines.

use super::*;
use crate::domain::alert::{Alert, Identity, Marks, Namespace, Naming, Seen, Standing, Worded};
use crate::domain::id::AlertId;
use crate::domain::labels::Labels;
use crate::domain::severity::Severity;
use crate::store::platter::Platter;

fn store() -> Store {
    Store::open(Platter::default()).unwrap().0
}

fn alert() -> Alert {
    Alert {
        id: AlertId(uuid::Uuid::from_u128(1)),
        identity: Identity { namespace: Namespace::default(), naming: Naming::Given("one".into()) },
        title: "one".into(),
        service: ServiceId::of("web"),
        severity: Severity::Critical,
        unknown_severity: None,
        labels: Labels::default(),
        annotations: Labels::default(),
        link: None,
        starts_at: None,
        received: Timestamp::UNIX_EPOCH,
        seen: Seen { count: 1, last: Timestamp::UNIX_EPOCH },
        sender: "prometheus".into(),
        ends: None,
        source: None,
        webhook: None,
        worded: Worded { at: None, title: "disk".into(), text: Text::default() },
        marks: Marks::default(),
        suppressions: Vec::new(),
        standing: Standing::begun(Timestamp::UNIX_EPOCH, Revision(1)),
        previous: None,
        occurrence: 1,
        revision: Revision(1),
        notes: Vec::new(),
        recent: Arc::default(),
    }
}

#[test]
fn an_alert_comes_back_with_its_newest_lines_oldest_first() {
    let mut store = store();
    let mut alert = alert();
    let key = Key::Alert(alert.id);
    for revision in 1..=25 {
        let event = Arc::new(said(revision, key, &revision.to_string()));
        alert.remember(Arc::clone(&event));
        let next = Some(Entity::Alert(Arc::new(alert.clone())));
        store
            .commit(
                Revision(revision),
                &[Change { key, next, event: Some(event), keep: Keep::Now }],
            )
            .unwrap();
    }
    assert_eq!(alert.recent.len(), Alert::RECENT + 1);
    let loaded = store.reopen().unwrap();
    assert_eq!(loaded.entities, [Entity::Alert(Arc::new(alert))]);
}

#[test]
fn pages_run_from_the_newest_line_to_the_oldest_without_a_gap() {
    let mut store = store();
    for revision in 1..=4 {
        let changes = [
            named(revision, "web", &format!("{revision}a")),
            named(revision, "db", "another timeline"),
            named(revision, "web", &format!("{revision}b")),
        ];
        store.commit(Revision(revision), &changes).unwrap();
    }
    let archive = store.archive();
    let mut request = PageRequest::newest(3);
    let mut pages: Vec<Vec<String>> = Vec::new();
    loop {
        let page = archive.timeline(key("web"), request).unwrap();
        pages.push(words(&page).into_iter().map(str::to_owned).collect());
        let Some(next) = page.next else { break };
        request = request.older_than(next.to_string().parse().unwrap());
    }
    assert_eq!(pages, [vec!["4b", "4a", "3b"], vec!["3a", "2b", "2a"], vec!["1b", "1a"]]);
}

#[test]
fn a_page_is_never_empty_by_request_nor_boundless() {
    let mut store = store();
    let changes: Vec<Change> = (0..600).map(|_| named(1, "web", "line")).collect();
    store.commit(Revision(1), &changes).unwrap();
    let lengths = [0, 1, 500, usize::MAX].map(|limit| {
        let page = store.archive().timeline(key("web"), PageRequest::newest(limit)).unwrap();
        (page.items.len(), page.next.is_some())
    });
    assert_eq!(lengths, [(1, true), (1, true), (500, true), (500, true)]);
}

#[test]
fn a_timeline_nobody_wrote_is_an_empty_page() {
    let page = store().archive().timeline(key("web"), PageRequest::newest(5)).unwrap();
    assert_eq!(page, Page { items: vec![], next: None });
}

#[test]
fn the_archive_outlives_a_reopening_and_says_when_the_store_is_gone() {
    let mut store = store();
    let archive = store.archive();
    store.commit(Revision(1), &[named(1, "web", "one")]).unwrap();
    store.reopen().unwrap();
    let page = archive.timeline(key("web"), PageRequest::newest(5)).unwrap();
    assert_eq!(words(&page), ["one"]);
    store.close().unwrap();
    let gone = archive.timeline(key("web"), PageRequest::newest(5));
    assert!(matches!(gone, Err(ArchiveError::Closed)));
}

#[test]
fn of_many_changes_to_one_entity_the_last_state_is_kept_and_every_line() {
    let mut store = store();
    let gone = Change { key: key("db"), next: None, event: None, keep: Keep::Now };
    let changes = [named(1, "web", "one"), named(1, "db", "two"), named(1, "web", "three"), gone];
    store.commit(Revision(1), &changes).unwrap();
    assert_eq!(store.reopen().unwrap().entities, [service("web")]);
    let lines = |name| {
        let page = store.archive().timeline(key(name), PageRequest::newest(5)).unwrap();
        words(&page).join(" ")
    };
    assert_eq!((lines("web"), lines("db")), ("three one".into(), "two".into()));
}

#[test]
fn a_commit_that_comes_twice_is_refused_before_it_touches_the_history() {
    let mut store = store();
    store.commit(Revision(2), &[named(2, "web", "one")]).unwrap();
    for again in [1, 2] {
        let refused = store.commit(Revision(again), &[named(again, "web", "other")]);
        assert!(matches!(refused, Err(CommitError::Refused(_))), "{refused:?}");
    }
    let page = store.archive().timeline(key("web"), PageRequest::newest(5)).unwrap();
    assert_eq!(words(&page), ["one"]);
}

#[test]
fn an_epoch_is_new_with_every_opening_of_one_process_and_after_one_that_committed() {
    let disk = Platter::default();
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    assert_eq!(store.reopen().unwrap().epoch, loaded.epoch + 1);
    store.commit(Revision(1), &[named(1, "web", "one")]).unwrap();
    assert_eq!(store.reopen().unwrap().epoch, loaded.epoch + 2);
    store.close().unwrap();
    let (_, again) = Store::open(disk).unwrap();
    assert_eq!(again.epoch, loaded.epoch + 2, "nothing was published that the disk lacks");
}

#[test]
fn a_mark_is_read_as_it_is_printed_and_nothing_else_is() {
    for word in ["12-0", "18446744073709551615-4294967295"] {
        assert_eq!(word.parse::<Mark>().unwrap().to_string(), word);
    }
    for word in ["", "12", "12-", "-1", "a-b", "12-0-1"] {
        assert!(word.parse::<Mark>().is_err(), "{word:?}");
    }
}
