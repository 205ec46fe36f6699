//! The list of alerts, written while it is read: first those that ended lately, then the open ones,
//! the oldest first, so that a client that takes the last match of a shortened id takes the newest
//! open one. What came at one time stands by title.

use std::sync::Arc;
use std::vec::IntoIter;

use super::read::Wanted;
use super::row::Row;
use crate::domain::alert::Alert;
use crate::domain::id::AlertId;
use crate::domain::severity::Severity;
use crate::domain::table::Table;
use crate::domain::time::{SignedDuration, Timestamp, after};
use crate::http::written::{Rest, STEP, Sheet};

/// How long an ended alert stays in the list.
const SHOWN_AFTER_ITS_END: SignedDuration = SignedDuration::from_hours(24);

/// The list in the making.
pub(super) struct List {
    wanted: Wanted,
    now: Timestamp,
    /// What comes behind those that are taken together.
    next: Next,
    /// What came at one time, and is not written yet.
    together: IntoIter<AlertId>,
    opening: &'static str,
}

/// Where the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// With what ended then or later.
    Ended(Timestamp),
    /// With what is open and came then or later.
    Open(Timestamp),
    /// Nowhere.
    Nothing,
}

impl List {
    /// The alerts that are wanted `now`.
    pub(super) fn new(wanted: Wanted, now: Timestamp) -> Self {
        let first = Next::Ended(after(now, -SHOWN_AFTER_ITS_END));
        let opening = r#"{"alerts":["#;
        Self { wanted, now, next: first, together: Vec::new().into_iter(), opening }
    }

    /// Writes what comes next. The table has to be the same each time.
    pub(super) fn go_on(&mut self, table: &Table, sheet: &mut Sheet) -> Rest {
        let mut looked = 0;
        while looked < STEP && !sheet.is_full() {
            if let Some(id) = self.together.next() {
                looked += 1;
                if let Some(alert) = table.alert(id) {
                    self.row(alert, table, sheet);
                }
                continue;
            }
            let together = match self.next {
                Next::Ended(first) => self.ended(table, first),
                Next::Open(first) => self.open(table, first),
                Next::Nothing => {
                    sheet.0.extend_from_slice(self.end().as_bytes());
                    return Rest::Nothing;
                }
            };
            looked += together.len().max(1);
            let wanted = together.into_iter().filter(|alert| self.wanted.has(alert));
            self.together = wanted.map(|alert| alert.id).collect::<Vec<_>>().into_iter();
        }
        Rest::More
    }

    fn end(&self) -> &'static str {
        if self.opening == "," { "]}" } else { r#"{"alerts":[]}"# }
    }

    fn row(&mut self, alert: &Alert, table: &Table, sheet: &mut Sheet) {
        sheet.0.extend_from_slice(self.opening.as_bytes());
        self.opening = ",";
        // A row is texts and numbers, and a vector takes all that is written to it.
        let _ = serde_json::to_writer(&mut sheet.0, &Row::new(alert, table));
    }

    /// The next that ended at one time.
    fn ended<'t>(&mut self, table: &'t Table, first: Timestamp) -> Vec<&'t Arc<Alert>> {
        let end = |alert: &Alert| alert.standing.resolution().map(|resolution| resolution.at);
        let mut ended = table.ended_from(first).peekable();
        let Some(at) = ended.peek().and_then(|alert| end(alert)) else {
            self.next = Next::Open(Timestamp::MIN);
            return Vec::new();
        };
        let mut together: Vec<_> = ended.take_while(|alert| end(alert) == Some(at)).collect();
        together.retain(|alert| alert.ended_within(SHOWN_AFTER_ITS_END, self.now));
        together.sort_by(|one, other| (&one.title, one.id).cmp(&(&other.title, other.id)));
        let then = after(at, SignedDuration::from_nanos(1));
        self.next = if then > at { Next::Ended(then) } else { Next::Open(Timestamp::MIN) };
        together
    }

    /// The next open ones that came at one time, or nearly.
    fn open<'t>(&mut self, table: &'t Table, first: Timestamp) -> Vec<&'t Arc<Alert>> {
        let mut lists = [Severity::Critical, Severity::Warning]
            .map(|severity| table.open_since(severity, first).peekable());
        let received = |alert: &Alert| alert.received.as_microsecond();
        let firsts = lists.iter_mut().filter_map(std::iter::Peekable::peek);
        let Some(at) = firsts.map(|alert| received(alert)).min() else {
            self.next = Next::Nothing;
            return Vec::new();
        };
        let together = lists.into_iter();
        let together = together.flat_map(|list| list.take_while(|alert| received(alert) == at));
        let mut together: Vec<_> = together.collect();
        together.sort_by(|one, other| {
            let (ours, theirs) = ((one.received, &one.title), (other.received, &other.title));
            ours.cmp(&theirs).then_with(|| one.id.cmp(&other.id))
        });
        let then = Timestamp::from_microsecond(at.saturating_add(1));
        self.next = then.map_or(Next::Nothing, Next::Open);
        together
    }
}

#[cfg(test)]
mod tests;
