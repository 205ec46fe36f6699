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
mod told;
mod wire;

use axum::Router;

use super::door::Door;
use super::openapi::{Entry, Place};

/// Where the API is. Its documentation writes some paths without the prefix, so that both are
/// served.
const PREFIXES: [&str; 2] = ["/api/v1", ""];

/// The first words of its paths.
const FIRST: [&str; 4] = ["alert", "service", "team", "schedule"];

/// Whether a path is one of its own, as far as the first word tells.
pub(super) fn serves(path: &str) -> bool {
    let [prefix, _] = PREFIXES;
    let rest = path.strip_prefix(prefix).unwrap_or(path).strip_prefix('/');
    let first = rest.and_then(|rest| rest.split('/').next());
    first.is_some_and(|first| FIRST.contains(&first))
}

/// The API.
pub(super) fn routes() -> Router<Door> {
    PREFIXES.into_iter().fold(Router::new(), |router, prefix| {
        places().into_iter().fold(router, |router, place| place.serve(router, prefix))
    })
}

/// What the document says of it: below the first prefix only.
pub(super) fn described() -> Vec<Entry> {
    let [prefix, ..] = PREFIXES;
    places().into_iter().flat_map(|place| place.entries(prefix)).collect()
}

/// Every path, with what answers there.
fn places() -> [Place; 10] {
    [
        Place::at("/alert").get(read::alerts, told::alerts).post(post::alerts, told::post),
        Place::at("/alert/{alert}").get(read::alert, told::alert),
        Place::at("/alert/{alert}/explain").get(read::explain, told::explain),
        Place::at("/alert/{alert}/acknowledge").put(act::acknowledge, told::acknowledge),
        Place::at("/alert/{alert}/resolve").put(act::resolve, told::resolve),
        Place::at("/alert/{alert}/snooze")
            .put(snooze::snooze, told::snooze)
            .delete(snooze::wake, told::wake),
        Place::at("/alert/{alert}/assign/{account}").put(act::assign, told::assign),
        Place::at("/service").get(read::services, told::services),
        Place::at("/team/members").get(read::members, told::members),
        Place::at("/schedule").get(read::schedules, told::schedules),
    ]
}
