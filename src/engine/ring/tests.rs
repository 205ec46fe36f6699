//! Which readers go on where they were, and which begin again.

use futures_util::FutureExt as _;

use super::*;
use crate::domain::change::Keep;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::{Revision, ServiceId};
use crate::domain::samples::{Desk, payload};
use crate::domain::service::Service;
use crate::domain::table::Table;
use crate::domain::time::Timestamp;

fn at(epoch: u64, revision: u64) -> Cursor {
    Cursor { epoch, revision: Revision(revision) }
}

/// A publication that says by a service's name which one it is.
fn published(cursor: Cursor, name: &str, changes: usize) -> Published {
    let id = ServiceId::of(name);
    let service = Service { id, name: name.into(), created: Timestamp::UNIX_EPOCH };
    let change = Change {
        key: Key::Service(id),
        next: Some(Entity::Service(Arc::new(service))),
        event: None,
        keep: Keep::Now,
    };
    Published { cursor, serial: 0, table: Table::default(), changes: vec![change; changes].into() }
}

fn name(set: &ChangeSet) -> String {
    match &set.changes.first().unwrap().next {
        Some(Entity::Service(service)) => service.name.to_string(),
        other => panic!("{other:?}"),
    }
}

/// What can be read at once, and why no more can.
fn read(trail: &mut Trail) -> String {
    let mut names = Vec::new();
    loop {
        match trail.next().now_or_never() {
            Some(Ok(set)) => names.push(name(&set)),
            Some(Err(error)) => names.push(format!("{error:?}")),
            None => return names.join(" "),
        }
        if names.last().is_some_and(|last| last.contains('(')) {
            return names.join(" ");
        }
    }
}

fn resumed(ring: &Ring, from: Cursor) -> String {
    ring.from(from).map_or_else(|_| "lagged".to_owned(), |mut trail| read(&mut trail))
}

/// What so many changes weigh.
fn weighing(changes: usize) -> usize {
    weight::of(&published(at(1, 0), "", changes).changes)
}

/// The most changes that are held.
fn most() -> usize {
    Ring::MOST / (weighing(1) - weighing(0))
}

#[test]
fn a_reader_goes_on_after_the_first_time_that_its_state_was_published() {
    let ring = Ring::after(at(1, 4));
    let _keeping = ring.keep();
    let steps = [(4, "4 soon"), (5, "5"), (5, "5 soon"), (5, "5 sooner"), (6, "6")];
    for (revision, name) in steps {
        ring.push(&published(at(1, revision), name, 1));
    }
    let table = [
        (at(1, 4), "4 soon 5 5 soon 5 sooner 6"),
        (at(1, 5), "5 soon 5 sooner 6"),
        (at(1, 6), ""),
        // Never published, not published yet, and of other tables.
        (at(1, 3), "lagged"),
        (at(1, 7), "lagged"),
        (at(2, 5), "lagged"),
        (at(0, 5), "lagged"),
    ];
    for (from, wanted) in table {
        assert_eq!(resumed(&ring, from), wanted, "{from:?}");
    }
}

#[test]
fn the_oldest_leave_and_who_has_not_read_them_is_told() {
    let ring = Ring::after(at(1, 0));
    let half = most() / 2 - 1;
    let mut slow = ring.from(at(1, 0)).unwrap();
    ring.push(&published(at(1, 1), "1", half));
    let mut quick = ring.from(at(1, 1)).unwrap();
    ring.push(&published(at(1, 1), "1 soon", half));
    assert_eq!(read(&mut ring.from(at(1, 0)).unwrap()), "1 1 soon");
    ring.push(&published(at(1, 2), "2", 4));
    assert_eq!(read(&mut slow), "Lagged(Lagged)");
    assert_eq!(read(&mut quick), "1 soon 2");
    assert_eq!(resumed(&ring, at(1, 0)), "lagged");
    // What is left is all that came after it.
    assert_eq!(resumed(&ring, at(1, 1)), "1 soon 2");
    // Now some that came after it are gone too, and who saw it first knows nothing of them.
    ring.push(&published(at(1, 3), "3", half));
    assert_eq!(resumed(&ring, at(1, 1)), "lagged");
    assert_eq!(resumed(&ring, at(1, 2)), "3");
}

#[test]
fn a_set_that_is_larger_than_the_ring_is_read_by_who_is_there() {
    let ring = Ring::after(at(1, 0));
    let mut reader = ring.from(at(1, 0)).unwrap();
    ring.push(&published(at(1, 1), "large", 2 * most()));
    assert_eq!(read(&mut reader), "large");
    assert_eq!(resumed(&ring, at(1, 0)), "large");
    ring.push(&published(at(1, 2), "next", 1));
    assert_eq!(resumed(&ring, at(1, 1)), "next");
}

#[test]
fn a_table_that_was_built_again_leaves_every_reader_behind() {
    let ring = Ring::after(at(1, 0));
    ring.push(&published(at(1, 1), "1", 1));
    let mut done = ring.from(at(1, 1)).unwrap();
    let mut behind = ring.from(at(1, 0)).unwrap();
    ring.push(&published(at(2, 1), "again", 1));
    assert_eq!(read(&mut done), "Lagged(Lagged)");
    assert_eq!(read(&mut behind), "Lagged(Lagged)");
    assert_eq!(resumed(&ring, at(1, 1)), "lagged");
    assert_eq!(resumed(&ring, at(2, 1)), "");
    ring.push(&published(at(2, 2), "2", 1));
    assert_eq!(resumed(&ring, at(2, 1)), "2");
}

#[tokio::test]
async fn who_waits_is_woken_and_told_of_the_end() {
    let ring = Ring::after(at(1, 0));
    let mut trail = ring.from(at(1, 0)).unwrap();
    let waiting = tokio::join!(trail.next(), async {
        tokio::task::yield_now().await;
        ring.push(&published(at(1, 1), "1", 1));
    });
    assert_eq!(name(&waiting.0.unwrap()), "1");
    drop(ring);
    assert_eq!(trail.next().await.unwrap_err(), FeedEnd::Closed);
}

#[test]
fn nothing_but_the_newest_set_is_held_while_nobody_reads_and_nobody_has_lately() {
    let ring = Ring::after(at(1, 0));
    let held = |ring: &Ring| lock(&ring.held).sets.len();
    for revision in 1..4 {
        ring.push(&published(at(1, revision), "unread", 1));
    }
    assert_eq!((held(&ring), resumed(&ring, at(1, 1)).as_str()), (1, "lagged"));
    // Who takes a snapshot finds all that came since.
    let keeping = ring.keep();
    ring.push(&published(at(1, 4), "4", 1));
    ring.push(&published(at(1, 5), "5", 1));
    let trail = ring.from(at(1, 3)).unwrap();
    drop(keeping);
    let begun = Instant::now();
    ring.push_at(&published(at(1, 6), "6", 1), begun + 2 * Ring::AWAY);
    assert_eq!(held(&ring), 4, "one reads");
    drop(trail);
    ring.push_at(&published(at(1, 7), "7", 1), begun);
    assert_eq!(resumed(&ring, at(1, 5)), "6 7", "it may come back");
    let left = lock(&ring.held).until.unwrap();
    ring.push_at(&published(at(1, 8), "8", 1), left);
    assert_eq!(held(&ring), 1);
}

#[test]
fn large_texts_leave_sooner_than_small_ones() {
    let text = "x".repeat(100_000);
    let mut desk = Desk::new();
    let id = desk.fires("disk", payload("disk full", "critical"));
    let mut alert = desk.alert(id).clone();
    alert.annotations = [("runbook", text.as_str())].into_iter().collect();
    let change = Change {
        key: Key::Alert(id),
        next: Some(Entity::Alert(Arc::new(alert))),
        event: None,
        keep: Keep::Now,
    };
    let ring = Ring::after(at(1, 0));
    let _keeping = ring.keep();
    for revision in 1..1_000 {
        let table = Table::default();
        let changes = vec![change.clone()].into();
        ring.push(&Published { cursor: at(1, revision), serial: revision, table, changes });
    }
    let held = lock(&ring.held);
    let bytes = held.sets.len() * text.len();
    assert!(bytes < Ring::MOST && held.weight <= Ring::MOST, "{bytes}");
}

#[tokio::test]
async fn a_set_is_written_once_for_all_its_readers() {
    let ring = Ring::after(at(1, 0));
    let mut readers = [0, 1].map(|_| ring.from(at(1, 0)).unwrap());
    ring.push(&published(at(1, 1), "1", 1));
    let mut written = 0;
    for reader in &mut readers {
        let set = reader.next().now_or_never().unwrap().unwrap();
        set.written(async { Err(()) }).await.unwrap_or_default();
        let bytes = set.written(async {
            written += 1;
            Ok::<_, ()>(name(&set).into_bytes())
        });
        assert_eq!(*bytes.await.unwrap(), *b"1");
    }
    assert_eq!(written, 1);
}
