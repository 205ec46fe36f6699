//! HTTP in: connections, who calls, and the APIs that are served.
//!
//! Handlers turn requests into orders and answers into JSON. Nothing here decides what an order
//! does, and nothing here names the store.

mod access;
mod again;
mod alertmanager;
mod astray;
mod body;
mod caller;
mod derive;
mod desk;
mod door;
mod edge;
mod error;
mod guard;
mod held;
mod host;
mod intake;
mod metrics;
mod openapi;
mod own;
mod panics;
mod readers;
mod sheets;
mod ttyops;
mod web;
mod written;

use std::sync::Arc;

use axum::http::{Method, Uri};
use axum::{Extension, Router, middleware};

use crate::domain::text::Text;
use body::Room;
use error::ApiError;

pub use access::{AlertmanagerApi, HostName, NoHostName};
pub use alertmanager::reports;
pub use door::Door;
pub use edge::{Keys, Limits, Listener, Overseen, Peer, Tls, serve};
pub use own::{Attaching, OpenTo, Owner, Site};
pub use web::{ExternalUrl, NoExternalUrl, NoOrigin, NoPrefix, Origin, Prefix, Web};

/// What is served to the network: the TTYOps API and Alertmanager's with its metrics, to holders of
/// tokens. `api` says who else may use the latter, and the door under which prefix it is. All posts
/// share one room.
pub fn public_router(door: Door, api: AlertmanagerApi) -> Router {
    let ttyops = behind(door.clone(), ttyops::routes());
    let tell = middleware::from_fn_with_state(door.clone(), astray::tell);
    let again = middleware::from_fn_with_state(door.clone(), again::tell);
    let beside = alertmanager::beside(ttyops, door.clone());
    let others = beside.route(openapi::PATH, openapi::endpoint()).layer((tell, again));
    let enter = middleware::from_fn_with_state(door.clone(), alertmanager::enter);
    let guard = middleware::from_fn_with_state(door.clone(), panics::answer);
    // As one, for each layer costs every request.
    let layers = (guard, Extension(api), Extension(Room::default()), enter);
    let prefixed = !door.web().prefix.is_none();
    let all = alertmanager::in_front_of(others, door);
    // Once it has entered, a request is not where it was: it is routed behind that.
    let all = if prefixed { Router::new().fallback_service(all) } else { all };
    all.layer(layers)
}

/// What is served on the Unix socket: our own API, to those whom `owner` lets in, and consoles that
/// are attached.
pub fn own_router(door: Door, owner: Owner, attaching: Attaching) -> Router {
    let admit = middleware::from_fn_with_state(Arc::new(owner), own::admit);
    let guard = middleware::from_fn_with_state(door.clone(), panics::answer);
    behind(door, own::routes()).layer((Extension(attaching), admit)).layer(guard)
}

/// Answers to what no route takes, and the door in front of everything.
fn behind(door: Door, routes: Router<Door>) -> Router {
    let routes = routes
        .fallback(async |uri: Uri| ApiError::NoPath(Text::derive(uri.path())))
        .method_not_allowed_fallback(async |method: Method| {
            ApiError::Method(Text::derive(method.as_str()))
        })
        .with_state(door.clone());
    // As a fallback, because a layer of the routes themselves lies within what adds `Allow`.
    let keep = middleware::from_fn_with_state(door, door::keep);
    Router::new().fallback_service(routes).layer(keep)
}

#[cfg(test)]
mod tests;
