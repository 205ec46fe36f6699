//! Twins of deliveries.

use serde::{Deserialize, Serialize};

use super::leaf::{IdV1, TextV1, TimeV1};
use crate::domain::delivery::{Delivery, Progress, Tell};
use crate::domain::id::{AlertId, DeliveryId, Revision};

/// One notification to one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Delivery`, field by field")]
pub struct DeliveryV1 {
    pub id: IdV1,
    pub alert: IdV1,
    pub cause: u64,
    pub tell: TellV1,
    pub channel: TextV1,
    pub created: TimeV1,
    pub attempts: u32,
    pub state: ProgressV1,
}

impl From<&Delivery> for DeliveryV1 {
    fn from(delivery: &Delivery) -> Self {
        let Delivery { id, alert, cause, tell, channel, created, attempts, state } = delivery;
        Self {
            id: IdV1(id.0),
            alert: IdV1(alert.0),
            cause: cause.0,
            tell: (*tell).into(),
            channel: channel.into(),
            created: TimeV1(*created),
            attempts: *attempts,
            state: state.into(),
        }
    }
}

impl From<DeliveryV1> for Delivery {
    fn from(delivery: DeliveryV1) -> Self {
        Self {
            id: DeliveryId(delivery.id.0),
            alert: AlertId(delivery.alert.0),
            cause: Revision(delivery.cause),
            tell: delivery.tell.into(),
            channel: delivery.channel.into(),
            created: delivery.created.0,
            attempts: delivery.attempts,
            state: delivery.state.into(),
        }
    }
}

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Tell`, word for word")]
pub enum TellV1 {
    Page,
    Flapping,
    Resolved,
    FellSilent,
    Acknowledged,
    Assigned,
}

impl From<Tell> for TellV1 {
    fn from(tell: Tell) -> Self {
        match tell {
            Tell::Page => Self::Page,
            Tell::Flapping => Self::Flapping,
            Tell::Resolved => Self::Resolved,
            Tell::FellSilent => Self::FellSilent,
            Tell::Acknowledged => Self::Acknowledged,
            Tell::Assigned => Self::Assigned,
        }
    }
}

impl From<TellV1> for Tell {
    fn from(tell: TellV1) -> Self {
        match tell {
            TellV1::Page => Self::Page,
            TellV1::Flapping => Self::Flapping,
            TellV1::Resolved => Self::Resolved,
            TellV1::FellSilent => Self::FellSilent,
            TellV1::Acknowledged => Self::Acknowledged,
            TellV1::Assigned => Self::Assigned,
        }
    }
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Progress`, word for word")]
pub enum ProgressV1 {
    Waiting { next: TimeV1, after: Option<TextV1> },
    Attempt { since: TimeV1 },
    Sent { at: TimeV1 },
    Superseded { at: TimeV1, why: TextV1 },
    GivenUp { at: TimeV1, why: TextV1 },
}

impl From<&Progress> for ProgressV1 {
    fn from(progress: &Progress) -> Self {
        match progress {
            Progress::Waiting { next, after } => {
                Self::Waiting { next: TimeV1(*next), after: after.as_ref().map(Into::into) }
            }
            Progress::Attempt { since } => Self::Attempt { since: TimeV1(*since) },
            Progress::Sent { at } => Self::Sent { at: TimeV1(*at) },
            Progress::Superseded { at, why } => {
                Self::Superseded { at: TimeV1(*at), why: why.into() }
            }
            Progress::GivenUp { at, why } => Self::GivenUp { at: TimeV1(*at), why: why.into() },
        }
    }
}

impl From<ProgressV1> for Progress {
    fn from(progress: ProgressV1) -> Self {
        match progress {
            ProgressV1::Waiting { next, after } => {
                Self::Waiting { next: next.0, after: after.map(Into::into) }
            }
            ProgressV1::Attempt { since } => Self::Attempt { since: since.0 },
            ProgressV1::Sent { at } => Self::Sent { at: at.0 },
            ProgressV1::Superseded { at, why } => Self::Superseded { at: at.0, why: why.into() },
            ProgressV1::GivenUp { at, why } => Self::GivenUp { at: at.0, why: why.into() },
        }
    }
}
