//! The body of a post as it came: a list of alerts, read as Alertmanager's models read it
//! (`PostableAlerts` and `PostableAlert` of its API v2). What is wrong here rejects the whole post.
//! Must not decide what an alert means.

use super::error::Fault;
use super::json::{self, Malformed, Reader, Shape};
use super::typed::{self, Pairs, Wrong, moment, pairs, string, unlike};
use super::{quote, time, uri};
use crate::domain::labels::Labels;
use crate::domain::time::Moment;
use crate::http::error::ApiError;

/// How many alerts one post may list: far more than anybody sends, and few enough that no body becomes
/// gigabytes of rows.
const MOST_ALERTS: usize = 100_000;

/// One entry of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `null`.
    Null,
    /// An alert that has more labels or annotations than one may have.
    Wide,
    /// An alert.
    Alert(Box<Posted>),
}

/// An alert, as it was posted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Posted {
    /// Its labels, those without a value left out: they are as good as absent.
    pub(super) labels: Labels,
    /// Its annotations, all of them.
    pub(super) annotations: Labels,
    /// When it began.
    pub(super) starts_at: Option<Moment>,
    /// When it ends.
    pub(super) ends_at: Option<Moment>,
    /// The source's page about it; empty where there is none.
    pub(super) link: Box<str>,
}

/// Reads a body. Refuses, in this order, what is no JSON, what has other types, what is too much,
/// and what the schema does not take.
pub(super) fn read(body: &[u8]) -> Result<Vec<Item>, Fault> {
    let value = json::first_value(body).map_err(|malformed| match malformed {
        Malformed::Empty => absent(),
        Malformed::Unfinished | Malformed::Misplaced { .. } => unparsable(&malformed.to_string()),
    })?;
    let mut reader = Reader::new(value);
    let shape = reader.shape();
    match shape {
        Shape::Null => return Ok(Vec::new()),
        Shape::List => reader.enter(),
        Shape::Bool | Shape::Number | Shape::Text | Shape::Object => {
            return Err(unparsable(&unlike(shape, "value of type models.PostableAlerts")));
        }
    }
    let mut drafts = Vec::new();
    while reader.item() {
        if drafts.len() >= MOST_ALERTS {
            let why = format!("the body lists more than {MOST_ALERTS} alerts");
            return Err(ApiError::TooMany(why + "; send them in several posts").into());
        }
        drafts.push(Draft::read(&mut reader)?);
    }
    let drafts = drafts.into_iter().enumerate();
    drafts
        .map(|(index, draft)| draft.map_or(Ok(Item::Null), |draft| draft.checked(index)))
        .collect()
}

/// What is said of a post without a body.
pub(super) fn absent() -> Fault {
    Fault::framework(602, "alerts in body is required".to_owned())
}

fn unparsable(why: &str) -> Fault {
    Fault::framework(400, format!("parsing alerts body from \"\" failed, because {why}"))
}

/// An alert while it is read: of fields that come again the last one counts, and objects that come
/// again are one.
#[derive(Debug, Default)]
struct Draft<'a> {
    labels: Pairs<'a>,
    annotations: Pairs<'a>,
    starts_at: Option<Moment>,
    ends_at: Option<Moment>,
    link: Box<str>,
    /// Whether there were more labels or annotations than are kept.
    wide: bool,
}

impl<'a> Draft<'a> {
    /// The alert that comes next; nothing where it is `null`.
    fn read(reader: &mut Reader<'a>) -> Result<Option<Self>, Fault> {
        const ALERT: &str = "value of type struct { \
            Annotations models.LabelSet \"json:\\\"annotations,omitempty\\\"\"; \
            EndsAt strfmt.DateTime \"json:\\\"endsAt,omitempty\\\"\"; \
            StartsAt strfmt.DateTime \"json:\\\"startsAt,omitempty\\\"\" }";
        match reader.shape() {
            Shape::Null => {
                reader.skip();
                return Ok(None);
            }
            Shape::Object => reader.enter(),
            shape @ (Shape::Bool | Shape::Number | Shape::Text | Shape::List) => {
                return Err(unparsable(&unlike(shape, ALERT)));
            }
        }
        let mut draft = Self::default();
        // Alertmanager reads each alert twice, first for times and annotations.
        let (mut first, mut second) = (Wrong::default(), Wrong::default());
        while let Some(name) = reader.name() {
            match Name::of(&name) {
                Some(Name::Annotations) => {
                    draft.wide |=
                        !pairs(reader, &mut draft.annotations, ".annotations", &mut first);
                }
                Some(Name::Labels) => {
                    draft.wide |= !pairs(reader, &mut draft.labels, "Alert.labels", &mut second);
                }
                Some(Name::StartsAt) => {
                    moment(reader, &mut draft.starts_at, ".startsAt", &mut first);
                }
                Some(Name::EndsAt) => moment(reader, &mut draft.ends_at, ".endsAt", &mut first),
                Some(Name::Link) => match string(reader, "Alert.generatorURL") {
                    Ok(Some(link)) => draft.link = link.into(),
                    Ok(None) => {}
                    Err(wrong) => {
                        second.at_once.get_or_insert(wrong);
                    }
                },
                None => reader.skip(),
            }
        }
        match first.first().or(second.first()) {
            Some(wrong) => Err(unparsable(&wrong)),
            None => Ok(Some(draft)),
        }
    }

    /// What the schema demands of the alert at `index`.
    fn checked(self, index: usize) -> Result<Item, Fault> {
        if !self.link.is_empty() && !uri::is_request(&self.link) {
            let link = quote::go(&self.link);
            let message = format!("{index}.generatorURL in body must be of type uri: {link}");
            return Err(Fault::framework(601, message));
        }
        let Some(labels) = self.labels else {
            return Err(Fault::framework(602, format!("{index}.labels in body is required")));
        };
        if self.wide {
            return Ok(Item::Wide);
        }
        Ok(Item::Alert(Box::new(Posted {
            labels: without_empty(labels.into_iter().collect()),
            annotations: self.annotations.unwrap_or_default().into_iter().collect(),
            starts_at: self.starts_at.filter(|moment| !time::is_zero(*moment)),
            ends_at: self.ends_at.filter(|moment| !time::is_zero(*moment)),
            link: self.link,
        })))
    }
}

fn without_empty(labels: Labels) -> Labels {
    if labels.iter().all(|(_, value)| !value.is_empty()) {
        return labels;
    }
    labels.iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The fields of an alert that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Annotations,
    EndsAt,
    StartsAt,
    Link,
    Labels,
}

impl Name {
    fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, Name); 5] = [
            ("labels", Name::Labels),
            ("annotations", Name::Annotations),
            ("startsat", Name::StartsAt),
            ("endsat", Name::EndsAt),
            ("generatorurl", Name::Link),
        ];
        let found = NAMES.into_iter().find(|(known, _)| typed::is_called(name, known));
        found.map(|(_, name)| name)
    }
}
