//! What is published and not yet on disk: what sources repeat. Coalesced by entity, and on disk
//! half a minute later, the oldest first.
//!
//! It does not ride with the next commit: in a flood that would write every repeat after all, a
//! few at a time.

use std::collections::{HashMap, VecDeque};

use crate::domain::change::{Change, Keep};
use crate::domain::entity::Key;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// The entities whose newest state the disk does not have.
#[derive(Debug, Default)]
pub(super) struct Soon {
    /// Since when it lacks a newer one.
    since: HashMap<Key, Timestamp>,
    /// The same in order; of what was kept otherwise meanwhile there is nothing in the other.
    queue: VecDeque<(Timestamp, Key)>,
}

impl Soon {
    /// How long the disk may lack what a source repeated.
    const AT_LATEST: SignedDuration = SignedDuration::from_secs(30);
    /// How many entities one commit takes along, so that none takes long.
    const SLICE: usize = 1_024;

    /// When some of it has to be on disk.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.queue.front().map(|(since, _)| after(*since, Self::AT_LATEST))
    }

    /// The states that are to be on disk with the next commit.
    pub(super) fn overdue(&self, table: &Table, now: Timestamp) -> Vec<Change> {
        self.oldest(table, |since| after(since, Self::AT_LATEST) <= now)
    }

    /// Some of the states, whenever they are due.
    pub(super) fn slice(&self, table: &Table) -> Vec<Change> {
        self.oldest(table, |_| true)
    }

    fn oldest(&self, table: &Table, is_wanted: impl Fn(Timestamp) -> bool) -> Vec<Change> {
        let change = |key: Key| {
            // What has ended meanwhile was kept as ended.
            let next = table.entity(key);
            Change { key, next, event: None, keep: Keep::Now }
        };
        let oldest = self.queue.iter().take_while(|(since, _)| is_wanted(*since));
        let lacking = oldest.filter(|(since, key)| self.since.get(key) == Some(since));
        lacking.take(Self::SLICE).map(|(_, key)| change(*key)).collect()
    }

    /// Takes note of the changes of a turn that was kept, and of what rode with it.
    pub(super) fn note(&mut self, changes: &[Change], now: Timestamp) {
        for change in changes {
            match change.keep {
                Keep::Now => {
                    self.since.remove(&change.key);
                }
                Keep::Soon => {
                    self.since.entry(change.key).or_insert_with(|| {
                        self.queue.push_back((now, change.key));
                        now
                    });
                }
            }
        }
        while let Some((since, key)) = self.queue.front()
            && self.since.get(key) != Some(since)
        {
            self.queue.pop_front();
        }
    }
}
