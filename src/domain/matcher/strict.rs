//! The grammar of matchers since 0.27: names and values in any script, and quotes around what
//! would be read as something else. Errors say where, in characters.

use std::fmt;

use super::{Matcher, MatcherError, Operator, Read, literal};

/// Whether a name or a value without quotes cannot have `c` in it.
pub(super) fn is_reserved(c: char) -> bool {
    c.is_whitespace() || "{}!=~,\\\"'`".contains(c)
}

/// What stands where something else was wanted.
///
/// Positions are the characters before it, and before what follows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing.
    #[error("end of input")]
    End,
    /// Nothing, where a brace has to close.
    #[error("0:{0}: end of input")]
    Unclosed(usize),
    /// A word or sign of the grammar, in the wrong place.
    #[error("{0}: unexpected {1}")]
    Unexpected(Span, String),
    /// Something behind the end.
    #[error("{0}: {1}")]
    Trailing(Span, String),
    /// A character that has no meaning, or quotes with a bad escape in them.
    #[error("{0}: {1}: invalid input")]
    Invalid(Span, String),
    /// A `!` that is half an operator.
    #[error("{0}: !: expected one of '=~'")]
    Half(Span),
    /// The same, at the end.
    #[error("{0}: unexpected end of input, expected one of '=~'")]
    HalfAtEnd(Span),
    /// A quote that does not close.
    #[error("{0}: {1}: missing end \"")]
    Unterminated(Span, String),
}

/// From and to, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub usize, pub usize);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0, self.1)
    }
}

/// What was found, and what the grammar wanted there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrammarError {
    /// What was found.
    pub found: Fault,
    /// What was wanted, where that says more.
    pub wanted: Option<&'static str>,
}

impl GrammarError {
    fn new(found: Fault, wanted: &'static str) -> Self {
        Self { found, wanted: Some(wanted) }
    }
}

/// Before anything is wanted, what was found is all there is to say.
impl From<Fault> for GrammarError {
    fn from(found: Fault) -> Self {
        Self { found, wanted: None }
    }
}

impl std::error::Error for GrammarError {}

impl fmt::Display for GrammarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.found.fmt(f)?;
        self.wanted.map_or(Ok(()), |wanted| write!(f, ": {wanted}"))
    }
}

/// A single matcher. Where there are several, no pattern of theirs is looked at.
pub(super) fn one(text: &str) -> Result<Read, MatcherError> {
    let (mut first, mut others) = (None, 0);
    each(text, |read| {
        if first.is_none() {
            first = Some(read);
        } else {
            others += 1;
        }
        Ok(())
    })?;
    match (first, others) {
        (Some(read), 0) => Ok(read),
        (Some(_), others) => Err(MatcherError::Several(others + 1)),
        (None, _) => Err(MatcherError::Missing),
    }
}

/// Matchers with commas between them, in braces or without.
pub(super) fn list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let mut matchers = Vec::new();
    each(text, |read| {
        matchers.push(read.checked(MatcherError::StrictPattern)?);
        Ok(())
    })?;
    Ok(matchers)
}

/// Reads a list, and gives each matcher of it to `take` as it comes.
fn each(
    text: &str,
    mut take: impl FnMut(Read) -> Result<(), MatcherError>,
) -> Result<(), MatcherError> {
    let mut reader = Reader { rest: text, column: 0 };
    let Some(first) = reader.peek().map_err(GrammarError::from)? else { return Ok(()) };
    let opened = first.kind == Kind::OpenBrace;
    if opened {
        reader = first.behind;
    }
    let mut next = reader.peek().map_err(GrammarError::from)?;
    while next.is_some_and(|token| token.kind != Kind::CloseBrace) {
        take(matcher(&mut reader)?)?;
        next = behind_matcher(&mut reader)?;
    }
    Ok(end(reader, opened)?)
}

fn matcher(reader: &mut Reader<'_>) -> Result<Read, MatcherError> {
    let name = reader.text("expected label name")?;
    let operator = reader.operator()?;
    let value = reader.text("expected label value")?;
    Ok(Read { name, operator, value })
}

/// Past the comma behind a matcher, to what follows: the next one, a brace, or nothing.
fn behind_matcher<'a>(reader: &mut Reader<'a>) -> Result<Option<Token<'a>>, GrammarError> {
    let refuse = |fault| GrammarError::new(fault, "expected a comma or close brace");
    let Some(token) = reader.peek().map_err(refuse)? else { return Ok(None) };
    match token.kind {
        Kind::CloseBrace => return Ok(Some(token)),
        Kind::Comma => *reader = token.behind,
        Kind::OpenBrace | Kind::Operator(_) | Kind::Quoted | Kind::Unquoted => {
            return Err(refuse(token.unexpected()));
        }
    }
    let refuse = |fault| GrammarError::new(fault, "expected a matcher or close brace after comma");
    let Some(token) = reader.peek().map_err(refuse)? else { return Ok(None) };
    match token.kind {
        Kind::CloseBrace | Kind::Quoted | Kind::Unquoted => Ok(Some(token)),
        Kind::OpenBrace | Kind::Comma | Kind::Operator(_) => Err(refuse(token.unexpected())),
    }
}

/// A brace if one was opened, and then nothing.
fn end(reader: Reader<'_>, opened: bool) -> Result<(), GrammarError> {
    let wanted = "expected end of input";
    let refuse = |fault| GrammarError::new(fault, wanted);
    let brace = reader.peek().map_err(refuse)?.filter(|token| token.kind == Kind::CloseBrace);
    let reader = match (opened, brace) {
        (true, Some(brace)) => brace.behind,
        (false, None) => reader,
        (true, None) => {
            let fault = Fault::Unclosed(reader.column);
            return Err(GrammarError::new(fault, "expected close brace"));
        }
        (false, Some(brace)) => {
            let fault = Fault::Trailing(Span(0, brace.behind.column), "}".to_owned());
            return Err(GrammarError::new(fault, "expected opening brace"));
        }
    };
    match reader.peek().map_err(refuse)? {
        None => Ok(()),
        Some(token) => Err(refuse(Fault::Trailing(token.span, token.text.to_owned()))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OpenBrace,
    CloseBrace,
    Comma,
    Operator(Operator),
    Quoted,
    Unquoted,
}

/// A word or sign of the grammar.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    span: Span,
    behind: Reader<'a>,
}

impl Token<'_> {
    fn unexpected(&self) -> Fault {
        Fault::Unexpected(self.span, self.text.to_owned())
    }
}

/// What is still to be read, and how many characters were.
#[derive(Clone, Copy, Debug)]
struct Reader<'a> {
    rest: &'a str,
    column: usize,
}

impl<'a> Reader<'a> {
    /// The next token, or none at the end.
    fn peek(self) -> Result<Option<Token<'a>>, Fault> {
        let space = self.rest.len() - self.rest.trim_start().len();
        let (_, start) = self.cut(space);
        let Some(first) = start.rest.chars().next() else { return Ok(None) };
        let (kind, length) = kind_of(first, start.rest).ok_or_else(|| start.fault(first))?;
        let (text, behind) = start.cut(length);
        Ok(Some(Token { kind, text, span: Span(start.column, behind.column), behind }))
    }

    /// Why no token begins with `first`.
    fn fault(self, first: char) -> Fault {
        let span = Span(self.column, self.column + 1);
        match first {
            '!' if self.rest.len() == 1 => Fault::HalfAtEnd(span),
            '!' => Fault::Half(span),
            '"' => {
                let (text, end) = self.cut(self.rest.len());
                Fault::Unterminated(Span(self.column, end.column), text.to_owned())
            }
            other => Fault::Invalid(span, other.to_string()),
        }
    }

    /// The next `length` bytes, and what follows them.
    fn cut(self, length: usize) -> (&'a str, Self) {
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        (text, Self { rest, column: self.column + text.chars().count() })
    }

    /// A name or a value, without its quotes.
    fn text(&mut self, wanted: &'static str) -> Result<String, GrammarError> {
        let token = self.expect(wanted)?;
        let text = match token.kind {
            Kind::Unquoted => Some(token.text.to_owned()),
            Kind::Quoted => literal::unquoted(token.text),
            Kind::OpenBrace | Kind::CloseBrace | Kind::Comma | Kind::Operator(_) => {
                return Err(GrammarError::new(token.unexpected(), wanted));
            }
        };
        *self = token.behind;
        text.ok_or_else(|| Fault::Invalid(token.span, token.text.to_owned()).into())
    }

    fn operator(&mut self) -> Result<Operator, GrammarError> {
        let wanted = "expected an operator such as '=', '!=', '=~' or '!~'";
        let token = self.expect(wanted)?;
        let Kind::Operator(operator) = token.kind else {
            return Err(GrammarError::new(token.unexpected(), wanted));
        };
        *self = token.behind;
        Ok(operator)
    }

    fn expect(self, wanted: &'static str) -> Result<Token<'a>, GrammarError> {
        let token = self.peek().map_err(|fault| GrammarError::new(fault, wanted))?;
        token.ok_or_else(|| GrammarError::new(Fault::End, wanted))
    }
}

/// The token at the beginning of `rest`, and how many bytes it takes.
fn kind_of(first: char, rest: &str) -> Option<(Kind, usize)> {
    match first {
        '{' => Some((Kind::OpenBrace, 1)),
        '}' => Some((Kind::CloseBrace, 1)),
        ',' => Some((Kind::Comma, 1)),
        '=' | '!' => {
            let (operator, length) = Operator::at_start_of(rest)?;
            Some((Kind::Operator(operator), length))
        }
        '"' => Some((Kind::Quoted, quoted_length(rest)?)),
        c if is_reserved(c) => None,
        _ => Some((Kind::Unquoted, rest.find(is_reserved).unwrap_or(rest.len()))),
    }
}

/// The bytes from an opening quote to the closing one.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().enumerate().skip(1).find_map(|(at, byte)| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes.then_some(at + 1)
    })
}
