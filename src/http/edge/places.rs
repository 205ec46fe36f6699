//! The places of connections: who holds one, who only waits in it, and who leaves when all are
//! taken. Knows nothing of requests but when one begins, waits and ends, and whether anybody known
//! has sent one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// No moment: of what does not wait.
const NEVER: u64 = 0;

/// All places of one listener.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Mutex<BTreeMap<u64, Arc<Place>>>,
    /// Counts what happens: who waits the longest is a question of order, not of clocks.
    moments: AtomicU64,
    /// Told when somebody may have begun to wait.
    news: Notify,
}

/// One connection's place, as all see it who have to do with the connection.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    /// Set once the connection was looked at and had nothing to give: before that, what it sent
    /// may lie unread, and it must not be sent away.
    seen: AtomicBool,
    /// Since when no request is being answered.
    idle: AtomicU64,
    /// Set once something has come since then.
    begun: AtomicBool,
    /// Set once a request came over it of somebody who is known.
    known: AtomicBool,
    /// When the last request began to be answered.
    answer: AtomicU64,
    /// Since when the request that is being answered waits for its body.
    body: AtomicU64,
    /// Since when an answer waits to be read.
    unread: AtomicU64,
    leave: Notify,
}

/// The right to a place; dropping it frees the place.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    place: Arc<Place>,
    _free: OwnedSemaphorePermit,
}

/// A request that is being answered, until dropped.
#[derive(Debug)]
pub(super) struct Answering(Arc<Place>);

/// What has to come of a request, and the moment since which there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Its first byte.
    Request(u64),
    /// The rest of its head.
    Head(u64),
}

/// What a connection waits for that is none of our work. Sent away first: the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    /// A request, of somebody who is not known: nothing is lost with it, and a flood is of these.
    Stranger(u64),
    /// A request, of somebody who is. They may send one just now.
    Idle(u64),
    /// The rest of a request, or that an answer is read.
    Midway(u64),
}

impl Places {
    /// So many.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Arc::new(Semaphore::new(most)),
            taken: Mutex::default(),
            moments: AtomicU64::new(NEVER),
            news: Notify::new(),
        })
    }

    /// A place for one more connection. Where all are taken, the connection leaves that waits the
    /// longest for its other end: of a stranger without a request if there is one, else one
    /// without a request if there is one. Those that wait for us alone are let finish.
    pub(super) async fn take(self: &Arc<Self>) -> Seat {
        loop {
            if let Ok(free) = Arc::clone(&self.free).try_acquire_owned() {
                return self.seat(free);
            }
            self.send_one_away();
            tokio::select! {
                free = Arc::clone(&self.free).acquire_owned() => match free {
                    Ok(free) => return self.seat(free),
                    // Nobody closes it.
                    Err(_) => std::future::pending().await,
                },
                () = self.news.notified() => {}
            }
        }
    }

    fn seat(self: &Arc<Self>, free: OwnedSemaphorePermit) -> Seat {
        let number = self.moment();
        let place = Arc::new(Place {
            places: Arc::clone(self),
            seen: AtomicBool::new(false),
            idle: AtomicU64::new(number),
            begun: AtomicBool::new(false),
            known: AtomicBool::new(false),
            answer: AtomicU64::new(NEVER),
            body: AtomicU64::new(NEVER),
            unread: AtomicU64::new(NEVER),
            leave: Notify::new(),
        });
        self.lock().insert(number, Arc::clone(&place));
        Seat { number, place, _free: free }
    }

    fn send_one_away(&self) {
        let taken = self.lock();
        let waiting = taken.values().filter_map(|place| Some((place.waits()?, place)));
        if let Some((_, place)) = waiting.min_by_key(|(waits, _)| *waits) {
            place.leave.notify_one();
        }
    }

    /// A panic while it was held left the map whole: nothing in it is changed in two steps.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Place>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self) -> u64 {
        self.moments.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Place {
    /// Somebody who is known has sent a request.
    pub(super) fn let_in(&self) {
        self.known.store(true, Ordering::SeqCst);
    }

    /// Something has come from the other end.
    pub(super) fn heard(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }

    /// What has to come of a request, if nothing else is to be done first: while an answer is
    /// written or read, the next request may take its time.
    ///
    /// Of a head that begins to come while the one before is being answered, only what comes after
    /// that is noticed.
    pub(super) fn awaits(&self) -> Option<Awaited> {
        let idle = self.idle.load(Ordering::SeqCst);
        if idle == NEVER || self.unread.load(Ordering::SeqCst) != NEVER {
            return None;
        }
        let begun = self.begun.load(Ordering::SeqCst);
        Some(if begun { Awaited::Head(idle) } else { Awaited::Request(idle) })
    }

    /// A request has come; until the guard is dropped it is being answered.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        self.idle.store(NEVER, Ordering::SeqCst);
        self.answer.store(self.places.moment(), Ordering::SeqCst);
        Answering(Arc::clone(self))
    }

    /// The moment when the newest answer began, to tell it from others.
    pub(super) fn answer(&self) -> u64 {
        self.answer.load(Ordering::SeqCst)
    }

    /// The handler waits for more of a body, and has since `began`, if it waited before. Gives
    /// the moment that counts: pieces of a body that dribble do not make it younger.
    pub(super) fn waits_for_body(&self, began: Option<u64>) -> u64 {
        let began = began.unwrap_or_else(|| self.places.moment());
        self.begin(&self.body, began);
        began
    }

    /// A piece of the body came, or its end.
    pub(super) fn body_came(&self) {
        self.body.store(NEVER, Ordering::SeqCst);
    }

    /// Nothing more of an answer can be written.
    pub(super) fn is_unread(&self) {
        self.begin(&self.unread, self.places.moment());
    }

    /// Some of the answer was read.
    pub(super) fn is_read(&self) {
        self.unread.store(NEVER, Ordering::SeqCst);
    }

    /// The connection was looked at and can do nothing for the moment.
    pub(super) fn seen_waiting(&self) {
        if !self.seen.swap(true, Ordering::SeqCst) {
            self.places.news.notify_one();
        }
    }

    fn begin(&self, wait: &AtomicU64, since: u64) {
        wait.store(since, Ordering::SeqCst);
        self.places.news.notify_one();
    }

    fn waits(&self) -> Option<Waits> {
        let since = |wait: &AtomicU64| Some(wait.load(Ordering::SeqCst)).filter(|at| *at != NEVER);
        if !self.seen.load(Ordering::SeqCst) {
            return None;
        }
        if let Some(unread) = since(&self.unread) {
            return Some(Waits::Midway(unread));
        }
        let known = self.known.load(Ordering::SeqCst);
        let idle = if known { Waits::Idle } else { Waits::Stranger };
        since(&self.idle).map(idle).or_else(|| since(&self.body).map(Waits::Midway))
    }
}

impl Seat {
    /// The place.
    pub(super) fn place(&self) -> &Arc<Place> {
        &self.place
    }

    /// Waits until the connection is to leave. Who got to work meanwhile stays, and another goes.
    pub(super) async fn is_wanted(&self) {
        loop {
            self.place.leave.notified().await;
            if self.place.waits().is_some() {
                return;
            }
            self.place.places.news.notify_one();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.place.places.lock().remove(&self.number);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let place = &self.0;
        place.body_came();
        place.begun.store(false, Ordering::SeqCst);
        place.begin(&place.idle, place.places.moment());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;

    /// Seats that were all looked at.
    async fn seats(places: &Arc<Places>, count: usize) -> Vec<Seat> {
        let mut seats = Vec::new();
        for _ in 0..count {
            let seat = places.take().await;
            seat.place().seen_waiting();
            seats.push(seat);
        }
        seats
    }

    /// Which of the seats is to leave when one more wants in.
    async fn leaves(places: &Arc<Places>, seats: &[Seat]) -> Option<usize> {
        let more = tokio::select! {
            biased;
            _ = places.take() => None,
            at = first(seats) => Some(at),
        };
        // Whoever was asked and not heard is not asked for the next time.
        for seat in seats {
            let _ = timeout(Duration::ZERO, seat.place.leave.notified()).await;
        }
        more
    }

    async fn first(seats: &[Seat]) -> usize {
        let wanted = seats.iter().map(|seat| Box::pin(seat.is_wanted()));
        futures_util::future::select_all(wanted).await.1
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_the_longest_without_a_request_leaves_first() {
        let places = Places::new(4);
        let mut seats = seats(&places, 4).await;
        assert_eq!(leaves(&places, &seats).await, Some(0));
        // A request makes it the youngest.
        drop(seats[0].place().answering());
        assert_eq!(leaves(&places, &seats).await, Some(1));
        // An answer that nobody reads is kept before those without a request, not before all.
        seats[1].place().is_unread();
        assert_eq!(leaves(&places, &seats).await, Some(2));
        let running: Vec<_> = seats.iter().map(|seat| seat.place().answering()).collect();
        assert_eq!(leaves(&places, &seats).await, Some(1));
        seats[1].place().is_read();
        drop(running);
        seats.remove(0);
        assert_eq!(leaves(&places, &seats).await, None, "there is room");
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_let_in_before_stays_while_strangers_are_there() {
        let places = Places::new(4);
        let seats = seats(&places, 4).await;
        seats[0].place().let_in();
        seats[1].place().let_in();
        assert_eq!(leaves(&places, &seats).await, Some(2));
        // A stranger that was answered is a younger stranger.
        drop(seats[2].place().answering());
        assert_eq!(leaves(&places, &seats).await, Some(3));
        // The longest known are no stranger's equals, however long they have been idle.
        seats[2].place().let_in();
        seats[3].place().let_in();
        assert_eq!(leaves(&places, &seats).await, Some(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_dribbles_is_as_old_as_its_beginning() {
        let places = Places::new(2);
        let seats = seats(&places, 2).await;
        let running: Vec<_> = seats.iter().map(|seat| seat.place().answering()).collect();
        let began = seats[1].place().waits_for_body(None);
        seats[1].place().body_came();
        seats[0].place().waits_for_body(None);
        seats[1].place().waits_for_body(Some(began));
        assert_eq!(leaves(&places, &seats).await, Some(1));
        drop(running);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_sent_away_unseen_or_at_work() {
        let places = Places::new(2);
        let unseen = places.take().await;
        let working = places.take().await;
        working.place().seen_waiting();
        let answering = working.place().answering();
        let seats = [unseen, working];
        let wait = Duration::from_hours(1);
        assert!(timeout(wait, leaves(&places, &seats)).await.is_err());
        // Who becomes idle while somebody waits outside leaves then.
        let idle = async {
            tokio::task::yield_now().await;
            drop(answering);
        };
        let (left, ()) = tokio::join!(leaves(&places, &seats), idle);
        assert_eq!(left, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_got_to_work_when_asked_stays_and_another_goes() {
        let places = Places::new(2);
        let seats = seats(&places, 2).await;
        places.send_one_away();
        let answering = seats[0].place().answering();
        assert_eq!(leaves(&places, &seats).await, Some(1));
        drop(answering);
    }
}
