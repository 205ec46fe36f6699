//! While nothing can be saved nothing can be owed either: each channel is told directly that it is
//! so, once. What is told is decided as ever, in a draft that is thrown away.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::channel::Attempt;
use super::sender::Sender;
use crate::domain::actor::{Actor, Via};
use crate::domain::command::{Answer, Command, Order};
use crate::domain::decide::Unsaved;
use crate::domain::delivery::{Delivery, Progress};
use crate::domain::draft::{Draft, Tick};
use crate::domain::id::{Ids, OpId};
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
}

impl Spell {
    /// What is over when saving is tried again for the first time is told by the alert of it alone.
    const TRIED_AGAIN: SignedDuration = SignedDuration::from_secs(2);

    /// Looks at how the store is; tells the channels that have to hear of it. To be asked whenever
    /// that changes, and so whenever it was tried again.
    pub(super) fn look(&mut self, store: &StoreState, handle: &Handle, sender: &Sender) {
        let StoreState::Broken { since, why, retry } = store else { return };
        if between(*retry, *since) < Self::TRIED_AGAIN {
            return;
        }
        // Where it breaks again and again that is one spell, and has one beginning.
        if self.since != Some(*since) {
            *self = Self { since: Some(*since), told: Told::default() };
        }
        let unsaved = Unsaved { since: *since, why: why.clone(), refused: 0 };
        for attempt in attempts(&handle.latest(), &unsaved, handle.now()) {
            sender.begin_directly(attempt, &self.told);
        }
    }
}

/// What every channel would be told if it could be kept. Of one spell always the same, by its ids:
/// who is told twice can know it.
fn attempts(latest: &Published, unsaved: &Unsaved, now: Timestamp) -> Vec<Attempt> {
    let ids = Ids::from_seed(unsaved.since.as_nanosecond().unsigned_abs());
    let tick = Tick { now, revision: latest.cursor.revision.next(), ids, granted: None };
    let mut draft = Draft::new(latest.table.clone(), tick);
    let op = OpId(draft.tick.ids.draw());
    let (actor, via) = (Actor::Watchbell, Via::Watchbell);
    let command = Command::Report(vec![unsaved.goes_on()]);
    let answer = draft.attempt(&Order { op, actor, via, seen: None, command });
    let Ok(Answer::Reported(reported)) = answer else { return Vec::new() };
    let Some(Ok(Some(id))) = reported.into_iter().next() else { return Vec::new() };
    let Some(alert) = draft.table().alert(id) else { return Vec::new() };
    let begun = |delivery: &Arc<Delivery>| {
        let mut delivery = delivery.as_ref().clone();
        delivery.attempts = 1;
        delivery.state = Progress::Attempt { since: now };
        Attempt { delivery: Arc::new(delivery), alert: Arc::clone(alert) }
    };
    let owed = draft.table().deliveries_of(id).filter(|one| one.tell.calls() && one.waits());
    owed.map(begun).collect()
}
