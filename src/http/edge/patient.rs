//! A connection whose other end must read: answers that nobody takes hold a place for ever, and
//! hyper has no timer for it. What comes in is only noticed.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::places::Place;

/// What is read of an answer gives this much more time for each byte: 64 KiB a second are enough.
const FOR_A_BYTE: Duration = Duration::from_nanos(1_000_000_000 / (64 * 1024));

/// A stream that breaks when nothing can be written for a while, or when an answer is read so
/// slowly that this adds up.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    /// How long writes may wait together at the beginning of an answer, and ever.
    patience: Duration,
    /// How long they still may.
    left: Duration,
    /// The answer that this is about.
    answer: u64,
    /// Told when something comes, when a write waits, and when it does no longer.
    place: Arc<Place>,
    /// Since when a write waits, and when that has been too long.
    stuck: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Patient<S> {
    /// The `stream` of the connection on `place`, of whose answers the writes may wait for
    /// `patience`, and longer by what is read meanwhile.
    pub(super) fn new(stream: S, patience: Duration, place: Arc<Place>) -> Self {
        Self { stream, patience, left: patience, answer: place.answer(), place, stuck: None }
    }

    /// So many bytes were written.
    fn goes_on(&mut self, bytes: usize) {
        let more = FOR_A_BYTE.saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.left = self.left.saturating_add(more).min(self.patience);
    }

    /// Lets what was done through, and what waits only until patience ends.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        done: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.place.answer() != self.answer {
            (self.answer, self.left) = (self.place.answer(), self.patience);
        }
        if done.is_ready() {
            if let Some((since, _)) = self.stuck.take() {
                self.left = self.left.saturating_sub(since.elapsed());
                self.place.is_read();
            }
            return done;
        }
        let (_, end) = self.stuck.get_or_insert_with(|| {
            self.place.is_unread();
            (Instant::now(), Box::pin(sleep(self.left)))
        });
        ready!(end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.place.heard();
        }
        done
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        let written = ready!(self.judge(context, done))?;
        self.goes_on(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        let written = ready!(self.judge(context, done))?;
        self.goes_on(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(context, done)
    }
}
