//! Who did it, a person, a machine or watchbell itself, and from where.

use std::fmt;
use std::net::IpAddr;

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

/// From where an order came. Says nothing of who gave it: rules look at the [`Actor`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// A key of the console.
    Console,
    /// A verb of the command line, run by this Unix user.
    Verb {
        /// The user.
        uid: u32,
    },
    /// A verb that this Unix user ran with `--as`: the actor is whom they named.
    As {
        /// The user.
        uid: u32,
    },
    /// A request over HTTP.
    Http {
        /// Where it was sent from.
        peer: IpAddr,
    },
    /// watchbell: a deadline passed, a channel answered, or it started.
    Watchbell,
    /// An order that came over the socket and said that it was a key of an attached console.
    Attached {
        /// The user who is at that end of the socket, as the system names them.
        uid: u32,
    },
}

impl Via {
    /// `actor` as a line names them: with who spoke for them, where somebody did.
    pub fn naming(self, actor: &Actor) -> String {
        match self {
            Self::As { uid } => format!("{actor} (as by uid {uid})"),
            Self::Console
            | Self::Verb { .. }
            | Self::Http { .. }
            | Self::Watchbell
            | Self::Attached { .. } => actor.to_string(),
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Console => f.write_str("console"),
            Self::Verb { uid } | Self::As { uid } => write!(f, "command line, uid {uid}"),
            Self::Http { peer } => write!(f, "HTTP, {peer}"),
            Self::Watchbell => f.write_str("watchbell"),
            Self::Attached { uid } => write!(f, "console, uid {uid}"),
        }
    }
}

impl Actor {
    /// The account that acts, where a person does.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Account(person) => Some(person),
            Self::User(_) | Self::Machine(_) | Self::Watchbell => None,
        }
    }

    /// Its name.
    pub fn name(&self) -> Text {
        match self {
            Self::Account(person) => person.name.clone(),
            Self::User(name) | Self::Machine(name) => name.clone(),
            Self::Watchbell => Text::derive(Self::WATCHBELL),
        }
    }

    const WATCHBELL: &str = "watchbell";
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(person) => person.name.fmt(f),
            Self::User(name) | Self::Machine(name) => name.fmt(f),
            Self::Watchbell => f.write_str(Self::WATCHBELL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_spoken_for_is_named_with_the_user_who_spoke() {
        let alice = Actor::User(Text::derive("alice"));
        let table = [
            (Via::Console, "alice", "console"),
            (Via::Verb { uid: 1001 }, "alice", "command line, uid 1001"),
            (Via::As { uid: 1001 }, "alice (as by uid 1001)", "command line, uid 1001"),
            (Via::Http { peer: [192, 0, 2, 7].into() }, "alice", "HTTP, 192.0.2.7"),
            (Via::Watchbell, "alice", "watchbell"),
            (Via::Attached { uid: 1001 }, "alice", "console, uid 1001"),
        ];
        for (via, name, place) in table {
            assert_eq!((via.naming(&alice), via.to_string()), (name.into(), place.into()));
        }
    }
}
