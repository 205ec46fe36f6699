//! The verb `token`: makes, lists and revokes tokens, through whoever owns the data.

use clap::{Args, Subcommand};

use crate::client::{AskError, ListedToken, NewToken, NewTokenError, Source};
use crate::domain::actor::Actor;
use crate::domain::alert::Namespace;
use crate::domain::command::TokenCommand;
use crate::domain::id::AccountId;
use crate::domain::policy::Policy;
use crate::domain::text::Text;
use crate::domain::token::Scopes;

/// What there is to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token; its secret is printed once, alone, on stdout
    Create(Create),
    /// List the tokens, without their secrets
    List,
    /// Revoke a token; the next request with it is refused
    Revoke {
        /// The token's name
        name: String,
    },
}

/// A token to be made.
#[derive(Debug, Args)]
pub struct Create {
    /// What the token is called; no other token may have the name
    pub name: String,
    /// What it may do: ingest, read, ack, assign, resolve, silence, admin
    #[arg(long, value_name = "SCOPE,…", value_parser = scopes)]
    pub scope: Scopes,
    /// The account it acts as; without one it is a machine, which nothing can be assigned to
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Keep its alerts apart from those of other namespaces
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub namespace: String,
}

/// What a verb says: on stdout what may be piped on, on stderr the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// For stdout.
    pub result: String,
    /// For stderr.
    pub remark: String,
}

/// Why a verb about tokens was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
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
    /// No token was made.
    #[error(transparent)]
    Make(#[from] NewTokenError),
}

impl TokenVerb {
    /// Carries it out in the name of `actor`. Names of accounts are those of `policy`.
    pub async fn carry_out(
        &self,
        source: &Source,
        actor: &Actor,
        policy: &Policy,
    ) -> Result<Said, TokenError> {
        match self {
            Self::Create(create) => create.carry_out(source, actor, policy).await,
            Self::List => Ok(list(&source.tokens().await?, policy)),
            Self::Revoke { name } => {
                let name = Text::derive(name);
                let remark =
                    format!("token {name} is revoked: the next request with it is refused\n");
                source.token(actor, TokenCommand::Revoke { name }).await?;
                Ok(Said { result: String::new(), remark })
            }
        }
    }
}

impl Create {
    async fn carry_out(
        &self,
        source: &Source,
        actor: &Actor,
        policy: &Policy,
    ) -> Result<Said, TokenError> {
        let name = Text::derive(&self.name);
        let token = NewToken {
            name: name.clone(),
            scopes: self.scope,
            account: self.account.as_deref().map(|name| account(name, policy)).transpose()?,
            namespace: Namespace(Text::derive(&self.namespace)),
        };
        let secret = source.make_token(actor, token).await?;
        let scopes = self.scope;
        Ok(Said {
            result: format!("{}\n", secret.reveal()),
            remark: format!("token {name} may {scopes}; its secret is shown this once\n"),
        })
    }
}

/// At least one right: a token that may do nothing is a slip.
fn scopes(list: &str) -> Result<Scopes, String> {
    let scopes: Scopes = list.parse().map_err(|error| format!("{error}"))?;
    if scopes == Scopes::default() {
        return Err("name at least one scope, such as ingest".to_owned());
    }
    Ok(scopes)
}

fn account(name: &str, policy: &Policy) -> Result<AccountId, TokenError> {
    let account = policy.account_named(name).map(|account| account.id);
    account.ok_or_else(|| {
        let known: Vec<&str> =
            policy.accounts.iter().map(|account| account.name.as_str()).collect();
        TokenError::NoAccount { name: Text::derive(name), known: known.join(", ") }
    })
}

fn list(tokens: &[ListedToken], policy: &Policy) -> Said {
    if tokens.is_empty() {
        let remark = "no tokens yet; watchbell token create NAME --scope ingest makes one\n";
        return Said { result: String::new(), remark: remark.to_owned() };
    }
    let head = ["NAME", "SCOPES", "ACCOUNT", "NAMESPACE", "CREATED"].map(str::to_owned);
    let rows: Vec<[String; 5]> = tokens.iter().map(|token| row(token, policy)).collect();
    Said { result: columns(std::iter::once(&head).chain(&rows)), remark: String::new() }
}

fn row(token: &ListedToken, policy: &Policy) -> [String; 5] {
    // The owner may know people whom the configuration read here does not.
    let account = token.account.map_or_else(dash, |id| {
        policy.account(id).map_or_else(|| id.to_string(), |account| account.name.to_string())
    });
    let Namespace(namespace) = &token.namespace;
    let namespace = if namespace.is_empty() { dash() } else { namespace.to_string() };
    let created = format!("{:.0}", token.created);
    [token.name.to_string(), token.scopes.to_string(), account, namespace, created]
}

fn dash() -> String {
    "-".to_owned()
}

/// Lines of cells, each column as wide as its widest cell.
fn columns<'r, const N: usize>(rows: impl Iterator<Item = &'r [String; N]> + Clone) -> String {
    use unicode_width::UnicodeWidthStr as _;

    let mut widths = [0; N];
    for row in rows.clone() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
