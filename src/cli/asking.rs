//! What every verb is carried out with: whom it asks, and in whose name.

use crate::client::{Asker, ListedAccount, Source};
use crate::domain::actor::Person;
use crate::domain::id::AccountId;
use crate::domain::policy::Policy;
use crate::domain::text::Text;

use super::exit::VerbError;

/// What every verb is carried out with.
#[derive(Debug)]
pub struct Asking<'a> {
    /// The service.
    pub source: &'a Source,
    /// Who asks.
    pub asker: Asker,
    /// The configuration read here, which the owner's may differ from.
    pub policy: &'a Policy,
    /// How wide the terminal is, where stdout is one.
    pub width: Option<usize>,
}

impl Asking<'_> {
    /// The account of this name, as the service knows it.
    pub(super) async fn person(&self, name: &str) -> Result<Person, VerbError> {
        let accounts = self.source.accounts().await?;
        let wanted = Text::derive(name);
        match accounts.iter().find(|account| account.name.0 == wanted) {
            Some(account) => {
                Ok(Person { id: AccountId(account.id.0), name: account.name.0.clone() })
            }
            None => Err(VerbError::NoAccount { name: wanted, known: names(&accounts) }),
        }
    }
}

fn names(accounts: &[ListedAccount]) -> String {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.0.as_str()).collect();
    names.join(", ")
}
