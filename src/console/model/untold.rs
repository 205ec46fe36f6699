//! Calls that no channel took, which only the terminals of consoles tell: kept up to date alert by
//! alert, so that no frame walks the table. Must not decide who is told; the domain does.

use std::collections::BTreeMap;

use super::list::Seen;
use crate::domain::id::AlertId;
use crate::domain::table::Table;
use crate::domain::tells::unheard;
use crate::domain::text::Text;

/// The alerts that call while no channel tells of them, with what the last channel said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    alerts: BTreeMap<AlertId, Text>,
    /// The one that was last found so.
    last: Option<AlertId>,
}

impl Untold {
    /// Those of `table`; walks all that are open.
    pub fn of(table: &Table) -> Untold {
        let why = |id| table.alert(id).and_then(|alert| unheard(table, alert));
        let open = table.open_alerts().map(|alert| alert.id);
        let alerts = open.filter_map(|id| Some((id, why(id)?))).collect();
        Untold { alerts, last: None }
    }

    /// Looks at one alert again, after it or something it was told changed.
    pub fn look(&mut self, id: AlertId, table: &Table) -> Seen {
        let why = table.alert(id).and_then(|alert| unheard(table, alert));
        if self.alerts.get(&id) == why.as_ref() {
            return Seen::Passenger;
        }
        match why {
            Some(why) => {
                self.alerts.insert(id, why);
                self.last = Some(id);
            }
            None => {
                self.alerts.remove(&id);
            }
        }
        Seen::Changed
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.alerts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    /// What the last channel said of this one, if it is one.
    pub fn why(&self, id: AlertId) -> Option<&Text> {
        self.alerts.get(&id)
    }

    /// What was said last of any of them.
    pub fn last_why(&self) -> Option<&Text> {
        self.last.and_then(|id| self.why(id)).or_else(|| self.alerts.values().next())
    }
}
