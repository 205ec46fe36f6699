//! The service as a console shows it: what there is, what comes, and what it is asked for. The same
//! whether the service is in this process or in the one that owns the data.

use std::fmt;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use tokio::sync::watch;

use super::attached::Attached;
use super::local::{Local, LocalError, NotAllowed};
use crate::domain::change::Change;
use crate::domain::command::Order;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::{Feed, FeedEnd, Published, Receipt, SubmitError, Vital};

/// The service, wherever it runs. Cloning is cheap.
#[derive(Clone, Debug)]
pub enum Live {
    /// In this process.
    Local(Local),
    /// In the process that owns the data.
    Attached(Attached),
}

/// Why an order was not carried out, or is not known to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// It may not be asked for here.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The engine refused, or could not save it.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// There is no connection. Nothing was sent, and nothing is kept for later.
    #[error("there is no connection to the service")]
    Unconnected,
    /// It was sent, and the answer was lost.
    #[error("the answer was lost ({0})")]
    Lost(Text),
    /// For another reason, in words.
    #[error("{0}")]
    Other(Text),
}

impl From<LocalError> for LiveError {
    fn from(error: LocalError) -> Self {
        match error {
            LocalError::NotAllowed(why) => why.into(),
            LocalError::Submit(error) => error.into(),
        }
    }
}

impl Live {
    /// Has an order carried out. Where the owner is another process, it finds out for itself who
    /// asks.
    pub async fn submit(&self, order: Order) -> Result<Receipt, LiveError> {
        match self {
            Self::Local(local) => Ok(local.submit(order).await?),
            Self::Attached(attached) => attached.submit(&order).await,
        }
    }

    /// Now, by the service's clock.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Local(local) => local.now(),
            Self::Attached(attached) => attached.now(),
        }
    }
}

/// A table, and how it came about.
#[derive(Clone, Debug)]
pub struct News {
    /// Everything as it is now.
    pub table: Table,
    /// What changed since the last news; `None` if that is not all that is new.
    pub changes: Option<Arc<[Change]>>,
}

/// What a console is told.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Something was published.
    News(Box<News>),
    /// The program says how it is.
    Vital(Vital),
    /// The connection is lost: what is shown is how it stood then.
    Lost {
        /// Since when nothing was heard.
        since: Timestamp,
        /// Why there will be none with who is there now, where that is so.
        why: Option<Text>,
    },
    /// There is a connection again, and what is shown is how it is.
    Connected,
    /// The service has stopped, and will not come back.
    Ended,
}

/// What there is, and what will come.
pub struct Following {
    /// What may be asked.
    pub live: Live,
    /// Everything as it is now.
    pub table: Table,
    /// How the program is.
    pub vital: Vital,
    coming: Coming,
}

enum Coming {
    Local(Box<Followed>),
    Attached(BoxStream<'static, Heard>),
}

/// The engine of this process, followed.
struct Followed {
    local: Local,
    feed: Feed,
    epoch: u64,
    vitals: watch::Receiver<Vital>,
}

impl From<Local> for Following {
    fn from(local: Local) -> Self {
        let (published, feed) = local.follow();
        let mut vitals = local.vitals().watch();
        let vital = vitals.borrow_and_update().clone();
        let epoch = published.cursor.epoch;
        let followed = Followed { local: local.clone(), feed, epoch, vitals };
        Self {
            live: Live::Local(local),
            table: published.table.clone(),
            vital,
            coming: Coming::Local(Box::new(followed)),
        }
    }
}

impl Following {
    /// What is attached to the owner.
    pub(super) fn attached(
        attached: Attached,
        table: Table,
        vital: Vital,
        coming: BoxStream<'static, Heard>,
    ) -> Self {
        Self { live: Live::Attached(attached), table, vital, coming: Coming::Attached(coming) }
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Heard {
        match &mut self.coming {
            Coming::Local(followed) => followed.next().await,
            Coming::Attached(coming) => coming.next().await.unwrap_or(Heard::Ended),
        }
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Following").field("live", &self.live).finish_non_exhaustive()
    }
}

impl Followed {
    async fn next(&mut self) -> Heard {
        tokio::select! {
            biased;
            published = self.feed.next() => match published {
                Ok(published) => Heard::News(Box::new(self.news(&published))),
                Err(FeedEnd::Lagged(_)) => {
                    let (published, feed) = self.local.follow();
                    self.feed = feed;
                    self.epoch = published.cursor.epoch;
                    let table = published.table.clone();
                    Heard::News(Box::new(News { table, changes: None }))
                }
                Err(FeedEnd::Closed) => Heard::Ended,
            },
            Ok(()) = self.vitals.changed() => Heard::Vital(self.vitals.borrow_and_update().clone()),
        }
    }

    fn news(&mut self, published: &Published) -> News {
        // A table that was built again from disk has another epoch: its changes, if any came in
        // the same turn, are not all that is new in it. One without changes says nothing of them.
        let rebuilt = published.cursor.epoch != self.epoch || published.changes.is_empty();
        self.epoch = published.cursor.epoch;
        let changes = (!rebuilt).then(|| Arc::clone(&published.changes));
        News { table: published.table.clone(), changes }
    }
}
