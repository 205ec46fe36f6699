//! Why a question to API v2 has no other answer, and how that is told.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::query::QueryError;
use super::{json, shape};
use crate::http::error::ApiError;

/// Why a question has no other answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    /// The query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// What can go wrong with any request.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Query(error) => json(StatusCode::BAD_REQUEST, shape::text(&error.to_string())),
            Self::Api(error) => error.into_response(),
        }
    }
}
