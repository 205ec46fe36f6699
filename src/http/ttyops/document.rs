//! The body of a post as it came: which alerts it lists and what stands in their fields.
//!
//! Reads any JSON object, whatever the types within: what is wrong is noted where it stands, and
//! judged by `wire`. Must not decide what a field means.

use serde::de::Error as _;
use serde_json::value::RawValue;

use super::json::{Shape, each_entry, each_item, mend_surrogates};
use crate::domain::labels::Labels;

/// How many alerts one post may list: twice the largest storm we are built for, and few enough
/// that a body of the greatest size cannot become gigabytes of rows.
pub(super) const MOST_ALERTS: usize = 100_000;

/// How many labels, and how many annotations, one alert may have.
pub(super) const MOST_PAIRS: usize = 1_024;

/// A whole post.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Which kind it is.
    pub(super) kind: Kind,
    /// What stands under `alerts`.
    pub(super) alerts: Listing,
    /// The receiver that a webhook document is for.
    pub(super) receiver: Field,
    /// How many alerts a webhook document leaves out.
    pub(super) truncated: Field,
}

/// The two kinds of posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Alerts in the API's own form.
    #[default]
    Plain,
    /// A notification in the form of Alertmanager's webhook, which Grafana sends too.
    Webhook,
}

/// What stands under `alerts`.
#[derive(Debug, Default)]
pub(super) enum Listing {
    /// Nothing, or no list.
    #[default]
    Absent,
    /// Alerts.
    Items(Vec<Item>),
    /// More than [`MOST_ALERTS`].
    TooLong,
}

/// One entry of the list.
#[derive(Debug)]
pub(super) enum Item {
    /// An alert.
    Alert(Box<Fields>),
    /// No object, but this.
    Other(Shape),
}

/// The fields of an alert that have a meaning here.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// The sender's name for the alert.
    pub(super) fingerprint: Field,
    /// Whether it fires.
    pub(super) status: Field,
    /// What it is, for people.
    pub(super) title: Field,
    /// What it is about.
    pub(super) service: Field,
    /// How bad it is.
    pub(super) severity: Field,
    /// When it began.
    pub(super) starts_at: Field,
    /// When it ended, or will end.
    pub(super) ends_at: Field,
    /// The source's page about it.
    pub(super) link: Field,
    /// Its labels.
    pub(super) labels: Pairs,
    /// Its annotations.
    pub(super) annotations: Pairs,
}

/// The value of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Field {
    /// Not there, `null` or empty.
    #[default]
    Absent,
    /// A text; of a number or a truth value, its text in the body.
    Text(Box<str>),
    /// No text, but this.
    Other(Shape),
}

/// Labels or annotations, as far as they are such.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Names with their texts. Empty ones are left out: they are absent, as in a matcher.
    pub(super) texts: Labels,
    /// What is wrong with them, first of all.
    pub(super) flaw: Option<Flaw>,
}

/// What is wrong with labels or annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// They are no object, but this.
    Shape(Shape),
    /// The value of this name is no text, but this.
    Value(Box<str>, Shape),
    /// There are more than [`MOST_PAIRS`]; those after are left out.
    TooMany,
}

impl Document {
    /// Reads a body. Refuses what is no JSON and what is no object.
    ///
    /// Bytes that are no UTF-8, and halves of surrogate pairs, become U+FFFD: a page is not lost
    /// for a character.
    pub(super) fn read(mut body: Vec<u8>) -> serde_json::Result<Self> {
        mend_surrogates(&mut body);
        let mut document = Self::default();
        let (mut alerts, mut twice) = (None, false);
        each_entry(&String::from_utf8_lossy(&body), |name, value| {
            match name {
                "alerts" => {
                    twice |= alerts.is_some();
                    alerts = Some(Listing::read(value)?);
                }
                "receiver" => document.receiver = Field::read(value)?,
                "truncatedAlerts" => document.truncated = Field::read(value)?,
                _ => {}
            }
            if MARKS_OF_A_WEBHOOK.contains(&name) {
                document.kind = Kind::Webhook;
            }
            Ok(())
        })?;
        // One of the lists would be lost without a word. A webhook's document is never refused.
        if twice && document.kind == Kind::Plain {
            return Err(serde_json::Error::custom("\"alerts\" is there twice; send one list"));
        }
        document.alerts = alerts.unwrap_or_default();
        Ok(document)
    }
}

/// What the documents of Alertmanager and Grafana have, and no plain payload.
const MARKS_OF_A_WEBHOOK: [&str; 4] = ["receiver", "groupKey", "groupLabels", "commonLabels"];

impl Listing {
    fn read(value: &RawValue) -> serde_json::Result<Self> {
        if Shape::of(value) != Shape::List {
            return Ok(Self::Absent);
        }
        let mut items = Vec::new();
        let mut count = 0_usize;
        each_item(value.get(), |value| {
            count += 1;
            if count <= MOST_ALERTS {
                items.push(Item::read(value)?);
            }
            Ok(())
        })?;
        Ok(if count > MOST_ALERTS { Self::TooLong } else { Self::Items(items) })
    }
}

impl Item {
    fn read(value: &RawValue) -> serde_json::Result<Self> {
        let shape = Shape::of(value);
        if shape != Shape::Object {
            return Ok(Self::Other(shape));
        }
        let mut fields = Box::<Fields>::default();
        each_entry(value.get(), |name, value| {
            match name {
                "fingerprint" => fields.fingerprint = Field::read(value)?,
                "status" => fields.status = Field::read(value)?,
                "title" => fields.title = Field::read(value)?,
                "service" => fields.service = Field::read(value)?,
                "severity" => fields.severity = Field::read(value)?,
                "startsAt" => fields.starts_at = Field::read(value)?,
                "endsAt" => fields.ends_at = Field::read(value)?,
                "generatorURL" => fields.link = Field::read(value)?,
                "labels" => fields.labels = Pairs::read(value)?,
                "annotations" => fields.annotations = Pairs::read(value)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self::Alert(fields))
    }
}

impl Field {
    fn read(value: &RawValue) -> serde_json::Result<Self> {
        let text: Box<str> = match Shape::of(value) {
            Shape::Null => return Ok(Self::Absent),
            shape @ (Shape::List | Shape::Object) => return Ok(Self::Other(shape)),
            Shape::Text => serde_json::from_str(value.get())?,
            Shape::Bare => Box::from(value.get()),
        };
        Ok(if text.is_empty() { Self::Absent } else { Self::Text(text) })
    }

    /// The text, where there is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Other(_) => None,
        }
    }
}

impl Pairs {
    fn read(value: &RawValue) -> serde_json::Result<Self> {
        let flaw = match Shape::of(value) {
            Shape::Null => return Ok(Self::default()),
            Shape::Object => None,
            shape @ (Shape::Text | Shape::Bare | Shape::List) => Some(Flaw::Shape(shape)),
        };
        if flaw.is_some() {
            return Ok(Self { flaw, ..Self::default() });
        }
        let mut texts: Vec<(Box<str>, Box<str>)> = Vec::new();
        let mut flaw = None;
        each_entry(value.get(), |name, value| {
            match Field::read(value)? {
                Field::Absent => {}
                Field::Text(_) if texts.len() >= MOST_PAIRS => flaw = Some(Flaw::TooMany),
                Field::Text(text) => texts.push((name.into(), text)),
                Field::Other(shape) => {
                    flaw.get_or_insert_with(|| Flaw::Value(name.into(), shape));
                }
            }
            Ok(())
        })?;
        let texts = texts.into_iter().collect();
        Ok(Self { texts, flaw })
    }
}
