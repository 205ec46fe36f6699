//! The tally: what there is, counted at one moment. Pure; goes through what is open, as people and as
//! API v2 see it, and through the notifications, and never through what has ended.

use std::collections::BTreeSet;

use crate::domain::alert::{Alert, State};
use crate::domain::delivery::Progress;
use crate::domain::routing::{Hour, routed};
use crate::domain::severity::Severity;
use crate::domain::silence::SilenceState;
use crate::domain::suppress;
use crate::domain::table::Table;

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Open critical alerts.
    pub(super) critical: Standings,
    /// Open warnings.
    pub(super) warning: Standings,
    /// All alerts that are kept, ended ones too.
    pub(super) kept: usize,
    /// Alerts that API v2 shows as active.
    pub(super) active: u64,
    /// Alerts that API v2 shows as suppressed.
    pub(super) suppressed: u64,
    /// Silences.
    pub(super) silences: Silences,
    /// Senders of open alerts whose clock is off.
    pub(super) clocks_off: usize,
    /// Notifications.
    pub(super) deliveries: Deliveries,
}

/// How open alerts stand, as the console's header counts them: each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standings {
    /// Nobody has it, and nothing keeps it quiet.
    pub(super) firing: u64,
    /// Somebody has it, and nothing keeps it quiet.
    pub(super) acknowledged: u64,
    /// Something keeps it quiet, whoever has it.
    pub(super) snoozed: u64,
}

/// How far silences have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Silences {
    pub(super) active: u64,
    pub(super) expired: u64,
    pub(super) pending: u64,
}

/// How far notifications have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Deliveries {
    pub(super) waiting: u64,
    pub(super) attempt: u64,
    pub(super) sent: u64,
    pub(super) superseded: u64,
    pub(super) given_up: u64,
}

impl Tally {
    /// What there is in `table` at this hour.
    pub(super) fn of(table: &Table, hour: Hour) -> Self {
        let mut tally = Self { kept: table.alert_count(), ..Self::default() };
        let mut clocks_off = BTreeSet::new();
        for alert in table.open_alerts() {
            match alert.severity {
                Severity::Critical => tally.critical.add(alert),
                Severity::Warning => tally.warning.add(alert),
            }
            if alert.marks.clock.is_some() {
                clocks_off.insert(&alert.sender);
            }
        }
        for alert in routed(table, hour) {
            match suppress::status(table, alert.alert, hour.now).state() {
                suppress::State::Active => tally.active += 1,
                suppress::State::Suppressed => tally.suppressed += 1,
            }
        }
        for silence in table.silences() {
            tally.silences.add(silence.state(hour.now));
        }
        for delivery in table.deliveries() {
            tally.deliveries.add(&delivery.state);
        }
        tally.clocks_off = clocks_off.len();
        tally
    }
}

impl Standings {
    fn add(&mut self, alert: &Alert) {
        match &alert.standing.state {
            State::Firing | State::Acknowledged(_) if alert.is_suppressed() => self.snoozed += 1,
            State::Firing => self.firing += 1,
            State::Acknowledged(_) => self.acknowledged += 1,
            State::Resolved(_) => {}
        }
    }
}

impl Silences {
    fn add(&mut self, state: SilenceState) {
        match state {
            SilenceState::Active => self.active += 1,
            SilenceState::Expired => self.expired += 1,
            SilenceState::Pending => self.pending += 1,
        }
    }
}

impl Deliveries {
    fn add(&mut self, state: &Progress) {
        match state {
            Progress::Waiting { .. } => self.waiting += 1,
            Progress::Attempt { .. } => self.attempt += 1,
            Progress::Sent { .. } => self.sent += 1,
            Progress::Superseded { .. } => self.superseded += 1,
            Progress::GivenUp { .. } => self.given_up += 1,
        }
    }
}
