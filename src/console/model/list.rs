//! The list: which alerts are in it, in which order, and whether it is live or stands still.
//! It is kept up to date change by change; nothing here walks all alerts but a new filter.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use imbl::OrdSet;

use super::place::{Census, Class, Place, Rank, next_change, says_the_same};
use super::sieve::Sieve;
use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, Ending, State};
use crate::domain::id::AlertId;
use crate::domain::query::Filter;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// How long what ended in silence is named on a calm screen.
const NAMED_LOST: SignedDuration = SignedDuration::from_hours(1);

/// The list and its counts.
#[derive(Clone, Debug)]
pub struct List {
    viewer: Actor,
    sieve: Sieve,
    /// Everything that could stand in the list, whatever the filter says.
    entries: HashMap<AlertId, Entry>,
    /// What passes the filter, sorted. Persistent, so that the order of a frame is a clone.
    sorted: OrdSet<Place>,
    census: Census,
    passing_critical: usize,
    /// When a place changes by time alone.
    rechecks: BTreeSet<(Timestamp, AlertId)>,
    /// The alert that ended last.
    last_ended: Option<(Timestamp, AlertId)>,
    /// What ended lately because nothing more was heard of it.
    lost: BTreeSet<(Timestamp, AlertId)>,
    /// When anything was last heard from a sender.
    last_heard: Option<Timestamp>,
    /// Live, or standing still.
    pub mode: Mode,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    place: Place,
    class: Class,
    passes: bool,
    recheck: Option<Timestamp>,
}

/// Whether rows move.
#[derive(Clone, Debug)]
pub enum Mode {
    /// Sorted, the first row being the target.
    Live,
    /// No row moves or leaves.
    Still(Box<Still>),
}

/// A list that stands still.
#[derive(Clone, Debug, Default)]
pub struct Still {
    rows: Vec<AlertId>,
    within: HashSet<AlertId>,
    /// Added, or in need of somebody again, since the last sorting.
    fresh: HashSet<AlertId>,
    /// Brought in by the last sorting; still marked.
    brought: HashSet<AlertId>,
    /// The last known form of alerts that are kept no longer.
    gone: HashMap<AlertId, Arc<Alert>>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row of the window.
    pub offset: usize,
}

/// What a change did to the list, as far as a person could see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A row came, went, or changed what it says.
    Changed,
    /// Nothing but what waits for somebody's frame.
    Passenger,
}

/// How many rows pass the filter, and what it hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// Rows that pass.
    pub passing: usize,
    /// Rows there are without a filter.
    pub all: usize,
    /// Critical alerts that fire and do not pass.
    pub hidden_critical: usize,
}

impl List {
    /// The list of `table`, live, unfiltered.
    pub fn new(table: &Table, viewer: Actor, now: Timestamp) -> List {
        let mut list = List {
            viewer,
            sieve: Sieve::default(),
            entries: HashMap::new(),
            sorted: OrdSet::new(),
            census: Census::default(),
            passing_critical: 0,
            rechecks: BTreeSet::new(),
            last_ended: None,
            lost: BTreeSet::new(),
            last_heard: None,
            mode: Mode::Live,
        };
        list.rebuild(table, now);
        list
    }

    /// The filter.
    pub fn sieve(&self) -> &Sieve {
        &self.sieve
    }

    /// The header's counts.
    pub fn census(&self) -> Census {
        self.census
    }

    /// The sorted order as it is now; cheap.
    pub fn sorted(&self) -> OrdSet<Place> {
        self.sorted.clone()
    }

    /// What the present filter lets through.
    pub fn filtered(&self) -> Filtered {
        Filtered {
            passing: self.sorted.len(),
            all: self.entries.len(),
            hidden_critical: self.census.critical.saturating_sub(self.passing_critical),
        }
    }

    /// What `sieve` would let through.
    pub fn would_pass(&self, sieve: &Sieve, table: &Table, now: Timestamp) -> Filtered {
        let mut filtered = Filtered { passing: 0, all: self.entries.len(), hidden_critical: 0 };
        for (id, entry) in &self.entries {
            let alert = table.alert(*id);
            let passes = alert.is_some_and(|alert| sieve.shows(alert, table, &self.viewer, now));
            match (passes, entry.place.rank) {
                (true, _) => filtered.passing += 1,
                (false, Rank::CriticalFiring) => filtered.hidden_critical += 1,
                (false, _) => {}
            }
        }
        filtered
    }

    /// The alert that ended last, where one has.
    pub fn last_ended(&self) -> Option<AlertId> {
        self.last_ended.map(|(_, id)| id)
    }

    /// What ended within the hour before `now` because nothing more was heard of it, newest first.
    pub fn lost<'a>(&'a self, table: &'a Table, now: Timestamp) -> Vec<&'a Arc<Alert>> {
        let lately = self.lost.iter().rev().take_while(|(at, _)| after(*at, NAMED_LOST) > now);
        lately
            .filter_map(|(at, id)| {
                let alert = table.alert(*id)?;
                // It may have come back since.
                (lost_at(alert) == Some(*at)).then_some(alert)
            })
            .collect()
    }

    /// When anything was last heard from a sender.
    pub fn last_heard(&self) -> Option<Timestamp> {
        self.last_heard
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.mode {
            Mode::Live => self.sorted.len(),
            Mode::Still(still) => still.rows.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids of at most `height` rows, from the first one in the window on.
    pub fn window(&self, height: usize) -> Vec<AlertId> {
        match &self.mode {
            Mode::Live => self.sorted.iter().take(height).map(|place| place.id).collect(),
            Mode::Still(still) => {
                still.rows.iter().skip(still.offset).take(height).copied().collect()
            }
        }
    }

    /// The alert under the cursor: the first one of a live list.
    pub fn under_cursor(&self) -> Option<AlertId> {
        match &self.mode {
            Mode::Live => self.sorted.get_min().map(|place| place.id),
            Mode::Still(still) => still.selected(),
        }
    }

    /// The first row, wherever the window is.
    pub fn first(&self) -> Option<AlertId> {
        match &self.mode {
            Mode::Live => self.sorted.get_min().map(|place| place.id),
            Mode::Still(still) => still.rows.first().copied(),
        }
    }

    /// The standing list, if it stands.
    pub fn still(&self) -> Option<&Still> {
        match &self.mode {
            Mode::Live => None,
            Mode::Still(still) => Some(still),
        }
    }

    /// The standing list, to move its cursor.
    pub fn still_mut(&mut self) -> Option<&mut Still> {
        match &mut self.mode {
            Mode::Live => None,
            Mode::Still(still) => Some(still),
        }
    }

    /// How many alerts are new since the list stood still, and how many of them are critical.
    pub fn fresh(&self) -> (usize, usize) {
        let Some(still) = self.still() else { return (0, 0) };
        let critical = still.fresh.iter().filter(|id| {
            self.entries.get(*id).is_some_and(|entry| entry.place.rank == Rank::CriticalFiring)
        });
        (still.fresh.len(), critical.count())
    }

    /// Stops the rows in the order of the last frame, `drawn`. What came since is added at the end.
    pub fn stand_still(&mut self, drawn: &OrdSet<Place>) {
        if matches!(self.mode, Mode::Still(_)) {
            return;
        }
        let mut still = Still::of(drawn.iter().map(|place| place.id));
        // Ordinarily nothing differs, which a persistent set tells at once.
        if self.sorted != *drawn {
            for place in &self.sorted {
                still.add(place.id);
            }
        }
        self.mode = Mode::Still(Box::new(still));
    }

    /// Rows move again, and the cursor goes to the first one.
    pub fn go_live(&mut self) {
        self.mode = Mode::Live;
    }

    /// Sorts a standing list again. The selection stays on its alert; where that has ended, it goes
    /// to the next one of the old order that is still open, else to the one before.
    pub fn sort_again(&mut self) {
        let Mode::Still(old) = &mut self.mode else { return };
        let selected = old.selected();
        let open = |id: &AlertId| {
            self.entries.get(id).is_some_and(|entry| entry.passes && entry.class != Class::Ended)
        };
        let keep = selected.filter(open).or_else(|| {
            let after = old.rows.iter().skip(old.cursor);
            let before = old.rows.iter().take(old.cursor).rev();
            after.chain(before).copied().find(open)
        });
        let mut still = Still::of(self.sorted.iter().map(|place| place.id));
        still.brought = std::mem::take(&mut old.fresh);
        still.offset = old.offset;
        still.cursor = keep
            .or(selected)
            .and_then(|id| still.rows.iter().position(|row| *row == id))
            .unwrap_or_default();
        self.mode = Mode::Still(Box::new(still));
    }

    /// Another filter: sorts again; the selection stays where its alert still passes, else it is
    /// the first row.
    pub fn filter(&mut self, sieve: Sieve, table: &Table, now: Timestamp) {
        self.sieve = sieve;
        let selected = self.still().and_then(Still::selected);
        self.rebuild(table, now);
        if let Mode::Still(old) = &self.mode {
            let mut still = Still::of(self.sorted.iter().map(|place| place.id));
            still.brought = old.brought.union(&old.fresh).copied().collect();
            still.offset = old.offset;
            still.cursor = selected
                .and_then(|id| still.rows.iter().position(|row| *row == id))
                .unwrap_or_default();
            self.mode = Mode::Still(Box::new(still));
        }
    }

    /// Puts an earlier filter back under a list as it stood then.
    pub fn refilter(&mut self, sieve: Sieve, table: &Table, now: Timestamp) {
        self.sieve = sieve;
        self.rebuild(table, now);
    }

    /// Reads everything anew: after a new filter, or when changes were missed. A standing list keeps
    /// its rows and gets what it does not have.
    pub fn rebuild(&mut self, table: &Table, now: Timestamp) {
        self.entries.clear();
        self.rechecks.clear();
        self.sorted = OrdSet::new();
        self.census = Census::default();
        self.passing_critical = 0;
        for alert in table.alerts() {
            self.enter(alert, table, now);
        }
        if let Mode::Still(still) = &mut self.mode {
            for place in &self.sorted {
                still.add(place.id);
            }
        }
    }

    /// Takes one change of an alert: `old` is how it stood, `new` how it stands in `table`.
    pub fn take(
        &mut self,
        old: Option<&Arc<Alert>>,
        new: Option<&Arc<Alert>>,
        table: &Table,
        now: Timestamp,
    ) -> Seen {
        let Some(id) = new.or(old).map(|alert| alert.id) else { return Seen::Passenger };
        let before = self.leave(id);
        let after = new.and_then(|alert| self.enter(alert, table, now));
        if let Mode::Still(still) = &mut self.mode {
            match (old, new) {
                (Some(old), None) => still.lose(old),
                (_, Some(new)) if after.is_some_and(|entry| entry.passes) => {
                    still.renew(old.map(AsRef::as_ref), new);
                }
                (_, Some(_) | None) => {}
            }
        }
        let shown = |entry: Option<Entry>| entry.map(|entry| (entry.place, entry.class));
        if shown(before) != shown(after) || reads_differently(old, new) {
            Seen::Changed
        } else {
            Seen::Passenger
        }
    }

    /// Moves what time alone moves; says whether anything moved.
    pub fn pass_time(&mut self, table: &Table, now: Timestamp) -> Seen {
        let mut seen = Seen::Passenger;
        while let Some((at, id)) = self.rechecks.first().copied() {
            if at > now {
                break;
            }
            self.leave(id);
            if let Some(alert) = table.alert(id) {
                self.enter(alert, table, now);
            }
            self.rechecks.remove(&(at, id));
            seen = Seen::Changed;
        }
        seen
    }

    /// When time alone moves something next.
    pub fn next_recheck(&self) -> Option<Timestamp> {
        self.rechecks.first().map(|(at, _)| *at)
    }

    fn leave(&mut self, id: AlertId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.census.remove(entry.class);
        if entry.passes {
            self.sorted.remove(&entry.place);
            self.passing_critical -= usize::from(entry.place.rank == Rank::CriticalFiring);
        }
        if let Some(at) = entry.recheck {
            self.rechecks.remove(&(at, id));
        }
        Some(entry)
    }

    /// Remembers what nothing more was heard of, for as long as it is named.
    fn note_lost(&mut self, alert: &Alert, now: Timestamp) {
        while self.lost.first().is_some_and(|(at, _)| after(*at, NAMED_LOST) <= now) {
            self.lost.pop_first();
        }
        let at = lost_at(alert).filter(|at| after(*at, NAMED_LOST) > now);
        self.lost.extend(at.map(|at| (at, alert.id)));
    }

    fn enter(&mut self, alert: &Alert, table: &Table, now: Timestamp) -> Option<Entry> {
        self.last_heard = self.last_heard.max(Some(alert.seen.last));
        let ended = alert.standing.resolution().map(|resolution| (resolution.at, alert.id));
        self.last_ended = self.last_ended.max(ended);
        self.note_lost(alert, now);
        let passes = self.sieve.shows(alert, table, &self.viewer, now);
        if !(passes || alert.is_open() || alert.ended_within(Filter::ENDED_SHOWN, now)) {
            return None;
        }
        let entry = Entry {
            place: Place::of(alert, now),
            class: Class::of(alert, self.viewer.person().map(|person| person.id)),
            passes,
            recheck: next_change(alert, now),
        };
        self.census.add(entry.class);
        if entry.passes {
            self.sorted.insert(entry.place);
            self.passing_critical += usize::from(entry.place.rank == Rank::CriticalFiring);
        }
        if let Some(at) = entry.recheck {
            self.rechecks.insert((at, alert.id));
        }
        self.entries.insert(alert.id, entry);
        Some(entry)
    }
}

impl Still {
    fn of(rows: impl Iterator<Item = AlertId>) -> Still {
        let rows: Vec<AlertId> = rows.collect();
        let within = rows.iter().copied().collect();
        Still { rows, within, ..Still::default() }
    }

    /// The rows, in their order.
    pub fn rows(&self) -> &[AlertId] {
        &self.rows
    }

    /// The alert under the cursor.
    pub fn selected(&self) -> Option<AlertId> {
        self.rows.get(self.cursor).copied()
    }

    /// Whether a row carries the mark of what is new.
    pub fn is_marked(&self, id: AlertId) -> bool {
        self.fresh.contains(&id) || self.brought.contains(&id)
    }

    /// The last known form of an alert of the list that is kept no longer.
    pub fn gone(&self, id: AlertId) -> Option<&Arc<Alert>> {
        self.gone.get(&id)
    }

    fn add(&mut self, id: AlertId) {
        if self.within.insert(id) {
            self.rows.push(id);
            self.fresh.insert(id);
        }
    }

    fn lose(&mut self, alert: &Arc<Alert>) {
        if self.within.contains(&alert.id) {
            self.gone.insert(alert.id, Arc::clone(alert));
        }
    }

    /// A new alert is added at the end; one of the list that needs somebody again is marked there.
    fn renew(&mut self, old: Option<&Alert>, new: &Alert) {
        if !self.within.contains(&new.id) {
            if new.is_open() {
                self.add(new.id);
            }
            return;
        }
        let again = old.is_some_and(|old| old.standing.needed < new.standing.needed);
        if again && matches!(new.standing.state, State::Firing) {
            self.fresh.insert(new.id);
        }
    }
}

/// When an alert ended, if it did because nothing more was heard of it.
fn lost_at(alert: &Alert) -> Option<Timestamp> {
    let resolution = alert.standing.resolution();
    resolution.filter(|it| it.how == Ending::TimeOut).map(|it| it.at)
}

/// How far off a clock is, as it is shown: it moves a little with every report.
fn in_minutes(off: SignedDuration) -> i64 {
    off.as_mins()
}

/// Whether a row or the detail of an alert says something else now: everything but how often and
/// when last it was heard of.
fn reads_differently(old: Option<&Arc<Alert>>, new: Option<&Arc<Alert>>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return old.is_some() != new.is_some() };
    old.title != new.title
        || old.severity != new.severity
        || old.service != new.service
        || !says_the_same(&old.standing, &new.standing)
        || old.suppressions != new.suppressions
        || old.marks.flapping != new.marks.flapping
        || old.marks.stale != new.marks.stale
        || old.marks.clock.map(in_minutes) != new.marks.clock.map(in_minutes)
        || old.notes.len() != new.notes.len()
        || old.annotations != new.annotations
        || old.labels != new.labels
}
