//! Tokens: named, scoped secrets of senders and programs. Only the secret's digest is known here.

use std::fmt;
use std::str::FromStr;

use super::alert::Namespace;
use super::id::{AccountId, TokenId};
use super::text::Text;
use super::time::Timestamp;

/// A token. Revoking it ends it: the next request with it is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Random.
    pub id: TokenId,
    /// Its name, which no other token has.
    pub name: Text,
    /// SHA-256 of the secret.
    pub digest: Digest,
    /// What it may do.
    pub scopes: Scopes,
    /// Whose it is; nobody's is a machine's.
    pub account: Option<AccountId>,
    /// Whose alerts its reports touch.
    pub namespace: Namespace,
    /// When it was made.
    pub created: Timestamp,
}

/// SHA-256 of a secret. Printed as nothing: it belongs in no log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// One right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Post alerts.
    Ingest,
    /// See everything.
    Read,
    /// Acknowledge, un-acknowledge, note, undo.
    Ack,
    /// Assign.
    Assign,
    /// Resolve and reopen.
    Resolve,
    /// Silence.
    Silence,
    /// Everything else, tokens included.
    Admin,
}

impl Scope {
    /// All rights, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Ingest,
        Self::Read,
        Self::Ack,
        Self::Assign,
        Self::Resolve,
        Self::Silence,
        Self::Admin,
    ];

    /// The word of command line and file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Ack => "ack",
            Self::Assign => "assign",
            Self::Resolve => "resolve",
            Self::Silence => "silence",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Every right there is.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether `scope` is among them. `Admin` does not imply the others.
    pub fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The rights, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// Comma-separated, as it is read.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Scope::word).collect();
        f.write_str(&words.join(","))
    }
}

/// A word that is no right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no scope {0}; there are ingest, read, ack, assign, resolve, silence and admin")]
pub struct UnknownScope(Text);

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
        words
            .map(|word| {
                let known = Scope::ALL.into_iter().find(|scope| scope.word() == word);
                known.ok_or_else(|| UnknownScope(Text::derive(word)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_printed_alike() {
        let scopes: Scopes = "ack, ingest,read".parse().unwrap();
        assert!(scopes.has(Scope::Ack) && !scopes.has(Scope::Admin));
        assert_eq!(scopes.to_string(), "ingest,read,ack");
        assert_eq!(scopes.to_string().parse(), Ok(scopes));
        assert_eq!("all".parse::<Scopes>(), Err(UnknownScope("all".into())));
    }

    #[test]
    fn a_digest_is_never_printed() {
        assert_eq!(format!("{:?}", Digest([7; 32])), "Digest(…)");
    }
}
