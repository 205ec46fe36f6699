//! The outbox through turns: who is owed a notification is told at least once, wherever the power
//! is cut, and a resolution two minutes after the fact.

use super::*;
use crate::domain::delivery::{Delivery, Outcome, Progress, Tell};
use crate::domain::id::DeliveryId;
use crate::domain::policy::{Channel, Policy};

/// What a far end was told, in order.
pub(super) type Told = Vec<(Tell, DeliveryId)>;

fn channel() -> Order {
    let policy = Policy { channels: vec![Channel::shared("pager")], ..Policy::default() };
    order(&Actor::Watchbell, Command::Adopt(Arc::new(policy)))
}

fn ends(name: &str) -> Order {
    let report = Report::Resolved { identity: identity(name), road: Road::Plain, ends_at: None };
    order(&Actor::Machine("prometheus".into()), Command::Report(vec![report]))
}

/// What has just come to be attempted.
fn attempts(turn: &Turn) -> Vec<Delivery> {
    let changes = turn.published.iter().flat_map(|published| published.changes.iter());
    let attempt = |change: &Change| match &change.next {
        Some(Entity::Delivery(delivery)) => {
            let begun = matches!(delivery.state, Progress::Attempt { .. });
            begun.then(|| delivery.as_ref().clone())
        }
        Some(_) | None => None,
    };
    changes.filter_map(attempt).collect()
}

/// Takes a turn, as a sender whose far end takes everything sees it: what is attempted is told,
/// and then settled. Nothing once the disk has failed.
pub(super) fn take(
    engine: &mut Engine,
    orders: &[Order],
    now: Timestamp,
    told: &mut Told,
) -> Option<()> {
    let turn = engine.turn(orders, now);
    let settled: Vec<Order> = attempts(&turn)
        .into_iter()
        .map(|delivery| {
            told.push((delivery.tell, delivery.id));
            let command = Command::Settle(delivery.id, delivery.attempts, Outcome::Taken);
            order(&Actor::Watchbell, command)
        })
        .collect();
    if !settled.is_empty() {
        take(engine, &settled, now, told)?;
    }
    matches!(turn.store, StoreState::Well).then_some(())
}

/// A disk that fills up in an hour, gets well, and is told of, until the disk of the engine fails.
/// True once it was confirmed that it fires.
fn night(disk: &Platter, told: &mut Told) -> bool {
    let Ok((store, loaded)) = Store::open(disk.clone()) else { return false };
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    let start = take(&mut engine, &[woke(), channel()], at("03:00:00"), told);
    let fires = start.and_then(|()| {
        let turn = engine.turn(&[fires("disk")], at("03:00:01"));
        turn.answers.iter().all(Result::is_ok).then_some(())
    });
    let steps: [(&[Order], _); 3] =
        [(&[], "03:00:02"), (&[ends("disk")], "03:10:00"), (&[], "03:12:00")];
    let _ = fires.and_then(|()| {
        steps.iter().try_for_each(|(orders, time)| take(&mut engine, orders, at(time), told))
    });
    fires.is_some()
}

/// The morning after: the program starts again, and the source says once more that it is over.
fn morning(disk: Platter, told: &mut Told) -> Engine {
    let (store, loaded) = Store::open(disk).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 8);
    let steps: [(&[Order], _); 5] = [
        (&[woke(), channel()], "06:00:00"),
        (&[], "06:00:01"),
        (&[ends("disk")], "06:10:00"),
        (&[], "06:12:00"),
        (&[], "06:12:01"),
    ];
    for (orders, time) in steps {
        take(&mut engine, orders, at(time), told).unwrap();
    }
    engine
}

/// What went wrong in a night with a power cut at operation `cut`, if anything did.
fn wrong(cut: u64, seed: u64) -> Option<String> {
    let (disk, mut told) = (Platter::default(), Told::new());
    disk.follow(Plan::CutAt(cut));
    let confirmed = night(&disk, &mut told);
    let engine = morning(disk.after_power_cut(seed), &mut told);
    let count = |tell| told.iter().filter(|(what, _)| *what == tell).count();
    let mut ids: Vec<_> = told.clone();
    ids.sort_unstable();
    ids.dedup();
    let lines = |text| {
        let alerts = engine.table.alerts().flat_map(|alert| alert.recent.iter());
        alerts.filter(|line| line.to_string() == text).count()
    };
    let fired = engine.table.alert_count() == 1;
    let expected = usize::from(fired);
    let right = fired >= confirmed
        && ids.len() == 2 * expected
        && (expected..=2 * expected).contains(&count(Tell::Page))
        && (expected..=2 * expected).contains(&count(Tell::Resolved))
        && lines("told pager: page") == expected
        && lines("told pager: resolved") == expected
        && engine.table.deliveries().all(|one| matches!(one.state, Progress::Sent { .. }));
    (!right).then(|| format!("cut {cut}, seed {seed}: {told:?}"))
}

#[test]
fn wherever_the_power_is_cut_page_and_resolution_are_told_at_least_once_under_one_key_each() {
    let disk = Platter::default();
    disk.follow(Plan::Well);
    let mut told = Told::new();
    assert!(night(&disk, &mut told));
    assert_eq!(
        told.iter().map(|(tell, _)| *tell).collect::<Vec<_>>(),
        [Tell::Page, Tell::Resolved]
    );
    let cuts = 0..=disk.operations();
    let wrong: Vec<String> =
        cuts.flat_map(|cut| [wrong(cut, cut), wrong(cut, cut + 1)]).flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_resolution_is_told_two_minutes_after_the_fact() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    let mut told = Told::new();
    let steps = [(vec![channel(), fires("disk")], "03:00:00"), (vec![], "03:00:01")];
    for (orders, time) in steps {
        take(&mut engine, &orders, at(time), &mut told).unwrap();
    }
    take(&mut engine, &[ends("disk")], at("03:10:00"), &mut told).unwrap();
    take(&mut engine, &[], at("03:11:59"), &mut told).unwrap();
    assert_eq!(told.len(), 1);
    take(&mut engine, &[], at("03:12:00"), &mut told).unwrap();
    assert_eq!(told[1].0, Tell::Resolved);
}

#[test]
fn what_was_attempted_at_a_crash_and_taken_by_somebody_since_is_not_attempted_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[channel(), fires("disk")], at("03:00:00"));
    let page = attempts(&engine.turn(&[], at("03:00:01"))).pop().unwrap();
    let id = page.alert;
    engine.turn(&[acts(id, AlertCommand::Acknowledge)], at("03:00:02"));
    engine.close().unwrap();
    engine = open(directory.path());
    engine.turn(&[woke(), channel()], at("03:01:00"));
    assert!(attempts(&engine.turn(&[], at("03:01:01"))).is_empty());
    let state = &engine.table.delivery(page.id).unwrap().state;
    assert!(matches!(state, Progress::Superseded { .. }), "{state:?}");
}

#[test]
fn a_page_that_was_left_for_somebody_who_gave_it_back_since_is_attempted_after_all() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[channel(), fires("disk")], at("03:00:00"));
    let page = attempts(&engine.turn(&[], at("03:00:01"))).pop().unwrap();
    let moot = Command::Settle(page.id, 1, Outcome::Moot { why: "acknowledged".into() });
    engine.turn(&[order(&Actor::Watchbell, moot)], at("03:00:02"));
    let again = attempts(&engine.turn(&[], at("03:00:02")));
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].id, again[0].attempts), (page.id, 1));
}

#[test]
fn an_engine_without_a_notifier_leaves_what_is_owed_to_the_service() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut verb = Engine::new(store, loaded, Arc::default(), 7).without_notifier();
    let turn = verb.turn(&[channel(), fires("disk")], at("03:00:00"));
    assert!(turn.answers.iter().all(Result::is_ok));
    for minute in 1..60 {
        verb.turn(&[], at(&format!("03:{minute:02}:00")));
        assert_eq!(verb.table.deliveries().map(|one| one.attempts).sum::<u32>(), 0);
    }
    assert_eq!(verb.next_due(), None);
    verb.close().unwrap();
    let (store, loaded) = Store::open(disk).unwrap();
    let mut service = Engine::new(store, loaded, Arc::default(), 8);
    assert_eq!(attempts(&service.turn(&[], at("04:00:00"))).len(), 1);
}
