//! Storms: so many alerts begin at one time that one has to know which services and what came
//! first. Pure: counts what it is told began, by times it is told. Must not walk a table but to
//! begin anew.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use crate::domain::alert::Alert;
use crate::domain::id::{AlertId, ServiceId};
use crate::domain::severity::Severity;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after, before};

/// An alert that began. In order of time; of what began at the same moment the gravest is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Began {
    /// When we first heard of it.
    pub at: Timestamp,
    /// How bad it was.
    pub severity: Reverse<Severity>,
    /// Which it is.
    pub id: AlertId,
    /// What it is about.
    pub service: ServiceId,
}

impl Began {
    /// How `alert` began: by our clock, never by its sender's.
    pub fn of(alert: &Alert) -> Began {
        Began {
            at: alert.received,
            severity: Reverse(alert.severity),
            id: alert.id,
            service: alert.service,
        }
    }
}

/// The alerts of one storm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storm {
    /// The earliest of them.
    pub first: Began,
    /// How many there were of each service.
    services: BTreeMap<ServiceId, usize>,
}

impl Storm {
    /// Since when it storms: since the earliest of its alerts began.
    pub fn since(&self) -> Timestamp {
        self.first.at
    }

    /// How many alerts began in it.
    pub fn alerts(&self) -> usize {
        self.services.values().sum()
    }

    /// How many of each service, in no order.
    pub fn services(&self) -> impl ExactSizeIterator<Item = (ServiceId, usize)> {
        self.services.iter().map(|(id, count)| (*id, *count))
    }

    fn add(&mut self, began: Began) {
        self.first = self.first.min(began);
        *self.services.entry(began.service).or_default() += 1;
    }
}

/// What began lately, and the storm it makes, if it makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storms {
    /// The newest that began, oldest first. Never more than tell whether a storm begins or ends.
    recent: VecDeque<Began>,
    storm: Option<Storm>,
}

impl Storms {
    /// A storm is more than this many within [`Storms::WITHIN`].
    pub const MORE_THAN: usize = 50;
    /// It is over when there were fewer than this.
    pub const FEWER_THAN: usize = 10;
    /// The time in which they are counted.
    pub const WITHIN: SignedDuration = SignedDuration::from_secs(60);
    /// How far back a storm is looked for that may have begun before we looked.
    const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(1);

    /// The storms of `table` at `now`.
    pub fn of(table: &Table, now: Timestamp) -> Storms {
        Storms::default().again(table, now)
    }

    /// Counted anew from `table`, after something was missed. A storm that is known keeps all that
    /// began in it.
    #[must_use]
    pub fn again(&self, table: &Table, now: Timestamp) -> Storms {
        let back = before(now, Self::LOOKED_BACK);
        let from = self.storm.as_ref().map_or(back, |storm| storm.since().min(back));
        let began = table.alerts().filter(|alert| alert.received >= from);
        Storms::counted(began.map(|alert| Began::of(alert)), now)
    }

    /// What `began`, in any order, comes to at `now`.
    pub fn counted(began: impl IntoIterator<Item = Began>, now: Timestamp) -> Storms {
        let mut began: Vec<Began> = began.into_iter().collect();
        began.sort_unstable();
        let mut storms = Storms::default();
        for began in began {
            storms.begin(began);
        }
        storms.pass(now);
        storms
    }

    /// The storm, while there is one.
    pub fn storm(&self) -> Option<&Storm> {
        self.storm.as_ref()
    }

    /// An alert began, not before any that was counted.
    pub fn begin(&mut self, began: Began) {
        self.pass(began.at);
        self.recent.push_back(began);
        match &mut self.storm {
            Some(storm) => {
                storm.add(began);
                // Whether it is over hangs on the newest alone.
                if self.recent.len() > Self::FEWER_THAN {
                    self.recent.pop_front();
                }
            }
            None if self.recent.len() > Self::MORE_THAN => {
                let mut storm = Storm { first: began, services: BTreeMap::new() };
                self.recent.iter().for_each(|began| storm.add(*began));
                self.storm = Some(storm);
            }
            None => {}
        }
    }

    /// An alert that began before is about another service than `from`, as was thought.
    pub fn moved(&mut self, began: Began, from: ServiceId) {
        if let Some(known) = self.recent.iter_mut().find(|known| known.id == began.id) {
            known.service = began.service;
        }
        let of_storm = |storm: &&mut Storm| storm.since() <= began.at;
        let Some(storm) = self.storm.as_mut().filter(of_storm) else { return };
        let Some(count) = storm.services.get_mut(&from) else { return };
        *count -= 1;
        if *count == 0 {
            storm.services.remove(&from);
        }
        *storm.services.entry(began.service).or_default() += 1;
    }

    /// It is `now`, before which everything that began was counted: what is long ago counts no more.
    pub fn pass(&mut self, now: Timestamp) {
        let gone = |began: &mut Began| after(began.at, Self::WITHIN) <= now;
        while self.recent.pop_front_if(gone).is_some() {}
        self.storm.take_if(|_| self.recent.len() < Self::FEWER_THAN);
    }

    /// When the storm is over, unless more begins.
    pub fn until(&self) -> Option<Timestamp> {
        self.storm.as_ref()?;
        let last = self.recent.len().checked_sub(Self::FEWER_THAN)?;
        self.recent.get(last).map(|began| after(began.at, Self::WITHIN))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_200_000_000 + millis).unwrap()
    }

    fn service(number: u8) -> ServiceId {
        ServiceId(Uuid::from_u128(number.into()))
    }

    fn began(number: usize, millis: i64, of: u8, severity: Severity) -> Began {
        let id = AlertId(Uuid::from_u128(number.try_into().unwrap()));
        Began { at: at(millis), severity: Reverse(severity), id, service: service(of) }
    }

    /// `count` warnings of one service, the first at `from`, each `apart` after the one before.
    fn row(storms: &mut Storms, count: usize, from: i64, apart: i64) {
        let step = (from..).step_by(usize::try_from(apart).unwrap());
        for (number, millis) in step.take(count).enumerate() {
            storms.begin(began(number, millis, 1, Severity::Warning));
        }
    }

    /// Since when, how many, until when; in milliseconds.
    fn told(storms: &Storms) -> Option<(i64, usize, i64)> {
        let millis = |time: Timestamp| time.as_millisecond() - at(0).as_millisecond();
        let storm = storms.storm()?;
        Some((millis(storm.since()), storm.alerts(), millis(storms.until().unwrap())))
    }

    #[test]
    fn more_than_fifty_within_a_minute_are_a_storm_until_fewer_than_ten_were() {
        // How many, how far apart, and how long after the first: what is told then.
        let cases = [
            ("fifty are none", 50, 10, 500, None),
            ("fifty-one are", 51, 10, 500, Some((0, 51, 60_410))),
            ("in a minute and a little", 51, 1_200, 60_000, None),
            ("in just less", 51, 1_199, 59_950, Some((0, 51, 109_159))),
            ("all at once", 51, 1, 60_040, Some((0, 51, 60_041))),
            ("it is over", 51, 1, 60_041, None),
            ("ten thousand", 10_000, 20, 200_000, Some((0, 10_000, 259_800))),
        ];
        for (name, count, apart, now, expected) in cases {
            let mut storms = Storms::default();
            row(&mut storms, count, 0, apart);
            storms.pass(at(now));
            assert_eq!(told(&storms), expected, "{name}");
        }
    }

    #[test]
    fn a_storm_counts_what_led_to_it_and_the_next_one_not_what_was_before() {
        let mut storms = Storms::default();
        row(&mut storms, 40, 0, 100);
        assert_eq!(told(&storms), None);
        row(&mut storms, 30, 30_000, 100);
        assert_eq!(told(&storms), Some((0, 70, 92_000)));
        row(&mut storms, 50, 200_000, 10);
        assert_eq!(told(&storms), None);
        row(&mut storms, 1, 201_000, 1);
        assert_eq!(told(&storms), Some((200_000, 51, 260_410)));
    }

    #[test]
    fn of_what_began_first_at_one_moment_the_gravest_is_named() {
        let mut storms = Storms::default();
        row(&mut storms, 60, 0, 1);
        let first = began(100, 0, 2, Severity::Critical);
        // One post brings them all, in any order.
        let mut all = vec![first];
        all.extend((0..60).map(|number| began(number, 0, 1, Severity::Warning)));
        for rotated in [0, 30, 60] {
            let mut storms = Storms::default();
            all.rotate_left(rotated);
            for began in &all {
                storms.begin(*began);
            }
            assert_eq!(storms.storm().map(|storm| storm.first), Some(first));
        }
    }

    #[test]
    fn an_alert_that_is_about_another_service_is_counted_there() {
        let mut storms = Storms::default();
        let moved = |millis, to| began(500, millis, to, Severity::Warning);
        storms.begin(moved(0, 2));
        storms.moved(moved(0, 3), service(2));
        row(&mut storms, 50, 1, 1);
        let counts = |storms: &Storms| storms.storm().unwrap().services().collect::<Vec<_>>();
        assert_eq!(counts(&storms), [(service(1), 50), (service(3), 1)]);
        storms.moved(moved(0, 1), service(3));
        assert_eq!(counts(&storms), [(service(1), 51)]);
        storms.moved(moved(-1, 3), service(1));
        assert_eq!(counts(&storms), [(service(1), 51)], "it is none of these");
    }

    /// By the letter: everything that ever began, counted again at every step.
    #[derive(Default)]
    struct Recount {
        all: Vec<Began>,
        storm: Option<Vec<Began>>,
    }

    impl Recount {
        fn within(&self, now: Timestamp) -> Vec<Began> {
            let young = |began: &&Began| now.duration_since(began.at) < Storms::WITHIN;
            self.all.iter().filter(young).copied().collect()
        }

        fn pass(&mut self, now: Timestamp) {
            if self.within(now).len() < Storms::FEWER_THAN {
                self.storm = None;
            }
        }

        fn begin(&mut self, began: Began) {
            self.pass(began.at);
            self.all.push(began);
            let within = self.within(began.at);
            match &mut self.storm {
                Some(storm) => storm.push(began),
                None if within.len() > Storms::MORE_THAN => self.storm = Some(within),
                None => {}
            }
        }

        /// How many of each service, and the first.
        fn told(&self) -> Option<(BTreeMap<ServiceId, usize>, Began)> {
            let storm = self.storm.as_ref()?;
            let mut services = BTreeMap::new();
            for began in storm {
                *services.entry(began.service).or_default() += 1;
            }
            Some((services, *storm.iter().min().unwrap()))
        }
    }

    /// Alerts and silences: mostly many alerts close together.
    fn steps() -> impl Strategy<Value = Vec<(i64, usize, u8)>> {
        let gap = prop_oneof![4 => 0i64..400, 2 => 400i64..8_000, 1 => 8_000i64..130_000];
        prop::collection::vec((gap, 0usize..30, 0u8..5), 0..60)
    }

    proptest! {
        #[test]
        fn counts_never_disagree_with_a_recount(steps in steps()) {
            let (mut storms, mut recount) = (Storms::default(), Recount::default());
            let mut now = 0;
            for (gap, count, of) in steps {
                now += gap;
                storms.pass(at(now));
                recount.pass(at(now));
                for number in 0..count {
                    let severity = if number % 3 == 0 { Severity::Critical } else { Severity::Warning };
                    let began = began(recount.all.len(), now, of, severity);
                    storms.begin(began);
                    recount.begin(began);
                }
                let told = storms.storm().map(|storm| (storm.services().collect(), storm.first));
                prop_assert_eq!(&told, &recount.told());
                if let Some(until) = storms.until() {
                    let mut later = storms.clone();
                    later.pass(until);
                    prop_assert_eq!(later.storm(), None, "it ends when it says");
                    let mut sooner = storms.clone();
                    sooner.pass(before(until, SignedDuration::from_millis(1)));
                    prop_assert_eq!(sooner.storm(), storms.storm(), "and not sooner");
                }
                // Whoever was told to begin anew comes to the same.
                let anew = Storms::counted(recount.all.iter().rev().copied(), at(now));
                prop_assert_eq!(anew.storm(), storms.storm());
                prop_assert_eq!(anew.until(), storms.until());
            }
        }
    }
}
