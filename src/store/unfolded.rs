//! What lies in the journal alone, in memory: the lines of timelines, for those who read the history,
//! and which entities it speaks of, for the folding.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use super::archive::Mark;
use super::journal::Piece;
use crate::domain::id::Revision;
use crate::domain::time::Timestamp;

/// Where a line lies: key of its entity, commit, number within the commit.
pub(super) type Lines = (Vec<u8>, u64, u32);

/// What is not folded yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Unfolded {
    lines: BTreeMap<Lines, Vec<u8>>,
    pieces: BTreeMap<u64, usize>,
    /// Of each entity the last commit that speaks of it.
    last: HashMap<Box<[u8]>, u64>,
    /// Of what was dropped: in which commit, and when its newest line was written.
    doomed: Vec<(u64, i64)>,
    bytes: usize,
}

impl Unfolded {
    /// Takes in what a commit wrote to the journal, so many bytes of it.
    pub(super) fn add(&mut self, revision: u64, piece: &Piece, bytes: usize) {
        self.lines.extend(piece.lines_of(revision));
        self.pieces.insert(revision, bytes);
        for key in piece.keys() {
            match self.last.get_mut(key) {
                Some(last) => *last = revision,
                None => drop(self.last.insert(key.into(), revision)),
            }
        }
        self.doomed.extend(piece.doomed_at().map(|newest| (revision, newest)));
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Lets go of what was folded: all up to the commit `last`.
    pub(super) fn forget(&mut self, last: u64) {
        self.pieces = self.pieces.split_off(&last.saturating_add(1));
        self.bytes = self.pieces.values().sum();
        self.doomed.retain(|(revision, _)| *revision > last);
        self.lines.retain(|(_, revision, _), _| *revision > last);
        self.last.retain(|_, revision| *revision > last);
    }

    /// The lines of one entity alone.
    pub(super) fn of(&self, key: &[u8]) -> Self {
        let whole = (key.to_vec(), 0, 0)..=(key.to_vec(), u64::MAX, u32::MAX);
        let lines = self.lines.range(whole).map(|(at, line)| (at.clone(), line.clone()));
        Self { lines: lines.collect(), ..Self::default() }
    }

    /// At most so many lines after that one, of all timelines.
    pub(super) fn after(&self, after: Option<&Lines>, most: usize) -> Vec<(Lines, Vec<u8>)> {
        let first = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.clone()));
        let lines = self.lines.range((first, Bound::Unbounded)).take(most);
        lines.map(|(at, line)| (at.clone(), line.clone())).collect()
    }

    /// Whether the journal drops something whose newest line was written before then.
    pub(super) fn drops_before(&self, horizon: Timestamp) -> bool {
        self.doomed.iter().any(|(_, newest)| *newest < horizon.as_microsecond())
    }

    /// The last commit in it.
    pub(super) fn newest_commit(&self) -> Option<u64> {
        self.pieces.last_key_value().map(|(revision, _)| *revision)
    }

    /// Whether a commit after `revision` speaks of an entity.
    pub(super) fn has_later(&self, key: &[u8], revision: u64) -> bool {
        self.last.get(key).is_some_and(|last| *last > revision)
    }

    /// How long the journal is.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The lines of an entity, newest first.
    pub(super) fn newest(&self, key: &[u8], older_than: Option<Mark>) -> Vec<(Mark, Vec<u8>)> {
        let end = match older_than {
            Some(mark) => Bound::Excluded((key.to_vec(), mark.revision.0, mark.number)),
            None => Bound::Included((key.to_vec(), u64::MAX, u32::MAX)),
        };
        let lines = self.lines.range((Bound::Included((key.to_vec(), 0, 0)), end)).rev();
        let line = |((_, revision, number), bytes): (&Lines, &Vec<u8>)| {
            (Mark { revision: Revision(*revision), number: *number }, bytes.clone())
        };
        lines.map(line).collect()
    }
}

/// Shared between the store, which changes it, and the archives, which read it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<RwLock<Unfolded>>);

impl Shared {
    /// What `work` makes of it.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Unfolded) -> T) -> T {
        work(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes it.
    pub(super) fn change(&self, work: impl FnOnce(&mut Unfolded)) {
        work(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}
