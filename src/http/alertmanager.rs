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
mod patience;
mod post;
mod query;
mod quote;
mod shape;
mod silence;
mod silences;
mod status;
mod surface;
mod threshold;
mod time;
mod told;
mod typed;
mod uri;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler as _;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;

use super::desk::Desk;
use super::door::Door;
use super::metrics;
use crate::domain::alert::Namespace;
use crate::domain::policy::Policy;
use crate::domain::report::Report;
use crate::domain::routing::Hour;
use crate::domain::time::Timestamp;
use crate::engine::{Handle, Published, StoreState};
use error::Fault;
use surface::Endpoint;

pub(super) use patience::within;
pub(super) use status::{VERSION, not_here};
#[cfg(test)]
pub(super) use surface::paths;
pub(super) use surface::{Form, caller};
pub(super) use threshold::enter;
pub(super) use told::{Refused, described};

/// What the body of a post to API v2 says, alert by alert, if a sender of `namespace` posts it at
/// `now`: a report each, or what is wrong with it. What is wrong with the body refuses it whole.
pub fn reports(
    body: &[u8],
    namespace: &Namespace,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<Result<Report, String>>, String> {
    let judged = wire::parse(body, namespace, policy, now);
    let judged = judged.map_err(|fault| fault.to_string())?;
    Ok(judged.into_iter().map(|one| one.said).collect())
}

/// API v2, in front of all `others`. Most requests are posts to it: nothing comes before it.
///
/// The door is not in front of it: while it is shut API v2 says so in a form of its own.
pub(super) fn in_front_of(others: Router, door: Door) -> Router {
    Router::new()
        .route("/api/v2/", any(surface::keep))
        .route("/api/v2/{*path}", any(surface::keep))
        .with_state(door)
        .fallback_service(others)
}

/// The paths beside API v2, in front of all `others`, and without the door: those who watch over
/// the service hear that it is healthy and not ready.
pub(super) fn beside(others: Router, door: Door) -> Router {
    Router::new()
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
}

/// Has the handler answer whose endpoint it is. Not a router's: most requests are posts, and each
/// router on their way costs as much as reading an alert.
async fn answered(endpoint: Endpoint, request: Request, door: Door) -> Response {
    let posted = request.method() == Method::POST;
    match endpoint {
        Endpoint::Alerts if posted => post::alerts.call(request, door).await,
        Endpoint::Alerts => alerts::get.call(request, door).await,
        Endpoint::Groups => groups::get.call(request, door).await,
        Endpoint::Receivers => status::receivers.call(request, door).await,
        Endpoint::Silences if posted => silences::post.call(request, door).await,
        Endpoint::Silences => silences::get.call(request, door).await,
        Endpoint::Silence if request.method() == Method::DELETE => {
            silence::delete.call(request, door).await
        }
        Endpoint::Silence => silence::get.call(request, door).await,
        Endpoint::Status => status::status.call(request, door).await,
    }
}

/// When it is, and whether we hear.
pub(super) fn hour(handle: &Handle) -> Hour {
    let deaf = match handle.vitals().now().store {
        StoreState::Well => None,
        StoreState::Broken { since, .. } => Some(since),
    };
    Hour { now: handle.now(), deaf }
}

/// Asks the newest table, and has the question read and the answer begun at the desk: patterns take
/// their time, too. The rest of it is written as it is read.
async fn answer(
    handle: Handle,
    desk: &Desk,
    question: impl FnOnce(Arc<Published>, Hour) -> Result<Body, Fault> + Send + 'static,
) -> Result<Response, Fault> {
    let hour = hour(&handle);
    let write = move || match question(handle.latest(), hour) {
        Ok(listed) => error::json(StatusCode::OK, listed),
        Err(fault) => fault.into_response(),
    };
    Ok(desk.write(write).await?)
}
