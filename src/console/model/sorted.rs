//! The alerts that one filter lets through, in their order, with their counts. Kept up to date
//! alert by alert. Knows nothing of cursors, windows or whether the list stands still.

use imbl::ordmap::DiffItem;
use imbl::{OrdMap, OrdSet};

use super::place::{Census, Class, Place, Rank, next_change};
use super::ranked::Ranked;
use super::sieve::Sieve;
use crate::domain::actor::Actor;
use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::query::Filter;
use crate::domain::table::Table;
use crate::domain::time::Timestamp;

/// The alerts of one filter. A clone costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    pub(super) sieve: Sieve,
    pub(super) rows: Rows,
    pub(super) census: Census,
    /// How many of them would not stand in a list without a filter.
    pub(super) asked_for: usize,
    /// When a place changes by time alone.
    rechecks: OrdSet<(Timestamp, AlertId)>,
}

/// Which alerts stand where. Persistent, so that the order of a frame is a clone.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    entries: OrdMap<AlertId, Entry>,
    places: Ranked<Place>,
}

/// What is known of one alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) place: Place,
    class: Class,
    /// Whether it is there only because the filter asks for it.
    asked_for: bool,
    recheck: Option<Timestamp>,
}

impl Entry {
    pub(super) fn is_critical(&self) -> bool {
        self.place.rank == Rank::CriticalFiring
    }

    /// Whether it has not ended.
    pub(super) fn is_open(&self) -> bool {
        self.class != Class::Ended
    }
}

impl Rows {
    /// The places, in order.
    pub fn places(&self) -> &Ranked<Place> {
        &self.places
    }

    pub(super) fn entry(&self, id: AlertId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Whether an alert stands in the list.
    pub(super) fn has(&self, id: AlertId) -> bool {
        self.entries.contains_key(&id)
    }

    /// The number of the row of an alert.
    pub(super) fn row(&self, id: AlertId) -> Option<usize> {
        self.places.number(&self.entry(id)?.place)
    }

    /// What stands in `newer` and not here, in its order there. What both share is skipped.
    pub(super) fn come_since(&self, newer: &Rows) -> Vec<AlertId> {
        let came = self.entries.diff(&newer.entries).filter_map(|difference| match difference {
            DiffItem::Add(_, new) => Some(new.place),
            DiffItem::Update { .. } | DiffItem::Remove(..) => None,
        });
        let mut came: Vec<Place> = came.collect();
        came.sort_unstable();
        came.into_iter().map(|place| place.id).collect()
    }
}

impl Sorted {
    /// Nothing yet, under a filter.
    pub(super) fn under(sieve: Sieve) -> Sorted {
        Sorted { sieve, ..Sorted::default() }
    }

    /// The alerts of `table` that `sieve` lets through; looks at all.
    pub(super) fn of(sieve: Sieve, table: &Table, viewer: &Actor, now: Timestamp) -> Sorted {
        let mut sorted = Sorted::under(sieve);
        let mut places = Vec::new();
        let mut rechecks = Vec::new();
        for alert in table.alerts() {
            let Some(entry) = sorted.look(alert, table, viewer, now) else { continue };
            sorted.census.add(entry.class);
            sorted.asked_for += usize::from(entry.asked_for);
            places.push(entry.place);
            rechecks.extend(entry.recheck.map(|at| (at, alert.id)));
            sorted.rows.entries.insert(alert.id, entry);
        }
        sorted.rows.places = Ranked::of(places);
        sorted.rechecks = rechecks.into_iter().collect();
        sorted
    }

    /// The alert that time alone moves next, and when.
    pub(super) fn next_recheck(&self) -> Option<(Timestamp, AlertId)> {
        self.rechecks.get_min().copied()
    }

    /// Forgets an alert; says what was known of it.
    pub(super) fn leave(&mut self, id: AlertId) -> Option<Entry> {
        if !self.rows.has(id) {
            return None;
        }
        let entry = self.rows.entries.remove(&id)?;
        self.rows.places.remove(&entry.place);
        self.census.remove(entry.class);
        self.asked_for -= usize::from(entry.asked_for);
        if let Some(at) = entry.recheck {
            self.rechecks.remove(&(at, id));
        }
        Some(entry)
    }

    /// Takes an alert that is not known, if the filter lets it through.
    pub(super) fn enter(
        &mut self,
        alert: &Alert,
        table: &Table,
        viewer: &Actor,
        now: Timestamp,
    ) -> Option<Entry> {
        let entry = self.look(alert, table, viewer, now)?;
        self.census.add(entry.class);
        self.asked_for += usize::from(entry.asked_for);
        self.rows.places.insert(entry.place);
        if let Some(at) = entry.recheck {
            self.rechecks.insert((at, alert.id));
        }
        self.rows.entries.insert(alert.id, entry);
        Some(entry)
    }

    fn look(&self, alert: &Alert, table: &Table, viewer: &Actor, now: Timestamp) -> Option<Entry> {
        let lately = alert.is_open() || alert.ended_within(Filter::ENDED_SHOWN, now);
        self.sieve.shows(alert, table, viewer, now).then(|| Entry {
            place: Place::of(alert, now),
            class: Class::of(alert, viewer.person().map(|person| person.id)),
            asked_for: !lately,
            recheck: next_change(alert, now),
        })
    }
}
