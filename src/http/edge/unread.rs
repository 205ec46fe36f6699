//! Answers on their way out. What the other end does not read stays in memory: large answers are
//! handed over in pieces, and together they have a bound.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::super::error::ApiError;

/// The size of a piece. Answers up to it are not counted: connections bound them.
const PIECE: usize = 64 * 1024;

/// The room that all large answers have together. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    free: Arc<Semaphore>,
    most: usize,
}

/// An answer in pieces. Its share of the room is free once the last piece was asked for.
struct Pieces {
    body: Body,
    /// What is left of the piece that the handler made.
    rest: Bytes,
    _share: OwnedSemaphorePermit,
}

impl Unread {
    /// Room for so many bytes.
    pub(super) fn new(most: usize) -> Self {
        let most = most.min(u32::MAX as usize);
        Self { free: Arc::new(Semaphore::new(most)), most }
    }

    /// The answer, if there is room for it; else that there is none. What is larger than the room
    /// has all of it for itself.
    pub(super) fn hold(&self, answer: Response) -> Response {
        let bytes = usize::try_from(answer.size_hint().lower()).unwrap_or(usize::MAX);
        if bytes <= PIECE {
            return answer;
        }
        let share = u32::try_from(bytes.min(self.most)).unwrap_or(u32::MAX);
        match Arc::clone(&self.free).try_acquire_many_owned(share) {
            Ok(share) => {
                answer.map(|body| Body::new(Pieces { body, rest: Bytes::new(), _share: share }))
            }
            Err(_) => ApiError::Unread.into_response(),
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(other) => return Poll::Ready(Some(Ok(other))),
            }
        }
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let hint = self.body.size_hint();
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower().saturating_add(rest));
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper.saturating_add(rest));
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use http_body_util::BodyExt as _;

    use super::*;

    fn answer(bytes: usize) -> Response {
        vec![b'x'; bytes].into_response()
    }

    #[tokio::test]
    async fn large_answers_come_in_pieces_and_whole() {
        let room = Unread::new(1_000_000);
        let mut body = room.hold(answer(3 * PIECE + 1)).into_body();
        assert_eq!(body.size_hint().exact(), Some(3 * 65_536 + 1));
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        assert_eq!(sizes, [PIECE, PIECE, PIECE, 1]);
        assert!(body.is_end_stream());
    }

    #[test]
    fn large_answers_have_a_bound_together_and_small_ones_none() {
        let room = Unread::new(4 * PIECE);
        let status = |bytes| {
            let held = room.hold(answer(bytes));
            (held.status(), held)
        };
        let (first, held) = status(3 * PIECE);
        assert_eq!(first, StatusCode::OK);
        assert_eq!(status(2 * PIECE).0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(PIECE).0, StatusCode::OK);
        drop(held);
        // One that is larger than the room has all of it.
        let (whole, held) = status(9 * PIECE);
        assert_eq!(whole, StatusCode::OK);
        assert_eq!(status(PIECE + 1).0, StatusCode::SERVICE_UNAVAILABLE);
        drop(held);
        assert_eq!(status(PIECE + 1).0, StatusCode::OK);
    }
}
