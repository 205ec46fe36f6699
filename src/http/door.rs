//! The door: shut until the table is loaded. Listeners are bound first, so that senders meet a
//! `503` with `Retry-After` while we start, and not a refused connection.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::{Instrument, Span};

use super::desk::Desks;
use super::error::ApiError;
use super::readers::Readers;
use super::web::Web;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::{Handle, Place};

/// What stands between the listeners and the engine. Cloning is cheap; clones open together.
#[derive(Clone, Debug, Default)]
pub struct Door {
    inside: Arc<OnceLock<Inside>>,
    desks: Desks,
    web: Arc<Web>,
    readers: Readers,
    lists: Lists,
    address: Option<SocketAddr>,
}

/// Places of their own.
#[derive(Clone, Debug)]
struct Lists(Readers);

impl Default for Lists {
    fn default() -> Self {
        Self(Readers::of_lists())
    }
}

/// What is behind the door, once it is open.
#[derive(Clone, Debug)]
struct Inside {
    handle: Handle,
    /// Since when.
    since: Timestamp,
}

impl Door {
    /// A door that is shut.
    pub fn new() -> Self {
        Self::default()
    }

    /// A door that is shut, behind the listener at `address`, with what holds there.
    pub fn at(address: SocketAddr, web: Web) -> Self {
        Self { address: Some(address), ..Self::with(web) }
    }

    /// A door that is shut, with what holds behind it.
    pub fn with(web: Web) -> Self {
        let readers = Readers::limited(web.get_concurrency);
        Self { web: Arc::new(web), readers, ..Self::default() }
    }

    /// Lets requests through to the engine. Once open it stays so.
    pub fn open(&self, handle: Handle) {
        // A second opening would be with the same engine: there is one.
        let since = handle.now();
        let _ = self.inside.set(Inside { handle, since });
    }

    /// What stands before it panicked, and is begun again.
    pub fn panicked(&self) {
        if let Ok(handle) = self.handle() {
            handle.vitals().counts().panics_of(Place::Part).add(1);
        }
    }

    /// Where all who come through it have their lists written.
    pub(super) fn desks(&self) -> &Desks {
        &self.desks
    }

    /// How what Alertmanager serves is reached.
    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    /// The places of those who read what Alertmanager has, too.
    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// The places of those who read long lists of our own.
    pub(super) fn lists(&self) -> &Readers {
        &self.lists.0
    }

    /// Where the listener is, with its port, for who reads it from this host.
    pub(super) fn address(&self) -> String {
        match self.address {
            Some(address) if !address.ip().is_unspecified() => address.to_string(),
            Some(everywhere) => format!("localhost:{}", everywhere.port()),
            None => "localhost:9093".to_owned(),
        }
    }

    /// The engine, if the door is open.
    pub(super) fn handle(&self) -> Result<Handle, ApiError> {
        self.inside.get().map(|inside| inside.handle.clone()).ok_or(ApiError::Loading)
    }

    /// Since when the door is open: since we take alerts.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.inside.get().map(|inside| inside.since)
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
    let span = span(&request);
    async {
        match door.handle() {
            Ok(_) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    }
    .instrument(span)
    .await
}

/// What the log says of a request beside each line that comes of it.
pub(super) fn span(request: &Request) -> Span {
    let path = request.uri().path();
    tracing::debug_span!("request", method = %request.method(), path = %Text::derive(path))
}
