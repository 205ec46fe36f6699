//! Events: one line of the timeline each, in words and with what an undo needs.

mod deed;

use std::fmt;

use super::actor::{Actor, Person, Via};
use super::alert::{Ending, Standing, Suppressor};
use super::delivery::Tell;
use super::entity::Key;
use super::id::{AlertId, Revision};
use super::severity::Severity;
use super::silence::SilenceDeed;
use super::text::Text;
use super::time::Timestamp;

/// One line of a timeline. Never changed and never erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, by our clock.
    pub at: Timestamp,
    /// The commit that brought it.
    pub revision: Revision,
    /// Who did it.
    pub actor: Actor,
    /// From where.
    pub via: Via,
    /// Whose timeline it is a line of.
    pub subject: Key,
    /// What happened.
    pub what: What,
    /// How the alert stood before, where this changed its standing.
    pub before: Option<Box<Standing>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A new alert (T1).
    Fired {
        /// Which episode of its identity, from 1.
        occurrence: u32,
        /// The episode before.
        previous: Option<AlertId>,
        /// Who resolved that one by hand although its source goes on sending it (T10).
        despite: Option<Actor>,
    },
    /// Its severity, service or labels changed (T2).
    Changed(Vec<Difference>),
    /// Its title or another text changed (T2); told at most every 15 minutes.
    Reworded {
        /// The old text.
        from: Text,
        /// The new text.
        to: Text,
    },
    /// It got worse than what was acknowledged, so that it needs somebody again (T3).
    Worsened {
        /// The severity before.
        from: Severity,
        /// The severity now.
        to: Severity,
    },
    /// Somebody took it (T6).
    Acknowledged {
        /// From whom, where another had it.
        over: Option<Actor>,
        /// Who became its assignee with it, where nobody was.
        assigned: Option<Person>,
    },
    /// Somebody gave it back to firing (T8).
    Unacknowledged {
        /// Who had it.
        had: Actor,
    },
    /// It went to somebody, or to nobody (T12).
    Assigned {
        /// Whose it was.
        from: Option<Person>,
        /// Whose it is.
        to: Option<Person>,
    },
    /// It ended (T4, T10).
    Resolved(Ending),
    /// It ended without a word of its source, and the first report that it kept out came (T10).
    Held {
        /// Until when reports are kept out.
        until: Timestamp,
    },
    /// It fires again shortly after it ended (T11).
    Refired,
    /// It fires on: its sources disagree, or a report came late (T11).
    Restored,
    /// It fires on and off; nothing more is told of that (T11).
    Flapping,
    /// It has been in one state for a while.
    FlappingEnded,
    /// Its webhook has been silent for too long (T13).
    WentStale,
    /// Something keeps it quiet from now on (T9, T15).
    Suppressed(Suppressor),
    /// Nothing keeps it quiet any more (T16).
    Unsuppressed {
        /// What did last.
        by: Suppressor,
        /// Since when.
        since: Timestamp,
    },
    /// Its acknowledgement ran out (T8).
    AcknowledgementExpired {
        /// Who had it.
        had: Actor,
    },
    /// Somebody brought it back (T14).
    Reopened,
    /// Somebody wrote a note (T12).
    Noted(Text),
    /// Somebody took an act back.
    Undone {
        /// The act, as its line named it.
        act: Text,
        /// The commit of that line.
        revision: Revision,
    },
    /// A channel took what it was told.
    Told {
        /// What.
        tell: Tell,
        /// The channel.
        channel: Text,
    },
    /// A channel did not take what it was told, and is not tried again.
    NotTold {
        /// What.
        tell: Tell,
        /// The channel.
        channel: Text,
        /// What the last attempt met.
        why: Text,
    },
    /// A service was named for the first time.
    ServiceCreated(Text),
    /// A token was made.
    TokenCreated(Text),
    /// A token was revoked.
    TokenRevoked(Text),
    /// A silence was made, changed or is over.
    Silence(SilenceDeed),
}

/// One thing about an alert that its source changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// How bad.
    Severity {
        /// Before.
        from: Severity,
        /// Now.
        to: Severity,
    },
    /// What about.
    Service {
        /// Before.
        from: Text,
        /// Now.
        to: Text,
    },
    /// The names of labels that came, went or changed.
    Labels(Vec<Text>),
}

impl AsRef<Event> for Event {
    fn as_ref(&self) -> &Event {
        self
    }
}

impl What {
    /// Whether it moved how the alert stands.
    pub fn moves(&self) -> bool {
        match self {
            Self::Fired { .. }
            | Self::Worsened { .. }
            | Self::Acknowledged { .. }
            | Self::Unacknowledged { .. }
            | Self::Assigned { .. }
            | Self::Resolved(_)
            | Self::Reopened
            | Self::Refired
            | Self::Restored
            | Self::Flapping
            | Self::FlappingEnded
            | Self::Unsuppressed { .. }
            | Self::AcknowledgementExpired { .. }
            | Self::Undone { .. } => true,
            Self::Changed(_)
            | Self::Reworded { .. }
            | Self::Held { .. }
            | Self::WentStale
            | Self::Suppressed(_)
            | Self::Told { .. }
            | Self::NotTold { .. }
            | Self::Noted(_)
            | Self::ServiceCreated(_)
            | Self::TokenCreated(_)
            | Self::TokenRevoked(_)
            | Self::Silence(_) => false,
        }
    }
}

/// The line as a timeline shows it, without its time.
impl fmt::Display for Event {
    #[expect(clippy::too_many_lines, reason = "a table: one arm for each thing that can happen")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actor = self.via.naming(&self.actor);
        match &self.what {
            What::Fired { despite: Some(by), .. } => {
                write!(f, "still firing after {by} resolved it, sent by {actor}")
            }
            What::Fired { occurrence: 1, .. } => write!(f, "fired, sent by {actor}"),
            What::Fired { occurrence, .. } => {
                write!(f, "fired for the {} time, sent by {actor}", Ordinal(*occurrence))
            }
            What::Changed(differences) => {
                for (at, difference) in differences.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{difference}")?;
                }
                Ok(())
            }
            What::Reworded { from, to } => write!(f, "seen again, {from} → {to}"),
            What::Worsened { from, to } => write!(f, "worse: {from} → {to}, needs somebody again"),
            What::Acknowledged { over: None, assigned: None } => {
                write!(f, "acknowledged by {actor}")
            }
            What::Acknowledged { over: None, assigned: Some(person) } => {
                write!(f, "acknowledged by {actor}, assigned to {}", person.name)
            }
            What::Acknowledged { over: Some(other), .. } => {
                write!(f, "acknowledged by {actor}, taking over from {other}")
            }
            What::Unacknowledged { had } if *had == self.actor => {
                write!(f, "un-acknowledged by {actor}")
            }
            What::Unacknowledged { had } => {
                write!(f, "un-acknowledged by {actor}, {had} had it")
            }
            What::Assigned { to: Some(to), .. } => write!(f, "assigned to {} by {actor}", to.name),
            What::Assigned { to: None, from: Some(from) } => {
                write!(f, "taken from {} by {actor}", from.name)
            }
            What::Assigned { to: None, from: None } => write!(f, "unassigned by {actor}"),
            What::Resolved(Ending::Source) => write!(f, "resolved by its source, {actor}"),
            What::Resolved(Ending::Operator { .. }) => write!(f, "resolved by {actor}"),
            What::Resolved(Ending::TimeOut) => {
                f.write_str("ended: nothing more was heard of it; is its sender alive?")
            }
            What::Held { until } => write!(f, "held until {until:.0}, source still fires"),
            What::Refired => write!(f, "fires again, sent by {actor}"),
            What::Restored => {
                write!(f, "fires on: its sources disagree or a report came late, sent by {actor}")
            }
            What::Flapping => f.write_str("fires again, and flaps: further reopenings tell nobody"),
            What::FlappingEnded => f.write_str("flapping no more"),
            What::WentStale => f.write_str("stale: its webhook has been silent for 9 hours"),
            What::Suppressed(Suppressor::Snooze { until, .. }) => {
                write!(f, "snoozed by {actor} until {until:.0}")
            }
            What::Suppressed(by) => by.fmt(f),
            What::Unsuppressed { by, since } if self.actor == Actor::Watchbell => {
                write!(f, "to be heard again, {by}, since {since:.0}")
            }
            What::Unsuppressed { by: by @ Suppressor::Silence { .. }, since } => {
                write!(f, "to be heard again, {actor} ended the silence; {by}, since {since:.0}")
            }
            What::Unsuppressed { by, since } => {
                write!(f, "woken by {actor}; {by}, since {since:.0}")
            }
            What::AcknowledgementExpired { had } => {
                write!(f, "back to firing: the acknowledgement of {had} ran out")
            }
            What::Reopened => write!(f, "reopened by {actor}"),
            What::Noted(text) => write!(f, "{actor}: \"{text}\""),
            What::Undone { act, .. } => write!(f, "undone by {actor}: {act}"),
            What::Told { tell, channel } => write!(f, "told {channel}: {tell}"),
            What::NotTold { tell, channel, why } => {
                write!(f, "not told {channel}: {tell}; {why}")
            }
            What::ServiceCreated(name) => write!(f, "service {name} named first by {actor}"),
            What::TokenCreated(name) => write!(f, "token {name} created by {actor}"),
            What::TokenRevoked(name) => write!(f, "token {name} revoked by {actor}"),
            What::Silence(deed) => deed.line(&actor, f),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Severity { from, to } => write!(f, "severity {from} → {to}"),
            Self::Service { from, to } => write!(f, "service {from} → {to}"),
            Self::Labels(names) => {
                f.write_str("labels changed:")?;
                names.iter().try_for_each(|name| write!(f, " {name}"))
            }
        }
    }
}

/// `2nd`, `3rd`, `11th`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordinal(pub u32);

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = match (self.0 % 100, self.0 % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        };
        write!(f, "{}{suffix}", self.0)
    }
}
