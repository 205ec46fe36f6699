//! The index: how open alerts are found by what they say and in the orders in which they are
//! listed. All of it follows from the alerts. It holds hashes and beginnings of ids and no alert, so
//! that whoever finds something looks whether it is what was meant.

use std::ops::RangeInclusive;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use uuid::Uuid;

use super::words::{Place, Word, Words};
use crate::domain::alert::Alert;
use crate::domain::id::{AlertId, ServiceId};
use crate::domain::labels::{Fingerprint, Labels};
use crate::domain::severity::Severity;
use crate::domain::time::Timestamp;

/// So many at one place are there because somebody made them so. Words are then left there: looking
/// at all for each would be slow, and one that is found by a word it had is none that was asked for.
const CROWD: usize = 64;

/// All alerts.
pub(super) type Alerts = OrdMap<AlertId, Arc<Alert>>;

/// The beginning of an id. Ids are random: hardly ever do two begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beginning(u32);

impl Beginning {
    /// That of an id.
    pub(super) fn of(id: AlertId) -> Self {
        Self(id.0.as_fields().0)
    }

    const LAST: Self = Self(u32::MAX);

    /// The alerts whose ids begin so, in order of their ids.
    pub(super) fn all(self, alerts: &Alerts) -> impl Iterator<Item = &Arc<Alert>> + use<'_> {
        let first = AlertId(Uuid::from_fields(self.0, 0, 0, &[0; 8]));
        let last = AlertId(Uuid::from_fields(self.0, u16::MAX, u16::MAX, &[u8::MAX; 8]));
        alerts.range(first..=last).map(|(_, alert)| alert)
    }
}

/// Open alerts, found by what they are and say. A copy shares everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// By the hashes of their labels.
    prints: OrdSet<(Fingerprint, Beginning)>,
    /// By how bad they are, then by when we first heard of them.
    times: OrdSet<(Severity, Micros, Beginning)>,
    /// By every word that they have, at the places of their hashes.
    words: Words,
}

/// A time, to the microsecond before it: what came within one has to be put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Micros(i64);

impl Place {
    /// That of a hash: places are in order of the hashes.
    fn of(print: Fingerprint) -> Self {
        Self(u32::try_from(print.0 >> 33).unwrap_or_default())
    }

    /// The hashes of a place.
    fn prints(self) -> RangeInclusive<Fingerprint> {
        let first = u64::from(self.0) << 33;
        Fingerprint(first)..=Fingerprint(first | (u64::MAX >> 31))
    }
}

impl Word {
    /// The pair of a label.
    pub fn pair(name: &str, value: &str) -> Self {
        Self::hash(b'l', [name.as_bytes(), value.as_bytes()])
    }

    /// What an alert is about.
    pub fn service(id: ServiceId) -> Self {
        Self::hash(b's', [id.0.as_bytes(), &[]])
    }

    /// Whose an alert is: the name that is shown.
    pub fn assignee(name: &str) -> Self {
        Self::hash(b'a', [name.as_bytes(), &[]])
    }

    /// FNV-1a, both halves of it. Whoever makes two the same makes them slower to find.
    fn hash(kind: u8, texts: [&[u8]; 2]) -> Self {
        let feed = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        let hash = texts.into_iter().fold(feed(0xcbf2_9ce4_8422_2325, &kind), |hash, text| {
            feed(text.iter().fold(hash, feed), &0xff)
        });
        Self(u32::try_from((hash >> 32) ^ (hash & u64::from(u32::MAX))).unwrap_or_default())
    }

    /// All words of an alert, in order.
    fn all(alert: &Alert) -> Vec<Self> {
        let told = alert.told_labels();
        let shown = Some(&alert.labels).filter(|shown| *shown != told);
        let pairs = told.iter().chain(shown.into_iter().flat_map(Labels::iter));
        let assignee = alert.standing.assignee.as_ref();
        let mut words: Vec<Self> = pairs
            .map(|(name, value)| Self::pair(name, value))
            .chain([Self::service(alert.service)])
            .chain(assignee.map(|person| Self::assignee(person.name.as_str())))
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// Whether both are found in the same ways. Nearly always: the older one was only heard again.
fn found_alike(was: &Alert, is: &Alert) -> bool {
    let found_by = |alert: &Alert| (alert.is_open(), alert.severity, alert.received, alert.service);
    let assignee = |alert: &Alert| alert.standing.assignee.clone().map(|person| person.name);
    found_by(was) == found_by(is)
        && assignee(was) == assignee(is)
        && was.labels == is.labels
        && was.identity.naming == is.identity.naming
}

impl Index {
    /// Takes in that an alert is now `is` and was `was`, as the `alerts` already are.
    pub(super) fn follow(&mut self, alerts: &Alerts, was: Option<&Alert>, is: Option<&Alert>) {
        if let (Some(was), Some(is)) = (was, is)
            && found_alike(was, is)
        {
            return;
        }
        let was = was.filter(|was| was.is_open()).map(Entry::of);
        let is = is.filter(|is| is.is_open()).map(Entry::of);
        if let Some(was) = &was {
            self.lose(alerts, was, is.as_ref());
        }
        let Some(is) = is else { return };
        self.prints.insert((is.print, is.beginning));
        self.times.insert((is.severity, is.received, is.beginning));
        let place = Place::of(is.print);
        let known =
            was.filter(|was| was.print == is.print).map(|was| was.words).unwrap_or_default();
        for word in is.words.iter().filter(|word| known.binary_search(word).is_err()) {
            self.words.insert(*word, place);
        }
    }

    /// Takes out what is so no more, unless it is so of another alert that is found there, too.
    fn lose(&mut self, alerts: &Alerts, was: &Entry, is: Option<&Entry>) {
        let same_time =
            |other: &Entry| (other.severity, other.received) == (was.severity, was.received);
        // One of them may be the alert itself, as it is now.
        let alike: Vec<Entry> =
            open(was.beginning.all(alerts)).map(|alert| Entry::of(alert)).collect();
        if !alike.iter().any(|other| other.print == was.print) {
            self.prints.remove(&(was.print, was.beginning));
        }
        if !alike.iter().any(same_time) {
            self.times.remove(&(was.severity, was.received, was.beginning));
        }
        let place = Place::of(was.print);
        let others = self.between(alerts, place.prints()).take(CROWD);
        let others: Vec<Entry> = others.map(|alert| Entry::of(alert)).collect();
        if others.len() == CROWD {
            return;
        }
        let has = |entry: &Entry, word: &Word| entry.words.binary_search(word).is_ok();
        let is = is.filter(|is| Place::of(is.print) == place);
        for word in &was.words {
            if !others.iter().chain(is).any(|other| has(other, word)) {
                self.words.remove(*word, place);
            }
        }
    }

    /// Those whose labels have one of the hashes, in order of hashes and ids.
    pub(super) fn between<'t>(
        &self,
        alerts: &'t Alerts,
        prints: RangeInclusive<Fingerprint>,
    ) -> impl Iterator<Item = &'t Arc<Alert>> + use<'_, 't> {
        let (first, last) = prints.into_inner();
        let entries = self.prints.range((first, Beginning(0))..=(last, Beginning::LAST));
        entries.flat_map(move |(hash, beginning)| {
            let alike = open(beginning.all(alerts));
            alike.filter(move |alert| alert.print() == *hash)
        })
    }

    /// At least those that have one of the words and whose hash is not below `first`, in order of
    /// hashes and ids.
    pub(super) fn having<'t>(
        &self,
        alerts: &'t Alerts,
        words: &[Word],
        first: Fingerprint,
    ) -> impl Iterator<Item = &'t Arc<Alert>> + use<'_, 't> {
        let from = Place::of(first);
        let mut lists: Vec<_> =
            words.iter().map(|word| self.words.places(*word, from).peekable()).collect();
        let places = std::iter::from_fn(move || {
            let place = lists.iter_mut().filter_map(|list| list.peek().copied()).min()?;
            for list in &mut lists {
                list.next_if_eq(&place);
            }
            Some(place)
        });
        places.flat_map(move |place| {
            let (low, high) = place.prints().into_inner();
            self.between(alerts, low.max(first)..=high)
        })
    }

    /// Whether nothing was written since one was a copy of the other.
    #[cfg(test)]
    fn shares_all(&self, other: &Self) -> bool {
        self.prints.ptr_eq(&other.prints)
            && self.times.ptr_eq(&other.times)
            && self.words.shares_all(&other.words)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.prints.len()
    }

    /// How many have one of the words, at most.
    pub(super) fn at_most(&self, words: &[Word]) -> usize {
        words.iter().map(|word| self.words.at_most(*word)).sum()
    }

    /// Those of a severity from a time on, the longest known first. What came at the very same time
    /// is in no order.
    pub(super) fn since<'t>(
        &self,
        alerts: &'t Alerts,
        severity: Severity,
        first: Timestamp,
    ) -> impl Iterator<Item = &'t Arc<Alert>> + use<'_, 't> {
        let first = (severity, Micros::of(first), Beginning(0));
        let last = (severity, Micros(i64::MAX), Beginning::LAST);
        self.times.range(first..=last).flat_map(move |(severity, received, beginning)| {
            let found = move |alert: &&Arc<Alert>| {
                alert.severity == *severity && Micros::of(alert.received) == *received
            };
            open(beginning.all(alerts)).filter(found)
        })
    }
}

fn open<'t>(alerts: impl Iterator<Item = &'t Arc<Alert>>) -> impl Iterator<Item = &'t Arc<Alert>> {
    alerts.filter(|alert| alert.is_open())
}

impl Micros {
    fn of(time: Timestamp) -> Self {
        Self(time.as_microsecond())
    }
}

/// How an open alert is found.
struct Entry {
    beginning: Beginning,
    print: Fingerprint,
    severity: Severity,
    received: Micros,
    words: Vec<Word>,
}

impl Entry {
    fn of(alert: &Alert) -> Self {
        Self {
            beginning: Beginning::of(alert.id),
            print: alert.print(),
            severity: alert.severity,
            received: Micros::of(alert.received),
            words: Word::all(alert),
        }
    }
}

#[cfg(test)]
mod tests;
