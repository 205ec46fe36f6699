//! `GET /api/v2/alerts/groups`: which alerts are told together, and to whom.

use std::sync::Arc;
use std::vec::IntoIter;

use axum::extract::RawQuery;
use axum::response::Response;

use super::alerts::asked_for;
use super::error::Fault;
use super::query::Wanted;
use super::{answer, shape};
use crate::domain::id::AlertId;
use crate::domain::labels::Labels;
use crate::domain::routing::{self, BUILT_IN, Hour, Routed};
use crate::domain::suppress;
use crate::domain::table::Table;
use crate::engine::Published;
use crate::http::desk::Desk;
use crate::http::door::Open;
use crate::http::written::{self, Rest, STEP, Sheet};

/// `GET /api/v2/alerts/groups`.
pub(super) async fn get(
    Open(handle): Open,
    desk: Desk,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let ask = move |latest: Arc<Published>, hour| {
        let wanted = Wanted::read(query.as_deref(), latest.table.policy().dialect)?;
        let mut list = List::new(&latest.table, &wanted, hour);
        Ok(written::body(move |sheet| list.go_on(&latest.table, sheet)))
    };
    answer(handle, &desk, ask).await
}

/// The list in the making. Who is in which group is known from the beginning.
pub(super) struct List {
    hour: Hour,
    groups: IntoIter<Group>,
    /// The one whose alerts are being written.
    group: Option<Group>,
    /// What stands before the next group, and before the next alert of this one.
    opening: (&'static str, &'static str),
}

/// Alerts that are told together.
struct Group {
    labels: Labels,
    receiver: &'static str,
    alerts: IntoIter<AlertId>,
}

impl List {
    /// The list that is asked for.
    pub(super) fn new(table: &Table, wanted: &Wanted, hour: Hour) -> Self {
        let groups = routing::groups(&BUILT_IN, asked_for(table, wanted, hour));
        let ids = |alerts: Vec<Routed<'_>>| -> Vec<AlertId> {
            alerts.into_iter().map(|alert| alert.alert.id).collect()
        };
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|group| Group {
                labels: group.labels,
                receiver: group.receiver,
                alerts: ids(group.alerts).into_iter(),
            })
            .collect();
        Self { hour, groups: groups.into_iter(), group: None, opening: ("[", "") }
    }

    /// Writes what comes next. The table has to be the same each time.
    pub(super) fn go_on(&mut self, table: &Table, sheet: &mut Sheet) -> Rest {
        for _ in 0..STEP {
            if sheet.is_full() {
                return Rest::More;
            }
            if self.group.as_ref().is_some_and(|group| group.alerts.len() > 0) {
                self.alert(table, sheet);
            } else if self.next_group(sheet) == Rest::Nothing {
                return Rest::Nothing;
            }
        }
        Rest::More
    }

    fn alert(&mut self, table: &Table, sheet: &mut Sheet) {
        let Some(group) = &mut self.group else { return };
        let alert = group.alerts.next().and_then(|id| table.alert(id));
        let Some(routed) = alert.and_then(|alert| Routed::of(table, alert, self.hour)) else {
            return;
        };
        sheet.0.extend_from_slice(self.opening.1.as_bytes());
        self.opening.1 = ",";
        let status = suppress::status(table, routed.alert, self.hour.now);
        shape::alert(&mut sheet.0, &routed, group.receiver, &status);
    }

    /// Ends a group and begins the next, or ends the list.
    fn next_group(&mut self, sheet: &mut Sheet) -> Rest {
        if let Some(group) = self.group.take() {
            shape::group_end(&mut sheet.0, &group.labels, group.receiver);
        }
        self.group = self.groups.next();
        if self.group.is_none() {
            sheet.0.extend_from_slice(if self.opening.0 == "[" { b"[]\n" } else { b"]\n" });
            return Rest::Nothing;
        }
        sheet.0.extend_from_slice(self.opening.0.as_bytes());
        self.opening = (",", "");
        shape::group_begin(&mut sheet.0);
        Rest::More
    }
}
