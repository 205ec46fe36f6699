//! A walk through every timeline, page by page, as they were at one commit: for exports.
//!
//! Each page is one short read transaction. While a walk is under way no timeline is cleared away,
//! so that what was there at its beginning is there when the walk comes to it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use redb::ReadableDatabase;

use super::archive::Archive;
use super::error::{ArchiveError, ReadError, guarded};
use super::schema::{HISTORY, Line};
use super::unfolded::Lines;
use crate::domain::event::Event;
use crate::domain::id::Revision;
use crate::record;

/// A walk through every timeline. Blocks; dropping it lets timelines be cleared away again.
pub struct Walk {
    archive: Archive,
    until: Revision,
    after: Option<Lines>,
    ended: bool,
    _hold: Arc<()>,
}

/// A line of some timeline, and its number among those of its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub number: u32,
    /// The line.
    pub event: Event,
}

impl Walk {
    /// How many lines one page reads at most.
    const PAGE: usize = 512;

    pub(super) fn new(archive: Archive, hold: Arc<()>) -> Self {
        Self { archive, until: Revision(u64::MAX), after: None, ended: false, _hold: hold }
    }

    /// The same walk, without what came after the commit `last`.
    #[must_use]
    pub fn until(self, last: Revision) -> Self {
        Self { until: last, ..self }
    }

    /// The next lines, timeline by timeline and the oldest of each first; nothing after the last.
    ///
    /// Refuses while the store is being reopened.
    pub fn page(&mut self) -> Result<Option<Vec<Step>>, ArchiveError> {
        if self.ended {
            return Ok(None);
        }
        let read = guarded(|| self.read());
        let (lines, end) = read.map_err(ArchiveError::Failed)??;
        self.ended = end.is_none();
        self.after = end;
        let wanted = lines.into_iter().filter(|((_, revision, _), _)| *revision <= self.until.0);
        let step = |((_, _, number), bytes): (Lines, Vec<u8>)| {
            let event = record::decode_event(&bytes).map_err(ArchiveError::Record)?;
            Ok(Step { number, event })
        };
        wanted.map(step).collect::<Result<_, _>>().map(Some)
    }

    /// Lines after the last one, and up to which all of them are there, if that is not the end.
    fn read(&self) -> Result<(Found, Option<Lines>), ArchiveError> {
        // Before the transaction begins: what is folded in between is then in both, and not in none.
        let unfolded = self.archive.unfolded(|all| all.after(self.after.as_ref(), Self::PAGE));
        let begun = self.archive.gate().with(ReadableDatabase::begin_read);
        let transaction = begun.ok_or(ArchiveError::Closed)?.map_err(ReadError::from)?;
        let history = transaction.open_table(HISTORY).map_err(ReadError::from)?;
        let first = match &self.after {
            Some((key, revision, number)) => Bound::Excluded((key.as_slice(), *revision, *number)),
            None => Bound::Unbounded,
        };
        let rows = history.range::<Line<'_>>((first, Bound::Unbounded)).map_err(ReadError::from)?;
        let mut folded = Vec::new();
        for row in rows.take(Self::PAGE) {
            let (at, bytes) = row.map_err(ReadError::from)?;
            let (key, revision, number) = at.value();
            folded.push(((key.to_vec(), revision, number), bytes.value().to_vec()));
        }
        // What was not read to its end is known as far as it was read.
        let ends = [last_of(&unfolded), last_of(&folded)];
        let end = ends.into_iter().flatten().min();
        let mut lines: Found = unfolded.into_iter().chain(folded).collect();
        if let Some(end) = &end {
            lines.retain(|at, _| at <= end);
        }
        Ok((lines, end))
    }
}

/// Lines as they lie.
type Found = BTreeMap<Lines, Vec<u8>>;

/// The last of as many lines as were wanted; nothing where there were no more.
fn last_of(lines: &[(Lines, Vec<u8>)]) -> Option<Lines> {
    if lines.len() < Walk::PAGE { None } else { lines.last().map(|(at, _)| at.clone()) }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("until", &self.until)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
