//! `GET` and `DELETE /api/v2/silence/{id}`: one silence is read, or ended.

mod document;
mod terms;

use std::borrow::Cow;

use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::error::{self, Fault};
use super::{quote, shape};
use crate::domain::command::{Command, SilenceCommand};
use crate::domain::id::SilenceId;
use crate::domain::refusal::Refusal;
use crate::domain::silence::SilenceRefusal;
use crate::domain::table::Table;
use crate::domain::time::Timestamp;
use crate::http::caller::Caller;
use crate::http::door::Open;
use crate::http::error::ApiError;

pub(super) use document::absent;

/// What a post of a silence asks for.
pub(super) fn order(body: &[u8], table: &Table, now: Timestamp) -> Result<SilenceCommand, Fault> {
    terms::order(document::read(body)?, table, now)
}

/// `GET /api/v2/silence/{id}`.
pub(super) async fn get(Open(handle): Open, uri: Uri) -> Result<Response, Fault> {
    let (latest, now) = (handle.latest(), handle.now());
    let silence = named(&uri)?.and_then(|id| latest.table.silence(id));
    let Some(silence) = silence else { return Ok(error::nothing(StatusCode::NOT_FOUND)) };
    let mut body = Vec::new();
    shape::silence(&mut body, silence, now);
    body.push(b'\n');
    Ok(error::json(StatusCode::OK, body))
}

/// `DELETE /api/v2/silence/{id}`. One that is over stays as it is.
pub(super) async fn delete(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Result<Response, Fault> {
    let unknown = || error::nothing(StatusCode::NOT_FOUND);
    let Some(id) = named(&uri)? else { return Ok(unknown()) };
    let expire = Command::Silence(SilenceCommand::Expire(id));
    match caller.submit(&handle, expire).await {
        Ok(_) => Ok(error::nothing(StatusCode::OK)),
        Err(ApiError::Refused(Refusal::Silence(SilenceRefusal::Unknown))) => Ok(unknown()),
        Err(error) => Err(error.into()),
    }
}

/// The silence that a path names, if it could be one. Refuses what is no UUID; of the ways to write one
/// only that of the answers names a silence.
fn named(uri: &Uri) -> Result<Option<SilenceId>, Fault> {
    let path = uri.path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    let named = unescaped(last);
    if is_uuid(&named) {
        return Ok(id_of(&named));
    }
    let message = format!("silenceID in path must be of type uuid: {}", quote::go(&named));
    Err(Fault::framework(601, message))
}

/// The id, if the text is one as we write it.
fn id_of(text: &str) -> Option<SilenceId> {
    let id: SilenceId = text.parse().ok()?;
    (id.to_string() == text).then_some(id)
}

/// Whether a text is a UUID in one of the ways that `Parse` of google/uuid takes.
fn is_uuid(text: &str) -> bool {
    let text = text.as_bytes();
    let hyphenated = |text: &[u8]| {
        text.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    match text {
        _ if text.len() == 32 => text.iter().all(u8::is_ascii_hexdigit),
        _ if text.len() == 36 => hyphenated(text),
        // Whatever stands there, and not only braces.
        [_, text @ .., _] if text.len() == 36 => hyphenated(text),
        _ if text.len() == 45 => {
            let (before, text) = text.split_at(9);
            before.eq_ignore_ascii_case(b"urn:uuid:") && hyphenated(text)
        }
        _ => false,
    }
}

/// Undoes the escapes of a path; one that has a broken one is as it was (`PathUnescape` of Go).
fn unescaped(segment: &str) -> Cow<'_, str> {
    let mut bytes = segment.bytes();
    let mut unescaped = Vec::with_capacity(segment.len());
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let both = digit().zip(digit());
                both.and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
            }
            byte => Some(byte),
        };
        let Some(byte) = byte else { return Cow::Borrowed(segment) };
        unescaped.push(byte);
    }
    Cow::Owned(String::from_utf8_lossy(&unescaped).into_owned())
}
