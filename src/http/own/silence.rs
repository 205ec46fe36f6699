//! Silences over the socket: all there are, and what one would mute. They are made and changed by
//! orders, like everything.

use axum::Extension;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::MOST_BYTES;
use super::peer::Caller;
use crate::client::reading;
use crate::domain::matcher::Matcher;
use crate::domain::token::Scope;
use crate::http::body;
use crate::http::desk::Desk;
use crate::http::door::Open;
use crate::http::error::{ApiError, json};
use crate::record::v1::MatchersV1;

/// `GET /own/v1/silences`: all that are kept, in API v2's order.
pub(super) async fn all(
    Open(handle): Open,
    desk: Desk,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    desk.write(move || json(StatusCode::OK, &reading::silences(&handle))).await
}

/// `POST /own/v1/preview` of matchers: what a silence with them would mute. Makes none.
pub(super) async fn preview(
    Open(handle): Open,
    desk: Desk,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let (parts, body) = request.into_parts();
    body::must_be_json(&parts.headers)?;
    let body = body::read(body, MOST_BYTES, body::PATIENCE).await?;
    // Its patterns take their time, however short it is.
    let writing = move || match matchers(&body) {
        Ok(matchers) => json(StatusCode::OK, &reading::preview(&handle, &matchers)),
        Err(error) => error.into_response(),
    };
    desk.write(writing).await
}

fn matchers(body: &[u8]) -> Result<Vec<Matcher>, ApiError> {
    let matchers: MatchersV1 =
        serde_json::from_slice(body).map_err(|error| ApiError::BadRequest {
            code: "bad_matchers",
            message: format!("these are no matchers: {error}; use the same version for both"),
        })?;
    Ok(matchers.0)
}
