//! A year of virtual time over a real store: random sources, operators, restarts and a disk that
//! refuses now and then. Whatever happens, the laws hold and nothing that was answered is lost.

use super::*;
use crate::domain::alert::{Identity, Namespace, Naming};
use crate::domain::command::{Deaf, SilenceCommand};
use crate::domain::delivery::{Outcome, Progress};
use crate::domain::id::DeliveryId;
use crate::domain::laws::{
    broken_law, no_page_of_an_ended_alert_waits, silences_mark_what_they_match,
};
use crate::domain::matcher::{Dialect, Matcher};
use crate::domain::policy::{Account, Channel, Policy};
use crate::domain::report::{Payload, Road};
use crate::domain::samples::labels;
use crate::domain::silence::Terms;

const IDENTITIES: u64 = 1_000;
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);
/// The seeds that are lived through; one that ever found something stays.
const SEEDS: [u128; 1] = [1];

#[test]
fn a_year_on_call_breaks_no_law_and_loses_nothing() {
    for seed in SEEDS {
        let mut year = Year::begin(seed);
        while year.now < year.end {
            year.live();
        }
        assert!(year.answered > 10_000, "{} orders were answered", year.answered);
        assert!(year.restarts > 10 && year.refusals > 10, "the year was too calm");
    }
}

struct Year {
    engine: Engine,
    disk: Platter,
    /// Attempts that have begun and come to something soon.
    begun: Vec<(DeliveryId, u32)>,
    chance: Ids,
    now: Timestamp,
    end: Timestamp,
    turns: u64,
    answered: u64,
    refusals: u64,
    restarts: u64,
}

impl Year {
    fn begin(seed: u128) -> Self {
        let disk = Platter::default();
        let (store, loaded) = Store::open(disk.clone()).unwrap();
        let now = at("00:00:00");
        let mut year = Self {
            engine: Engine::new(store, loaded, policy(), seed),
            disk,
            begun: Vec::new(),
            chance: Ids::from_seed(seed),
            now,
            end: after(now, YEAR),
            turns: 0,
            answered: 0,
            refusals: 0,
            restarts: 0,
        };
        year.wake();
        year
    }

    /// Goes on to the next thing that happens: by chance, or because it is due.
    fn live(&mut self) {
        let next = after(self.now, SignedDuration::from_secs(self.below(5_400).cast_signed()));
        if let Some(due) = self.engine.next_due().filter(|due| *due <= next) {
            self.now = due.max(self.now);
            self.turn(&[]);
        } else {
            self.now = next;
            match self.below(400) {
                0 => self.restart(),
                1 => self.refuse(),
                _ => self.something(),
            }
        }
        self.settle();
    }

    fn something(&mut self) {
        let count = 1 + self.below(4);
        let orders: Vec<Order> = (0..count).map(|_| self.order()).collect();
        self.turn(&orders);
    }

    fn turn(&mut self, orders: &[Order]) {
        let turn = self.engine.turn(orders, self.now);
        self.refusals += turn.answers.iter().filter(|answer| answer.is_err()).count() as u64;
        self.answered += turn.answers.iter().filter(|answer| answer.is_ok()).count() as u64;
        let changes = turn.published.iter().flat_map(|published| published.changes.iter());
        self.begun.extend(changes.filter_map(|change| match &change.next {
            Some(Entity::Delivery(delivery)) => {
                let begun = matches!(delivery.state, Progress::Attempt { .. });
                begun.then_some((delivery.id, delivery.attempts))
            }
            _ => None,
        }));
        let table = &self.engine.table;
        self.turns += 1;
        if self.turns.is_multiple_of(200) {
            assert_eq!(broken_law(table), None, "at {}", self.now);
            if turn.store == StoreState::Well {
                assert!(no_page_of_an_ended_alert_waits(table, self.now), "at {}", self.now);
                if self.engine.next_due().is_none_or(|due| due > self.now) {
                    assert!(silences_mark_what_they_match(table, self.now), "at {}", self.now);
                }
            }
        }
    }

    /// What was begun comes to something.
    fn settle(&mut self) {
        let attempts = std::mem::take(&mut self.begun);
        for (id, attempt) in attempts {
            let outcome = match self.below(10) {
                0 => continue,
                1 => Outcome::Never { why: "404".into() },
                2..=4 => Outcome::NotNow { why: "503".into(), wait: None },
                _ => Outcome::Taken,
            };
            let settle = order(&Actor::Watchbell, Command::Settle(id, attempt, outcome));
            self.turn(&[settle]);
        }
    }

    fn restart(&mut self) {
        self.restarts += 1;
        let before: Vec<Entity> = self.engine.table.entities().collect();
        let (store, loaded) = Store::open(Platter::default()).unwrap();
        let old =
            std::mem::replace(&mut self.engine, Engine::new(store, loaded, Arc::default(), 0));
        // A crash as often as an end: what was answered is kept either way.
        if self.below(2) == 0 {
            drop(old);
        } else {
            old.close().unwrap();
        }
        let (store, loaded) = Store::open(self.disk.clone()).unwrap();
        let seed = self.chance.draw().as_u128();
        self.engine = Engine::new(store, loaded, policy(), seed);
        let again: Vec<Entity> = self.engine.table.entities().collect();
        let differs = before.iter().zip(&again).find(|(was, is)| was != is);
        assert_eq!(differs, None, "at {}", self.now);
        assert_eq!(again.len(), before.len());
        self.now = after(self.now, SignedDuration::from_secs(self.below(7_200).cast_signed()));
        self.wake();
    }

    /// The disk takes nothing for a while: every order is refused and nothing moves.
    fn refuse(&mut self) {
        self.disk.follow(Plan::FailFrom(0, std::io::ErrorKind::StorageFull));
        let before: Vec<Entity> = self.engine.table.entities().collect();
        for _ in 0..3 {
            let orders = [self.order(), fires("refused")];
            self.turn(&orders);
            self.now = after(self.now, SignedDuration::from_secs(200));
        }
        assert_eq!(self.engine.table.entities().collect::<Vec<_>>(), before);
        self.disk.follow(Plan::Well);
        self.now = after(self.now, SignedDuration::from_secs(60));
        self.turn(&[]);
        self.wake();
    }

    /// What a start does first.
    fn wake(&mut self) {
        let adopt = order(&Actor::Watchbell, Command::Adopt(policy()));
        self.turn(&[order(&Actor::Watchbell, Command::Woke(Deaf::Start)), adopt]);
    }

    fn order(&mut self) -> Order {
        match self.below(100) {
            0..=59 => self.report(),
            60..=98 => self.act(),
            _ => self.silence(),
        }
    }

    fn report(&mut self) -> Order {
        let number = self.below(IDENTITIES);
        let set = labels(&[("alertname", &format!("alert {number}"))]);
        let road = match number % 3 {
            0 => Road::Plain,
            1 => Road::Webhook,
            _ => Road::V2,
        };
        let naming = match road {
            Road::Plain => Naming::Given(format!("alert {number}").into()),
            Road::Webhook | Road::V2 => Naming::of_labels(set.clone()),
        };
        let identity = Identity { namespace: Namespace::default(), naming };
        let severity = if self.below(4) == 0 { "warning" } else { "critical" };
        let start = after(self.now, -SignedDuration::from_secs(self.below(900).cast_signed()));
        let payload = Payload {
            road,
            labels: set,
            starts_at: (road != Road::Plain).then_some(start),
            ..payload("something is wrong", severity)
        };
        let fires = self.below(3) > 0;
        let report = match (road, fires) {
            (Road::V2, _) => {
                let minutes = if fires { 4 } else { 0 };
                let end = after(self.now, SignedDuration::from_mins(minutes));
                let told = told(start, end);
                Report::Interval { identity, told, payload: Box::new(payload) }
            }
            (Road::Plain | Road::Webhook, true) => {
                Report::Firing { subject: Subject::Known(identity), payload: Box::new(payload) }
            }
            (Road::Plain | Road::Webhook, false) => {
                Report::Resolved { identity, road, ends_at: Some(self.now) }
            }
        };
        order(&Actor::Machine("prometheus".into()), Command::Report(vec![report]))
    }

    fn act(&mut self) -> Order {
        let newest: Vec<AlertId> =
            self.engine.table.open_alerts().map(|alert| alert.id).take(50).collect();
        let Some(id) = newest.get(usize::try_from(self.below(50)).unwrap() % newest.len().max(1))
        else {
            return self.report();
        };
        let later = SignedDuration::from_secs(self.below(7_200).cast_signed() + 1);
        let command = match self.below(9) {
            0..=2 => AlertCommand::Acknowledge,
            3 => AlertCommand::Unacknowledge,
            4 => AlertCommand::Resolve,
            5 => AlertCommand::Snooze(after(self.now, later)),
            6 => AlertCommand::Wake,
            7 => AlertCommand::Assign(Some(Account::new("bob", "").id)),
            _ => AlertCommand::Note("looking".into()),
        };
        acts(*id, command)
    }

    fn silence(&mut self) -> Order {
        const WHAT: [&str; 4] = [
            "alertname=~\"alert .*7\"",
            "alertname=\"alert 12\"",
            "severity!=x",
            "alertname=~\".+ 5.\"",
        ];
        let known: Vec<_> = self.engine.table.silences().map(|silence| silence.id).collect();
        let one = usize::try_from(self.below(64)).unwrap();
        let known = known.get(one % known.len().max(1)).copied();
        let starts = after(self.now, SignedDuration::from_secs(self.below(3_600).cast_signed()));
        let lasts = SignedDuration::from_secs(self.below(20_000).cast_signed());
        let matcher = Matcher::parse(WHAT[one % WHAT.len()], Dialect::Fallback).unwrap();
        let terms = Terms {
            matchers: Arc::new([matcher]),
            starts,
            ends: after(starts, lasts),
            by: "alice".into(),
            comment: "a reason".into(),
            annotations: labels(&[]),
            until_resolved: one.is_multiple_of(3),
        };
        let command = match (self.below(4), known) {
            (0, Some(known)) => SilenceCommand::Expire(known),
            (1, Some(known)) => SilenceCommand::Set(Some(known), Box::new(terms)),
            (2, _) => SilenceCommand::Undo(self.engine.cursor.revision),
            _ => SilenceCommand::Set(None, Box::new(terms)),
        };
        order(&Actor::User("alice".into()), Command::Silence(command))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.chance.draw().as_u64_pair().1 % limit
    }
}

/// What holds all year.
fn policy() -> Arc<Policy> {
    let accounts = ["alice", "bob"].map(|name| Account::new(name, ""));
    Arc::new(Policy {
        accounts: accounts.to_vec(),
        channels: vec![Channel::shared("pager")],
        acknowledged_for: Some(SignedDuration::from_hours(2)),
        ..Policy::default()
    })
}
