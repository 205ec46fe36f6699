//! Webhook documents of Alertmanager and Grafana: nothing in them is refused, and no alert is lost
//! for want of a field.

use std::sync::Arc;

use super::{LONGEST_FINGERPRINT, Sender, time_if_any};
use crate::domain::alert::{Identity, Naming};
use crate::domain::labels::Labels;
use crate::domain::policy::Policy;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::Text;
use crate::http::derive;
use crate::http::ttyops::document::{Field, Fields, Item};

/// The report that `item` makes, by its own status: that of the document is about the group. What
/// does not say that it is resolved fires.
pub(super) fn report(item: Item, sender: &Sender, policy: &Policy) -> Report {
    let fields = match item {
        Item::Alert(fields) => fields,
        Item::Other(_) => Box::default(),
    };
    let identity = identity(&fields, sender);
    let status = fields.status.text().map(str::trim);
    if status.is_some_and(|status| status.eq_ignore_ascii_case("resolved")) {
        let ends_at = time_if_any(&fields.ends_at);
        return Report::Resolved { identity, road: Road::Webhook, ends_at };
    }
    Report::Firing {
        subject: Subject::Known(identity),
        payload: Box::new(payload(&fields, policy)),
    }
}

/// A critical alert about the receiver whose documents are cut: what is left out reaches nobody.
pub(super) fn truncation(receiver: &Field, truncated: &Field, sender: &Sender) -> Option<Report> {
    let left_out = truncated.text().and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    if left_out == 0 {
        return None;
    }
    let receiver = receiver.text().map(Text::derive).unwrap_or_default();
    let title = format!(
        "receiver {receiver} leaves alerts out ({left_out} of its last notification); \
         raise max_alerts or group finer"
    );
    let labels = [
        ("alertname", "WatchbellTruncatedAlerts"),
        ("receiver", receiver.as_str()),
        ("severity", "critical"),
    ];
    let payload = Payload {
        road: Road::Webhook,
        title: Text::derive(&title),
        service: NamedService::Default,
        severity: SeverityReading::Known(Severity::Critical),
        labels: labels.into_iter().collect(),
        annotations: Labels::default(),
        starts_at: None,
        link: None,
    };
    let naming = Naming::Given(format!("watchbell:truncated:{receiver}").into());
    Some(Report::Firing {
        subject: Subject::Known(Identity { namespace: sender.namespace.clone(), naming }),
        payload: Box::new(payload),
    })
}

/// A name that is missing or too long to be kept gives way to the label set, as in API v2.
fn identity(fields: &Fields, sender: &Sender) -> Identity {
    let labels = &fields.labels.texts;
    let fits = |given: &&str| given.chars().count() <= LONGEST_FINGERPRINT;
    let naming = match fields.fingerprint.text().filter(fits) {
        Some(given) => Naming::of_report(given, labels),
        None => Naming::of_labels(labels.clone()),
    };
    Identity { namespace: sender.namespace.clone(), naming }
}

fn payload(fields: &Fields, policy: &Policy) -> Payload {
    let (labels, annotations) = (&fields.labels.texts, &fields.annotations.texts);
    Payload {
        road: Road::Webhook,
        title: derive::title(fields.title.text(), labels, annotations),
        service: derive::service(labels, policy),
        severity: derive::severity(fields.severity.text(), labels, annotations, policy),
        labels: labels.clone(),
        annotations: annotations.clone(),
        starts_at: time_if_any(&fields.starts_at),
        link: fields.link.text().map(Arc::from),
    }
}
