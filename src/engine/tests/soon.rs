//! What sources repeat is published at once and on disk a little later, once for many.

use super::*;

fn tells(name: &str, until: &str) -> Order {
    let naming = crate::domain::alert::Naming::of_labels(
        [("alertname", name)].into_iter().collect::<crate::domain::labels::Labels>(),
    );
    let identity = Identity { namespace: Namespace::default(), naming };
    let payload =
        Payload { road: Road::V2, starts_at: Some(at("03:00:00")), ..payload(name, "critical") };
    let told = told(at("03:00:00"), at(until));
    let report = Report::Interval { identity, told, payload: Box::new(payload) };
    order(&Actor::Machine("prometheus".into()), Command::Report(vec![report]))
}

fn seen(engine: &Engine) -> (u64, Timestamp) {
    let alert = engine.table.alerts().next().unwrap();
    (alert.seen.count, alert.ends.unwrap())
}

/// What the disk would give back now.
fn on_disk(disk: &Platter) -> (u64, Timestamp) {
    let (store, loaded) = Store::open(disk.after_power_cut(3)).unwrap();
    seen(&Engine::new(store, loaded, Arc::default(), 7))
}

#[test]
fn what_a_source_repeats_is_seen_at_once_and_on_disk_half_a_minute_later() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[tells("disk", "03:05:00")], at("03:01:00"));
    let revision = engine.cursor.revision;
    for (second, count) in [("03:02:00", 2), ("03:02:10", 3), ("03:02:29", 4)] {
        let turn = engine.turn(&[tells("disk", "03:06:00")], at(second));
        assert!(turn.published.is_some() && turn.answers[0].is_ok());
        assert_eq!(seen(&engine), (count, at("03:06:00")));
        assert_eq!(engine.cursor.revision, revision, "no commit for what is only heard again");
        assert_eq!(on_disk(&disk), (1, at("03:05:00")));
    }
    assert_eq!(engine.next_due(), Some(at("03:02:30")));
    engine.turn(&[], at("03:02:30"));
    assert_eq!(on_disk(&disk), (4, at("03:06:00")));
    assert_eq!(engine.cursor.revision, revision.next(), "one commit for all of it");
}

#[test]
fn an_end_keeps_what_was_repeated() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[tells("disk", "03:05:00")], at("03:01:00"));
    engine.turn(&[tells("disk", "03:06:00")], at("03:02:00"));
    engine.close().unwrap();
    assert_eq!(on_disk(&disk), (2, at("03:06:00")));
}

#[test]
fn what_a_person_or_a_source_changes_is_on_disk_at_once_with_what_was_repeated() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[tells("disk", "03:05:00")], at("03:01:00"));
    engine.turn(&[tells("disk", "03:06:00")], at("03:02:00"));
    let id = the_alert(&engine);
    engine.turn(&[acts(id, AlertCommand::Acknowledge)], at("03:02:01"));
    assert_eq!(on_disk(&disk), (2, at("03:06:00")));
    engine.turn(&[tells("disk", "03:07:00")], at("03:02:02"));
    let sooner = engine.turn(&[tells("disk", "03:06:30")], at("03:02:03"));
    assert!(sooner.published.is_some());
    assert_eq!(on_disk(&disk).0, 2, "a later end stays, so nothing but the count is new");
    let turn = engine.turn(&[tells("disk", "03:01:30")], at("03:02:04"));
    assert!(turn.published.is_some());
    assert!(!engine.table.alert(id).unwrap().is_open());
    assert_eq!(on_disk(&disk).0, 5);
}

#[test]
fn in_a_flood_of_repeats_none_is_left_behind() {
    const MANY: usize = 3_000;
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    let all = |until: &str| (0..MANY).map(|n| tells(&n.to_string(), until)).collect::<Vec<_>>();
    engine.turn(&all("03:05:00"), at("03:01:00"));
    engine.turn(&all("03:06:00"), at("03:02:00"));
    for second in 30..33 {
        engine.turn(&all("03:06:01"), at(&format!("03:02:{second}")));
    }
    let (store, loaded) = Store::open(disk.after_power_cut(3)).unwrap();
    let kept = Engine::new(store, loaded, Arc::default(), 7);
    let ends: Vec<_> = kept.table.alerts().map(|alert| alert.ends.unwrap()).collect();
    assert_eq!(ends.len(), MANY);
    assert!(ends.iter().all(|ends| *ends > at("03:05:00")));
}

#[test]
fn the_first_thing_heard_after_a_start_is_on_disk_at_once_so_that_the_epoch_is() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[tells("disk", "03:05:00")], at("03:01:00"));
    engine.close().unwrap();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[tells("disk", "03:06:00")], at("03:02:00"));
    assert_eq!(on_disk(&disk), (2, at("03:06:00")));
    engine.turn(&[tells("disk", "03:07:00")], at("03:03:00"));
    assert_eq!(on_disk(&disk), (2, at("03:06:00")));
}
