//! The TTYOps API: a client written for it works here with only endpoint and token changed.
//!
//! Handlers extract, parse, submit and map; what an alert may do is decided in the domain.

mod act;
mod document;
mod explained;
mod json;
mod list;
mod path;
mod post;
mod read;
mod row;
mod snooze;
mod wire;

use axum::Router;
use axum::routing::{get, put};

use super::door::Door;

/// Where the API is. Its documentation writes some paths without the prefix, so that both are
/// served.
const PREFIXES: [&str; 2] = ["/api/v1", ""];

/// The API.
pub(super) fn routes() -> Router<Door> {
    PREFIXES.into_iter().fold(Router::new(), |router, prefix| {
        let at = |path: &str| format!("{prefix}{path}");
        router
            .route(&at("/alert"), get(read::alerts).post(post::alerts))
            .route(&at("/alert/{alert}"), get(read::alert))
            .route(&at("/alert/{alert}/explain"), get(read::explain))
            .route(&at("/alert/{alert}/acknowledge"), put(act::acknowledge))
            .route(&at("/alert/{alert}/resolve"), put(act::resolve))
            .route(&at("/alert/{alert}/snooze"), put(snooze::snooze).delete(snooze::wake))
            .route(&at("/alert/{alert}/assign/{account}"), put(act::assign))
            .route(&at("/service"), get(read::services))
            .route(&at("/team/members"), get(read::members))
            .route(&at("/schedule"), get(read::schedules))
    })
}
