//! Plain payloads: the API's own form, judged strictly and told exactly what is wrong.

use std::sync::Arc;

use super::{Fault, LONGEST_FINGERPRINT, Sender, find, time, time_if_any};
use crate::domain::alert::{Identity, Naming};
use crate::domain::policy::Policy;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::{Severity, SeverityReading};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::ttyops::document::{Field, Fields, Flaw, Item, MOST_PAIRS, Pairs};

/// What an alert says of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Firing,
    Resolved,
}

/// The report that `item` makes.
///
/// Refuses an alert that names a fingerprint or a status without the other, one without title or
/// service, and one with a severity, status or time that nobody understands. A resolved alert
/// needs its fingerprint alone, whatever else is wrong with it.
pub(super) fn report(
    item: Item,
    index: usize,
    sender: &Sender,
    policy: &Policy,
) -> Result<Report, Fault> {
    let fields = match item {
        Item::Alert(fields) => fields,
        Item::Other(shape) => {
            return Err(Fault::new("alerts", format!("must be an object, not {shape}")));
        }
    };
    let subject = match (fingerprint(&fields)?, status(&fields)?) {
        (None, None) => {
            Subject::Manual { namespace: sender.namespace.clone(), once: sender.once(index) }
        }
        (Some(given), Some(status)) => {
            let identity = Identity {
                namespace: sender.namespace.clone(),
                naming: Naming::of_report(given, &fields.labels.texts),
            };
            if status == Status::Resolved {
                let ends_at = time_if_any(&fields.ends_at);
                return Ok(Report::Resolved { identity, road: Road::Plain, ends_at });
            }
            Subject::Known(identity)
        }
        (None, Some(_)) => {
            let reason = "needed beside status: the name by which later posts mean this alert";
            return Err(Fault::new("fingerprint", reason));
        }
        (Some(_), None) => {
            let reason = "needed beside fingerprint: firing or resolved";
            return Err(Fault::new("status", reason));
        }
    };
    let payload = Box::new(payload(&fields, policy)?);
    Ok(Report::Firing { subject, payload })
}

fn payload(fields: &Fields, policy: &Policy) -> Result<Payload, Fault> {
    whole(&fields.labels, "labels")?;
    whole(&fields.annotations, "annotations")?;
    let title = named(&fields.title, fields, "title", "what the alert is, for people")?;
    let service = named(&fields.service, fields, "service", "the name of the service it is about")?;
    let word = field(&fields.severity, fields, "severity")?;
    let labels = fields.labels.texts.with_missing([
        ("alertname", title.as_str()),
        ("service", service.as_str()),
        ("severity", word.unwrap_or_default()),
        ("fingerprint", field(&fields.fingerprint, fields, "fingerprint")?.unwrap_or_default()),
    ]);
    Ok(Payload {
        road: Road::Plain,
        severity: severity(word, policy)?,
        labels,
        annotations: fields.annotations.texts.clone(),
        starts_at: starts_at(&fields.starts_at)?,
        link: fields.link.text().map(Arc::from),
        title,
        service: NamedService::Strictly(service),
    })
}

fn fingerprint(fields: &Fields) -> Result<Option<&str>, Fault> {
    let given = field(&fields.fingerprint, fields, "fingerprint")?;
    let length = given.map_or(0, |given| given.chars().count());
    if length > LONGEST_FINGERPRINT {
        let reason = format!("has {length} characters; at most {LONGEST_FINGERPRINT} are kept");
        return Err(Fault::new("fingerprint", reason));
    }
    Ok(given)
}

fn status(fields: &Fields) -> Result<Option<Status>, Fault> {
    let Some(word) = field(&fields.status, fields, "status")? else {
        return Ok(None);
    };
    match word.trim().to_lowercase().as_str() {
        "firing" => Ok(Some(Status::Firing)),
        "resolved" => Ok(Some(Status::Resolved)),
        _ => {
            let word = Text::derive(word);
            let reason = format!("{:?} is unknown; send firing or resolved", word.as_str());
            Err(Fault::new("status", reason))
        }
    }
}

/// A field, wherever it stands.
fn field<'a>(root: &'a Field, fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Fault> {
    match root {
        Field::Other(shape) => Err(Fault::new(name, format!("must be text, not {shape}"))),
        Field::Absent | Field::Text(_) => Ok(find(root, fields, name)),
    }
}

/// A field that must be there, as text for people.
fn named(root: &Field, fields: &Fields, name: &str, what: &str) -> Result<Text, Fault> {
    let text = field(root, fields, name)?.map(Text::derive);
    text.filter(|text| !text.is_empty()).ok_or_else(|| {
        let reason = format!("needed: {what}; at the root, in labels or in annotations");
        Fault::new(name, reason)
    })
}

fn severity(word: Option<&str>, policy: &Policy) -> Result<SeverityReading, Fault> {
    let reading = policy.severity.read(word);
    let SeverityReading::Unknown(word) = &reading else {
        return Ok(reading);
    };
    let words = |level| policy.severity.of(level).collect::<Vec<_>>().join(" ");
    let reason = format!(
        "{:?} is unknown; critical words are {}; warning words are {}",
        word.as_str(),
        words(Severity::Critical),
        words(Severity::Warning),
    );
    Err(Fault::new("severity", reason))
}

fn starts_at(field: &Field) -> Result<Option<Timestamp>, Fault> {
    let fault = || Fault::new("startsAt", "must be an RFC 3339 time, as 2026-02-28T13:05:00Z");
    match field {
        Field::Absent => Ok(None),
        Field::Text(text) => time(text).transpose().map_err(|()| fault()),
        Field::Other(_) => Err(fault()),
    }
}

fn whole(pairs: &Pairs, name: &str) -> Result<(), Fault> {
    match &pairs.flaw {
        None => Ok(()),
        Some(Flaw::Shape(shape)) => {
            Err(Fault::new(name, format!("must be an object of texts, not {shape}")))
        }
        Some(Flaw::Value(key, shape)) => {
            let field = format!("{name}.{}", Text::derive(key));
            Err(Fault::new(field, format!("must be text, not {shape}")))
        }
        Some(Flaw::TooMany) => {
            Err(Fault::new(name, format!("there are more than {MOST_PAIRS}; send fewer")))
        }
    }
}
