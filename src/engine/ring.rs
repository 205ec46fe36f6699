//! The last change sets, for readers who keep a table of their own and may come back: an attached
//! console. Holds no table, and next to nothing while there is no such reader; knows nothing of how
//! a set is written.

mod weight;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, watch};

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
    /// Which publication it is, in the order of publishing.
    pub serial: u64,
    /// Whether it is the first set that led to its state.
    first: bool,
    /// How much of the ring it takes, in bytes, with what is written of it.
    weight: usize,
    written: OnceCell<Arc<[u8]>>,
}

impl ChangeSet {
    /// The set as bytes: `write` is asked once, however many read it; the others wait, and hold up no
    /// thread. What it fails with is its reader's alone, and the next one is asked.
    pub async fn written<E>(
        &self,
        write: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Arc<[u8]>, E> {
        let written = async { Ok(write.await?.into()) };
        self.written.get_or_try_init(|| written).await.cloned()
    }

    /// How many bytes it is, nearly, with what is written of it.
    pub fn weight(&self) -> usize {
        self.weight
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
    /// How many read them, or are about to.
    readers: usize,
    /// Until when one that has just left is waited for.
    until: Option<Instant>,
}

impl Ring {
    /// How many bytes are held at most, but for the newest set, which always is: some turns of a
    /// flood. A reader that is further behind is better off with a snapshot.
    const MOST: usize = 32 * 1024 * 1024;
    /// How long a reader that has left may take to come back. After that it is a snapshot for it, and
    /// nothing but the newest set is held.
    const AWAY: Duration = Duration::from_mins(1);

    /// A ring that nothing has been pushed to since the state `newest`.
    pub(super) fn after(newest: Cursor) -> Self {
        let held = Held {
            sets: VecDeque::new(),
            first: 0,
            weight: 0,
            newest,
            before: Some(newest),
            readers: 0,
            until: None,
        };
        Self { held: Arc::new(Mutex::new(held)), news: watch::Sender::new(0) }
    }

    /// Adds what was published; the oldest leave.
    pub(super) fn push(&self, published: &Published) {
        self.push_at(published, Instant::now());
    }

    fn push_at(&self, published: &Published, now: Instant) {
        let mut held = lock(&self.held);
        let Published { cursor, serial, table, changes } = published;
        let most = if held.is_wanted(now) { Self::MOST } else { 0 };
        if cursor.epoch == held.newest.epoch {
            let set = ChangeSet {
                cursor: *cursor,
                changes: Arc::clone(changes),
                policy: Arc::clone(table.policy()),
                granted: table.granted(),
                first: *cursor != held.newest,
                serial: *serial,
                weight: weight::of(changes),
                written: OnceCell::new(),
            };
            held.push(set, most);
        } else {
            held.begin_anew(*cursor);
        }
        let next = held.next();
        drop(held);
        self.news.send_replace(next);
    }

    /// All sets after the first one that led to `from`.
    pub(super) fn from(&self, from: Cursor) -> Result<Trail, Lagged> {
        let mut held = lock(&self.held);
        let next = held.after(from).ok_or(Lagged)?;
        held.readers = held.readers.saturating_add(1);
        drop(held);
        let keeping = Keeping(Arc::clone(&self.held));
        Ok(Trail { keeping, next, news: self.news.subscribe() })
    }

    /// Holds what is pushed from now on for somebody who is about to follow.
    pub(super) fn keep(&self) -> Keeping {
        let mut held = lock(&self.held);
        held.readers = held.readers.saturating_add(1);
        Keeping(Arc::clone(&self.held))
    }
}

/// While it lives, and a while longer, change sets are held for who reads them.
#[derive(Debug)]
pub struct Keeping(Arc<Mutex<Held>>);

impl Drop for Keeping {
    fn drop(&mut self) {
        let mut held = lock(&self.0);
        held.readers = held.readers.saturating_sub(1);
        held.until = Instant::now().checked_add(Ring::AWAY);
    }
}

impl Held {
    /// Whether anybody reads, or may come back.
    fn is_wanted(&self, now: Instant) -> bool {
        self.readers > 0 || self.until.is_some_and(|until| now < until)
    }

    fn push(&mut self, set: ChangeSet, most: usize) {
        self.newest = set.cursor;
        self.weight = self.weight.saturating_add(set.weight);
        self.sets.push_back(Arc::new(set));
        while self.weight > most && self.sets.len() > 1 {
            let Some(oldest) = self.sets.pop_front() else { return };
            self.first = self.first.saturating_add(1);
            self.weight = self.weight.saturating_sub(oldest.weight);
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
    keeping: Keeping,
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
        let held = lock(&self.keeping.0);
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
