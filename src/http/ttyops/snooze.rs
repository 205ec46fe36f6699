//! Hearing of an alert later, or at once again. Judges the body; the rest is the domain's.

use axum::extract::Request;
use axum::response::Response;
use serde_json::{Map, Value};

use super::act::act;
use super::path::Target;
use crate::domain::command::AlertCommand;
use crate::domain::time::{SignedDuration, Timestamp, after, parse_span, parse_time};
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::door::Open;
use crate::http::error::ApiError;

/// The largest body that is read, in bytes: a hundred times what one has.
const MOST_BYTES: usize = 4 * 1024;

/// `PUT /alert/{alert}/snooze`, with `{"until": TIME}` or `{"for": LENGTH}`.
pub(super) async fn snooze(
    Open(handle): Open,
    caller: Caller,
    Target(alert): Target,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    body::must_be_json(&parts.headers)?;
    let body = body::read(body, MOST_BYTES, body::PATIENCE).await?;
    let until = until(&body, handle.now())?;
    act(&handle, &caller, alert, AlertCommand::Snooze(until)).await
}

/// `DELETE /alert/{alert}/snooze`.
pub(super) async fn wake(
    Open(handle): Open,
    caller: Caller,
    Target(alert): Target,
) -> Result<Response, ApiError> {
    act(&handle, &caller, alert, AlertCommand::Wake).await
}

/// Until when the body asks for it. Refuses what is neither a time nor a length of time, and both.
fn until(body: &[u8], now: Timestamp) -> Result<Timestamp, ApiError> {
    let fields: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| ApiError::BadRequest {
            code: "bad_json",
            message: format!("the body is not a JSON object: {error}"),
        })?;
    let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
    match (field("until"), field("for")) {
        (Some(time), None) => time_of(time),
        (None, Some(length)) => Ok(after(now, length_of(length)?)),
        (None, None) => Err(bad(
            "until",
            "needed: an RFC 3339 time; or send for, a length of time such as \"2h\"",
        )),
        (Some(_), Some(_)) => Err(bad("for", "is given beside until; send one of them")),
    }
}

fn time_of(value: &Value) -> Result<Timestamp, ApiError> {
    let time = value.as_str().and_then(parse_time);
    time.ok_or_else(|| bad("until", "must be an RFC 3339 time, as 2026-02-28T13:05:00Z"))
}

fn length_of(value: &Value) -> Result<SignedDuration, ApiError> {
    let length = value.as_str().and_then(parse_span).filter(SignedDuration::is_positive);
    length.ok_or_else(|| bad("for", "must be a length of time, as \"30m\", \"2h\" or \"1d\""))
}

fn bad(field: &str, reason: &str) -> ApiError {
    ApiError::BadRequest { code: "bad_snooze", message: format!("{field}: {reason}") }
}
