//! Twins of what one watchbell asks of another over the socket, and of what it answers.
//!
//! An order names no actor: who asks is what the socket knows of its peer, never what it says. It
//! may name a person whom the peer wants to speak for; whether they may is not decided here.

mod alert;
mod refusal;
mod silence;

use serde::{Deserialize, Serialize};

pub use alert::{AlertCommandV1, NewAlertV1};
pub use refusal::{RefusalV1, WhyV1};
pub use silence::SilenceCommandV1;

use super::v1::{DigestV1, IdV1, ScopesV1, TextV1};
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::Namespace;
use crate::domain::command::{Acted, Answer, Command, Order, TokenCommand, Unchanged};
use crate::domain::id::{AccountId, AlertId, OpId, Revision, SilenceId, TokenId};

/// One thing that somebody wants done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Order`, field by field, without its actor")]
pub struct OrderV1 {
    pub op: IdV1,
    pub seen: Option<u64>,
    /// The account that is to be spoken for, where one is (`--as`).
    #[serde(default)]
    pub speaks_for: Option<IdV1>,
    /// Whether a key of a console asks for it, and no verb.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_console: bool,
    pub command: CommandV1,
}

/// What can be asked over the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Command`, as far as the socket goes")]
pub enum CommandV1 {
    Create(NewAlertV1),
    Alerts(Vec<IdV1>, AlertCommandV1),
    Token(TokenCommandV1),
    Silence(SilenceCommandV1),
}

impl CommandV1 {
    /// The twin of `command`; nothing where that does not go over the socket.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Report(reports) => match reports.as_slice() {
                [report] => NewAlertV1::of(report).map(Self::Create),
                _ => None,
            },
            Command::Alerts(alerts, command) => {
                let alerts = alerts.iter().map(|id| IdV1(id.0)).collect();
                Some(Self::Alerts(alerts, command.into()))
            }
            Command::Token(command) => Some(Self::Token(command.into())),
            Command::Silence(command) => Some(Self::Silence(command.into())),
            Command::Adopt(_) | Command::Due(_) | Command::Settle(..) | Command::Woke(_) => None,
        }
    }
}

impl From<CommandV1> for Command {
    fn from(command: CommandV1) -> Self {
        match command {
            CommandV1::Create(alert) => Self::Report(vec![alert.into()]),
            CommandV1::Alerts(alerts, command) => {
                let alerts = alerts.into_iter().map(|id| AlertId(id.0)).collect();
                Self::Alerts(alerts, command.into())
            }
            CommandV1::Token(command) => Self::Token(command.into()),
            CommandV1::Silence(command) => Self::Silence(command.into()),
        }
    }
}

impl OrderV1 {
    /// An order for what was asked, if that goes over the socket.
    pub fn of(op: OpId, seen: Option<Revision>, command: &Command) -> Option<Self> {
        let command = CommandV1::of(command)?;
        let seen = seen.map(|revision| revision.0);
        Some(Self { op: IdV1(op.0), seen, speaks_for: None, at_console: false, command })
    }

    /// The order, as given by `actor` from there.
    pub fn by(self, actor: Actor, via: Via) -> Order {
        Order {
            op: OpId(self.op.0),
            actor,
            via,
            seen: self.seen.map(Revision),
            command: self.command.into(),
        }
    }
}

/// What can be done about tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `TokenCommand`, word for word")]
pub enum TokenCommandV1 {
    Create {
        name: TextV1,
        digest: DigestV1,
        scopes: ScopesV1,
        account: Option<IdV1>,
        namespace: TextV1,
    },
    Revoke {
        name: TextV1,
    },
}

impl From<&TokenCommand> for TokenCommandV1 {
    fn from(command: &TokenCommand) -> Self {
        match command {
            TokenCommand::Create { name, digest, scopes, account, namespace } => Self::Create {
                name: name.into(),
                digest: DigestV1(*digest),
                scopes: (*scopes).into(),
                account: account.map(|id| IdV1(id.0)),
                namespace: (&namespace.0).into(),
            },
            TokenCommand::Revoke { name } => Self::Revoke { name: name.into() },
        }
    }
}

impl From<TokenCommandV1> for TokenCommand {
    fn from(command: TokenCommandV1) -> Self {
        match command {
            TokenCommandV1::Create { name, digest, scopes, account, namespace } => Self::Create {
                name: name.into(),
                digest: digest.0,
                scopes: scopes.into(),
                account: account.map(|id| AccountId(id.0)),
                namespace: Namespace(namespace.into()),
            },
            TokenCommandV1::Revoke { name } => Self::Revoke { name: name.into() },
        }
    }
}

/// What came of an order: the commit, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ReceiptV1 {
    pub revision: u64,
    pub answer: AnswerV1,
}

impl ReceiptV1 {
    /// The receipt for `answer`, which is so since `revision`.
    pub fn new(revision: Revision, answer: &Answer) -> Self {
        Self { revision: revision.0, answer: answer.into() }
    }
}

/// What came of an order that was not refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Answer`, word for word")]
pub enum AnswerV1 {
    Reported(Vec<Result<Option<IdV1>, RefusalV1>>),
    Acted(Vec<(IdV1, Result<ActedV1, RefusalV1>)>),
    Token(IdV1),
    Done,
    Silenced(IdV1),
}

impl From<&Answer> for AnswerV1 {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Reported(results) => Self::Reported(
                results
                    .iter()
                    .map(|result| match result {
                        Ok(alert) => Ok(alert.map(|id| IdV1(id.0))),
                        Err(refusal) => Err(refusal.into()),
                    })
                    .collect(),
            ),
            Answer::Acted(results) => Self::Acted(
                results
                    .iter()
                    .map(|(id, result)| (IdV1(id.0), result.as_ref().map(Into::into)))
                    .map(|(id, result)| (id, result.map_err(Into::into)))
                    .collect(),
            ),
            Answer::Token(id) => Self::Token(IdV1(id.0)),
            Answer::Done => Self::Done,
            Answer::Silenced(id) => Self::Silenced(IdV1(id.0)),
        }
    }
}

impl From<AnswerV1> for Answer {
    fn from(answer: AnswerV1) -> Self {
        match answer {
            AnswerV1::Reported(results) => Self::Reported(
                results
                    .into_iter()
                    .map(|result| match result {
                        Ok(alert) => Ok(alert.map(|id| AlertId(id.0))),
                        Err(refusal) => Err(refusal.into()),
                    })
                    .collect(),
            ),
            AnswerV1::Acted(results) => Self::Acted(
                results
                    .into_iter()
                    .map(|(id, result)| (AlertId(id.0), result.map(Into::into)))
                    .map(|(id, result)| (id, result.map_err(Into::into)))
                    .collect(),
            ),
            AnswerV1::Token(id) => Self::Token(TokenId(id.0)),
            AnswerV1::Done => Self::Done,
            AnswerV1::Silenced(id) => Self::Silenced(SilenceId(id.0)),
        }
    }
}

/// What an act on an alert did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Acted` with `Unchanged` in it")]
pub enum ActedV1 {
    Changed,
    AcknowledgedAlready,
    NotAcknowledged,
    AssignedAlready,
    ResolvedAlready,
    OpenAlready,
    NotSuppressed,
    NotDue,
}

impl From<&Acted> for ActedV1 {
    fn from(acted: &Acted) -> Self {
        match acted {
            Acted::Changed => Self::Changed,
            Acted::Unchanged(Unchanged::AcknowledgedAlready) => Self::AcknowledgedAlready,
            Acted::Unchanged(Unchanged::NotAcknowledged) => Self::NotAcknowledged,
            Acted::Unchanged(Unchanged::AssignedAlready) => Self::AssignedAlready,
            Acted::Unchanged(Unchanged::ResolvedAlready) => Self::ResolvedAlready,
            Acted::Unchanged(Unchanged::OpenAlready) => Self::OpenAlready,
            Acted::Unchanged(Unchanged::NotSuppressed) => Self::NotSuppressed,
            Acted::Unchanged(Unchanged::NotDue) => Self::NotDue,
        }
    }
}

impl From<ActedV1> for Acted {
    fn from(acted: ActedV1) -> Self {
        match acted {
            ActedV1::Changed => Self::Changed,
            ActedV1::AcknowledgedAlready => Self::Unchanged(Unchanged::AcknowledgedAlready),
            ActedV1::NotAcknowledged => Self::Unchanged(Unchanged::NotAcknowledged),
            ActedV1::AssignedAlready => Self::Unchanged(Unchanged::AssignedAlready),
            ActedV1::ResolvedAlready => Self::Unchanged(Unchanged::ResolvedAlready),
            ActedV1::OpenAlready => Self::Unchanged(Unchanged::OpenAlready),
            ActedV1::NotSuppressed => Self::Unchanged(Unchanged::NotSuppressed),
            ActedV1::NotDue => Self::Unchanged(Unchanged::NotDue),
        }
    }
}
