//! What is published and not yet on disk: what sources repeat. Coalesced by entity, and on disk
//! half a minute later at the latest.
//!
//! It does not ride with the next commit: in a flood that would write every repeat after all, a
//! few at a time.

use std::collections::HashSet;

use crate::domain::change::{Change, Keep};
use crate::domain::entity::Key;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// The entities whose newest state the disk does not have.
#[derive(Debug, Default)]
pub(super) struct Soon {
    keys: HashSet<Key>,
    since: Option<Timestamp>,
}

impl Soon {
    /// How long the disk may lack what a source repeated.
    const AT_LATEST: SignedDuration = SignedDuration::from_secs(30);
    /// How many entities one commit takes along, so that none takes long.
    const SLICE: usize = 1_024;

    /// When some of it has to be on disk.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.since.map(|since| after(since, Self::AT_LATEST))
    }

    /// The states that are to be on disk with the next commit.
    pub(super) fn overdue(&self, table: &Table, now: Timestamp) -> Vec<Change> {
        if self.due().is_some_and(|due| due <= now) { self.slice(table) } else { Vec::new() }
    }

    /// Some of the states, whenever they are due.
    pub(super) fn slice(&self, table: &Table) -> Vec<Change> {
        let change = |key: &Key| Change {
            key: *key,
            // What has ended meanwhile was kept as ended.
            next: table.entity(*key),
            event: None,
            keep: Keep::Now,
        };
        self.keys.iter().take(Self::SLICE).map(change).collect()
    }

    /// Takes note of the changes of a turn that was kept, and of what rode with it.
    pub(super) fn note(&mut self, changes: &[Change], now: Timestamp) {
        for change in changes {
            match change.keep {
                Keep::Now => self.keys.remove(&change.key),
                Keep::Soon => self.keys.insert(change.key),
            };
        }
        self.since = if self.keys.is_empty() { None } else { self.since.or(Some(now)) };
    }
}
