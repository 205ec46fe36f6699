//! Storage that broke: while nothing can be saved no alert about it can be kept. When saving works
//! again an alert of our own says what was, and it is over once that has lasted for a while.

use std::sync::Arc;

use crate::domain::actor::{Actor, Via};
use crate::domain::alert::{Alert, Identity, Namespace, Naming};
use crate::domain::command::{Answer, Command, Order};
use crate::domain::delivery::Delivery;
use crate::domain::draft::{Draft, Tick};
use crate::domain::entity::Key;
use crate::domain::id::{Ids, OpId, Revision};
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

/// What each channel is told directly while nothing can be saved: what would be owed for this
/// spell if it could be kept. Of one spell always the same, by its ids: who is told twice can know
/// it. An earlier spell whose alert is still open neither speaks for this one nor through it: its
/// own pages are told by the outbox.
pub fn told_directly(
    table: &Table,
    unsaved: &Unsaved,
    revision: Revision,
    now: Timestamp,
) -> Vec<(Arc<Delivery>, Arc<Alert>)> {
    let ids = Ids::from_seed(unsaved.since.as_nanosecond().unsigned_abs());
    let mut draft = Draft::new(table.clone(), Tick { now, revision, ids, granted: None });
    let op = OpId(draft.tick.ids.draw());
    // It is thrown away.
    if let Some(earlier) = table.open(&identity()) {
        draft.end(Key::Alert(earlier.id), None);
    }
    let (actor, via) = (Actor::Watchbell, Via::Watchbell);
    let command = Command::Report(vec![unsaved.goes_on()]);
    let answer = draft.attempt(&Order { op, actor, via, seen: None, command });
    let Ok(Answer::Reported(reported)) = answer else { return Vec::new() };
    let Some(Ok(Some(id))) = reported.into_iter().next() else { return Vec::new() };
    let Some(alert) = draft.table().alert(id) else { return Vec::new() };
    let owed = draft.table().deliveries_of(id).filter(|one| one.tell.calls() && one.waits());
    owed.map(|one| (Arc::clone(one), Arc::clone(alert))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Channel, Policy};

    fn at(time: &str) -> Timestamp {
        format!("2026-11-21T{time}Z").parse().unwrap()
    }

    fn unsaved(since: &str) -> Unsaved {
        Unsaved { since: at(since), why: "the disk is full".into(), refused: 0 }
    }

    /// A table with the alert about an earlier spell, whose page still waits.
    fn after_a_spell() -> Table {
        let mut table = Table::default();
        let channels = vec![Channel::shared("chat"), Channel::shared("pager")];
        table.adopt(Arc::new(Policy { channels, ..Policy::default() }));
        let ids = Ids::from_seed(7);
        let tick = Tick { now: at("03:01:00"), revision: Revision(1), ids, granted: None };
        let mut draft = Draft::new(table, tick);
        let command = Command::Report(vec![unsaved("03:00:00").is_over(at("03:01:00"))]);
        let (actor, via) = (Actor::Watchbell, Via::Watchbell);
        let op = OpId(draft.tick.ids.draw());
        draft.attempt(&Order { op, actor, via, seen: None, command }).unwrap();
        draft.finish().0
    }

    #[test]
    fn a_second_spell_is_told_to_each_channel_while_the_alert_of_the_first_is_open() {
        let table = after_a_spell();
        assert!(table.open(&identity()).is_some());
        let told = |since, now| {
            told_directly(&table, &unsaved(since), Revision(2), at(now)).into_iter().map(|told| {
                assert_eq!(told.1.title.as_str(), "watchbell cannot save");
                (told.0.channel.clone(), told.0.id)
            })
        };
        let first: Vec<_> = told("03:03:00", "03:03:02").collect();
        let mut channels: Vec<_> = first.iter().map(|(channel, _)| channel.as_str()).collect();
        channels.sort_unstable();
        assert_eq!(channels, ["chat", "pager"]);
        // What waits in the outbox is told from there alone.
        assert!(first.iter().all(|(_, id)| table.delivery(*id).is_none()));
        assert!(table.deliveries().any(|kept| kept.waits()));
        assert!(
            told("03:03:00", "03:03:30").eq(first.iter().cloned()),
            "one spell, the same pages"
        );
        assert!(told("03:04:00", "03:04:02").all(|other| !first.contains(&other)));
    }
}
