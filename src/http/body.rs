//! Bodies: read whole, bounded in size and in time.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::BodyExt;

use super::error::ApiError;

/// The largest body that is read, in bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How long a body may take to arrive.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most `most` bytes.
///
/// What is too large is read on for a while and thrown away: a client that is still sending does
/// not see an answer that comes before.
pub(super) async fn read(body: Body, most: usize, patience: Duration) -> Result<Vec<u8>, ApiError> {
    let reading = tokio::time::timeout(patience, read_whole(body, most));
    reading.await.unwrap_or(Err(ApiError::SlowBody))
}

async fn read_whole(mut body: Body, most: usize) -> Result<Vec<u8>, ApiError> {
    const THROWN_AWAY: usize = 4;
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

    use axum::body::Bytes;
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
