//! The verb `token`: makes, lists and revokes tokens, through whoever owns the data.

use clap::{Args, Subcommand};

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

/// At least one right: a token that may do nothing is a slip.
fn scopes(list: &str) -> Result<Scopes, String> {
    let scopes: Scopes = list.parse().map_err(|error| format!("{error}"))?;
    if scopes == Scopes::default() {
        return Err("name at least one scope, such as ingest".to_owned());
    }
    Ok(scopes)
}
