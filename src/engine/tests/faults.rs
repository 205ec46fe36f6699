//! A disk that fails at any operation of a night: nothing that was answered is lost, nothing else is
//! shown, what is kept can be read all the while, and saving goes on by itself.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use super::*;
use crate::domain::delivery::{Outcome, Progress};
use crate::domain::policy::{Account, Channel};

/// Something that was answered, and is to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Promised {
    Fires,
    Acknowledged,
    Resolved,
    Noted,
}

/// How a fault ends.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It was one operation.
    Once(fn(u64) -> Plan),
    /// It lasts for two minutes.
    Lasts(fn(u64) -> Plan),
}

/// A night with a disk that fails, told by somebody who writes down what was promised.
struct Night {
    engine: Engine,
    disk: Platter,
    fault: Fault,
    now: Timestamp,
    promised: BTreeMap<String, Promised>,
    /// Since when the disk fails, where it does for a while.
    broken: Option<Timestamp>,
    turns_in_trouble: u32,
}

fn policy() -> Arc<Policy> {
    let accounts = vec![Account::new("alice", "")];
    let channels = vec![Channel::shared("pager")];
    Arc::new(Policy { accounts, channels, ..Policy::default() })
}

fn second(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

impl Night {
    fn begin(fault: Fault, n: u64) -> Self {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let mut engine = Engine::new(store, loaded, policy(), 7);
        let now = at("03:00:00");
        engine.turn(&[woke()], now);
        let (Fault::Once(plan) | Fault::Lasts(plan)) = fault;
        disk.follow(plan(n));
        let (promised, broken, turns_in_trouble) = (BTreeMap::new(), None, 0);
        Self { engine, disk, fault, now, promised, broken, turns_in_trouble }
    }

    /// Takes turns until one could be saved; gives its answers.
    fn take(&mut self, orders: &[Order]) -> Vec<Result<Receipt, SubmitError>> {
        loop {
            let before: Vec<Entity> = self.engine.table.entities().collect();
            let epoch = self.engine.cursor.epoch;
            let turn = self.engine.turn(orders, self.now);
            assert_eq!(turn.answers.len(), orders.len());
            match &turn.store {
                StoreState::Well => {
                    self.settle(&turn);
                    return turn.answers;
                }
                StoreState::Broken { retry, .. } => {
                    self.turns_in_trouble += 1;
                    let refused = |answer: &Result<Receipt, SubmitError>| match answer {
                        Err(SubmitError::Unavailable(_) | SubmitError::Unsure(_)) => true,
                        Err(_) | Ok(_) => false,
                    };
                    assert!(turn.answers.iter().all(refused), "{:?}", turn.answers);
                    assert!(turn.published.is_none(), "nobody sees what is not kept");
                    if self.engine.cursor.epoch == epoch {
                        let table: Vec<Entity> = self.engine.table.entities().collect();
                        assert_eq!(table, before, "what is kept can be read");
                    }
                    let retry = *retry;
                    self.wait_for_the_disk(retry);
                }
            }
        }
    }

    /// Goes on to when saving is tried again. A fault that lasts ends after a while.
    fn wait_for_the_disk(&mut self, retry: Timestamp) {
        assert!(retry > self.now, "a broken disk is left alone for a moment");
        let broken = *self.broken.get_or_insert(self.now);
        self.now = retry;
        if matches!(self.fault, Fault::Lasts(_)) && self.now > after(broken, second(120)) {
            self.disk.follow(Plan::Well);
        }
        let waited = self.now.duration_since(broken);
        assert!(waited < second(180), "it goes on by itself: {waited}");
    }

    /// Whoever sends notifications settles what was begun.
    fn settle(&mut self, turn: &Turn) {
        let begun: Vec<Order> = turn
            .published
            .iter()
            .flat_map(|published| published.table.deliveries())
            .filter(|delivery| matches!(delivery.state, Progress::Attempt { .. }))
            .map(|delivery| {
                let command = Command::Settle(delivery.id, delivery.attempts, Outcome::Taken);
                order(&Actor::Watchbell, command)
            })
            .collect();
        if !begun.is_empty() {
            self.take(&begun);
        }
    }

    /// Has all of it done, again and again until it is; writes down what was.
    fn does(&mut self, names: &[String], promised: Promised) {
        let mut left = names.to_vec();
        while !left.is_empty() {
            let orders: Vec<Order> = left.iter().map(|name| self.order(name, promised)).collect();
            let answers = self.take(&orders);
            let answered = left.drain(..).zip(answers);
            let mut again = Vec::new();
            for (name, answer) in answered {
                match answer {
                    Ok(_) => drop(self.promised.insert(name, promised)),
                    Err(_) => again.push(name),
                }
            }
            left = again;
            self.now = after(self.now, second(1));
        }
    }

    fn order(&self, name: &str, promised: Promised) -> Order {
        let id = || self.engine.table.newest(&identity(name)).unwrap().id;
        match promised {
            Promised::Fires => fires(name),
            Promised::Acknowledged => acts(id(), AlertCommand::Acknowledge),
            Promised::Resolved => acts(id(), AlertCommand::Resolve),
            Promised::Noted => acts(id(), AlertCommand::Note("seen".into())),
        }
    }

    /// What was promised and is not so, here or on the disk.
    fn lost(&self) -> Vec<String> {
        let is_so = |name: &String, promised: Promised| {
            let newest = self.engine.table.newest(&identity(name));
            let Some(alert) = newest else { return false };
            match promised {
                Promised::Fires => alert.is_open(),
                Promised::Acknowledged => {
                    matches!(alert.standing.state, State::Acknowledged(_))
                }
                Promised::Resolved => !alert.is_open(),
                Promised::Noted => {
                    alert.recent.iter().any(|line| line.to_string().contains("seen"))
                }
            }
        };
        let promised = self.promised.iter();
        promised.filter(|(name, what)| !is_so(name, **what)).map(|(name, _)| name.clone()).collect()
    }

    /// Everything that was told of the storage.
    fn told_of_storage(&self) -> usize {
        let own = |alert: &&Arc<crate::domain::alert::Alert>| {
            alert.labels.get("alertname") == Some("WatchbellCannotSave")
        };
        self.engine.table.alerts().filter(own).count()
    }

    /// Ends, and begins again from what is on the disk.
    fn restart(&mut self) {
        let other = Store::open(Platter::default()).unwrap();
        let other = Engine::new(other.0, other.1, policy(), 1);
        drop(std::mem::replace(&mut self.engine, other));
        loop {
            if let Ok((store, loaded)) = Store::open(self.disk.clone()) {
                self.engine = Engine::new(store, loaded, policy(), 8);
                break;
            }
            // Whoever starts it does so again in a while.
            let retry = after(self.now, second(30));
            self.wait_for_the_disk(retry);
        }
        self.take(&[woke()]);
    }

    /// Posts, acts, folds, clears away, starts again.
    fn live(&mut self) {
        let names = |from: u32| (from..from + 4).map(|n| format!("disk {n}")).collect::<Vec<_>>();
        self.does(&names(0), Promised::Fires);
        self.does(&names(0)[..2], Promised::Acknowledged);
        self.does(&names(2)[..1], Promised::Noted);
        self.clear();
        self.does(&names(3)[..1], Promised::Resolved);
        self.restart();
        self.does(&names(10), Promised::Fires);
        self.clear();
        self.take(&[]);
    }

    /// As when nothing waits, with a journal that is folded however short it is.
    fn clear(&mut self) {
        if self.engine.trouble.is_none()
            && let Err(error) = self.engine.store.fold_slice()
        {
            self.engine.fail(&[], &error);
        }
        self.engine.upkeep();
        self.take(&[]);
    }
}

/// Has the disk fail at every operation of the night in turn, until a night passes undisturbed.
fn at_every_operation(fault: Fault) {
    let mut nights_in_trouble = 0;
    for n in 0.. {
        let mut night = Night::begin(fault, n);
        night.live();
        assert_eq!(night.lost(), Vec::<String>::new(), "{fault:?} {n}");
        if night.turns_in_trouble > 0 {
            nights_in_trouble += 1;
            // A restart may have been what made up for it.
            assert!(night.told_of_storage() <= 1, "{fault:?} {n}");
        }
        let undisturbed = night.disk.operations() <= n && night.broken.is_none();
        night.disk.follow(Plan::Well);
        night.restart();
        assert_eq!(night.lost(), Vec::<String>::new(), "{fault:?} {n}, on the disk");
        if undisturbed {
            println!("{fault:?}: {n} operations, {nights_in_trouble} nights in trouble, none lost");
            assert!(nights_in_trouble > 50, "{nights_in_trouble} of {n}");
            return;
        }
    }
}

#[test]
fn one_write_that_fails_at_any_operation_of_a_night_loses_nothing() {
    at_every_operation(Fault::Once(|n| Plan::FailAt(n, ErrorKind::Other)));
}

#[test]
fn one_write_that_finds_no_space_at_any_operation_of_a_night_loses_nothing() {
    at_every_operation(Fault::Once(|n| Plan::FailAt(n, ErrorKind::StorageFull)));
}

#[test]
fn a_disk_that_fails_for_two_minutes_from_any_operation_on_loses_nothing() {
    at_every_operation(Fault::Lasts(|n| Plan::FailFrom(n, ErrorKind::Other)));
}

#[test]
fn a_disk_that_is_full_for_two_minutes_from_any_operation_on_loses_nothing() {
    at_every_operation(Fault::Lasts(|n| Plan::FailFrom(n, ErrorKind::StorageFull)));
}

#[test]
fn a_driver_that_panics_at_any_operation_of_a_night_loses_nothing() {
    at_every_operation(Fault::Once(Plan::PanicAt));
}

/// An engine under `policy` whose disk has been full from 03:01:00 to 03:03:00, and was asked to take
/// two posts and an acknowledgement then.
fn after_a_full_disk() -> (Engine, Platter) {
    let disk = Platter::default();
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    let mut engine = Engine::new(store, loaded, policy(), 7);
    engine.turn(&[woke(), fires("disk")], at("03:00:00"));
    let id = the_alert(&engine);
    disk.follow(Plan::FailFrom(0, ErrorKind::StorageFull));
    engine.turn(&[fires("cpu")], at("03:01:00"));
    let acknowledge = acts(id, AlertCommand::Acknowledge);
    engine.turn(&[fires("cpu"), acknowledge], at("03:01:00"));
    disk.follow(Plan::Well);
    assert_eq!(engine.turn(&[], at("03:03:00")).store, StoreState::Well);
    (engine, disk)
}

fn of_storage(engine: &Engine) -> Option<&crate::domain::alert::Alert> {
    let name = "WatchbellCannotSave";
    let mut open = engine.table.alerts();
    open.find(|alert| alert.labels.get("alertname") == Some(name)).map(AsRef::as_ref)
}

#[test]
fn when_saving_works_again_an_alert_of_our_own_says_what_was_and_calls_people() {
    let (engine, _) = after_a_full_disk();
    let alert = of_storage(&engine).unwrap();
    assert_eq!(alert.title.as_str(), "watchbell could not save");
    insta::assert_snapshot!(alert.annotations.get("description").unwrap());
    let id = alert.id;
    let pages = engine.table.deliveries_of(id);
    let begun = |one: &Arc<crate::domain::delivery::Delivery>| {
        matches!(one.state, Progress::Attempt { .. })
    };
    assert_eq!(pages.map(begun).collect::<Vec<_>>(), [true], "as of any other alert");
}

#[test]
fn the_alert_about_storage_is_over_when_saving_has_worked_for_a_while_and_back_if_it_has_not() {
    let (mut engine, disk) = after_a_full_disk();
    let id = of_storage(&engine).unwrap().id;
    let is_open = |engine: &Engine| engine.table.alert(id).unwrap().is_open();
    engine.turn(&[], at("03:07:59"));
    assert!(is_open(&engine));
    // Whoever waits for the next deadline comes in time.
    assert!(engine.next_due().unwrap() <= at("03:08:00"));
    engine.turn(&[], at("03:08:00"));
    assert!(!is_open(&engine));
    disk.follow(Plan::FailFrom(0, ErrorKind::Other));
    engine.turn(&[fires("memory")], at("03:09:00"));
    disk.follow(Plan::Well);
    engine.turn(&[], at("03:09:30"));
    assert!(is_open(&engine), "the same alert: it is the same trouble");
    let description = engine.table.alert(id).unwrap().annotations.get("description").unwrap();
    assert!(description.contains("the disk fails"), "{description}");
    assert!(description.contains("1 post was refused"), "{description}");
}

#[test]
fn the_alert_about_storage_is_over_in_time_also_when_we_were_started_again_meanwhile() {
    let (engine, disk) = after_a_full_disk();
    let id = of_storage(&engine).unwrap().id;
    drop(engine);
    let (store, loaded) = Store::open(disk).unwrap();
    let mut engine = Engine::new(store, loaded, policy(), 8);
    engine.turn(&[woke()], at("03:06:00"));
    assert!(engine.table.alert(id).unwrap().is_open());
    engine.turn(&[], at("03:08:00"));
    assert!(!engine.table.alert(id).unwrap().is_open());
}

#[test]
fn a_disk_that_breaks_again_and_again_is_one_trouble_with_one_alert() {
    let (mut engine, disk) = after_a_full_disk();
    for minute in 4..9 {
        disk.follow(Plan::FailFrom(0, ErrorKind::Other));
        engine.turn(&[fires("memory")], at(&format!("03:0{minute}:00")));
        disk.follow(Plan::Well);
        engine.turn(&[], at(&format!("03:0{minute}:59")));
    }
    let name = Some("WatchbellCannotSave");
    let count = engine.table.alerts().filter(|one| one.labels.get("alertname") == name).count();
    assert_eq!(count, 1);
}
