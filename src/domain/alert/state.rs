//! How an alert stands: its state, whose it is, and since when it needs somebody.

use std::fmt;

use super::call::Call;
use crate::domain::actor::{Actor, Person};
use crate::domain::id::Revision;
use crate::domain::severity::Severity;
use crate::domain::time::{SignedDuration, Timestamp};

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
    /// When it runs out, where it does.
    pub until: Option<Timestamp>,
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What ended it.
    pub how: Ending,
    /// When, by our clock.
    pub at: Timestamp,
    /// When, by the clock of the source that ended it; by ours where it gave no time.
    pub end: Timestamp,
    /// Who had it then: given back to them if the ending turns out to be none.
    pub had: Option<Acknowledgement>,
}

/// What ended an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its source said so.
    Source,
    /// Somebody said so.
    Operator {
        /// Who.
        by: Actor,
        /// Whether its source may go on sending it without bringing it back.
        hold: Option<Hold>,
    },
    /// Nothing more was heard of it.
    TimeOut,
}

impl Ending {
    /// How long after it a report brings the same alert back. Longer after a silence: what fell
    /// silent for an hour and speaks again was not over.
    pub fn reopen_window(&self) -> SignedDuration {
        match self {
            Self::Source | Self::Operator { .. } => SignedDuration::from_mins(5),
            Self::TimeOut => SignedDuration::from_mins(60),
        }
    }
}

/// For how long an alert that somebody resolved stays resolved although its source still fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Until when.
    pub until: Timestamp,
    /// How many reports it has kept out.
    pub reports: u64,
}

/// What people move about an alert, in one piece: what an undo puts back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// Whose it is. Apart from who acknowledged it.
    pub assignee: Option<Person>,
    /// Whether people are being called for it.
    pub call: Call,
    /// When, by our clock, it last began to need somebody: first report, rise of severity,
    /// un-acknowledge, reopening, end of a suppression.
    pub needed: Timestamp,
    /// When it came into its state.
    pub since: Timestamp,
    /// The commit that last changed this standing.
    pub touched: Revision,
}

impl Standing {
    /// How every alert begins.
    pub fn begun(now: Timestamp, revision: Revision) -> Self {
        Self {
            state: State::Firing,
            assignee: None,
            call: Call::Quiet,
            needed: now,
            since: now,
            touched: revision,
        }
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

    /// The hold, where an operator's resolve has one.
    pub fn hold(&self) -> Option<&Hold> {
        match &self.resolution()?.how {
            Ending::Operator { hold, .. } => hold.as_ref(),
            Ending::Source | Ending::TimeOut => None,
        }
    }

    /// Firing or acknowledged: not ended.
    pub fn is_open(&self) -> bool {
        self.resolution().is_none()
    }
}

/// The word of the wire: `firing`, `acknowledged`, `resolved`.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Firing => "firing",
            Self::Acknowledged(_) => "acknowledged",
            Self::Resolved(_) => "resolved",
        })
    }
}
