//! Vitals: how the program itself is. Counted and shown, never stored.

use std::sync::Arc;

use tokio::sync::watch;

use super::counts::Counts;
use super::refusals::{Refusals, Refused};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// How the program is; written by any part, read by the console.
#[derive(Debug)]
pub struct Vitals {
    vital: watch::Sender<Vital>,
    counts: Counts,
}

/// What there is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    /// Whether anything can be saved.
    pub store: StoreState,
    /// The requests that were turned away at the door.
    pub refusals: Arc<Refusals>,
    /// How many posts were not taken in, because too much waited or was under way.
    pub busy: u64,
}

/// Whether anything can be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// Yes.
    Well,
    /// No: what is not saved is not shown, and everything is refused.
    Broken {
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        why: Text,
    },
}

impl Vitals {
    pub(super) fn new() -> Self {
        let vital = Vital { store: StoreState::Well, refusals: Arc::default(), busy: 0 };
        Self { vital: watch::Sender::new(vital), counts: Counts::default() }
    }

    /// How it is now.
    pub fn now(&self) -> Vital {
        self.vital.borrow().clone()
    }

    /// Tells whenever anything changes.
    pub fn watch(&self) -> watch::Receiver<Vital> {
        self.vital.subscribe()
    }

    /// What is counted and wakes nobody.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// A request was turned away at the door.
    pub fn refuse(&self, refused: &Refused) {
        self.vital.send_modify(|vital| Arc::make_mut(&mut vital.refusals).add(refused));
    }

    /// A post was not taken in, because too much is under way: we are deaf to what it said.
    pub fn busy(&self) {
        self.vital.send_modify(|vital| vital.busy = vital.busy.saturating_add(1));
    }

    pub(super) fn store(&self, state: StoreState) {
        self.vital.send_if_modified(|vital| {
            let news = vital.store != state;
            vital.store = state;
            news
        });
    }
}
