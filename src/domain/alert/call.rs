//! The call: whether people are being called for an alert, and what keeps it quiet if not.

use crate::domain::id::Revision;
use crate::domain::time::Timestamp;

/// Whether people are being called (the on-call road).
///
/// Invariant: an open, firing, critical alert without a suppression is `Calling`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Nobody is called: it is a warning.
    Quiet,
    /// Somebody is.
    Calling(Calling),
    /// Somebody would be, but for something that passes.
    Paused {
        /// Where it stood.
        calling: Calling,
        /// What keeps it quiet.
        why: Pause,
    },
    /// Nobody is called any more: somebody took it, or it ended.
    Over,
}

/// A call that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calling {
    /// Since when.
    pub since: Timestamp,
    /// The commit that began it: its deliveries bear this number.
    pub cause: Revision,
}

/// What keeps a call quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// A suppression: a snooze, a silence.
    Suppressed,
    /// Its severity fell to warning.
    Warning,
    /// It ended, and may come back within the reopen window.
    Ended,
    /// It fires on and off, and people were told so.
    Flapping,
}

impl Call {
    /// The call that has begun, going on or paused.
    pub fn calling(&self) -> Option<Calling> {
        match self {
            Self::Calling(calling) | Self::Paused { calling, .. } => Some(*calling),
            Self::Quiet | Self::Over => None,
        }
    }

    /// The call, kept quiet for a reason. What is not being called stays as it is.
    #[must_use]
    pub fn paused(self, why: Pause) -> Self {
        match self {
            Self::Calling(calling) => Self::Paused { calling, why },
            Self::Paused { .. } | Self::Quiet | Self::Over => self,
        }
    }
}
