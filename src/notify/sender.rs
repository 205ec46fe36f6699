//! Sending: one task an attempt, so many at once a channel, and the outcome handed to the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::channel::{Attempt, Channel};
use super::is_attempted;
use super::unsaved::Told;
use crate::domain::actor::{Actor, Via};
use crate::domain::command::{Command, Order};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::id::DeliveryId;
use crate::domain::tells::moot;
use crate::domain::text::Text;
use crate::engine::{Handle, Place, SubmitError};

/// How many sends one channel has at once: enough that a slow far end keeps up with a bad night,
/// few enough not to be taken for an attack.
pub(super) const AT_ONCE: usize = 8;
/// How long what is under way at the end may still take. Cut off, it would be sent again.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long an outcome waits that cannot be kept now.
const AGAIN: Duration = Duration::from_secs(1);

/// Sends. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Sender(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    handle: Handle,
    channels: BTreeMap<Text, Line>,
    /// What is being sent: never twice at once, however often an attempt of it begins.
    under_way: Mutex<BTreeSet<DeliveryId>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A channel, and the places on it.
#[derive(Debug)]
struct Line {
    channel: Channel,
    places: Semaphore,
}

impl Sender {
    pub(super) fn new(
        handle: Handle,
        channels: Vec<Channel>,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let line = |channel: Channel| {
            (channel.name().clone(), Line { channel, places: Semaphore::new(AT_ONCE) })
        };
        let channels = channels.into_iter().map(line).collect();
        Self(Arc::new(Shared { handle, channels, under_way: Mutex::default(), tasks, stop }))
    }

    /// Begins every attempt of the newest table that is not under way.
    pub(super) fn begin_all(&self) {
        let latest = self.0.handle.latest();
        for delivery in latest.table.deliveries().filter(|delivery| is_attempted(delivery)) {
            self.begin(delivery.id);
        }
    }

    /// Begins an attempt, unless it is under way or over: after a lag the feed brings again what
    /// the newest table had shown.
    pub(super) fn begin(&self, delivery: DeliveryId) {
        if self.0.enter(delivery) {
            let shared = Arc::clone(&self.0);
            self.0.tasks.spawn(async move { shared.carry_out(delivery).await });
        }
    }
}

impl Sender {
    /// Tells `attempt` directly, unless its channel was told so already. A channel that takes it not
    /// now is taken out of `told` again.
    pub(super) fn begin_directly(&self, attempt: Attempt, told: &Told) {
        if told.enter(&attempt.delivery.channel) {
            let (shared, told) = (Arc::clone(&self.0), told.clone());
            self.0.tasks.spawn(async move {
                if !shared.tell_directly(&attempt).await {
                    told.leave(&attempt.delivery.channel);
                }
            });
        }
    }
}

impl Shared {
    fn under_way(&self) -> MutexGuard<'_, BTreeSet<DeliveryId>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, delivery: DeliveryId) -> bool {
        let mut under_way = self.under_way();
        // Read under the lock: what left it was published as settled before.
        self.attempted(delivery).is_some() && under_way.insert(delivery)
    }

    /// Leaves, unless an attempt has begun meanwhile for which nobody else came in.
    fn leave(&self, delivery: DeliveryId) -> bool {
        let mut under_way = self.under_way();
        let over = self.stop.is_cancelled() || self.attempted(delivery).is_none();
        if over {
            under_way.remove(&delivery);
        }
        over
    }

    async fn carry_out(&self, delivery: DeliveryId) {
        let _panicking = Panicking { shared: self, delivery };
        loop {
            if let Some((number, outcome)) = self.outcome(delivery).await {
                match self.settle(delivery, number, &outcome).await {
                    Heard::Yes => {}
                    // The engine is gone, and its newest table says for ever that this is
                    // attempted: whoever stays, or comes in again, would send it again.
                    Heard::Gone => return,
                    Heard::Failed => {
                        self.under_way().remove(&delivery);
                        return;
                    }
                }
            }
            if self.leave(delivery) {
                return;
            }
        }
    }

    /// The delivery, if an attempt of it has begun and is not settled.
    fn attempted(&self, delivery: DeliveryId) -> Option<Arc<Delivery>> {
        let latest = self.handle.latest();
        latest.table.delivery(delivery).filter(|held| is_attempted(held)).cloned()
    }

    /// Sends when there is a place and still something to tell, and says for which attempt. Nothing
    /// where the program ended first, or the attempt did.
    async fn outcome(&self, id: DeliveryId) -> Option<(u32, Outcome)> {
        let delivery = self.attempted(id)?;
        let Some(line) = self.channels.get(&delivery.channel) else {
            return Some((
                delivery.attempts,
                never("no channel of this name is configured any more"),
            ));
        };
        let _place = tokio::select! {
            () = self.stop.cancelled() => return None,
            place = line.places.acquire() => place.ok()?,
        };
        // What is told is what holds now, not what held when the wait for a place began. All of it
        // is read from one table.
        let latest = self.handle.latest();
        let delivery = latest.table.delivery(id).filter(|held| is_attempted(held))?.clone();
        let number = delivery.attempts;
        if let Some(why) = moot(&latest.table, &delivery) {
            return Some((number, Outcome::Moot { why: Text::derive(&why) }));
        }
        let Some(alert) = latest.table.alert(delivery.alert).cloned() else {
            return Some((number, never("the alert is not kept any more")));
        };
        let attempt = Attempt { delivery, alert };
        let began = Instant::now();
        tokio::select! {
            outcome = self.send(&line.channel, &attempt) => {
                self.handle.vitals().counts().attempt(began.elapsed(), &outcome);
                Some((number, outcome))
            }
            () = self.cut_off() => None,
        }
    }

    /// What a channel says. One that panics has said nothing.
    async fn send(&self, channel: &Channel, attempt: &Attempt) -> Outcome {
        let sent = AssertUnwindSafe(channel.send(attempt)).catch_unwind().await;
        sent.unwrap_or_else(|_| {
            self.handle.vitals().counts().panics_of(Place::Notification).add(1);
            let why = Text::derive("watchbell failed at it; its log says where");
            Outcome::NotNow { why, wait: None }
        })
    }

    /// Tells a channel what is kept nowhere. Says whether that was all: taken, or never to be.
    async fn tell_directly(&self, attempt: &Attempt) -> bool {
        let Some(line) = self.channels.get(&attempt.delivery.channel) else { return true };
        let outcome = tokio::select! {
            outcome = self.send(&line.channel, attempt) => outcome,
            () = self.cut_off() => return true,
        };
        let (channel, title) = (line.channel.name().as_str(), attempt.alert.title.as_str());
        match outcome {
            Outcome::Taken => tracing::info!(channel, title, "Told directly"),
            Outcome::NotNow { why, .. } => {
                tracing::warn!(channel, title, %why, "Not told directly yet");
                return false;
            }
            Outcome::Never { why } | Outcome::Moot { why } => {
                tracing::error!(channel, title, %why, "Not told directly; not tried again");
            }
        }
        true
    }

    async fn cut_off(&self) {
        self.stop.cancelled().await;
        sleep(FAREWELL).await;
    }

    /// Has the outcome decided, as that of the newest attempt: one that began while this send was
    /// under way has no other.
    async fn settle(&self, id: DeliveryId, mut number: u32, outcome: &Outcome) -> Heard {
        self.log(outcome, id, number);
        loop {
            number = self.attempted(id).map_or(number, |delivery| delivery.attempts);
            let command = Command::Settle(id, number, outcome.clone());
            let op = self.handle.op();
            let (actor, via) = (Actor::Watchbell, Via::Watchbell);
            let heard = self.submit(Order { op, actor, via, seen: None, command }).await;
            // One may have begun between our look at the table and the engine's.
            let newer = self.attempted(id).is_some_and(|delivery| delivery.attempts != number);
            if !newer || heard != Heard::Yes || self.stop.is_cancelled() {
                return heard;
            }
        }
    }

    /// Logs what came of an attempt: of which alert, and to which channel, as people name them.
    fn log(&self, outcome: &Outcome, id: DeliveryId, attempt: u32) {
        let latest = self.handle.latest();
        let held = latest.table.delivery(id);
        let channel = held.map(|delivery| delivery.channel.as_str());
        let alert = held.map(|delivery| delivery.alert.short());
        let alert = alert.as_deref();
        let title = held.and_then(|delivery| latest.table.alert(delivery.alert));
        let title = title.map(|alert| alert.title.as_str());
        match outcome {
            Outcome::Taken => {
                tracing::info!(channel, alert, title, attempt, delivery = %id, "Told");
            }
            Outcome::NotNow { why, .. } => {
                tracing::warn!(channel, alert, title, %why, attempt, delivery = %id, "Not told yet");
            }
            Outcome::Moot { why } => {
                tracing::info!(channel, alert, title, %why, attempt, delivery = %id, "Not told");
            }
            Outcome::Never { why } => tracing::error!(
                channel,
                alert,
                title,
                %why,
                attempt,
                delivery = %id,
                "Not told; not tried again"
            ),
        }
    }

    /// Submits. While nothing can be saved the outcome is held here and offered again: the one
    /// wait of this module, because a deadline could not be saved either, and because to drop the
    /// outcome would be to tell people twice.
    async fn submit(&self, order: Order) -> Heard {
        loop {
            match self.handle.submit(order.clone()).await {
                Ok(_) => return Heard::Yes,
                Err(SubmitError::Closed) => return Heard::Gone,
                // The attempt stays one without an outcome, and is made anew as such in a while.
                Err(SubmitError::Failed) => return Heard::Failed,
                Err(SubmitError::Refused(refusal)) => {
                    tracing::error!(%refusal, "An outcome was refused");
                    return Heard::Yes;
                }
                Err(SubmitError::Busy | SubmitError::Unavailable(_) | SubmitError::Unsure(_)) => {
                    tokio::select! {
                        () = self.stop.cancelled() => return Heard::Yes,
                        () = sleep(AGAIN) => {}
                    }
                }
            }
        }
    }
}

/// Whether the engine heard of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// It did, or we end before it can.
    Yes,
    /// It is gone, and nothing will be heard any more.
    Gone,
    /// It failed at it, and would again.
    Failed,
}

/// Takes a delivery off what is under way if its task panics: the next attempt must be sent.
struct Panicking<'a> {
    shared: &'a Shared,
    delivery: DeliveryId,
}

impl Drop for Panicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shared.under_way().remove(&self.delivery);
        }
    }
}

fn never(why: &str) -> Outcome {
    Outcome::Never { why: Text::derive(why) }
}
