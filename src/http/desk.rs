//! The desk: where long lists are written, on threads that nobody else waits for, and few at a
//! time, because each is in memory whole before it leaves.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use tokio::sync::Semaphore;

use super::door::Door;
use super::error::ApiError;

/// How many lists are written at one time. Those above wait: more at once would not be sooner.
const WRITERS: usize = 4;

/// The desk of all routers behind one door. Clones are one. An extractor.
#[derive(Clone, Debug)]
pub(super) struct Desk(Arc<Semaphore>);

impl Default for Desk {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WRITERS)))
    }
}

impl Desk {
    /// The answer that `writing` makes. Once begun it is finished, also when nobody waits for it
    /// any more.
    pub(super) async fn write(
        &self,
        writing: impl FnOnce() -> Response + Send + 'static,
    ) -> Result<Response, ApiError> {
        let fault = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(|error| fault(&error))?;
        let written = tokio::task::spawn_blocking(move || {
            let answer = writing();
            drop(place);
            answer
        });
        written.await.map_err(|error| fault(&error))
    }
}

impl FromRequestParts<Door> for Desk {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        Ok(door.desk())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::response::IntoResponse as _;

    use super::*;

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
