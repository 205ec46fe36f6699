//! Turns over a real store, driven with times of our own.

mod absence;
mod faults;
mod flood;
mod growth;
mod outbox;
mod panics;
mod soon;
mod start;
mod three_days;
mod year;

use std::path::Path;

use super::*;
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::{Identity, Namespace, State};
use crate::domain::command::{Acted, AlertCommand, Deaf, TokenCommand};
use crate::domain::entity::{Entity, Key};
use crate::domain::id::{AlertId, OpId};
use crate::domain::report::{Payload, Report, Road, Subject};
use crate::domain::samples::{account, identity, payload, told};
use crate::domain::text::Text;
use crate::domain::token::{Digest, Scopes};
use crate::store::DataDir;
use crate::store::platter::{Plan, Platter};

fn open(directory: &Path) -> Engine {
    open_under(directory, Policy::default())
}

fn open_under(directory: &Path, policy: Policy) -> Engine {
    let (store, loaded) = Store::open(DataDir(directory.to_owned())).unwrap();
    Engine::new(store, loaded, Arc::new(policy), 7)
}

fn at(text: &str) -> Timestamp {
    format!("2026-11-21T{text}Z").parse().unwrap()
}

fn order(actor: &Actor, command: Command) -> Order {
    Order {
        op: OpId(uuid::Uuid::nil()),
        actor: actor.clone(),
        via: Via::Console,
        seen: None,
        command,
    }
}

fn fires(name: &str) -> Order {
    let subject = Subject::Known(identity(name));
    let report = Report::Firing { subject, payload: Box::new(payload(name, "critical")) };
    order(&Actor::Machine("prometheus".into()), Command::Report(vec![report]))
}

fn acts(id: AlertId, command: AlertCommand) -> Order {
    order(&account("alice"), Command::Alerts(vec![id], command))
}

fn the_alert(engine: &Engine) -> AlertId {
    engine.table.alerts().next().unwrap().id
}

/// How many alerts there are but for our own.
fn theirs(engine: &Engine) -> usize {
    engine.table.alerts().filter(|alert| !alert.identity.namespace.is_own()).count()
}

#[test]
fn later_orders_of_a_turn_see_earlier_ones_and_all_share_one_commit() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    let turn = engine.turn(&[fires("disk"), fires("disk"), fires("cpu")], at("03:00:00"));
    let revisions: Vec<_> = turn.answers.into_iter().map(|one| one.unwrap().revision).collect();
    assert_eq!(revisions, [Revision(1); 3]);
    assert_eq!(engine.table.alert_count(), 2);
    let changes = &turn.published.unwrap().changes;
    assert_eq!(changes.len(), 5, "with the service they named, and the one of the configuration");
}

#[test]
fn a_refused_or_needless_order_commits_and_publishes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    let nobody = AlertId(uuid::Uuid::nil());
    let orders = [acts(nobody, AlertCommand::Resolve), acts(id, AlertCommand::Unacknowledge)];
    let turn = engine.turn(&orders, at("03:01:00"));
    assert!(turn.published.is_none());
    let receipts: Vec<_> = turn.answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        receipts[0].answer,
        Answer::Acted(vec![(nobody, Err(Refusal::UnknownAlert(nobody)))])
    );
    assert_eq!(receipts[1].revision, Revision(1));
}

#[test]
fn a_restart_at_any_turn_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    let orders = [
        vec![fires("disk"), fires("cpu")],
        vec![fires("disk")],
        vec![order(&account("bob"), Command::Adopt(Arc::default()))],
    ];
    for (minute, orders) in orders.into_iter().enumerate() {
        engine.turn(&orders, at(&format!("03:0{minute}:00")));
        let id = the_alert(&engine);
        engine.turn(&[acts(id, AlertCommand::Note("seen".into()))], at("03:30:00"));
        let before: Vec<Entity> = engine.table.entities().collect();
        let cursor = engine.cursor;
        engine.close().unwrap();
        engine = open(directory.path());
        assert_eq!(engine.table.entities().collect::<Vec<_>>(), before);
        assert!(engine.cursor.revision >= cursor.revision);
    }
}

#[test]
fn an_undo_still_works_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    engine.turn(&[acts(id, AlertCommand::Acknowledge)], at("03:01:00"));
    let acknowledged = engine.cursor.revision;
    engine.close().unwrap();
    engine = open(directory.path());
    let turn = engine.turn(&[acts(id, AlertCommand::Undo(acknowledged))], at("03:02:00"));
    let answer = turn.answers.into_iter().next().unwrap().unwrap().answer;
    assert_eq!(answer, Answer::Acted(vec![(id, Ok(Acted::Changed))]));
    assert_eq!(engine.table.alert(id).unwrap().standing.state, State::Firing);
}

#[test]
fn time_never_goes_back_even_if_the_clock_does() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[fires("disk")], at("03:10:00"));
    engine.turn(&[fires("cpu")], at("03:00:00"));
    let received = engine.table.alerts().map(|alert| alert.received);
    assert_eq!(received.collect::<Vec<_>>(), [at("03:10:00"); 2]);
}

#[test]
fn what_is_due_is_seen_to_without_an_order() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    let once = crate::domain::id::OnceId::of("first", "key");
    let subject = Subject::Manual { namespace: Namespace::default(), once: Some(once) };
    let report = Report::Firing { subject, payload: Box::new(payload("look", "critical")) };
    let machine = Actor::Machine("first".into());
    engine.turn(&[order(&machine, Command::Report(vec![report]))], at("03:00:00"));
    let due = engine.next_due().unwrap();
    assert!(engine.turn(&[], at("03:00:01")).published.is_none());
    assert!(engine.turn(&[], due).published.is_some());
    assert_eq!((engine.next_due(), engine.table.once(once)), (None, None));
}

#[test]
fn while_the_disk_is_full_nothing_is_shown_or_taken_and_afterwards_all_goes_on() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    let epoch = engine.cursor.epoch;

    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    for second in 0..5 {
        let acknowledge = acts(id, AlertCommand::Acknowledge);
        let turn = engine.turn(&[fires("cpu"), acknowledge], at(&format!("03:01:0{second}")));
        assert!(turn.published.is_none());
        let StoreState::Broken { since, why, .. } = &turn.store else { panic!("it is full") };
        assert_eq!((*since, why.as_str()), (at("03:01:00"), "the disk is full"));
        for answer in turn.answers {
            // Only of the first commit is it not known whether it is on the disk all the same.
            let why = "disk full".into();
            match second {
                0 => assert_eq!(answer, Err(SubmitError::Unsure(why))),
                _ => assert_eq!(answer, Err(SubmitError::Unavailable(why))),
            }
        }
        assert_eq!(engine.table.alert(id).unwrap().standing.state, State::Firing);
    }

    disk.follow(Plan::Well);
    let retry = engine.next_due().unwrap();
    let turn = engine.turn(&[], retry);
    assert_eq!(turn.store, StoreState::Well);
    assert!(turn.published.unwrap().cursor.epoch > epoch);
    assert_eq!(theirs(&engine), 1, "what was refused is not there");
    let turn = engine.turn(&[fires("cpu")], retry);
    assert!(turn.answers.into_iter().all(|answer| answer.is_ok()));
    assert_eq!(theirs(&engine), 2);
}

/// What Prometheus sends about `name`: it fires since 03:00 and ends at `end`, if nothing more
/// comes.
fn lasts(name: &str, end: &str) -> Order {
    let told = told(at("03:00:00"), at(end));
    let payload = Box::new(Payload { road: Road::V2, ..payload(name, "critical") });
    let report = Report::Interval { identity: identity(name), told, payload };
    order(&Actor::Machine("prometheus".into()), Command::Report(vec![report]))
}

fn woke() -> Order {
    order(&Actor::Watchbell, Command::Woke(Deaf::Start))
}

#[test]
fn the_timeline_of_a_revoked_token_goes_when_its_last_line_is_older_than_the_retention() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    let name = Text::derive("ci");
    let create = TokenCommand::Create {
        name: name.clone(),
        digest: Digest([7; 32]),
        scopes: Scopes::all(),
        account: None,
        namespace: Namespace::default(),
    };
    engine.turn(&[order(&account("alice"), Command::Token(create))], at("03:00:00"));
    let token = engine.table.tokens().next().unwrap().id;
    let revoke = Command::Token(TokenCommand::Revoke { name });
    engine.turn(&[order(&account("alice"), revoke)], at("03:01:00"));
    let lines = |engine: &Engine| {
        let page = engine.store.archive().timeline(Key::Token(token), PageRequest::newest(9));
        page.unwrap().items.len()
    };
    let retention = engine.table.policy().retention;
    for (passed, left) in [(SignedDuration::from_mins(-1), 2), (SignedDuration::from_mins(1), 0)] {
        engine.turn(&[], after(after(at("03:01:00"), retention), passed));
        assert_eq!(engine.upkeep(), Upkeep::Done);
        assert_eq!(lines(&engine), left);
    }
}

#[test]
fn a_commit_that_failed_and_landed_all_the_same_is_never_overwritten_by_the_next() {
    // However far into the commit the disk fails, what it was about keeps its id and its name.
    for operation in 0..60 {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let mut engine = Engine::new(store, loaded, Arc::default(), 7);
        engine.turn(&[fires("first")], at("03:00:00"));
        disk.follow(Plan::FailAt(operation, std::io::ErrorKind::Other));
        engine.turn(&[fires("disk")], at("03:01:00"));
        disk.follow(Plan::Well);
        engine.turn(&[], at("03:02:00"));
        let known: Vec<(AlertId, Identity)> =
            engine.table.alerts().map(|alert| (alert.id, alert.identity.clone())).collect();
        engine.turn(&[fires("cpu"), fires("disk")], at("03:03:00"));
        for (id, identity) in known {
            assert_eq!(engine.table.alert(id).unwrap().identity, identity, "at {operation}");
        }
        assert_eq!(theirs(&engine), 3, "at {operation}");
    }
}

#[test]
fn a_disk_that_takes_nothing_but_empty_commits_is_left_alone_longer_and_longer() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    let mut now = at("03:00:00");
    engine.turn(&[], now);
    let mut retries = Vec::new();
    for _ in 0..6 {
        disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
        let turn = engine.turn(&[fires("disk")], now);
        let StoreState::Broken { since, .. } = turn.store else { panic!("it is broken") };
        assert_eq!(since, at("03:00:00"));
        let retry = engine.next_due().unwrap();
        retries.push(retry.duration_since(now).as_secs());
        disk.follow(Plan::Well);
        now = retry;
        assert_eq!(engine.turn(&[], now).store, StoreState::Well);
    }
    assert_eq!(retries, [1, 2, 4, 8, 16, 30]);
}

#[test]
fn a_disk_with_room_for_a_little_more_is_called_full_until_there_is_enough() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    disk.follow(Plan::Room(20));
    let now = at("03:00:00");
    let posts = |from: u32| (from..from + 50).map(|number| fires(&format!("disk {number}")));
    let full = (0..100).find(|turn| {
        let turn = engine.turn(&posts(turn * 50).collect::<Vec<_>>(), now);
        turn.store != StoreState::Well
    });
    assert!(full.is_some_and(|turns| turns > 0));
    for _ in 0..5 {
        let retry = engine.next_due().unwrap();
        assert!(
            matches!(engine.turn(&[], retry).store, StoreState::Broken { since, .. } if since == now)
        );
        assert_eq!(engine.upkeep(), Upkeep::Done);
        assert!(matches!(engine.store_state(), StoreState::Broken { .. }));
    }
    disk.follow(Plan::Room(4_000));
    let retry = engine.next_due().unwrap();
    assert_eq!(engine.turn(&[], retry).store, StoreState::Well);
    let answers = engine.turn(&[fires("cpu")], retry).answers;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn clearing_away_that_fails_is_told_as_a_commit_that_fails() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    for turn in 0..60 {
        let posts: Vec<Order> = (0..100).map(|one| fires(&format!("{turn} {one}"))).collect();
        engine.turn(&posts, at("03:00:00"));
    }
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    engine.upkeep();
    assert!(matches!(engine.store_state(), StoreState::Broken { .. }));
    assert!(engine.close().is_ok(), "nothing more is to be told at the end");
}

#[test]
fn what_a_start_granted_is_granted_still_after_clearing_away_has_failed_once() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, Arc::default(), 7);
    engine.turn(&[woke(), lasts("disk", "03:04:00")], at("03:00:00"));
    let granted = engine.table.granted();
    assert!(granted.is_some());
    for turn in 0..60 {
        let posts: Vec<Order> = (0..100).map(|one| fires(&format!("{turn} {one}"))).collect();
        engine.turn(&posts, at("03:00:01"));
    }
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    engine.upkeep();
    disk.follow(Plan::Well);
    let retry = engine.next_due().unwrap();
    assert_eq!(engine.turn(&[], retry).store, StoreState::Well);
    assert_eq!(engine.table.granted(), granted);
}

#[test]
fn time_goes_on_from_what_was_kept_when_the_clock_is_slower_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[fires("disk")], at("03:10:00"));
    engine.close().unwrap();
    engine = open(directory.path());
    engine.turn(&[fires("cpu")], at("03:00:00"));
    assert!(engine.table.alerts().all(|alert| alert.received >= at("03:10:00")));
}
