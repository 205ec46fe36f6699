//! The desk: where long lists are written, on threads that nobody else waits for, and few at a
//! time, because each is in memory whole before it leaves. Who would wait too long is sent away.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use tokio::sync::Semaphore;

use super::door::Door;
use super::edge::{Limits, Peer};
use super::error::ApiError;

/// How many lists are written at one time. Those above wait: more at once would not be sooner.
const WRITERS: usize = 4;

/// How many wait. More would only hold connections that wait for us, and for which nobody leaves.
const WAITERS: usize = 64;

// However many ask for lists, most connections are for those who post and act.
const _: () = assert!(WRITERS + WAITERS <= Limits::CONNECTIONS / 4);

/// Both desks behind one door. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Desks {
    network: Desk,
    /// Of people on this host: they wait for nobody else.
    host: Desk,
}

impl Desks {
    /// Where who asks from there has their lists written.
    pub(super) fn of(&self, peer: Option<Peer>) -> Desk {
        match peer {
            Some(Peer::User(_)) => self.host.clone(),
            Some(Peer::Net(_)) | None => self.network.clone(),
        }
    }
}

/// A desk. Clones are one. An extractor.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    writers: Arc<Semaphore>,
    waiters: Arc<Semaphore>,
}

impl Default for Desk {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { writers: places(WRITERS), waiters: places(WAITERS) }
    }
}

impl Desk {
    /// The answer that `writing` makes. Once begun it is finished, also when nobody waits for it
    /// any more. [`ApiError::ManyLists`] if too many wait already.
    pub(super) async fn write(
        &self,
        writing: impl FnOnce() -> Response + Send + 'static,
    ) -> Result<Response, ApiError> {
        let fault = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
        let place = if let Ok(place) = Arc::clone(&self.writers).try_acquire_owned() {
            place
        } else {
            let _waits = self.waiters.try_acquire().map_err(|_| ApiError::ManyLists)?;
            let place = Arc::clone(&self.writers).acquire_owned().await;
            place.map_err(|error| fault(&error))?
        };
        let written = tokio::task::spawn_blocking(move || {
            let answer = writing();
            drop(place);
            answer
        });
        written.await.map_err(|error| match error.try_into_panic() {
            // It is this request's, and answered where all are.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => fault(&error),
        })
    }
}

impl FromRequestParts<Door> for Desk {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        Ok(door.desks().of(parts.extensions.get().copied()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::response::IntoResponse as _;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn who_would_wait_behind_very_many_is_told_to_come_again() {
        let (go_on, held) = std::sync::mpsc::sync_channel::<()>(0);
        let (desk, held) = (Desk::default(), Arc::new(std::sync::Mutex::new(held)));
        let write = || {
            let (desk, held) = (desk.clone(), Arc::clone(&held));
            let writing = move || {
                // Until the other end is dropped.
                let _ = held.lock().unwrap().recv();
                "list".into_response()
            };
            Box::pin(async move { desk.write(writing).await })
        };
        let mut all: Vec<_> = (0..WRITERS + WAITERS).map(|_| write()).collect();
        assert!(all.iter_mut().all(|list| list.now_or_never().is_none()));
        let refused = write().now_or_never().expect("an answer at once").unwrap_err();
        assert_eq!(refused.status(), axum::http::StatusCode::SERVICE_UNAVAILABLE);
        // Who does not wait any more leaves a place.
        all.pop();
        let mut next = write();
        assert!(next.as_mut().now_or_never().is_none());
        drop(go_on);
        all.push(next);
        let written = futures_util::future::join_all(all).await;
        assert!(written.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn who_asks_from_this_host_waits_for_nobody_of_the_network() {
        let desks = Desks::default();
        let address = std::net::SocketAddr::from(([192, 0, 2, 7], 1));
        let (network, host) = (desks.of(Some(Peer::Net(address))), desks.of(Some(Peer::User(7))));
        let _all = network.writers.try_acquire_many(u32::try_from(WRITERS).unwrap()).unwrap();
        let listed = host.write(|| "list".into_response()).await;
        assert!(listed.is_ok());
        assert!(network.write(|| "list".into_response()).now_or_never().is_none());
    }

    #[tokio::test]
    async fn few_lists_are_written_at_a_time_and_all_are_written() {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let desk = Desk::default();
        let lists = (0..32).map(|_| {
            let (now, most, desk) = (Arc::clone(&now), Arc::clone(&most), desk.clone());
            async move {
                let writing = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                    "list".into_response()
                };
                desk.write(writing).await
            }
        });
        let written = futures_util::future::join_all(lists).await;
        assert!(written.iter().all(Result::is_ok));
        assert!(most.load(Ordering::SeqCst) <= WRITERS);
    }
}
