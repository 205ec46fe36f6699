//! Clearing away: the timelines of what is dropped go in slices, some time after it went.
//!
//! A commit that drops something only notes it; that is cheap, and nothing that is due is
//! forgotten over a crash. Must not touch a line of anything that is kept.

use std::collections::BTreeSet;

use redb::{Database, ReadableDatabase, ReadableTable, Table, WriteTransaction};

use super::commit::begin;
use super::error::{CommitError, Fault, guarded};
use super::schema::{DOOMED, HISTORY, Line, STATES};
use crate::domain::change::Change;
use crate::domain::entity::Key;
use crate::domain::time::Timestamp;
use crate::record;

/// How much one slice clears away at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// In lines of timelines. Each of them may lie in a page of its own, which the commit writes.
    pub lines: usize,
}

impl Budget {
    /// What delays an order that comes meanwhile by no more than a commit of alerts does.
    pub const SLICE: Self = Self { lines: 512 };
}

/// Whether there is more to clear away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// Nothing more now.
    Done,
    /// Yes: another slice is needed.
    More,
}

/// Notes what `changes` drop, so that its timeline goes later: with its newest line, where the
/// dropping has one, and at once where it has none.
pub(super) fn doomed(changes: &[&Change]) -> Vec<(i64, Vec<u8>)> {
    let dropped: BTreeSet<Key> =
        changes.iter().filter(|change| change.next.is_none()).map(|change| change.key).collect();
    let doom = |key| {
        let of_it = changes.iter().filter(|change| change.key == key);
        let newest = of_it.filter_map(|change| change.event.as_ref()).map(|event| event.at).max();
        (newest.map_or(i64::MIN, Timestamp::as_microsecond), record::encode_key(key))
    };
    dropped.into_iter().filter(|key| has_timeline(*key)).map(doom).collect()
}

fn has_timeline(key: Key) -> bool {
    match key {
        Key::Alert(_) | Key::Service(_) | Key::Token(_) | Key::Silence(_) | Key::Maintenance(_) => {
            true
        }
        Key::Once(_) | Key::Source(_) | Key::Delivery(_) => false,
    }
}

/// Clears away one slice of the timelines that ended before `horizon`. The journal must be folded:
/// it may say that something is back.
pub(super) fn slice(
    database: &Database,
    budget: Budget,
    horizon: Timestamp,
) -> Result<Upkeep, CommitError> {
    let cleared = guarded(|| -> Result<_, Fault> {
        if !is_due(database, horizon)? {
            return Ok(None);
        }
        let transaction = begin(database)?;
        let upkeep = clear(&transaction, budget, horizon)?;
        Ok(Some((transaction, upkeep)))
    });
    let cleared = cleared.and_then(|cleared| cleared).map_err(CommitError::Refused)?;
    let Some((transaction, upkeep)) = cleared else { return Ok(Upkeep::Done) };
    let kept = guarded(|| transaction.commit().map_err(Fault::from));
    kept.and_then(|kept| kept).map_err(CommitError::Unknown)?;
    Ok(upkeep)
}

/// A look that writes nothing: most of the time nothing is due.
pub(super) fn is_due(database: &Database, horizon: Timestamp) -> Result<bool, Fault> {
    let transaction = database.begin_read()?;
    let doomed = match transaction.open_table(DOOMED) {
        Ok(doomed) => doomed,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let first = doomed.first()?;
    Ok(first.is_some_and(|(key, _)| key.value().0 < horizon.as_microsecond()))
}

fn clear(
    transaction: &WriteTransaction,
    budget: Budget,
    horizon: Timestamp,
) -> Result<Upkeep, Fault> {
    let mut doomed = transaction.open_table(DOOMED)?;
    let mut history = transaction.open_table(HISTORY)?;
    let states = transaction.open_table(STATES)?;
    let mut left = budget.lines;
    while let Some((newest, key)) = first_before(&doomed, horizon)? {
        // What was dropped and came back keeps its timeline: a service of the same name.
        let is_back = states.get(key.as_slice())?.is_some();
        let cleared = if is_back { 0 } else { clear_lines(&mut history, &key, left)? };
        // A timeline without lines costs something, too.
        left = left.saturating_sub(cleared.max(1));
        if left == 0 {
            return Ok(Upkeep::More);
        }
        doomed.remove((newest, key.as_slice()))?;
    }
    Ok(Upkeep::Done)
}

fn first_before(
    doomed: &impl ReadableTable<(i64, &'static [u8]), ()>,
    horizon: Timestamp,
) -> Result<Option<(i64, Vec<u8>)>, Fault> {
    let Some((key, _)) = doomed.first()? else { return Ok(None) };
    let (newest, key) = key.value();
    Ok((newest < horizon.as_microsecond()).then(|| (newest, key.to_vec())))
}

/// Removes lines of one timeline, the oldest first; says how many.
fn clear_lines(
    history: &mut Table<'_, Line<'static>, &'static [u8]>,
    key: &[u8],
    most: usize,
) -> Result<usize, Fault> {
    let whole = (key, 0, 0)..=(key, u64::MAX, u32::MAX);
    let mut cleared = 0;
    for line in history.extract_from_if::<Line<'_>, _>(whole, |_, _| true)?.take(most) {
        line?;
        cleared += 1;
    }
    Ok(cleared)
}
