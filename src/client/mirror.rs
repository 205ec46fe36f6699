//! The owner's table, kept by another process: filled by a snapshot, changed by a feed. Decides
//! nothing and asks nobody.

use std::sync::Arc;

use crate::domain::change::{Change, Keep};
use crate::domain::entity::Entity;
use crate::domain::id::Revision;
use crate::domain::policy::Policy;
use crate::domain::table::Table;
use crate::engine::Cursor;
use crate::record::attach::{ChangesV1, GrantV1, HeadV1, PolicyV1, ShownV1};

/// A table, and the state of the owner's table that it shows.
#[derive(Clone, Debug)]
pub(super) struct Mirror {
    table: Table,
    cursor: Cursor,
    policy: Option<PolicyV1>,
}

/// The changes are not those that come next: the mirror must be filled anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Astray;

impl Mirror {
    /// A mirror with nothing in it yet, of the state that `head` speaks of.
    pub(super) fn of(head: &HeadV1) -> Self {
        let cursor = Cursor { epoch: head.epoch, revision: Revision(head.revision) };
        let mut mirror = Self { table: Table::default(), cursor, policy: None };
        mirror.grant(head.granted);
        mirror
    }

    /// The table.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// From where on changes are wanted.
    pub(super) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Takes an entity of the snapshot.
    pub(super) fn put(&mut self, shown: ShownV1) {
        let entity = Entity::from(shown);
        self.table.put(&Change {
            key: entity.key(),
            next: Some(entity),
            event: None,
            keep: Keep::Now,
        });
    }

    /// Takes the configuration over; says whether it is another one.
    pub(super) fn adopt(&mut self, policy: PolicyV1) -> bool {
        if self.policy.as_ref() == Some(&policy) {
            return false;
        }
        self.table.adopt(Arc::new(Policy::from(policy.clone())));
        self.policy = Some(policy);
        true
    }

    /// Takes what the feed brings; gives the changes. What is there already changes nothing.
    pub(super) fn take(&mut self, changes: ChangesV1) -> Result<Arc<[Change]>, Astray> {
        let ChangesV1 { epoch, revision, now: _, granted, changes } = changes;
        let cursor = Cursor { epoch, revision: Revision(revision) };
        if epoch != self.cursor.epoch || cursor < self.cursor {
            return Err(Astray);
        }
        let mut taken = Vec::with_capacity(changes.len());
        for change in changes {
            let change = change.upon(&self.table);
            self.table.put(&change);
            taken.push(change);
        }
        self.grant(granted);
        self.cursor = cursor;
        Ok(taken.into())
    }

    fn grant(&mut self, granted: Option<GrantV1>) {
        if let Some(grant) = granted {
            self.table.grant(grant.into());
        }
    }
}

#[cfg(test)]
mod tests;
