//! The list beside one that is made anew and walked whole after every step.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::console::model::place::Rank;
use crate::console::stage::alert;
use crate::domain::alert::State;
use crate::domain::change::Change;
use crate::domain::command::{AlertCommand, Command};
use crate::domain::entity::{Entity, Key};
use crate::domain::report::{Report, Road, Subject};
use crate::domain::samples::{Desk, account, identity};

/// What happens to the list.
#[derive(Clone, Debug)]
enum Step {
    Happens(Happening),
    /// These happen and the list hears of none of them.
    Missed(Vec<Happening>),
    Frame,
    StandStill,
    MoveTo(usize),
    ShowNew,
    Live,
    /// A filter is applied while these happen.
    Filter(usize, Vec<Happening>),
    /// A filter is tried and given up while these happen.
    Try(usize, Vec<Happening>),
}

/// What happens to alerts.
#[derive(Clone, Debug)]
enum Happening {
    Fires(usize),
    Ends(usize),
    Acts(usize, usize),
    Minutes(i64),
}

const FILTERS: [&str; 6] =
    ["", "state=firing", "state=resolved", "severity=warning", "n1", "state!=ack !n2"];

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0usize..24).prop_map(Happening::Fires),
        2 => (0usize..24).prop_map(Happening::Ends),
        2 => (0usize..24, 0usize..4).prop_map(|(name, act)| Happening::Acts(name, act)),
        1 => (1i64..150).prop_map(Happening::Minutes),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let some = || prop::collection::vec(happening(), 0..6);
    prop_oneof![
        12 => happening().prop_map(Step::Happens),
        1 => some().prop_map(Step::Missed),
        4 => Just(Step::Frame),
        3 => Just(Step::StandStill),
        3 => (0usize..30).prop_map(Step::MoveTo),
        2 => Just(Step::ShowNew),
        1 => Just(Step::Live),
        2 => (0..FILTERS.len(), some()).prop_map(|(filter, some)| Step::Filter(filter, some)),
        1 => (0..FILTERS.len(), some()).prop_map(|(filter, some)| Step::Try(filter, some)),
    ]
}

/// A standing list as it is told in a sentence.
#[derive(Clone, Debug, Default)]
struct Standing {
    rows: Vec<AlertId>,
    fresh: BTreeSet<AlertId>,
    brought: BTreeSet<AlertId>,
    hidden: BTreeSet<AlertId>,
    base: BTreeSet<AlertId>,
    cursor: usize,
}

impl Standing {
    fn add(&mut self, id: AlertId) {
        if !self.rows.contains(&id) {
            self.rows.push(id);
            if !self.base.contains(&id) || self.hidden.contains(&id) {
                self.freshen(id);
            }
        }
    }

    fn freshen(&mut self, id: AlertId) {
        self.hidden.remove(&id);
        self.fresh.insert(id);
    }

    /// What passes, and what there is without a filter.
    fn add_missing(&mut self, sorted: Vec<AlertId>, all: Vec<AlertId>) {
        for id in sorted {
            self.add(id);
        }
        for id in all {
            if !self.base.contains(&id) && !self.rows.contains(&id) {
                self.hidden.insert(id);
            }
        }
    }
}

/// The list that is walked whole.
struct Naive {
    desk: Desk,
    viewer: Actor,
    sieve: Sieve,
    still: Option<Standing>,
    /// The order of the last frame.
    drawn: Vec<AlertId>,
    /// What it would have had without a filter.
    unfiltered: Vec<AlertId>,
}

/// Both lists.
struct Both {
    naive: Naive,
    list: List,
    drawn: Rows,
    unfiltered: Rows,
}

impl Naive {
    fn passing(&self) -> Vec<Place> {
        self.through(&self.sieve)
    }

    fn unfiltered(&self) -> Vec<AlertId> {
        self.through(&Sieve::default()).iter().map(|place| place.id).collect()
    }

    fn through(&self, sieve: &Sieve) -> Vec<Place> {
        let Desk { table, now, .. } = &self.desk;
        let shown = table.alerts().filter(|one| sieve.shows(one, table, &self.viewer, *now));
        let mut places: Vec<Place> = shown.map(|alert| Place::of(alert, *now)).collect();
        places.sort_unstable();
        places
    }

    fn sorted(&self) -> Vec<AlertId> {
        self.passing().iter().map(|place| place.id).collect()
    }

    fn filtered(&self) -> Filtered {
        let Desk { table, now, .. } = &self.desk;
        let passing = self.passing();
        let known = |alert: &&Arc<Alert>| {
            let plain = Sieve::default().shows(alert, table, &self.viewer, *now);
            plain || passing.iter().any(|place| place.id == alert.id)
        };
        let hidden = table
            .alerts()
            .map(|alert| Place::of(alert, *now))
            .filter(|place| place.rank == Rank::CriticalFiring && !passing.contains(place));
        Filtered {
            passing: passing.len(),
            all: table.alerts().filter(known).count(),
            hidden_critical: hidden.count(),
        }
    }

    fn fresh(&self) -> (usize, usize) {
        let Some(still) = &self.still else { return (0, 0) };
        let Desk { table, now, .. } = &self.desk;
        let critical = still.fresh.iter().filter_map(|id| table.alert(*id));
        let critical = critical.filter(|it| Place::of(it, *now).rank == Rank::CriticalFiring);
        (still.fresh.len(), critical.count())
    }

    /// One change has come to the table.
    fn renew(&mut self, old: Option<&Arc<Alert>>, new: &Arc<Alert>) {
        let passes = self.passing().iter().any(|place| place.id == new.id);
        let stands = self.unfiltered().contains(&new.id);
        let Some(still) = &mut self.still else { return };
        let again = old.is_some_and(|old| old.standing.needed < new.standing.needed)
            && matches!(new.standing.state, State::Firing);
        match (passes, still.rows.contains(&new.id)) {
            (true, false) if new.is_open() => {
                still.rows.push(new.id);
                still.freshen(new.id);
            }
            (true, true) if again => still.freshen(new.id),
            (false, false) if stands && (again || old.is_none() && new.is_open()) => {
                still.hidden.insert(new.id);
            }
            _ => {}
        }
    }

    fn stand_still(&mut self) {
        if self.still.is_none() {
            let base = self.unfiltered.iter().copied().collect();
            self.still = Some(Standing { rows: self.drawn.clone(), base, ..Standing::default() });
            self.add_missing();
        }
    }

    fn add_missing(&mut self) {
        let (sorted, all) = (self.sorted(), self.unfiltered());
        if let Some(still) = &mut self.still {
            still.add_missing(sorted, all);
        }
    }

    fn show_new(&mut self) {
        let sorted = self.sorted();
        let Some(old) = self.still.take() else { return };
        let open = |id: &&AlertId| {
            sorted.contains(id) && self.desk.table.alert(**id).is_some_and(|alert| alert.is_open())
        };
        let selected = old.rows.get(old.cursor);
        let after = old.rows.iter().skip(old.cursor);
        let before = old.rows.iter().take(old.cursor).rev();
        let keep = selected.filter(open).or_else(|| after.chain(before).find(open)).or(selected);
        let cursor = keep.and_then(|id| sorted.iter().position(|row| row == id));
        let cursor = cursor.unwrap_or_default();
        let base = self.unfiltered().into_iter().collect();
        let (fresh, brought, hidden) = (BTreeSet::new(), old.fresh, old.hidden);
        self.still = Some(Standing { rows: sorted, fresh, brought, hidden, base, cursor });
    }

    fn filter(&mut self, sieve: Sieve) {
        self.sieve = sieve;
        let sorted = self.sorted();
        let Some(old) = self.still.take() else { return };
        let selected = old.rows.get(old.cursor);
        let cursor = selected.and_then(|id| sorted.iter().position(|row| row == id));
        let new = old.fresh.union(&old.hidden).copied();
        let (fresh, hidden) = new.partition(|id| sorted.contains(id));
        let cursor = cursor.unwrap_or_default();
        let Standing { brought, base, .. } = old;
        self.still = Some(Standing { rows: sorted, fresh, brought, hidden, base, cursor });
    }
}

impl Both {
    fn new() -> Both {
        let desk = Desk::new();
        let viewer = account("alice");
        let list = List::new(&desk.table, viewer.clone(), desk.now);
        let naive = Naive {
            desk,
            viewer,
            sieve: Sieve::default(),
            still: None,
            drawn: Vec::new(),
            unfiltered: Vec::new(),
        };
        Both { drawn: list.rows(), unfiltered: list.unfiltered(), naive, list }
    }

    fn order(&mut self, actor: &Actor, command: Command) -> Vec<Change> {
        self.naive.desk.order_seen(actor, None, command).map(|it| it.1).unwrap_or_default()
    }

    /// What happens, as changes; the list is told by whoever asks.
    fn changes(&mut self, happening: &Happening) -> Vec<Change> {
        let sender = Actor::Machine("prometheus".into());
        let name = |number: &usize| format!("n{number}");
        match happening {
            Happening::Fires(number) => {
                let severity = if number % 3 == 0 { "warning" } else { "critical" };
                let payload = Box::new(alert(&name(number), severity, "web"));
                let subject = Subject::Known(identity(&name(number)));
                self.order(&sender, Command::Report(vec![Report::Firing { subject, payload }]))
            }
            Happening::Ends(number) => {
                let identity = identity(&name(number));
                let report = Report::Resolved { identity, road: Road::Plain, ends_at: None };
                self.order(&sender, Command::Report(vec![report]))
            }
            Happening::Acts(number, act) => {
                let Some(one) = self.naive.desk.table.newest(&identity(&name(number))) else {
                    return Vec::new();
                };
                let command = match act {
                    0 => AlertCommand::Acknowledge,
                    1 => AlertCommand::Unacknowledge,
                    2 => AlertCommand::Resolve,
                    _ => AlertCommand::Reopen,
                };
                let ids = vec![one.id];
                self.order(&account("bob"), Command::Alerts(ids, command))
            }
            Happening::Minutes(minutes) => {
                self.naive.desk.wait(SignedDuration::from_mins(*minutes));
                let mut changes = Vec::new();
                while let Some((due, key)) = self.naive.desk.table.next_due()
                    && due <= self.naive.desk.now
                {
                    changes.extend(self.order(&Actor::Watchbell, Command::Due(key)));
                }
                changes
            }
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let before = self.naive.desk.table.clone();
        let changes = self.changes(happening);
        let Desk { table, now, .. } = &self.naive.desk;
        let (table, now) = (table.clone(), *now);
        self.list.pass_time(&before, now);
        // One that comes several times in a turn stands in between as it is told.
        let mut taken = before;
        for change in &changes {
            let Key::Alert(id) = change.key else { continue };
            let old = taken.alert(id).cloned();
            taken.put(change);
            let new = match &change.next {
                Some(Entity::Alert(alert)) => Some(alert),
                _ => None,
            };
            self.list.take(old.as_ref(), new, &table, now);
            if let Some(new) = new {
                self.naive.renew(old.as_ref(), new);
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Happens(happening) => self.happen(happening),
            Step::Missed(happenings) => {
                let before = self.naive.desk.table.clone();
                for happening in happenings {
                    self.changes(happening);
                }
                let Desk { table, now, .. } = &self.naive.desk;
                self.list.pass_time(&before, *now);
                self.list.catch_up(&before, table, *now);
                self.naive.add_missing();
            }
            Step::Frame => {
                self.drawn = self.list.rows();
                self.naive.drawn = self.naive.sorted();
                self.unfiltered = self.list.unfiltered();
                self.naive.unfiltered = self.naive.unfiltered();
            }
            Step::StandStill => {
                self.list.stand_still(self.drawn.clone(), self.unfiltered.clone());
                self.naive.stand_still();
            }
            Step::MoveTo(row) => {
                if let (Some(still), Some(naive)) = (self.list.still_mut(), &mut self.naive.still) {
                    still.cursor = (*row).min(still.len().saturating_sub(1));
                    naive.cursor = still.cursor;
                }
            }
            Step::ShowNew => {
                self.list.sort_again();
                self.naive.show_new();
            }
            Step::Live => {
                self.list.go_live();
                self.naive.still = None;
            }
            Step::Filter(filter, happenings) => {
                self.sift(*filter, happenings);
                self.list.adopt();
                self.naive.filter(Sieve::new(FILTERS[*filter]));
            }
            Step::Try(filter, happenings) => self.give_up(*filter, happenings),
        }
    }

    /// Looks at two alerts between any two things that happen, then at all others.
    fn sift(&mut self, filter: usize, happenings: &[Happening]) {
        self.list.begin(Sieve::new(FILTERS[filter]));
        for happening in happenings {
            let Desk { table, now, .. } = &self.naive.desk;
            self.list.look_at(2, table, *now);
            self.happen(happening);
        }
        let Desk { table, now, .. } = &self.naive.desk;
        while self.list.is_sifting() {
            self.list.look_at(3, table, *now);
        }
    }

    fn give_up(&mut self, filter: usize, happenings: &[Happening]) {
        let (sieve, mode) = (self.list.sieve().clone(), self.list.mode.clone());
        let still = self.naive.still.clone();
        self.list.keep();
        self.sift(filter, happenings);
        self.list.adopt();
        for happening in happenings {
            self.happen(happening);
        }
        let Desk { table, now, .. } = &self.naive.desk;
        self.list.go_back(&sieve, mode, table, *now);
        self.list.keep_less();
        self.naive.still = still;
        self.naive.add_missing();
    }

    fn agree(&self) {
        let (list, naive) = (&self.list, &self.naive);
        let sorted: Vec<AlertId> = list.sorted().from(0).map(|place| place.id).collect();
        assert_eq!(sorted, naive.sorted());
        assert_eq!(list.filtered(), naive.filtered());
        assert_eq!(list.fresh(), naive.fresh());
        assert_eq!(list.census().open(), naive.desk.table.open_alerts().count());
        let (Some(still), Some(naive)) = (list.still(), &naive.still) else {
            assert_eq!(list.still().is_some(), naive.still.is_some());
            return;
        };
        assert_eq!(still.from(0).collect::<Vec<_>>(), naive.rows);
        assert_eq!((still.len(), still.cursor), (naive.rows.len(), naive.cursor));
        assert_eq!(still.selected(), naive.rows.get(naive.cursor).copied());
        for (row, id) in naive.rows.iter().enumerate() {
            assert_eq!(still.at(row), Some(*id));
            let marked = naive.fresh.contains(id) || naive.brought.contains(id);
            assert_eq!(still.is_marked(*id), marked);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn it_says_what_a_list_says_that_is_walked_whole(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut both = Both::new();
        for step in &steps {
            both.step(step);
            both.agree();
        }
    }
}
