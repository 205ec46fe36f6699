//! Refusals: domain answers, not errors. They say why, and are shown; they are not logged.

use super::actor::Actor;
use super::alert::{Ending, Resolution};
use super::id::{AccountId, AlertId};
use super::silence::SilenceRefusal;
use super::text::Text;
use super::time::{SignedDuration, Timestamp};

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such alert.
    #[error("no alert {0}")]
    UnknownAlert(AlertId),
    /// There is no such account.
    #[error("no account {0}; GET /api/v1/team/members lists them")]
    UnknownAccount(AccountId),
    /// It has ended, and this can only be done to an open alert (T7).
    #[error("already resolved {0}; reopen it first")]
    Resolved(ResolvedBy),
    /// Somebody did something to it after the asker saw it that they may want to know first; who
    /// asks again has seen it (T6).
    #[error("{deed} meanwhile; ask again to do it all the same")]
    Overtaken {
        /// Who was faster.
        by: Actor,
        /// When.
        at: Timestamp,
        /// What they did, as [`Event::deed`](super::event::Event::deed) has it.
        deed: Text,
    },
    /// Its identity has an open alert, so that it cannot be brought back (T14).
    #[error("the same alert fires again as {open}; act on that one")]
    OpenElsewhere {
        /// The open alert.
        open: AlertId,
    },
    /// The act to take back is not the last one on this alert, or not the asker's.
    #[error("{}", .last.as_ref().map_or("nothing of yours to undo".to_owned(), |last| format!("not undone: {last} since")))]
    NotUndone {
        /// What stands in the way, if anything, as [`Event::deed`](super::event::Event::deed) has
        /// it.
        last: Option<Text>,
    },
    /// A snooze would be over before it began.
    #[error("{until:.0} has passed; name a later time")]
    SnoozeOver {
        /// Until when it was to last.
        until: Timestamp,
    },
    /// A snooze would last so long that it is forgotten.
    #[error("a snooze lasts {} days at most; name an earlier time", .0.as_hours() / 24)]
    SnoozeTooLong(SignedDuration),
    /// A silence cannot be so.
    #[error(transparent)]
    Silence(#[from] SilenceRefusal),
    /// An alert would be over before it began. The words are Alertmanager's.
    #[error("start time must be before end time")]
    EndsBeforeStart,
    /// An idempotency key that was used for another alert: this one would be lost.
    #[error("this idempotency key was used for another alert ({alert}); use a new one")]
    OnceUsed {
        /// The alert it was used for.
        alert: AlertId,
    },
    /// A note has no text.
    #[error("a note needs text")]
    EmptyNote,
    /// A service that nobody knows, where the configuration creates none.
    #[error("no service {0}; add it to watchbell.toml, or name one that GET /api/v1/service lists")]
    UnknownService(Text),
    /// Another token has the name.
    #[error("a token named {0} exists; choose another name or revoke it first")]
    TokenExists(Text),
    /// No token has the name.
    #[error("no token named {0}; watchbell token list shows them")]
    UnknownToken(Text),
    /// A token needs a name.
    #[error("a token needs a name")]
    EmptyTokenName,
    /// A token would speak of our own alerts.
    #[error("the namespace {0} is watchbell's own; choose another")]
    OwnNamespace(Text),
}

/// How and when an alert ended, for the sentence of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedBy(pub Box<Resolution>);

impl std::fmt::Display for ResolvedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.how {
            Ending::Source => write!(f, "by its source at {:.0}", self.0.at),
            Ending::Operator { by, .. } => write!(f, "by {by} at {:.0}", self.0.at),
            Ending::TimeOut => write!(f, "at {:.0}, when nothing more was heard of it", self.0.at),
        }
    }
}

impl Refusal {
    /// A word for programs; never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownAlert(_) => "unknown_alert",
            Self::UnknownAccount(_) => "unknown_account",
            Self::Resolved(_) => "resolved",
            Self::Overtaken { .. } => "overtaken",
            Self::OpenElsewhere { .. } => "open_elsewhere",
            Self::NotUndone { .. } => "not_undone",
            Self::SnoozeOver { .. } => "snooze_over",
            Self::SnoozeTooLong(_) => "snooze_too_long",
            Self::Silence(refusal) => refusal.code(),
            Self::EndsBeforeStart => "ends_before_start",
            Self::OnceUsed { .. } => "idempotency_key_used",
            Self::EmptyNote => "empty_note",
            Self::UnknownService(_) => "unknown_service",
            Self::TokenExists(_) => "token_exists",
            Self::UnknownToken(_) => "unknown_token",
            Self::OwnNamespace(_) => "own_namespace",
            Self::EmptyTokenName => "empty_token_name",
        }
    }
}
