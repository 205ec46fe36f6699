//! `GET /api/v2/alerts`: which alerts there are, by the fingerprints of their label sets.

use axum::extract::RawQuery;
use axum::response::Response;

use super::error::Fault;
use super::query::Wanted;
use super::{answer, shape};
use crate::domain::routing::{BUILT_IN, Hour, Routed, routed};
use crate::domain::suppress;
use crate::domain::table::Table;
use crate::http::desk::Desk;
use crate::http::door::Open;

/// `GET /api/v2/alerts`.
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

/// The open alerts that are asked for, in no order.
pub(super) fn asked_for<'t>(
    table: &'t Table,
    wanted: &Wanted,
    hour: Hour,
) -> impl Iterator<Item = Routed<'t>> {
    // There is one route, so that one receiver has all alerts or none.
    let all = wanted.receivers.have(BUILT_IN.receiver).then(|| routed(table, hour));
    let asked_for = move |alert: &Routed<'t>| {
        wanted.has(alert.labels(), || suppress::status(table, alert.alert, hour.now))
    };
    all.into_iter().flatten().filter(asked_for)
}

fn list(table: &Table, wanted: &Wanted, hour: Hour) -> Vec<u8> {
    let mut alerts: Vec<Routed<'_>> = asked_for(table, wanted, hour).collect();
    // Two namespaces may have the same labels.
    alerts.sort_by_cached_key(|alert| (alert.fingerprint(), alert.alert.id));
    let status = |alert: &Routed<'_>| suppress::status(table, alert.alert, hour.now);
    shape::alerts(&alerts, BUILT_IN.receiver, &status)
}

#[cfg(test)]
mod tests;
