//! Twin of refusals: in words for whoever shows them, and whole for whoever asked.

use serde::{Deserialize, Serialize};

use super::silence::SilenceRefusalV1;
use crate::domain::actor::Actor;
use crate::domain::alert::Resolution;
use crate::domain::id::{AccountId, AlertId};
use crate::domain::refusal::{Refusal, ResolvedBy};
use crate::domain::text::Text;
use crate::record::v1::{ActorV1, IdV1, ResolutionV1, SpanV1, TextV1, TimeV1};

/// Why an order was not carried out. `code` and `message` say what `why` holds, for readers that
/// do not know this reason: to them it is no `RefusalV1`, and they show the message. Here neither
/// is read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct RefusalV1 {
    pub code: String,
    pub message: String,
    pub why: WhyV1,
}

/// The reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Refusal`, word for word")]
pub enum WhyV1 {
    UnknownAlert(IdV1),
    UnknownAccount(IdV1),
    Resolved(Box<ResolutionV1>),
    Overtaken {
        by: ActorV1,
        at: TimeV1,
        /// Absent from those who refuse for acknowledgements alone.
        #[serde(default)]
        deed: Option<TextV1>,
    },
    OpenElsewhere {
        open: IdV1,
    },
    NotUndone {
        last: Option<TextV1>,
    },
    SnoozeOver {
        until: TimeV1,
    },
    SnoozeTooLong(SpanV1),
    EndsBeforeStart,
    OnceUsed {
        alert: IdV1,
    },
    EmptyNote,
    UnknownService(TextV1),
    TokenExists(TextV1),
    UnknownToken(TextV1),
    EmptyTokenName,
    OwnNamespace(TextV1),
    Silence(SilenceRefusalV1),
}

impl From<&Refusal> for RefusalV1 {
    fn from(refusal: &Refusal) -> Self {
        Self { code: refusal.code().to_owned(), message: refusal.to_string(), why: refusal.into() }
    }
}

impl From<RefusalV1> for Refusal {
    fn from(refusal: RefusalV1) -> Self {
        refusal.why.into()
    }
}

impl From<&Refusal> for WhyV1 {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::UnknownAlert(id) => Self::UnknownAlert(IdV1(id.0)),
            Refusal::UnknownAccount(id) => Self::UnknownAccount(IdV1(id.0)),
            Refusal::Resolved(ResolvedBy(resolution)) => {
                Self::Resolved(Box::new(resolution.as_ref().into()))
            }
            Refusal::Overtaken { by, at, deed } => {
                Self::Overtaken { by: by.into(), at: TimeV1(*at), deed: Some(deed.into()) }
            }
            Refusal::OpenElsewhere { open } => Self::OpenElsewhere { open: IdV1(open.0) },
            Refusal::NotUndone { last } => Self::NotUndone { last: last.as_ref().map(Into::into) },
            Refusal::SnoozeOver { until } => Self::SnoozeOver { until: TimeV1(*until) },
            Refusal::SnoozeTooLong(most) => Self::SnoozeTooLong(SpanV1(*most)),
            Refusal::EndsBeforeStart => Self::EndsBeforeStart,
            Refusal::OnceUsed { alert } => Self::OnceUsed { alert: IdV1(alert.0) },
            Refusal::EmptyNote => Self::EmptyNote,
            Refusal::UnknownService(name) => Self::UnknownService(name.into()),
            Refusal::TokenExists(name) => Self::TokenExists(name.into()),
            Refusal::UnknownToken(name) => Self::UnknownToken(name.into()),
            Refusal::OwnNamespace(name) => Self::OwnNamespace(name.into()),
            Refusal::EmptyTokenName => Self::EmptyTokenName,
            Refusal::Silence(refusal) => Self::Silence(refusal.into()),
        }
    }
}

impl From<WhyV1> for Refusal {
    fn from(why: WhyV1) -> Self {
        match why {
            WhyV1::UnknownAlert(id) => Self::UnknownAlert(AlertId(id.0)),
            WhyV1::UnknownAccount(id) => Self::UnknownAccount(AccountId(id.0)),
            WhyV1::Resolved(resolution) => {
                Self::Resolved(ResolvedBy(Box::new(Resolution::from(*resolution))))
            }
            WhyV1::Overtaken { by, at, deed } => {
                let by = Actor::from(by);
                let did = || Text::derive(&format!("{by} acknowledged it"));
                Self::Overtaken { at: at.0, deed: deed.map_or_else(did, Into::into), by }
            }
            WhyV1::OpenElsewhere { open } => Self::OpenElsewhere { open: AlertId(open.0) },
            WhyV1::NotUndone { last } => Self::NotUndone { last: last.map(Into::into) },
            WhyV1::SnoozeOver { until } => Self::SnoozeOver { until: until.0 },
            WhyV1::SnoozeTooLong(most) => Self::SnoozeTooLong(most.0),
            WhyV1::EndsBeforeStart => Self::EndsBeforeStart,
            WhyV1::OnceUsed { alert } => Self::OnceUsed { alert: AlertId(alert.0) },
            WhyV1::EmptyNote => Self::EmptyNote,
            WhyV1::UnknownService(name) => Self::UnknownService(name.into()),
            WhyV1::TokenExists(name) => Self::TokenExists(name.into()),
            WhyV1::UnknownToken(name) => Self::UnknownToken(name.into()),
            WhyV1::OwnNamespace(name) => Self::OwnNamespace(name.into()),
            WhyV1::EmptyTokenName => Self::EmptyTokenName,
            WhyV1::Silence(refusal) => Self::Silence(refusal.into()),
        }
    }
}
