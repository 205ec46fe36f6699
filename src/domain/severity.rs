//! How bad: two levels, read from the many words that senders use.

use std::collections::BTreeMap;
use std::fmt;

use super::text::Text;

/// How bad an alert is. Only `Critical` calls people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Shown, calls nobody.
    Warning,
    /// Calls people.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

/// What a report says of its severity, after the words were looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeverityReading {
    /// Nothing was said: critical for a new alert, and no change for an open one.
    Absent,
    /// A word of the map.
    Known(Severity),
    /// A word that is not in the map: critical, for a page is never lost for a word.
    Unknown(Text),
}

impl SeverityReading {
    /// The level, where one was given.
    pub fn level(&self) -> Option<Severity> {
        match self {
            Self::Absent => None,
            Self::Known(level) => Some(*level),
            Self::Unknown(_) => Some(Severity::Critical),
        }
    }
}

/// The words that are understood, each with its level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityWords(BTreeMap<Box<str>, Severity>);

impl SeverityWords {
    /// The built-in words, then `more`, which may change them. Case does not count.
    pub fn with<'a>(more: impl IntoIterator<Item = (&'a str, Severity)>) -> Self {
        let critical = CRITICAL.iter().map(|word| (*word, Severity::Critical));
        let warning = WARNING.iter().map(|word| (*word, Severity::Warning));
        let words = critical.chain(warning).chain(more);
        Self(words.map(|(word, level)| (normal(word).into(), level)).collect())
    }

    /// What `word` means; case and space around it do not count.
    pub fn read(&self, word: Option<&str>) -> SeverityReading {
        let Some(word) = word.map(str::trim).filter(|word| !word.is_empty()) else {
            return SeverityReading::Absent;
        };
        match self.0.get(normal(word).as_str()) {
            Some(level) => SeverityReading::Known(*level),
            None => SeverityReading::Unknown(Text::derive(word)),
        }
    }

    /// The words of one level, sorted: what a refusal offers.
    pub fn of(&self, level: Severity) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(_, held)| **held == level).map(|(word, _)| word.as_ref())
    }
}

impl Default for SeverityWords {
    fn default() -> Self {
        Self::with([])
    }
}

fn normal(word: &str) -> String {
    word.trim().to_lowercase()
}

const CRITICAL: &[&str] = &[
    "critical",
    "crit",
    "page",
    "pager",
    "fatal",
    "emergency",
    "emerg",
    "alert",
    "disaster",
    "error",
    "high",
    "major",
    "p1",
    "p2",
    "sev1",
    "sev2",
];

const WARNING: &[&str] = &[
    "warning",
    "warn",
    "ticket",
    "average",
    "minor",
    "low",
    "info",
    "informational",
    "notice",
    "none",
    "debug",
    "ok",
    "p3",
    "p4",
    "p5",
    "sev3",
    "sev4",
    "sev5",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_without_case_or_space_and_unknown_ones_are_critical() {
        use SeverityReading::{Absent, Known, Unknown};
        let words = SeverityWords::default();
        let table = [
            (None, Absent),
            (Some("  "), Absent),
            (Some("page"), Known(Severity::Critical)),
            (Some("error"), Known(Severity::Critical)),
            (Some(" P1 "), Known(Severity::Critical)),
            (Some("CRITICAL"), Known(Severity::Critical)),
            (Some("info"), Known(Severity::Warning)),
            (Some("none"), Known(Severity::Warning)),
            (Some("foo"), Unknown("foo".into())),
        ];
        for (word, reading) in table {
            assert_eq!(words.read(word), reading, "of {word:?}");
        }
        assert_eq!(words.read(Some("foo")).level(), Some(Severity::Critical));
    }

    #[test]
    fn configured_words_extend_and_change_the_map() {
        let words = SeverityWords::with([("Foo", Severity::Warning), ("high", Severity::Warning)]);
        assert_eq!(words.read(Some("FOO")).level(), Some(Severity::Warning));
        assert_eq!(words.read(Some("high")).level(), Some(Severity::Warning));
        assert_eq!(words.read(Some("major")).level(), Some(Severity::Critical));
    }
}
