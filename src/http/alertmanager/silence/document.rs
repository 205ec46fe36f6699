//! The body of a silence as it came, read as Alertmanager's models read it (`PostableSilence` and
//! `Matcher` of its API v2). Must not decide what a silence means.

use std::borrow::Cow;

use crate::domain::labels::Labels;
use crate::domain::silence::Terms;
use crate::domain::time::Moment;
use crate::http::alertmanager::error::Fault;
use crate::http::alertmanager::json::{self, Malformed, Reader, Shape};
use crate::http::alertmanager::typed::{self, Pairs, Wrong, flag, moment, pairs, string, unlike};

/// How many matchers are kept of those that come: one more than there may be shows that there are too
/// many.
const KEPT: usize = Terms::MOST_MATCHERS + 1;

/// A silence, as it was posted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Posted {
    /// Which one is to become so; empty where it is a new one.
    pub(super) id: Box<str>,
    /// What it matches, in order; nothing in the place of a `null`.
    pub(super) matchers: Vec<Option<PostedMatcher>>,
    /// When it begins.
    pub(super) starts_at: Moment,
    /// When it ends.
    pub(super) ends_at: Moment,
    /// Whose it is.
    pub(super) created_by: Box<str>,
    /// Why.
    pub(super) comment: Box<str>,
    /// What else there is to say of it; nothing where that is more than one may say.
    pub(super) annotations: Option<Labels>,
    /// Whether it is over with what it mutes, where that was said. Alertmanager does not know it.
    pub(super) ends_when_resolved: Option<bool>,
}

/// A matcher, as it was posted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PostedMatcher {
    pub(super) name: Box<str>,
    pub(super) value: Box<str>,
    pub(super) is_regex: bool,
    pub(super) is_equal: bool,
}

/// Reads a body. Refuses, in this order, what is no JSON, what has other types, and what the schema
/// does not take.
pub(super) fn read(body: &[u8]) -> Result<Posted, Fault> {
    let value = json::first_value(body).map_err(|malformed| match malformed {
        Malformed::Empty => absent(),
        Malformed::Unfinished | Malformed::Misplaced { .. } => unparsable(&malformed.to_string()),
    })?;
    Draft::read(&mut Reader::new(value))?.checked()
}

/// What is said of a post without a body.
pub(in crate::http::alertmanager) fn absent() -> Fault {
    required("silence")
}

fn required(what: &str) -> Fault {
    Fault::framework(602, format!("{what} in body is required"))
}

fn unparsable(why: &str) -> Fault {
    Fault::framework(400, format!("parsing silence body from \"\" failed, because {why}"))
}

/// A silence while it is read: of fields that come again the last one counts, `null` takes them back,
/// and lists that come again are one upon the other.
#[derive(Debug, Default)]
struct Draft<'a> {
    id: Cow<'a, str>,
    annotations: Pairs<'a>,
    comment: Option<Cow<'a, str>>,
    created_by: Option<Cow<'a, str>>,
    ends_at: Option<Moment>,
    matchers: Option<Vec<Option<DraftMatcher<'a>>>>,
    starts_at: Option<Moment>,
    ends_when_resolved: Option<bool>,
    /// Whether there were more annotations than are kept.
    wide: bool,
}

#[derive(Debug, Default)]
struct DraftMatcher<'a> {
    is_equal: Option<bool>,
    is_regex: Option<bool>,
    name: Option<Cow<'a, str>>,
    value: Option<Cow<'a, str>>,
}

impl<'a> Draft<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Fault> {
        const SILENCE: &str = "value of type struct { ID string \"json:\\\"id,omitempty\\\"\" }";
        match reader.shape() {
            Shape::Null => return Ok(Self::default()),
            Shape::Object => reader.enter(),
            shape @ (Shape::Bool | Shape::Number | Shape::Text | Shape::List) => {
                return Err(unparsable(&unlike(shape, SILENCE)));
            }
        }
        let mut draft = Self::default();
        // Alertmanager reads it twice, first for its id.
        let (mut first, mut second) = (Wrong::default(), Wrong::default());
        while let Some(name) = reader.name() {
            match Name::of(&name) {
                Some(Name::Id) => match string(reader, ".id") {
                    Ok(id) => draft.id = id.unwrap_or(draft.id),
                    Err(wrong) => drop(first.at_the_end.get_or_insert(wrong)),
                },
                Some(name) => draft.field(reader, name, &mut second),
                None => reader.skip(),
            }
        }
        match first.first().or(second.first()) {
            Some(wrong) => Err(unparsable(&wrong)),
            None => Ok(draft),
        }
    }

    /// Any field but the id.
    fn field(&mut self, reader: &mut Reader<'a>, name: Name, wrong: &mut Wrong) {
        match name {
            Name::Id => reader.skip(),
            Name::Annotations => {
                self.wide |= !pairs(reader, &mut self.annotations, "Silence.annotations", wrong);
            }
            Name::Comment => keep(&mut self.comment, string(reader, "Silence.comment"), wrong),
            Name::CreatedBy => {
                keep(&mut self.created_by, string(reader, "Silence.createdBy"), wrong);
            }
            Name::StartsAt => time(reader, &mut self.starts_at, "Silence.startsAt", wrong),
            Name::EndsAt => time(reader, &mut self.ends_at, "Silence.endsAt", wrong),
            Name::EndsWhenResolved => {
                let read = flag(reader, "Silence.endsWhenResolved");
                keep(&mut self.ends_when_resolved, read, wrong);
            }
            Name::Matchers => matchers(reader, &mut self.matchers, wrong),
        }
    }

    /// What the schema demands; the first that it misses is told.
    fn checked(self) -> Result<Posted, Fault> {
        let comment = self.comment.ok_or_else(|| required("comment"))?;
        let created_by = self.created_by.ok_or_else(|| required("createdBy"))?;
        let ends_at = self.ends_at.ok_or_else(|| required("endsAt"))?;
        let matchers = self.matchers.ok_or_else(|| required("matchers"))?;
        if matchers.is_empty() {
            let few = "matchers in body should have at least 1 items".to_owned();
            return Err(Fault::framework(612, few));
        }
        let matchers = matchers.into_iter().enumerate();
        let matchers = matchers
            .map(|(index, matcher)| matcher.map(|matcher| matcher.checked(index)).transpose())
            .collect::<Result<_, _>>()?;
        let annotations = self.annotations.unwrap_or_default().into_iter();
        Ok(Posted {
            id: self.id.into(),
            matchers,
            starts_at: self.starts_at.ok_or_else(|| required("startsAt"))?,
            ends_at,
            created_by: created_by.into(),
            comment: comment.into(),
            annotations: (!self.wide).then(|| annotations.collect()),
            ends_when_resolved: self.ends_when_resolved,
        })
    }
}

impl<'a> DraftMatcher<'a> {
    fn field(&mut self, reader: &mut Reader<'a>, name: &str, wrong: &mut Wrong) {
        let is = |known| typed::is_called(name, known);
        if is("isequal") {
            keep(&mut self.is_equal, flag(reader, "Matcher.matchers.isEqual"), wrong);
        } else if is("isregex") {
            keep(&mut self.is_regex, flag(reader, "Matcher.matchers.isRegex"), wrong);
        } else if is("name") {
            keep(&mut self.name, string(reader, "Matcher.matchers.name"), wrong);
        } else if is("value") {
            keep(&mut self.value, string(reader, "Matcher.matchers.value"), wrong);
        } else {
            reader.skip();
        }
    }

    fn checked(self, index: usize) -> Result<PostedMatcher, Fault> {
        let missing = |field: &str| required(&format!("matchers.{index}.{field}"));
        Ok(PostedMatcher {
            is_regex: self.is_regex.ok_or_else(|| missing("isRegex"))?,
            name: self.name.ok_or_else(|| missing("name"))?.into(),
            value: self.value.ok_or_else(|| missing("value"))?.into(),
            is_equal: self.is_equal.unwrap_or(true),
        })
    }
}

/// The fields of a silence that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Id,
    Annotations,
    Comment,
    CreatedBy,
    EndsAt,
    Matchers,
    StartsAt,
    EndsWhenResolved,
}

impl Name {
    fn of(name: &str) -> Option<Self> {
        const NAMES: [(&str, Name); 8] = [
            ("id", Name::Id),
            ("annotations", Name::Annotations),
            ("comment", Name::Comment),
            ("createdby", Name::CreatedBy),
            ("endsat", Name::EndsAt),
            ("matchers", Name::Matchers),
            ("startsat", Name::StartsAt),
            ("endswhenresolved", Name::EndsWhenResolved),
        ];
        let found = NAMES.into_iter().find(|(known, _)| typed::is_called(name, known));
        found.map(|(_, name)| name)
    }
}

/// Takes in what a field that may be absent has.
fn keep<T>(into: &mut Option<T>, read: Result<Option<T>, String>, wrong: &mut Wrong) {
    match read {
        Ok(value) => *into = value,
        Err(why) => drop(wrong.at_the_end.get_or_insert(why)),
    }
}

/// A time that may be absent.
fn time(reader: &mut Reader<'_>, into: &mut Option<Moment>, field: &str, wrong: &mut Wrong) {
    if reader.shape() == Shape::Null {
        *into = None;
    }
    moment(reader, into, field, wrong);
}

/// A list of matchers, written over the one that came before: what an entry does not say of itself
/// stays, as Go has it.
fn matchers<'a>(
    reader: &mut Reader<'a>,
    into: &mut Option<Vec<Option<DraftMatcher<'a>>>>,
    wrong: &mut Wrong,
) {
    match reader.shape() {
        Shape::List => reader.enter(),
        Shape::Null => {
            *into = None;
            return reader.skip();
        }
        shape @ (Shape::Bool | Shape::Number | Shape::Text | Shape::Object) => {
            let what = "struct field Silence.matchers of type models.Matchers";
            wrong.at_the_end.get_or_insert(unlike(shape, what));
            return reader.skip();
        }
    }
    let matchers = into.get_or_insert_default();
    let mut before = std::mem::take(matchers).into_iter();
    while reader.item() {
        let before = before.next().flatten();
        let matcher = matcher(reader, before, wrong);
        if matchers.len() < KEPT {
            matchers.push(matcher);
        }
    }
}

/// One of them, upon what was in its place `before`.
fn matcher<'a>(
    reader: &mut Reader<'a>,
    before: Option<DraftMatcher<'a>>,
    wrong: &mut Wrong,
) -> Option<DraftMatcher<'a>> {
    match reader.shape() {
        Shape::Object => reader.enter(),
        Shape::Null => {
            reader.skip();
            return None;
        }
        shape @ (Shape::Bool | Shape::Number | Shape::Text | Shape::List) => {
            let what = "struct field Silence.matchers of type models.Matcher";
            wrong.at_the_end.get_or_insert(unlike(shape, what));
            reader.skip();
            return before;
        }
    }
    let mut matcher = before.unwrap_or_default();
    while let Some(name) = reader.name() {
        matcher.field(reader, &name, wrong);
    }
    Some(matcher)
}
