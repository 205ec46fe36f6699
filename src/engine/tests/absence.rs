//! Time in which nobody was heard: downtime, a suspend, a full disk. Nothing may end for it.

use std::fmt::Write;
use std::time::Duration;

use super::outbox::{Told, take};
use super::*;
use crate::domain::alert::Alert;
use crate::domain::explain::{explain, utc};
use crate::domain::policy::{Account, Channel, Policy};
use crate::engine::hearing::{Hearing, Reading};

/// All that people can see of every alert but our own: why it calls or does not, what was told, its timeline.
fn seen(engine: &Engine) -> String {
    let mut seen = String::new();
    let theirs = |alert: &&Arc<Alert>| !alert.identity.namespace.is_own();
    for alert in engine.table.alerts().filter(theirs) {
        let standing = &alert.standing;
        let whose = standing.assignee.as_ref().map(|person| person.name.to_string());
        let lines: Vec<_> = alert.recent.iter().map(ToString::to_string).collect();
        let why = explain(&engine.table, alert, &utc);
        writeln!(seen, "{} {} {whose:?}\n{why}{lines:#?}", alert.title, standing.state).unwrap();
    }
    seen
}

fn open_names(engine: &Engine) -> Vec<String> {
    let mut names: Vec<_> =
        engine.table.open_alerts().map(|alert| alert.title.to_string()).collect();
    names.sort_unstable();
    names
}

fn known(engine: &Engine, name: &str) -> AlertId {
    engine.table.open(&identity(name)).unwrap().id
}

/// What the program is told when it has started: who is there, and one channel.
fn adopts() -> Order {
    let accounts = vec![Account::new("alice", ""), Account::new("bob", "")];
    let policy = Policy { accounts, channels: vec![Channel::shared("pager")], ..Policy::default() };
    order(&Actor::Watchbell, Command::Adopt(Arc::new(policy)))
}

/// A busy night: every road, in every state. All of it is told, and nothing more is due before
/// an end passes.
fn night(engine: &mut Engine) {
    engine.turn(&[woke(), adopts()], at("03:00:00"));
    let flushed = {
        let webhook = Payload { road: Road::Webhook, ..payload("hook", "critical") };
        let subject = Subject::Known(identity("hook"));
        let report = Report::Firing { subject, payload: Box::new(webhook) };
        order(&Actor::Machine("alertmanager".into()), Command::Report(vec![report]))
    };
    let names = ["acknowledged", "assigned", "firing", "snoozed"];
    let mut reports: Vec<Order> = names.iter().map(|name| lasts(name, "03:04:00")).collect();
    reports.extend([flushed, fires("plain")]);
    engine.turn(&reports, at("03:00:10"));
    take(engine, &[], at("03:00:15"), &mut Told::new());
    let acts = [
        acts(known(engine, "acknowledged"), AlertCommand::Acknowledge),
        acts(known(engine, "assigned"), AlertCommand::Assign(Some(Account::new("bob", "").id))),
        acts(known(engine, "snoozed"), AlertCommand::Snooze(at("09:00:00"))),
        acts(known(engine, "hook"), AlertCommand::Acknowledge),
    ];
    engine.turn(&acts, at("03:00:20"));
}

#[test]
fn an_hour_of_downtime_changes_no_state_tells_nobody_and_leaves_every_acknowledgement() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    night(&mut engine);
    let before = seen(&engine);
    engine.close().unwrap();
    engine = open(directory.path());
    for (orders, time) in
        [(vec![woke(), adopts()], "04:00:00"), (vec![], "04:00:30"), (vec![], "04:04:59")]
    {
        engine.turn(&orders, at(time));
        assert_eq!(seen(&engine), before, "at {time}");
    }
    engine.turn(&[lasts("acknowledged", "04:09:00")], at("04:04:59"));
    engine.turn(&[], at("04:05:30"));
    assert_eq!(
        open_names(&engine),
        ["acknowledged", "hook", "plain"],
        "what an end was given and nobody spoke of in five minutes of hearing fell silent"
    );
    let id = known(&engine, "acknowledged");
    let held = engine.table.alert(id).unwrap().standing.acknowledgement().unwrap();
    assert_eq!(held.by, account("alice"));
}

#[test]
fn what_somebody_does_in_the_first_turn_after_a_downtime_is_done_to_what_they_saw() {
    let directory = tempfile::tempdir().unwrap();
    let mut engine = open(directory.path());
    engine.turn(&[lasts("disk", "03:04:00")], at("03:00:00"));
    let id = the_alert(&engine);
    engine.close().unwrap();
    engine = open(directory.path());
    let turn = engine.turn(&[woke(), acts(id, AlertCommand::Acknowledge)], at("04:00:00"));
    assert!(turn.answers.iter().all(Result::is_ok));
    assert!(matches!(engine.table.alert(id).unwrap().standing.state, State::Acknowledged(_)));
}

/// An engine whose every turn begins as its hearing says, as the writer does it.
struct Hearer {
    engine: Engine,
    hearing: Hearing,
}

impl Hearer {
    /// A night that was begun at 03:00:00 by both clocks.
    fn after_the_night(mut engine: Engine) -> Self {
        night(&mut engine);
        let mut hearer = Self { engine, hearing: Hearing::at_start() };
        hearer.turn(&[], "03:00:30", 30);
        hearer
    }

    /// A turn at a time of the wall clock and so many seconds after 03:00:00 by the other.
    fn turn(&mut self, orders: &[Order], wall: &str, steady: u64) -> Turn {
        let reading = Reading { wall: at(wall), steady: Duration::from_secs(steady) };
        let deaf = self.hearing.before_turn(reading, 0);
        let woke = deaf.map(|deaf| order(&Actor::Watchbell, Command::Woke(deaf)));
        let orders: Vec<Order> = woke.into_iter().chain(orders.iter().cloned()).collect();
        let turn = self.engine.turn(&orders, at(wall));
        self.hearing.after_turn(&turn.store);
        turn
    }
}

#[test]
fn an_hour_in_which_the_machine_slept_changes_no_state_and_tells_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let mut hearer = Hearer::after_the_night(open(directory.path()));
    let before = seen(&hearer.engine);
    // It slept from 03:01:00 on.
    for (time, steady) in [("04:01:00", 60), ("04:02:00", 120), ("04:05:59", 359)] {
        hearer.turn(&[], time, steady);
        assert_eq!(seen(&hearer.engine), before, "at {time}");
    }
    hearer.turn(&[lasts("acknowledged", "04:10:00")], "04:05:59", 359);
    hearer.turn(&[], "04:06:30", 390);
    assert_eq!(open_names(&hearer.engine), ["acknowledged", "hook", "plain"]);
}

#[test]
fn ten_minutes_of_a_full_disk_refuse_everything_and_end_nothing() {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut hearer = Hearer::after_the_night(Engine::new(store, loaded, Arc::default(), 7));
    let before = seen(&hearer.engine);
    disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
    let id = known(&hearer.engine, "firing");
    for minute in 2..12 {
        let orders = [lasts("firing", "03:20:00"), acts(id, AlertCommand::Acknowledge)];
        let time = format!("03:{minute:02}:00");
        let turn = hearer.turn(&orders, &time, minute * 60);
        assert!(turn.answers.iter().all(Result::is_err), "at {time}");
        assert_eq!(seen(&hearer.engine), before, "at {time}");
    }
    disk.follow(Plan::Well);
    for (time, steady) in [("03:12:30", 750), ("03:13:00", 780), ("03:17:29", 1_049)] {
        hearer.turn(&[], time, steady);
        assert_eq!(seen(&hearer.engine), before, "at {time}");
    }
    let orders = [lasts("firing", "03:21:00"), acts(id, AlertCommand::Acknowledge)];
    let turn = hearer.turn(&orders, "03:17:29", 1_049);
    assert!(turn.answers.iter().all(Result::is_ok));
    hearer.turn(&[], "03:18:30", 1_110);
    assert_eq!(open_names(&hearer.engine), ["firing", "hook", "plain"]);
    let state = &hearer.engine.table.alert(id).unwrap().standing.state;
    assert!(matches!(state, State::Acknowledged(_)));
}
