//! Refusals: whose posts were turned away at the door, and why; the newest, added up. Never stored.
//!
//! However many addresses knock, it holds no more than it has places for. Who has a place keeps it
//! while they are refused: those without one are added up, and push nobody out.

use std::collections::BTreeMap;

use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, since};

/// A request that was turned away at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// The sender's address, with its name where we know it.
    pub from: Text,
    /// The sender's name, as its alerts have it, where we know it.
    pub sender: Option<Text>,
    /// Why, in words.
    pub why: Text,
    /// The HTTP status it got; none, where it never came so far as to be answered.
    pub status: Option<u16>,
}

/// Who was turned away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// The newest first.
    rows: Vec<RefusedPosts>,
    /// Those for whom there was no place, one row for each status; the newest first.
    crowd: Vec<RefusedPosts>,
    of: BTreeMap<Text, u64>,
    count: u64,
}

/// Posts of one sender that were turned away for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPosts {
    /// The sender's address, with its name where we know it.
    pub from: Text,
    /// The sender's name, as its alerts have it, where we know it.
    pub sender: Option<Text>,
    /// Why the last of them was, in words.
    pub why: Text,
    /// Whether all of them were for that.
    pub reasons: Reasons,
    /// The HTTP status they got, if they were answered.
    pub status: Option<u16>,
    /// How many.
    pub count: u64,
    /// When the first of them was.
    pub first: Timestamp,
    /// When the last of them was.
    pub last: Timestamp,
    /// How many came when, of late.
    pub lately: Lately,
}

/// Whether posts were turned away for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reasons {
    /// They were.
    One,
    /// For others, too.
    Several,
}

impl Refusals {
    /// After so long without another one, a refusal is over.
    pub const OVER_AFTER: SignedDuration = SignedDuration::from_mins(5);

    /// How many senders and reasons have a place of their own.
    const PLACES: usize = 32;
    /// How many of them one sender has, who may be refused for ever something else.
    const EACH: usize = 4;
    /// How many rows there are of those without a place.
    const CROWDS: usize = 8;

    /// Takes one in.
    pub fn add(&mut self, refused: &Refused) {
        self.count = self.count.saturating_add(1);
        if let Some(sender) = &refused.sender {
            let count = self.of.entry(sender.clone()).or_default();
            *count = count.saturating_add(1);
        }
        let row = RefusedPosts::of(refused);
        if let Some(at) = self.place_for(&row) {
            let mut held = self.rows.remove(at);
            if held.from == row.from {
                held.take(row);
                self.rows.insert(0, held);
            } else {
                if row.first < held.until() {
                    self.crowd_in(held);
                }
                self.rows.insert(0, row);
            }
        } else if self.rows.len() < Self::PLACES {
            self.rows.insert(0, row);
        } else {
            self.crowd_in(row);
        }
    }

    /// Whose place a refusal takes: its own, the oldest of a sender with many, of one that is over,
    /// or for a sender whom we know that of the stranger with the fewest.
    fn place_for(&self, row: &RefusedPosts) -> Option<usize> {
        let same = |held: &RefusedPosts| {
            (&held.from, &held.why, held.status) == (&row.from, &row.why, row.status)
        };
        if let Some(at) = self.rows.iter().position(same) {
            return Some(at);
        }
        let own = |held: &RefusedPosts| held.from == row.from;
        if self.rows.iter().filter(|held| own(held)).count() >= Self::EACH {
            return self.rows.iter().rposition(own);
        }
        if self.rows.len() < Self::PLACES {
            return None;
        }
        let over = self.rows.iter().rposition(|held| held.until() <= row.last);
        let stranger = || {
            let strangers = self.rows.iter().enumerate().rev();
            let strangers = strangers.filter(|(_, held)| held.sender.is_none());
            strangers.min_by_key(|(_, held)| held.count).map(|(at, _)| at)
        };
        over.or_else(|| row.sender.as_ref().and_then(|_| stranger()))
    }

    /// Adds a row to those without a place.
    fn crowd_in(&mut self, row: RefusedPosts) {
        let same = self.crowd.iter().position(|held| held.status == row.status);
        let full = self.crowd.len() >= Self::CROWDS;
        let row = match same.or_else(|| full.then(|| self.crowd.len().saturating_sub(1))) {
            Some(at) => {
                let mut held = self.crowd.remove(at);
                held.take(row);
                held
            }
            None => RefusedPosts { from: "other addresses".into(), sender: None, ..row },
        };
        self.crowd.insert(0, row);
    }

    /// Refusals as another process tells of them, its rows in their order.
    pub fn told(
        rows: Vec<RefusedPosts>,
        crowd: Vec<RefusedPosts>,
        of: BTreeMap<Text, u64>,
        count: u64,
    ) -> Self {
        Self { rows, crowd, of, count }
    }

    /// Those with a place of their own, the newest first.
    pub fn rows(&self) -> &[RefusedPosts] {
        &self.rows
    }

    /// Those without one, the newest first: very many knocked.
    pub fn crowd(&self) -> &[RefusedPosts] {
        &self.crowd
    }

    /// The newest of all.
    pub fn newest(&self) -> Option<&RefusedPosts> {
        [self.crowd.first(), self.rows.first()].into_iter().flatten().max_by_key(|row| row.last)
    }

    /// How many there were of each sender whose token we know since the program started: as many
    /// as there are tokens at most.
    pub fn of(&self) -> &BTreeMap<Text, u64> {
        &self.of
    }

    /// How many there were since the program started.
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl FromIterator<Refused> for Refusals {
    fn from_iter<I: IntoIterator<Item = Refused>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), |mut refusals, refused| {
            refusals.add(&refused);
            refusals
        })
    }
}

impl RefusedPosts {
    fn of(refused: &Refused) -> Self {
        let Refused { at, from, sender, why, status } = refused.clone();
        let lately = Lately { spans: vec![(at, 1)] };
        let reasons = Reasons::One;
        Self { from, sender, why, reasons, status, count: 1, first: at, last: at, lately }
    }

    /// Takes newer ones in.
    fn take(&mut self, newer: Self) {
        if (&self.why, self.status) != (&newer.why, newer.status) {
            self.reasons = Reasons::Several;
        }
        self.lately.take(newer.lately);
        (self.why, self.status) = (newer.why, newer.status);
        self.count = self.count.saturating_add(newer.count);
        self.last = self.last.max(newer.last);
        self.first = self.first.min(newer.first);
    }

    /// How many there were within the last five minutes.
    pub fn lately(&self, now: Timestamp) -> u64 {
        let spans = self.lately.spans.iter().filter(|(begun, _)| Lately::counts(*begun, now));
        spans.map(|(_, count)| *count).sum()
    }

    /// When it is over, unless another one comes.
    pub fn until(&self) -> Timestamp {
        after(self.last, Refusals::OVER_AFTER)
    }
}

/// When posts came, in spans of a few seconds, the oldest first: as many as the last five minutes
/// have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// The beginning of each span, and how many came in it.
    pub spans: Vec<(Timestamp, u64)>,
}

impl Lately {
    const SPAN: SignedDuration = SignedDuration::from_secs(10);

    /// Whether a span that begun then is within the last five minutes.
    fn counts(begun: Timestamp, now: Timestamp) -> bool {
        since(now, begun) < Refusals::OVER_AFTER
    }

    fn take(&mut self, newer: Self) {
        let mut all = std::mem::take(&mut self.spans);
        all.extend(newer.spans);
        all.sort_unstable();
        let Some((newest, _)) = all.last().copied() else { return };
        for (begun, count) in all {
            match self.spans.last_mut() {
                Some((held, sum)) if since(begun, *held) < Self::SPAN => {
                    *sum = sum.saturating_add(count);
                }
                Some(_) | None if Self::counts(begun, newest) => self.spans.push((begun, count)),
                Some(_) | None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
