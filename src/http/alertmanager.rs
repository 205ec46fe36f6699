//! Alertmanager's API v2: senders and clients of a release 0.34 cannot tell the difference, where
//! `docs/alertmanager.md` names none.
//!
//! Handlers extract, parse, submit and map; what a report does is decided in the domain.

mod alerts;
mod cors;
mod document;
mod error;
mod groups;
mod json;
mod media;
mod post;
mod query;
mod quote;
mod shape;
mod status;
mod surface;
mod time;
mod uri;
mod wire;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum::{Router, middleware};

use super::desk::Desk;
use super::door::Door;
use super::{metrics, sheets};
use crate::domain::routing::Hour;
use crate::domain::table::Table;
use crate::engine::{Handle, StoreState};
use error::Fault;

pub(super) use status::{VERSION, not_here};
pub(super) use surface::{Form, caller};

/// API v2 and the paths beside it, in front of all `others`.
///
/// The door is not in front of it: while it is shut API v2 says so in a form of its own, and those
/// who watch over the service hear that it is healthy and not ready.
pub(super) fn in_front_of(others: Router, door: Door) -> Router {
    let v2 = Router::new()
        .route(surface::ALERTS, get(alerts::get).post(post::alerts))
        .route(surface::GROUPS, get(groups::get))
        .route(surface::RECEIVERS, get(status::receivers))
        .route(surface::STATUS, get(status::status))
        .with_state(door.clone());
    // As a fallback, because a layer of the routes themselves comes after the path is looked up.
    let keep = middleware::from_fn_with_state(door.clone(), surface::keep);
    let v2 = Router::new().fallback_service(v2).layer(keep);
    Router::new()
        .route_service("/api/v2/", v2.clone())
        .route_service("/api/v2/{*path}", v2)
        .route("/-/healthy", any(status::healthy))
        .route("/-/ready", any(status::ready))
        .route("/metrics", any(metrics::metrics))
        .route("/api/v1/status", any(status::gone_read))
        .route("/api/v1/receivers", any(status::gone_read))
        .route("/api/v1/alerts", any(status::gone_posted))
        .route("/api/v1/silences", any(status::gone_posted))
        .route("/api/v1/silence/{id}", any(status::gone_deleted))
        .with_state(door)
        .fallback_service(others)
        .layer(middleware::from_fn(surface::tidy))
}

/// When it is, and whether we hear.
pub(super) fn hour(handle: &Handle) -> Hour {
    let deaf = match handle.vitals().now().store {
        StoreState::Well => None,
        StoreState::Broken { since, .. } => Some(since),
    };
    Hour { now: handle.now(), deaf }
}

/// Asks the newest table, and has the question read and the answer written at the desk: patterns
/// take their time, too.
async fn answer(
    handle: Handle,
    desk: &Desk,
    question: impl FnOnce(&Table, Hour) -> Result<Vec<u8>, Fault> + Send + 'static,
) -> Result<Response, Fault> {
    let hour = hour(&handle);
    let write = move || match question(&handle.latest().table, hour) {
        Ok(listed) => error::json(StatusCode::OK, sheets::body(listed)),
        Err(fault) => fault.into_response(),
    };
    Ok(desk.write(write).await?)
}
