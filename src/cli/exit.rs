//! How a verb ends: what it said, what its exit code means, and why it was not carried out.

use std::process::ExitCode;

use crate::client::care::{CareError, KeepError};
use crate::client::{AskError, Kind};
use crate::domain::text::Text;

/// How a verb ended. The numbers are for scripts and never change; 2 is clap's as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// It is as was asked, whether or not anything had to change.
    #[default]
    Done = 0,
    /// It was refused, or failed.
    Refused = 1,
    /// What was asked is not understood.
    Usage = 2,
    /// No one alert is meant.
    NotFound = 3,
    /// The service is busy, or cannot save: again later.
    NotNow = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What a verb says: on stdout what may be piped on, on stderr the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// For stdout.
    pub result: String,
    /// For stderr.
    pub remark: String,
    /// How it ended.
    pub exit: Exit,
}

impl Said {
    /// A result, and nothing to remark.
    pub(super) fn result(result: String) -> Self {
        Self { result, ..Self::default() }
    }

    /// A remark, and no result.
    pub(super) fn remark(remark: &str) -> Self {
        Self { remark: format!("{remark}\n"), ..Self::default() }
    }
}

/// Why a verb was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum VerbError {
    /// The service refused, or could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// There is no such person.
    #[error("no account named {name}; there are: {known}")]
    NoAccount {
        /// The name.
        name: Text,
        /// The names there are.
        known: String,
    },
    /// The data cannot be cared for.
    #[error(transparent)]
    Care(#[from] CareError),
    /// A backup, an export or an import was not made.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// It is refused here.
    #[error("{0}")]
    Refused(String),
    /// What was written means nothing.
    #[error("{0}")]
    Usage(String),
    /// The system gives no randomness.
    #[error("the system gives no random numbers: {0}; try again")]
    NoRandomness(#[from] getrandom::Error),
    /// A fault of ours.
    #[error("this cannot be written as JSON: {0}; leave out --output")]
    Unwritable(#[from] serde_json::Error),
}

impl VerbError {
    /// What it ends the program with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Ask(error) | Self::Keep(KeepError::Ask(error)) => exit_of(error.kind()),
            Self::Usage(_) => Exit::Usage,
            Self::NoAccount { .. }
            | Self::Care(_)
            | Self::Keep(_)
            | Self::Refused(_)
            | Self::NoRandomness(_)
            | Self::Unwritable(_) => Exit::Refused,
        }
    }
}

/// What an answer of this kind ends the program with.
pub(super) fn exit_of(kind: Kind) -> Exit {
    match kind {
        Kind::NotFound => Exit::NotFound,
        Kind::NotNow => Exit::NotNow,
        Kind::Refused => Exit::Refused,
    }
}
