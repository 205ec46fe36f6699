//! Matchers: what a text must be, or must not be.

use regex::{Regex, RegexBuilder};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let table = [
            ("=~", Self::Matches),
            ("!~", Self::MatchesNot),
            ("!=", Self::NotEqual),
            ("=", Self::Equal),
        ];
        let (sign, operator) = table.into_iter().find(|(sign, _)| text.starts_with(sign))?;
        Some((operator, sign.len()))
    }
}

/// A comparison with a fixed value. Regular expressions are anchored at both ends and read as
/// Prometheus reads them.
#[derive(Clone, Debug)]
pub struct Condition {
    operator: Operator,
    value: String,
    pattern: Option<Regex>,
}

impl Condition {
    /// Refuses a pattern that does not compile, or that compiles to more than 1 MiB.
    pub fn new(operator: Operator, value: &str) -> Result<Self, regex::Error> {
        let pattern = match operator {
            Operator::Equal | Operator::NotEqual => None,
            Operator::Matches | Operator::MatchesNot => {
                let anchored = format!("^(?:{value})$");
                Some(RegexBuilder::new(&anchored).size_limit(1 << 20).build()?)
            }
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
}
