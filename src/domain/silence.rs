//! Silences: who wants not to be told of what, from when to when, and why.
//!
//! A silence is kept as anything else; that it begins and ends are deadlines of its own. Whom it
//! reaches is in `suppress`, what follows for alerts in `decide`.

mod deed;
mod length;
pub mod line;
mod place;
mod preview;
mod refusal;
mod size;
pub mod wish;

use std::sync::Arc;

use super::actor::Actor;
use super::alert::Suppressor;
use super::id::{Revision, SilenceId};
use super::labels::Labels;
use super::maintenance::WindowOf;
use super::matcher::Matcher;
use super::text::Text;
use super::time::{SignedDuration, Timestamp, after};

pub use deed::{SilenceDeed, SilenceTold};
pub use length::{Ends, NoEnd};
pub use place::Place;
pub use preview::{Preview, Previewing, Reached, preview};
pub use refusal::SilenceRefusal;

/// What somebody wants to hear nothing of.
///
/// Texts are kept as they came, for API v2 gives them back so; who shows one cleans it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// All of them must match; in the order in which they were given.
    pub matchers: Arc<[Matcher]>,
    /// From when on. In an order [`Self::AT_ONCE`] stands for the moment at which it is decided.
    pub starts: Timestamp,
    /// Until when, at the latest.
    pub ends: Timestamp,
    /// Whose wish it is, as they call themselves.
    pub by: Arc<str>,
    /// Why.
    pub comment: Arc<str>,
    /// What else there is to say of it.
    pub annotations: Labels,
    /// Whether it is over as soon as all that it muted has been resolved for a while.
    pub until_resolved: bool,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Random, for ever; made by us.
    pub id: SilenceId,
    /// What is to be muted.
    pub terms: Terms,
    /// How far it has come.
    pub reach: Reach,
    /// Since when all that it muted is resolved, where that ends it.
    pub quiet: Option<Timestamp>,
    /// The maintenance that comes again and whose window this is, where it is one.
    pub window_of: Option<Arc<WindowOf>>,
    /// When it was last changed.
    pub updated: Timestamp,
    /// The commit that last changed it.
    pub revision: Revision,
    /// Who changed it last, and how it was before: what can be undone.
    pub last: LastChange,
}

/// How far a silence has come. Its alerts follow it a little later where there are very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It has not begun.
    Ahead,
    /// It has begun, and not all alerts that it matches know.
    Beginning,
    /// Every open alert that it matches is marked with it.
    Muting,
    /// It is over, and alerts are still marked with it.
    Ending,
    /// Nothing is left of it but that it was.
    Over {
        /// Until when it is kept.
        kept: Timestamp,
    },
}

/// The last change that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// Who.
    pub actor: Actor,
    /// How it was before; nothing, if it was not.
    pub before: Option<Terms>,
}

/// A state in Alertmanager's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SilenceState {
    /// It mutes.
    Active,
    /// It will.
    Pending,
    /// It did.
    Expired,
}

impl std::fmt::Display for SilenceState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Expired => "expired",
        })
    }
}

impl Terms {
    /// A silence has no more matchers than this: each is asked of every new alert.
    pub const MOST_MATCHERS: usize = 64;

    /// The start of what is wanted now, whenever that is.
    pub const AT_ONCE: Timestamp = Timestamp::MIN;

    /// Refuses what is over before it begins, what is over now, and what would mute all there is.
    ///
    /// The rules, their order and their words are Alertmanager's (`postSilencesHandler` and
    /// `validateSilence`).
    pub fn check(&self, now: Timestamp) -> Result<(), SilenceRefusal> {
        self.check_times(now)?;
        if self.matchers.len() > Self::MOST_MATCHERS {
            return Err(SilenceRefusal::TooManyMatchers(Self::MOST_MATCHERS));
        }
        let asks = |matcher: &Matcher| !matcher.allows_absence();
        if self.matchers.iter().any(asks) { Ok(()) } else { Err(SilenceRefusal::MatchesAbsence) }
    }

    /// The part of [`Self::check`] that comes first: whether it could be in force.
    pub fn check_times(&self, now: Timestamp) -> Result<(), SilenceRefusal> {
        if self.starts >= self.ends {
            return Err(SilenceRefusal::EndsBeforeStart);
        }
        if self.ends < now { Err(SilenceRefusal::EndsInPast) } else { Ok(()) }
    }

    /// Whether labels are as all matchers want them.
    pub fn match_labels(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(labels))
    }

    /// The state at `now`.
    pub fn state(&self, now: Timestamp) -> SilenceState {
        if now < self.starts {
            SilenceState::Pending
        } else if now < self.ends {
            SilenceState::Active
        } else {
            SilenceState::Expired
        }
    }

    /// The matchers as people read them, cleaned.
    pub fn matchers_text(&self) -> Text {
        let each: Vec<String> = self.matchers.iter().map(ToString::to_string).collect();
        Text::derive(&each.join(" "))
    }

    /// Whose it is, cleaned.
    pub fn whose(&self) -> Text {
        Text::derive(&self.by)
    }

    /// Why, cleaned.
    pub fn why(&self) -> Text {
        Text::derive(&self.comment)
    }
}

impl Silence {
    /// How long all that a silence muted must have been resolved for it to be over: as long as an
    /// alert may come back as the same one.
    pub const QUIET_FOR: SignedDuration = SignedDuration::from_mins(5);

    /// The state at `now`.
    pub fn state(&self, now: Timestamp) -> SilenceState {
        self.terms.state(now)
    }

    /// Whether it mutes at `now` what has these labels.
    pub fn mutes(&self, labels: &Labels, now: Timestamp) -> bool {
        self.state(now) == SilenceState::Active && self.terms.match_labels(labels)
    }

    /// When something happens to it by itself.
    pub fn due(&self) -> Option<Timestamp> {
        Some(match self.reach {
            Reach::Ahead | Reach::Beginning => self.terms.starts,
            Reach::Muting => {
                self.terms.ends.min(self.resolved_for_long().unwrap_or(self.terms.ends))
            }
            Reach::Ending => self.terms.ends,
            Reach::Over { kept } => kept,
        })
    }

    /// When all that it muted has been resolved for long enough, if nothing comes back.
    pub fn resolved_for_long(&self) -> Option<Timestamp> {
        self.quiet.filter(|_| self.terms.until_resolved).map(|quiet| after(quiet, Self::QUIET_FOR))
    }

    /// Whether it may become what `terms` say and stay itself.
    ///
    /// The rule is Alertmanager's (`canUpdate`): the same matchers in the same order; if it has
    /// begun, the same start to the second; if not, one that is not past; never once it is over.
    pub fn may_become(&self, terms: &Terms, now: Timestamp) -> bool {
        let start = match self.state(now) {
            SilenceState::Active => {
                self.terms.starts.as_second() == terms.starts.as_second() && terms.ends >= now
            }
            SilenceState::Pending => terms.starts >= now,
            SilenceState::Expired => false,
        };
        start && self.terms.matchers == terms.matchers
    }

    /// What marks an alert that it mutes.
    pub fn mark(&self) -> Suppressor {
        Suppressor::Silence {
            id: self.id,
            by: self.terms.whose(),
            until: self.terms.ends,
            why: self.terms.why(),
        }
    }
}
