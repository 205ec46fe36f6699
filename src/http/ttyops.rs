//! The TTYOps API: a client written for it works here with only endpoint and token changed.
//!
//! Handlers extract, parse, submit and map; what an alert may do is decided in the domain.

mod act;
mod document;
mod path;
mod post;
mod read;
mod row;
mod wire;

use axum::Router;
use axum::routing::{get, put};

use super::door::Door;

/// The API, under `/api/v1` and, because its documentation writes some paths without it, without.
pub(super) fn routes() -> Router<Door> {
    let api = Router::new()
        .route("/alert", get(read::alerts).post(post::alerts))
        .route("/alert/{alert}", get(read::alert))
        .route("/alert/{alert}/acknowledge", put(act::acknowledge))
        .route("/alert/{alert}/resolve", put(act::resolve))
        .route("/alert/{alert}/assign/{account}", put(act::assign))
        .route("/service", get(read::services))
        .route("/team/members", get(read::members))
        .route("/schedule", get(read::schedules));
    Router::new().nest("/api/v1", api.clone()).merge(api)
}
