//! Our own API, for the verbs of another watchbell on this host. Served on the Unix socket only:
//! to the owner of the data and to root, who could read the data file anyway, and, where the
//! configuration names a group, to its people.
//!
//! Speaks records, the language of the data file; the only part of `http` that does.

mod attach;
mod peer;
mod silence;
mod told;
mod vital;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Router};
use futures_util::stream;
use serde::{Deserialize, Serialize};

pub use self::attach::{Attaching, Site};
use self::peer::Caller;
pub(super) use self::peer::admit;
pub use self::peer::{OpenTo, Owner};
use super::body;
use super::desk::Desk;
use super::door::{Door, Open};
use super::error::{ApiError, json, status_of};
use super::intake;
use super::openapi::{Entry, Place};
use crate::client::export::{Export, ExportError};
use crate::client::reading::{self, FindError, Wanted};
use crate::domain::actor::Via;
use crate::domain::id::AccountId;
use crate::domain::query::Filter;
use crate::domain::token::Scope;
use crate::engine::{Handle, SubmitError};
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::IdV1;

/// The largest order that is read, in bytes: thousands of alerts at once.
const MOST_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> Router<Door> {
    places().into_iter().fold(Router::new(), |router, place| place.serve(router, PREFIX))
}

/// What the document says of it.
pub(super) fn described() -> Vec<Entry> {
    places().into_iter().flat_map(|place| place.entries(PREFIX)).collect()
}

const PREFIX: &str = "/own/v1";

/// Every path, with what answers there.
fn places() -> [Place; 12] {
    [
        Place::at("/orders").post(order, told::order),
        Place::at("/alerts").get(alerts, told::alerts),
        Place::at("/alerts/{beginning}").get(alert, told::alert),
        Place::at("/explain/{beginning}").get(explain, told::explain),
        Place::at("/silences").get(silence::all, told::silences),
        Place::at("/preview").post(silence::preview, told::preview),
        Place::at("/services").get(services, told::services),
        Place::at("/accounts").get(accounts, told::accounts),
        Place::at("/tokens").get(tokens, told::tokens),
        Place::at("/export").get(export, told::export),
        Place::at("/snapshot").get(attach::snapshot, told::snapshot),
        Place::at("/feed").get(attach::feed, told::feed),
    ]
}

/// In the answer to an order: the newest commit when it was answered. Whoever follows the feed has
/// all that the answer speaks of once they have that one.
const REVISION: HeaderName = HeaderName::from_static("watchbell-revision");

/// `POST /own/v1/orders`: has an order carried out; answers a receipt or a refusal.
async fn order(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    body::must_be_json(&parts.headers)?;
    let body = body::read(body, MOST_BYTES, body::PATIENCE).await?;
    // It may have patterns, and they take their time, however short it is.
    let read = intake::aside(move || serde_json::from_slice::<OrderV1>(&body)).await?;
    let order = read.map_err(|error| ApiError::BadRequest {
        code: "bad_order",
        message: format!("the body is no order: {error}; use the same version for both"),
    })?;
    let speaks_for = order.speaks_for.map(|id| AccountId(id.0));
    let (actor, via) = caller.acting(speaks_for, handle.latest().table.policy())?;
    // That it was a key is what they say; who they are is what the system says.
    let via = match via {
        Via::Verb { uid } if order.at_console => Via::Attached { uid },
        via => via,
    };
    let order = order.by(actor, via);
    caller.may(order.command.scope())?;
    let answer = match handle.submit(order).await {
        Ok(receipt) => json(StatusCode::OK, &ReceiptV1::new(receipt.revision, &receipt.answer)),
        Err(SubmitError::Refused(refusal)) => json(status_of(&refusal), &RefusalV1::from(&refusal)),
        Err(SubmitError::Unsure(why)) => return Err(ApiError::Unsure(why)),
        Err(error) => return Err(error.into()),
    };
    let revision = HeaderValue::from(handle.latest().cursor.revision.0);
    Ok(([(REVISION, revision)], answer).into_response())
}

/// Which alerts are asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    /// As it is typed into the console.
    #[serde(default)]
    filter: String,
    /// Those that ended long ago, too.
    #[serde(default)]
    all: bool,
    /// Who `me` is, if not who asks.
    #[serde(rename = "as")]
    speaks_for: Option<IdV1>,
}

/// `GET /own/v1/alerts?filter=…`: those that match.
async fn alerts(
    Open(handle): Open,
    desk: Desk,
    Extension(caller): Extension<Caller>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let bad = |message| ApiError::BadRequest { code: "bad_query", message };
    let Query(asked) = asked.map_err(|error| bad(error.body_text()))?;
    let filter = Filter::parse(&asked.filter);
    if let Some(problem) = filter.problems().first() {
        return Err(bad(format!("filter: {}", problem.reason)));
    }
    let speaks_for = asked.speaks_for.map(|id| AccountId(id.0));
    let (actor, _) = caller.acting(speaks_for, handle.latest().table.policy())?;
    let me = actor.person().map(|person| person.id);
    let wanted = if asked.all { Wanted::All } else { Wanted::Shown };
    desk.write(move || json(StatusCode::OK, &reading::listing(&handle, &filter, wanted, me))).await
}

/// `GET /own/v1/alerts/{beginning}`: the one whose id begins so, with its timeline.
async fn alert(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    Path(beginning): Path<String>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    Ok(json(StatusCode::OK, &reading::found(&handle, &beginning).await?))
}

/// `GET /own/v1/explain/{beginning}`: why it calls people, or does not.
async fn explain(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    Path(beginning): Path<String>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    Ok(json(StatusCode::OK, &reading::explained(&handle, &beginning)?))
}

/// `GET /own/v1/services`: all services by name.
async fn services(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    list(&caller, Scope::Read, &handle, reading::services)
}

/// `GET /own/v1/accounts`: all accounts, in the order of the configuration.
async fn accounts(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    list(&caller, Scope::Read, &handle, reading::accounts)
}

/// `GET /own/v1/tokens`: all tokens by name, without their digests.
async fn tokens(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    list(&caller, Scope::Admin, &handle, reading::tokens)
}

/// `GET /own/v1/export`: all that is kept, as JSON lines. What fails on the way cuts it off before
/// its last line.
async fn export(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    // It has the digests of tokens.
    caller.may(Scope::Admin)?;
    let pieces = stream::try_unfold(Export::of(&handle), async |mut export| {
        let written = tokio::task::spawn_blocking(move || Ok((export.piece()?, export)));
        match written.await {
            Ok(Ok((piece, export))) => Ok(piece.map(|piece| (piece, export))),
            Ok(Err(error)) => {
                tracing::warn!(%error, "An export was cut off");
                Err(error)
            }
            Err(_) => Err(ExportError::Panicked),
        }
    });
    let headers = [(CONTENT_TYPE, "application/jsonl"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn list<T: Serialize>(
    caller: &Caller,
    scope: Scope,
    handle: &Handle,
    read: fn(&Handle) -> Vec<T>,
) -> Result<Response, ApiError> {
    caller.may(scope)?;
    Ok(json(StatusCode::OK, &read(handle)))
}

impl From<FindError> for ApiError {
    fn from(error: FindError) -> Self {
        let message = error.to_string();
        match error {
            FindError::NoAlert(_) => Self::NoneBegins(message),
            FindError::Ambiguous { .. } => Self::SeveralBegin(message),
        }
    }
}
