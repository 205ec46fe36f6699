//! The handle: all that the rest of the program knows of the engine.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::clock::Clock;
use super::inbox::{Inbox, Waiting};
use super::publish::{Cursor, Feed, Lagged, Published, Publisher};
use super::ring::{Keeping, Trail};
use super::vitals::Vitals;
use super::{ArchiveError, Page, PageRequest, Receipt};
use crate::domain::alert::Alert;
use crate::domain::command::{Command, Order};
use crate::domain::entity::Key;
use crate::domain::event::Event;
use crate::domain::id::{Ids, OpId, Revision};
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::store::{Archive, Walk};

/// Why an order has no receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The domain refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too much waits already. Nothing was taken in: try again shortly.
    #[error("too many alerts are waiting to be saved; send again shortly")]
    Busy,
    /// Nothing can be saved, and of this nothing was.
    #[error("nothing can be saved now ({0}); try again when the storage works")]
    Unavailable(Text),
    /// The disk failed while it was being saved: it was saved whole or not at all, and which of the
    /// two shows when the storage works.
    #[error("not known yet whether it was saved ({0}); look again when the storage works")]
    Unsure(Text),
    /// Deciding it panicked, and nothing of it was done; of several reports, nothing of that at which
    /// it panicked. The same again will most likely do so, too.
    #[error("watchbell failed at this, and did not do it; its log says where")]
    Failed,
    /// The engine is stopping.
    #[error("watchbell is stopping")]
    Closed,
}

/// The engine, to those who ask it for something. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Handle(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) inbox: Inbox,
    pub(super) publisher: Publisher,
    pub(super) vitals: Vitals,
    pub(super) clock: Clock,
    pub(super) archive: Archive,
    pub(super) ops: Mutex<Ids>,
}

impl Handle {
    /// Has an order decided and, if it changes anything, committed. Once it was taken in it is
    /// carried out, even if nobody waits for the receipt any more.
    pub async fn submit(&self, order: Order) -> Result<Receipt, SubmitError> {
        let (reply, receipt) = oneshot::channel();
        // Who is told of an answer comes again; of alerts that were turned away nobody heard.
        let of_alerts = matches!(order.command, Command::Report(_));
        if let Err(error) = self.0.inbox.push(Waiting { order, reply }) {
            if error == SubmitError::Busy && of_alerts {
                self.0.vitals.busy();
            }
            return Err(error);
        }
        receipt.await.unwrap_or(Err(SubmitError::Closed))
    }

    /// The newest published table.
    pub fn latest(&self) -> Arc<Published> {
        self.0.publisher.latest()
    }

    /// The newest published table, and a feed of everything after it.
    pub fn follow(&self) -> (Arc<Published>, Feed) {
        self.0.publisher.follow()
    }

    /// Every change that was published after the state `from` first was, without a gap: for readers
    /// who keep a table of their own. Refuses a state that is too old, or is none of this table's:
    /// the reader then begins again with [`Handle::latest`].
    pub fn follow_from(&self, from: Cursor) -> Result<Trail, Lagged> {
        self.0.publisher.follow_from(from)
    }

    /// Holds every change from now on until the reader that was begun with [`Handle::latest`] behind
    /// this can follow. While nobody reads and nobody has lately, none is held.
    pub fn keep_changes(&self) -> Keeping {
        self.0.publisher.keep_changes()
    }

    /// A page of a timeline, newest line first, from disk.
    pub async fn history(
        &self,
        subject: Key,
        page: PageRequest,
    ) -> Result<Page<Event>, ArchiveError> {
        let archive = self.0.archive.clone();
        let read = tokio::task::spawn_blocking(move || archive.timeline(subject, page));
        read.await.unwrap_or(Err(ArchiveError::Closed))
    }

    /// The newest lines of an alert's timeline, oldest first: from disk, or, should that fail, those
    /// at hand. None that is newer than `until`, the commit that `alert` is from: the alert as it is
    /// there knows nothing of it.
    pub async fn timeline(&self, alert: &Alert, until: Revision) -> Vec<Arc<Event>> {
        const LINES: usize = 200;
        match self.history(Key::Alert(alert.id), PageRequest::newest(LINES).until(until)).await {
            Ok(page) => page.items.into_iter().rev().map(Arc::new).collect(),
            Err(error) => {
                tracing::warn!(%error, "a timeline cannot be read from disk");
                alert.recent.to_vec()
            }
        }
    }

    /// The newest published table, and a walk through every timeline as it was at that commit.
    pub fn walk(&self) -> (Arc<Published>, Walk) {
        // In this order nothing of the table is cleared away before the walk comes to it.
        let walk = self.0.archive.walk();
        let latest = self.latest();
        let until = latest.cursor.revision;
        (latest, walk.until(until))
    }

    /// How the program is.
    pub fn vitals(&self) -> &Vitals {
        &self.0.vitals
    }

    /// Now, by the engine's clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// An id for a new order.
    pub fn op(&self) -> OpId {
        // Random bits of the system would be a call of it for every order.
        OpId(self.0.ops.lock().unwrap_or_else(PoisonError::into_inner).draw())
    }

    /// How many alerts wait to be decided.
    pub fn depth(&self) -> usize {
        self.0.inbox.depth()
    }
}
