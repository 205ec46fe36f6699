//! Twins of the alert and of what lies in it alone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::actor::ActorV1;
use super::identity::IdentityV1;
use super::leaf::{IdV1, LabelsV1, SeverityV1, SpanV1, TextV1, TimeV1};
use super::standing::StandingV1;
use super::suppression::SuppressionV1;
use crate::domain::alert::{Alert, Marks, Note, Seen, Worded};
use crate::domain::id::{AlertId, Revision, ServiceId};

/// An alert without its recent lines, which are rebuilt from the history, and without what its
/// sources told, which lay beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Alert`, field by field")]
pub struct AlertV1 {
    pub id: IdV1,
    pub identity: IdentityV1,
    pub title: TextV1,
    pub service: IdV1,
    pub severity: SeverityV1,
    pub unknown_severity: Option<TextV1>,
    pub labels: LabelsV1,
    pub annotations: LabelsV1,
    pub link: Option<Box<str>>,
    pub starts_at: Option<TimeV1>,
    pub received: TimeV1,
    pub seen_count: u64,
    pub seen_last: TimeV1,
    pub sender: TextV1,
    pub ends: Option<TimeV1>,
    pub webhook: Option<TimeV1>,
    pub worded: WordedV1,
    pub marks: MarksV1,
    pub suppressions: Vec<SuppressionV1>,
    pub standing: StandingV1,
    pub previous: Option<IdV1>,
    pub occurrence: u32,
    pub revision: u64,
    pub notes: Vec<NoteV1>,
}

impl From<&Alert> for AlertV1 {
    fn from(alert: &Alert) -> Self {
        // Every field by name: a new one must be thought of here.
        let Alert {
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
            seen: Seen { count, last },
            sender,
            ends,
            source: _,
            webhook,
            worded,
            marks,
            suppressions,
            standing,
            previous,
            occurrence,
            revision,
            notes,
            recent: _,
        } = alert;
        Self {
            id: IdV1(id.0),
            identity: identity.into(),
            title: title.into(),
            service: IdV1(service.0),
            severity: (*severity).into(),
            unknown_severity: unknown_severity.as_ref().map(Into::into),
            labels: LabelsV1(labels.clone()),
            annotations: LabelsV1(annotations.clone()),
            link: link.as_deref().map(Box::from),
            starts_at: starts_at.map(TimeV1),
            received: TimeV1(*received),
            seen_count: *count,
            seen_last: TimeV1(*last),
            sender: sender.into(),
            ends: ends.map(TimeV1),
            webhook: webhook.map(TimeV1),
            worded: worded.into(),
            marks: marks.into(),
            suppressions: suppressions.iter().map(Into::into).collect(),
            standing: standing.into(),
            previous: previous.map(|id| IdV1(id.0)),
            occurrence: *occurrence,
            revision: revision.0,
            notes: notes.iter().map(Into::into).collect(),
        }
    }
}

impl From<AlertV1> for Alert {
    fn from(alert: AlertV1) -> Self {
        Self {
            id: AlertId(alert.id.0),
            identity: alert.identity.into(),
            title: alert.title.into(),
            service: ServiceId(alert.service.0),
            severity: alert.severity.into(),
            unknown_severity: alert.unknown_severity.map(Into::into),
            labels: alert.labels.0,
            annotations: alert.annotations.0,
            link: alert.link.map(Arc::from),
            starts_at: alert.starts_at.map(|time| time.0),
            received: alert.received.0,
            seen: Seen { count: alert.seen_count, last: alert.seen_last.0 },
            sender: alert.sender.into(),
            ends: alert.ends.map(|time| time.0),
            source: None,
            webhook: alert.webhook.map(|time| time.0),
            worded: alert.worded.into(),
            marks: alert.marks.into(),
            suppressions: alert.suppressions.into_iter().map(Into::into).collect(),
            standing: alert.standing.into(),
            previous: alert.previous.map(|id| AlertId(id.0)),
            occurrence: alert.occurrence,
            revision: Revision(alert.revision),
            notes: alert.notes.into_iter().map(Into::into).collect(),
            recent: Arc::default(),
        }
    }
}

/// What else there is to say of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Marks`, field by field")]
pub struct MarksV1 {
    pub reopened: Vec<TimeV1>,
    pub flapping: Option<TimeV1>,
    pub stale: Option<TimeV1>,
    pub clock: Option<SpanV1>,
    pub granted: Option<TimeV1>,
}

/// The wording that the timeline told last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordedV1 {
    pub at: Option<TimeV1>,
    pub title: TextV1,
    pub text: TextV1,
}

impl From<&Worded> for WordedV1 {
    fn from(worded: &Worded) -> Self {
        let Worded { at, title, text } = worded;
        Self { at: at.map(TimeV1), title: title.into(), text: text.into() }
    }
}

impl From<WordedV1> for Worded {
    fn from(worded: WordedV1) -> Self {
        Self {
            at: worded.at.map(|time| time.0),
            title: worded.title.into(),
            text: worded.text.into(),
        }
    }
}

impl From<&Marks> for MarksV1 {
    fn from(marks: &Marks) -> Self {
        let Marks { reopened, flapping, stale, clock, granted } = marks;
        Self {
            reopened: reopened.iter().copied().map(TimeV1).collect(),
            flapping: flapping.map(TimeV1),
            stale: stale.map(TimeV1),
            clock: clock.map(SpanV1),
            granted: granted.map(TimeV1),
        }
    }
}

impl From<MarksV1> for Marks {
    fn from(marks: MarksV1) -> Self {
        Self {
            reopened: marks.reopened.into_iter().map(|time| time.0).collect(),
            flapping: marks.flapping.map(|time| time.0),
            stale: marks.stale.map(|time| time.0),
            clock: marks.clock.map(|span| span.0),
            granted: marks.granted.map(|time| time.0),
        }
    }
}

/// What somebody wrote about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Note`, field by field")]
pub struct NoteV1 {
    pub at: TimeV1,
    pub by: ActorV1,
    pub text: TextV1,
}

impl From<&Note> for NoteV1 {
    fn from(note: &Note) -> Self {
        let Note { at, by, text } = note;
        Self { at: TimeV1(*at), by: by.into(), text: text.into() }
    }
}

impl From<NoteV1> for Note {
    fn from(note: NoteV1) -> Self {
        Self { at: note.at.0, by: note.by.into(), text: note.text.into() }
    }
}
