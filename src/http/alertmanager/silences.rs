//! `GET` and `POST /api/v2/silences`: which silences there are, and one is made or changed.

use std::sync::Arc;
use std::vec::IntoIter;

use axum::Extension;
use axum::body::HttpBody as _;
use axum::extract::{RawQuery, Request};
use axum::http::StatusCode;
use axum::response::Response;

use super::error::{self, Fault};
use super::query::WantedSilences;
use super::{answer, media, shape, silence};
use crate::domain::command::{Answer, Command};
use crate::domain::id::SilenceId;
use crate::domain::routing::Hour;
use crate::domain::table::Table;
use crate::domain::time::Timestamp;
use crate::engine::Published;
use crate::http::body::{self, Room};
use crate::http::caller::Caller;
use crate::http::desk::Desk;
use crate::http::door::Open;
use crate::http::error::ApiError;
use crate::http::intake;
use crate::http::written::{self, Rest, STEP, Sheet};

/// `GET /api/v2/silences`.
pub(super) async fn get(
    Open(handle): Open,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let ask = move |latest: Arc<Published>, hour: Hour| {
        let wanted = WantedSilences::read(query.as_deref(), latest.table.policy().dialect)?;
        let mut list = List::new(&latest.table, &wanted, hour.now);
        Ok(written::body(move |sheet| list.go_on(&latest.table, sheet)))
    };
    answer(handle, &desk, ask).await
}

/// `POST /api/v2/silences`. What is answered is on disk.
pub(super) async fn post(
    Open(handle): Open,
    Extension(room): Extension<Room>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    media::must_fit(&parts.headers, &body)?;
    body::must_fit_if_it_waits(&parts.headers, &body)?;
    if body.is_end_stream() {
        return Err(silence::absent());
    }
    let body = room.read(body, body::MOST_BYTES, body::PATIENCE).await?;
    let (latest, now) = (handle.latest(), handle.now());
    // Its patterns take their time, however short it is.
    let read = move |bytes: Vec<u8>| silence::order(&bytes, &latest.table, now);
    let (order, _share) = intake::parse_aside(body, read).await?;
    let receipt = caller.submit(&handle, Command::Silence(order?)).await?;
    let Answer::Silenced(id) = receipt.answer else {
        let why = "a silence was answered with something else".to_owned();
        return Err(ApiError::Internal(why).into());
    };
    Ok(error::json(StatusCode::OK, format!("{{\"silenceID\":\"{id}\"}}\n")))
}

/// The list in the making. Who is on it, and in which order, is known from the beginning.
struct List {
    now: Timestamp,
    ids: IntoIter<SilenceId>,
    opening: &'static str,
}

impl List {
    fn new(table: &Table, wanted: &WantedSilences, now: Timestamp) -> Self {
        let wanted = table.silences().filter(|silence| wanted.has(&silence.terms, now));
        let mut wanted: Vec<_> = wanted.map(|silence| silence.place(silence.state(now))).collect();
        wanted.sort_unstable();
        let ids: Vec<SilenceId> = wanted.into_iter().map(|(.., id)| id).collect();
        Self { now, ids: ids.into_iter(), opening: "[" }
    }

    /// Writes what comes next. The table has to be the same each time.
    fn go_on(&mut self, table: &Table, sheet: &mut Sheet) -> Rest {
        for _ in 0..STEP {
            if sheet.is_full() {
                return Rest::More;
            }
            let Some(id) = self.ids.next() else {
                sheet.0.extend_from_slice(if self.opening == "[" { b"[]\n" } else { b"]\n" });
                return Rest::Nothing;
            };
            let Some(silence) = table.silence(id) else { continue };
            sheet.0.extend_from_slice(self.opening.as_bytes());
            self.opening = ",";
            shape::silence(&mut sheet.0, silence, self.now);
        }
        Rest::More
    }
}
