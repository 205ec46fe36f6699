//! An alert in the JSON of the command line. Times are RFC 3339; what is not so is null.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::client::{Shown, Whole};
use crate::domain::alert::{Alert, Ending};
use crate::domain::event::Event;
use crate::domain::labels::Labels;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// One alert.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    id: String,
    title: &'a str,
    service: &'a str,
    severity: String,
    /// The severity's word, where nobody knows it.
    unknown_severity: Option<&'a str>,
    state: String,
    marks: Vec<String>,
    assignee: Option<&'a str>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<String>,
    acknowledged_until: Option<String>,
    resolved_by: Option<String>,
    resolved_at: Option<String>,
    held_until: Option<String>,
    snoozed_until: Option<String>,
    started_at: String,
    received_at: String,
    last_seen: String,
    count: u64,
    sender: &'a str,
    times_out_at: Option<String>,
    occurrence: u32,
    previous: Option<String>,
    namespace: &'a str,
    fingerprint: String,
    link: Option<&'a str>,
    labels: BTreeMap<&'a str, &'a str>,
    annotations: BTreeMap<&'a str, &'a str>,
    revision: u64,
}

/// One alert with all that happened to it.
#[derive(Debug, Serialize)]
pub(super) struct WholeRow<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    notes: Vec<NoteRow<'a>>,
    timeline: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct NoteRow<'a> {
    at: String,
    by: String,
    text: &'a str,
}

#[derive(Debug, Serialize)]
struct Line {
    at: String,
    revision: u64,
    actor: String,
    via: String,
    text: String,
}

impl<'a> Row<'a> {
    pub(super) fn new(shown: &'a Shown) -> Self {
        let Shown { alert, service } = shown;
        let standing = &alert.standing;
        let (held, resolution) = (standing.acknowledgement(), standing.resolution());
        Self {
            id: alert.id.to_string(),
            title: alert.title.as_str(),
            service: service.as_str(),
            severity: alert.severity.to_string(),
            unknown_severity: alert.unknown_severity.as_ref().map(Text::as_str),
            state: standing.state.to_string(),
            marks: marks(alert).collect(),
            assignee: standing.assignee.as_ref().map(|person| person.name.as_str()),
            acknowledged_by: held.map(|held| held.by.to_string()),
            acknowledged_at: held.map(|held| held.at.to_string()),
            acknowledged_until: time(alert.acknowledgement_ends()),
            resolved_by: resolution.map(|resolution| ended_by(&resolution.how)),
            resolved_at: resolution.map(|resolution| resolution.at.to_string()),
            held_until: time(alert.hold_ends()),
            snoozed_until: time(alert.wakes()),
            started_at: alert.started().to_string(),
            received_at: alert.received.to_string(),
            last_seen: alert.seen.last.to_string(),
            count: alert.seen.count,
            sender: alert.sender.as_str(),
            times_out_at: time(alert.times_out()),
            occurrence: alert.occurrence,
            previous: alert.previous.map(|id| id.to_string()),
            namespace: alert.identity.namespace.0.as_str(),
            fingerprint: alert.identity.naming.to_string(),
            link: alert.link.as_deref(),
            labels: pairs(&alert.labels),
            annotations: pairs(&alert.annotations),
            revision: alert.revision.0,
        }
    }
}

impl<'a> WholeRow<'a> {
    pub(super) fn new(whole: &'a Whole) -> Self {
        let notes = whole.shown.alert.notes.iter();
        Self {
            row: Row::new(&whole.shown),
            notes: notes
                .map(|note| NoteRow {
                    at: note.at.to_string(),
                    by: note.by.to_string(),
                    text: note.text.as_str(),
                })
                .collect(),
            timeline: whole.timeline.iter().map(Line::new).collect(),
        }
    }
}

impl Line {
    fn new(event: &Event) -> Self {
        Self {
            at: event.at.to_string(),
            revision: event.revision.0,
            actor: event.via.naming(&event.actor),
            via: event.via.to_string(),
            text: event.to_string(),
        }
    }
}

/// What else there is to say of it, a word each.
pub(super) fn marks(alert: &Alert) -> impl Iterator<Item = String> + use<> {
    let words = [
        ("snoozed", alert.wakes().is_some()),
        ("quiet", alert.is_suppressed() && alert.wakes().is_none()),
        // That it is held is said where its source still fires, as the filter does.
        ("held", alert.standing.hold().is_some_and(|hold| hold.reports > 0)),
        ("lost", alert.standing.resolution().is_some_and(|end| end.how == Ending::TimeOut)),
        ("flapping", alert.marks.flapping.is_some()),
        ("stale", alert.marks.stale.is_some()),
        ("clock", alert.marks.clock.is_some()),
    ];
    words.into_iter().filter(|(_, so)| *so).map(|(word, _)| word.to_owned())
}

/// What ended it, in a few words.
pub(super) fn ended_by(ending: &Ending) -> String {
    match ending {
        Ending::Source => "its source".to_owned(),
        Ending::Operator { by, hold: _ } => by.to_string(),
        Ending::TimeOut => "silence".to_owned(),
    }
}

fn time(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

fn pairs(labels: &Labels) -> BTreeMap<&str, &str> {
    labels.iter().collect()
}
