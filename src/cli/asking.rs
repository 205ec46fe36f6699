//! What every verb is carried out with: whom it asks, and in whose name.

use crate::client::{Asker, ListedAccount, Source};
use crate::domain::actor::Person;
use crate::domain::id::AccountId;
use crate::domain::policy::Policy;
use crate::domain::text::Text;
use crate::domain::time::TimeZone;

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
    /// The zone of times that are named without one.
    pub zone: &'a TimeZone,
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

/// The beginning of an id, as it was written to read of an alert. Refuses nothing at all.
pub(super) fn to_read(beginning: &str) -> Result<&str, VerbError> {
    if beginning.trim().is_empty() {
        return Err(VerbError::Usage("an id is empty; write the beginning of one".to_owned()));
    }
    Ok(beginning)
}

/// The beginning of an id, as it was written to act on an alert: a slip of one key must not be
/// another alert's. Refuses what is shorter than four characters, dashes not counted.
pub(super) fn to_act(beginning: &str) -> Result<&str, VerbError> {
    const FEWEST: usize = 4;
    let beginning = to_read(beginning)?;
    if beginning.trim().chars().filter(|c| *c != '-').count() < FEWEST {
        return Err(VerbError::Usage(format!(
            "{} is too short to act upon; write at least {FEWEST} characters of the id",
            Text::derive(beginning)
        )));
    }
    Ok(beginning)
}

fn names(accounts: &[ListedAccount]) -> String {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.0.as_str()).collect();
    names.join(", ")
}
