//! `GET /api/v2/alerts`: which alerts there are, by the fingerprints of their label sets.

use std::sync::Arc;

use axum::extract::RawQuery;
use axum::response::Response;

use super::error::Fault;
use super::query::Wanted;
use super::{answer, shape};
use crate::domain::routing::{BUILT_IN, Hour, Routed, looked_up};
use crate::domain::suppress;
use crate::domain::table::{Lookup, Seat, Table, seat};
use crate::engine::Published;
use crate::http::desk::Desk;
use crate::http::door::Open;
use crate::http::written::{self, Rest, STEP, Sheet};

/// `GET /api/v2/alerts`.
pub(super) async fn get(
    Open(handle): Open,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let ask = move |latest: Arc<Published>, hour| {
        let wanted = Wanted::read(query.as_deref(), latest.table.policy().dialect)?;
        let mut list = List::new(&latest.table, wanted, hour);
        Ok(written::body(move |sheet| list.go_on(&latest.table, sheet)))
    };
    answer(handle, &desk, ask).await
}

/// The open alerts that are asked for, in order of their seats.
pub(super) fn asked_for<'t>(
    table: &'t Table,
    wanted: &Wanted,
    hour: Hour,
) -> impl Iterator<Item = Routed<'t>> {
    // There is one route, so that one receiver has all alerts or none.
    let all = wanted.receivers.have(BUILT_IN.receiver);
    let all = all.then(|| looked_up(table, &wanted.lookup(table), hour));
    all.into_iter().flatten().filter(move |alert| has(wanted, table, alert, hour))
}

fn has(wanted: &Wanted, table: &Table, alert: &Routed<'_>, hour: Hour) -> bool {
    wanted.has(alert.labels(), || suppress::status(table, alert.alert, hour.now))
}

/// The list in the making: by fingerprint; where two namespaces have the same labels, by id.
struct List {
    wanted: Wanted,
    hour: Hour,
    lookup: Lookup,
    /// Behind which alert it goes on.
    behind: Option<Seat>,
    opening: &'static str,
}

impl List {
    fn new(table: &Table, wanted: Wanted, hour: Hour) -> Self {
        let none = Lookup::Having(Vec::new());
        let all = wanted.receivers.have(BUILT_IN.receiver);
        let lookup = if all { wanted.lookup(table) } else { none };
        Self { wanted, hour, lookup, behind: None, opening: "[" }
    }

    /// Writes what comes next. The table has to be the same each time.
    fn go_on(&mut self, table: &Table, sheet: &mut Sheet) -> Rest {
        let mut looked = 0;
        for alert in table.look_up(&self.lookup, self.behind).take(STEP) {
            (looked, self.behind) = (looked + 1, Some(seat(alert)));
            let routed = Routed::of(table, alert, self.hour);
            let asked_for = |alert: &Routed<'_>| has(&self.wanted, table, alert, self.hour);
            let Some(routed) = routed.filter(asked_for) else { continue };
            sheet.0.extend_from_slice(self.opening.as_bytes());
            self.opening = ",";
            let status = suppress::status(table, alert, self.hour.now);
            shape::alert(&mut sheet.0, &routed, BUILT_IN.receiver, &status);
            if sheet.is_full() {
                return Rest::More;
            }
        }
        if looked == STEP {
            return Rest::More;
        }
        sheet.0.extend_from_slice(if self.opening == "[" { b"[]\n" } else { b"]\n" });
        Rest::Nothing
    }
}

#[cfg(test)]
mod tests;
