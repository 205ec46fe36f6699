//! The service, wherever it runs: what a verb asks things of.

use super::asker::Asker;
use super::local::{Local, LocalError, NotAllowed};
use super::reading::{FindError, Wanted};
use super::remote::{Remote, RemoteError};
use super::secret::Secret;
use super::stream::Exported;
use super::view::{Explained, ListedAccount, ListedService, Listing, Previewed, Silences, Whole};
use crate::domain::alert::Namespace;
use crate::domain::command::{Command, Order, TokenCommand};
use crate::domain::id::{AccountId, Revision};
use crate::domain::matcher::Matcher;
use crate::domain::query::Filter;
use crate::domain::refusal::Refusal;
use crate::domain::silence::{SilenceRefusal, Terms};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::token::Scopes;
use crate::engine::{Receipt, SubmitError};

/// The service, wherever it runs.
#[derive(Clone, Debug)]
pub enum Source {
    /// In this process.
    Local(Local),
    /// In the process that owns the data.
    Remote(Remote),
}

/// A token as it is listed: without its digest, so that no listing can leak one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedToken {
    /// Its name.
    pub name: Text,
    /// What it may do.
    pub scopes: Scopes,
    /// Whose it is, if anybody's.
    pub account: Option<AccountId>,
    /// Whose alerts its reports touch.
    pub namespace: Namespace,
    /// When it was made.
    pub created: Timestamp,
}

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name; refused if another token has it.
    pub name: Text,
    /// What it may do.
    pub scopes: Scopes,
    /// Whose it is, if anybody's.
    pub account: Option<AccountId>,
    /// Whose alerts its reports touch.
    pub namespace: Namespace,
}

impl NewToken {
    /// Draws its secret, and the command that makes it: the digest alone goes into that.
    ///
    /// Fails only where the system has no randomness.
    pub fn draw(self) -> Result<(Secret, Command), getrandom::Error> {
        let secret = Secret::draw()?;
        let Self { name, scopes, account, namespace } = self;
        let digest = secret.digest();
        let command = TokenCommand::Create { name, digest, scopes, account, namespace };
        Ok((secret, Command::Token(command)))
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The service answered, and not with a receipt.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// It may not be asked for here.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The service could not be asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// No one alert is meant, in the words of a [`FindError`].
    #[error("{0}")]
    NotFound(String),
    /// The history was not read to its end.
    #[error("{0}")]
    NotRead(String),
    /// A fault of ours.
    #[error("reading the data panicked; try again")]
    Panicked,
}

/// What kind of answer an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No one alert is meant.
    NotFound,
    /// It cannot be now, and may be later.
    NotNow,
    /// It was refused, or failed.
    Refused,
}

impl AskError {
    /// Whether the service was asked, and refused: the next question may have another answer.
    pub fn is_refusal(&self) -> bool {
        self.refusal().is_some()
    }

    /// What the service refused for, where it did.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Submit(SubmitError::Refused(refusal)) => Some(refusal),
            Self::Submit(_)
            | Self::NotAllowed(_)
            | Self::Remote(_)
            | Self::NotFound(_)
            | Self::NotRead(_)
            | Self::Panicked => None,
        }
    }

    /// What kind of answer it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound(_)
            | Self::Submit(SubmitError::Refused(
                Refusal::UnknownAlert(_) | Refusal::Silence(SilenceRefusal::Unknown),
            )) => Kind::NotFound,
            Self::Submit(
                SubmitError::Busy
                | SubmitError::Unavailable(_)
                | SubmitError::Unsure(_)
                | SubmitError::Closed,
            )
            | Self::Remote(RemoteError::NotNow(_) | RemoteError::Unsure(_)) => Kind::NotNow,
            Self::Submit(SubmitError::Refused(_) | SubmitError::Failed)
            | Self::NotAllowed(_)
            | Self::NotRead(_)
            | Self::Panicked
            | Self::Remote(
                RemoteError::Silent { .. }
                | RemoteError::Refused(_)
                | RemoteError::Strange(_)
                | RemoteError::Older
                | RemoteError::OtherVersion(_),
            ) => Kind::Refused,
        }
    }
}

impl From<Refusal> for AskError {
    fn from(refusal: Refusal) -> Self {
        Self::Submit(SubmitError::Refused(refusal))
    }
}

impl From<LocalError> for AskError {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::NotAllowed(why) => Self::NotAllowed(why),
            LocalError::Submit(error) => Self::Submit(error),
        }
    }
}

impl From<FindError> for AskError {
    fn from(error: FindError) -> Self {
        Self::NotFound(error.to_string())
    }
}

impl Source {
    /// Has a command carried out for `asker`, who decided on what they saw at `seen`.
    pub async fn submit(
        &self,
        asker: &Asker,
        seen: Option<Revision>,
        command: Command,
    ) -> Result<Receipt, AskError> {
        match self {
            Self::Local(local) => {
                let (op, actor, via) = (local.op(), asker.actor(), asker.via());
                Ok(local.submit(Order { op, actor, via, seen, command }).await?)
            }
            Self::Remote(remote) => {
                let speaks_for = asker.speaks_for.as_ref().map(|person| person.id);
                remote.submit(speaks_for, seen, &command).await
            }
        }
    }

    /// The alerts that match `filter`, in which `me` is `asker`.
    pub async fn alerts(
        &self,
        asker: &Asker,
        filter: &str,
        wanted: Wanted,
    ) -> Result<Listing, AskError> {
        Ok(match self {
            Self::Local(local) => local.alerts(&Filter::parse(filter), wanted, asker.me()),
            Self::Remote(remote) => {
                let speaks_for = asker.speaks_for.as_ref().map(|person| person.id);
                remote.alerts(filter, wanted, speaks_for).await?
            }
        }
        .into())
    }

    /// The one alert whose id begins so.
    pub async fn alert(&self, beginning: &str) -> Result<Whole, AskError> {
        Ok(match self {
            Self::Local(local) => local.alert(beginning).await?,
            Self::Remote(remote) => remote.alert(beginning).await?,
        }
        .into())
    }

    /// Why the alert whose id begins so calls people, or does not.
    pub async fn explain(&self, beginning: &str) -> Result<Explained, AskError> {
        match self {
            Self::Local(local) => Ok(local.explain(beginning)?),
            Self::Remote(remote) => remote.explain(beginning).await,
        }
    }

    /// All silences that are kept, in API v2's order.
    pub async fn silences(&self) -> Result<Silences, AskError> {
        Ok(match self {
            Self::Local(local) => local.silences(),
            Self::Remote(remote) => remote.silences().await?,
        }
        .into())
    }

    /// What a silence with these matchers would mute now, and would have muted lately. Refuses more
    /// than one silence may have, without asking anybody.
    pub async fn preview(&self, matchers: &[Matcher]) -> Result<Previewed, AskError> {
        if matchers.len() > Terms::MOST_MATCHERS {
            let too_many = SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS);
            return Err(Refusal::Silence(too_many).into());
        }
        Ok(match self {
            Self::Local(local) => local.preview(matchers),
            Self::Remote(remote) => remote.preview(matchers).await?,
        }
        .into())
    }

    /// All services, by name.
    pub async fn services(&self) -> Result<Vec<ListedService>, AskError> {
        match self {
            Self::Local(local) => Ok(local.services()),
            Self::Remote(remote) => remote.services().await,
        }
    }

    /// All accounts, in the order of the configuration.
    pub async fn accounts(&self) -> Result<Vec<ListedAccount>, AskError> {
        match self {
            Self::Local(local) => Ok(local.accounts()),
            Self::Remote(remote) => remote.accounts().await,
        }
    }

    /// All that is kept, as it is now: every entity at one commit and every timeline up to it.
    pub async fn export(&self) -> Result<Exported, AskError> {
        match self {
            Self::Local(local) => Ok(Exported::here(local.export())),
            Self::Remote(remote) => remote.export().await,
        }
    }

    /// All tokens, by name.
    pub async fn tokens(&self) -> Result<Vec<ListedToken>, AskError> {
        let tokens = match self {
            Self::Local(local) => local.tokens(),
            Self::Remote(remote) => remote.tokens().await?,
        };
        Ok(tokens.into_iter().map(Into::into).collect())
    }
}
