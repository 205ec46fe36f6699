//! Twins of the alert and of how it stands.

use serde::{Deserialize, Serialize};

use super::actor::{ActorV1, PersonV1};
use super::leaf::{IdV1, LabelsV1, SeverityV1, TextV1, TimeV1};
use crate::domain::alert::{
    Acknowledgement, Alert, Ending, Identity, Namespace, Naming, Note, Resolution, Seen, Standing,
    State,
};
use crate::domain::id::{AlertId, Revision, ServiceId};

/// An alert without its recent lines, which are rebuilt from the history.
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
            link: link.clone(),
            starts_at: starts_at.map(TimeV1),
            received: TimeV1(*received),
            seen_count: *count,
            seen_last: TimeV1(*last),
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
            link: alert.link,
            starts_at: alert.starts_at.map(|time| time.0),
            received: alert.received.0,
            seen: Seen { count: alert.seen_count, last: alert.seen_last.0 },
            standing: alert.standing.into(),
            previous: alert.previous.map(|id| AlertId(id.0)),
            occurrence: alert.occurrence,
            revision: Revision(alert.revision),
            notes: alert.notes.into_iter().map(Into::into).collect(),
            recent: Vec::new(),
        }
    }
}

/// What an alert is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Identity`, field by field")]
pub struct IdentityV1 {
    pub namespace: TextV1,
    pub naming: NamingV1,
}

/// The two kinds of names. A label set is kept whole, and its fingerprint not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Naming`, word for word")]
pub enum NamingV1 {
    Labels(LabelsV1),
    Given(Box<str>),
}

impl From<&Identity> for IdentityV1 {
    fn from(identity: &Identity) -> Self {
        let Identity { namespace, naming } = identity;
        Self {
            namespace: (&namespace.0).into(),
            naming: match naming {
                Naming::Labels { labels, fingerprint: _ } => {
                    NamingV1::Labels(LabelsV1(labels.clone()))
                }
                Naming::Given(given) => NamingV1::Given(given.clone()),
            },
        }
    }
}

impl From<IdentityV1> for Identity {
    fn from(identity: IdentityV1) -> Self {
        Self {
            namespace: Namespace(identity.namespace.into()),
            naming: match identity.naming {
                NamingV1::Labels(labels) => Naming::of_labels(labels.0),
                NamingV1::Given(given) => Naming::Given(given),
            },
        }
    }
}

/// How an alert stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Standing`, field by field")]
pub struct StandingV1 {
    pub state: StateV1,
    pub assignee: Option<PersonV1>,
    pub needed: TimeV1,
    pub touched: u64,
}

impl From<&Standing> for StandingV1 {
    fn from(standing: &Standing) -> Self {
        let Standing { state, assignee, needed, touched } = standing;
        Self {
            state: state.into(),
            assignee: assignee.as_ref().map(Into::into),
            needed: TimeV1(*needed),
            touched: touched.0,
        }
    }
}

impl From<StandingV1> for Standing {
    fn from(standing: StandingV1) -> Self {
        Self {
            state: standing.state.into(),
            assignee: standing.assignee.map(Into::into),
            needed: standing.needed.0,
            touched: Revision(standing.touched),
        }
    }
}

/// The state of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `State`, word for word")]
pub enum StateV1 {
    Firing,
    Acknowledged(AcknowledgementV1),
    Resolved(ResolutionV1),
}

impl From<&State> for StateV1 {
    fn from(state: &State) -> Self {
        match state {
            State::Firing => Self::Firing,
            State::Acknowledged(acknowledgement) => Self::Acknowledged(acknowledgement.into()),
            State::Resolved(resolution) => Self::Resolved(resolution.into()),
        }
    }
}

impl From<StateV1> for State {
    fn from(state: StateV1) -> Self {
        match state {
            StateV1::Firing => Self::Firing,
            StateV1::Acknowledged(acknowledgement) => Self::Acknowledged(acknowledgement.into()),
            StateV1::Resolved(resolution) => Self::Resolved(resolution.into()),
        }
    }
}

/// Who has taken an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Acknowledgement`, field by field")]
pub struct AcknowledgementV1 {
    pub by: ActorV1,
    pub at: TimeV1,
    pub level: SeverityV1,
    pub revision: u64,
}

impl From<&Acknowledgement> for AcknowledgementV1 {
    fn from(acknowledgement: &Acknowledgement) -> Self {
        let Acknowledgement { by, at, level, revision } = acknowledgement;
        Self { by: by.into(), at: TimeV1(*at), level: (*level).into(), revision: revision.0 }
    }
}

impl From<AcknowledgementV1> for Acknowledgement {
    fn from(acknowledgement: AcknowledgementV1) -> Self {
        Self {
            by: acknowledgement.by.into(),
            at: acknowledgement.at.0,
            level: acknowledgement.level.into(),
            revision: Revision(acknowledgement.revision),
        }
    }
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Resolution`, field by field")]
pub struct ResolutionV1 {
    pub how: EndingV1,
    pub at: TimeV1,
}

impl From<&Resolution> for ResolutionV1 {
    fn from(resolution: &Resolution) -> Self {
        let Resolution { how, at } = resolution;
        Self { how: how.into(), at: TimeV1(*at) }
    }
}

impl From<ResolutionV1> for Resolution {
    fn from(resolution: ResolutionV1) -> Self {
        Self { how: resolution.how.into(), at: resolution.at.0 }
    }
}

/// What ended an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Ending`, word for word")]
pub enum EndingV1 {
    Source,
    Operator(ActorV1),
}

impl From<&Ending> for EndingV1 {
    fn from(ending: &Ending) -> Self {
        match ending {
            Ending::Source => Self::Source,
            Ending::Operator(by) => Self::Operator(by.into()),
        }
    }
}

impl From<EndingV1> for Ending {
    fn from(ending: EndingV1) -> Self {
        match ending {
            EndingV1::Source => Self::Source,
            EndingV1::Operator(by) => Self::Operator(by.into()),
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
