//! Values of the types that Go's models have, out of JSON; where one is of another type it is told in
//! Go's words (`UnmarshalTypeError` of its `encoding/json`). Knows no model.

use std::borrow::Cow;

use super::json::{Reader, Shape};
use super::{quote, time};
use crate::domain::time::Moment;

/// How many labels or annotations one thing may have: far more than anybody sends, and few enough
/// that no body becomes gigabytes of rows.
pub(super) const MOST_PAIRS: usize = 1_024;

/// Labels or annotations, as they come; nothing where there are none.
pub(super) type Pairs<'a> = Option<Vec<(Cow<'a, str>, Cow<'a, str>)>>;

/// What is wrong with the types of one reading. A field that refuses its value stops it at once,
/// while other wrong types are told at the end.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    /// The first that stopped it.
    pub(super) at_once: Option<String>,
    /// The first that did not.
    pub(super) at_the_end: Option<String>,
}

impl Wrong {
    /// What is told.
    pub(super) fn first(self) -> Option<String> {
        self.at_once.or(self.at_the_end)
    }
}

/// That a value is of another type.
pub(super) fn unlike(shape: Shape, what: &str) -> String {
    format!("json: cannot unmarshal {} into Go {what}", shape.word())
}

/// Whether a field is called so. Names are known in any case, as Go folds it: two letters beyond ASCII
/// are letters of it. `known` has small letters only.
pub(super) fn is_called(name: &str, known: &str) -> bool {
    let folded = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    name.chars().map(folded).eq(known.chars())
}

/// Labels or annotations, added to those that came before under the same name; whether all of them
/// could be.
pub(super) fn pairs<'a>(
    reader: &mut Reader<'a>,
    into: &mut Pairs<'a>,
    field: &str,
    wrong: &mut Wrong,
) -> bool {
    match reader.shape() {
        Shape::Object => reader.enter(),
        Shape::Null => {
            *into = None;
            reader.skip();
            return true;
        }
        shape @ (Shape::Bool | Shape::Number | Shape::Text | Shape::List) => {
            let what = format!("struct field {field} of type models.LabelSet");
            wrong.at_the_end.get_or_insert(unlike(shape, &what));
            reader.skip();
            return true;
        }
    }
    let pairs = into.get_or_insert_default();
    let mut fit = true;
    while let Some(name) = reader.name() {
        let value = match reader.shape() {
            Shape::Text => reader.text(),
            Shape::Null => {
                reader.skip();
                Cow::Borrowed("")
            }
            shape @ (Shape::Bool | Shape::Number | Shape::List | Shape::Object) => {
                wrong.at_the_end.get_or_insert_with(|| {
                    let name = quote::brief(&name);
                    unlike(shape, &format!("struct field {field}.{name} of type string"))
                });
                reader.skip();
                continue;
            }
        };
        fit &= pairs.len() < MOST_PAIRS;
        if fit {
            pairs.push((name, value));
        }
    }
    fit
}

/// A time. `null` changes nothing.
pub(super) fn moment(
    reader: &mut Reader<'_>,
    into: &mut Option<Moment>,
    field: &str,
    wrong: &mut Wrong,
) {
    let read =
        string(reader, field).and_then(|text| text.map(|text| time::parse(&text)).transpose());
    match read {
        Ok(moment) => *into = moment.or(*into),
        Err(why) => {
            wrong.at_once.get_or_insert(why);
        }
    }
}

/// A text; nothing where it is `null`.
pub(super) fn string<'a>(
    reader: &mut Reader<'a>,
    field: &str,
) -> Result<Option<Cow<'a, str>>, String> {
    value(reader, field, (Shape::Text, "string"), Reader::text)
}

/// Whether it is so; nothing where it is `null`.
pub(super) fn flag(reader: &mut Reader<'_>, field: &str) -> Result<Option<bool>, String> {
    value(reader, field, (Shape::Bool, "bool"), Reader::truth)
}

fn value<'a, T>(
    reader: &mut Reader<'a>,
    field: &str,
    (wanted, kind): (Shape, &str),
    read: impl FnOnce(&mut Reader<'a>) -> T,
) -> Result<Option<T>, String> {
    let shape = reader.shape();
    if shape == wanted {
        return Ok(Some(read(reader)));
    }
    reader.skip();
    match shape {
        Shape::Null => Ok(None),
        _ => Err(unlike(shape, &format!("struct field {field} of type {kind}"))),
    }
}
