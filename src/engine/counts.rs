//! Counts: what happened since the start, added up by whoever sees it happen. Never stored, and
//! never a reason to wake anybody: it is read when somebody asks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::delivery::Outcome;
use crate::domain::report::Road;

/// What is counted.
#[derive(Debug)]
pub struct Counts {
    plain: Reports,
    webhook: Reports,
    v2: Reports,
    /// Alerts of posts to API v2 whose end is still to come, and those whose end has passed.
    pub firing: Counter,
    /// See `firing`.
    pub resolved: Counter,
    /// Alerts of posts to API v2 that Alertmanager's rules do not allow.
    pub invalid: Counter,
    /// TLS handshakes that failed.
    pub handshakes: Counter,
    /// Connections that spoke HTTP where TLS is spoken.
    pub plain_http: Counter,
    /// Reads that found too many others under way.
    pub crowded: Counter,
    /// How long commits took, with what was decided for them.
    pub commits: Histogram,
    /// Commits that failed.
    pub failed_commits: Counter,
    /// How long attempts to tell a channel took.
    pub attempts: Histogram,
    /// Attempts after which the channel is tried again.
    pub not_now: Counter,
    /// Attempts after which it is not.
    pub never: Counter,
    /// Panics that were caught, by where.
    panics: [Counter; Place::ALL.len()],
    /// Posts that were not answered with 200, by what they were.
    refused: Mutex<BTreeMap<u16, u64>>,
}

/// Where a panic was caught, which cost what was just being done there and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// While a request was answered.
    Request,
    /// While a turn was decided or taken.
    Writer,
    /// While a channel was told something.
    Notification,
    /// In a part of the program, which was begun again, or in the console.
    Part,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Request, Self::Writer, Self::Notification, Self::Part];
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was decided and, where it changed anything, saved.
    Taken,
    /// It was turned away for what it says.
    Refused,
    /// It could not be taken in; its sender was asked to send it again.
    Postponed,
}

/// Something that only becomes more.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

/// How long something took, each time that it happened.
#[derive(Debug)]
pub struct Histogram {
    /// Bounds in seconds, ascending, each with how many took no longer and more than the one before.
    buckets: Box<[(f64, Counter)]>,
    count: Counter,
    nanos: Counter,
}

/// The reports of one road.
#[derive(Debug, Default)]
struct Reports {
    taken: Counter,
    refused: Counter,
    postponed: Counter,
}

impl Counts {
    /// A commit to a good disk takes milliseconds, one to a bad disk seconds.
    const COMMITS: [f64; 12] =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    /// What a post can be answered with but 200. Each is told of from the start: a count that begins
    /// where it is first told looks as if nothing had happened.
    const REFUSALS: [u16; 13] = [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 500, 503];
    /// Alertmanager's own.
    const ATTEMPTS: [f64; 5] = [1.0, 5.0, 10.0, 15.0, 20.0];

    /// So many reports that came by `road` had this `fate`.
    pub fn report(&self, road: Road, fate: Fate, reports: usize) {
        self.of(road, fate).add(reports);
    }

    /// How many reports that came by `road` had this `fate`.
    pub fn reports(&self, road: Road, fate: Fate) -> u64 {
        self.of(road, fate).get()
    }

    fn of(&self, road: Road, fate: Fate) -> &Counter {
        let reports = match road {
            Road::Plain => &self.plain,
            Road::Webhook => &self.webhook,
            Road::V2 => &self.v2,
        };
        match fate {
            Fate::Taken => &reports.taken,
            Fate::Refused => &reports.refused,
            Fate::Postponed => &reports.postponed,
        }
    }

    /// The panics that were caught there.
    pub fn panics_of(&self, place: Place) -> &Counter {
        let [request, writer, notification, part] = &self.panics;
        match place {
            Place::Request => request,
            Place::Writer => writer,
            Place::Notification => notification,
            Place::Part => part,
        }
    }

    /// A post was answered with `status`, which is not 200.
    pub fn refuse(&self, status: u16) {
        let mut refused = self.lock();
        let count = refused.entry(status).or_default();
        *count = count.saturating_add(1);
    }

    /// How many posts were answered with each status but 200, those among them that none was.
    pub fn refused(&self) -> BTreeMap<u16, u64> {
        self.lock().clone()
    }

    /// A map of numbers is whole whatever happened to who held it.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u16, u64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt to tell a channel took so long, and came to this.
    pub fn attempt(&self, took: Duration, outcome: &Outcome) {
        self.attempts.observe(took);
        match outcome {
            Outcome::Taken | Outcome::Moot { .. } => {}
            Outcome::NotNow { .. } => self.not_now.add(1),
            Outcome::Never { .. } => self.never.add(1),
        }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            plain: Reports::default(),
            webhook: Reports::default(),
            v2: Reports::default(),
            firing: Counter::default(),
            resolved: Counter::default(),
            invalid: Counter::default(),
            handshakes: Counter::default(),
            plain_http: Counter::default(),
            crowded: Counter::default(),
            commits: Histogram::of(&Self::COMMITS),
            failed_commits: Counter::default(),
            attempts: Histogram::of(&Self::ATTEMPTS),
            not_now: Counter::default(),
            never: Counter::default(),
            panics: Default::default(),
            refused: Mutex::new(Self::REFUSALS.map(|status| (status, 0)).into()),
        }
    }
}

impl Counter {
    /// So many more.
    pub fn add(&self, more: usize) {
        self.add_wide(u64::try_from(more).unwrap_or(u64::MAX));
    }

    /// At least so many: what somebody else counts.
    pub fn raise_to(&self, count: u64) {
        self.0.fetch_max(count, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add_wide(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}

impl Histogram {
    fn of(bounds: &[f64]) -> Self {
        let buckets = bounds.iter().map(|bound| (*bound, Counter::default())).collect();
        Self { buckets, count: Counter::default(), nanos: Counter::default() }
    }

    /// It happened once more, and took so long.
    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some((_, bucket)) = self.buckets.iter().find(|(bound, _)| seconds <= *bound) {
            bucket.add(1);
        }
        self.nanos.add_wide(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        self.count.add(1);
    }

    /// Of each bound how often it took no longer, then how often it happened, and how long it took
    /// all together. Each number is at least those before it, also while it goes on happening.
    pub fn read(&self) -> (Vec<(f64, u64)>, u64, Duration) {
        let mut sum = 0_u64;
        let buckets = self.buckets.iter().map(|(bound, bucket)| {
            sum = sum.saturating_add(bucket.get());
            (*bound, sum)
        });
        let buckets = buckets.collect();
        (buckets, self.count.get().max(sum), Duration::from_nanos(self.nanos.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_tells_of_each_bound_how_often_it_took_no_longer() {
        let histogram = Histogram::of(&[0.01, 0.1]);
        for millis in [10, 50, 100, 101, 9_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let (buckets, count, sum) = histogram.read();
        assert_eq!(buckets, [(0.01, 1), (0.1, 3)]);
        assert_eq!((count, sum), (5, Duration::from_millis(9_261)));
    }

    #[test]
    fn attempts_are_counted_by_whether_they_are_made_again() {
        let counts = Counts::default();
        let why = || "no".into();
        for outcome in [
            Outcome::Taken,
            Outcome::NotNow { why: why(), wait: None },
            Outcome::NotNow { why: why(), wait: None },
            Outcome::Never { why: why() },
        ] {
            counts.attempt(Duration::from_secs(2), &outcome);
        }
        let (_, all, took) = counts.attempts.read();
        assert_eq!((all, took), (4, Duration::from_secs(8)));
        assert_eq!((counts.not_now.get(), counts.never.get()), (2, 1));
    }

    #[test]
    fn reports_are_counted_by_road_and_by_what_became_of_them() {
        let counts = Counts::default();
        counts.report(Road::V2, Fate::Taken, 3);
        counts.report(Road::V2, Fate::Postponed, 2);
        counts.report(Road::Plain, Fate::Taken, 1);
        assert_eq!(counts.reports(Road::V2, Fate::Taken), 3);
        assert_eq!(counts.reports(Road::V2, Fate::Refused), 0);
        assert_eq!(counts.reports(Road::V2, Fate::Postponed), 2);
        assert_eq!(counts.reports(Road::Plain, Fate::Taken), 1);
    }
}
