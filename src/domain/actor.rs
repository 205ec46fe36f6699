//! Who did it: a person, a machine, or watchbell itself.

use std::fmt;

use super::id::AccountId;
use super::text::Text;

/// A person as the timeline names them: the name is kept beside the id, so that a line stays
/// readable when the account is gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    /// The account.
    pub id: AccountId,
    /// Its name when this was written.
    pub name: Text,
}

/// Who gave an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person: at the console, or through a token of theirs.
    Account(Person),
    /// A Unix user at the console or the socket who is no account.
    User(Text),
    /// A token that belongs to nobody: it may act, but never becomes an assignee.
    Machine(Text),
    /// watchbell: a deadline passed, or it speaks of itself.
    Watchbell,
}

impl Actor {
    /// The account that acts, where a person does.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Account(person) => Some(person),
            Self::User(_) | Self::Machine(_) | Self::Watchbell => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(person) => person.name.fmt(f),
            Self::User(name) | Self::Machine(name) => name.fmt(f),
            Self::Watchbell => f.write_str("watchbell"),
        }
    }
}
