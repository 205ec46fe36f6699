//! Suppressions: what keeps an alert quiet without taking it off the table.

use crate::domain::actor::Actor;
use crate::domain::id::SilenceId;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp};

/// One thing that keeps an alert quiet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What.
    pub by: Suppressor,
    /// Since when.
    pub since: Timestamp,
}

/// What can keep an alert quiet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppressor {
    /// Somebody wants to hear of it later.
    Snooze {
        /// Who.
        by: Actor,
        /// When it wakes.
        until: Timestamp,
    },
    /// A silence. Its words are those it had when it reached the alert; the table knows those it has.
    Silence {
        /// Which.
        id: SilenceId,
        /// Whose.
        by: Text,
        /// When it ends.
        until: Timestamp,
        /// Why.
        why: Text,
    },
    /// A rule of this name.
    Rule(Text),
}

impl Suppressor {
    /// A snooze lasts no longer: a mistyped one must not hide an alert for good.
    pub const LONGEST_SNOOZE: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// Whether both are the same thing: an alert has one snooze, and each silence and rule once.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Snooze { .. }, Self::Snooze { .. }) => true,
            (Self::Rule(ours), Self::Rule(theirs)) => ours == theirs,
            (Self::Silence { id: ours, .. }, Self::Silence { id: theirs, .. }) => ours == theirs,
            (Self::Snooze { .. } | Self::Silence { .. } | Self::Rule(_), _) => false,
        }
    }
}

impl std::fmt::Display for Suppressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Snooze { by, until } => write!(f, "snoozed by {by} until {until:.0}"),
            Self::Silence { by, until, why, .. } => {
                write!(f, "silenced by {by} until {until:.0}")?;
                if why.is_empty() { Ok(()) } else { write!(f, ": {why}") }
            }
            Self::Rule(name) => write!(f, "kept quiet by {name}"),
        }
    }
}
