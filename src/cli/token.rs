//! The verb `token`: makes, lists and revokes tokens, through whoever owns the data.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::asking::Asking;
use super::exit::{Said, VerbError};
use super::output::{Format, Output};
use crate::client::{ListedAccount, ListedToken, NewToken};
use crate::domain::alert::Namespace;
use crate::domain::command::{Command, TokenCommand};
use crate::domain::id::AccountId;
use crate::domain::text::Text;
use crate::domain::token::{Scope, Scopes};

/// What there is to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token; its secret is printed once, alone, on stdout
    Create(Create),
    /// List the tokens, without their secrets
    List(Output),
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

impl TokenVerb {
    /// Carries it out.
    pub async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        match self {
            Self::Create(create) => create.carry_out(asking).await,
            Self::List(output) => list(*output, asking).await,
            Self::Revoke { name } => {
                let name = Text::derive(name);
                let remark =
                    format!("token {name} is revoked: the next request with it is refused");
                let command = Command::Token(TokenCommand::Revoke { name });
                asking.source.submit(&asking.asker, None, command).await?;
                Ok(Said::remark(&remark))
            }
        }
    }
}

impl Create {
    async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let name = Text::derive(&self.name);
        let account = match &self.account {
            Some(account) => Some(asking.person(account).await?.id),
            None => None,
        };
        let token = NewToken {
            name: name.clone(),
            scopes: self.scope,
            account,
            namespace: Namespace(Text::derive(&self.namespace)),
        };
        let (secret, command) = token.draw()?;
        asking.source.submit(&asking.asker, None, command).await?;
        let scopes = self.scope;
        Ok(Said {
            result: format!("{}\n", secret.reveal()),
            ..Said::remark(&format!("token {name} may {scopes}; its secret is shown this once"))
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

/// A token as it is listed for programs.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    scopes: Vec<&'static str>,
    account: Option<String>,
    namespace: String,
    created: String,
}

const HEAD: [&str; 5] = ["NAME", "SCOPES", "ACCOUNT", "NAMESPACE", "CREATED"];

async fn list(output: Output, asking: &Asking<'_>) -> Result<Said, VerbError> {
    let tokens = asking.source.tokens().await?;
    let accounts = asking.source.accounts().await?;
    let items: Vec<Row> = tokens.iter().map(|token| Row::new(token, &accounts)).collect();
    if items.is_empty() && output.format == Format::Table {
        let remark = "no tokens yet; watchbell token create NAME --scope ingest makes one";
        return Ok(Said::remark(remark));
    }
    let rows = items.iter().zip(&tokens).map(|(row, token)| row.cells(token)).collect();
    Ok(Said::result(output.list(&items, HEAD, rows, asking.width)?))
}

impl Row {
    fn new(token: &ListedToken, accounts: &[ListedAccount]) -> Self {
        let name = |id: AccountId| {
            let account = accounts.iter().find(|account| account.id.0 == id.0);
            account.map_or_else(|| id.to_string(), |account| account.name.0.to_string())
        };
        Self {
            name: token.name.to_string(),
            scopes: token.scopes.iter().map(Scope::word).collect(),
            account: token.account.map(name),
            namespace: token.namespace.0.to_string(),
            created: token.created.to_string(),
        }
    }

    fn cells(&self, token: &ListedToken) -> [String; 5] {
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        [
            self.name.clone(),
            token.scopes.to_string(),
            dash(self.account.as_deref().unwrap_or_default()),
            dash(&self.namespace),
            format!("{:.0}", token.created),
        ]
    }
}
