//! The filter as the console holds it: the text that was typed and what it means. The words and
//! matchers themselves are `domain::query`.

use crate::domain::actor::Actor;
use crate::domain::alert::Alert;
use crate::domain::query::{Filter, Problem, View};
use crate::domain::table::Table;
use crate::domain::time::Timestamp;

/// A filter; the empty one lets everything through.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    text: String,
    filter: Filter,
}

impl Sieve {
    /// The filter that `text` means.
    pub fn new(text: &str) -> Sieve {
        Sieve { text: text.to_owned(), filter: Filter::parse(text) }
    }

    /// The text as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.filter.is_empty()
    }

    /// Whether it lets the same through as `other`, as far as their texts tell.
    pub fn says_the_same(&self, other: &Sieve) -> bool {
        self.text.trim() == other.text.trim()
    }

    /// The parts that are not understood and therefore left out; ranges are bytes of the text.
    pub fn problems(&self) -> &[Problem] {
        self.filter.problems()
    }

    /// Whether `alert` of `table` is to be shown to `viewer`.
    pub fn shows(&self, alert: &Alert, table: &Table, viewer: &Actor, now: Timestamp) -> bool {
        let me = viewer.person().map(|person| person.id);
        self.filter.shows(alert, View { table, me, now })
    }
}
