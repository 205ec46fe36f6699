//! The grammar of matchers before 0.27. Lax: whatever follows the operator is the value.

use super::{Matcher, MatcherError, Operator, Read};

/// White space as RE2's `\s` has it, by which this grammar is written.
const SPACE: [char; 5] = ['\t', '\n', '\u{c}', '\r', ' '];

/// A single matcher: a name, an operator, and everything else.
pub(super) fn one(text: &str) -> Result<Read, MatcherError> {
    let (name, operator, raw) = split(text)?;
    Ok(Read { name: name.to_owned(), operator, value: value_of(raw)? })
}

/// Why `text` is refused, which has U+FFFD where it was not UTF-8.
pub(super) fn not_utf8(text: &str) -> MatcherError {
    split(text).map_or_else(|error| error, |(.., raw)| MatcherError::NotUtf8(raw.to_owned()))
}

fn split(text: &str) -> Result<(&str, Operator, &str), MatcherError> {
    let refuse = || MatcherError::Format(text.to_owned());
    let start = text.trim_start_matches(SPACE);
    let end = start.find(|c| !is_of_name(c)).ok_or_else(refuse)?;
    let (name, rest) = start.split_at_checked(end).ok_or_else(refuse)?;
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(refuse());
    }
    let rest = rest.trim_start_matches(SPACE);
    let (operator, length) = Operator::at_start_of(rest).ok_or_else(refuse)?;
    Ok((name, operator, rest.get(length..).unwrap_or_default().trim_matches(SPACE)))
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
}

/// A value without the quotes around it and the backslashes in it. A backslash that escapes
/// nothing stands for itself.
fn value_of(raw: &str) -> Result<String, MatcherError> {
    let refuse = || MatcherError::Quote(raw.to_owned());
    let (mut open, inner) = match raw.strip_prefix('"') {
        Some(inner) => (true, inner),
        None => (false, raw),
    };
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => value.push('\n'),
                Some(c @ ('"' | '\\')) => value.push(c),
                other => value.extend(std::iter::once('\\').chain(other)),
            },
            '"' if open && rest.as_str().is_empty() => open = false,
            '"' => return Err(refuse()),
            c => value.push(c),
        }
    }
    if open { Err(refuse()) } else { Ok(value) }
}

/// Matchers with commas between them. Each brace may be there or not, without the other.
pub(super) fn list(text: &str) -> Result<Vec<Matcher>, MatcherError> {
    let text = text.strip_prefix('{').unwrap_or(text);
    let text = text.strip_suffix('}').unwrap_or(text);
    let read = |piece| one(piece)?.checked(MatcherError::Pattern);
    pieces(text).into_iter().map(read).collect()
}

/// `text` cut at the commas that are in no quotes, without an empty end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            // As upstream, no backslash is forgotten at a comma: in `"\,"` it escapes the quote.
            ',' if quoted => {}
            ',' => {
                pieces.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            '"' if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    let end = text.get(start..).unwrap_or_default().trim();
    if !end.is_empty() {
        pieces.push(end);
    }
    pieces
}
