//! Twins of how an alert stands: its state, who has it, how it ended.

use serde::{Deserialize, Serialize};

use super::actor::{ActorV1, PersonV1};
use super::call::CallV1;
use super::leaf::{SeverityV1, TimeV1};
use crate::domain::alert::{Acknowledgement, Ending, Hold, Resolution, Standing, State};
use crate::domain::id::Revision;

/// How an alert stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Standing`, field by field")]
pub struct StandingV1 {
    pub state: StateV1,
    pub assignee: Option<PersonV1>,
    pub call: CallV1,
    pub needed: TimeV1,
    pub since: TimeV1,
    pub touched: u64,
}

impl From<&Standing> for StandingV1 {
    fn from(standing: &Standing) -> Self {
        let Standing { state, assignee, call, needed, since, touched } = standing;
        Self {
            state: state.into(),
            assignee: assignee.as_ref().map(Into::into),
            call: (*call).into(),
            needed: TimeV1(*needed),
            since: TimeV1(*since),
            touched: touched.0,
        }
    }
}

impl From<StandingV1> for Standing {
    fn from(standing: StandingV1) -> Self {
        Self {
            state: standing.state.into(),
            assignee: standing.assignee.map(Into::into),
            call: standing.call.into(),
            needed: standing.needed.0,
            since: standing.since.0,
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
    pub until: Option<TimeV1>,
}

impl From<&Acknowledgement> for AcknowledgementV1 {
    fn from(acknowledgement: &Acknowledgement) -> Self {
        let Acknowledgement { by, at, level, revision, until } = acknowledgement;
        Self {
            by: by.into(),
            at: TimeV1(*at),
            level: (*level).into(),
            revision: revision.0,
            until: until.map(TimeV1),
        }
    }
}

impl From<AcknowledgementV1> for Acknowledgement {
    fn from(acknowledgement: AcknowledgementV1) -> Self {
        Self {
            by: acknowledgement.by.into(),
            at: acknowledgement.at.0,
            level: acknowledgement.level.into(),
            revision: Revision(acknowledgement.revision),
            until: acknowledgement.until.map(|time| time.0),
        }
    }
}

/// How an alert ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Resolution`, field by field")]
pub struct ResolutionV1 {
    pub how: EndingV1,
    pub at: TimeV1,
    pub end: TimeV1,
    pub had: Option<AcknowledgementV1>,
}

impl From<&Resolution> for ResolutionV1 {
    fn from(resolution: &Resolution) -> Self {
        let Resolution { how, at, end, had } = resolution;
        Self {
            how: how.into(),
            at: TimeV1(*at),
            end: TimeV1(*end),
            had: had.as_ref().map(Into::into),
        }
    }
}

impl From<ResolutionV1> for Resolution {
    fn from(resolution: ResolutionV1) -> Self {
        Self {
            how: resolution.how.into(),
            at: resolution.at.0,
            end: resolution.end.0,
            had: resolution.had.map(Into::into),
        }
    }
}

/// What ended an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Ending`, word for word")]
pub enum EndingV1 {
    Source,
    Operator { by: ActorV1, hold: Option<HoldV1> },
    TimeOut,
}

impl From<&Ending> for EndingV1 {
    fn from(ending: &Ending) -> Self {
        match ending {
            Ending::Source => Self::Source,
            Ending::Operator { by, hold } => {
                Self::Operator { by: by.into(), hold: hold.map(Into::into) }
            }
            Ending::TimeOut => Self::TimeOut,
        }
    }
}

impl From<EndingV1> for Ending {
    fn from(ending: EndingV1) -> Self {
        match ending {
            EndingV1::Source => Self::Source,
            EndingV1::Operator { by, hold } => {
                Self::Operator { by: by.into(), hold: hold.map(Into::into) }
            }
            EndingV1::TimeOut => Self::TimeOut,
        }
    }
}

/// For how long a source may not bring it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Hold`, field by field")]
pub struct HoldV1 {
    pub until: TimeV1,
    pub reports: u64,
}

impl From<Hold> for HoldV1 {
    fn from(hold: Hold) -> Self {
        let Hold { until, reports } = hold;
        Self { until: TimeV1(until), reports }
    }
}

impl From<HoldV1> for Hold {
    fn from(hold: HoldV1) -> Self {
        Self { until: hold.until.0, reports: hold.reports }
    }
}
