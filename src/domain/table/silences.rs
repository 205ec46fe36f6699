//! Silences in the table: found by what they want of an alert, and by whom they mute. All of it but
//! the silences themselves follows from silences and alerts.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use uuid::Uuid;

use super::Word;
use crate::domain::alert::{Alert, Ending, Suppressor};
use crate::domain::id::{AlertId, SilenceId};
use crate::domain::labels::Labels;
use crate::domain::matcher::Matcher;
use crate::domain::silence::{Reach, Silence};
use crate::domain::time::Timestamp;

/// All silences, and how they are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Silences {
    all: OrdMap<SilenceId, Arc<Silence>>,
    /// Those that are not over: under each of the words of which an alert must have one.
    having: OrdSet<(Word, SilenceId)>,
    /// Those that are not over and that no word leads to.
    others: OrdSet<SilenceId>,
    /// Those that not all of their alerts know of.
    unsettled: OrdSet<(Timestamp, SilenceId)>,
    /// Whom each marks.
    marked: OrdSet<(SilenceId, Hush, AlertId)>,
}

/// Whether a marked alert needs its silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Hush {
    /// It is open.
    Open,
    /// It ended, and its source has not said so.
    Unsaid,
    /// Its source has resolved it, or a person whom no report contradicts.
    Resolved,
}

impl Hush {
    const ALL: [Self; 3] = [Self::Open, Self::Unsaid, Self::Resolved];

    fn of(alert: &Alert) -> Self {
        match alert.standing.resolution().map(|resolution| &resolution.how) {
            None => Self::Open,
            Some(Ending::Source | Ending::Operator { hold: None, .. }) => Self::Resolved,
            Some(Ending::TimeOut | Ending::Operator { hold: Some(_), .. }) => Self::Unsaid,
        }
    }
}

/// How a silence that is not over is found.
enum Found {
    Having(Vec<Word>),
    Always,
}

impl Found {
    /// By the matcher that the fewest texts fulfil.
    fn of(silence: &Silence) -> Self {
        let words = silence.terms.matchers.iter().filter_map(Matcher::words);
        words.min_by_key(Vec::len).map_or(Self::Always, Self::Having)
    }
}

impl Matcher {
    /// Words of which an alert must have one to match, where there are such.
    pub fn words(&self) -> Option<Vec<Word>> {
        let texts = self.condition.texts()?;
        Some(texts.iter().map(|text| Word::pair(&self.name, text)).collect())
    }
}

impl Silences {
    pub(super) fn get(&self, id: SilenceId) -> Option<&Arc<Silence>> {
        self.all.get(&id)
    }

    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Silence>> {
        self.all.values()
    }

    pub(super) fn put(&mut self, silence: &Arc<Silence>) -> Option<Arc<Silence>> {
        let was = self.all.insert(silence.id, Arc::clone(silence));
        if let Some(was) = &was {
            self.lose(was);
        }
        self.find(silence);
        was
    }

    pub(super) fn remove(&mut self, id: SilenceId) -> Option<Arc<Silence>> {
        let was = self.all.remove(&id)?;
        self.lose(&was);
        Some(was)
    }

    fn find(&mut self, silence: &Silence) {
        if matches!(silence.reach, Reach::Ahead | Reach::Beginning) {
            self.unsettled.insert((silence.terms.starts, silence.id));
        }
        if matches!(silence.reach, Reach::Ending | Reach::Over { .. }) {
            return;
        }
        match Found::of(silence) {
            Found::Having(words) => {
                self.having.extend(words.into_iter().map(|word| (word, silence.id)));
            }
            Found::Always => {
                self.others.insert(silence.id);
            }
        }
    }

    fn lose(&mut self, was: &Silence) {
        self.unsettled.remove(&(was.terms.starts, was.id));
        self.others.remove(&was.id);
        if let Found::Having(words) = Found::of(was) {
            for word in words {
                self.having.remove(&(word, was.id));
            }
        }
    }

    /// Whether there is none that is not over.
    pub(super) fn none_in_force(&self) -> bool {
        self.having.is_empty() && self.others.is_empty()
    }

    /// Those that mute at `now` what has these labels.
    pub(super) fn muting<'t>(
        &'t self,
        labels: &'t Labels,
        now: Timestamp,
    ) -> impl Iterator<Item = &'t Arc<Silence>> {
        let words = if self.having.is_empty() { None } else { Some(labels.iter()) };
        let words = words.into_iter().flatten().map(|(name, value)| Word::pair(name, value));
        let having = words.flat_map(move |word| {
            let all = (word, SilenceId(Uuid::nil()))..=(word, SilenceId(Uuid::max()));
            self.having.range(all).map(|(_, id)| *id)
        });
        let found = having.chain(self.others.iter().copied());
        let found = found.filter_map(|id| self.all.get(&id));
        let mut given: Vec<SilenceId> = Vec::new();
        found.filter(move |silence| {
            let new = silence.mutes(labels, now) && !given.contains(&silence.id);
            if new {
                given.push(silence.id);
            }
            new
        })
    }

    /// Those that have begun by `now` and that not all of their alerts know of.
    pub(super) fn unsettled(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Silence>> {
        let begun = self.unsettled.iter().take_while(move |(starts, _)| *starts <= now);
        begun.filter_map(|(_, id)| self.all.get(id))
    }

    /// The open alerts that a silence marks.
    pub(super) fn marked(&self, id: SilenceId) -> impl Iterator<Item = AlertId> {
        self.of_hush(id, Hush::Open)
    }

    /// Whether it has marked any, and all of them that count are resolved.
    pub(super) fn is_resolved(&self, id: SilenceId, counts: impl Fn(AlertId) -> bool) -> bool {
        let has = |hush| self.of_hush(id, hush).next().is_some();
        has(Hush::Resolved) && !has(Hush::Open) && !self.of_hush(id, Hush::Unsaid).any(counts)
    }

    /// All that it ever marked and that is kept.
    pub(super) fn ever_marked(&self, id: SilenceId) -> usize {
        Hush::ALL.into_iter().map(|hush| self.of_hush(id, hush).count()).sum()
    }

    fn of_hush(&self, id: SilenceId, hush: Hush) -> impl Iterator<Item = AlertId> {
        let all = (id, hush, AlertId::FIRST)..=(id, hush, AlertId::LAST);
        self.marked.range(all).map(|(_, _, alert)| *alert)
    }

    /// Takes in that an alert is now `is` and was `was`.
    pub(super) fn follow(&mut self, was: Option<&Alert>, is: Option<&Alert>) {
        let silenced =
            |alert: Option<&Alert>| alert.is_some_and(|one| !one.suppressions.is_empty());
        if !silenced(was) && !silenced(is) {
            return;
        }
        if let (Some(was), Some(is)) = (was, is)
            && was.suppressions == is.suppressions
            && Hush::of(was) == Hush::of(is)
        {
            return;
        }
        if let Some(alert) = was {
            for id in marks(alert) {
                self.marked.remove(&(id, Hush::of(alert), alert.id));
            }
        }
        if let Some(alert) = is {
            for id in marks(alert) {
                self.marked.insert((id, Hush::of(alert), alert.id));
            }
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> [(&'static str, usize); 5] {
        [
            ("silences", self.all.len()),
            ("silences by words", self.having.len()),
            ("silences without", self.others.len()),
            ("silences unsettled", self.unsettled.len()),
            ("silenced", self.marked.len()),
        ]
    }
}

/// The silences that an alert is marked with.
fn marks(alert: &Alert) -> impl Iterator<Item = SilenceId> {
    alert.suppressions.iter().filter_map(|held| held.by.silence())
}

impl Suppressor {
    /// The silence that it is, if it is one.
    pub fn silence(&self) -> Option<SilenceId> {
        match self {
            Self::Silence { id, .. } => Some(*id),
            Self::Snooze { .. } | Self::Rule(_) => None,
        }
    }
}
