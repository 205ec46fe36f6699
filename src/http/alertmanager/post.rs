//! `POST /api/v2/alerts`: alerts come in. Good ones beside bad ones are kept, and what is wrong
//! with the bad ones is told a line each.

use axum::Extension;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::error::{self, Fault};
use super::{document, media, wire};
use crate::domain::report::Road;
use crate::engine::{Fate, Handle};
use crate::http::body::{self, Room, Share};
use crate::http::caller::Caller;
use crate::http::door::Open;
use crate::http::error::ApiError;
use crate::http::intake;

/// How many refused alerts of one post are told of, a line each.
const TOLD: usize = 1_000;

/// `POST /api/v2/alerts`.
pub(super) async fn alerts(
    Open(handle): Open,
    Extension(room): Extension<Room>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    // What is said of a post is made from it, and takes up its room until it is written.
    let mut share = None;
    match take(&handle, &caller, &room, request, &mut share).await {
        // Senders take any 200, and one of them nothing else.
        Ok(()) => error::nothing(StatusCode::OK),
        Err(fault) => fault.into_response(),
    }
}

async fn take(
    handle: &Handle,
    caller: &Caller,
    room: &Room,
    request: Request,
    share: &mut Option<Share>,
) -> Result<(), Fault> {
    let (parts, body) = request.into_parts();
    media::must_fit(&parts.headers, &body)?;
    body::must_fit_if_it_waits(&parts.headers, &body)?;
    if body.is_end_stream() {
        return Err(document::absent());
    }
    let read = room.read(body, body::MOST_BYTES, body::PATIENCE).await;
    let body = read.inspect_err(|error| {
        if *error == ApiError::Crowded {
            handle.vitals().busy();
        }
    })?;
    let (latest, now) = (handle.latest(), handle.now());
    let namespace = caller.namespace.clone();
    let parse = move |bytes: Vec<u8>| wire::parse(&bytes, &namespace, latest.table.policy(), now);
    let (judged, taken) = intake::parse(body, parse).await?;
    *share = Some(taken);
    submit(handle, caller, judged?).await
}

/// Has the good ones decided, and tells what is wrong with the others, in the order of the list, as
/// long as it is not too long.
async fn submit(handle: &Handle, caller: &Caller, judged: wire::Judged) -> Result<(), Fault> {
    let mut reports = Vec::with_capacity(judged.len());
    count(handle, &judged);
    let judged = judged.into_iter().map(|one| one.said.map(|report| reports.push(report)));
    let judged: Vec<Result<(), String>> = judged.collect();
    let mut decided = intake::submit(handle, caller, reports).await?.into_iter();
    let mut wrong = judged.into_iter().filter_map(|one| match one {
        Ok(()) => decided.next()?.err().map(|refusal| refusal.to_string()),
        Err(wrong) => Some(wrong),
    });
    let mut told: Vec<String> = wrong.by_ref().take(TOLD).collect();
    let more = wrong.count();
    handle.vitals().counts().invalid.add(told.len() + more);
    if more > 0 {
        told.push(format!("{more} more alerts are refused, too"));
    }
    if told.is_empty() { Ok(()) } else { Err(Fault::bad_request(told.join("\n"))) }
}

/// Counts alerts as Alertmanager does: by whether they fire, also those that it will not take.
fn count(handle: &Handle, judged: &wire::Judged) {
    let counts = handle.vitals().counts();
    let of = |posted| judged.iter().filter(|one| one.posted == Some(posted)).count();
    counts.firing.add(of(wire::Posted::Firing));
    counts.resolved.add(of(wire::Posted::Resolved));
    let wrong = judged.iter().filter(|one| one.said.is_err()).count();
    counts.report(Road::V2, Fate::Refused, wrong);
}
