//! The filter's grammar: from text to terms and problems.

use super::{Field, Filter, Problem, Term, Wanted};
use crate::domain::matcher::{Condition, Operator, PatternError, PatternFault};
use crate::domain::text::Text;

/// The names of an alert's own fields.
pub(super) const FIELDS: [(&str, Field); 5] = [
    ("severity", Field::Severity),
    ("service", Field::Service),
    ("state", Field::State),
    ("assignee", Field::Assignee),
    ("title", Field::Title),
];

pub(super) fn parse(text: &str) -> Filter {
    let mut filter = Filter::default();
    let mut reader = Reader { text, at: 0 };
    while reader.skip_space() {
        let start = reader.at;
        match term(&mut reader) {
            Ok(term) => filter.terms.push(term),
            Err(reason) => filter
                .problems
                .push(Problem { range: start..reader.at, reason: Text::derive(&reason) }),
        }
    }
    filter
}

/// One term, from its first character to the space after it. The reader stands behind it even
/// when it is refused.
fn term(reader: &mut Reader<'_>) -> Result<Term, String> {
    let rest = reader.rest();
    let negated = rest.starts_with('!') && Operator::at_start_of(rest).is_none();
    if negated {
        reader.at += 1;
    }
    let name = reader.piece(Reader::at_operator)?;
    let Some((operator, length)) = Operator::at_start_of(reader.rest()) else {
        return word(name.text(), if negated { Wanted::Nowhere } else { Wanted::Somewhere });
    };
    reader.at += length;
    let value = reader.piece(|_| false);
    let value = value?.into_text();
    if negated {
        return Err(format!("write {}!={value}, not !{}={value}", name.text(), name.text()));
    }
    let condition = |value: &str| Condition::new(operator, value).map_err(|error| why(&error));
    match name {
        Piece::Quoted(label) => Ok(Term::Label(label, condition(&value)?)),
        Piece::Plain(name) if name.is_empty() => Err("a name is missing before the sign".into()),
        Piece::Plain(name) => match field(&name)? {
            Some(field) => Ok(Term::Field(field, known(field, condition(&value)?)?)),
            None => Ok(Term::Label(name, condition(&value)?)),
        },
    }
}

fn word(text: &str, wanted: Wanted) -> Result<Term, String> {
    if text.is_empty() {
        return Err("a word is missing".to_owned());
    }
    Ok(Term::Word { lower: text.to_lowercase(), wanted })
}

/// The field a plain name means, or none for a label. `@` says that a field is meant.
fn field(name: &str) -> Result<Option<Field>, String> {
    let bare = name.strip_prefix('@');
    let wanted = bare.unwrap_or(name);
    let found = FIELDS.iter().find(|(word, _)| *word == wanted).map(|(_, field)| *field);
    match (bare, found) {
        (Some(_), None) => {
            Err(format!("no field {name}; there are severity, service, state, assignee, title"))
        }
        (Some(_) | None, found) => Ok(found),
    }
}

/// Refuses a value that a field with few values never has: it would silently match nothing.
fn known(field: Field, condition: Condition) -> Result<Condition, String> {
    let values: &[&str] = match field {
        Field::Severity => &["critical", "crit", "warning", "warn"],
        Field::State => &[
            "firing",
            "fire",
            "acknowledged",
            "ack",
            "resolved",
            "res",
            "hold",
            "lost",
            "flap",
            "stale",
            "sil",
            "snz",
        ],
        Field::Service | Field::Assignee | Field::Title => return Ok(condition),
    };
    match condition.operator() {
        Operator::Equal | Operator::NotEqual if !values.contains(&condition.value()) => {
            Err(format!("no such value; there are {}", values.join(", ")))
        }
        Operator::Equal | Operator::NotEqual | Operator::Matches | Operator::MatchesNot => {
            Ok(condition)
        }
    }
}

/// What is wrong with a pattern, in one line.
pub(in crate::domain) fn why(error: &PatternError) -> String {
    match error.fault {
        PatternFault::TooLarge => "pattern too large".to_owned(),
        PatternFault::MissingParen => "( not closed".to_owned(),
        PatternFault::MissingBracket => "[ not closed".to_owned(),
        fault @ (PatternFault::UnexpectedParen
        | PatternFault::TrailingBackslash
        | PatternFault::Nesting
        | PatternFault::Internal) => fault.to_string(),
        fault @ (PatternFault::ClassRange
        | PatternFault::Escape
        | PatternFault::MissingArgument
        | PatternFault::NestedRepetition
        | PatternFault::RepeatCount
        | PatternFault::NamedCapture
        | PatternFault::Perl) => format!("{fault}: {}", error.text),
    }
}

/// A name, a value or a word.
enum Piece {
    Plain(String),
    Quoted(String),
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves to the next term; false at the end.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.at < self.text.len()
    }

    fn at_operator(rest: &str) -> bool {
        Operator::at_start_of(rest).is_some()
    }

    /// A quoted string, or everything up to white space or to where `ends` says.
    fn piece(&mut self, ends: impl Fn(&str) -> bool) -> Result<Piece, String> {
        if self.rest().starts_with('"') {
            return self.quoted().map(Piece::Quoted);
        }
        let start = self.at;
        while let Some(c) = self.rest().chars().next() {
            if c.is_whitespace() || ends(self.rest()) {
                break;
            }
            self.at += c.len_utf8();
        }
        Ok(Piece::Plain(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    /// After an opening quote, to the closing one; `\"` and `\\` stand for themselves.
    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        let mut escaped = false;
        while let Some(c) = self.rest().chars().next() {
            self.at += c.len_utf8();
            match (c, escaped) {
                ('\\', false) => escaped = true,
                ('"', false) => return Ok(text),
                ('"' | '\\', true) => {
                    text.push(c);
                    escaped = false;
                }
                (c, true) => {
                    text.extend(['\\', c]);
                    escaped = false;
                }
                (c, false) => text.push(c),
            }
        }
        Err("\" not closed".to_owned())
    }
}
