//! The ids in a path. What is no id names nothing: 404, like an id that nobody has.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::domain::id::{AccountId, AlertId};
use crate::domain::text::Text;
use crate::http::door::Door;
use crate::http::error::ApiError;

/// `{alert}`.
pub(super) struct Target(pub(super) AlertId);

/// `{alert}/…/{account}`.
pub(super) struct Assignment(pub(super) AlertId, pub(super) AccountId);

impl FromRequestParts<Door> for Target {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Door) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, &()).await;
        let Path(alert) = path.map_err(|_| nowhere(parts))?;
        Ok(Self(id(&alert, ApiError::NoAlert)?))
    }
}

impl FromRequestParts<Door> for Assignment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Door) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, &()).await;
        let Path((alert, account)) = path.map_err(|_| nowhere(parts))?;
        Ok(Self(id(&alert, ApiError::NoAlert)?, id(&account, ApiError::NoAccount)?))
    }
}

fn id<T: FromStr>(text: &str, unknown: fn(Text) -> ApiError) -> Result<T, ApiError> {
    text.parse().map_err(|_| unknown(Text::derive(text)))
}

/// A path that is no text.
fn nowhere(parts: &Parts) -> ApiError {
    ApiError::NoPath(Text::derive(parts.uri.path()))
}
