//! A list that stands still: the order of one frame, and what was added below it since. No row of
//! it moves or leaves, and nothing here walks them: whatever its length, it is made and cloned at
//! once.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use super::place::is_viewer;
use super::sorted::Rows;
use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, State};
use crate::domain::event::{Event, What};
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
    /// The same of what the filter hides: new as soon as a filter shows it.
    hidden: OrdSet<AlertId>,
    /// What stood in a list without a filter when it began: whatever a filter hid of that is not new.
    base: Rows,
    /// How many of those in `fresh` are critical and fire; the list keeps count.
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
    /// The rows of `rows`, nothing of them new; `base` is what stood there without a filter.
    pub(super) fn of(rows: Rows, base: Rows) -> Still {
        Still { begun: rows, base, ..Still::default() }
    }

    /// The rows of `rows`, sorted after this one: what is new here has been brought in there.
    pub(super) fn sorted_again(&self, rows: Rows, base: Rows) -> Still {
        Still {
            begun: rows,
            base,
            brought: self.fresh.clone(),
            hidden: self.hidden.clone(),
            offset: self.offset,
            ..Still::default()
        }
    }

    /// The rows of `rows`, which another filter lets through: what is new stays so, whether it was
    /// hidden or is now.
    pub(super) fn sifted(&self, rows: Rows) -> Still {
        let mut sifted = Still {
            begun: rows,
            base: self.base.clone(),
            brought: self.brought.clone(),
            offset: self.offset,
            ..Still::default()
        };
        for id in self.fresh.iter().chain(&self.hidden) {
            let side = if sifted.has(*id) { &mut sifted.fresh } else { &mut sifted.hidden };
            side.insert(*id);
        }
        sifted
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

    /// Adds an alert at the end. It is new unless a filter hid it all along.
    pub(super) fn add(&mut self, id: AlertId) {
        if self.append(id) && (!self.base.has(id) || self.hidden.contains(&id)) {
            self.freshen(id);
        }
    }

    /// Notes what stands in `all` without a filter, came since this began, and is hidden.
    pub(super) fn hide_missing(&mut self, all: &Rows) {
        for id in self.base.come_since(all) {
            if !self.has(id) {
                self.hidden.insert(id);
            }
        }
    }

    /// Remembers how an alert of the list was that is kept no longer.
    pub(super) fn lose(&mut self, alert: &Arc<Alert>) {
        if self.has(alert.id) {
            self.gone.insert(alert.id, Arc::clone(alert));
        }
    }

    /// A new alert is added at the end; one of the list that needs somebody again is marked there,
    /// unless `viewer` saw to that. Says whether it became new.
    pub(super) fn renew(&mut self, old: Option<&Alert>, new: &Alert, viewer: &Actor) -> bool {
        if !self.has(new.id) {
            return new.is_open() && self.append(new.id) && self.freshen(new.id);
        }
        needs_again(old, new, viewer) && self.freshen(new.id)
    }

    /// As `renew`, where the filter hides it.
    pub(super) fn renew_hidden(&mut self, old: Option<&Alert>, new: &Alert, viewer: &Actor) {
        let came = old.is_none() && new.is_open();
        if !self.has(new.id) && (came || needs_again(old, new, viewer)) {
            self.hidden.insert(new.id);
        }
    }

    /// Puts an alert at the end, unless it has a row.
    fn append(&mut self, id: AlertId) -> bool {
        if self.has(id) {
            return false;
        }
        self.added_ids.insert(id);
        self.added.push_back(id);
        true
    }

    fn freshen(&mut self, id: AlertId) -> bool {
        self.hidden.remove(&id);
        self.fresh.insert(id).is_none()
    }

    fn has(&self, id: AlertId) -> bool {
        self.begun.has(id) || self.added_ids.contains(&id)
    }
}

/// Whether an alert needs somebody once more, and not because `viewer` wants so: what one does
/// oneself is no news.
fn needs_again(old: Option<&Alert>, new: &Alert, viewer: &Actor) -> bool {
    let Some(old) = old.filter(|old| old.standing.needed < new.standing.needed) else {
        return false;
    };
    let told = |event: &&Arc<Event>| matches!(event.what, What::Told { .. } | What::NotTold { .. });
    let since = new.recent.iter().filter(|event| event.revision > old.revision);
    let mut done = since.filter(|event| !told(event)).peekable();
    let own = done.peek().is_some() && done.all(|event| is_viewer(&event.actor, viewer));
    matches!(new.standing.state, State::Firing) && !own
}
