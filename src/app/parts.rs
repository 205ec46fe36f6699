//! The tasks of the program: each with a name that is told when it ends.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::demo::{self, People};
use crate::engine::{Handle, Place};
use crate::http::{self, Attaching, Door, Limits, Listener, Owner};
use crate::notify::{self, Channel};

/// Endings that may wait to be seen: the first one ends the program.
const ENDINGS: usize = 4;

/// How long a part is left that panicked, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What runs as tasks.
#[derive(Debug)]
pub(super) struct Parts {
    /// Tells all of them to end.
    pub(super) stop: CancellationToken,
    /// All of them, and the connections of the listeners.
    pub(super) tasks: TaskTracker,
    endings: mpsc::Sender<&'static str>,
}

impl Parts {
    /// No parts yet, and where the names of those that end will come.
    pub(super) fn new() -> (Self, mpsc::Receiver<&'static str>) {
        let (endings, ended) = mpsc::channel(ENDINGS);
        let parts = Self { stop: CancellationToken::new(), tasks: TaskTracker::new(), endings };
        (parts, ended)
    }

    /// Serves `router`, which stands behind `door`, on `listener`.
    pub(super) fn listen(
        &self,
        name: &'static str,
        listener: impl Listener + Sync,
        router: Router,
        door: &Door,
    ) {
        let (tasks, stop, listener) = (self.tasks.clone(), self.stop.clone(), Arc::new(listener));
        let door = door.clone();
        let serve = move || {
            let (listener, router) = (Arc::clone(&listener), router.clone());
            http::serve(listener, router, Limits::default(), tasks.clone(), stop.clone())
        };
        self.keep(name, serve, move || door.panicked());
    }

    /// Serves our own API to those whom `owner` lets in.
    pub(super) fn listen_here(
        &self,
        socket: impl Listener + Sync,
        owner: Owner,
        attaching: Attaching,
        door: &Door,
    ) {
        let router = http::own_router(door.clone(), owner, attaching);
        self.listen("socket", socket, router, door);
    }

    /// Tells `channels` what is decided to be told.
    pub(super) fn notify(&self, handle: Handle, channels: Vec<Channel>) {
        let (tasks, stop, counting) = (self.tasks.clone(), self.stop.clone(), handle.clone());
        let tell =
            move || notify::run(handle.clone(), channels.clone(), tasks.clone(), stop.clone());
        let panicked = move || counting.vitals().counts().panics_of(Place::Part).add(1);
        self.keep("notifier", tell, panicked);
    }

    /// Lets the people and the senders of a demo do what they do.
    pub(super) fn play(&self, handle: Handle, people: People) {
        self.spawn("demo", demo::play(handle, people, self.stop.clone()));
    }

    /// Has a part do its work, and begin it again a little later should it panic. Every part is made
    /// so that it can: what it knew is in the table.
    fn keep<W: Future<Output = ()> + Send>(
        &self,
        name: &'static str,
        work: impl Fn() -> W + Send + Sync + 'static,
        panicked: impl Fn() + Send + Sync + 'static,
    ) {
        let stop = self.stop.clone();
        self.spawn(name, async move {
            let mut pause = FIRST_PAUSE;
            loop {
                let began = Instant::now();
                // Also where it panics before it is a future.
                let working = AssertUnwindSafe(async { work().await });
                if working.catch_unwind().await.is_ok() {
                    return;
                }
                tracing::error!(part = name, ?pause, "A part panicked and is begun again");
                panicked();
                if began.elapsed() > LONGEST_PAUSE {
                    pause = FIRST_PAUSE;
                }
                if stop.run_until_cancelled(sleep(pause)).await.is_none() {
                    return;
                }
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        });
    }

    fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let telling = Telling { name, endings: self.endings.clone() };
        self.tasks.spawn(async move {
            let _telling = telling;
            work.await;
        });
    }
}

/// Tells the name when dropped: a panic is an ending, too.
struct Telling {
    name: &'static str,
    endings: mpsc::Sender<&'static str>,
}

impl Drop for Telling {
    fn drop(&mut self) {
        // Where it is full, an ending waits already; where it is closed, we end anyway.
        let _ = self.endings.try_send(self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_or_panics_is_named() {
        let (parts, mut endings) = Parts::new();
        parts.spawn("one", async {});
        assert_eq!(endings.recv().await, Some("one"));
        parts.spawn("other", async { panic!("on purpose") });
        assert_eq!(endings.recv().await, Some("other"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_panics_is_begun_again_and_is_no_ending() {
        let (parts, mut endings) = Parts::new();
        let (begun, panicked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (beginning, counting) = (Arc::clone(&begun), Arc::clone(&panicked));
        let work = move || {
            let times = beginning.fetch_add(1, Ordering::SeqCst);
            assert!(times > 0, "before it is a future");
            async move { assert!(times > 3, "on purpose") }
        };
        parts.keep("part", work, move || {
            counting.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(endings.recv().await, Some("part"), "it ended by itself");
        let counted = (begun.load(Ordering::SeqCst), panicked.load(Ordering::SeqCst));
        assert_eq!(counted, (5, 4));
    }
}
