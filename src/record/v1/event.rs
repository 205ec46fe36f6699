//! Twins of the lines of a timeline.

use serde::{Deserialize, Serialize};

use super::actor::{ActorV1, PersonV1, ViaV1};
use super::delivery::TellV1;
use super::entity::KeyV1;
use super::leaf::{IdV1, SeverityV1, TextV1, TimeV1};
use super::silence::SilenceDeedV1;
use super::standing::{EndingV1, StandingV1};
use super::suppression::SuppressorV1;
use crate::domain::event::{Difference, Event, What};
use crate::domain::id::{AlertId, Revision};

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Event`, field by field")]
pub struct EventV1 {
    pub at: TimeV1,
    pub revision: u64,
    pub actor: ActorV1,
    pub via: ViaV1,
    pub subject: KeyV1,
    pub what: WhatV1,
    pub before: Option<Box<StandingV1>>,
}

impl From<&Event> for EventV1 {
    fn from(event: &Event) -> Self {
        let Event { at, revision, actor, via, subject, what, before } = event;
        Self {
            at: TimeV1(*at),
            revision: revision.0,
            actor: actor.into(),
            via: (*via).into(),
            subject: (*subject).into(),
            what: what.into(),
            before: before.as_deref().map(|before| Box::new(before.into())),
        }
    }
}

impl From<EventV1> for Event {
    fn from(event: EventV1) -> Self {
        Self {
            at: event.at.0,
            revision: Revision(event.revision),
            actor: event.actor.into(),
            via: event.via.into(),
            subject: event.subject.into(),
            what: event.what.into(),
            before: event.before.map(|before| Box::new((*before).into())),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `What`, word for word")]
pub enum WhatV1 {
    Fired { occurrence: u32, previous: Option<IdV1>, despite: Option<ActorV1> },
    Changed(Vec<DifferenceV1>),
    Reworded { from: TextV1, to: TextV1 },
    Worsened { from: SeverityV1, to: SeverityV1 },
    Acknowledged { over: Option<ActorV1>, assigned: Option<PersonV1> },
    Unacknowledged { had: ActorV1 },
    Assigned { from: Option<PersonV1>, to: Option<PersonV1> },
    Resolved(EndingV1),
    Held { until: TimeV1 },
    Refired,
    Restored,
    Flapping,
    FlappingEnded,
    WentStale,
    Suppressed(SuppressorV1),
    Unsuppressed { by: SuppressorV1, since: TimeV1 },
    AcknowledgementExpired { had: ActorV1 },
    Reopened,
    Noted(TextV1),
    Undone { act: TextV1, revision: u64 },
    Told { tell: TellV1, channel: TextV1 },
    NotTold { tell: TellV1, channel: TextV1, why: TextV1 },
    ServiceCreated(TextV1),
    TokenCreated(TextV1),
    TokenRevoked(TextV1),
    Silence(SilenceDeedV1),
}

impl From<&What> for WhatV1 {
    fn from(what: &What) -> Self {
        match what {
            What::Fired { occurrence, previous, despite } => Self::Fired {
                occurrence: *occurrence,
                previous: previous.map(|id| IdV1(id.0)),
                despite: despite.as_ref().map(Into::into),
            },
            What::Changed(differences) => {
                Self::Changed(differences.iter().map(Into::into).collect())
            }
            What::Reworded { from, to } => Self::Reworded { from: from.into(), to: to.into() },
            What::Worsened { from, to } => {
                Self::Worsened { from: (*from).into(), to: (*to).into() }
            }
            What::Acknowledged { over, assigned } => Self::Acknowledged {
                over: over.as_ref().map(Into::into),
                assigned: assigned.as_ref().map(Into::into),
            },
            What::Unacknowledged { had } => Self::Unacknowledged { had: had.into() },
            What::Assigned { from, to } => Self::Assigned {
                from: from.as_ref().map(Into::into),
                to: to.as_ref().map(Into::into),
            },
            What::Resolved(ending) => Self::Resolved(ending.into()),
            What::Held { until } => Self::Held { until: TimeV1(*until) },
            What::Refired => Self::Refired,
            What::Restored => Self::Restored,
            What::Flapping => Self::Flapping,
            What::FlappingEnded => Self::FlappingEnded,
            What::WentStale => Self::WentStale,
            What::Suppressed(by) => Self::Suppressed(by.into()),
            What::Unsuppressed { by, since } => {
                Self::Unsuppressed { by: by.into(), since: TimeV1(*since) }
            }
            What::AcknowledgementExpired { had } => {
                Self::AcknowledgementExpired { had: had.into() }
            }
            What::Reopened => Self::Reopened,
            What::Noted(text) => Self::Noted(text.into()),
            What::Undone { act, revision } => {
                Self::Undone { act: act.into(), revision: revision.0 }
            }
            What::Told { tell, channel } => {
                Self::Told { tell: (*tell).into(), channel: channel.into() }
            }
            What::NotTold { tell, channel, why } => {
                Self::NotTold { tell: (*tell).into(), channel: channel.into(), why: why.into() }
            }
            What::ServiceCreated(name) => Self::ServiceCreated(name.into()),
            What::TokenCreated(name) => Self::TokenCreated(name.into()),
            What::TokenRevoked(name) => Self::TokenRevoked(name.into()),
            What::Silence(deed) => Self::Silence(deed.into()),
        }
    }
}

impl From<WhatV1> for What {
    fn from(what: WhatV1) -> Self {
        match what {
            WhatV1::Fired { occurrence, previous, despite } => Self::Fired {
                occurrence,
                previous: previous.map(|id| AlertId(id.0)),
                despite: despite.map(Into::into),
            },
            WhatV1::Changed(differences) => {
                Self::Changed(differences.into_iter().map(Into::into).collect())
            }
            WhatV1::Reworded { from, to } => Self::Reworded { from: from.into(), to: to.into() },
            WhatV1::Worsened { from, to } => Self::Worsened { from: from.into(), to: to.into() },
            WhatV1::Acknowledged { over, assigned } => Self::Acknowledged {
                over: over.map(Into::into),
                assigned: assigned.map(Into::into),
            },
            WhatV1::Unacknowledged { had } => Self::Unacknowledged { had: had.into() },
            WhatV1::Assigned { from, to } => {
                Self::Assigned { from: from.map(Into::into), to: to.map(Into::into) }
            }
            WhatV1::Resolved(ending) => Self::Resolved(ending.into()),
            WhatV1::Held { until } => Self::Held { until: until.0 },
            WhatV1::Refired => Self::Refired,
            WhatV1::Restored => Self::Restored,
            WhatV1::Flapping => Self::Flapping,
            WhatV1::FlappingEnded => Self::FlappingEnded,
            WhatV1::WentStale => Self::WentStale,
            WhatV1::Suppressed(by) => Self::Suppressed(by.into()),
            WhatV1::Unsuppressed { by, since } => {
                Self::Unsuppressed { by: by.into(), since: since.0 }
            }
            WhatV1::AcknowledgementExpired { had } => {
                Self::AcknowledgementExpired { had: had.into() }
            }
            WhatV1::Reopened => Self::Reopened,
            WhatV1::Noted(text) => Self::Noted(text.into()),
            WhatV1::Undone { act, revision } => {
                Self::Undone { act: act.into(), revision: Revision(revision) }
            }
            WhatV1::Told { tell, channel } => {
                Self::Told { tell: tell.into(), channel: channel.into() }
            }
            WhatV1::NotTold { tell, channel, why } => {
                Self::NotTold { tell: tell.into(), channel: channel.into(), why: why.into() }
            }
            WhatV1::ServiceCreated(name) => Self::ServiceCreated(name.into()),
            WhatV1::TokenCreated(name) => Self::TokenCreated(name.into()),
            WhatV1::TokenRevoked(name) => Self::TokenRevoked(name.into()),
            WhatV1::Silence(deed) => Self::Silence(deed.into()),
        }
    }
}

/// One thing about an alert that its source changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Difference`, word for word")]
pub enum DifferenceV1 {
    Severity { from: SeverityV1, to: SeverityV1 },
    Service { from: TextV1, to: TextV1 },
    Labels(Vec<TextV1>),
}

impl From<&Difference> for DifferenceV1 {
    fn from(difference: &Difference) -> Self {
        match difference {
            Difference::Severity { from, to } => {
                Self::Severity { from: (*from).into(), to: (*to).into() }
            }
            Difference::Service { from, to } => Self::Service { from: from.into(), to: to.into() },
            Difference::Labels(names) => Self::Labels(names.iter().map(Into::into).collect()),
        }
    }
}

impl From<DifferenceV1> for Difference {
    fn from(difference: DifferenceV1) -> Self {
        match difference {
            DifferenceV1::Severity { from, to } => {
                Self::Severity { from: from.into(), to: to.into() }
            }
            DifferenceV1::Service { from, to } => {
                Self::Service { from: from.into(), to: to.into() }
            }
            DifferenceV1::Labels(names) => {
                Self::Labels(names.into_iter().map(Into::into).collect())
            }
        }
    }
}
