//! Query strings, read as Alertmanager reads them: by Go's `net/url`, and then by the swagger
//! runtime. Knows nothing of answers.

use crate::domain::labels::Labels;
use crate::domain::matcher::{Condition, Dialect, Matcher, MatcherError, Operator, PatternError};
use crate::domain::silence::{SilenceState, Terms};
use crate::domain::suppress::{State, Status};
use crate::domain::table::{Lookup, Table};
use crate::domain::time::Timestamp;

/// How many matchers of one kind a query may have: each may compile to a megabyte.
const MATCHERS: usize = 64;

/// The most bytes that the patterns of a query may have, all of them together.
const PATTERNS: usize = 8 * 1024;

/// Why a query is refused; worded as Alertmanager words it, because clients show it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum QueryError {
    /// A `filter` is no matcher.
    #[error(transparent)]
    Filter(MatcherError),
    /// `receiver` is no pattern.
    #[error("failed to parse receiver param: {0}")]
    Receiver(PatternError),
    /// `receiver` is no text. From there on it is read no more.
    #[error("failed to parse receiver param: error parsing regexp: invalid UTF-8: `{0})$`")]
    ReceiverBytes(String),
    /// A `receiver_matchers` is no matcher.
    #[error("failed to parse receiver_matchers param: {0}")]
    Receivers(MatcherError),
    /// Not Alertmanager's: it has no bound.
    #[error("{0} matchers are more than a query may have; send at most {MATCHERS}")]
    TooMany(usize),
    /// Nor this.
    #[error("patterns of {0} bytes are more than a query may have; send at most {PATTERNS}")]
    TooLong(usize),
}

/// The names and values of a query string, in order.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(Vec<u8>, Vec<u8>)>);

impl Pairs {
    /// Reads a query. Refuses one whose patterns would take long to compile.
    pub(super) fn of(query: Option<&str>) -> Result<Self, QueryError> {
        let pairs = query.map(Self::read).unwrap_or_default();
        let matchers = pairs.all("filter").chain(pairs.all("receiver_matchers"));
        let is_pattern = |text: &&[u8]| text.windows(2).any(|sign| matches!(sign, b"=~" | b"!~"));
        let patterns = matchers.filter(is_pattern).chain(pairs.last("receiver"));
        match patterns.map(<[u8]>::len).sum() {
            ..=PATTERNS => Ok(pairs),
            bytes => Err(QueryError::TooLong(bytes)),
        }
    }

    /// Reads all that can be read. Pairs with a `;` or a bad escape are left out, as Go does.
    fn read(query: &str) -> Self {
        let parts = query.split('&').filter(|part| !part.is_empty() && !part.contains(';'));
        let pairs = parts.filter_map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Some((unescaped(name)?, unescaped(value)?))
        });
        Self(pairs.collect())
    }

    /// Every value of this name.
    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = self.0.iter().filter(move |(held, _)| held.as_slice() == name.as_bytes());
        named.map(|(_, value)| value.as_slice())
    }

    /// The value that counts where only one can: the last, unless it is empty.
    fn last(&self, name: &str) -> Option<&[u8]> {
        self.all(name).last().filter(|value| !value.is_empty())
    }

    /// Whether something is asked for. It is unless a word that means no is there, and every word
    /// does that does not mean yes.
    fn flag(&self, name: &str) -> bool {
        const YES: [&str; 10] =
            ["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"];
        self.last(name).is_none_or(|word| {
            let word = String::from_utf8_lossy(word).to_lowercase();
            YES.contains(&word.as_str())
        })
    }

    /// The matchers of this name, in order.
    fn matchers(
        &self,
        name: &str,
        dialect: Dialect,
        refused: fn(MatcherError) -> QueryError,
    ) -> Result<Vec<Matcher>, QueryError> {
        let count = self.all(name).count();
        if count > MATCHERS {
            return Err(QueryError::TooMany(count));
        }
        let texts = self.all(name);
        let matchers = texts.map(|text| Matcher::parse_bytes(text, dialect));
        matchers.collect::<Result<_, _>>().map_err(refused)
    }
}

/// Undoes the escapes of a query: `%41` and `+`. Nothing, if an escape is broken.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut unescaped = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        unescaped.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            byte => byte,
        });
    }
    Some(unescaped)
}

fn hex(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

/// Which receivers are asked for.
#[derive(Debug)]
pub(super) struct Receivers {
    pattern: Option<Condition>,
    matchers: Vec<Matcher>,
}

impl Receivers {
    /// Reads `receiver_matchers` alone, as `/receivers` does.
    pub(super) fn by_matchers(pairs: &Pairs, dialect: Dialect) -> Result<Self, QueryError> {
        let matchers = pairs.matchers("receiver_matchers", dialect, QueryError::Receivers)?;
        Ok(Self { pattern: None, matchers })
    }

    fn read(pairs: &Pairs, dialect: Dialect) -> Result<Self, QueryError> {
        let pattern = pairs.last("receiver").map(pattern).transpose()?;
        Ok(Self { pattern, ..Self::by_matchers(pairs, dialect)? })
    }

    /// Whether the receiver called `name` is one of them. Its name is a label, and its only one.
    pub(super) fn have(&self, name: &str) -> bool {
        let named = self.pattern.as_ref().is_none_or(|pattern| pattern.holds([name]));
        named && all_match(&self.matchers, &Labels::from_iter([("name", name)]))
    }
}

fn pattern(text: &[u8]) -> Result<Condition, QueryError> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let rest = text.get(error.valid_up_to()..).unwrap_or_default();
        QueryError::ReceiverBytes(String::from_utf8_lossy(rest).into_owned())
    })?;
    Condition::new(Operator::Matches, text).map_err(QueryError::Receiver)
}

fn all_match(matchers: &[Matcher], labels: &Labels) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

/// Which alerts are asked for.
///
/// `unprocessed` and `muted` are taken and mean nothing: no alert is unprocessed, and no time
/// interval mutes one.
#[derive(Debug)]
pub(super) struct Wanted {
    filter: Vec<Matcher>,
    /// Of which receivers.
    pub(super) receivers: Receivers,
    active: bool,
    silenced: bool,
    inhibited: bool,
}

impl Wanted {
    /// Reads what is known; of several errors the first is told in Alertmanager's order.
    pub(super) fn read(query: Option<&str>, dialect: Dialect) -> Result<Self, QueryError> {
        let pairs = Pairs::of(query)?;
        Ok(Self {
            filter: pairs.matchers("filter", dialect, QueryError::Filter)?,
            receivers: Receivers::read(&pairs, dialect)?,
            active: pairs.flag("active"),
            silenced: pairs.flag("silenced"),
            inhibited: pairs.flag("inhibited"),
        })
    }

    /// How what is asked for is found.
    pub(super) fn lookup(&self, table: &Table) -> Lookup {
        Lookup::of(table, self.filter.iter().filter_map(Matcher::words))
    }

    /// How much there is to do to tell whether an alert is asked for, as a multiple of what there is
    /// where every alert is.
    pub(super) fn work(&self) -> usize {
        let is_pattern = |matcher: &&Matcher| matcher.condition.texts().is_none();
        1 + self.filter.iter().filter(is_pattern).count()
    }

    /// Whether an alert with these labels is asked for. Its status is asked for last.
    pub(super) fn has(&self, labels: &Labels, status: impl FnOnce() -> Status) -> bool {
        if !all_match(&self.filter, labels) {
            return false;
        }
        let status = status();
        (self.active || status.state() != State::Active)
            && (self.silenced || status.silenced_by.is_empty())
            && (self.inhibited || status.inhibited_by.is_empty())
    }
}

/// Which silences are asked for.
#[derive(Debug)]
pub(super) struct WantedSilences {
    filter: Vec<Matcher>,
    active: bool,
    expired: bool,
    pending: bool,
}

impl WantedSilences {
    /// Reads what is known.
    pub(super) fn read(query: Option<&str>, dialect: Dialect) -> Result<Self, QueryError> {
        let pairs = Pairs::of(query)?;
        Ok(Self {
            filter: pairs.matchers("filter", dialect, QueryError::Filter)?,
            active: pairs.flag("active"),
            expired: pairs.flag("expired"),
            pending: pairs.flag("pending"),
        })
    }

    /// Whether a silence of these terms is asked for at `now`: one that has every matcher that is
    /// asked for, word for word (`CheckSilenceMatchesFilterLabels`).
    pub(super) fn has(&self, terms: &Terms, now: Timestamp) -> bool {
        let state = match terms.state(now) {
            SilenceState::Active => self.active,
            SilenceState::Expired => self.expired,
            SilenceState::Pending => self.pending,
        };
        state && self.filter.iter().all(|wanted| terms.matchers.contains(wanted))
    }
}

#[cfg(test)]
mod tests;
