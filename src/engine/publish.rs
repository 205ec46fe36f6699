//! Publishing: the newest table for readers, and a bounded feed of what changed.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::broadcast;

use super::ring::{Keeping, Ring, Trail};
use crate::domain::change::Change;
use crate::domain::id::Revision;
use crate::domain::table::Table;

/// Which state of the table is meant. The epoch changes when the table was built again from
/// disk, after which revisions may say something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Which building of the table from disk, as the store counts them.
    pub epoch: u64,
    /// The commit.
    pub revision: Revision,
}

/// One state of the table, and the changes of the turn that led to it.
#[derive(Clone, Debug)]
pub struct Published {
    /// The commit that it holds: of several states of one commit the later ones differ in what
    /// sources repeat.
    pub cursor: Cursor,
    /// Which state, in the order of publishing.
    pub serial: u64,
    /// The table: a snapshot, consistent in itself.
    pub table: Table,
    /// What changed in the last turn. That is all that is new where the epoch is that of the state
    /// before: a table that was built again from disk may hold more, and where only the policy
    /// changed there is nothing here.
    pub changes: Arc<[Change]>,
}

/// The reader was too slow and missed something: it must start again from the newest table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("changes were missed; read the newest table again")]
pub struct Lagged;

/// The feed ended: the engine has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedEnd {
    /// Something was missed.
    #[error(transparent)]
    Lagged(#[from] Lagged),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Closed,
}

#[derive(Debug)]
pub(super) struct Publisher {
    newest: ArcSwap<Published>,
    feed: broadcast::Sender<Arc<Published>>,
    ring: Ring,
}

impl Publisher {
    /// States that a slow reader may be behind. Each holds a table, so that it must be few; a
    /// reader further behind is better off with the newest one.
    const BEHIND: usize = 64;

    pub(super) fn new(first: Arc<Published>) -> Self {
        let ring = Ring::after(first.cursor);
        Self { newest: ArcSwap::new(first), feed: broadcast::Sender::new(Self::BEHIND), ring }
    }

    pub(super) fn latest(&self) -> Arc<Published> {
        self.newest.load_full()
    }

    /// Readers see it before this returns, so that an answer sent afterwards can be checked.
    pub(super) fn publish(&self, published: Arc<Published>) {
        // First, so that whoever reads the newest table can follow from there.
        self.ring.push(&published);
        self.newest.store(Arc::clone(&published));
        // An error only says that nobody follows.
        let _ = self.feed.send(published);
    }

    /// The newest state, and a feed of all after it.
    pub(super) fn follow(&self) -> (Arc<Published>, Feed) {
        // In this order nothing can fall between the two; what is in both is left out below.
        let receiver = self.feed.subscribe();
        let latest = self.latest();
        (Arc::clone(&latest), Feed { receiver, seen: latest })
    }

    /// Everything that was published after `from` was first; see [`Ring::from`].
    pub(super) fn follow_from(&self, from: Cursor) -> Result<Trail, Lagged> {
        self.ring.from(from)
    }

    /// Holds changes from now on; see [`Ring::keep`].
    pub(super) fn keep_changes(&self) -> Keeping {
        self.ring.keep()
    }
}

/// All states after the one it was made with, in order, without a gap.
#[derive(Debug)]
pub struct Feed {
    receiver: broadcast::Receiver<Arc<Published>>,
    seen: Arc<Published>,
}

impl Feed {
    /// The next state. Says so if some were missed, and if there will be no more. Dropping the
    /// future loses nothing.
    pub async fn next(&mut self) -> Result<Arc<Published>, FeedEnd> {
        loop {
            let published = match self.receiver.recv().await {
                Ok(published) => published,
                Err(broadcast::error::RecvError::Lagged(_)) => return Err(Lagged.into()),
                Err(broadcast::error::RecvError::Closed) => return Err(FeedEnd::Closed),
            };
            if published.serial > self.seen.serial {
                self.seen = Arc::clone(&published);
                return Ok(published);
            }
        }
    }
}
