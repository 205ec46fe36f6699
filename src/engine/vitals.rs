//! Vitals: how the program itself is. Counted and shown, never stored.

use tokio::sync::watch;

use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// How the program is; written by any part, read by the console.
#[derive(Debug)]
pub struct Vitals(watch::Sender<Vital>);

/// What there is to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vital {
    /// Whether anything can be saved.
    pub store: StoreState,
    /// The last request that was turned away at the door.
    pub refused: Option<Refused>,
    /// How many were.
    pub refusals: u64,
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
    /// The sender's address.
    pub from: Text,
    /// Why, in words.
    pub why: Text,
    /// The HTTP status it got.
    pub status: u16,
}

impl Vitals {
    pub(super) fn new() -> Self {
        let vital = Vital { store: StoreState::Well, refused: None, refusals: 0, busy: 0 };
        Self(watch::Sender::new(vital))
    }

    /// How it is now.
    pub fn now(&self) -> Vital {
        self.0.borrow().clone()
    }

    /// Tells whenever anything changes.
    pub fn watch(&self) -> watch::Receiver<Vital> {
        self.0.subscribe()
    }

    /// A request was turned away at the door.
    pub fn refuse(&self, refused: Refused) {
        self.0.send_modify(|vital| {
            vital.refused = Some(refused);
            vital.refusals = vital.refusals.saturating_add(1);
        });
    }

    /// A post was not taken in, because too much is under way: we are deaf to what it said.
    pub fn busy(&self) {
        self.0.send_modify(|vital| vital.busy = vital.busy.saturating_add(1));
    }

    pub(super) fn store(&self, state: StoreState) {
        self.0.send_if_modified(|vital| {
            let news = vital.store != state;
            vital.store = state;
            news
        });
    }
}
