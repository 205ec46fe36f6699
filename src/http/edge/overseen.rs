//! A listener that tells when nobody new can connect, and when they can again. Changes nothing of
//! what is accepted.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use super::{Listener, Peer, is_of_one_connection};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::Outage;
use crate::http::Door;

/// A listener whose troubles are told to the engine behind a door.
#[derive(Debug)]
pub struct Overseen<L> {
    listener: L,
    door: Door,
    trouble: Mutex<Option<Trouble>>,
}

/// Nothing could be accepted since then.
#[derive(Clone, Copy, Debug)]
struct Trouble {
    began: Instant,
    /// As the engine tells the time, once it can be asked.
    since: Option<Timestamp>,
}

impl<L: Listener> Overseen<L> {
    /// What fails for less long is made up for before a sender gives up: the system queues who
    /// connects.
    const LASTS: Duration = Duration::from_secs(2);

    /// Tells of `listener` to who is behind `door`.
    pub fn new(listener: L, door: Door) -> Self {
        Self { listener, door, trouble: Mutex::new(None) }
    }

    /// Somebody could connect, if there were somebody.
    fn well(&self) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.take().is_some()
            && let Ok(handle) = self.door.handle()
        {
            handle.vitals().listener(None);
        }
    }

    fn fails(&self, error: &io::Error) {
        let handle = self.door.handle().ok();
        let now = handle.as_ref().map(crate::engine::Handle::now);
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let known = trouble.get_or_insert(Trouble { began: Instant::now(), since: now });
        known.since = known.since.or(now);
        if let (Some(handle), Some(since)) = (handle, known.since)
            && known.began.elapsed() >= Self::LASTS
        {
            handle.vitals().listener(Some(Outage { since, why: why(error) }));
        }
    }
}

impl<L: Listener + Sync> Listener for Overseen<L> {
    type Stream = L::Stream;
    type Opening = L::Opening;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        let mut accepting = pin!(self.listener.accept());
        poll_fn(|context| {
            let polled = accepting.as_mut().poll(context);
            match &polled {
                Poll::Ready(Err(error)) if !is_of_one_connection(error) => self.fails(error),
                // To wait for somebody is well, too: without room accepting fails at once.
                Poll::Ready(_) | Poll::Pending => self.well(),
            }
            polled
        })
        .await
    }
}

/// What the system said, without its number: `too many open files`.
fn why(error: &io::Error) -> Text {
    let said = error.to_string();
    let said = said.split(" (os error").next().unwrap_or_default();
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    Text::derive(&(first.unwrap_or_default() + letters.as_str()))
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI32, Ordering};

    use tokio::net::TcpStream;

    use super::*;
    use crate::engine;
    use crate::store::Store;
    use crate::store::platter::Platter;

    /// A listener that fails with an error of the system, or waits.
    #[derive(Debug)]
    struct Sick(Arc<AtomicI32>);

    impl Listener for Sick {
        type Stream = TcpStream;
        type Opening = Ready<io::Result<TcpStream>>;

        async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
            match self.0.load(Ordering::Relaxed) {
                0 => std::future::pending().await,
                1 => Ok((ready(Err(io::ErrorKind::BrokenPipe.into())), Peer::User(0))),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        }
    }

    const EMFILE: i32 = 24;
    const ECONNABORTED: i32 = 103;

    #[tokio::test]
    async fn what_cannot_be_accepted_for_long_is_told_until_somebody_could_connect() {
        let (store, loaded) = Store::open(Platter::default()).unwrap();
        let (handle, writer) = engine::start(store, loaded, Arc::default()).unwrap();
        tokio::time::pause();
        let (door, error) = (Door::new(), Arc::new(AtomicI32::new(0)));
        let listener = Overseen::new(Sick(Arc::clone(&error)), door.clone());
        let told = || handle.vitals().now().unheard.map(|outage| outage.why.to_string());
        // What happens, after how long, and what is told then.
        let steps = [
            (EMFILE, 0, None),
            (EMFILE, 1_999, None),
            (0, 1, None),
            (EMFILE, 5_000, None),
            (EMFILE, 2_000, Some("too many open files")),
            (ECONNABORTED, 1, None),
            (EMFILE, 1, None),
            (EMFILE, 2_000, Some("too many open files")),
            (1, 1, None),
        ];
        door.open(handle.clone());
        for (number, (happens, after, expected)) in steps.into_iter().enumerate() {
            tokio::time::advance(Duration::from_millis(after)).await;
            error.store(happens, Ordering::Relaxed);
            let _ = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
            assert_eq!(told().as_deref(), expected, "step {number}");
        }
        writer.stop().unwrap();
    }
}
