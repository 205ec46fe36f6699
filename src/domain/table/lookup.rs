//! How open alerts that are asked for are found: by the rarest of what they must have, or one by one.

use std::sync::Arc;

use super::{Table, Word};
use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::labels::Fingerprint;

/// Where an alert stands among the open ones: by the hash of its labels, then by its id.
pub type Seat = (Fingerprint, AlertId);

/// Which open alerts to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lookup {
    /// Every one.
    #[default]
    All,
    /// Those that have one of these words.
    Having(Vec<Word>),
}

impl Lookup {
    /// How to find what has at least one word of each of the lists `asked_for`. It leads to all that
    /// do, and to others, so that what it leads to is to be looked at.
    pub fn of(table: &Table, asked_for: impl IntoIterator<Item = Vec<Word>>) -> Self {
        // To find an alert by a word takes a few times as long as to go on to the next.
        const LONGER: usize = 4;
        let at_most = |words: &Vec<Word>| table.index.at_most(words);
        let counted = asked_for.into_iter().map(|words| (at_most(&words), words));
        let rarest = counted.min_by_key(|(count, _)| *count);
        let worth = table.index.count() / LONGER;
        match rarest.filter(|(count, _)| *count <= worth) {
            Some((_, words)) => Self::Having(words),
            None => Self::All,
        }
    }
}

/// The seat of an open alert.
pub fn seat(alert: &Alert) -> Seat {
    (alert.print(), alert.id)
}

impl Table {
    /// The open alerts that a look-up leads to and that stand behind a seat, if one is given, in
    /// order of their seats.
    pub fn look_up<'t>(
        &'t self,
        lookup: &Lookup,
        behind: Option<Seat>,
    ) -> impl Iterator<Item = &'t Arc<Alert>> + use<'t> {
        let first = behind.map_or(Fingerprint(0), |(print, _)| print);
        let (all, having) = match lookup {
            Lookup::All => {
                (Some(self.index.between(&self.alerts, first..=Fingerprint(u64::MAX))), None)
            }
            Lookup::Having(words) => (None, Some(self.index.having(&self.alerts, words, first))),
        };
        let found = all.into_iter().flatten().chain(having.into_iter().flatten());
        found.skip_while(move |alert| behind.is_some_and(|behind| seat(alert) <= behind))
    }
}
