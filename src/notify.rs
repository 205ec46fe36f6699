//! Notifications: carries out what is decided. Takes the deliveries whose attempt has begun from
//! the feed, sends each to its channel, and has what came of it decided.
//!
//! While nothing can be saved each channel is told of that directly, once.
//!
//! Decides nothing, stores nothing, and never waits between attempts: that wait is a deadline of
//! the delivery, so that it survives a crash like everything else.

mod channel;
#[cfg(test)]
mod samples;
mod sender;
mod unsaved;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::channel::{
    Attempt, Channel, ChannelError, ChannelKind, ChannelSettings, Secret, WebhookSettings,
    leads_inside,
};
use self::sender::Sender;
use self::unsaved::Spell;
use crate::domain::delivery::{Delivery, Progress};
use crate::domain::entity::Entity;
use crate::engine::{FeedEnd, Handle, Published};

/// Sends until `stop`, or until the engine has stopped. Every send is a task of its own on
/// `tasks`; those under way at `stop` get a moment to end.
///
/// To be started when the engine has taken its first turn: what was being attempted before waits
/// again from then on.
pub async fn run(
    handle: Handle,
    channels: Vec<Channel>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let (latest, mut feed) = handle.follow();
    let mut epoch = latest.cursor.epoch;
    let sender = Sender::new(handle.clone(), channels, tasks, stop.clone());
    sender.begin_all();
    let (mut vitals, mut spell) = (handle.vitals().watch(), Spell::default());
    vitals.mark_changed();
    loop {
        let news = tokio::select! {
            () = stop.cancelled() => return,
            // The vitals are there as long as we hold the handle.
            _ = vitals.changed() => {
                // Each refused post changes them.
                let store = vitals.borrow_and_update().store.clone();
                spell.look(&store, &handle, &sender);
                continue;
            }
            news = feed.next() => news,
        };
        match news {
            Ok(published) if is_whole(&published, epoch) => {
                epoch = published.cursor.epoch;
                sender.begin_all();
            }
            Ok(published) => attempts(&published).for_each(|delivery| sender.begin(delivery.id)),
            // Whatever was missed is in the newest table, if it still is to be sent.
            Err(FeedEnd::Lagged(_)) => sender.begin_all(),
            Err(FeedEnd::Closed) => return,
        }
    }
}

/// Whether a state is more than its changes after one of `epoch`: it may hold an attempt that
/// nobody was told of. So it is with a table that was built again from disk, whatever changed in
/// the same turn, and with one that came without changes.
fn is_whole(published: &Published, epoch: u64) -> bool {
    published.cursor.epoch != epoch || published.changes.is_empty()
}

/// The deliveries that have just come to be attempted.
fn attempts(published: &Published) -> impl Iterator<Item = &Delivery> {
    published.changes.iter().filter_map(|change| match &change.next {
        Some(Entity::Delivery(delivery)) if is_attempted(delivery) => Some(delivery.as_ref()),
        Some(_) | None => None,
    })
}

fn is_attempted(delivery: &Delivery) -> bool {
    match delivery.state {
        Progress::Attempt { .. } => true,
        Progress::Waiting { .. }
        | Progress::Sent { .. }
        | Progress::Superseded { .. }
        | Progress::GivenUp { .. } => false,
    }
}

#[cfg(test)]
mod tests;
