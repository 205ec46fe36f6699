//! Long bodies, on several sheets: the memory of what was read of an answer is free while the rest
//! of it waits. Knows nothing of what is written on them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// The size of a sheet.
const SHEET: usize = 64 * 1024;

/// How many sheets are cut off between two times that what they were cut from shrinks.
const AT_ONCE: usize = 16;

/// A body on sheets.
struct Sheets {
    /// The last first.
    sheets: Vec<Bytes>,
    left: usize,
}

/// A body of these bytes.
pub(super) fn body(mut bytes: Vec<u8>) -> Body {
    if bytes.len() <= SHEET {
        return bytes.into();
    }
    let left = bytes.len();
    let mut sheets = Vec::with_capacity(left.div_ceil(SHEET));
    // From the end, because only there a vector gives memory back: it is never there twice.
    while bytes.len() > SHEET {
        let whole = bytes.len().saturating_sub(1) / SHEET;
        sheets.push(bytes.split_off(whole.saturating_mul(SHEET)).into());
        if sheets.len().is_multiple_of(AT_ONCE) {
            bytes.shrink_to_fit();
        }
    }
    bytes.shrink_to_fit();
    sheets.push(bytes.into());
    Body::new(Sheets { sheets, left })
}

impl HttpBody for Sheets {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let sheet = self.sheets.pop();
        self.left = self.left.saturating_sub(sheet.as_ref().map_or(0, Bytes::len));
        Poll::Ready(sheet.map(|sheet| Ok(Frame::data(sheet))))
    }

    fn is_end_stream(&self) -> bool {
        self.sheets.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.left).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read_in_order_whatever_its_length() {
        for (length, wanted) in [
            (0, vec![]),
            (SHEET, vec![SHEET]),
            (SHEET + 1, vec![SHEET, 1]),
            (40 * SHEET, vec![SHEET; 40]),
        ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut body = body(bytes.clone());
            let (mut lengths, mut read) = (Vec::new(), Vec::new());
            assert_eq!(body.size_hint().exact(), Some(length as u64));
            while let Some(frame) = body.frame().await {
                let sheet = frame.unwrap().into_data().unwrap();
                lengths.push(sheet.len());
                read.extend_from_slice(&sheet);
                assert_eq!(body.size_hint().exact(), Some((length - read.len()) as u64));
            }
            assert_eq!(lengths, wanted);
            assert_eq!(read, bytes);
            assert!(body.is_end_stream());
        }
    }
}
