//! A list that stands still: the order of one frame, and what was added below it since. No row of
//! it moves or leaves, and nothing here walks them: whatever its length, it is made and cloned at
//! once.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use super::sorted::Rows;
use crate::domain::alert::{Alert, State};
use crate::domain::id::AlertId;

/// The list; see the module.
#[derive(Clone, Debug, Default)]
pub struct Still {
    /// The rows it began with.
    begun: Rows,
    /// The rows that were added below those.
    added: Vector<AlertId>,
    added_ids: OrdSet<AlertId>,
    /// Added, or in need of somebody again, since the last sorting.
    fresh: OrdSet<AlertId>,
    /// How many of those are critical and fire; the list keeps count.
    pub(super) fresh_critical: usize,
    /// Brought in by the last sorting; still marked.
    brought: OrdSet<AlertId>,
    /// The last known form of alerts that are kept no longer.
    gone: OrdMap<AlertId, Arc<Alert>>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row of the window.
    pub offset: usize,
}

impl Still {
    /// The rows of `rows`, nothing of them new.
    pub(super) fn of(rows: Rows) -> Still {
        Still { begun: rows, ..Still::default() }
    }

    /// The rows of `rows`, sorted after this one: what is new here has been brought in there.
    pub(super) fn sorted_again(&self, rows: Rows) -> Still {
        Still { begun: rows, brought: self.fresh.clone(), offset: self.offset, ..Still::default() }
    }

    /// The rows of `rows`, which another filter lets through: all marks stay.
    pub(super) fn sifted(&self, rows: Rows) -> Still {
        let (few, many) = if self.fresh.len() < self.brought.len() {
            (&self.fresh, &self.brought)
        } else {
            (&self.brought, &self.fresh)
        };
        let mut brought = many.clone();
        for id in few {
            brought.insert(*id);
        }
        Still { begun: rows, brought, offset: self.offset, ..Still::default() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.begun.places().len() + self.added.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The alert of a row.
    pub fn at(&self, row: usize) -> Option<AlertId> {
        self.from(row).next()
    }

    /// The alerts of the rows from this one on.
    pub fn from(&self, row: usize) -> impl Iterator<Item = AlertId> {
        let added = row.saturating_sub(self.begun.places().len());
        let begun = self.begun.places().from(row).map(|place| place.id);
        begun.chain((added..self.added.len()).map_while(|row| self.added.get(row).copied()))
    }

    /// The alert under the cursor.
    pub fn selected(&self) -> Option<AlertId> {
        self.at(self.cursor)
    }

    /// Whether a row carries the mark of what is new.
    pub fn is_marked(&self, id: AlertId) -> bool {
        self.fresh.contains(&id) || self.brought.contains(&id)
    }

    /// The last known form of an alert of the list that is kept no longer.
    pub fn gone(&self, id: AlertId) -> Option<&Arc<Alert>> {
        self.gone.get(&id)
    }

    /// The order it began with.
    pub(super) fn begun(&self) -> &Rows {
        &self.begun
    }

    /// What is new since the last sorting.
    pub(super) fn fresh(&self) -> &OrdSet<AlertId> {
        &self.fresh
    }

    /// Adds an alert at the end; says whether that made it new.
    pub(super) fn add(&mut self, id: AlertId) -> bool {
        if self.has(id) {
            return false;
        }
        self.added_ids.insert(id);
        self.added.push_back(id);
        self.freshen(id)
    }

    /// Remembers how an alert of the list was that is kept no longer.
    pub(super) fn lose(&mut self, alert: &Arc<Alert>) {
        if self.has(alert.id) {
            self.gone.insert(alert.id, Arc::clone(alert));
        }
    }

    /// A new alert is added at the end; one of the list that needs somebody again is marked there.
    /// Says whether that made it new.
    pub(super) fn renew(&mut self, old: Option<&Alert>, new: &Alert) -> bool {
        if !self.has(new.id) {
            return new.is_open() && self.add(new.id);
        }
        let again = old.is_some_and(|old| old.standing.needed < new.standing.needed);
        again && matches!(new.standing.state, State::Firing) && self.freshen(new.id)
    }

    fn freshen(&mut self, id: AlertId) -> bool {
        self.fresh.insert(id).is_none()
    }

    fn has(&self, id: AlertId) -> bool {
        self.begun.has(id) || self.added_ids.contains(&id)
    }
}
