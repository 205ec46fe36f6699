//! One table of the file, read key by key; what nobody asked for is a mistake and is refused.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use crate::domain::time::{SignedDuration, parse_span};

/// The least likeness of two names for one to be offered instead of the other.
const ALIKE: f64 = 0.8;

/// A text and what it is called in messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Located<'t, T> {
    pub(super) value: T,
    span: Range<usize>,
    source: Source<'t>,
}

/// A text as it is written in the file.
pub(super) type Written<'t> = Located<'t, Cow<'t, str>>;

/// A table being read.
#[derive(Debug)]
pub(super) struct Section<'t> {
    source: Source<'t>,
    /// As messages name it: empty at the top, `[console]` below.
    title: String,
    span: Range<usize>,
    unread: DeTable<'t>,
    known: Vec<&'static str>,
}

impl Source<'_> {
    fn error(
        self,
        span: &Range<usize>,
        wrong: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or(before);
        ConfigError::At {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            wrong: wrong.into(),
            remedy: remedy.into(),
        }
    }
}

impl<T> Located<'_, T> {
    /// The mistake that this value is.
    pub(super) fn error(&self, wrong: impl Into<String>, remedy: impl Into<String>) -> ConfigError {
        self.source.error(&self.span, wrong, remedy)
    }
}

impl<'t> Section<'t> {
    /// The whole file.
    pub(super) fn top(source: Source<'t>) -> Result<Self, ConfigError> {
        let table = DeTable::parse(source.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let wrong = error.message().lines().collect::<Vec<_>>().join(", ");
            source.error(&span, wrong, "https://toml.io shows how TOML is written")
        })?;
        Ok(Self::of(source, String::new(), table))
    }

    fn of(source: Source<'t>, title: String, table: Spanned<DeTable<'t>>) -> Self {
        Self { source, title, span: table.span(), unread: table.into_inner(), known: Vec::new() }
    }

    /// The mistake that this table is as a whole.
    pub(super) fn error(&self, wrong: impl Into<String>, remedy: impl Into<String>) -> ConfigError {
        self.source.error(&self.span, wrong, remedy)
    }

    /// The text of `key`, if it is given. `example` is what a refusal shows.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Result<Option<Written<'t>>, ConfigError> {
        self.read(key, "a string", example, |value| match value {
            DeValue::String(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// The texts of the list `key`, in their order; none if it is not given.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Result<Vec<Written<'t>>, ConfigError> {
        let entries = self.read(key, "a list of strings", example, |value| match value {
            DeValue::Array(entries) => entries.iter().map(text_of).collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        let entries = entries.map_or_else(Vec::new, |entries| entries.value);
        Ok(entries.into_iter().map(|(span, text)| locate(self.source, span, text)).collect())
    }

    /// The yes or no of `key`, if it is given.
    pub(super) fn switch(
        &mut self,
        key: &'static str,
    ) -> Result<Option<Located<'t, bool>>, ConfigError> {
        self.read(key, "true or false", "true", |value| match value {
            DeValue::Boolean(yes) => Some(*yes),
            _ => None,
        })
    }

    /// The count of `key`, if it is given: at least one.
    pub(super) fn count(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Result<Option<Located<'t, usize>>, ConfigError> {
        self.read(key, "a number from 1", example, |value| match value {
            DeValue::Integer(number) => usize::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|count| *count > 0),
            _ => None,
        })
    }

    /// The length of time of `key`, if it is given; "0" is one. A refusal shows `remedy`.
    pub(super) fn length(
        &mut self,
        key: &'static str,
        example: &str,
        remedy: &str,
    ) -> Result<Option<Located<'t, SignedDuration>>, ConfigError> {
        let Some(Located { value, span, source }) = self.text(key, example)? else {
            return Ok(None);
        };
        let length = match value.trim() {
            "0" => Some(SignedDuration::ZERO),
            text => parse_span(text).filter(|length| !length.is_negative()),
        };
        match length {
            Some(length) => Ok(Some(locate(source, span, length))),
            None => Err(source.error(&span, format!("{value:?} is no length of time"), remedy)),
        }
    }

    /// The table of `key`, if it is given.
    pub(super) fn section(&mut self, key: &'static str) -> Result<Option<Self>, ConfigError> {
        let title = format!("[{key}]");
        let table = self.read(key, "a table", &title, |value| match value {
            DeValue::Table(table) => Some(table.clone()),
            _ => None,
        })?;
        Ok(table.map(|table| Self::of(table.source, title, Spanned::new(table.span, table.value))))
    }

    /// The tables of `[[key]]`, in their order.
    pub(super) fn sections(&mut self, key: &'static str) -> Result<Vec<Self>, ConfigError> {
        let title = format!("[[{key}]]");
        let entries = self.read(key, "a list of tables", &title, |value| match value {
            DeValue::Array(entries) => entries.iter().map(table_of).collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        let tables = entries.map_or_else(Vec::new, |entries| entries.value);
        let section = |table| Self::of(self.source, title.clone(), table);
        Ok(tables.into_iter().map(section).collect())
    }

    /// Every key with its text, for a table whose keys are the user's own words.
    pub(super) fn pairs(
        self,
        example: &str,
    ) -> Result<Vec<(Written<'t>, Written<'t>)>, ConfigError> {
        let source = self.source;
        let pair = |(key, value): (Spanned<Cow<'t, str>>, Spanned<DeValue<'t>>)| {
            let (at, span) = (key.span(), value.span());
            let key = locate(source, at, key.into_inner());
            match value.into_inner() {
                DeValue::String(text) => Ok((key, locate(source, span, text))),
                other => {
                    let found = locate(source, span, other);
                    Err(mistyped(&found, &key.value, "a string", example))
                }
            }
        };
        let mut pairs = self.unread.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        pairs.sort_by_key(|(key, _)| key.span.start);
        Ok(pairs)
    }

    /// Refuses the first key that was not asked for, and offers the nearest one that was.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let first = self.unread.keys().min_by_key(|key| key.span().start);
        let Some(key) = first else { return Ok(()) };
        let name = key.get_ref();
        let place = match self.title.as_str() {
            "" => String::new(),
            title => format!(" in {title}"),
        };
        let remedy = match nearest(name, self.known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", list(&self.known)),
        };
        Err(self.source.error(&key.span(), format!("no setting {name}{place}"), remedy))
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        kind: &str,
        example: &str,
        take: impl FnOnce(&DeValue<'t>) -> Option<T>,
    ) -> Result<Option<Located<'t, T>>, ConfigError> {
        self.known.push(key);
        let Some(value) = self.unread.remove(key) else {
            return Ok(None);
        };
        let span = value.span();
        if let Some(taken) = take(value.get_ref()) {
            return Ok(Some(locate(self.source, span, taken)));
        }
        let found = locate(self.source, span, value.into_inner());
        Err(mistyped(&found, key, kind, example))
    }
}

fn locate<T>(source: Source<'_>, span: Range<usize>, value: T) -> Located<'_, T> {
    Located { value, span, source }
}

fn table_of<'t>(entry: &Spanned<DeValue<'t>>) -> Option<Spanned<DeTable<'t>>> {
    match entry.get_ref() {
        DeValue::Table(table) => Some(Spanned::new(entry.span(), table.clone())),
        _ => None,
    }
}

fn text_of<'t>(entry: &Spanned<DeValue<'t>>) -> Option<(Range<usize>, Cow<'t, str>)> {
    match entry.get_ref() {
        DeValue::String(text) => Some((entry.span(), text.clone())),
        _ => None,
    }
}

/// A value of another kind than its key wants.
fn mistyped(found: &Located<'_, DeValue<'_>>, key: &str, kind: &str, example: &str) -> ConfigError {
    let is = match &found.value {
        DeValue::String(_) => "a string",
        DeValue::Integer(number) => &format!("the number {number}"),
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) if kind == "a list of strings" => "a list of other things",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let example = match kind {
        "a table" | "a list of tables" => example.to_owned(),
        _ => format!("{key} = {example}"),
    };
    found.error(format!("{key} must be {kind} and is {is}"), format!("write {example}"))
}

/// Of `names` the one that is most like `name`, if any is like it.
pub(super) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}

/// `a, b and c`.
pub(super) fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
