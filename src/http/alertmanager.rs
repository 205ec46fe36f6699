//! Alertmanager's API v2, as its clients know it. Handlers turn requests into questions, and what
//! is found into its JSON; nothing here decides anything.

mod alerts;
mod groups;
mod problem;
mod query;
mod shape;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::door::Door;
use super::error::ApiError;
use crate::domain::table::Table;
use crate::domain::time::Timestamp;
use crate::engine::Handle;
use problem::Problem;

/// What is read under `/api/v2`.
pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/api/v2/alerts", get(alerts::get))
        .route("/api/v2/alerts/groups", get(groups::get))
}

/// Asks the newest table. A long answer takes a while to write: not on a thread that others wait
/// for.
async fn answer(
    handle: Handle,
    question: impl FnOnce(&Table, Timestamp) -> Vec<u8> + Send + 'static,
) -> Result<Response, Problem> {
    let now = handle.now();
    let answered = tokio::task::spawn_blocking(move || question(&handle.latest().table, now));
    let body = answered.await.map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(json(StatusCode::OK, body))
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}
