//! `GET /api/v2/alerts`: which alerts there are, by the fingerprints of their label sets.

use std::sync::Arc;
use std::vec::IntoIter;

use axum::extract::RawQuery;
use axum::response::Response;

use super::error::Fault;
use super::query::Wanted;
use super::{answer, shape};
use crate::domain::id::AlertId;
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
    /// Behind which alert it is looked for more.
    behind: Option<Seat>,
    /// Those that were found and not looked at yet.
    found: IntoIter<AlertId>,
    opening: &'static str,
}

impl List {
    fn new(table: &Table, wanted: Wanted, hour: Hour) -> Self {
        let none = Lookup::Having(Vec::new());
        let all = wanted.receivers.have(BUILT_IN.receiver);
        let lookup = if all { wanted.lookup(table) } else { none };
        let found = Vec::new().into_iter();
        Self { wanted, hour, lookup, behind: None, found, opening: "[" }
    }

    /// Writes what comes next. The table has to be the same each time.
    fn go_on(&mut self, table: &Table, sheet: &mut Sheet) -> Rest {
        if self.found.len() == 0 {
            self.find(table);
            if self.found.len() == 0 {
                sheet.0.extend_from_slice(if self.opening == "[" { b"[]\n" } else { b"]\n" });
                return Rest::Nothing;
            }
        }
        let at_once = (STEP / self.wanted.work()).max(1);
        for id in self.found.by_ref().take(at_once) {
            let Some(alert) = table.alert(id) else { continue };
            let routed = Routed::of(table, alert, self.hour);
            let asked_for = |alert: &Routed<'_>| has(&self.wanted, table, alert, self.hour);
            let Some(routed) = routed.filter(asked_for) else { continue };
            sheet.0.extend_from_slice(self.opening.as_bytes());
            self.opening = ",";
            let status = suppress::status(table, alert, self.hour.now);
            shape::alert(&mut sheet.0, &routed, BUILT_IN.receiver, &status);
            if sheet.is_full() {
                break;
            }
        }
        Rest::More
    }

    /// Finds the next ones, and all that have the hash of the last of them: what has one hash is gone
    /// through once more only when it is looked for what is behind it.
    fn find(&mut self, table: &Table) {
        let mut found = Vec::with_capacity(STEP);
        for alert in table.look_up(&self.lookup, self.behind) {
            let alike = self.behind.is_some_and(|(print, _)| print == alert.print());
            if found.len() >= STEP && !alike {
                break;
            }
            found.push(alert.id);
            self.behind = Some(seat(alert));
        }
        self.found = found.into_iter();
    }
}

#[cfg(test)]
mod tests;
