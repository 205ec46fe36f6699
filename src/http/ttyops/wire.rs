//! From the body of a post to reports: which alerts are taken, and which are refused and why.
//!
//! Pure: bytes, policy and sender in, reports out. Plain payloads are judged strictly, webhook
//! documents never: their sender would drop, or repeat for ever, what is refused.

mod plain;
mod webhook;

use super::document::{Document, Field, Kind, Listing, MOST_ALERTS};
use crate::domain::alert::Namespace;
use crate::domain::id::{OnceId, TokenId};
use crate::domain::policy::Policy;
use crate::domain::report::Report;
use crate::domain::time::Timestamp;
use crate::http::derive;

/// The longest name that a sender may give an alert, in characters.
const LONGEST_FINGERPRINT: usize = 255;

/// Who sends, as far as reports depend on it.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// The token that is used.
    pub(super) token: TokenId,
    /// Whose alerts its reports touch.
    pub(super) namespace: Namespace,
    /// The `Idempotency-Key` of the request.
    pub(super) key: Option<String>,
}

/// What was read. Each listed alert is either accepted or refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The reports, each with the index of its alert.
    pub(super) accepted: Vec<(usize, Report)>,
    /// The alerts that were refused.
    pub(super) refused: Vec<Refused>,
    /// What the post as a whole gives cause to say.
    pub(super) about: Option<Report>,
}

/// One alert that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = RefusedAlert)]
pub(super) struct Refused {
    /// Where it stands in the list, from 0.
    pub(super) index: usize,
    /// The field that is wrong.
    pub(super) field: String,
    /// What is wrong with it, and what would be right.
    pub(super) reason: String,
}

/// Why nothing of a body could be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// It is no JSON object.
    #[error("the body is not a JSON object: {0}")]
    NotJson(String),
    /// It lists no alerts.
    #[error(r#"the body has no list of alerts; send {{"alerts": [{{"title": "...", "service": "..."}}]}}"#)]
    NoAlerts,
    /// It lists too many.
    #[error("the body lists more than {MOST_ALERTS} alerts; send them in several posts")]
    TooMany,
}

/// What is wrong with a plain payload, before it is known where the alert stands in the list.
#[derive(Debug)]
struct Fault {
    field: String,
    reason: String,
}

impl Fault {
    fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// Reads the body of a post.
pub(super) fn parse(body: Vec<u8>, sender: &Sender, policy: &Policy) -> Result<Parsed, Unreadable> {
    let document = Document::read(body).map_err(|error| Unreadable::NotJson(error.to_string()))?;
    let items = match (document.alerts, document.kind) {
        (Listing::Items(items), _) => items,
        (Listing::Absent, Kind::Webhook) => Vec::new(),
        (Listing::Absent, Kind::Plain) => return Err(Unreadable::NoAlerts),
        (Listing::TooLong, _) => return Err(Unreadable::TooMany),
    };
    let mut parsed = Parsed::default();
    for (index, item) in items.into_iter().enumerate() {
        let report = match document.kind {
            Kind::Plain => plain::report(item, index, sender, policy),
            Kind::Webhook => Ok(webhook::report(item, sender, policy)),
        };
        match report {
            Ok(report) => parsed.accepted.push((index, report)),
            Err(Fault { field, reason }) => parsed.refused.push(Refused { index, field, reason }),
        }
    }
    if document.kind == Kind::Webhook {
        parsed.about = webhook::truncation(&document.receiver, &document.truncated, sender);
    }
    Ok(parsed)
}

impl Sender {
    /// Under what a repeat of the manual alert at `index` is known.
    fn once(&self, index: usize) -> Option<OnceId> {
        let key = self.key.as_ref()?;
        // The index comes first, because a key may hold anything.
        Some(OnceId::of(&self.token.to_string(), &format!("{index}:{key}")))
    }
}

/// An RFC 3339 time with any offset. Digits beyond nanoseconds do not count, and Go's zero time is
/// no time.
fn time(text: &str) -> Option<Result<Timestamp, ()>> {
    const ZERO_YEAR: &str = "0001-01-01T00:00:00";
    let text = text.trim();
    if text.is_empty() || text.starts_with(ZERO_YEAR) {
        return None;
    }
    let time = without_excess_digits(text).parse();
    Some(time.map_err(|_| ()))
}

/// The time in a field of which nothing is demanded.
fn time_if_any(field: &Field) -> Option<Timestamp> {
    field.text().and_then(time).and_then(Result::ok)
}

fn without_excess_digits(text: &str) -> String {
    let mut fraction: Option<usize> = None;
    text.chars()
        .filter(|c| {
            fraction = match (fraction, c) {
                (Some(digits), '0'..='9') => Some(digits + 1),
                (None, '.') | (Some(_), _) => Some(0),
                (None, _) => None,
            };
            fraction.is_none_or(|digits| digits <= 9)
        })
        .collect()
}

/// The first text there is, root before labels before annotations.
fn find<'a>(root: &'a Field, fields: &'a super::document::Fields, name: &str) -> Option<&'a str> {
    derive::find(root.text(), &fields.labels.texts, &fields.annotations.texts, name)
}

#[cfg(test)]
mod tests;
