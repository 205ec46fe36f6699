//! Bodies: read whole, each bounded in size and in time, and those of senders all together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::ApiError;

/// The largest body that is read, in bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The bytes of all posts that are taken in at one time: some of the largest, or very many as they
/// usually are. What is parsed from them takes a few times as much.
const MOST_BYTES_TOGETHER: u32 = 128 * 1024 * 1024;

/// A body is read on this many times its bound before its sender is left.
const THROWN_AWAY: usize = 4;

/// How long a body may take to arrive.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The room that the posts of all senders have together. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<Semaphore>);

/// A body that was read.
#[derive(Debug)]
pub(super) struct Taken {
    /// The body.
    pub(super) bytes: Vec<u8>,
    /// To be held as long as anything that was made from the bytes is.
    pub(super) share: Share,
}

/// The part of a room that one post takes up.
#[derive(Debug)]
pub(super) struct Share {
    _bytes: OwnedSemaphorePermit,
}

impl Default for Room {
    fn default() -> Self {
        Self::of(MOST_BYTES_TOGETHER)
    }
}

impl Room {
    fn of(bytes: u32) -> Self {
        Self(Arc::new(Semaphore::new(usize::try_from(bytes).unwrap_or(Semaphore::MAX_PERMITS))))
    }

    /// Reads a body as [`read`] does, if there is room for all that its sender announces; for
    /// `most` bytes where nothing is announced.
    ///
    /// Where there is none it is thrown away as it comes, and its sender told to come again.
    pub(super) async fn read(
        &self,
        body: Body,
        most: usize,
        patience: Duration,
    ) -> Result<Taken, ApiError> {
        let announced = body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
        let wanted = u32::try_from(announced.unwrap_or(most).min(most)).unwrap_or(u32::MAX);
        let Ok(bytes) = Arc::clone(&self.0).try_acquire_many_owned(wanted) else {
            // Whether it ever came whole does not matter to the answer.
            let _ = tokio::time::timeout(patience, throw_away(body, most)).await;
            return Err(ApiError::Crowded);
        };
        let share = Share { _bytes: bytes };
        Ok(Taken { bytes: read(body, most, patience).await?, share })
    }
}

async fn throw_away(mut body: Body, most: usize) {
    let mut length = 0_usize;
    while let Some(Ok(frame)) = body.frame().await {
        length = length.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if length > most.saturating_mul(THROWN_AWAY) {
            break;
        }
    }
}

/// Reads a body of at most `most` bytes.
///
/// What is too large is read on for a while and thrown away: a client that is still sending does
/// not see an answer that comes before.
pub(super) async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, ApiError> {
    let reading = tokio::time::timeout(patience, read_whole(body, most));
    reading.await.unwrap_or(Err(ApiError::SlowBody))
}

async fn read_whole(mut body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ApiError::BadRequest {
            code: "broken_body",
            message: format!("the body broke off: {error}"),
        })?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= most {
            bytes.extend_from_slice(&data);
        } else if length > most.saturating_mul(THROWN_AWAY) {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if length > most { Err(ApiError::TooLarge(most)) } else { Ok(bytes) }
}

/// Refuses what does not say that it is plain JSON.
pub(super) fn must_be_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(CONTENT_TYPE).and_then(|kind| kind.split(';').next());
    let json = kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    let encoding = text(CONTENT_ENCODING).unwrap_or("identity");
    if json && encoding.trim().eq_ignore_ascii_case("identity") {
        Ok(())
    } else {
        Err(ApiError::MediaType)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn body(pieces: &[&'static str]) -> Body {
        let pieces: Vec<_> = pieces.iter().copied().map(Ok::<_, Infallible>).collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound_and_no_further() {
        let table: [(&[&str], _); 5] = [
            (&[], Ok(&b""[..])),
            (&["abc", "", "de"], Ok(&b"abcde"[..])),
            (&["abc", "def"], Err(ApiError::TooLarge(5))),
            (&["abcdef"], Err(ApiError::TooLarge(5))),
            (&["abcdef", "abcdef", "abcdef", "abcdef", "x"], Err(ApiError::TooLarge(5))),
        ];
        for (pieces, wanted) in table {
            let read = read(body(pieces), 5, PATIENCE).await;
            assert_eq!(read, wanted.map(<[u8]>::to_vec), "of {pieces:?}");
        }
    }

    #[tokio::test]
    async fn bodies_share_a_room_and_what_finds_none_is_to_come_again() {
        let room = Room::of(10);
        let read = async |body: Body| room.read(body, 8, PATIENCE).await;
        let first = read(Body::from("abcdef")).await.unwrap();
        assert_eq!(read(Body::from("abcdef")).await.unwrap_err(), ApiError::Crowded);
        assert_eq!(read(Body::from("abcd")).await.unwrap().bytes, b"abcd");
        // What says nothing of its length may become the longest.
        assert_eq!(read(body(&["a"])).await.unwrap_err(), ApiError::Crowded);
        drop(first.share);
        assert_eq!(read(body(&["a"])).await.unwrap().bytes, b"a");
        // What is refused gives its room back.
        let long = read(Body::from("abcdefghijk")).await.unwrap_err();
        assert_eq!(long, ApiError::TooLarge(8));
        assert_eq!(read(Body::from("abcdef")).await.unwrap().bytes, b"abcdef");
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_not_waited_for() {
        let stuck = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        assert_eq!(read(stuck, 5, Duration::from_millis(10)).await, Err(ApiError::SlowBody));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_so() {
        let broken = Body::from_stream(stream::iter([Err::<Bytes, _>("the line is cut")]));
        assert_eq!(
            read(broken, 5, PATIENCE).await.unwrap_err().to_string(),
            "the body broke off: the line is cut"
        );
    }
}
