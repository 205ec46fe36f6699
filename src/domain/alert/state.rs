//! How an alert stands: its state, whose it is, and since when it needs somebody.

use crate::domain::actor::{Actor, Person};
use crate::domain::id::Revision;
use crate::domain::severity::Severity;
use crate::domain::time::Timestamp;

/// The state of an alert. What only one state knows lies in its variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has acknowledged it.
    Firing,
    /// Somebody has it.
    Acknowledged(Acknowledgement),
    /// It ended.
    Resolved(Resolution),
}

/// Who has taken an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who acknowledged it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// The highest severity that was acknowledged; a rise above it ends the acknowledgement.
    pub level: Severity,
    /// The commit that brought it: who decided on an older view has not seen it.
    pub revision: Revision,
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What ended it.
    pub how: Ending,
    /// When.
    pub at: Timestamp,
}

/// What ended an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its source said so.
    Source,
    /// Somebody said so.
    Operator(Actor),
}

/// What people move about an alert, in one piece: what an undo puts back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// Whose it is. Apart from who acknowledged it.
    pub assignee: Option<Person>,
    /// When, by our clock, it last began to need somebody: first report, rise of severity,
    /// un-acknowledge, reopening.
    pub needed: Timestamp,
    /// The commit that last changed this standing.
    pub touched: Revision,
}

impl Standing {
    /// How every alert begins.
    pub fn begun(now: Timestamp, revision: Revision) -> Self {
        Self { state: State::Firing, assignee: None, needed: now, touched: revision }
    }

    /// The resolution, where it has ended.
    pub fn resolution(&self) -> Option<&Resolution> {
        match &self.state {
            State::Resolved(resolution) => Some(resolution),
            State::Firing | State::Acknowledged(_) => None,
        }
    }

    /// The acknowledgement, where somebody has it.
    pub fn acknowledgement(&self) -> Option<&Acknowledgement> {
        match &self.state {
            State::Acknowledged(acknowledgement) => Some(acknowledgement),
            State::Firing | State::Resolved(_) => None,
        }
    }

    /// Firing or acknowledged: not ended.
    pub fn is_open(&self) -> bool {
        self.resolution().is_none()
    }
}

/// The word of the wire: `firing`, `acknowledged`, `resolved`.
impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Firing => "firing",
            Self::Acknowledged(_) => "acknowledged",
            Self::Resolved(_) => "resolved",
        })
    }
}
