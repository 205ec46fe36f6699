//! How long a connection may wait for a request: minutes while nothing of it has come, seconds once
//! it has begun. hyper has one limit for both.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::places::Awaited;

/// The clock of one connection.
#[derive(Debug)]
pub(super) struct Silence {
    /// How long the first byte may take.
    idle: Duration,
    /// How long all others may take.
    head: Duration,
    /// What the clock runs for.
    awaited: Option<Awaited>,
    end: Pin<Box<Sleep>>,
}

impl Silence {
    /// A clock that stands.
    pub(super) fn new(idle: Duration, head: Duration) -> Self {
        Self { idle, head, awaited: None, end: Box::pin(sleep(idle)) }
    }

    /// Ready once what is `awaited` has taken too long. It starts anew with each other thing that
    /// is awaited, and stands while nothing is.
    pub(super) fn poll_end(
        &mut self,
        awaited: Option<Awaited>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        if self.awaited != awaited {
            self.awaited = awaited;
            let limit = match awaited {
                Some(Awaited::Head(_)) => self.head,
                Some(Awaited::Request(_)) | None => self.idle,
            };
            self.end.as_mut().reset(Instant::now() + limit);
        }
        if awaited.is_none() {
            return Poll::Pending;
        }
        self.end.as_mut().poll(context)
    }
}
