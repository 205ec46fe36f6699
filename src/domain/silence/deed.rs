//! What happens to a silence, for its timeline.

use std::fmt;

use super::Terms;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SilenceDeed {
    /// Somebody made it.
    Created(SilenceTold),
    /// Somebody changed it.
    Updated(SilenceTold),
    /// Somebody ended it before its time.
    Expired,
    /// Somebody took back what they had done to it.
    Undone,
    /// Somebody made a maintenance that comes again, in these words.
    Repeats(Text),
    /// It ended by itself.
    Ended {
        /// Whether before its time, because all that it muted had been resolved for a while.
        resolved: bool,
    },
}

/// A silence in the words of its timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceTold {
    /// What it matches.
    pub matchers: Text,
    /// From when on.
    pub starts: Timestamp,
    /// Until when.
    pub ends: Timestamp,
    /// Whose it is, as they call themselves.
    pub by: Text,
    /// Why.
    pub why: Text,
}

impl SilenceTold {
    /// What `terms` say.
    pub fn of(terms: &Terms) -> Self {
        Self {
            matchers: terms.matchers_text(),
            starts: terms.starts,
            ends: terms.ends,
            by: terms.whose(),
            why: terms.why(),
        }
    }
}

impl SilenceDeed {
    /// The line of the timeline, of what `actor` did.
    pub fn line(&self, actor: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(told) => write!(f, "silence made by {actor}: {told}"),
            Self::Updated(told) => write!(f, "silence changed by {actor}: {told}"),
            Self::Expired => write!(f, "silence ended by {actor}"),
            Self::Repeats(told) => write!(f, "maintenance made by {actor}: {told}"),
            Self::Undone => write!(f, "silence put back by {actor}"),
            Self::Ended { resolved: false } => f.write_str("silence over"),
            Self::Ended { resolved: true } => {
                f.write_str("silence over: all that it muted has been resolved")
            }
        }
    }
}

impl fmt::Display for SilenceTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { matchers, starts, ends, by, why } = self;
        write!(f, "{matchers} from {starts:.0} until {ends:.0}, for {by}")?;
        if why.is_empty() { Ok(()) } else { write!(f, ": {why}") }
    }
}
