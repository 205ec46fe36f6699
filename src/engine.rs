//! The engine: the one owner of the table, which decides, commits and publishes, in that order.
//!
//! `turn` and `next_due` know no clock, no thread and no runtime: tests drive them with times of
//! their own. The writer thread is the loop around them; everybody else holds a `Handle`.

pub mod care;
mod clock;
mod counts;
mod deciding;
mod handle;
mod hearing;
mod inbox;
mod process;
mod publish;
mod refusals;
mod ring;
mod soon;
mod vitals;
mod writer;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::domain::change::{Change, Keep};
use crate::domain::command::{Answer, Command, Order};
use crate::domain::decide::Unsaved;
use crate::domain::draft::Draft;
use crate::domain::entity::Key;
use crate::domain::id::{Ids, Revision};
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after, before};
use crate::store::{Brief, Budget, CommitError, Fault, Loaded, Store, Upkeep};
use soon::Soon;

pub use crate::store::{ArchiveError, OpenError, Page, PageRequest};
pub use clock::wall;
pub use counts::{Counts, Fate, Histogram, Place};
pub use handle::{Handle, SubmitError};
pub use process::Process;
pub use publish::{Cursor, Feed, FeedEnd, Lagged, Published};
pub use refusals::{Lately, Reasons, Refusals, Refused, RefusedPosts};
pub use ring::{ChangeSet, Keeping, Trail};
pub use vitals::{Absence, Certificate, Outage, StoreState, Vital, Vitals};
pub use writer::{StartError, Writer, WriterError, data_file, open, start};

/// The owner of table and store.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    table: Table,
    cursor: Cursor,
    /// How many states were published.
    serial: u64,
    soon: Soon,
    ids: Ids,
    now: Timestamp,
    /// Whether a turn that was kept has taken the configuration over.
    adopted: bool,
    notifier: Notifier,
    /// How many commits have failed.
    failures: u64,
    trouble: Option<Trouble>,
    /// A trouble that is over, as far as an empty commit can tell: until a real one succeeds it
    /// may come back, and is then the same.
    recovering: Option<Trouble>,
    /// Decides one order; tests have one that panics.
    decide: Decide,
    /// The deadlines at which deciding panicked, or that were refused, and until when each is left
    /// alone.
    passed_over: BTreeMap<(Timestamp, Key), Timestamp>,
    /// Until when the end of our own alert is left alone for the same reason.
    own_passed_over: Option<Timestamp>,
    /// How many panics were caught.
    panics: u64,
}

/// What decides one order in a draft.
pub type Decide = fn(&mut Draft, &Order) -> Result<Answer, Refusal>;

/// Whether somebody makes the attempts that an engine begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notifier {
    /// Yes: the service.
    Runs,
    /// No: a verb has opened the data for a moment. What is owed waits for the service.
    Absent,
}

/// Since when, and why, nothing can be saved.
#[derive(Clone, Debug)]
struct Trouble {
    since: Timestamp,
    why: Brief,
    retry: Timestamp,
    pause: SignedDuration,
    /// How many posts were refused for it.
    refused: u64,
}

impl Trouble {
    /// How long a broken store is left alone, at first and at most.
    const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
    const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

    fn next_pause(&self) -> SignedDuration {
        self.pause.saturating_mul(2).min(Self::LONGEST_PAUSE)
    }

    fn refuse(&mut self, orders: &[Order]) {
        let posts = orders.iter().filter(|order| matches!(order.command, Command::Report(_)));
        self.refused =
            self.refused.saturating_add(u64::try_from(posts.count()).unwrap_or(u64::MAX));
    }

    fn unsaved(&self) -> Unsaved {
        Unsaved { since: self.since, why: self.why.clause.clone(), refused: self.refused }
    }
}

/// What one turn gives back.
#[derive(Debug)]
pub struct Turn {
    /// An answer to each order, in order.
    pub answers: Vec<Result<Receipt, SubmitError>>,
    /// What is to be published before they leave, if anything changed.
    pub published: Option<Arc<Published>>,
    /// How the store is.
    pub store: StoreState,
}

/// The answer to an order that was not refused. Whatever it says is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What came of it.
    pub answer: Answer,
    /// The newest commit when it was answered; its own, if it changed anything.
    pub revision: Revision,
}

impl Engine {
    /// An engine over what the store has kept, under `policy` from the first turn on. `seed` makes
    /// the ids it will draw.
    pub fn new(store: Store, loaded: Loaded, policy: Arc<Policy>, seed: u128) -> Self {
        let mut table = Table::default();
        table.adopt(policy);
        let mut engine = Self {
            store,
            table,
            cursor: Cursor { epoch: 0, revision: Revision::default() },
            serial: 0,
            soon: Soon::default(),
            ids: Ids::from_seed(seed),
            now: Timestamp::MIN,
            adopted: false,
            notifier: Notifier::Runs,
            failures: 0,
            trouble: None,
            recovering: None,
            decide: Draft::attempt,
            passed_over: BTreeMap::new(),
            own_passed_over: None,
            panics: 0,
        };
        engine.restore(loaded);
        engine
    }

    /// What readers start from.
    pub fn published(&self) -> Arc<Published> {
        self.publish(Arc::new([]))
    }

    /// Sees to what is due, decides `orders` against one draft, commits what changed, and takes
    /// it over. If the commit fails nothing has happened, and every order is told so.
    ///
    /// A `Woke` at the head of the orders comes before what is due: it says that we could not
    /// have heard what would have kept it from being due. Before all of that, the first turn takes
    /// the configuration over: what is due at a start is decided as the configuration wants it.
    ///
    /// A panic costs the order or the deadline that caused it, and where it is not known which, the
    /// turn: the table is then built again from disk.
    pub fn turn(&mut self, orders: &[Order], now: Timestamp) -> Turn {
        self.now = now.max(self.now);
        let taken = catch_unwind(AssertUnwindSafe(|| self.take_turn(orders)));
        taken.unwrap_or_else(|_| {
            self.panics = self.panics.saturating_add(1);
            let fault = Fault::Engine("a turn panicked; the log says where".to_owned());
            self.fail(orders, &CommitError::Unknown(fault))
        })
    }

    fn take_turn(&mut self, orders: &[Order]) -> Turn {
        let reopened = self.trouble.is_some() && self.try_reopen();
        if let Some(trouble) = &mut self.trouble {
            trouble.refuse(orders);
            let why = trouble.why.words.clone();
            return self.unsaved(orders.len(), &SubmitError::Unavailable(why));
        }
        let revision = self.cursor.revision.next();
        let granted = self.table.granted();
        let decided = self.decided(orders, revision, reopened);
        let (table, mut changes, ids) = decided.draft.finish();
        // Even a commit that failed may be on disk: what it drew must not be drawn again.
        self.ids = ids;
        // Before anything is published that the disk lacks, the disk knows in which epoch.
        if !self.store.is_stamped() {
            for change in &mut changes {
                change.keep = Keep::Now;
            }
        }
        let overdue = self.soon.overdue(&table, self.now);
        let kept = || changes.iter().chain(&overdue).filter(|change| change.keep == Keep::Now);
        if kept().next().is_some() {
            if let Err(error) = self.store.commit(revision, kept()) {
                return self.fail(orders, &error);
            }
            self.cursor.revision = revision;
            // What says that it is over need not be the end of it.
            if !reopened {
                self.recovering = None;
            }
        }
        self.soon.note(&changes, self.now);
        self.soon.note(&overdue, self.now);
        let replaced = !Arc::ptr_eq(self.table.policy(), table.policy());
        // Readers show granted ends, also where nothing else is new.
        let replaced = replaced || granted != table.granted();
        self.adopted = true;
        self.table = table;
        let news = reopened || replaced || !changes.is_empty();
        self.serial = self.serial.saturating_add(u64::from(news));
        Turn {
            answers: decided.answers.into_iter().map(|answer| self.receipt(answer)).collect(),
            published: news.then(|| self.publish(changes.into())),
            store: StoreState::Well,
        }
    }

    /// Clears away a little of what is not kept any more, as of the last turn. To be called when
    /// nothing waits: a slice takes as long as a commit.
    pub fn upkeep(&mut self) -> Upkeep {
        if self.trouble.is_some() {
            return Upkeep::Done;
        }
        let horizon = before(self.now, self.table.policy().retention);
        match self.store.upkeep(Budget::SLICE, horizon) {
            Ok(upkeep) => upkeep,
            Err(error) => {
                self.fail(&[], &error);
                Upkeep::Done
            }
        }
    }

    /// What cannot wait until nothing waits: the journal has become long. A turn adds one piece to
    /// it and a slice takes at least one away, so that it grows no further.
    pub fn must_keep_up(&mut self) -> Upkeep {
        if self.trouble.is_some() || !self.store.must_fold() {
            return Upkeep::Done;
        }
        if let Err(error) = self.store.fold() {
            self.fail(&[], &error);
        }
        Upkeep::Done
    }

    /// When `turn` is next needed, if no order comes before.
    pub fn next_due(&self) -> Option<Timestamp> {
        if let Some(trouble) = &self.trouble {
            return Some(trouble.retry);
        }
        let due = self.due(&self.table).map(|(due, _)| due);
        let again = self.passed_over.values().min().copied();
        let own = self.own_due(&self.table).into_iter().chain(self.soon.due());
        due.into_iter().chain(own).chain(again).min()
    }

    /// An engine that begins no attempt to tell anything: nobody would make it.
    #[must_use]
    pub fn without_notifier(mut self) -> Self {
        self.notifier = Notifier::Absent;
        self
    }

    /// An engine whose orders are decided by `decide`.
    #[must_use]
    pub fn deciding_by(mut self, decide: Decide) -> Self {
        self.decide = decide;
        self
    }

    /// Closes the store. One that is not well has nothing to say that was not said: all that was
    /// answered is kept.
    pub fn close(mut self) -> Result<(), CommitError> {
        let well = self.trouble.is_none();
        if well {
            self.keep_the_rest()?;
        }
        let closed = self.store.close();
        if let (Err(error), false) = (&closed, well) {
            tracing::warn!(%error, "ended while nothing could be saved; what was answered is kept");
            return Ok(());
        }
        closed
    }

    fn keep_the_rest(&mut self) -> Result<(), CommitError> {
        loop {
            let rest = self.soon.slice(&self.table);
            if rest.is_empty() {
                return Ok(());
            }
            let revision = self.cursor.revision.next();
            self.store.commit(revision, &rest)?;
            self.cursor.revision = revision;
            self.soon.note(&rest, self.now);
        }
    }

    fn receipt(&self, answer: Result<Answer, SubmitError>) -> Result<Receipt, SubmitError> {
        let revision = self.cursor.revision;
        answer.map(|answer| Receipt { answer, revision })
    }

    fn publish(&self, changes: Arc<[Change]>) -> Arc<Published> {
        let (cursor, serial) = (self.cursor, self.serial);
        Arc::new(Published { cursor, serial, table: self.table.clone(), changes })
    }

    /// Takes over what is on disk. The policy is not, nor is the time that was granted: they stay.
    fn restore(&mut self, loaded: Loaded) {
        let mut table = Table::default();
        table.adopt(Arc::clone(self.table.policy()));
        if let Some(grant) = self.table.granted() {
            table.grant(grant);
        }
        for entity in loaded.entities {
            // Time does not go back over a restart either.
            self.now = self.now.max(entity.touched());
            table.put(&Change {
                key: entity.key(),
                next: Some(entity),
                event: None,
                keep: Keep::Now,
            });
        }
        self.table = table;
        self.soon = Soon::default();
        self.cursor = Cursor { epoch: loaded.epoch, revision: loaded.revision };
    }

    fn fail(&mut self, orders: &[Order], error: &CommitError) -> Turn {
        tracing::error!(error = %error, "nothing can be saved");
        self.failures = self.failures.saturating_add(1);
        let known = self.trouble.take().or_else(|| self.recovering.take());
        let (since, pause, refused) = match known {
            Some(trouble) => (trouble.since, trouble.next_pause(), trouble.refused),
            None => (self.now, Trouble::FIRST_PAUSE, 0),
        };
        let why = error.brief();
        let answer = match error {
            CommitError::Refused(_) => SubmitError::Unavailable(why.words.clone()),
            CommitError::Unknown(_) => SubmitError::Unsure(why.words.clone()),
        };
        let retry = after(self.now, pause);
        let trouble = self.trouble.insert(Trouble { since, why, retry, pause, refused });
        trouble.refuse(orders);
        self.unsaved(orders.len(), &answer)
    }

    fn unsaved(&self, orders: usize, answer: &SubmitError) -> Turn {
        Turn {
            answers: vec![Err(answer.clone()); orders],
            published: None,
            store: self.store_state(),
        }
    }

    /// How the store is: also clearing away may have found that it is not well.
    pub fn store_state(&self) -> StoreState {
        self.trouble.as_ref().map_or(StoreState::Well, |trouble| StoreState::Broken {
            since: trouble.since,
            why: trouble.why.clause.clone(),
            retry: trouble.retry,
        })
    }

    /// After a failed commit the outcome may be unknown and the handle is dead: the table is
    /// built again from what is on disk, under a new epoch. A commit that says nothing and takes
    /// room then tells whether the disk takes anything, so that a full one is not called well in
    /// between. True once that worked.
    fn try_reopen(&mut self) -> bool {
        let Some(mut trouble) = self.trouble.clone() else { return false };
        if self.now < trouble.retry {
            return false;
        }
        match self.reopen() {
            Ok(()) => {
                tracing::info!(since = %trouble.since, "saving works again");
                self.trouble = None;
                self.recovering = Some(trouble);
                true
            }
            Err(why) => {
                tracing::debug!(why = %why.clause, "saving does not work yet");
                trouble.why = why;
                trouble.pause = trouble.next_pause();
                trouble.retry = after(self.now, trouble.pause);
                self.trouble = Some(trouble);
                false
            }
        }
    }

    fn reopen(&mut self) -> Result<(), Brief> {
        let loaded = self.store.reopen().map_err(|error| error.brief())?;
        self.restore(loaded);
        let revision = self.cursor.revision.next();
        let probe = self.store.try_out(revision);
        probe.map_err(|error| error.brief())?;
        self.cursor.revision = revision;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
