//! Answers on their way out. What the other end does not read stays in memory: large answers are
//! handed over in pieces, and together they have a bound.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::super::alertmanager::Form;
use super::super::error::ApiError;

/// The size of a piece. Answers up to it are not counted: connections bound them.
const PIECE: usize = 64 * 1024;

/// The room that all large answers have together. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    free: Arc<Semaphore>,
    most: usize,
}

/// An answer in pieces. Its share of the room shrinks with what of it is in memory.
struct Pieces {
    body: Body,
    /// What is left of the piece that the handler made.
    rest: Bytes,
    /// The length of that piece, which is in memory until its end.
    made: usize,
    share: OwnedSemaphorePermit,
}

impl Pieces {
    /// Gives back what of the share nothing is in memory for any more.
    fn give_back(&mut self) {
        let rest = usize::try_from(self.body.size_hint().lower()).unwrap_or(usize::MAX);
        let held = rest.saturating_add(self.made);
        drop(self.share.split(self.share.num_permits().saturating_sub(held)));
    }
}

impl Unread {
    /// Room for so many bytes.
    pub(super) fn new(most: usize) -> Self {
        let most = most.min(u32::MAX as usize);
        Self { free: Arc::new(Semaphore::new(most)), most }
    }

    /// The answer, if there is room for it; else that there is none, in the `form` of what was asked.
    /// What is larger than the room has all of it for itself.
    pub(super) fn hold(&self, answer: Response, form: Form) -> Response {
        let bytes = usize::try_from(answer.size_hint().lower()).unwrap_or(usize::MAX);
        if bytes <= PIECE {
            return answer;
        }
        let share = u32::try_from(bytes.min(self.most)).unwrap_or(u32::MAX);
        match Arc::clone(&self.free).try_acquire_many_owned(share) {
            Ok(share) => {
                answer.map(|body| Body::new(Pieces { body, rest: Bytes::new(), made: 0, share }))
            }
            Err(_) => form.refuse(ApiError::Unread),
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
            // It is asked for more once what it had is on its way.
            self.made = 0;
            self.give_back();
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(data) => {
                    self.made = data.len();
                    self.rest = data;
                }
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
    use axum::response::IntoResponse as _;
    use http_body_util::BodyExt as _;

    use super::*;

    fn answer(bytes: usize) -> Response {
        vec![b'x'; bytes].into_response()
    }

    #[tokio::test]
    async fn large_answers_come_in_pieces_and_whole() {
        let room = Unread::new(1_000_000);
        let mut body = room.hold(answer(3 * PIECE + 1), Form::Own).into_body();
        assert_eq!(body.size_hint().exact(), Some(3 * 65_536 + 1));
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        assert_eq!(sizes, [PIECE, PIECE, PIECE, 1]);
        assert!(body.is_end_stream());
    }

    #[tokio::test]
    async fn what_was_read_makes_room_for_others_at_once() {
        let room = Unread::new(4 * PIECE);
        let sheets = crate::http::sheets::body(vec![b'x'; 4 * PIECE]);
        let mut body = room.hold(sheets.into_response(), Form::Own).into_body();
        let next = |bytes| room.hold(answer(bytes), Form::Own).status();
        assert_eq!(next(2 * PIECE), StatusCode::SERVICE_UNAVAILABLE);
        for _ in 0..3 {
            body.frame().await.unwrap().unwrap();
        }
        // The third is on its way.
        assert_eq!(next(2 * PIECE), StatusCode::OK);
        assert_eq!(next(2 * PIECE + 1), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn what_is_one_piece_of_memory_is_freed_with_its_last_byte() {
        let room = Unread::new(4 * PIECE);
        let mut body = room.hold(answer(4 * PIECE), Form::Own).into_body();
        for _ in 0..4 {
            body.frame().await.unwrap().unwrap();
            assert_eq!(
                room.hold(answer(2 * PIECE), Form::Own).status(),
                StatusCode::SERVICE_UNAVAILABLE
            );
        }
        assert!(body.frame().await.is_none());
        assert_eq!(room.hold(answer(2 * PIECE), Form::Own).status(), StatusCode::OK);
    }

    #[test]
    fn large_answers_have_a_bound_together_and_small_ones_none() {
        let room = Unread::new(4 * PIECE);
        let status = |bytes| {
            let held = room.hold(answer(bytes), Form::Own);
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

    #[tokio::test]
    async fn what_finds_no_room_is_refused_in_the_form_of_what_was_asked() {
        let room = Unread::new(2 * PIECE);
        let _held = room.hold(answer(2 * PIECE), Form::Own);
        let refused = room.hold(answer(2 * PIECE), Form::V2 { shared: true });
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let header = |name: &str| refused.headers()[name].to_str().unwrap().to_owned();
        let headers = ["retry-after", "cache-control", "vary", "access-control-allow-origin"];
        assert_eq!(headers.map(header), ["1", "no-store", "Origin", "*"]);
        let body = refused.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "\"too many long answers are waiting to be read; ask again shortly\"\n");
    }
}
