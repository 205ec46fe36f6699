//! Deliveries: one notification to one channel each, kept until it is told or told of.

use std::fmt;

use super::id::{AlertId, DeliveryId, Revision};
use super::text::Text;
use super::time::{SignedDuration, Timestamp, after};

/// One notification on its way to one channel. Stored in the commit of its cause; decided again
/// before every attempt; never holds what is sent, only what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Made from alert, cause, what is told and channel: the same notification is the same one,
    /// also to its receiver, who gets it as the idempotency key.
    pub id: DeliveryId,
    /// About which alert.
    pub alert: AlertId,
    /// The commit that caused it.
    pub cause: Revision,
    /// What is told.
    pub tell: Tell,
    /// The channel's name.
    pub channel: Text,
    /// When it was caused.
    pub created: Timestamp,
    /// How many attempts have begun.
    pub attempts: u32,
    /// How far it has come.
    pub state: Progress,
}

/// What people are told on the on-call road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tell {
    /// Somebody is needed.
    Page,
    /// It fires on and off; nothing more will be told of that.
    Flapping,
    /// It has ended.
    Resolved,
    /// Nothing more was heard of it, which is not the same.
    FellSilent,
    /// Somebody has it.
    Acknowledged,
    /// It is yours.
    Assigned,
}

impl Tell {
    /// Whether it asks somebody to come.
    pub fn calls(self) -> bool {
        match self {
            Self::Page | Self::Flapping => true,
            Self::Resolved | Self::FellSilent | Self::Acknowledged | Self::Assigned => false,
        }
    }
}

/// How far a delivery has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is attempted then.
    Waiting {
        /// When.
        next: Timestamp,
        /// What the last attempt met, if there was one.
        after: Option<Text>,
    },
    /// An attempt has begun; what came of it is not known yet.
    Attempt {
        /// When.
        since: Timestamp,
    },
    /// It was taken.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// There is nothing to tell any more.
    Superseded {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: Text,
    },
    /// It was not taken, and will not be tried again.
    GivenUp {
        /// When.
        at: Timestamp,
        /// What the last attempt met.
        why: Text,
    },
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The far end took it.
    Taken,
    /// It may take it later.
    NotNow {
        /// What it said.
        why: Text,
        /// How long it asks for, if it does.
        wait: Option<SignedDuration>,
    },
    /// It will never take it.
    Never {
        /// What it said.
        why: Text,
    },
    /// It was not asked: by then there was nothing to tell any more.
    Moot {
        /// Why.
        why: Text,
    },
}

impl Delivery {
    /// How long an attempt may be without an outcome: longer than any channel waits.
    const FORGOTTEN: SignedDuration = SignedDuration::from_mins(5);

    /// When something is to be done about it.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            Progress::Waiting { next, .. } => Some(*next),
            Progress::Attempt { since } => Some(after(*since, Self::FORGOTTEN)),
            Progress::Sent { .. } | Progress::Superseded { .. } | Progress::GivenUp { .. } => None,
        }
    }

    /// Whether it is to be told, and no attempt runs.
    pub fn waits(&self) -> bool {
        matches!(self.state, Progress::Waiting { .. })
    }

    /// Whether it has come to an end.
    pub fn is_settled(&self) -> bool {
        match self.state {
            Progress::Waiting { .. } | Progress::Attempt { .. } => false,
            Progress::Sent { .. } | Progress::Superseded { .. } | Progress::GivenUp { .. } => true,
        }
    }

    /// Whether its receiver has, or may have, heard of it.
    pub fn may_have_arrived(&self) -> bool {
        match self.state {
            Progress::Sent { .. } | Progress::Attempt { .. } => true,
            Progress::Waiting { .. } | Progress::GivenUp { .. } | Progress::Superseded { .. } => {
                self.attempts > 0
            }
        }
    }
}

impl fmt::Display for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Page => "page",
            Self::Flapping => "flapping",
            Self::Resolved => "resolved",
            Self::FellSilent => "source fell silent",
            Self::Acknowledged => "acknowledged",
            Self::Assigned => "assigned to you",
        })
    }
}
