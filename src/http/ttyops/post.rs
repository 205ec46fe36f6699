//! `POST /alert`: alerts come in. Good ones beside bad ones are kept, and the bad ones named.

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{self, Parsed, Refused, Sender, Unreadable};
use crate::domain::command::Command;
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::{Report, Road};
use crate::engine::{Fate, Handle};
use crate::http::body::{self, Room};
use crate::http::caller::Caller;
use crate::http::door::Open;
use crate::http::error::{ApiError, Told, json};
use crate::http::intake::{self, Head};

/// What became of the alerts of a post.
#[derive(Debug, Default)]
struct Outcome {
    /// How many were taken.
    stored: usize,
    /// Those of them that there is an alert for.
    alerts: Vec<Stored>,
    /// Those that were not.
    refused: Vec<Refused>,
}

/// What became of the alerts of a post, as its sender is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Taken)]
pub(super) struct Body {
    /// There if some were refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Told<'static>>,
    /// How many were taken.
    stored: usize,
    /// Those of them that there is an alert for.
    alerts: Vec<Stored>,
    /// There if some were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refused>,
}

/// An alert that was taken. One that was resolved before it fired has no id, and is not listed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TakenAlert)]
struct Stored {
    /// Where it stands in the list, from 0.
    index: usize,
    #[schema(format = "uuid")]
    id: String,
}

/// `POST /alert`.
pub(super) async fn alerts(
    Open(handle): Open,
    Extension(room): Extension<Room>,
    caller: Result<Caller, ApiError>,
    request: Request,
) -> Response {
    let head = Head::of(&request);
    let outcome = match &caller {
        Ok(caller) => take(&handle, caller, &room, request).await,
        Err(error) => Err(error.clone()),
    };
    let why = match &outcome {
        Ok(outcome) => outcome.refused.first().map(Refused::to_string),
        Err(error) => Some(error.to_string()),
    };
    let response = outcome.map_or_else(IntoResponse::into_response, Outcome::into_response);
    if let Some(why) = why {
        head.refuse(&handle, response.status(), &why);
    }
    response
}

/// Reads a post and has its reports decided. A body is not even read before the caller may post.
async fn take(
    handle: &Handle,
    caller: &Caller,
    room: &Room,
    request: Request,
) -> Result<Outcome, ApiError> {
    caller.may(Command::Report(Vec::new()).scope())?;
    let (parts, body) = request.into_parts();
    body::must_be_json(&parts.headers)?;
    body::must_fit_if_it_waits(&parts.headers, &body)?;
    let key = idempotency_key(&parts.headers)?;
    let read = room.read(body, body::MOST_BYTES, body::PATIENCE).await;
    let body = read.inspect_err(|error| {
        if *error == ApiError::Crowded {
            handle.vitals().busy();
        }
    })?;
    let sender = Sender { token: caller.token, namespace: caller.namespace.clone(), key };
    let latest = handle.latest();
    let parse = move |bytes| wire::parse(bytes, &sender, latest.table.policy());
    let (parsed, _share) = intake::parse(body, parse).await?;
    submit(handle, caller, parsed?).await
}

async fn submit(handle: &Handle, caller: &Caller, parsed: Parsed) -> Result<Outcome, ApiError> {
    // What is refused for its form is a plain payload's: webhook documents never are.
    let Parsed { accepted, refused, about } = parsed;
    let (indexes, mut reports): (Vec<usize>, Vec<Report>) = accepted.into_iter().unzip();
    reports.extend(about);
    handle.vitals().counts().report(Road::Plain, Fate::Refused, refused.len());
    let mut outcome = Outcome { refused, ..Outcome::default() };
    let results = intake::submit(handle, caller, reports).await?;
    for (index, result) in indexes.into_iter().zip(results) {
        outcome.add(index, result);
    }
    outcome.refused.sort_by_key(|refused| refused.index);
    Ok(outcome)
}

impl Outcome {
    fn add(&mut self, index: usize, result: Result<Option<AlertId>, Refusal>) {
        match result {
            Ok(alert) => {
                self.stored += 1;
                self.alerts.extend(alert.map(|id| Stored { index, id: id.to_string() }));
            }
            Err(refusal) => self.refused.push(Refused {
                index,
                field: field_of(&refusal).to_owned(),
                reason: refusal.to_string(),
            }),
        }
    }

    /// How many were refused and how many kept, in a sentence.
    fn summary(&self) -> String {
        let (refused, stored) = (self.refused.len(), self.stored);
        let were = |count| if count == 1 { "was" } else { "were" };
        format!(
            "{refused} of {} alerts {} refused; {stored} {} stored",
            refused + stored,
            were(refused),
            were(stored)
        )
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let (status, error) = if self.refused.is_empty() {
            (StatusCode::OK, None)
        } else {
            let error = Told { code: "refused_alerts", message: self.summary() };
            (StatusCode::BAD_REQUEST, Some(error))
        };
        let Self { stored, alerts, refused } = self;
        json(status, &Body { error, stored, alerts, refused })
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "alert {}, {}: {}", self.index, self.field, self.reason)
    }
}

impl From<Unreadable> for ApiError {
    fn from(error: Unreadable) -> Self {
        let message = error.to_string();
        match error {
            Unreadable::NotJson(_) => Self::BadRequest { code: "bad_json", message },
            Unreadable::NoAlerts => Self::BadRequest { code: "no_alerts", message },
            Unreadable::TooMany => Self::TooMany(message),
        }
    }
}

/// The field that a report was refused for.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownService(_) => "service",
        Refusal::OnceUsed { .. } => "idempotency_key",
        Refusal::UnknownAlert(_)
        | Refusal::UnknownAccount(_)
        | Refusal::Resolved(_)
        | Refusal::Overtaken { .. }
        | Refusal::OpenElsewhere { .. }
        | Refusal::NotUndone { .. }
        | Refusal::SnoozeOver { .. }
        | Refusal::SnoozeTooLong(_)
        | Refusal::EndsBeforeStart
        | Refusal::EmptyNote
        | Refusal::TokenExists(_)
        | Refusal::UnknownToken(_)
        | Refusal::OwnNamespace(_)
        | Refusal::Silence(_)
        | Refusal::EmptyTokenName => "alerts",
    }
}

/// The caller's name for this post, under which a repeat of its manual alerts is known.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    const LONGEST: usize = 255;
    let Some(header) = headers.get("idempotency-key") else { return Ok(None) };
    let key = header.to_str().ok().filter(|key| key.len() <= LONGEST);
    let key = key.ok_or_else(|| ApiError::BadRequest {
        code: "idempotency_key",
        message: format!("an Idempotency-Key is at most {LONGEST} visible ASCII characters"),
    })?;
    Ok(Some(key.to_owned()).filter(|key| !key.is_empty()))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing;
    use tower::ServiceExt as _;

    use super::*;
    use crate::http::door::Door;
    use crate::http::edge::Peer;
    use crate::http::tests::bench;

    #[tokio::test]
    async fn a_post_that_finds_no_room_is_one_that_we_were_deaf_to() {
        let bench = bench().await;
        let door = Door::new();
        door.open(bench.handle.clone());
        let router = Router::new().route("/", routing::post(alerts)).with_state(door);
        let router = router.layer(Extension(Room::of(4)));
        for (body, busy) in [("[]", 0), ("[\"too long\"]", 1)] {
            let post = Request::post("/").header("content-type", "application/json");
            let post = post.header("authorization", "Bearer ops");
            let post = post.extension(Peer::Net("192.0.2.7:40000".parse().unwrap()));
            let answer =
                router.clone().oneshot(post.body(Body::from(body)).unwrap()).await.unwrap();
            assert_eq!(bench.handle.vitals().now().busy, busy, "{}", answer.status());
        }
    }
}
