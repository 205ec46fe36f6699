//! The verbs `service` and `account`: who and what there is.

use clap::Subcommand;

use super::asking::Asking;
use super::exit::{Said, VerbError};
use super::output::Output;
use crate::client::{ListedAccount, ListedService};

/// What there is to do with services.
#[derive(Debug, Subcommand)]
pub enum ServiceVerb {
    /// List the services, with how many alerts of each are open
    List(Output),
}

/// What there is to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountVerb {
    /// List the people
    List(Output),
}

impl ServiceVerb {
    /// Carries it out.
    pub async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let Self::List(output) = self;
        let services = asking.source.services().await?;
        let row = |service: &ListedService| {
            [service.name.0.to_string(), service.open.to_string(), service.id.0.to_string()]
        };
        let rows = services.iter().map(row).collect();
        let result = output.list(&services, ["NAME", "OPEN", "ID"], rows, asking.width)?;
        Ok(Said::result(result))
    }
}

impl AccountVerb {
    /// Carries it out.
    pub async fn carry_out(&self, asking: &Asking<'_>) -> Result<Said, VerbError> {
        let Self::List(output) = self;
        let accounts = asking.source.accounts().await?;
        let row = |account: &ListedAccount| {
            let email = if account.email.0.is_empty() { "-" } else { account.email.0.as_str() };
            [account.name.0.to_string(), email.to_owned(), account.id.0.to_string()]
        };
        let rows = accounts.iter().map(row).collect();
        let result = output.list(&accounts, ["NAME", "EMAIL", "ID"], rows, asking.width)?;
        Ok(Said::result(result))
    }
}
