//! Twins of the call.

use serde::{Deserialize, Serialize};

use super::leaf::TimeV1;
use crate::domain::alert::{Call, Calling, Pause};
use crate::domain::id::Revision;

/// Whether people are being called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Call`, word for word")]
pub enum CallV1 {
    Quiet,
    Calling(CallingV1),
    Paused { calling: CallingV1, why: PauseV1 },
    Over,
}

impl From<Call> for CallV1 {
    fn from(call: Call) -> Self {
        match call {
            Call::Quiet => Self::Quiet,
            Call::Calling(calling) => Self::Calling(calling.into()),
            Call::Paused { calling, why } => {
                Self::Paused { calling: calling.into(), why: why.into() }
            }
            Call::Over => Self::Over,
        }
    }
}

impl From<CallV1> for Call {
    fn from(call: CallV1) -> Self {
        match call {
            CallV1::Quiet => Self::Quiet,
            CallV1::Calling(calling) => Self::Calling(calling.into()),
            CallV1::Paused { calling, why } => {
                Self::Paused { calling: calling.into(), why: why.into() }
            }
            CallV1::Over => Self::Over,
        }
    }
}

/// A call that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Calling`, field by field")]
pub struct CallingV1 {
    pub since: TimeV1,
    pub cause: u64,
}

impl From<Calling> for CallingV1 {
    fn from(calling: Calling) -> Self {
        let Calling { since, cause } = calling;
        Self { since: TimeV1(since), cause: cause.0 }
    }
}

impl From<CallingV1> for Calling {
    fn from(calling: CallingV1) -> Self {
        Self { since: calling.since.0, cause: Revision(calling.cause) }
    }
}

/// What keeps a call quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Pause`, word for word")]
pub enum PauseV1 {
    Suppressed,
    Warning,
    Ended,
    Flapping,
}

impl From<Pause> for PauseV1 {
    fn from(pause: Pause) -> Self {
        match pause {
            Pause::Suppressed => Self::Suppressed,
            Pause::Warning => Self::Warning,
            Pause::Ended => Self::Ended,
            Pause::Flapping => Self::Flapping,
        }
    }
}

impl From<PauseV1> for Pause {
    fn from(pause: PauseV1) -> Self {
        match pause {
            PauseV1::Suppressed => Self::Suppressed,
            PauseV1::Warning => Self::Warning,
            PauseV1::Ended => Self::Ended,
            PauseV1::Flapping => Self::Flapping,
        }
    }
}
