//! The list: which alerts are in it, in which order, and whether it is live or stands still.
//! It is kept up to date change by change; nothing here walks all alerts but what begins it, and a
//! new filter, which goes about it in small steps.

use std::sync::Arc;

use super::place::{Census, Place, says_the_same};
use super::ranked::Ranked;
use super::sieve::Sieve;
use super::sorted::{Entry, Rows, Sorted};
pub use super::still::Still;
use crate::domain::actor::Actor;
use crate::domain::alert::{Alert, Ending};
use crate::domain::id::AlertId;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after, before};

/// How long what ended in silence is named on a calm screen.
const NAMED_LOST: SignedDuration = SignedDuration::from_hours(1);
/// How many alerts a new filter looks at in one step: a key waits for no more than one.
const STEP: usize = 500;

/// The list and its counts.
#[derive(Clone, Debug)]
pub struct List {
    viewer: Actor,
    /// What stands in the list without a filter.
    all: Sorted,
    /// What the filter lets through, if there is one.
    filter: Option<Sorted>,
    /// What the filter before let through, as long as a person may go back to it.
    former: Option<Sorted>,
    /// What a filter lets through that is not shown yet.
    sifting: Option<Sifting>,
    /// The alert that ended last.
    last_ended: Option<(Timestamp, AlertId)>,
    /// What ended lately because nothing more was heard of it.
    lost: Ranked<(Timestamp, AlertId)>,
    /// When anything was last heard from a sender.
    last_heard: Option<Timestamp>,
    /// Live, or standing still.
    pub mode: Mode,
}

/// A filter on its way through all alerts, in the order of their ids.
#[derive(Clone, Debug)]
struct Sifting {
    sorted: Sorted,
    at: At,
}

impl Sifting {
    /// What it lets through, if it has come to this alert.
    fn upto(&mut self, id: AlertId) -> Option<&mut Sorted> {
        let looked = match self.at {
            At::Begin => false,
            At::Alert(last) => id <= last,
            At::End => true,
        };
        looked.then_some(&mut self.sorted)
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Begin,
    /// Up to and with this one; what changes there is looked at again.
    Alert(AlertId),
    End,
}

/// Whether rows move.
#[derive(Clone, Debug)]
pub enum Mode {
    /// Sorted, the first row being the target.
    Live,
    /// No row moves or leaves.
    Still(Box<Still>),
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
            all: Sorted::default(),
            filter: None,
            former: None,
            sifting: None,
            last_ended: None,
            lost: Ranked::default(),
            last_heard: None,
            mode: Mode::Live,
        };
        list.rebuild(table, now);
        list
    }

    fn shown(&self) -> &Sorted {
        self.filter.as_ref().unwrap_or(&self.all)
    }

    /// The filter.
    pub fn sieve(&self) -> &Sieve {
        &self.shown().sieve
    }

    /// The header's counts.
    pub fn census(&self) -> Census {
        self.all.census
    }

    /// The sorted order as it is now.
    pub fn sorted(&self) -> &Ranked<Place> {
        self.shown().rows.places()
    }

    /// What stands where as of now, to be kept; cheap.
    pub fn rows(&self) -> Rows {
        self.shown().rows.clone()
    }

    /// What would stand where without a filter; cheap.
    pub fn unfiltered(&self) -> Rows {
        self.all.rows.clone()
    }

    /// What the present filter lets through.
    pub fn filtered(&self) -> Filtered {
        self.filtered_by(self.shown())
    }

    /// The alert that ended last, where one has.
    pub fn last_ended(&self) -> Option<AlertId> {
        self.last_ended.map(|(_, id)| id)
    }

    /// How many ended within the hour before `now` because nothing more was heard of them.
    pub fn lost_count(&self, now: Timestamp) -> usize {
        let older = self.lost.before(&(before(now, NAMED_LOST), AlertId::LAST));
        self.lost.len() - older
    }

    /// Those, newest first.
    pub fn lost<'a>(
        &'a self,
        table: &'a Table,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Arc<Alert>> {
        let from = self.lost.len() - self.lost_count(now);
        let numbers = (from..self.lost.len()).rev();
        numbers.filter_map(|number| table.alert(self.lost.get(number)?.1))
    }

    /// When anything was last heard from a sender.
    pub fn last_heard(&self) -> Option<Timestamp> {
        self.last_heard
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &self.mode {
            Mode::Live => self.sorted().len(),
            Mode::Still(still) => still.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ids of at most `height` rows, from the first one in the window on.
    pub fn window(&self, height: usize) -> Vec<AlertId> {
        match &self.mode {
            Mode::Live => self.sorted().from(0).take(height).map(|place| place.id).collect(),
            Mode::Still(still) => still.from(still.offset).take(height).collect(),
        }
    }

    /// The alert under the cursor: the first one of a live list.
    pub fn under_cursor(&self) -> Option<AlertId> {
        match &self.mode {
            Mode::Live => self.first(),
            Mode::Still(still) => still.selected(),
        }
    }

    /// The first row, wherever the window is.
    pub fn first(&self) -> Option<AlertId> {
        match &self.mode {
            Mode::Live => self.sorted().get(0).map(|place| place.id),
            Mode::Still(still) => still.at(0),
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
        self.still().map_or((0, 0), |still| (still.fresh().len(), still.fresh_critical))
    }

    /// Stops the rows as the last frame had them, `drawn`; `base` is what stood there without a
    /// filter. What came since is added at the end.
    pub fn stand_still(&mut self, drawn: Rows, base: Rows) {
        if matches!(self.mode, Mode::Still(_)) {
            return;
        }
        self.mode = Mode::Still(Box::new(Still::of(drawn, base)));
        self.add_missing();
    }

    /// Rows move again, and the cursor goes to the first one.
    pub fn go_live(&mut self) {
        self.mode = Mode::Live;
    }

    /// Sorts a standing list again. The selection stays on its alert; where that has ended, it goes
    /// to the next one of the old order that is still open, else to the one before.
    pub fn sort_again(&mut self) {
        let Mode::Still(old) = &self.mode else { return };
        let rows = &self.shown().rows;
        let selected = old.selected();
        let stands = |id: &AlertId| rows.entry(*id).is_some_and(Entry::is_open);
        let neighbour = || {
            let before = (0..old.cursor).rev().filter_map(|row| old.at(row));
            old.from(old.cursor).chain(before).find(stands)
        };
        // Where nothing is open there is no neighbour to look for.
        let open = self.shown().census.open() > 0;
        let keep = selected.filter(stands).or_else(|| open.then(neighbour).flatten());
        let mut still = old.sorted_again(rows.clone(), self.all.rows.clone());
        still.cursor = keep.or(selected).and_then(|id| rows.row(id)).unwrap_or_default();
        self.mode = Mode::Still(Box::new(still));
    }

    /// Begins to look for what `sieve` lets through, unless that is being looked for.
    pub fn sift(&mut self, sieve: Sieve, table: &Table, now: Timestamp) {
        if self.coming().is_none_or(|coming| !coming.says_the_same(&sieve)) {
            self.begin(sieve);
            self.sift_on(table, now);
        }
    }

    fn begin(&mut self, sieve: Sieve) {
        self.sifting = Some(match self.known(&sieve).cloned() {
            Some(sorted) => Sifting { sorted, at: At::End },
            None => Sifting { sorted: Sorted::under(sieve), at: At::Begin },
        });
    }

    fn known(&self, sieve: &Sieve) -> Option<&Sorted> {
        let known = [Some(&self.all), self.filter.as_ref(), self.former.as_ref()];
        known.into_iter().flatten().find(|sorted| sorted.sieve.says_the_same(sieve))
    }

    /// Looks at some more alerts; says whether that were the last ones.
    pub fn sift_on(&mut self, table: &Table, now: Timestamp) -> bool {
        self.look_at(STEP, table, now)
    }

    fn look_at(&mut self, most: usize, table: &Table, now: Timestamp) -> bool {
        let Some(sifting) = self.sifting.as_mut().filter(|sifting| sifting.at != At::End) else {
            return false;
        };
        let first = match sifting.at {
            At::Begin | At::End => AlertId::FIRST,
            At::Alert(id) => id,
        };
        let mut alerts = table.alerts_between(first, AlertId::LAST).peekable();
        alerts.next_if(|alert| At::Alert(alert.id) == sifting.at);
        for alert in alerts.by_ref().take(most) {
            sifting.sorted.enter(alert, table, &self.viewer, now);
            sifting.at = At::Alert(alert.id);
        }
        let ended = alerts.peek().is_none();
        if ended {
            sifting.at = At::End;
        }
        ended
    }

    /// Whether a filter is on its way through the alerts.
    pub fn is_sifting(&self) -> bool {
        self.sifting.as_ref().is_some_and(|sifting| sifting.at != At::End)
    }

    /// Whether a filter has looked at all alerts and is not shown yet.
    pub fn is_sifted(&self) -> bool {
        self.sifting.as_ref().is_some_and(|sifting| sifting.at == At::End)
    }

    /// The filter that is shown next, once it has looked at all alerts.
    pub fn coming(&self) -> Option<&Sieve> {
        self.sifting.as_ref().map(|sifting| &sifting.sorted.sieve)
    }

    /// What that lets through, once it is known; if there is none, what the present one does.
    pub fn tried(&self) -> Option<Filtered> {
        match &self.sifting {
            None => Some(self.filtered()),
            Some(sifting) => (sifting.at == At::End).then(|| self.filtered_by(&sifting.sorted)),
        }
    }

    /// Shows what was sifted: sorts again; the selection stays where its alert still passes, else it
    /// is the first row.
    pub fn adopt(&mut self) {
        let Some(sifting) = self.sifting.take_if(|sifting| sifting.at == At::End) else { return };
        self.filter = Some(sifting.sorted).filter(|sorted| !sorted.sieve.is_empty());
        if let Mode::Still(old) = &self.mode {
            let rows = &self.shown().rows;
            let mut still = old.sifted(rows.clone());
            still.cursor = old.selected().and_then(|id| rows.row(id)).unwrap_or_default();
            self.mode = Mode::Still(Box::new(still));
            self.count_fresh();
        }
    }

    /// Keeps what the filter lets through, so that one can go back to it at once.
    pub fn keep(&mut self) {
        self.former.clone_from(&self.filter);
    }

    /// Nobody goes back any more.
    pub fn keep_less(&mut self) {
        self.former = None;
    }

    /// Puts an earlier filter back under a list as it stood then.
    pub fn go_back(&mut self, sieve: &Sieve, mode: Mode, table: &Table, now: Timestamp) {
        self.sifting = None;
        self.mode = mode;
        let anew = || Sorted::of(sieve.clone(), table, &self.viewer, now);
        let known = || self.known(sieve).cloned().unwrap_or_else(anew);
        self.filter = (!sieve.is_empty()).then(known);
        self.add_missing();
    }

    /// Reads everything anew. A standing list keeps its rows and gets what it does not have.
    pub fn rebuild(&mut self, table: &Table, now: Timestamp) {
        let anew = |sieve: &Sieve| Sorted::of(sieve.clone(), table, &self.viewer, now);
        self.all = anew(&Sieve::default());
        self.filter = self.filter.as_ref().map(|sorted| anew(&sorted.sieve));
        self.former = self.former.as_ref().map(|sorted| anew(&sorted.sieve));
        if let Some(sifting) = &mut self.sifting {
            let sieve = sifting.sorted.sieve.clone();
            *sifting = Sifting { sorted: Sorted::under(sieve), at: At::Begin };
        }
        let mut lost = Vec::new();
        for alert in table.alerts() {
            self.hear(alert);
            let at = lost_at(alert).filter(|at| after(*at, NAMED_LOST) > now);
            lost.extend(at.map(|at| (at, alert.id)));
        }
        self.lost = Ranked::of(lost);
        self.add_missing();
    }

    /// Takes what is different in `table`, when the single changes from `old` were missed. A
    /// standing list keeps its rows and gets what it does not have.
    pub fn catch_up(&mut self, old: &Table, table: &Table, now: Timestamp) {
        for (old, new) in old.changed_alerts(table) {
            self.replace(old, new, table, now);
            if let (Mode::Still(still), Some(old), None) = (&mut self.mode, old, new) {
                still.lose(old);
            }
        }
        self.add_missing();
    }

    /// Takes one change of an alert: `old` is how it stood, `new` how it stands in `table`.
    pub fn take(
        &mut self,
        old: Option<&Arc<Alert>>,
        new: Option<&Arc<Alert>>,
        table: &Table,
        now: Timestamp,
    ) -> Seen {
        let moved = self.replace(old, new, table, now);
        let shown = &self.filter.as_ref().unwrap_or(&self.all).rows;
        if let Mode::Still(still) = &mut self.mode {
            match (old, new) {
                (Some(old), None) => still.lose(old),
                (_, Some(new)) if shown.has(new.id) => {
                    let is_new = still.renew(old.map(AsRef::as_ref), new, &self.viewer);
                    let critical = shown.entry(new.id).is_some_and(Entry::is_critical);
                    still.fresh_critical += usize::from(is_new && critical);
                }
                (_, Some(new)) if self.all.rows.has(new.id) => {
                    still.renew_hidden(old.map(AsRef::as_ref), new, &self.viewer);
                }
                (_, Some(_) | None) => {}
            }
        }
        if moved || reads_differently(old, new) { Seen::Changed } else { Seen::Passenger }
    }

    /// Moves what time alone moves; says whether anything moved.
    pub fn pass_time(&mut self, table: &Table, now: Timestamp) -> Seen {
        let List { viewer, all, filter, former, sifting, .. } = self;
        let pass = |sorted: &mut Sorted| {
            let mut seen = Seen::Passenger;
            while let Some((_, id)) = sorted.next_recheck().filter(|(at, _)| *at <= now) {
                sorted.leave(id);
                if let Some(alert) = table.alert(id) {
                    sorted.enter(alert, table, viewer, now);
                }
                seen = Seen::Changed;
            }
            seen
        };
        let sifting = sifting.iter_mut().map(|sifting| &mut sifting.sorted);
        for unseen in former.iter_mut().chain(sifting) {
            pass(unseen);
        }
        let filtered = filter.as_mut().map_or(Seen::Passenger, pass);
        match pass(all) {
            Seen::Changed => Seen::Changed,
            Seen::Passenger => filtered,
        }
    }

    /// When time alone moves something next.
    pub fn next_recheck(&self) -> Option<Timestamp> {
        let known = [Some(&self.all), self.filter.as_ref()];
        known.into_iter().flatten().filter_map(Sorted::next_recheck).map(|(at, _)| at).min()
    }

    /// Puts `new` in the place of `old`, under every filter; says whether it stands elsewhere now,
    /// or counts as something else.
    fn replace(
        &mut self,
        old: Option<&Arc<Alert>>,
        new: Option<&Arc<Alert>>,
        table: &Table,
        now: Timestamp,
    ) -> bool {
        let Some(id) = new.or(old).map(|alert| alert.id) else { return false };
        if let Some(at) = old.and_then(|alert| lost_at(alert)) {
            self.lost.remove(&(at, id));
        }
        if let Some(alert) = new {
            self.hear(alert);
            self.lose(alert, now);
        }
        let List { viewer, all, filter, former, sifting, mode, .. } = self;
        let put = |sorted: &mut Sorted| {
            let before = sorted.leave(id);
            [before, new.and_then(|alert| sorted.enter(alert, table, viewer, now))]
        };
        let sifting = sifting.iter_mut().filter_map(|sifting| sifting.upto(id));
        for unseen in former.iter_mut().chain(sifting) {
            put(unseen);
        }
        let [before, after] = put(all);
        let [filtered_before, filtered_after] = filter.as_mut().map_or([None, None], put);
        if let Mode::Still(still) = mode
            && still.fresh().contains(&id)
        {
            let critical =
                |entry: Option<Entry>| usize::from(entry.is_some_and(|it| it.is_critical()));
            still.fresh_critical = still.fresh_critical - critical(before) + critical(after);
        }
        before != after || filtered_before != filtered_after
    }

    /// A standing list gets what passes and is not in it, and counts anew what is new.
    fn add_missing(&mut self) {
        let Mode::Still(still) = &mut self.mode else { return };
        let shown = &self.filter.as_ref().unwrap_or(&self.all).rows;
        for id in still.begun().come_since(shown) {
            still.add(id);
        }
        still.hide_missing(&self.all.rows);
        self.count_fresh();
    }

    fn count_fresh(&mut self) {
        let Mode::Still(still) = &mut self.mode else { return };
        let is_critical = |id: &&AlertId| self.all.rows.entry(**id).is_some_and(Entry::is_critical);
        still.fresh_critical = still.fresh().iter().filter(is_critical).count();
    }

    fn filtered_by(&self, sorted: &Sorted) -> Filtered {
        Filtered {
            passing: sorted.rows.places().len(),
            all: self.all.rows.places().len() + sorted.asked_for,
            hidden_critical: self.all.census.critical.saturating_sub(sorted.census.critical),
        }
    }

    fn hear(&mut self, alert: &Alert) {
        self.last_heard = self.last_heard.max(Some(alert.seen.last));
        let ended = alert.standing.resolution().map(|resolution| (resolution.at, alert.id));
        self.last_ended = self.last_ended.max(ended);
    }

    /// Remembers what nothing more was heard of, for as long as it is named.
    fn lose(&mut self, alert: &Alert, now: Timestamp) {
        while let Some(first) = self.lost.get(0).filter(|(at, _)| after(*at, NAMED_LOST) <= now) {
            self.lost.remove(&first);
        }
        if let Some(at) = lost_at(alert).filter(|at| after(*at, NAMED_LOST) > now) {
            self.lost.insert((at, alert.id));
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

#[cfg(test)]
mod tests;
