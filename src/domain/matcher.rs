//! Matchers: what a text must be, or must not be, read and written as Alertmanager does.
//!
//! Nothing here knows where a matcher came from: a query, a silence or a configuration. The
//! grammars are in `classic` and `strict`; `pattern` has the regular expressions.

mod classic;
mod error;
mod literal;
mod pattern;
mod strict;
#[cfg(test)]
mod tests;
mod texts;

use std::borrow::Cow;
use std::fmt;

use regex::Regex;

pub use error::MatcherError;
pub use pattern::{PatternError, PatternFault, check as check_pattern};
pub use strict::{Fault, GrammarError};

use super::labels::Labels;
use super::text::quoted;

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

/// Which of Alertmanager's grammars is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Both, as Alertmanager does unless told otherwise: what the strict grammar refuses is read
    /// by the classic one, and where both read it differently the classic one counts.
    #[default]
    Fallback,
    /// The grammar before 0.27 (`classic-mode`).
    Classic,
    /// The grammar since 0.27 (`utf8-strict-mode`).
    Utf8Strict,
}

/// Whether a label may be called `name`.
pub fn is_label_name(name: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::Fallback | Dialect::Utf8Strict => !name.is_empty(),
        Dialect::Classic => {
            !name.starts_with(|c: char| c.is_ascii_digit())
                && !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        }
    }
}

/// What one label must be.
///
/// Sorted by name, then value, then operator, as in Alertmanager's group keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Matcher {
    /// The name of the label. Alertmanager lets `""="x"` pass, so it may be empty.
    pub name: String,
    /// What its value must be.
    pub condition: Condition,
}

impl Matcher {
    /// One matcher, as in `filter` and on amtool's command line.
    ///
    /// Refusals are worded as Alertmanager's.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, MatcherError> {
        match dialect {
            Dialect::Classic => classic::one(text)?.checked(MatcherError::Pattern),
            Dialect::Utf8Strict => {
                strict::one(unbraced(text)?)?.checked(MatcherError::StrictPattern)
            }
            Dialect::Fallback => Self::parse_either(unbraced(text)?),
        }
    }

    /// What the classic grammar makes of it, else the strict one. A pattern is compiled once: where
    /// both read the same one, it is as bad for both.
    fn parse_either(text: &str) -> Result<Self, MatcherError> {
        let strict = strict::one(text);
        let (error, refused) = match classic::one(text) {
            Err(error) => (error, None),
            Ok(read) => match read.checked(MatcherError::Pattern) {
                Ok(matcher) => return Ok(matcher),
                Err(error) => (error, Some(read)),
            },
        };
        let is_other = |read: &Read| refused.is_none_or(|refused| !read.compares_as(&refused));
        let strict = strict.ok().filter(is_other);
        let strict = strict.and_then(|read| read.checked(MatcherError::StrictPattern).ok());
        strict.ok_or(error)
    }

    /// The same, of what need not be UTF-8: the parameter of a query.
    ///
    /// The classic grammar refuses such a value. The strict one takes it, as a value that no label
    /// has; here, as one that has U+FFFD in the place of each error.
    pub fn parse_bytes(bytes: &[u8], dialect: Dialect) -> Result<Self, MatcherError> {
        let text = match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => return Self::parse(text, dialect),
            Cow::Owned(text) => text,
        };
        match dialect {
            Dialect::Classic => Err(classic::not_utf8(&text)),
            Dialect::Utf8Strict => {
                strict::one(unbraced(&text)?)?.checked(MatcherError::StrictPattern)
            }
            Dialect::Fallback => {
                let read = strict::one(unbraced(&text)?);
                let matcher = read.and_then(|read| read.checked(MatcherError::StrictPattern));
                matcher.map_err(|_| classic::not_utf8(&text))
            }
        }
    }

    /// Any number of matchers with commas between them, as in the `matchers` of a configuration.
    pub fn parse_list(text: &str, dialect: Dialect) -> Result<Vec<Self>, MatcherError> {
        match dialect {
            Dialect::Classic => classic::list(text),
            Dialect::Utf8Strict => strict::list(text),
            // The classic grammar has the last word, also on errors.
            Dialect::Fallback => {
                classic::list(text).or_else(|error| strict::list(text).map_err(|_| error))
            }
        }
    }

    /// Whether it asks for nothing, as Alertmanager sees it: that a label is, or may be, absent. What
    /// a label must *not* be asks for something, though an absent one is not it.
    pub fn allows_absence(&self) -> bool {
        match self.condition.operator() {
            Operator::Equal | Operator::Matches => self.condition.holds([""]),
            Operator::NotEqual | Operator::MatchesNot => false,
        }
    }

    /// Whether `labels` are as asked for. A label that is absent has the empty value.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.condition.holds([labels.get(&self.name).unwrap_or_default()])
    }
}

/// A matcher that was read, and whose pattern, if it has one, was not looked at.
#[derive(Debug)]
struct Read {
    name: String,
    operator: Operator,
    value: String,
}

impl Read {
    /// The matcher, if its pattern is one.
    fn checked(&self, refused: fn(PatternError) -> MatcherError) -> Result<Matcher, MatcherError> {
        let condition = Condition::new(self.operator, &self.value).map_err(refused)?;
        Ok(Matcher { name: self.name.clone(), condition })
    }

    fn compares_as(&self, other: &Self) -> bool {
        self.operator == other.operator && self.value == other.value
    }
}

/// Refuses braces around a single matcher, and either of them.
fn unbraced(text: &str) -> Result<&str, MatcherError> {
    if text.starts_with('{') || text.ends_with('}') {
        return Err(MatcherError::Brace(text.to_owned()));
    }
    Ok(text)
}

/// As Alertmanager prints it; what is printed is read again as the same matcher.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, operator) = self.condition.key();
        if self.name.contains(strict::is_reserved) {
            let (name, value) = (quoted(&self.name), quoted(value));
            return write!(f, "{name}{operator}{value}");
        }
        let value = value.replace('\\', r"\\").replace('\n', r"\n").replace('"', "\\\"");
        write!(f, "{}{operator}\"{value}\"", self.name)
    }
}
