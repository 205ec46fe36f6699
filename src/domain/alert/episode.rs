//! The alert: one episode of an identity, from firing to resolved.

use std::sync::Arc;

use super::identity::Identity;
use super::state::Standing;
use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::id::{AlertId, Revision, ServiceId};
use crate::domain::labels::Labels;
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// One episode. An ended one that fires again is a new alert, linked to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Random, for ever.
    pub id: AlertId,
    /// What its source knows it by.
    pub identity: Identity,
    /// What it is, for people.
    pub title: Text,
    /// What it is about.
    pub service: ServiceId,
    /// How bad it is now.
    pub severity: Severity,
    /// The severity's word, where it is one we do not know (and count as critical).
    pub unknown_severity: Option<Text>,
    /// Labels as its source sends them; a plain alert's with title, service and severity added.
    pub labels: Labels,
    /// Annotations as its source sends them.
    pub annotations: Labels,
    /// The source's own page about it, as it came.
    pub link: Option<Box<str>>,
    /// When it began, by its sender's clock.
    pub starts_at: Option<Timestamp>,
    /// When we first heard of it.
    pub received: Timestamp,
    /// How often, and when last, we heard of it.
    pub seen: Seen,
    /// How it stands.
    pub standing: Standing,
    /// The episode before this one.
    pub previous: Option<AlertId>,
    /// Which episode of its identity this is, from 1.
    pub occurrence: u32,
    /// The commit that last changed anything about it.
    pub revision: Revision,
    /// All notes of this episode, oldest first.
    pub notes: Vec<Note>,
    /// The newest lines of its timeline, oldest first; at most [`Alert::RECENT`].
    pub recent: Vec<Arc<Event>>,
}

/// How often, and when last, a source spoke of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Reports, the first included.
    pub count: u64,
    /// When the last one came, by our clock.
    pub last: Timestamp,
}

/// What somebody wrote about an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When, by our clock.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub text: Text,
}

impl Alert {
    /// How many lines of the timeline an alert keeps at hand; all of them lie in the history.
    pub const RECENT: usize = 20;

    /// When it began, for its age: the sender's start if that lies within the year before we
    /// heard of it and not after; else when we heard of it. A wrong clock must not make an alert
    /// look old or young.
    pub fn started(&self) -> Timestamp {
        const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);
        let believable =
            |start: &Timestamp| *start <= self.received && since(self.received, *start) <= YEAR;
        self.starts_at.filter(believable).unwrap_or(self.received)
    }

    /// Firing or acknowledged.
    pub fn is_open(&self) -> bool {
        self.standing.is_open()
    }

    /// Whether it ended less than `span` before `now`.
    pub fn ended_within(&self, span: SignedDuration, now: Timestamp) -> bool {
        self.standing.resolution().is_some_and(|resolution| after(resolution.at, span) > now)
    }

    /// Adds a line to the timeline at hand. The oldest leaves when there are too many, but for
    /// the one that says how the alert came to stand as it does: it can still be undone.
    pub fn remember(&mut self, event: Arc<Event>) {
        if self.recent.len() >= Self::RECENT {
            let touched = self.standing.touched;
            let oldest = self.recent.iter().position(|event| event.revision != touched);
            self.recent.remove(oldest.unwrap_or_default());
        }
        self.recent.push(event);
    }
}
