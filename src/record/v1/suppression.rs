//! Twins of what keeps an alert quiet.

use serde::{Deserialize, Serialize};

use super::actor::ActorV1;
use super::leaf::{IdV1, TextV1, TimeV1};
use crate::domain::alert::{Suppression, Suppressor};
use crate::domain::id::SilenceId;

/// One thing that keeps an alert quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Suppression`, field by field")]
pub struct SuppressionV1 {
    pub by: SuppressorV1,
    pub since: TimeV1,
}

impl From<&Suppression> for SuppressionV1 {
    fn from(suppression: &Suppression) -> Self {
        let Suppression { by, since } = suppression;
        Self { by: by.into(), since: TimeV1(*since) }
    }
}

impl From<SuppressionV1> for Suppression {
    fn from(suppression: SuppressionV1) -> Self {
        Self { by: suppression.by.into(), since: suppression.since.0 }
    }
}

/// What can keep an alert quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Suppressor`, word for word")]
pub enum SuppressorV1 {
    Snooze { by: ActorV1, until: TimeV1 },
    Rule(TextV1),
    Silence { id: IdV1, by: TextV1, until: TimeV1, why: TextV1 },
}

impl From<&Suppressor> for SuppressorV1 {
    fn from(suppressor: &Suppressor) -> Self {
        match suppressor {
            Suppressor::Snooze { by, until } => {
                Self::Snooze { by: by.into(), until: TimeV1(*until) }
            }
            Suppressor::Rule(name) => Self::Rule(name.into()),
            Suppressor::Silence { id, by, until, why } => Self::Silence {
                id: IdV1(id.0),
                by: by.into(),
                until: TimeV1(*until),
                why: why.into(),
            },
        }
    }
}

impl From<SuppressorV1> for Suppressor {
    fn from(suppressor: SuppressorV1) -> Self {
        match suppressor {
            SuppressorV1::Snooze { by, until } => Self::Snooze { by: by.into(), until: until.0 },
            SuppressorV1::Rule(name) => Self::Rule(name.into()),
            SuppressorV1::Silence { id, by, until, why } => Self::Silence {
                id: SilenceId(id.0),
                by: by.into(),
                until: until.0,
                why: why.into(),
            },
        }
    }
}
