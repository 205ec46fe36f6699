//! Our own API, for the verbs of another watchbell on this host. Served on the Unix socket only,
//! and there to the owner of the data and to root, who could read the data file anyway.
//!
//! Speaks records, the language of the data file; the only part of `http` that does.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::body;
use super::door::{Door, Open};
use super::edge::Peer;
use super::error::{ApiError, json, status_of};
use crate::domain::actor::Actor;
use crate::domain::text::Text;
use crate::engine::SubmitError;
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::TokenShownV1;

/// Whose data it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user that the service runs as.
    pub uid: u32,
    /// As whom that user acts.
    pub actor: Actor,
}

/// The largest order that is read, in bytes: a hundred times what one has.
const MOST_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Router<Door> {
    Router::new().route("/own/v1/orders", post(order)).route("/own/v1/tokens", get(tokens))
}

/// Lets the owner and root through, each with the actor that they are.
pub(super) async fn admit(
    State(owner): State<Arc<Owner>>,
    mut request: Request,
    next: Next,
) -> Response {
    let actor = match request.extensions().get::<Peer>() {
        Some(Peer::User(uid)) if *uid == owner.uid => owner.actor.clone(),
        Some(Peer::User(0)) => Actor::User(Text::derive("root")),
        Some(Peer::User(uid)) => return ApiError::ForeignUser(*uid).into_response(),
        Some(Peer::Net(_)) | None => return ApiError::NoUser.into_response(),
    };
    request.extensions_mut().insert(actor);
    next.run(request).await
}

/// `POST /own/v1/orders`: has an order carried out; answers a receipt or a refusal.
async fn order(
    Open(handle): Open,
    Extension(actor): Extension<Actor>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    body::must_be_json(&parts.headers)?;
    let body = body::read(body, MOST_BYTES, body::PATIENCE).await?;
    let order: OrderV1 = serde_json::from_slice(&body).map_err(|error| ApiError::BadRequest {
        code: "bad_order",
        message: format!("the body is no order: {error}; use the same version for both"),
    })?;
    match handle.submit(order.by(actor)).await {
        Ok(receipt) => Ok(json(StatusCode::OK, &ReceiptV1::new(receipt.revision, &receipt.answer))),
        Err(SubmitError::Refused(refusal)) => {
            Ok(json(status_of(&refusal), &RefusalV1::from(&refusal)))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /own/v1/tokens`: all tokens, without their digests. Who shows them sorts them.
async fn tokens(Open(handle): Open) -> Response {
    let latest = handle.latest();
    let tokens: Vec<_> = latest.table.tokens().map(|token| TokenShownV1::from(&**token)).collect();
    json(StatusCode::OK, &tokens)
}
