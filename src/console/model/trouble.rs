//! What makes a screen doubtful: nothing can be saved or nobody can connect, an absence, posts that
//! were not taken in. Pure; must not read a clock.

use std::collections::BTreeSet;

use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::table::{Grant, Table};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};
use crate::engine::Absence;

/// Since when something is not as it should be, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// Why, in a few words.
    pub reason: Text,
}

/// What an absence leaves behind: alerts that may have ended meanwhile and are shown as open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// After what.
    pub absence: Absence,
    /// Those of which nothing was heard since.
    doubtful: BTreeSet<AlertId>,
}

impl Back {
    /// In less than this nothing has ended that its sender does not tell again.
    const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

    /// What `absence` leaves behind in `table` at `now`, if anything.
    pub fn of(absence: Absence, table: &Table, now: Timestamp) -> Option<Back> {
        let back = Back { absence, doubtful: BTreeSet::new() };
        if now >= back.until() || since(absence.grant.heard_from, absence.from) < Self::SHORTEST {
            return None;
        }
        let doubtful = table.open_alerts().filter(|alert| back.doubts(alert));
        let doubtful: BTreeSet<_> = doubtful.map(|alert| alert.id).collect();
        (!doubtful.is_empty()).then_some(Back { doubtful, ..back })
    }

    /// When the last of it is over: what is silent until then has timed out.
    pub fn until(&self) -> Timestamp {
        self.absence.grant.until
    }

    /// Something was heard of an alert, or it ended. Says whether anything is left in doubt.
    pub fn hear(&mut self, alert: &Alert) -> bool {
        if !self.doubts(alert) {
            self.doubtful.remove(&alert.id);
        }
        !self.doubtful.is_empty()
    }

    fn doubts(&self, alert: &Alert) -> bool {
        let Grant { heard_from, until } = self.absence.grant;
        alert.seen.last <= heard_from && alert.times_out().is_some_and(|at| at <= until)
    }
}

/// Posts that were not taken in, one soon after the other, because too much was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overload {
    /// Since when.
    pub since: Timestamp,
    /// When the last of them was.
    pub last: Timestamp,
}

impl Overload {
    /// How long after the last of them it is over: by then they were sent again.
    const OVER_AFTER: SignedDuration = SignedDuration::from_mins(5);

    /// When it is over, unless another is not taken in.
    pub fn until(&self) -> Timestamp {
        after(self.last, Self::OVER_AFTER)
    }
}
