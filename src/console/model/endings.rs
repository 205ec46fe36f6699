//! The silences whose end is near and calls somebody. Looked at when silences change, when one comes
//! near its end, and each full minute from then on; nothing here walks all alerts.

use super::{Model, Now};
use crate::console::when::{minute, minute_from};
use crate::domain::silence::{Reach, Silence};
use crate::domain::suppress::ending_soon;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after, before};

/// How long before its end a silence is named.
pub const SOON: SignedDuration = SignedDuration::from_mins(10);

/// What ends soon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// The next one.
    pub first: Option<Ending>,
    /// How many others end soon and call somebody.
    pub others: usize,
    /// When that may be otherwise.
    next: Option<Timestamp>,
}

/// A silence whose end calls somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Whose silence it is.
    pub by: Text,
    /// When it ends.
    pub at: Timestamp,
    /// How many critical alerts then call.
    pub calling: usize,
}

impl Endings {
    /// What ends soon at `now`.
    pub fn of(table: &Table, now: Timestamp) -> Endings {
        let ending = ending_soon(table, SOON, now);
        let first = ending.first().map(|(silence, calling)| Ending {
            by: silence.terms.whose(),
            at: silence.terms.ends,
            calling: *calling,
        });
        let next = table.silences().filter_map(|silence| next(silence, now)).min();
        Endings { first, others: ending.len().saturating_sub(1), next }
    }

    /// When to look again.
    pub fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Whether it says the same to a person.
    fn says_the_same(&self, other: &Endings) -> bool {
        self.first == other.first && self.others == other.others
    }
}

/// When there is more, or less, to say of a silence.
fn next(silence: &Silence, now: Timestamp) -> Option<Timestamp> {
    let is_over = matches!(silence.reach, Reach::Ending | Reach::Over { .. });
    let ends = Some(silence.terms.ends).filter(|ends| !is_over && *ends > now)?;
    let near = before(ends, SOON).max(silence.terms.starts);
    // A minute of the clock that has come is over.
    let minute = minute_from(after(minute(now), SignedDuration::from_mins(1)));
    Some(if near > now { near } else { minute.min(ends) })
}

/// Looks again where silences changed; says whether something else is to be shown.
pub fn look(model: &mut Model, now: Timestamp) -> bool {
    let endings = Endings::of(&model.table, now);
    let changed = !endings.says_the_same(&model.endings);
    model.endings = endings;
    changed
}

/// Looks again if it is time. Without a connection nothing is told of what is to come.
pub fn pass_time(model: &mut Model, now: Now) -> bool {
    let due = model.endings.next.is_some_and(|next| next <= now.at);
    due && !model.service.is_of_then() && look(model, now.at)
}
