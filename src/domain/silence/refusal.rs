//! Why a silence was not made or changed. The words are Alertmanager's where it refuses the same.

use crate::domain::text::Text;

/// The reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SilenceRefusal {
    /// There is no such silence.
    #[error("silence not found")]
    Unknown,
    /// It would be over before it began.
    #[error("Failed to create silence: start time must be before end time")]
    EndsBeforeStart,
    /// It would be over now.
    #[error("Failed to create silence: end time can't be in the past")]
    EndsInPast,
    /// It would mute everything.
    #[error("invalid silence: matcher set 0: at least one matcher must not match the empty string")]
    MatchesAbsence,
    /// It asks too much of every alert.
    #[error("invalid silence: {0} matchers at most; make several silences")]
    TooManyMatchers(usize),
    /// There are as many as are allowed.
    #[error("exceeded maximum number of silences: {there_are} (limit: {most})")]
    TooMany {
        /// How many there are, those that are over and still kept included.
        there_are: usize,
        /// How many there may be.
        most: usize,
    },
    /// It is larger than is allowed.
    #[error("silence exceeded maximum size: {size} bytes (limit: {most} bytes)")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The largest there may be.
        most: usize,
    },
    /// A maintenance needs a name.
    #[error("a maintenance needs a name")]
    NamelessMaintenance,
    /// Another maintenance has the name.
    #[error("a maintenance named {0} exists; choose another name or end it first")]
    MaintenanceExists(Text),
    /// No maintenance has the name.
    #[error("no maintenance named {0}")]
    UnknownMaintenance(Text),
    /// The configuration has it.
    #[error("the maintenance {0} is in watchbell.toml; take it out there")]
    MaintenanceInFile(Text),
    /// A maintenance never comes.
    #[error("it never comes; name other days")]
    NoWindow,
}

impl SilenceRefusal {
    /// A word for programs; never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_silence",
            Self::EndsBeforeStart => "silence_ends_before_start",
            Self::EndsInPast => "silence_ends_in_past",
            Self::MatchesAbsence => "silence_matches_absence",
            Self::TooManyMatchers(_) => "too_many_matchers",
            Self::TooMany { .. } => "too_many_silences",
            Self::TooLarge { .. } => "silence_too_large",
            Self::NamelessMaintenance => "nameless_maintenance",
            Self::MaintenanceExists(_) => "maintenance_exists",
            Self::UnknownMaintenance(_) => "unknown_maintenance",
            Self::MaintenanceInFile(_) => "maintenance_in_file",
            Self::NoWindow => "maintenance_never",
        }
    }
}
