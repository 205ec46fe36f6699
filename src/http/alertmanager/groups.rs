//! `GET /api/v2/alerts/groups`: which alerts are told together, and to whom.

use axum::extract::RawQuery;
use axum::response::Response;

use super::alerts::asked_for;
use super::error::Fault;
use super::query::Wanted;
use super::{answer, shape};
use crate::domain::routing::{self, BUILT_IN, Hour, Routed};
use crate::domain::suppress;
use crate::domain::table::Table;
use crate::http::desk::Desk;
use crate::http::door::Open;

/// `GET /api/v2/alerts/groups`.
pub(super) async fn get(
    Open(handle): Open,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let ask = move |table: &Table, hour| {
        let wanted = Wanted::read(query.as_deref(), table.policy().dialect)?;
        Ok(list(table, &wanted, hour))
    };
    answer(handle, &desk, ask).await
}

pub(super) fn list(table: &Table, wanted: &Wanted, hour: Hour) -> Vec<u8> {
    let groups = routing::groups(&BUILT_IN, asked_for(table, wanted, hour));
    let status = |alert: &Routed<'_>| suppress::status(table, alert.alert, hour.now);
    shape::groups(&groups, &status)
}
