//! Storage that broke: while nothing can be saved no alert about it can be kept. When saving works
//! again an alert of our own says what was, and it is over once that has lasted for a while.

use crate::domain::alert::{Identity, Namespace, Naming};
use crate::domain::labels::Labels;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// The name of the alert about it.
const NAME: &str = "WatchbellCannotSave";

/// So long saving must have worked until the alert is over.
const OVER_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// A time in which nothing could be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    /// Since when.
    pub since: Timestamp,
    /// Why, to go on with after a colon.
    pub why: Text,
    /// How many posts of alerts were refused for it so far.
    pub refused: u64,
}

impl Unsaved {
    /// What is said of it while it lasts, to those who are paged directly: nothing of it is kept.
    pub fn goes_on(&self) -> Report {
        let Self { since, why, .. } = self;
        let description = format!(
            "Since {since:.0} nothing can be saved: {why}. Posts are refused with 503, and nobody can \
             act; what is kept can be read. watchbell tries again by itself, and senders that repeat \
             what they send are heard then."
        );
        fires("watchbell cannot save", &description)
    }

    /// What is kept of it once it is over.
    pub fn is_over(&self, until: Timestamp) -> Report {
        let Self { since, why, refused } = self;
        let posts = match refused {
            0 => "No post was refused.".to_owned(),
            1 => "1 post was refused; if its sender does not repeat it, it is lost.".to_owned(),
            _ => {
                format!("{refused} posts were refused; what senders do not repeat of them is lost.")
            }
        };
        let description = format!(
            "From {since:.0} until {until:.0} nothing could be saved: {why}. {posts} This alert is \
             over when saving has worked for {} minutes.",
            OVER_AFTER.as_mins()
        );
        fires("watchbell could not save", &description)
    }
}

/// Saving works and has for a while.
pub fn saves_again() -> Report {
    Report::Resolved { identity: identity(), road: Road::Plain, ends_at: None }
}

/// When the alert about it is over, if there is one and saving goes on to work.
pub fn over_at(table: &Table) -> Option<Timestamp> {
    if !table.speaks_of_itself() {
        return None;
    }
    table.open(&identity()).map(|alert| after(alert.seen.last, OVER_AFTER))
}

fn labels() -> Labels {
    [("alertname", NAME), ("severity", "critical")].into_iter().collect()
}

fn identity() -> Identity {
    Identity { namespace: Namespace::own(), naming: Naming::of_labels(labels()) }
}

fn fires(title: &str, description: &str) -> Report {
    let payload = Payload {
        // Nobody repeats it: it has no end, and does not go stale.
        road: Road::Plain,
        title: Text::derive(title),
        service: NamedService::Default,
        severity: SeverityReading::Known(Severity::Critical),
        labels: labels(),
        annotations: [("description", description), ("summary", title)].into_iter().collect(),
        starts_at: None,
        link: None,
    };
    Report::Firing { subject: Subject::Known(identity()), payload: Box::new(payload) }
}
