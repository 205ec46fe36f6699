//! The service, wherever it runs: what a verb asks things of.

use super::local::Local;
use super::remote::{Remote, RemoteError};
use super::secret::Secret;
use crate::domain::actor::Actor;
use crate::domain::alert::Namespace;
use crate::domain::command::{Command, Order, TokenCommand};
use crate::domain::id::AccountId;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::token::{Scopes, Token};
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

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum NewTokenError {
    /// The service refused, or could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The system gives no randomness.
    #[error("the system gives no random numbers: {0}; try again")]
    NoRandomness(#[from] getrandom::Error),
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The service answered, and not with a receipt.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The service could not be asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl Source {
    /// Has a token made or revoked, in the name of `actor`. An owner that is another process
    /// looks for itself who asks.
    pub async fn token(&self, actor: &Actor, command: TokenCommand) -> Result<Receipt, AskError> {
        match self {
            Self::Local(local) => {
                let command = Command::Token(command);
                let order = Order { op: local.op(), actor: actor.clone(), seen: None, command };
                Ok(local.submit(order).await?)
            }
            Self::Remote(remote) => remote.token(&command).await,
        }
    }

    /// Makes a token in the name of `actor`; its secret exists nowhere else.
    pub async fn make_token(
        &self,
        actor: &Actor,
        token: NewToken,
    ) -> Result<Secret, NewTokenError> {
        let secret = Secret::draw()?;
        let NewToken { name, scopes, account, namespace } = token;
        let digest = secret.digest();
        let command = TokenCommand::Create { name, digest, scopes, account, namespace };
        self.token(actor, command).await?;
        Ok(secret)
    }

    /// All tokens, by name.
    pub async fn tokens(&self) -> Result<Vec<ListedToken>, AskError> {
        let mut tokens = match self {
            Self::Local(local) => {
                let published = local.latest();
                published.table.tokens().map(|token| ListedToken::of(token)).collect()
            }
            Self::Remote(remote) => remote.tokens().await?,
        };
        tokens.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(tokens)
    }
}

impl ListedToken {
    fn of(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            scopes: token.scopes,
            account: token.account,
            namespace: token.namespace.clone(),
            created: token.created,
        }
    }
}
