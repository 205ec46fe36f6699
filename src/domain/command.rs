//! Orders: everything that can be asked of the engine, and what it may answer.

use std::sync::Arc;

use super::actor::{Actor, Via};
use super::alert::Namespace;
use super::delivery::Outcome;
use super::entity::Key;
use super::id::{AccountId, AlertId, DeliveryId, OpId, Revision, SilenceId, TokenId};
use super::maintenance::Maintenance;
use super::policy::Policy;
use super::refusal::Refusal;
use super::report::Report;
use super::silence::Terms;
use super::text::Text;
use super::time::Timestamp;
use super::token::{Digest, Scope, Scopes};

/// One thing that somebody wants done.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which try of which order this is.
    pub op: OpId,
    /// Who wants it.
    pub actor: Actor,
    /// From where it came.
    pub via: Via,
    /// The revision of the alert that they saw, where they saw one: what they decided upon.
    pub seen: Option<Revision>,
    /// What they want.
    pub command: Command,
}

/// What can be asked.
#[derive(Clone, Debug)]
pub enum Command {
    /// A source speaks of its alerts.
    Report(Vec<Report>),
    /// Somebody acts on alerts.
    Alerts(Vec<AlertId>, AlertCommand),
    /// Somebody makes or changes silences.
    Silence(SilenceCommand),
    /// Somebody makes or revokes a token.
    Token(TokenCommand),
    /// The configuration was read.
    Adopt(Arc<Policy>),
    /// A deadline has passed.
    Due(Key),
    /// An attempt to tell a channel has come to something.
    Settle(DeliveryId, u32, Outcome),
    /// We could not hear for a while: nothing times out until a source may have spoken again.
    Woke(Deaf),
}

/// Why we could not hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deaf {
    /// We were not there.
    Start,
    /// The system slept, or its clock was set.
    Jump,
    /// Too much waited: reports were refused.
    Overload,
    /// Nothing could be saved: reports were refused.
    Storage,
}

/// What can be done to an alert by a person or a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertCommand {
    /// Take it.
    Acknowledge,
    /// Give it back to firing.
    Unacknowledge,
    /// Give it to an account, or to nobody.
    Assign(Option<AccountId>),
    /// Hear of it later.
    Snooze(Timestamp),
    /// Hear of it again.
    Wake,
    /// End it.
    Resolve,
    /// Bring it back.
    Reopen,
    /// Write on it.
    Note(Text),
    /// Take back one's own act of that commit.
    Undo(Revision),
}

/// What can be done about silences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SilenceCommand {
    /// Make one, or have the one of this id become so. Where that may not stay itself
    /// ([`Silence::may_become`](super::silence::Silence::may_become)) it ends, and another begins.
    Set(Option<SilenceId>, Box<Terms>),
    /// End it now, or have it never begin. One that is over stays so.
    Expire(SilenceId),
    /// Take back one's own acts of that commit.
    Undo(Revision),
    /// Keep a maintenance: have a silence of it again and again.
    Repeat(Box<Maintenance>),
    /// End the maintenance of this name, and its window.
    RepeatNoMore(Text),
}

/// What can be done about tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCommand {
    /// Make one. Only the digest of its secret comes here.
    Create {
        /// A name that no other token has.
        name: Text,
        /// SHA-256 of the secret.
        digest: Digest,
        /// What it may do.
        scopes: Scopes,
        /// Whose it is, if anybody's.
        account: Option<AccountId>,
        /// Whose alerts its reports touch.
        namespace: Namespace,
    },
    /// End the one of this name.
    Revoke {
        /// The name.
        name: Text,
    },
}

impl Command {
    /// The right that is needed for it: the one table of rights, for token, socket and console.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Report(_) => Scope::Ingest,
            Self::Alerts(_, command) => match command {
                AlertCommand::Acknowledge
                | AlertCommand::Unacknowledge
                | AlertCommand::Snooze(_)
                | AlertCommand::Wake
                | AlertCommand::Note(_)
                | AlertCommand::Undo(_) => Scope::Ack,
                AlertCommand::Assign(_) => Scope::Assign,
                AlertCommand::Resolve | AlertCommand::Reopen => Scope::Resolve,
            },
            Self::Silence(_) => Scope::Silence,
            Self::Token(_) | Self::Adopt(_) | Self::Due(_) | Self::Settle(..) | Self::Woke(_) => {
                Scope::Admin
            }
        }
    }
}

/// What came of an order that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Of each report, in order: the alert it is about, if there is one, or why not.
    Reported(Vec<Result<Option<AlertId>, Refusal>>),
    /// Of each alert, in order: what came of it, or why not.
    Acted(Vec<(AlertId, Result<Acted, Refusal>)>),
    /// The silence that is as was asked for.
    Silenced(SilenceId),
    /// The token that was made or revoked.
    Token(TokenId),
    /// Nothing that needs words.
    Done,
}

/// What an act on an alert did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It changed the alert, in the commit of the receipt.
    Changed,
    /// There was nothing to change.
    Unchanged(Unchanged),
}

/// Why there was nothing to change. Not a refusal: what was asked for is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// The same person had acknowledged it.
    AcknowledgedAlready,
    /// Nobody has acknowledged it.
    NotAcknowledged,
    /// It is that person's, or nobody's, already.
    AssignedAlready,
    /// It has ended already.
    ResolvedAlready,
    /// It is open already.
    OpenAlready,
    /// Nothing of that kind keeps it quiet.
    NotSuppressed,
    /// No deadline of it has passed.
    NotDue,
}
