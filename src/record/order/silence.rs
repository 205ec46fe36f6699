//! Twins of what is done to silences.

use serde::{Deserialize, Serialize};

use crate::domain::command::SilenceCommand;
use crate::domain::id::{Revision, SilenceId};
use crate::domain::silence::SilenceRefusal;
use crate::record::v1::{IdV1, RepeatedV1, TermsV1, TextV1};

/// What can be done about silences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `SilenceCommand`, word for word")]
pub enum SilenceCommandV1 {
    Set { id: Option<IdV1>, terms: Box<TermsV1> },
    Expire(IdV1),
    Undo(u64),
    Repeat(Box<RepeatedV1>),
    RepeatNoMore(TextV1),
}

impl From<&SilenceCommand> for SilenceCommandV1 {
    fn from(command: &SilenceCommand) -> Self {
        match command {
            SilenceCommand::Set(id, terms) => {
                Self::Set { id: id.map(|id| IdV1(id.0)), terms: Box::new(terms.as_ref().into()) }
            }
            SilenceCommand::Expire(id) => Self::Expire(IdV1(id.0)),
            SilenceCommand::Undo(revision) => Self::Undo(revision.0),
            SilenceCommand::Repeat(what) => Self::Repeat(Box::new(what.as_ref().into())),
            SilenceCommand::RepeatNoMore(name) => Self::RepeatNoMore(name.into()),
        }
    }
}

impl From<SilenceCommandV1> for SilenceCommand {
    fn from(command: SilenceCommandV1) -> Self {
        match command {
            SilenceCommandV1::Set { id, terms } => {
                Self::Set(id.map(|id| SilenceId(id.0)), Box::new((*terms).into()))
            }
            SilenceCommandV1::Expire(id) => Self::Expire(SilenceId(id.0)),
            SilenceCommandV1::Undo(revision) => Self::Undo(Revision(revision)),
            SilenceCommandV1::Repeat(what) => Self::Repeat(Box::new((*what).into())),
            SilenceCommandV1::RepeatNoMore(name) => Self::RepeatNoMore(name.into()),
        }
    }
}

/// Why a silence cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SilenceRefusalV1 {
    Unknown,
    EndsBeforeStart,
    EndsInPast,
    MatchesAbsence,
    TooManyMatchers(usize),
    TooMany { there_are: usize, most: usize },
    TooLarge { size: usize, most: usize },
    NamelessMaintenance,
    MaintenanceExists(TextV1),
    UnknownMaintenance(TextV1),
    MaintenanceInFile(TextV1),
    NoWindow,
}

impl From<&SilenceRefusal> for SilenceRefusalV1 {
    fn from(refusal: &SilenceRefusal) -> Self {
        match refusal {
            SilenceRefusal::Unknown => Self::Unknown,
            SilenceRefusal::EndsBeforeStart => Self::EndsBeforeStart,
            SilenceRefusal::EndsInPast => Self::EndsInPast,
            SilenceRefusal::MatchesAbsence => Self::MatchesAbsence,
            SilenceRefusal::TooManyMatchers(most) => Self::TooManyMatchers(*most),
            SilenceRefusal::TooMany { there_are, most } => {
                Self::TooMany { there_are: *there_are, most: *most }
            }
            SilenceRefusal::TooLarge { size, most } => Self::TooLarge { size: *size, most: *most },
            SilenceRefusal::NamelessMaintenance => Self::NamelessMaintenance,
            SilenceRefusal::MaintenanceExists(name) => Self::MaintenanceExists(name.into()),
            SilenceRefusal::UnknownMaintenance(name) => Self::UnknownMaintenance(name.into()),
            SilenceRefusal::MaintenanceInFile(name) => Self::MaintenanceInFile(name.into()),
            SilenceRefusal::NoWindow => Self::NoWindow,
        }
    }
}

impl From<SilenceRefusalV1> for SilenceRefusal {
    fn from(refusal: SilenceRefusalV1) -> Self {
        match refusal {
            SilenceRefusalV1::Unknown => Self::Unknown,
            SilenceRefusalV1::EndsBeforeStart => Self::EndsBeforeStart,
            SilenceRefusalV1::EndsInPast => Self::EndsInPast,
            SilenceRefusalV1::MatchesAbsence => Self::MatchesAbsence,
            SilenceRefusalV1::TooManyMatchers(most) => Self::TooManyMatchers(most),
            SilenceRefusalV1::TooMany { there_are, most } => Self::TooMany { there_are, most },
            SilenceRefusalV1::TooLarge { size, most } => Self::TooLarge { size, most },
            SilenceRefusalV1::NamelessMaintenance => Self::NamelessMaintenance,
            SilenceRefusalV1::MaintenanceExists(name) => Self::MaintenanceExists(name.into()),
            SilenceRefusalV1::UnknownMaintenance(name) => Self::UnknownMaintenance(name.into()),
            SilenceRefusalV1::MaintenanceInFile(name) => Self::MaintenanceInFile(name.into()),
            SilenceRefusalV1::NoWindow => Self::NoWindow,
        }
    }
}
