//! An alert as the API shows it.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use utoipa::openapi::Schema;

use crate::domain::alert::{Alert, Ending, Marks, Note, Suppression};
use crate::domain::event::Event;
use crate::domain::labels::Labels;
use crate::domain::table::Table;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::openapi;

/// One alert. The first five fields are what TTYOps' own client reads: they are texts on every
/// row, and never null. Times are RFC 3339.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Alert)]
pub(super) struct Row<'a> {
    #[schema(format = "uuid")]
    id: String,
    /// What it is, for people.
    title: &'a str,
    /// The id of what it is about.
    #[schema(format = "uuid")]
    service: String,
    #[schema(schema_with = status_words)]
    status: String,
    /// The id of its assignee, or empty.
    #[serde(rename = "assignedto")]
    assigned_to: String,
    #[schema(required)]
    assignee_name: Option<&'a str>,
    service_name: String,
    #[schema(schema_with = severity_words)]
    severity: String,
    /// The severity's word, where nobody knows it.
    #[schema(required)]
    unknown_severity: Option<&'a str>,
    /// Its source's name for it.
    fingerprint: String,
    /// The namespace of the token that sent it; empty for most.
    namespace: &'a str,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    labels: Pairs<'a>,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    annotations: Pairs<'a>,
    /// The source's page about it.
    #[schema(required)]
    link: Option<&'a str>,
    /// When it began, as its source says.
    #[schema(format = DateTime)]
    started_at: String,
    /// When watchbell first heard of it.
    #[schema(format = DateTime)]
    received_at: String,
    /// When it was last reported.
    #[schema(format = DateTime)]
    last_seen: String,
    /// How often it was reported.
    count: u64,
    /// The token that sent the last report.
    sender: &'a str,
    /// When it ends if nothing more is heard of it; null where it does not.
    #[schema(required, format = DateTime)]
    times_out_at: Option<String>,
    #[schema(required)]
    acknowledged_by: Option<String>,
    #[schema(required, format = DateTime)]
    acknowledged_at: Option<String>,
    /// When the acknowledgement runs out; null where it does not.
    #[schema(required, format = DateTime)]
    acknowledged_until: Option<String>,
    #[schema(required, schema_with = how_words)]
    resolved_how: Option<&'static str>,
    /// Who resolved it by hand; null where nobody did.
    #[schema(required)]
    resolved_by: Option<String>,
    #[schema(required, format = DateTime)]
    resolved_at: Option<String>,
    /// Until when a source that still fires does not bring back what was resolved by hand.
    #[schema(required, format = DateTime)]
    held_until: Option<String>,
    #[schema(required, format = DateTime)]
    snoozed_until: Option<String>,
    /// All that keeps it quiet.
    suppressions: Vec<SuppressionRow>,
    marks: MarksRow,
    /// Which episode of this alert it is, from 1.
    occurrence: u32,
    /// The id of the episode before.
    #[schema(required, format = "uuid")]
    previous: Option<String>,
    /// Grows with every change.
    revision: u64,
}

/// One alert with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertWithTimeline)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    notes: Vec<NoteRow<'a>>,
    timeline: Vec<Line>,
}

/// One thing that keeps an alert quiet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
struct SuppressionRow {
    #[schema(format = DateTime)]
    since: String,
    text: String,
}

/// What else there is to say of an alert.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Marks)]
struct MarksRow {
    #[schema(required, format = DateTime)]
    flapping_since: Option<String>,
    #[schema(required, format = DateTime)]
    stale_since: Option<String>,
    /// How far its sender's clock is behind ours; negative where it is ahead.
    #[schema(required)]
    clock_behind_seconds: Option<i64>,
    /// Until when it does not time out, because it could not have been heard of.
    #[schema(required, format = DateTime)]
    granted_until: Option<String>,
}

/// One note.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Note)]
struct NoteRow<'a> {
    #[schema(format = DateTime)]
    at: String,
    by: String,
    text: &'a str,
}

/// One line of a timeline.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineLine)]
struct Line {
    #[schema(format = DateTime)]
    at: String,
    revision: u64,
    actor: String,
    /// From where the actor did it.
    via: String,
    text: String,
}

/// Labels or annotations, as an object.
#[derive(Debug)]
struct Pairs<'a>(&'a Labels);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl<'a> Row<'a> {
    /// The row of `alert`; the table knows the names.
    pub(super) fn new(alert: &'a Alert, table: &Table) -> Self {
        let standing = &alert.standing;
        let assignee = standing.assignee.as_ref();
        let acknowledgement = standing.acknowledgement();
        let resolution = standing.resolution();
        Self {
            id: alert.id.to_string(),
            title: alert.title.as_str(),
            service: alert.service.to_string(),
            status: standing.state.to_string(),
            assigned_to: assignee.map(|person| person.id.to_string()).unwrap_or_default(),
            assignee_name: assignee.map(|person| person.name.as_str()),
            service_name: table.service_name(alert.service),
            severity: alert.severity.to_string(),
            unknown_severity: alert.unknown_severity.as_ref().map(Text::as_str),
            fingerprint: alert.identity.naming.to_string(),
            namespace: alert.identity.namespace.0.as_str(),
            labels: Pairs(&alert.labels),
            annotations: Pairs(&alert.annotations),
            link: alert.link.as_deref(),
            started_at: alert.started().to_string(),
            received_at: alert.received.to_string(),
            last_seen: alert.seen.last.to_string(),
            count: alert.seen.count,
            sender: alert.sender.as_str(),
            times_out_at: shown(alert.times_out()),
            acknowledged_by: acknowledgement.map(|held| held.by.to_string()),
            acknowledged_at: acknowledgement.map(|held| held.at.to_string()),
            acknowledged_until: shown(alert.acknowledgement_ends()),
            resolved_how: resolution.map(|resolution| how(&resolution.how)),
            resolved_by: resolution.and_then(|resolution| by_hand(&resolution.how)),
            resolved_at: resolution.map(|resolution| resolution.at.to_string()),
            held_until: shown(alert.hold_ends()),
            snoozed_until: shown(alert.wakes()),
            suppressions: alert.suppressions.iter().map(SuppressionRow::new).collect(),
            marks: MarksRow::new(&alert.marks),
            occurrence: alert.occurrence,
            previous: alert.previous.map(|id| id.to_string()),
            revision: alert.revision.0,
        }
    }

    /// The row with its notes and its timeline.
    pub(super) fn with<'e>(
        self,
        notes: &'a [Note],
        timeline: impl IntoIterator<Item = &'e Event>,
    ) -> Whole<'a> {
        Whole {
            row: self,
            notes: notes.iter().map(NoteRow::new).collect(),
            timeline: timeline.into_iter().map(Line::new).collect(),
        }
    }
}

impl SuppressionRow {
    fn new(suppression: &Suppression) -> Self {
        Self { since: suppression.since.to_string(), text: suppression.by.to_string() }
    }
}

impl MarksRow {
    fn new(marks: &Marks) -> Self {
        // When it was reopened only decides whether it flaps.
        let Marks { reopened: _, flapping, stale, clock, granted } = marks;
        Self {
            flapping_since: shown(*flapping),
            stale_since: shown(*stale),
            clock_behind_seconds: clock.map(|behind| behind.as_secs()),
            granted_until: shown(*granted),
        }
    }
}

impl<'a> NoteRow<'a> {
    fn new(note: &'a Note) -> Self {
        Self { at: note.at.to_string(), by: note.by.to_string(), text: note.text.as_str() }
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

fn status_words() -> Schema {
    openapi::words("What became of it.", &["firing", "acknowledged", "resolved"])
}

fn severity_words() -> Schema {
    openapi::words("How bad it is.", &["critical", "warning"])
}

fn how_words() -> Schema {
    openapi::words_or_null("How it ended.", &["source", "operator", "time_out"])
}

fn shown(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

fn how(ending: &Ending) -> &'static str {
    match ending {
        Ending::Source => "source",
        Ending::Operator { .. } => "operator",
        Ending::TimeOut => "time_out",
    }
}

fn by_hand(ending: &Ending) -> Option<String> {
    match ending {
        Ending::Operator { by, hold: _ } => Some(by.to_string()),
        Ending::Source | Ending::TimeOut => None,
    }
}
