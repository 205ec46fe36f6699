//! Suppression as routes and API v2 see it: by which silences and alerts one is kept from being
//! told. Asked at the time of the question; decides nothing.

use std::sync::Arc;

use super::alert::Alert;
use super::id::SilenceId;
use super::labels::Fingerprint;
use super::matcher::Matcher;
use super::silence::{Silence, SilenceState};
use super::table::{Lookup, Table};
use super::time::{SignedDuration, Timestamp, after};

/// What keeps an alert from being told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The silences in force that match it, in order of their ids.
    pub silenced_by: Vec<SilenceId>,
    /// The alerts because of which a rule inhibits it.
    pub inhibited_by: Vec<Fingerprint>,
}

/// The word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing keeps it from being told.
    Active,
    /// Something does.
    Suppressed,
}

impl Status {
    /// The word for it.
    pub fn state(&self) -> State {
        if self.silenced_by.is_empty() && self.inhibited_by.is_empty() {
            State::Active
        } else {
            State::Suppressed
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suppressed => "suppressed",
        })
    }
}

/// What keeps `alert` from being told at `now`. An acknowledgement and a snooze do not: they are
/// between people, and a source or another client knows nothing of them.
///
/// An alert is marked with the silences that match it, so that none has to be asked; but for those
/// that have just begun and are on their way to their alerts.
pub fn status(table: &Table, alert: &Alert, now: Timestamp) -> Status {
    let marked = alert.suppressions.iter().filter_map(|held| held.by.silence());
    let in_force = |id: &SilenceId| {
        table.silence(*id).is_some_and(|silence| silence.state(now) == SilenceState::Active)
    };
    let mut silenced_by: Vec<SilenceId> = marked.filter(in_force).collect();
    for silence in table.unsettled_silences(now) {
        if silence.mutes(alert.told_labels(), now) && !silenced_by.contains(&silence.id) {
            silenced_by.push(silence.id);
        }
    }
    silenced_by.sort_unstable();
    Status { silenced_by, inhibited_by: Vec::new() }
}

/// The open alerts that all `matchers` match, in order of their seats.
pub fn reached<'t>(
    table: &'t Table,
    matchers: &'t [Matcher],
) -> impl Iterator<Item = &'t Arc<Alert>> {
    let lookup = Lookup::of(table, matchers.iter().filter_map(Matcher::words));
    let found = table.look_up(&lookup, None);
    found.filter(move |alert: &&Arc<Alert>| {
        matchers.iter().all(|one| one.matches(alert.told_labels()))
    })
}

/// The alerts that would call somebody if `silence` ended now.
pub fn would_call<'t>(table: &'t Table, silence: &Silence) -> impl Iterator<Item = &'t Arc<Alert>> {
    let id = silence.id;
    table.silenced_by(id).filter(move |alert| {
        let others = alert.suppressions.iter().any(|held| held.by.silence() != Some(id));
        !others && alert.is_wanted()
    })
}

/// The silences in force that end within `span` and whose end would call somebody, the next first;
/// each with how many alerts would.
pub fn ending_soon(
    table: &Table,
    span: SignedDuration,
    now: Timestamp,
) -> Vec<(&Arc<Silence>, usize)> {
    let soon = after(now, span);
    let ends = |silence: &&Arc<Silence>| silence.terms.ends <= soon;
    let active = table.silences().filter(|silence| silence.state(now) == SilenceState::Active);
    let called = active.filter(ends).map(|silence| (silence, would_call(table, silence).count()));
    let mut ending: Vec<_> = called.filter(|(_, count)| *count > 0).collect();
    ending.sort_by_key(|(silence, _)| (silence.terms.ends, silence.id));
    ending
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::AlertCommand;
    use crate::domain::samples::{Desk, account, payload};

    #[test]
    fn what_people_agreed_upon_among_themselves_suppresses_nothing() {
        let mut desk = Desk::new();
        let id = desk.fires("disk", payload("disk", "critical"));
        let until = after(desk.now, SignedDuration::from_hours(1));
        for command in [AlertCommand::Acknowledge, AlertCommand::Snooze(until)] {
            desk.act(&account("alice"), id, command).unwrap();
            let status = status(&desk.table, desk.alert(id), desk.now);
            assert_eq!(status.state().to_string(), "active");
        }
    }

    #[test]
    fn one_reason_is_enough_to_be_suppressed() {
        let silenced =
            Status { silenced_by: vec![SilenceId(uuid::Uuid::nil())], ..Status::default() };
        let inhibited = Status { inhibited_by: vec![Fingerprint(1)], ..Status::default() };
        assert_eq!(silenced.state().to_string(), "suppressed");
        assert_eq!(inhibited.state().to_string(), "suppressed");
    }
}
