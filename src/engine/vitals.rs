//! Vitals: how the program itself is. Counted and shown, never stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::counts::Counts;
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
    /// The last request that was turned away at the door.
    pub refused: Option<Refused>,
    /// How many were.
    pub refusals: u64,
    /// How many were of each sender whose token we know: as many as there are tokens at most.
    pub refused_of: Arc<BTreeMap<Text, u64>>,
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
    /// The HTTP status it got.
    pub status: u16,
}

impl Vitals {
    pub(super) fn new() -> Self {
        let vital = Vital {
            store: StoreState::Well,
            refused: None,
            refusals: 0,
            refused_of: Arc::default(),
            busy: 0,
        };
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
    pub fn refuse(&self, refused: Refused) {
        self.vital.send_modify(|vital| {
            if let Some(sender) = &refused.sender {
                let count = Arc::make_mut(&mut vital.refused_of).entry(sender.clone()).or_default();
                *count = count.saturating_add(1);
            }
            vital.refused = Some(refused);
            vital.refusals = vital.refusals.saturating_add(1);
        });
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
