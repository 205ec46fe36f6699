//! Three days of virtual time, as a Prometheus tells them: memory and file become no larger than what
//! is kept, however often all of it is told again.

use super::*;
use crate::domain::alert::{Alert, Naming};
use crate::domain::delivery::{Outcome, Progress};
use crate::domain::policy::{Account, Channel};
use crate::domain::samples::labels;
use crate::rounds::rounds;

/// Alerts that are told again every minute. With `WATCHBELL_ROUNDS=200` they are 10,000.
const ALERTS: u64 = 50;
const MINUTES: u64 = 72 * 60;
/// An episode, and the calm after it, in minutes.
const FIRES: u64 = 60;
const CALM: u64 = 120;

fn policy() -> Arc<Policy> {
    Arc::new(Policy {
        accounts: vec![Account::new("alice", "")],
        channels: vec![Channel::shared("pager")],
        // By the first day's end as much is forgotten as comes.
        retention: SignedDuration::from_hours(12),
        ..Policy::default()
    })
}

struct Days {
    engine: Engine,
    disk: Platter,
    begun: Timestamp,
    told: u64,
}

fn open(disk: &Platter) -> Engine {
    let (store, loaded) = Store::open(disk.clone()).unwrap();
    Engine::new(store, loaded, policy(), 7)
}

/// How far an alert is into its present round of an episode and a calm.
fn into_round(alert: u64, minute: u64) -> u64 {
    (minute + alert * 7) % (FIRES + CALM)
}

impl Days {
    fn at(&self, minute: u64) -> Timestamp {
        after(self.begun, SignedDuration::from_mins(minute.cast_signed()))
    }

    /// What Prometheus sends in a minute: what fires, with an end four minutes on, and for a quarter
    /// of an hour what does not any more.
    fn post(&self, minute: u64, alerts: u64) -> Option<Order> {
        let reports = (0..alerts).filter_map(|number| {
            let into = into_round(number, minute);
            let start = self.at(minute.saturating_sub(into));
            let end = match into {
                0..FIRES => self.at(minute + 4),
                FIRES..=75 => self.at((minute + FIRES).saturating_sub(into)),
                _ => return None,
            };
            let set = labels(&[("alertname", &format!("alert {number}")), ("job", "node")]);
            let naming = Naming::of_labels(set.clone());
            let identity = Identity { namespace: Namespace::default(), naming };
            let severity = if number % 3 == 0 { "warning" } else { "critical" };
            let payload = Payload {
                road: Road::V2,
                labels: set,
                annotations: labels(&[("value", &format!("{minute}"))]),
                starts_at: Some(start),
                ..payload(&format!("alert {number}"), severity)
            };
            let told = told(start, end);
            Some(Report::Interval { identity, told, payload: Box::new(payload) })
        });
        let reports: Vec<Report> = reports.collect();
        let prometheus = Actor::Machine("prometheus".into());
        (!reports.is_empty()).then(|| order(&prometheus, Command::Report(reports)))
    }

    /// What people do in a minute.
    fn acts(&self, minute: u64) -> Vec<Order> {
        if !minute.is_multiple_of(5) {
            return Vec::new();
        }
        let mut open: Vec<AlertId> =
            self.engine.table.open_alerts().map(|alert| alert.id).collect();
        open.sort_unstable();
        let acted = open.into_iter().skip(usize::try_from(minute / 5 % 9).unwrap()).step_by(9);
        let commands = [
            AlertCommand::Acknowledge,
            AlertCommand::Resolve,
            AlertCommand::Snooze(self.at(minute + 20)),
            AlertCommand::Note("looking".into()),
        ];
        acted.zip(commands.into_iter().cycle()).map(|(id, command)| acts(id, command)).collect()
    }

    fn live(&mut self, minute: u64, alerts: u64) {
        // Prometheus is away for a quarter of an hour every six hours.
        let away = minute % 360 > 345;
        let post = (!away).then(|| self.post(minute, alerts)).flatten();
        let mut orders = self.acts(minute);
        orders.extend(post);
        self.told += 1;
        self.turn(&orders, minute);
        while self.engine.upkeep() == Upkeep::More {}
        if minute % 480 == 479 {
            self.restart(minute);
        }
    }

    fn turn(&mut self, orders: &[Order], minute: u64) {
        let mut orders = orders.to_vec();
        loop {
            let turn = self.engine.turn(&orders, self.at(minute));
            assert_eq!(turn.store, StoreState::Well);
            assert!(turn.answers.iter().all(Result::is_ok), "{:?}", turn.answers);
            let changes = turn.published.iter().flat_map(|published| published.changes.iter());
            let begun = changes.filter_map(|change| match &change.next {
                Some(Entity::Delivery(one)) if matches!(one.state, Progress::Attempt { .. }) => {
                    let outcome = match one.attempts {
                        1 if minute.is_multiple_of(7) => {
                            Outcome::NotNow { why: "503".into(), wait: None }
                        }
                        _ => Outcome::Taken,
                    };
                    let settle = Command::Settle(one.id, one.attempts, outcome);
                    Some(order(&Actor::Watchbell, settle))
                }
                _ => None,
            });
            orders = begun.collect();
            if orders.is_empty() {
                return;
            }
        }
    }

    /// Ends as often by a crash as in order.
    fn restart(&mut self, minute: u64) {
        let old = std::mem::replace(&mut self.engine, open(&Platter::default()));
        if minute % 960 == 479 {
            drop(old);
        } else {
            old.close().unwrap();
        }
        self.engine = open(&self.disk);
        self.turn(&[woke()], minute);
    }

    /// How much of everything there is.
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        let table = &self.engine.table;
        let mut sizes = table.sizes();
        sizes.extend(self.engine.store.sizes());
        let lines = table.alerts().map(|alert| alert.recent.len()).max();
        let owed = table.alerts().map(|alert| table.deliveries_of(alert.id).count()).max();
        sizes.push(("most lines of an alert", lines.unwrap_or_default()));
        sizes.push(("most deliveries of an alert", owed.unwrap_or_default()));
        sizes.push(("bytes of the file", self.disk.length()));
        sizes
    }
}

#[test]
fn in_three_days_of_re_sends_neither_memory_nor_file_grow_beyond_what_is_kept() {
    let alerts = rounds(ALERTS);
    let disk = Platter::default();
    let (engine, begun) = (open(&disk), at("00:00:00"));
    let mut days = Days { engine, disk, begun, told: 0 };
    days.turn(&[woke()], 0);
    let mut seen = Vec::new();
    for minute in 1..=MINUTES {
        days.live(minute, alerts);
        if minute % (24 * 60) == 0 {
            seen.push(days.sizes());
        }
    }
    let [first, second, third] = seen.as_slice() else { panic!("three days") };
    let most = usize::try_from(alerts).unwrap();
    for ((name, day1), ((_, day2), (_, day3))) in first.iter().zip(second.iter().zip(third)) {
        println!("{name:<28} {day1:>9} {day2:>9} {day3:>9}");
        // Pieces of the journal come and go, a mebibyte or two at a time.
        let spare = match *name {
            "bytes of journal" => 3 << 20,
            "bytes of the file" => 8 << 20,
            _ => most.max(64),
        };
        assert!(*day2 <= day1 + day1 / 4 + spare, "{name}: {day1}, {day2}");
        assert!(*day3 <= day1 + day1 / 4 + spare, "{name}: {day1}, {day3}");
    }
    // An episode, an hour in which it may be reopened, and half a day in which it is kept.
    let of = |name: &str| third.iter().find(|(known, _)| *known == name).unwrap().1;
    assert!(of("alerts") > most * 3 && of("alerts") < most * 12, "{}", of("alerts"));
    assert!(of("open") <= most + 1, "{}", of("open"));
    assert!(of("most lines of an alert") <= Alert::RECENT + 20);
    assert!(of("heard") <= 8, "{}", of("heard"));
}
