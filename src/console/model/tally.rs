//! What a storm shows of itself: counts as they were when they were last shown, so that they are
//! written every few seconds and not with every frame. Must not decide when a storm begins or ends.

use super::list::{Filtered, List};
use super::place::Census;
use super::storm::Storm;
use crate::console::frame::{Link, Tick};
use crate::domain::time::Timestamp;

/// The counts that are shown during a storm.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The header's.
    pub census: Census,
    /// What the filter lets through.
    pub filtered: Filtered,
    /// What is new since the list stood still, and how much of it is critical.
    pub fresh: (usize, usize),
    /// The storm's own.
    pub storm: Storm,
    /// When all of that was so.
    pub at: Timestamp,
    /// When a frame first showed it.
    shown: Option<Tick>,
    /// Whether there is something newer.
    pub behind: bool,
    /// Whether the bell rang for what the next counts are to show.
    pub rung: bool,
}

impl Tally {
    /// The counts as they are at `at`, which no frame shows yet.
    pub fn new(list: &List, storm: &Storm, at: Timestamp) -> Tally {
        Tally {
            census: list.census(),
            filtered: list.filtered(),
            fresh: list.fresh(),
            storm: storm.clone(),
            at,
            shown: None,
            behind: false,
            rung: false,
        }
    }

    /// A frame was written. The first one with these counts shows what the bell rang for.
    pub fn drawn(&mut self, now: Tick) {
        if self.shown.is_none() {
            self.shown = Some(now);
            self.rung = false;
        }
    }

    /// Whether newer ones may be shown at `now`. Until a frame shows these they may be replaced.
    pub fn may_change(&self, link: Link, now: Tick) -> bool {
        self.shown.is_none_or(|shown| shown + link.storm() <= now)
    }

    /// When newer ones are to be shown, if there are any.
    pub fn due(&self, link: Link) -> Option<Tick> {
        self.shown.filter(|_| self.behind).map(|shown| shown + link.storm())
    }
}
