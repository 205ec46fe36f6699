//! The document: Alertmanager's webhook, version 4, with the one alert that is told
//! (`webhook.Message` of prometheus/alertmanager). Text is cleaned here, because it leaves here.

use serde::{Serialize, Serializer};

use super::super::Attempt;
use crate::domain::alert::Alert;
use crate::domain::delivery::{Delivery, Tell};
use crate::domain::labels::Labels;
use crate::domain::text::line_of;

/// Go's zero time, which stands for an end that has not come.
const NO_END: &str = "0001-01-01T00:00:00Z";

/// What is posted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    version: &'static str,
    /// The same for all that is told of one alert, and of no other.
    group_key: String,
    truncated_alerts: u32,
    status: Status,
    receiver: &'a str,
    /// What is told, in a word: an end that was only fallen silent about is none. Alertmanager
    /// gives its reason under this name.
    #[serde(rename = "notification_reason")]
    reason: String,
    group_labels: Pairs<'a>,
    common_labels: Pairs<'a>,
    common_annotations: Pairs<'a>,
    #[serde(rename = "externalURL")]
    external_url: &'a str,
    alerts: [Told<'a>; 1],
}

/// The alert.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    status: Status,
    labels: Pairs<'a>,
    annotations: Pairs<'a>,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: String,
    fingerprint: String,
}

/// Whether it fires, of the two words that version 4 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Firing,
    Resolved,
}

/// Labels or annotations, as an object of cleaned texts.
#[derive(Clone, Debug)]
struct Pairs<'a> {
    pairs: &'a Labels,
    /// The only name that is shown, if not all are.
    only: Option<&'static str>,
}

impl<'a> Document<'a> {
    /// The document of an attempt. `home` is our own address.
    pub(super) fn new(attempt: &'a Attempt, home: &'a str) -> Self {
        let (delivery, alert) = (&*attempt.delivery, &*attempt.alert);
        let status = Status::of(delivery.tell);
        Self {
            version: "4",
            group_key: format!("{{}}:{{alert=\"{}\"}}", alert.id),
            truncated_alerts: 0,
            status,
            receiver: delivery.channel.as_str(),
            reason: delivery.tell.to_string(),
            group_labels: Pairs { pairs: &alert.labels, only: Some("alertname") },
            common_labels: Pairs::all(&alert.labels),
            common_annotations: Pairs::all(&alert.annotations),
            external_url: home,
            alerts: [Told::new(delivery, alert, status)],
        }
    }
}

impl<'a> Told<'a> {
    fn new(delivery: &Delivery, alert: &'a Alert, status: Status) -> Self {
        let ends_at = match status {
            Status::Firing => NO_END.to_owned(),
            // If it has come back since, the end that is told of is when we knew of it.
            Status::Resolved => {
                let ended = alert.standing.resolution();
                ended.map_or(delivery.created, |resolution| resolution.end).to_string()
            }
        };
        Self {
            status,
            labels: Pairs::all(&alert.labels),
            annotations: Pairs::all(&alert.annotations),
            starts_at: alert.starts_at.unwrap_or(alert.received).to_string(),
            ends_at,
            generator_url: alert.link.as_deref().map(clean).unwrap_or_default(),
            fingerprint: clean(&alert.identity.naming.to_string()),
        }
    }
}

impl Status {
    fn of(tell: Tell) -> Self {
        match tell {
            Tell::Page | Tell::Flapping | Tell::Acknowledged | Tell::Assigned => Self::Firing,
            Tell::Resolved | Tell::FellSilent => Self::Resolved,
        }
    }
}

impl<'a> Pairs<'a> {
    fn all(pairs: &'a Labels) -> Self {
        Self { pairs, only: None }
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown =
            self.pairs.iter().filter(|(name, _)| self.only.is_none_or(|only| only == *name));
        serializer.collect_map(shown.map(|(name, value)| (clean(name), clean(value))))
    }
}

/// Without what a terminal would obey. Line breaks stay: descriptions are written in lines.
fn clean(raw: &str) -> String {
    let lines: Vec<_> = raw.lines().map(line_of).collect();
    lines.join("\n")
}
