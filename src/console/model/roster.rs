//! The roster: who sends alerts here, and how each does. Kept up with every change of an alert, so
//! that a frame looks through no table. Knows nothing of the screen.

use std::collections::BTreeMap;

use crate::domain::actor::Actor;
use crate::domain::alert::Alert;
use crate::domain::decide::silent_sender;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp};

/// All who have sent an alert that was kept since this console began.
#[derive(Clone, Debug, Default)]
pub struct Roster(BTreeMap<Text, Sender>);

/// How one of them does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// Open alerts of which it spoke last.
    pub open: usize,
    /// When it last spoke of any alert.
    pub heard: Option<Timestamp>,
    /// How far its clock is off, by how many of those alerts.
    clocks: BTreeMap<SignedDuration, usize>,
    /// Since when an open alert says that it fell silent.
    pub silent: Option<Timestamp>,
}

impl Sender {
    /// How far its clock is off at the most: behind if positive, ahead if negative.
    pub fn clock(&self) -> Option<SignedDuration> {
        let ends = [self.clocks.first_key_value(), self.clocks.last_key_value()];
        ends.into_iter().flatten().map(|(off, _)| *off).max_by_key(|off| off.abs())
    }

    fn add(&mut self, alert: &Alert) {
        self.heard = self.heard.max(Some(alert.seen.last));
        if alert.is_open() {
            self.open += 1;
            if let Some(off) = alert.marks.clock {
                *self.clocks.entry(off).or_default() += 1;
            }
        }
    }

    fn remove(&mut self, alert: &Alert) {
        if !alert.is_open() {
            return;
        }
        self.open = self.open.saturating_sub(1);
        if let Some(off) = alert.marks.clock
            && let Some(count) = self.clocks.get_mut(&off)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.clocks.remove(&off);
            }
        }
    }
}

impl Roster {
    /// Those of a table.
    pub fn of(table: &Table) -> Roster {
        let mut roster = Roster::default();
        for alert in table.alerts() {
            roster.take(None, Some(alert));
        }
        roster
    }

    /// Takes one change of an alert: how it stood, and how it stands.
    pub fn take(&mut self, old: Option<&Alert>, new: Option<&Alert>) {
        if let Some((name, about)) = old.and_then(said_of)
            && let Some(sender) = self.0.get_mut(&name)
        {
            match about {
                About::Silence(_) => sender.silent = None,
                About::Own(alert) => sender.remove(alert),
            }
        }
        if let Some((name, about)) = new.and_then(said_of) {
            let sender = self.0.entry(name).or_default();
            match about {
                About::Silence(since) => sender.silent = since,
                About::Own(alert) => sender.add(alert),
            }
        }
    }

    /// All of them, by name.
    pub fn senders(&self) -> impl Iterator<Item = (&Text, &Sender)> {
        self.0.iter()
    }

    /// How many fell silent.
    pub fn silent(&self) -> usize {
        self.0.values().filter(|sender| sender.silent.is_some()).count()
    }

    /// Of how many the clock is off.
    pub fn clocks(&self) -> usize {
        self.0.values().filter(|sender| sender.clock().is_some()).count()
    }

    /// Whether one has this name.
    pub fn has(&self, name: &Text) -> bool {
        self.0.contains_key(name)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What an alert has to do with a sender.
enum About<'a> {
    /// It says that the sender is silent, and since when, as long as it is open.
    Silence(Option<Timestamp>),
    /// The sender spoke of it.
    Own(&'a Alert),
}

/// Whom an alert says something of, and what. Our own say nothing of a sender but that.
fn said_of(alert: &Alert) -> Option<(Text, About<'_>)> {
    if let Some(name) = silent_sender(alert) {
        return Some((name, About::Silence(alert.is_open().then_some(alert.standing.since))));
    }
    let ours = alert.sender.as_str() == Actor::Watchbell.to_string();
    (!ours).then(|| (alert.sender.clone(), About::Own(alert)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::Alert;
    use crate::domain::samples::{Desk, payload};

    fn off(alert: &Alert, minutes: i64) -> Alert {
        let mut alert = alert.clone();
        alert.marks.clock = Some(SignedDuration::from_mins(minutes));
        alert
    }

    fn only(roster: &Roster) -> Sender {
        let all: Vec<_> = roster.senders().collect();
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(all[0].0.as_str(), "prometheus");
        all[0].1.clone()
    }

    #[test]
    fn it_says_the_same_change_by_change_as_all_at_once() {
        let mut desk = Desk::new();
        let id = desk.fires("full", payload("full", "critical"));
        desk.wait(SignedDuration::from_mins(1));
        desk.fires("cpu", payload("cpu", "warning"));
        let mut roster = Roster::of(&desk.table);
        assert_eq!((only(&roster).open, only(&roster).heard), (2, Some(desk.now)));
        let before = desk.alert(id).clone();
        desk.wait(SignedDuration::from_mins(1));
        desk.ends("full");
        roster.take(Some(&before), Some(desk.alert(id)));
        assert_eq!(only(&roster), only(&Roster::of(&desk.table)));
        assert_eq!(only(&roster).open, 1);
    }

    #[test]
    fn of_several_clocks_the_one_that_is_off_most_is_told_as_long_as_it_is() {
        let mut desk = Desk::new();
        let ids = ["a", "b", "c"].map(|name| desk.fires(name, payload(name, "critical")));
        let alerts = ids.map(|id| desk.alert(id).clone());
        let mut roster = Roster::of(&desk.table);
        assert_eq!(only(&roster).clock(), None);
        let offs = [3, -20, 3].into_iter().zip(&alerts).map(|(by, alert)| off(alert, by));
        let offs: Vec<Alert> = offs.collect();
        for (old, new) in alerts.iter().zip(&offs) {
            roster.take(Some(old), Some(new));
        }
        assert_eq!(only(&roster).clock(), Some(SignedDuration::from_mins(-20)));
        roster.take(Some(&offs[1]), None);
        roster.take(Some(&offs[0]), Some(&alerts[0]));
        assert_eq!(only(&roster).clock(), Some(SignedDuration::from_mins(3)));
        roster.take(Some(&offs[2]), None);
        assert_eq!((only(&roster).clock(), only(&roster).open), (None, 1));
    }
}
