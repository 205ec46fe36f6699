//! `GET /metrics`: how the service is, in Prometheus' text format: under Alertmanager's names what
//! other tools look for, under our own what else there is to watch.
//!
//! Whoever may read API v2 may read this. What happened is counted where it happens
//! (`engine::Counts`); what there is is counted here, when somebody asks.

mod alertmanager;
mod own;
mod page;
mod tally;

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use self::page::Page;
use self::tally::Tally;
use super::alertmanager::{caller, hour, not_here, within};
use super::door::Door;
use super::error::ApiError;
use super::openapi::{Described, Shape, TEXT, WATCH};
use crate::domain::token::Scope;
use crate::engine::{Counts, Handle, Process, Vital};

/// The version of the format that is written.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All that is told, as of one moment.
struct Now<'a> {
    tally: Tally,
    counts: &'a Counts,
    vital: Vital,
    /// Alerts that wait to be decided.
    depth: usize,
    process: Process,
}

/// What the OpenAPI document says of it.
pub(super) fn described() -> Described {
    let refused = |told: Described, (status, about): (u16, &str)| {
        told.answers_in(TEXT, status, about, Shape::text("What is wrong."))
    };
    let refusals = [
        (401, "No token came along, or nobody knows it."),
        (403, "The token lacks the scope, or an open API is asked from elsewhere."),
        (500, "A fault of watchbell's; its log says what."),
        (503, "It is starting, or too many others scrape."),
    ];
    let told = Described::of(WATCH, "metrics", "How the service is, for Prometheus");
    let told = told.needs(Scope::Read).answers_in(FORMAT, 200, "Metrics.", Shape::text("Metrics."));
    let told = refusals.into_iter().fold(told, refused);
    told.with_header(503, "Retry-After", "After so many seconds.")
}

/// `GET /metrics`. As at Alertmanager, `HEAD` is not.
pub(super) async fn metrics(State(door): State<Door>, request: Request) -> Response {
    let method = request.method().clone();
    if method != Method::GET {
        return not_here(&method, "GET, OPTIONS");
    }
    let scraped = async {
        scrape(&door, request).await.unwrap_or_else(|error| {
            error.log();
            let body = format!("{error}\n");
            (error.status(), error.headers(), [(CACHE_CONTROL, "no-store")], body).into_response()
        })
    };
    within(&door, scraped).await
}

async fn scrape(door: &Door, request: Request) -> Result<Response, ApiError> {
    caller(door, &mut request.into_parts().0, Scope::Read).await?;
    let _place = match door.readers().enter_to_watch() {
        Ok(place) => place,
        Err(full) => return Ok(full.tell(door)),
    };
    let handle = door.handle()?;
    door.desks().of(None).write(move || answer(&handle)).await
}

fn answer(handle: &Handle) -> Response {
    let now = Now {
        tally: Tally::of(&handle.latest().table, hour(handle)),
        counts: handle.vitals().counts(),
        vital: handle.vitals().now(),
        depth: handle.depth(),
        process: Process::now(),
    };
    let headers = [(CONTENT_TYPE, FORMAT), (CACHE_CONTROL, "no-store")];
    (StatusCode::OK, headers, written(&now)).into_response()
}

fn written(now: &Now<'_>) -> String {
    let mut page = Page::default();
    alertmanager::write(&mut page, now);
    own::write(&mut page, now);
    own::write_process(&mut page, &now.process);
    page.text()
}
