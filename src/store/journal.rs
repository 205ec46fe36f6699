//! The journal: each commit is one piece at its end, written in one go. Folding puts what the
//! pieces say in its places later, many at a time, in the order of the keys.
//!
//! A commit that wrote every record in its place would write a page for each, wherever its key
//! happens to lie. Pieces are folded in the order of their commits and leave the journal in the
//! transaction that folds them, so that a crash between any two writes changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use redb::{Database, ReadTransaction, ReadableTable, TableError, WriteTransaction};

use super::commit::begin;
use super::error::{CommitError, Fault, ReadError, guarded};
use super::schema::{DOOMED, HISTORY, JOURNAL, META, META_REVISION, ROOM, STATES};
use super::unfolded::{Lines, Unfolded};
use super::upkeep;
use crate::domain::change::Change;
use crate::domain::entity::Entity;
use crate::record::{self, RecordError};

/// A journal of this many bytes is folded when nothing else is to be done.
const MANY: usize = 1024 * 1024;
/// One of this many is folded whatever waits: it would take long to read at a start.
const TOO_MANY: usize = 64 * 1024 * 1024;
/// How many bytes of pieces one slice folds: what delays an order by a few hundredths of a second.
const SLICE: usize = 2 * 1024 * 1024;
/// What folding a slice takes while it lasts: each record may need a page of its own. A little less
/// than a power of two, which is what the engine makes of it.
pub(super) const FOLDING: usize = 4 * SLICE - 64 * 1024;

/// What one commit says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    /// Of each entity the last state, or nothing where it went.
    states: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The lines: of whom, their number in the commit, and what they say.
    lines: Vec<(Vec<u8>, u32, Vec<u8>)>,
    /// Whose timelines go, and with which newest line.
    doomed: Vec<(i64, Vec<u8>)>,
}

impl Piece {
    /// Of which entities it has the last state, or that they went.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.states.iter().map(|(key, _)| key.as_slice())
    }

    /// What `changes` say.
    pub(super) fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let changes: Vec<&Change> = changes.into_iter().collect();
        let last: BTreeMap<Vec<u8>, Option<&Entity>> = changes
            .iter()
            .map(|change| (record::encode_key(change.key), change.next.as_ref()))
            .collect();
        let states = last.into_iter().map(|(key, next)| (key, next.map(record::encode)));
        let events = changes.iter().filter_map(|change| change.event.as_deref());
        let lines = (0_u32..).zip(events).map(|(number, event)| {
            (record::encode_key(event.subject), number, record::encode_event(event))
        });
        Self { states: states.collect(), lines: lines.collect(), doomed: upkeep::doomed(&changes) }
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.states.is_empty() && self.lines.is_empty()
    }

    /// Its lines, as those of the commit `revision`.
    pub(super) fn lines_of(&self, revision: u64) -> impl Iterator<Item = (Lines, Vec<u8>)> + '_ {
        let line = move |(key, number, bytes): &(Vec<u8>, u32, Vec<u8>)| {
            ((key.clone(), revision, *number), bytes.clone())
        };
        self.lines.iter().map(line)
    }

    /// When the newest line of each thing that it drops was written, in microseconds.
    pub(super) fn doomed_at(&self) -> impl Iterator<Item = i64> + '_ {
        self.doomed.iter().map(|(newest, _)| *newest)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Out(Vec::with_capacity(self.length()));
        out.number(self.states.len());
        for (key, state) in &self.states {
            out.bytes(key);
            out.number(usize::from(state.is_some()));
            out.bytes(state.as_deref().unwrap_or_default());
        }
        out.number(self.lines.len());
        for (key, number, bytes) in &self.lines {
            out.bytes(key);
            out.0.extend_from_slice(&number.to_le_bytes());
            out.bytes(bytes);
        }
        out.number(self.doomed.len());
        for (newest, key) in &self.doomed {
            out.0.extend_from_slice(&newest.to_le_bytes());
            out.bytes(key);
        }
        out.0
    }

    /// How many bytes it is written as, about.
    fn length(&self) -> usize {
        const BESIDE: usize = 16;
        let states = self.states.iter();
        let states = states.map(|(key, state)| key.len() + state.as_ref().map_or(0, Vec::len));
        let lines = self.lines.iter().map(|(key, _, bytes)| key.len() + bytes.len());
        let doomed = self.doomed.iter().map(|(_, key)| key.len());
        states.chain(lines).chain(doomed).map(|length| length + BESIDE).sum::<usize>() + BESIDE
    }

    /// Whose timelines go because of it.
    pub(super) fn dooms(&self) -> impl Iterator<Item = &[u8]> {
        self.doomed.iter().map(|(_, key)| key.as_slice())
    }

    /// Of each entity the last state, or nothing where it went.
    pub(super) fn into_states(self) -> impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> {
        self.states.into_iter()
    }

    /// The piece in `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut rest = In(bytes);
        let mut piece = Self::default();
        for _ in 0..rest.number()? {
            let key = rest.bytes()?.to_vec();
            let is_there = rest.number()? == 1;
            let state = rest.bytes()?;
            piece.states.push((key, is_there.then(|| state.to_vec())));
        }
        for _ in 0..rest.number()? {
            let key = rest.bytes()?.to_vec();
            let number = u32::from_le_bytes(rest.array()?);
            piece.lines.push((key, number, rest.bytes()?.to_vec()));
        }
        for _ in 0..rest.number()? {
            let newest = i64::from_le_bytes(rest.array()?);
            piece.doomed.push((newest, rest.bytes()?.to_vec()));
        }
        Ok(piece)
    }
}

/// Bytes being written: numbers as four bytes, texts with their length before them.
struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }
}

/// Bytes being read.
struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let (first, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<usize, RecordError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| cut())
    }

    fn bytes(&mut self) -> Result<&'a [u8], RecordError> {
        let length = self.number()?;
        let (first, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        Ok(first)
    }
}

fn cut() -> RecordError {
    RecordError::Garbled { why: "a piece of the journal is cut off".to_owned() }
}

/// What the journal says of entities: their last states, where it has any.
pub(super) type States = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// All that is not folded yet: the last states, and the lines for those who read the history.
pub(super) fn load(transaction: &ReadTransaction) -> Result<(States, Unfolded), ReadError> {
    let (mut states, mut unfolded) = (States::new(), Unfolded::default());
    let journal = match transaction.open_table(JOURNAL) {
        Ok(journal) => journal,
        // A file of format 1.
        Err(TableError::TableDoesNotExist(_)) => return Ok((states, unfolded)),
        Err(error) => return Err(error.into()),
    };
    for row in journal.iter()? {
        let (revision, bytes) = row?;
        let piece = Piece::read(bytes.value())?;
        unfolded.add(revision.value(), &piece, bytes.value().len());
        states.extend(piece.states);
    }
    Ok((states, unfolded))
}

/// Adds a piece.
pub(super) fn append(
    transaction: &WriteTransaction,
    revision: u64,
    piece: &[u8],
) -> Result<(), Fault> {
    transaction.open_table(JOURNAL)?.insert(revision, piece)?;
    Ok(())
}

/// Whether a slice is to be folded now.
pub(super) fn is_due(bytes: usize, idle: bool) -> bool {
    bytes >= if idle { MANY } else { TOO_MANY }
}

/// Folds one slice; gives the last commit that is folded by now, if any was.
pub(super) fn fold(database: &Database, known: &Unfolded) -> Result<Option<u64>, CommitError> {
    let folded = guarded(|| -> Result<_, Fault> {
        let transaction = begin(database)?;
        let last = fold_slice(&transaction, known).map_err(fault)?;
        Ok((transaction, last))
    });
    let (transaction, last) = folded.and_then(|folded| folded).map_err(CommitError::Refused)?;
    let kept = guarded(|| transaction.commit().map_err(Fault::from));
    kept.and_then(|kept| kept).map_err(CommitError::Unknown)?;
    Ok(last)
}

/// What a later piece says again is left to that one: a start reads the journal over what lies in
/// its place.
fn fold_slice(transaction: &WriteTransaction, known: &Unfolded) -> Result<Option<u64>, ReadError> {
    let mut journal = transaction.open_table(JOURNAL)?;
    let (mut states, mut lines, mut doomed) = (States::new(), BTreeMap::new(), BTreeSet::new());
    let (mut last, mut bytes) = (None, 0_usize);
    for row in journal.iter()? {
        let (revision, piece) = row?;
        if bytes >= SLICE {
            break;
        }
        bytes = bytes.saturating_add(piece.value().len());
        last = Some(revision.value());
        let piece = Piece::read(piece.value())?;
        lines.extend(piece.lines_of(revision.value()));
        doomed.extend(piece.doomed);
        states.extend(piece.states);
    }
    // Left behind by a crash while it was tried whether there is room.
    transaction.delete_table(ROOM)?;
    let Some(last) = last else { return Ok(None) };
    journal.retain_in(..=last, |_, _| false)?;
    // The journal is empty now, or what is left of it is newer.
    transaction.open_table(META)?.insert(META_REVISION, last)?;
    let mut table = transaction.open_table(STATES)?;
    for (key, state) in states.iter().filter(|(key, _)| !known.has_later(key, last)) {
        match state {
            Some(state) => table.insert(key.as_slice(), state.as_slice())?,
            None => table.remove(key.as_slice())?,
        };
    }
    let mut history = transaction.open_table(HISTORY)?;
    for ((key, revision, number), line) in &lines {
        history.insert((key.as_slice(), *revision, *number), line.as_slice())?;
    }
    let mut dooms = transaction.open_table(DOOMED)?;
    for (newest, key) in &doomed {
        dooms.insert((*newest, key.as_slice()), ())?;
    }
    Ok(Some(last))
}

/// A piece that cannot be read was written by us: the file is at fault.
fn fault(error: ReadError) -> Fault {
    match error {
        ReadError::Engine(error) => error.into(),
        ReadError::Record(error) => Fault::Engine(error.to_string()),
    }
}
