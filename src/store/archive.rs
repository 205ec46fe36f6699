//! Pages of the history, for any thread. One short read transaction a page, never held.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;
use std::sync::Weak;

use redb::{ReadOnlyTable, ReadableDatabase};

use super::error::{ArchiveError, ReadError, guarded};
use super::gate::Gate;
use super::schema::{HISTORY, Line};
use super::unfolded::{Shared, Unfolded};
use super::walk::Walk;
use crate::domain::entity::Key;
use crate::domain::event::Event;
use crate::domain::id::Revision;
use crate::record;

/// The history, as readers have it. Cheap to clone; blocks, so async callers read on a blocking
/// thread.
#[derive(Clone, Debug)]
pub struct Archive {
    gate: Gate,
    unfolded: Shared,
    walks: Weak<()>,
}

/// Which lines are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Only lines older than this one.
    pub older_than: Option<Mark>,
    limit: usize,
}

/// Some lines, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The lines.
    pub items: Vec<T>,
    /// Where the next page goes on, where there are more.
    pub next: Option<Mark>,
}

/// A place in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    pub(super) revision: Revision,
    pub(super) number: u32,
}

impl PageRequest {
    /// The most lines of one page.
    pub const MOST: usize = 500;

    /// The newest `limit` lines; at least one and at most [`PageRequest::MOST`].
    pub fn newest(limit: usize) -> Self {
        Self { older_than: None, limit: limit.clamp(1, Self::MOST) }
    }

    /// The same number of lines, none of a commit after `last`.
    #[must_use]
    pub fn until(self, last: Revision) -> Self {
        self.older_than(Mark { revision: last.next(), number: 0 })
    }

    /// The same number of lines, older than `mark`.
    #[must_use]
    pub fn older_than(self, mark: Mark) -> Self {
        Self { older_than: Some(mark), ..self }
    }
}

impl Archive {
    pub(super) fn new(gate: Gate, unfolded: Shared, walks: Weak<()>) -> Self {
        Self { gate, unfolded, walks }
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(super) fn unfolded<T>(&self, work: impl FnOnce(&Unfolded) -> T) -> T {
        self.unfolded.read(work)
    }

    /// A walk through every timeline: nothing is cleared away from now on, until it ends.
    pub fn walk(&self) -> Walk {
        // Without a store there is nothing to be cleared away, and nothing to read either.
        let hold = self.walks.upgrade().unwrap_or_default();
        Walk::new(self.clone(), hold)
    }

    /// One page of the timeline of `subject`, newest line first.
    ///
    /// Refuses while the store is being reopened.
    pub fn timeline(&self, subject: Key, page: PageRequest) -> Result<Page<Event>, ArchiveError> {
        let read = guarded(|| self.read(subject, page));
        read.map_err(ArchiveError::Failed)?
    }

    fn read(&self, subject: Key, page: PageRequest) -> Result<Page<Event>, ArchiveError> {
        // Before the transaction begins: what is folded in between is then in both, and not in none.
        let unfolded = self.unfolded.read(|all| all.of(&record::encode_key(subject)));
        let begun = self.gate.with(ReadableDatabase::begin_read);
        let transaction = begun.ok_or(ArchiveError::Closed)?.map_err(ReadError::from)?;
        let history = transaction.open_table(HISTORY).map_err(ReadError::from)?;
        Ok(read_page(&history, &unfolded, subject, page)?)
    }
}

fn read_page(
    history: &History,
    unfolded: &Unfolded,
    subject: Key,
    page: PageRequest,
) -> Result<Page<Event>, ReadError> {
    let key = record::encode_key(subject);
    let mut lines = newest(history, unfolded, &key, page.older_than)?;
    let mut items = Vec::with_capacity(page.limit);
    let mut last = None;
    for line in lines.by_ref().take(page.limit) {
        let (mark, event) = line?;
        last = Some(mark);
        items.push(event);
    }
    let next = if lines.next().is_some() { last } else { None };
    Ok(Page { items, next })
}

/// The table of all lines, in one read transaction.
pub(super) type History = ReadOnlyTable<Line<'static>, &'static [u8]>;

/// The lines of the entity of `key`, newest first.
pub(super) fn newest<'h>(
    history: &'h History,
    unfolded: &Unfolded,
    key: &[u8],
    older_than: Option<Mark>,
) -> Result<impl Iterator<Item = Result<(Mark, Event), ReadError>> + use<'h>, ReadError> {
    let oldest = Bound::Included((key, 0, 0));
    let newest = match older_than {
        Some(mark) => Bound::Excluded((key, mark.revision.0, mark.number)),
        None => Bound::Included((key, u64::MAX, u32::MAX)),
    };
    let unfolded = unfolded.newest(key, older_than);
    let oldest_unfolded = unfolded.last().map(|(mark, _)| *mark);
    let unfolded =
        unfolded.into_iter().map(|(mark, bytes)| Ok((mark, record::decode_event(&bytes)?)));
    let folded = history.range::<Line<'_>>((oldest, newest))?.rev().map(|line| {
        let (line, bytes) = line?;
        let (_, revision, number) = line.value();
        let mark = Mark { revision: Revision(revision), number };
        Ok((mark, record::decode_event(bytes.value())?))
    });
    // Whatever is not folded is newer than all that is.
    let is_older = move |line: &Result<(Mark, Event), ReadError>| match (line, oldest_unfolded) {
        (Ok((mark, _)), Some(oldest)) => *mark < oldest,
        (Ok(_) | Err(_), _) => true,
    };
    Ok(unfolded.chain(folded.filter(is_older)))
}

/// As an address has it: `12-0`.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.revision, self.number)
    }
}

/// Not a place in the history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no place in the history; use the one that the page before gave")]
pub struct NoMark(String);

impl FromStr for Mark {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mark = text.split_once('-').and_then(|(revision, number)| {
            Some(Self { revision: Revision(revision.parse().ok()?), number: number.parse().ok()? })
        });
        mark.ok_or_else(|| NoMark(text.to_owned()))
    }
}
