//! Bodies that tell the connection's place of a request when it is waited for. Changes nothing of
//! them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use super::places::Place;

/// A body as it comes in.
#[derive(Debug)]
pub(super) struct Watched {
    body: Incoming,
    place: Arc<Place>,
    /// The moment it was first waited for.
    began: Option<u64>,
}

impl Watched {
    /// The body of the request that is being answered on `place`.
    pub(super) fn new(body: Incoming, place: Arc<Place>) -> Self {
        Self { body, place, began: None }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_pending() {
            self.began = Some(self.place.waits_for_body(self.began));
        } else {
            self.place.body_came();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
