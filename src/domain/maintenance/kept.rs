//! A maintenance that somebody made while the program ran: kept as anything else. Those of the
//! configuration are kept there.

use super::Maintenance;
use crate::domain::actor::Actor;
use crate::domain::id::MaintenanceId;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// It, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMaintenance {
    /// Made from its name.
    pub id: MaintenanceId,
    /// What it is.
    pub maintenance: Maintenance,
    /// Who made it.
    pub by: Actor,
    /// When.
    pub created: Timestamp,
}

/// Of which maintenance a silence is a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowOf {
    /// Its name.
    pub name: Text,
    /// The maintenance in words, as it was when the silence was made.
    pub was: Text,
    /// When the window ends, whatever became of the silence.
    pub until: Timestamp,
}

impl Maintenance {
    /// All that it says, in one line.
    pub fn told(&self) -> Text {
        let matchers: Vec<String> = self.matchers.iter().map(ToString::to_string).collect();
        let comment = if self.comment.is_empty() { "" } else { ": " };
        let Self { comment: why, when, .. } = self;
        Text::derive(&format!("{} {when}{comment}{why}", matchers.join(" ")))
    }
}
