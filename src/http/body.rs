//! Bodies: read whole, each bounded in size and in time, and those of senders all together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::ApiError;

/// The largest body that is read, in bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What the OpenAPI document says of it.
pub(super) fn most() -> String {
    format!("At most {} MiB.", MOST_BYTES / 1024 / 1024)
}

/// The bytes of all posts that are taken in at one time: some of the largest, or very many as they
/// usually are. What is parsed from them takes a few times as much.
const MOST_BYTES_TOGETHER: usize = 128 * 1024 * 1024;

/// A body is read on this many times its bound before its sender is left.
const THROWN_AWAY: usize = 4;

/// How long a body that will not be taken is read on.
const THROWN_AWAY_FOR: Duration = Duration::from_secs(5);

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

/// The part of a room that one post takes up: it grows as the body comes, so that what is only
/// announced takes none.
#[derive(Debug)]
pub(super) struct Share {
    room: Arc<Semaphore>,
    bytes: Option<OwnedSemaphorePermit>,
}

impl Default for Room {
    fn default() -> Self {
        Self::of(MOST_BYTES_TOGETHER)
    }
}

impl Room {
    /// A room for so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Reads a body as [`read`] does, as long as there is room for what comes of it.
    ///
    /// Where there is none, or what its sender announces would not find any, it is thrown away as
    /// it comes, for a moment, and its sender told to come again.
    pub(super) async fn read(
        &self,
        body: Body,
        most: usize,
        patience: Duration,
    ) -> Result<Taken, ApiError> {
        let announced = body.size_hint().lower().try_into().unwrap_or(usize::MAX);
        let mut share = Share { room: Arc::clone(&self.0), bytes: None };
        let mut reading = Reading::of(body, most);
        if announced.min(most) > self.0.available_permits() {
            reading.throw_away().await;
            return Err(ApiError::Crowded);
        }
        let bytes = reading.whole(patience, |bytes| share.grow(bytes)).await?;
        Ok(Taken { bytes, share })
    }
}

impl Share {
    fn grow(&mut self, bytes: usize) -> Result<(), ApiError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let more = Arc::clone(&self.room).try_acquire_many_owned(bytes);
        let more = more.map_err(|_| ApiError::Crowded)?;
        match &mut self.bytes {
            Some(bytes) => bytes.merge(more),
            None => self.bytes = Some(more),
        }
        Ok(())
    }
}

/// Reads a body of at most `most` bytes.
///
/// What is too large is read on for a while and thrown away: a client that is still sending does
/// not see an answer that comes before.
pub(super) async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, ApiError> {
    Reading::of(body, most).whole(patience, |_| Ok(())).await
}

/// A body being read.
struct Reading {
    body: Body,
    most: usize,
    /// What came of it, kept or not.
    length: usize,
}

impl Reading {
    fn of(body: Body, most: usize) -> Self {
        Self { body, most, length: 0 }
    }

    /// All of it. `room` is asked before anything is kept.
    async fn whole(
        mut self,
        patience: Duration,
        room: impl FnMut(usize) -> Result<(), ApiError>,
    ) -> Result<Vec<u8>, ApiError> {
        let reading = tokio::time::timeout(patience, self.kept(room)).await;
        match reading.unwrap_or(Err(ApiError::SlowBody)) {
            Err(error @ (ApiError::TooLarge(_) | ApiError::Crowded)) => {
                self.throw_away().await;
                Err(error)
            }
            read => read,
        }
    }

    async fn kept(
        &mut self,
        mut room: impl FnMut(usize) -> Result<(), ApiError>,
    ) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        while let Some(data) = self.next().await? {
            if self.length > self.most {
                return Err(ApiError::TooLarge(self.most));
            }
            room(data.len())?;
            bytes.extend_from_slice(&data);
        }
        Ok(bytes)
    }

    /// Reads on without keeping anything, for a while. Whether it ever comes whole does not
    /// matter to the answer.
    async fn throw_away(&mut self) {
        let end = self.most.saturating_mul(THROWN_AWAY);
        let rest =
            async { while self.length <= end && matches!(self.next().await, Ok(Some(_))) {} };
        let _ = tokio::time::timeout(THROWN_AWAY_FOR, rest).await;
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| ApiError::BadRequest {
                code: "broken_body",
                message: format!("the body broke off: {error}"),
            })?;
            let Ok(data) = frame.into_data() else { continue };
            self.length = self.length.saturating_add(data.len());
            return Ok(Some(data));
        }
        Ok(None)
    }
}

/// Refuses at once what is too large by its own account, where its sender waits to be told to go on:
/// nothing of it is on its way yet.
pub(super) fn must_fit_if_it_waits(headers: &HeaderMap, body: &Body) -> Result<(), ApiError> {
    let waits = headers
        .get(EXPECT)
        .is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    let announced = body.size_hint().lower().try_into().unwrap_or(usize::MAX);
    if waits && announced > MOST_BYTES { Err(ApiError::TooLarge(MOST_BYTES)) } else { Ok(()) }
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

    use futures_util::{StreamExt as _, stream};

    use super::*;

    fn body(pieces: &[&'static str]) -> Body {
        let pieces: Vec<_> = pieces.iter().copied().map(Ok::<_, Infallible>).collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[test]
    fn who_waits_to_be_told_to_go_on_is_told_at_once_that_it_is_too_much() {
        let most = Body::from(vec![b' '; MOST_BYTES]);
        let more = Body::from(vec![b' '; MOST_BYTES + 1]);
        let none = HeaderMap::new();
        let waits = HeaderMap::from_iter([(EXPECT, "100-Continue".parse().unwrap())]);
        assert_eq!(must_fit_if_it_waits(&waits, &most), Ok(()));
        assert_eq!(must_fit_if_it_waits(&none, &more), Ok(()), "it would not see the answer");
        let told = must_fit_if_it_waits(&waits, &more);
        assert_eq!(told, Err(ApiError::TooLarge(MOST_BYTES)));
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
        // What says nothing of its length takes room as it comes.
        assert_eq!(read(body(&["ab", "cd"])).await.unwrap().bytes, b"abcd");
        assert_eq!(read(body(&["ab", "cde", "f"])).await.unwrap_err(), ApiError::Crowded);
        drop(first.share);
        assert_eq!(read(body(&["ab", "cde", "f"])).await.unwrap().bytes, b"abcdef");
        // What is refused gives its room back.
        let long = read(Body::from("abcdefghijk")).await.unwrap_err();
        assert_eq!(long, ApiError::TooLarge(8));
        assert_eq!(read(Body::from("abcdef")).await.unwrap().bytes, b"abcdef");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_announced_and_does_not_come_takes_no_room_from_others() {
        let room = Room::of(10);
        let begun = Body::from_stream(
            stream::once(async { Ok::<_, Infallible>("ab") }).chain(stream::pending()),
        );
        let stuck = room.read(begun, 8, PATIENCE);
        let mut stuck = std::pin::pin!(stuck);
        assert!(tokio::time::timeout(PATIENCE / 2, stuck.as_mut()).await.is_err());
        assert_eq!(room.read(Body::from("12345678"), 8, PATIENCE).await.unwrap().bytes.len(), 8);
        assert_eq!(stuck.await.unwrap_err(), ApiError::SlowBody);
        assert_eq!(room.0.available_permits(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_thrown_away_is_left_after_a_moment() {
        let room = Room::of(1);
        let endless = stream::repeat_with(|| Ok::<_, Infallible>("ab"));
        let slow = stream::once(async { Ok::<_, Infallible>("abc") }).chain(stream::pending());
        let began = tokio::time::Instant::now();
        for (body, most, told) in [
            (Body::from_stream(slow), 8, ApiError::Crowded),
            (Body::from_stream(endless), 8, ApiError::Crowded),
        ] {
            assert_eq!(room.read(body, most, PATIENCE).await.unwrap_err(), told);
        }
        assert!(began.elapsed() <= THROWN_AWAY_FOR);
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
