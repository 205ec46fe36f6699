//! The door: shut until the table is loaded. Listeners are bound first, so that senders meet a
//! `503` with `Retry-After` while we start, and not a refused connection.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::error::ApiError;
use crate::domain::text::Text;
use crate::engine::Handle;

/// What stands between the listeners and the engine. Cloning is cheap; clones open together.
#[derive(Clone, Debug, Default)]
pub struct Door(Arc<OnceLock<Handle>>);

impl Door {
    /// A door that is shut.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets requests through to the engine. Once open it stays so.
    pub fn open(&self, handle: Handle) {
        // A second opening would be with the same engine: there is one.
        let _ = self.0.set(handle);
    }

    /// The engine, if the door is open.
    pub(super) fn handle(&self) -> Result<Handle, ApiError> {
        self.0.get().cloned().ok_or(ApiError::Loading)
    }
}

/// The engine behind the open door, for a handler.
pub(super) struct Open(pub(super) Handle);

impl FromRequestParts<Door> for Open {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        door.handle().map(Self)
    }
}

/// Answers every request while the door is shut, whatever it asks for; gives each a span.
pub(super) async fn keep(State(door): State<Door>, request: Request, next: Next) -> Response {
    let path = Text::derive(request.uri().path());
    let span = tracing::debug_span!("request", method = %request.method(), %path);
    async {
        match door.handle() {
            Ok(_) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    }
    .instrument(span)
    .await
}
