//! The source interval: from when to when an alert fires, as its sources tell it by API v2.
//!
//! A fact beside the alert that people work on: an operator's resolve does not move it. Merged as
//! Alertmanager merges (`provider/mem` and `types.Alert.Merge` of prometheus/alertmanager).

use std::sync::Arc;

use super::identity::Identity;
use crate::domain::id::SourceId;
use crate::domain::labels::Labels;
use crate::domain::time::{Moment, SignedDuration, Timestamp, after};

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began, by the sender's clock.
    pub start: Moment,
    /// When it ends; in the future while it fires.
    pub end: Moment,
    /// Who named the end.
    pub ends: Ends,
}

/// From when to when, as far as a sender said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// When it began.
    pub start: Option<Moment>,
    /// When it ends, or has ended.
    pub end: Option<Moment>,
}

/// Who named the end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The sender.
    Told,
    /// We did, because the sender gave none: it is over when nothing more is heard.
    Assumed,
}

/// What the sources of one identity have told. Lies in its newest alert, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// From when to when.
    pub interval: Interval,
    /// The annotations of the newest report.
    pub annotations: Labels,
    /// The link of the newest report.
    pub link: Option<Arc<str>>,
    /// When the newest report came, by our clock.
    pub updated: Timestamp,
    /// The start that was last told with an end to come.
    pub fired: Option<Timestamp>,
    /// The newest few resolutions that were told, with start and end, oldest first. The same one
    /// again is a repeat.
    pub resolved: Vec<(Timestamp, Timestamp)>,
    /// An end that has passed whenever it is told, and moves on all the same.
    pub moving: Option<Moving>,
}

/// What was told of an identity that has no alert: only ends, of what never fired here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Made from the identity.
    pub id: SourceId,
    /// Of what.
    pub identity: Identity,
    /// What was told.
    pub source: Source,
}

/// The ends that were told of a start that never fired here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moving {
    /// The start.
    pub start: Timestamp,
    /// The latest end.
    pub latest: Timestamp,
    /// How often it has moved on.
    pub times: u32,
}

/// What one more report of an interval that is over says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It has ended.
    Ended,
    /// What was told before.
    Repeated,
    /// It fires, at a sender whose clock is behind: its end has passed and moves all the same.
    Behind,
}

impl Told {
    /// The whole interval: one that has not begun otherwise begins with its end, else now; one
    /// without an end is over after `timeout`, should nothing more be heard. Nothing, if it would
    /// end before it begins.
    pub fn whole(self, now: Timestamp, timeout: SignedDuration) -> Option<Interval> {
        let start = self.start.or(self.end).unwrap_or(Moment::utc(now));
        let (end, ends) = match self.end {
            Some(end) => (end, Ends::Told),
            None => (Moment::utc(after(now, timeout)), Ends::Assumed),
        };
        (start.at <= end.at).then_some(Interval { start, end, ends })
    }
}

impl Interval {
    /// Whether it fires at `now`: an end that has been reached is a resolution.
    pub fn fires(&self, now: Timestamp) -> bool {
        self.end.at > now
    }

    /// What `new` makes of `self`, the older of the two. Intervals that do not overlap strictly
    /// have nothing to do with each other: the new one stands alone.
    #[must_use]
    pub fn merged(self, new: Self, now: Timestamp) -> Self {
        let within = |time: Moment| self.start.at < time.at && time.at < self.end.at;
        if !within(new.end) && !within(new.start) {
            return new;
        }
        let end = if new.fires(now) {
            // A sender's word holds against an assumption, if it is later.
            if self.end.at > new.end.at && self.ends == Ends::Told { self.end } else { new.end }
        } else if self.fires(now) {
            new.end
        } else {
            later(new.end, self.end)
        };
        let start = if self.start.at < new.start.at { self.start } else { new.start };
        Self { start, end, ends: new.ends }
    }
}

fn later(one: Moment, other: Moment) -> Moment {
    if other.at > one.at { other } else { one }
}

impl Source {
    /// Prometheus repeats a resolution for a quarter of an hour, and several may watch one thing.
    const REMEMBERED: usize = 8;
    /// Two sources that tell the same end differ by an evaluation; a clock that is behind goes on
    /// differing.
    const MOVES: u32 = 2;

    /// Whether `next` says no more than what was said before, and that it lasts.
    pub fn is_repeated_by(&self, next: &Self) -> bool {
        let Self { interval, annotations, link, updated, fired, resolved, moving } = self;
        let Interval { start, end, ends } = interval;
        *start == next.interval.start
            && *ends == next.interval.ends
            && end.at <= next.interval.end.at
            && *updated <= next.updated
            && *annotations == next.annotations
            && *link == next.link
            && *fired == next.fired
            && *resolved == next.resolved
            && *moving == next.moving
    }

    /// Hears that an interval is over which began and ended then.
    pub fn hear_end(&mut self, start: Timestamp, end: Timestamp) -> Over {
        if self.is_moving(start, end) {
            // What was told before were no resolutions, and a real one may end like them.
            self.resolved.retain(|(began, _)| *began != start);
            return Over::Behind;
        }
        if self.resolved.contains(&(start, end)) {
            return Over::Repeated;
        }
        self.resolved.push((start, end));
        let spare = self.resolved.len().saturating_sub(Self::REMEMBERED);
        self.resolved.drain(..spare);
        Over::Ended
    }

    /// Whether the end of a start that never fired has moved on once more, often enough by now.
    fn is_moving(&mut self, start: Timestamp, end: Timestamp) -> bool {
        if self.fired == Some(start) {
            self.moving = None;
            return false;
        }
        let known = self.moving.filter(|moving| moving.start == start);
        let times = match known {
            Some(Moving { latest, times, .. }) if end > latest => times.saturating_add(1),
            // The same again, of another copy of the sender, says the same again.
            Some(Moving { latest, times, .. }) if end == latest => return times >= Self::MOVES,
            Some(_) => return false,
            None => 0,
        };
        self.moving = Some(Moving { start, latest: end, times });
        times >= Self::MOVES
    }

    /// How long an interval is kept after its end: Alertmanager's collection is every half hour,
    /// and Prometheus repeats a resolution for 15 minutes.
    const KEPT: SignedDuration = SignedDuration::from_hours(1);

    /// When it is forgotten: at a full ten minutes, so that the next re-send does not move it.
    pub fn forgotten(&self) -> Timestamp {
        const FULL: i64 = 600;
        let kept = after(self.interval.end.at.max(self.updated), Self::KEPT);
        let full = kept.as_second().div_euclid(FULL).saturating_add(1).saturating_mul(FULL);
        Timestamp::from_second(full).unwrap_or(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn interval(start: i64, end: i64, ends: Ends) -> Interval {
        Interval { start: Moment::utc(at(start)), end: Moment::utc(at(end)), ends }
    }

    /// Measured on Alertmanager 0.25 and 0.33.
    #[test]
    fn intervals_merge_as_alertmanager_merges_them() {
        use Ends::{Assumed, Told};
        let now = at(10);
        let table = [
            ("told end over assumed", (0, 15, Assumed), (0, 12, Told), (0, 12, Told)),
            ("assumed end over told", (0, 12, Told), (0, 15, Assumed), (0, 15, Assumed)),
            ("a later told end stays", (0, 30, Told), (5, 15, Assumed), (0, 30, Assumed)),
            ("a later assumed end goes", (0, 30, Assumed), (5, 15, Told), (0, 15, Told)),
            ("the earlier start stays", (3, 15, Told), (1, 16, Told), (1, 16, Told)),
            ("a resolution ends it", (0, 15, Told), (0, 9, Told), (0, 9, Told)),
            ("the later of two ends", (0, 9, Told), (0, 8, Told), (0, 9, Told)),
            ("nothing in common", (0, 5, Told), (7, 15, Told), (7, 15, Told)),
            ("touching is not overlapping", (0, 7, Told), (7, 15, Told), (7, 15, Told)),
        ];
        for (name, old, new, merged) in table {
            let of = |(start, end, ends)| interval(start, end, ends);
            assert_eq!(of(old).merged(of(new), now), of(merged), "{name}");
        }
    }
}
