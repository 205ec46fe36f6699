//! While nothing can be saved nothing can be owed either: each channel is told directly that it is
//! so, once. What is told is decided as all else is, and kept nowhere.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::channel::Attempt;
use super::sender::Sender;
use crate::domain::decide::{Unsaved, told_directly};
use crate::domain::delivery::{Delivery, Progress};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, since as between};
use crate::engine::{Handle, Published, StoreState};

/// The channels that were told of one spell, or are being told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Arc<Mutex<BTreeSet<Text>>>);

impl Told {
    /// False where it was told already.
    pub(super) fn enter(&self, channel: &Text) -> bool {
        self.lock().insert(channel.clone())
    }

    /// It is to be told again.
    pub(super) fn leave(&self, channel: &Text) {
        self.lock().remove(channel);
    }

    /// A set is whole whatever happened to who held it.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Text>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The spell that is told of: since when, and to whom.
#[derive(Debug, Default)]
pub(super) struct Spell {
    since: Option<Timestamp>,
    told: Told,
    /// What was looked at last.
    store: Option<StoreState>,
}

impl Spell {
    /// What is over when saving is tried again for the first time is told by the alert of it alone.
    const TRIED_AGAIN: SignedDuration = SignedDuration::from_secs(2);

    /// Looks at how the store is; tells the channels that have to hear of it, and those again that
    /// did not take it. Nothing is done unless it changed, and so unless it was tried again.
    pub(super) fn look(&mut self, store: &StoreState, handle: &Handle, sender: &Sender) {
        if self.store.as_ref() == Some(store) {
            return;
        }
        self.store = Some(store.clone());
        let StoreState::Broken { since, why, retry } = store else { return };
        if between(*retry, *since) < Self::TRIED_AGAIN {
            return;
        }
        // Where it breaks again and again that is one spell, and has one beginning.
        if self.since != Some(*since) {
            (self.since, self.told) = (Some(*since), Told::default());
        }
        let unsaved = Unsaved { since: *since, why: why.clone(), refused: 0 };
        for attempt in attempts(&handle.latest(), &unsaved, handle.now()) {
            sender.begin_directly(attempt, &self.told);
        }
    }
}

/// The attempts to tell it, as if they had begun.
fn attempts(latest: &Published, unsaved: &Unsaved, now: Timestamp) -> Vec<Attempt> {
    let told = told_directly(&latest.table, unsaved, latest.cursor.revision.next(), now);
    let begun = |(delivery, alert): (Arc<Delivery>, _)| {
        let mut delivery = delivery.as_ref().clone();
        delivery.attempts = 1;
        delivery.state = Progress::Attempt { since: now };
        Attempt { delivery: Arc::new(delivery), alert }
    };
    told.into_iter().map(begun).collect()
}
