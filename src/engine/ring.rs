//! The last change sets, for readers who keep a table of their own and may come back: an attached
//! console. Holds no table, so that it may be long; knows nothing of how a set is written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use super::publish::{Cursor, FeedEnd, Lagged, Published};
use crate::domain::change::Change;
use crate::domain::policy::Policy;
use crate::domain::table::Grant;

/// What one publication changed. Putting the changes again changes nothing: each is a whole state.
#[derive(Debug)]
pub struct ChangeSet {
    /// The state that it led to. Several sets may lead to one: what changed under the revision of
    /// the one before explains nothing in a timeline.
    pub cursor: Cursor,
    /// The changes, in order.
    pub changes: Arc<[Change]>,
    /// The policy then.
    pub policy: Arc<Policy>,
    /// The time that was granted then.
    pub granted: Option<Grant>,
    /// Whether it is the first set that led to its state.
    first: bool,
    written: OnceLock<Arc<[u8]>>,
}

impl ChangeSet {
    /// The set as bytes: `write` is asked once, however many read it.
    pub fn written(&self, write: impl FnOnce(&Self) -> Vec<u8>) -> Arc<[u8]> {
        Arc::clone(self.written.get_or_init(|| write(self).into()))
    }

    /// How much of the ring it takes.
    fn weight(&self) -> usize {
        self.changes.len().max(1)
    }
}

/// The last change sets.
#[derive(Debug)]
pub(super) struct Ring {
    held: Arc<Mutex<Held>>,
    /// The number of the next set.
    news: watch::Sender<u64>,
}

#[derive(Debug)]
struct Held {
    sets: VecDeque<Arc<ChangeSet>>,
    /// The number of the first of them.
    first: u64,
    /// What they weigh together.
    weight: usize,
    /// The newest state.
    newest: Cursor,
    /// The state before the first of them, if whoever saw it for the first time has missed nothing.
    before: Option<Cursor>,
}

impl Ring {
    /// The changes that are held, at most, but for the newest set, which always is. About 2 KB each:
    /// 32 MB, and some turns of a flood. A reader that is further behind is better off with a
    /// snapshot.
    const MOST: usize = 16_384;

    /// A ring that nothing has been pushed to since the state `newest`.
    pub(super) fn after(newest: Cursor) -> Self {
        let held =
            Held { sets: VecDeque::new(), first: 0, weight: 0, newest, before: Some(newest) };
        Self { held: Arc::new(Mutex::new(held)), news: watch::Sender::new(0) }
    }

    /// Adds what was published; the oldest leave.
    pub(super) fn push(&self, published: &Published) {
        let mut held = lock(&self.held);
        let Published { cursor, serial: _, table, changes } = published;
        if cursor.epoch == held.newest.epoch {
            let set = ChangeSet {
                cursor: *cursor,
                changes: Arc::clone(changes),
                policy: Arc::clone(table.policy()),
                granted: table.granted(),
                first: *cursor != held.newest,
                written: OnceLock::new(),
            };
            held.push(set);
        } else {
            held.begin_anew(*cursor);
        }
        let next = held.next();
        drop(held);
        self.news.send_replace(next);
    }

    /// All sets after the first one that led to `from`.
    pub(super) fn from(&self, from: Cursor) -> Result<Trail, Lagged> {
        let held = lock(&self.held);
        let next = held.after(from).ok_or(Lagged)?;
        Ok(Trail { held: Arc::clone(&self.held), next, news: self.news.subscribe() })
    }
}

impl Held {
    fn push(&mut self, set: ChangeSet) {
        self.newest = set.cursor;
        self.weight = self.weight.saturating_add(set.weight());
        self.sets.push_back(Arc::new(set));
        while self.weight > Ring::MOST && self.sets.len() > 1 {
            let Some(oldest) = self.sets.pop_front() else { return };
            self.first = self.first.saturating_add(1);
            self.weight = self.weight.saturating_sub(oldest.weight());
            self.before = oldest.first.then_some(oldest.cursor);
        }
    }

    /// The table was built again from disk, and may hold more than any change says: every reader
    /// has missed something, also who had seen everything.
    fn begin_anew(&mut self, cursor: Cursor) {
        self.first = self.next().saturating_add(1);
        self.sets.clear();
        self.weight = 0;
        self.newest = cursor;
        self.before = Some(cursor);
    }

    /// The number of the next set.
    fn next(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.sets.len()).unwrap_or(u64::MAX))
    }

    /// The number of the set after the first one that led to `from`, if that is known.
    fn after(&self, from: Cursor) -> Option<u64> {
        if self.before == Some(from) {
            return Some(self.first);
        }
        let at = self.sets.partition_point(|set| set.cursor < from);
        let led = self.sets.get(at).filter(|set| set.cursor == from && set.first);
        let at = u64::try_from(at).ok().filter(|_| led.is_some())?;
        Some(self.first.saturating_add(at).saturating_add(1))
    }
}

/// A panic while it was held left it whole: nothing in it is changed in two steps that can fail.
fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All change sets after a state, in order, without a gap.
#[derive(Debug)]
pub struct Trail {
    held: Arc<Mutex<Held>>,
    next: u64,
    news: watch::Receiver<u64>,
}

impl Trail {
    /// The next set. Says so if some left before they were read, and if there will be no more.
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Arc<ChangeSet>, FeedEnd> {
        loop {
            // Before looking, so that what comes meanwhile is noticed.
            self.news.mark_unchanged();
            if let Some(set) = self.held_already()? {
                return Ok(set);
            }
            self.news.changed().await.map_err(|_| FeedEnd::Closed)?;
        }
    }

    /// The next set, if it was published.
    fn held_already(&mut self) -> Result<Option<Arc<ChangeSet>>, Lagged> {
        let held = lock(&self.held);
        let ahead = self.next.checked_sub(held.first).ok_or(Lagged)?;
        let set = usize::try_from(ahead).ok().and_then(|at| held.sets.get(at)).cloned();
        if set.is_some() {
            self.next = self.next.saturating_add(1);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests;
