//! The alert: one episode of an identity, from firing to resolved.

use std::sync::Arc;

use super::call::Call;
use super::identity::{Identity, Naming};
use super::source::Source;
use super::state::{Standing, State};
use super::suppression::{Suppression, Suppressor};
use crate::domain::actor::Actor;
use crate::domain::event::Event;
use crate::domain::id::{AlertId, Revision, ServiceId};
use crate::domain::labels::{Fingerprint, Labels};
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
    pub link: Option<Arc<str>>,
    /// When it began, by its sender's clock.
    pub starts_at: Option<Timestamp>,
    /// When we first heard of it.
    pub received: Timestamp,
    /// How often, and when last, we heard of it.
    pub seen: Seen,
    /// Who sent the last report.
    pub sender: Text,
    /// When it is over if nothing more is heard of it, by API v2's rules.
    pub ends: Option<Timestamp>,
    /// What API v2 told of its identity.
    pub source: Option<Arc<Source>>,
    /// When a webhook last spoke of it.
    pub webhook: Option<Timestamp>,
    /// Its wording, as the timeline last told it.
    pub worded: Worded,
    /// What else there is to say of it.
    pub marks: Marks,
    /// What keeps it quiet.
    pub suppressions: Vec<Suppression>,
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
    /// The newest [`Alert::RECENT`] lines of its timeline, oldest first, and however old those of the
    /// commit that made it stand as it does.
    pub recent: Arc<[Arc<Event>]>,
}

/// How often, and when last, a source spoke of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Reports, the first included.
    pub count: u64,
    /// When the last one came, by our clock.
    pub last: Timestamp,
}

/// The wording of an alert, as its timeline last told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    /// When a line told it; nothing, if only the first one did.
    pub at: Option<Timestamp>,
    /// The title.
    pub title: Text,
    /// The description, else the summary.
    pub text: Text,
}

/// What else there is to say of an alert. Marks are never states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// When it was reopened by its source, lately.
    pub reopened: Vec<Timestamp>,
    /// Since when it fires on and off; people were told once.
    pub flapping: Option<Timestamp>,
    /// Since when its webhook has been silent for too long.
    pub stale: Option<Timestamp>,
    /// How far its sender's clock is off: behind if positive, ahead if negative.
    pub clock: Option<SignedDuration>,
    /// Until when it does not time out, because we could not have heard of it.
    pub granted: Option<Timestamp>,
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

    /// What it says of itself beside its title: its description, else its summary.
    pub fn text(&self) -> Text {
        let texts = ["description", "summary"].map(|name| self.annotations.get(name));
        texts.into_iter().flatten().next().map(Text::derive).unwrap_or_default()
    }

    /// Whether `next` is the same, only heard once more: its source repeats itself, and what lasts
    /// longer has not changed.
    pub fn is_repeated_by(&self, next: &Self) -> bool {
        // Every field by name: of a new one it must be said here.
        let Self {
            id,
            identity,
            title,
            service,
            severity,
            unknown_severity,
            labels,
            annotations,
            link,
            starts_at,
            received,
            seen: _,
            sender: _,
            ends,
            source,
            webhook: _,
            worded,
            marks,
            suppressions,
            standing,
            previous,
            occurrence,
            revision: _,
            notes,
            recent,
        } = self;
        let repeated = match (source, &next.source) {
            (Some(was), Some(is)) => was.is_repeated_by(is),
            (was, is) => was.is_none() && is.is_none(),
        };
        // What changes most often comes first.
        *annotations == next.annotations
            && repeated
            && ends.is_some() == next.ends.is_some()
            && *ends <= next.ends
            && *standing == next.standing
            && *marks == next.marks
            && *starts_at == next.starts_at
            && *title == next.title
            && *severity == next.severity
            && *unknown_severity == next.unknown_severity
            && *service == next.service
            && *labels == next.labels
            && *link == next.link
            && *worded == next.worded
            && *suppressions == next.suppressions
            && (id, identity) == (&next.id, &next.identity)
            && (received, previous, occurrence)
                == (&next.received, &next.previous, &next.occurrence)
            && notes.len() == next.notes.len()
            && recent.len() == next.recent.len()
    }

    /// The labels that routes and API v2 see: those it is known by, as they came.
    pub fn told_labels(&self) -> &Labels {
        match &self.identity.naming {
            Naming::Labels { labels, .. } => labels,
            Naming::Given(_) => &self.labels,
        }
    }

    /// The hash of those.
    pub fn print(&self) -> Fingerprint {
        match &self.identity.naming {
            Naming::Labels { fingerprint, .. } => *fingerprint,
            Naming::Given(_) => self.labels.fingerprint(),
        }
    }

    /// Firing or acknowledged.
    pub fn is_open(&self) -> bool {
        self.standing.is_open()
    }

    /// Whether it ended less than `span` before `now`.
    pub fn ended_within(&self, span: SignedDuration, now: Timestamp) -> bool {
        self.standing.resolution().is_some_and(|resolution| after(resolution.at, span) > now)
    }

    /// When something happens to it by itself, if nothing else does before.
    pub fn due(&self) -> Option<Timestamp> {
        [
            self.times_out(),
            self.goes_stale(),
            self.wakes(),
            self.acknowledgement_ends(),
            self.flapping_ends(),
            self.hold_ends(),
            self.pause_ends(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When it ends because nothing more was heard of it (T13). For people it is a little later
    /// than by the letter: Prometheus' re-send can come just after the end.
    pub fn times_out(&self) -> Option<Timestamp> {
        const LATER: SignedDuration = SignedDuration::from_secs(30);
        let ends = self.ends.filter(|_| self.is_open())?;
        Some(after(ends, LATER).max(self.marks.granted.unwrap_or(Timestamp::MIN)))
    }

    /// When its webhook has been silent for too long. An alert that API v2 brings too has an end.
    pub fn goes_stale(&self) -> Option<Timestamp> {
        const STALE_AFTER: SignedDuration = SignedDuration::from_hours(9);
        let open = self.is_open() && self.ends.is_none() && self.marks.stale.is_none();
        self.webhook.filter(|_| open).map(|last| after(last, STALE_AFTER))
    }

    /// When its snooze is over.
    pub fn wakes(&self) -> Option<Timestamp> {
        self.suppressions.iter().find_map(|suppression| match suppression.by {
            Suppressor::Snooze { until, .. } => Some(until),
            Suppressor::Silence { .. } | Suppressor::Rule(_) => None,
        })
    }

    /// When its acknowledgement runs out. That of a warning does not: nobody would be called.
    pub fn acknowledgement_ends(&self) -> Option<Timestamp> {
        let held = self.standing.acknowledgement().filter(|_| self.severity == Severity::Critical);
        held.and_then(|held| held.until)
    }

    /// When it has been in one state long enough not to be called flapping any more.
    pub fn flapping_ends(&self) -> Option<Timestamp> {
        const CALM: SignedDuration = SignedDuration::from_mins(15);
        self.marks.flapping.map(|_| after(self.standing.since, CALM))
    }

    /// When reports of what somebody resolved bring it back.
    pub fn hold_ends(&self) -> Option<Timestamp> {
        self.standing.hold().map(|hold| hold.until)
    }

    /// When a call that an ending paused is over.
    pub fn pause_ends(&self) -> Option<Timestamp> {
        let paused = matches!(self.standing.call, Call::Paused { .. });
        let resolution = self.standing.resolution().filter(|_| paused)?;
        Some(after(resolution.at, resolution.how.reopen_window()))
    }

    /// Whether anything keeps it quiet.
    pub fn is_suppressed(&self) -> bool {
        !self.suppressions.is_empty()
    }

    /// Whether a silence keeps it quiet.
    pub fn is_silenced(&self) -> bool {
        self.suppressions.iter().any(|held| held.by.silence().is_some())
    }

    /// Whether somebody is needed: it is critical, and nobody has it.
    pub fn is_wanted(&self) -> bool {
        self.standing.state == State::Firing && self.severity == Severity::Critical
    }

    /// Whether it is to call people: somebody is needed, and nothing keeps it quiet.
    pub fn needs_call(&self) -> bool {
        self.is_wanted() && !self.is_suppressed()
    }

    /// Adds a line to the timeline at hand. The oldest leave when there are too many, but for
    /// those that say how the alert came to stand as it does: it can still be undone.
    pub fn remember(&mut self, event: Arc<Event>) {
        let touched = self.standing.touched;
        let many = (self.recent.len() + 1).saturating_sub(Self::RECENT);
        let stays = |(at, line): &(usize, &Arc<Event>)| *at >= many || line.revision == touched;
        let stay = self.recent.iter().enumerate().filter(stays);
        self.recent = stay.map(|(_, line)| Arc::clone(line)).chain([event]).collect();
    }
}
