//! Words: at which places each word occurs. Sorted runs of eight bytes an occurrence, which are
//! merged as they grow; a copy shares them. Knows no alerts: a word and a place are numbers.
//!
//! A tree with a node for every few entries takes more memory, and is written to at as many places
//! as an alert has words.

use std::sync::Arc;

/// A word: the hash of what can be asked for. Two may have one number, so that what is found is to
/// be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub(super) u32);

/// Where a word occurs. Never more than [`Place::LAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(pub(super) u32);

impl Place {
    /// The highest there is.
    pub(super) const LAST: Self = Self(u32::MAX >> 1);
}

/// What was said of a word at a place, the later word counts: by word, then by place, and in the last
/// bit whether it is gone from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said(u64);

impl Said {
    fn new(word: Word, place: Place, gone: bool) -> Self {
        Self(u64::from(word.0) << 32 | u64::from(place.0) << 1 | u64::from(gone))
    }

    /// Of what.
    fn about(self) -> u64 {
        self.0 >> 1
    }

    fn place(self) -> Place {
        Place(u32::try_from(self.about() & u64::from(Place::LAST.0)).unwrap_or_default())
    }

    fn is_gone(self) -> bool {
        self.0 & 1 == 1
    }

    fn shelf(self) -> usize {
        usize::try_from(self.0 >> (64 - SHELVES.ilog2())).unwrap_or_default()
    }
}

/// How many parts there are, each with some of the words: so that never all is merged at once.
const SHELVES: usize = 64;

/// How much is said before it is put in order.
const FRESH: usize = 512;

/// At which places each word occurs.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// What was said last, in that order.
    fresh: Arc<Vec<Said>>,
    /// All else. None while there is nothing.
    shelves: Arc<Vec<Shelf>>,
}

/// Runs in order, without repeats; the oldest first, and each at most half as long as the one before.
type Shelf = Vec<Arc<[Said]>>;

impl Words {
    /// Says that a word occurs at a place. Once more changes nothing.
    pub(super) fn insert(&mut self, word: Word, place: Place) {
        self.say(Said::new(word, place, false));
    }

    /// Says that it does not.
    pub(super) fn remove(&mut self, word: Word, place: Place) {
        self.say(Said::new(word, place, true));
    }

    fn say(&mut self, said: Said) {
        let fresh = Arc::make_mut(&mut self.fresh);
        fresh.push(said);
        if fresh.len() < FRESH {
            return;
        }
        let fresh = in_order(std::mem::take(fresh));
        let shelves = Arc::make_mut(&mut self.shelves);
        shelves.resize_with(SHELVES, Shelf::new);
        for run in fresh.chunk_by(|one, next| one.shelf() == next.shelf()) {
            let number = run.first().map(|first| first.shelf());
            if let Some(shelf) = number.and_then(|number| shelves.get_mut(number)) {
                add(shelf, run);
            }
        }
    }

    /// Whether nothing was said since one was a copy of the other.
    #[cfg(test)]
    pub(super) fn shares_all(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.fresh, &other.fresh) && Arc::ptr_eq(&self.shelves, &other.shelves)
    }

    /// How often a word occurs, at most.
    pub(super) fn at_most(&self, word: Word) -> usize {
        let fresh = self.fresh.iter().filter(|said| is_of(word, **said)).count();
        self.runs(word, Place(0)).map(<[Said]>::len).sum::<usize>() + fresh
    }

    /// The places where a word occurs, from `first` on, in order.
    pub(super) fn places(&self, word: Word, first: Place) -> Places<'_> {
        let is_asked_for = |said: &Said| is_of(word, *said) && said.place() >= first;
        let fresh = in_order(self.fresh.iter().copied().filter(is_asked_for).collect());
        let mut runs: Vec<&[Said]> = self.runs(word, first).collect();
        runs.reverse();
        Places { fresh: fresh.into_iter().peekable(), runs }
    }

    /// What the runs say of a word from a place on, the oldest run first.
    fn runs(&self, word: Word, first: Place) -> impl Iterator<Item = &[Said]> {
        let (begin, end) = (Said::new(word, first, false), Said::new(word, Place::LAST, true));
        self.shelves.get(begin.shelf()).into_iter().flatten().filter_map(move |run| {
            let begin = run.partition_point(|said| *said < begin);
            let end = run.partition_point(|said| *said <= end);
            run.get(begin..end).filter(|run| !run.is_empty())
        })
    }
}

fn is_of(word: Word, said: Said) -> bool {
    said.0 >> 32 == u64::from(word.0)
}

/// In order, and of what was said twice the later.
fn in_order(mut said: Vec<Said>) -> Vec<Said> {
    // What is equal stays in order.
    said.sort_by_key(|said| said.about());
    let later = said.iter().skip(1).map(|next| Some(next.about())).chain([None]);
    let last = said.iter().zip(later).filter(|(said, later)| Some(said.about()) != *later);
    last.map(|(said, _)| *said).collect()
}

/// Puts a run on a shelf, together with those that are not much longer.
fn add(shelf: &mut Shelf, run: &[Said]) {
    let mut newest = run.to_vec();
    while let Some(older) = shelf.pop_if(|older| older.len() < newest.len().saturating_mul(2)) {
        newest = merged(&older, &newest);
    }
    if shelf.is_empty() {
        // There is no older run that would have to be told what is gone.
        newest.retain(|said| !said.is_gone());
    }
    if !newest.is_empty() {
        shelf.push(newest.into());
    }
}

/// Both runs as one.
fn merged(older: &[Said], newer: &[Said]) -> Vec<Said> {
    let mut both = Vec::with_capacity(older.len().saturating_add(newer.len()));
    let mut older = older.iter().copied().peekable();
    for said in newer.iter().copied() {
        while let Some(old) = older.next_if(|old| old.about() < said.about()) {
            both.push(old);
        }
        older.next_if(|old| old.about() == said.about());
        both.push(said);
    }
    both.extend(older);
    both
}

/// The places of a word, in order.
#[derive(Debug)]
pub(super) struct Places<'a> {
    fresh: std::iter::Peekable<std::vec::IntoIter<Said>>,
    /// What is left of each run, the newest first.
    runs: Vec<&'a [Said]>,
}

impl Iterator for Places<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        loop {
            let firsts = self.runs.iter().filter_map(|run| run.first()).chain(self.fresh.peek());
            let about = firsts.map(|said| said.about()).min()?;
            // Who speaks last counts: the oldest run is asked first.
            let mut last = None;
            for run in self.runs.iter_mut().rev() {
                if let Some((said, rest)) =
                    run.split_first().filter(|(said, _)| said.about() == about)
                {
                    (last, *run) = (Some(*said), rest);
                }
            }
            last = self.fresh.next_if(|said| said.about() == about).or(last);
            if let Some(said) = last.filter(|said| !said.is_gone()) {
                return Some(said.place());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Few words and places, so that all meet.
    fn any_said() -> impl Strategy<Value = (u32, u32, bool)> {
        let word = prop_oneof![Just(0), Just(1), Just(u32::MAX), 0_u32..(8 << 26)];
        (word, prop_oneof![0_u32..300, Just(Place::LAST.0)], proptest::bool::weighted(0.3))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn words_occur_where_they_were_said_to_last(
            all in proptest::collection::vec(any_said(), 0..6_000),
            first in 0_u32..300,
        ) {
            let mut words = Words::default();
            let mut wanted = BTreeSet::new();
            let mut halfway = (words.clone(), wanted.clone());
            for (at, (word, place, gone)) in all.iter().copied().enumerate() {
                if gone {
                    words.remove(Word(word), Place(place));
                    wanted.remove(&(word, place));
                } else {
                    words.insert(Word(word), Place(place));
                    wanted.insert((word, place));
                }
                if at == all.len() / 2 {
                    halfway = (words.clone(), wanted.clone());
                }
            }
            for (words, wanted) in [(words, wanted), halfway] {
                for (word, first) in all.iter().take(50).map(|(word, ..)| (*word, first)) {
                    let found: Vec<u32> =
                        words.places(Word(word), Place(first)).map(|place| place.0).collect();
                    let places = wanted.range((word, first)..=(word, u32::MAX));
                    let places: Vec<u32> = places.map(|(_, place)| *place).collect();
                    prop_assert_eq!(&found, &places);
                    prop_assert!(words.at_most(Word(word)) >= found.len());
                }
            }
        }
    }

    #[test]
    fn what_is_gone_takes_no_room_for_long() {
        let mut words = Words::default();
        let held = |words: &Words| -> usize {
            let runs = words.shelves.iter().flatten().map(|run| run.len());
            runs.sum::<usize>() + words.fresh.len()
        };
        let all = |number: u32| (Word(number.wrapping_mul(0x9e37_79b9)), Place(number));
        for round in 0..8 {
            (0..50_000).for_each(|number| words.insert(all(number).0, all(number).1));
            assert!(held(&words) < 100_000, "{} in round {round}", held(&words));
            (0..50_000).for_each(|number| words.remove(all(number).0, all(number).1));
        }
        assert!(held(&words) < 50_000, "{}", held(&words));
    }
}
