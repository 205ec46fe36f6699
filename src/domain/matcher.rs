//! Matchers: what a text must be, or must not be, read and written as Alertmanager does.
//!
//! Nothing here knows where a matcher came from: a query, a silence or a configuration.
//! `pattern` has the regular expressions.

mod pattern;
#[cfg(test)]
mod tests;

use std::fmt;

use regex::Regex;

pub use pattern::{PatternError, PatternFault, check as check_pattern};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Matches,
    /// `!~`
    MatchesNot,
}

impl Operator {
    /// The operator at the beginning of `text`, and how many bytes it takes.
    pub fn at_start_of(text: &str) -> Option<(Self, usize)> {
        // Of two that may stand there, the longer one.
        let table = [Self::Matches, Self::MatchesNot, Self::NotEqual, Self::Equal];
        let operator = table.into_iter().find(|operator| text.starts_with(operator.sign()))?;
        Some((operator, operator.sign().len()))
    }

    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}

/// A comparison with a fixed value. Regular expressions are anchored at both ends and read as
/// Prometheus reads them.
///
/// Two are equal if operator and value are; in a sorted list the value counts before the operator.
#[derive(Clone, Debug)]
pub struct Condition {
    operator: Operator,
    value: String,
    pattern: Option<Regex>,
}

impl Condition {
    /// Refuses a pattern that Go's `regexp` refuses, and one that is longer than 64 KiB or compiles
    /// to more than 1 MiB.
    pub fn new(operator: Operator, value: &str) -> Result<Self, PatternError> {
        let pattern = match operator {
            Operator::Equal | Operator::NotEqual => None,
            Operator::Matches | Operator::MatchesNot => Some(pattern::anchored(value)?),
        };
        Ok(Self { operator, value: value.to_owned(), pattern })
    }

    /// Whether one of `candidates` is as asked for; of a negative operator, whether none is.
    ///
    /// A thing with several names (`ack`, `acknowledged`) gives them all.
    pub fn holds<'a>(&self, candidates: impl IntoIterator<Item = &'a str>) -> bool {
        let mut candidates = candidates.into_iter();
        let found = match &self.pattern {
            None => candidates.any(|candidate| candidate == self.value),
            Some(pattern) => candidates.any(|candidate| pattern.is_match(candidate)),
        };
        match self.operator {
            Operator::Equal | Operator::Matches => found,
            Operator::NotEqual | Operator::MatchesNot => !found,
        }
    }

    /// The value that is compared with.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How it is compared.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    // The compiled pattern follows from these two.
    fn key(&self) -> (&str, Operator) {
        (&self.value, self.operator)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Condition {}

impl PartialOrd for Condition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Condition {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Condition {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
