//! The tasks of the program: each with a name that is told when it ends.

use std::future::Future;

use axum::Router;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::demo::{self, People};
use crate::engine::Handle;
use crate::http::{self, Limits, Listener};
use crate::notify::{self, Channel};

/// Endings that may wait to be seen: the first one ends the program.
const ENDINGS: usize = 4;

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

    /// Serves `router` on `listener`.
    pub(super) fn listen(&self, name: &'static str, listener: impl Listener, router: Router) {
        let (tasks, stop) = (self.tasks.clone(), self.stop.clone());
        self.spawn(name, http::serve(listener, router, Limits::default(), tasks, stop));
    }

    /// Tells `channels` what is decided to be told.
    pub(super) fn notify(&self, handle: Handle, channels: Vec<Channel>) {
        let (tasks, stop) = (self.tasks.clone(), self.stop.clone());
        self.spawn("notifier", notify::run(handle, channels, tasks, stop));
    }

    /// Lets the people and the senders of a demo do what they do.
    pub(super) fn play(&self, handle: Handle, people: People) {
        self.spawn("demo", demo::play(handle, people, self.stop.clone()));
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
    use super::*;

    #[tokio::test]
    async fn a_part_that_ends_or_panics_is_named() {
        let (parts, mut endings) = Parts::new();
        parts.spawn("one", async {});
        assert_eq!(endings.recv().await, Some("one"));
        parts.spawn("other", async { panic!("on purpose") });
        assert_eq!(endings.recv().await, Some("other"));
    }
}
