//! Long answers, written while they are read: a sheet is made when the one before is on its way, so
//! that no more of an answer is in memory than its reader is ahead. Nothing can go wrong behind the
//! first sheet. Knows nothing of what is written.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// How long a sheet is when it is handed over.
const SHEET: usize = 64 * 1024;

/// How many alerts are looked at in one step, and fewer where each is compared with patterns: whether
/// they are written or not, others have their turn behind it.
pub(super) const STEP: usize = 256;

/// What is left to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Something, or that there is nothing was not seen yet.
    More,
    /// Nothing.
    Nothing,
}

/// The sheet that is being written.
#[derive(Debug, Default)]
pub(super) struct Sheet(pub(super) Vec<u8>);

impl Sheet {
    /// Whether it is to be handed over before anything else is written.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= SHEET
    }
}

/// A body in the making.
struct Written<W> {
    sheet: Sheet,
    rest: Rest,
    /// Does one step: until the sheet is full, or a bounded number of things were looked at.
    write: W,
}

/// The body that `write` makes, step by step. Its first sheet is written at once; if that is all, the
/// body has a known length.
pub(super) fn body<W>(mut write: W) -> Body
where
    W: FnMut(&mut Sheet) -> Rest + Send + Unpin + 'static,
{
    let mut sheet = Sheet::default();
    while !sheet.is_full() {
        if write(&mut sheet) == Rest::Nothing {
            return sheet.0.into();
        }
    }
    Body::new(Written { sheet, rest: Rest::More, write })
}

impl<W: FnMut(&mut Sheet) -> Rest + Unpin> HttpBody for Written<W> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Self { sheet, rest, write } = &mut *self;
        if !sheet.is_full() && *rest == Rest::More {
            if sheet.0.capacity() == 0 {
                sheet.0.reserve(SHEET + SHEET / 16);
            }
            *rest = write(sheet);
        }
        if sheet.is_full() || *rest == Rest::Nothing {
            let sheet = std::mem::take(&mut sheet.0);
            let frame = (!sheet.is_empty()).then(|| Ok(Frame::data(sheet.into())));
            return Poll::Ready(frame);
        }
        // A step is done: others first.
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.rest == Rest::Nothing && self.sheet.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use http_body_util::BodyExt as _;

    use super::*;

    /// Writes so many times a text, one each step, and counts the steps.
    fn counting(times: usize, text: &'static str) -> (Body, Arc<AtomicUsize>) {
        let steps = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&steps);
        let body = body(move |sheet: &mut Sheet| {
            if counted.fetch_add(1, Ordering::SeqCst) == times {
                return Rest::Nothing;
            }
            sheet.0.extend_from_slice(text.as_bytes());
            Rest::More
        });
        (body, steps)
    }

    #[tokio::test]
    async fn what_fits_on_a_sheet_has_a_length_and_what_does_not_is_whole() {
        let kilobyte = Box::leak("x".repeat(1_024).into_boxed_str());
        for (times, exact) in [(0, Some(0)), (10, Some(10_240)), (64, None), (1_000, None)] {
            let (body, _) = counting(times, kilobyte);
            assert_eq!(body.size_hint().exact(), exact, "{times} times");
            let read = body.collect().await.unwrap().to_bytes();
            assert_eq!(read.len(), times * 1_024, "{times} times");
        }
    }

    #[tokio::test]
    async fn nothing_is_written_before_it_is_asked_for_and_nothing_for_who_has_left() {
        let kilobyte = Box::leak("x".repeat(1_024).into_boxed_str());
        let (mut body, steps) = counting(1_000, kilobyte);
        let written = || steps.load(Ordering::SeqCst);
        assert_eq!(written(), 64);
        for sheets in 1..4 {
            let sheet = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!((sheet.len(), written()), (SHEET, sheets * 64));
        }
        drop(body);
        assert_eq!((written(), Arc::strong_count(&steps)), (192, 1));
    }

    #[tokio::test]
    async fn after_each_step_others_have_their_turn() {
        let kilobyte = Box::leak("x".repeat(1_024).into_boxed_str());
        let (mut body, steps) = counting(1_000, kilobyte);
        body.frame().await.unwrap().unwrap();
        assert!(body.frame().now_or_never().is_none());
        assert_eq!(steps.load(Ordering::SeqCst), 65);
    }
}
