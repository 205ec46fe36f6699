//! Single characters and classes of them: read as Go's `regexp/syntax` does, written so that the
//! `regex` crate reads them as nothing else.

use super::scan::Cursor;
use super::{PatternError, PatternFault as Fault};

type Result<T> = std::result::Result<T, PatternError>;

/// Matches no character. For the surrogates, which Go knows by number and no text has.
pub(super) const NOTHING: &str = "[a&&b]";

/// Writes a character that stands for itself, in brackets or not.
pub(super) fn write_char(to: &mut String, c: char) {
    to.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// `\d` and its like, and `\pL` and its like; none if it is something else.
pub(super) fn named(at: &mut Cursor<'_>) -> Result<Option<String>> {
    let start = *at;
    let class = match (at.next(), at.next()) {
        (Some('\\'), Some('d')) => "[0-9]",
        (Some('\\'), Some('D')) => "[^0-9]",
        (Some('\\'), Some('s')) => r"[\t\n\f\r ]",
        (Some('\\'), Some('S')) => r"[^\t\n\f\r ]",
        (Some('\\'), Some('w')) => "[0-9A-Za-z_]",
        (Some('\\'), Some('W')) => "[^0-9A-Za-z_]",
        (Some('\\'), Some('p')) => return unicode(at, start, true).map(Some),
        (Some('\\'), Some('P')) => return unicode(at, start, false).map(Some),
        _ => {
            *at = start;
            return Ok(None);
        }
    };
    Ok(Some(class.to_owned()))
}

/// Behind `\p`: a letter, or a name in braces.
fn unicode(at: &mut Cursor<'_>, start: Cursor<'_>, positive: bool) -> Result<String> {
    let behind = *at;
    let name = if at.eat("{") {
        at.until("}").ok_or_else(|| PatternError::new(Fault::ClassRange, start.0))?
    } else {
        at.next();
        at.since(behind)
    };
    let (name, positive) =
        name.strip_prefix('^').map_or((name, positive), |rest| (rest, !positive));
    let letter = if positive { 'p' } else { 'P' };
    // The crate also knows properties by which Go has no classes: neither category nor script.
    let mut candidates =
        ["gc", "sc"].map(|kind| format!(r"\{letter}{{{kind}={name}}}")).into_iter();
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' ');
    let found = candidates.find(|class| name.chars().all(is_name) && super::is_class(class));
    found.ok_or_else(|| PatternError::new(Fault::ClassRange, at.since(start)))
}

/// A character behind a backslash, as its number: Go also counts surrogates.
pub(super) fn escaped(at: &mut Cursor<'_>) -> Result<u32> {
    let start = *at;
    at.next();
    let Some(c) = at.next() else {
        return Err(PatternError::new(Fault::TrailingBackslash, ""));
    };
    let point = match c {
        'a' => Some(0x07),
        'f' => Some(0x0c),
        'n' => Some(0x0a),
        'r' => Some(0x0d),
        't' => Some(0x09),
        'v' => Some(0x0b),
        'x' => hexadecimal(at),
        // A single digit would refer to a group.
        '1'..='7' if !at.peek().is_some_and(|c| c.is_digit(8)) => None,
        '0'..='7' => Some(octal(at, c)),
        c => (c.is_ascii() && !c.is_ascii_alphanumeric()).then_some(u32::from(c)),
    };
    point.ok_or_else(|| PatternError::new(Fault::Escape, at.since(start)))
}

/// Up to three digits, of which the first was read.
fn octal(at: &mut Cursor<'_>, first: char) -> u32 {
    let mut point = first.to_digit(8).unwrap_or_default();
    for _ in 0..2 {
        let Some(digit) = at.peek().and_then(|c| c.to_digit(8)) else { break };
        point = point * 8 + digit;
        at.next();
    }
    point
}

/// Two digits, or any number of them in braces. What is wrong is read, too: the error shows it.
fn hexadecimal(at: &mut Cursor<'_>) -> Option<u32> {
    let first = at.next()?;
    if first != '{' {
        let second = at.next()?;
        return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
    }
    let mut point = None;
    loop {
        let c = at.next()?;
        if c == '}' {
            return point;
        }
        let next = point.unwrap_or(0) * 16 + c.to_digit(16)?;
        point = Some(next).filter(|next| *next <= u32::from(char::MAX));
        point?;
    }
}

/// A class in brackets.
pub(super) fn bracketed(at: &mut Cursor<'_>) -> Result<String> {
    let whole = *at;
    at.next();
    let mut class = String::from(if at.eat("^") { "[^" } else { "[" });
    // What was put between brackets may come to nothing, and empty brackets are not one.
    class.push_str(NOTHING);
    let mut first = true;
    while first || at.peek() != Some(']') {
        first = false;
        if let Some(posix) = posix(at)? {
            class.push_str(posix);
        } else if let Some(named) = named(at)? {
            class.push_str(&named);
        } else {
            range(at, whole, &mut class)?;
        }
    }
    at.next();
    class.push(']');
    Ok(class)
}

/// `[:alpha:]` and its like. What does not end so is no class, but characters.
fn posix<'a>(at: &mut Cursor<'a>) -> Result<Option<&'a str>> {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let mut behind = *at;
    let Some(name) = behind.eat("[:").then(|| behind.until(":]")).flatten() else {
        return Ok(None);
    };
    let class = behind.since(std::mem::replace(at, behind));
    if NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        Ok(Some(class))
    } else {
        Err(PatternError::new(Fault::ClassRange, class))
    }
}

/// A character, or two with a dash between them.
fn range(at: &mut Cursor<'_>, whole: Cursor<'_>, class: &mut String) -> Result<()> {
    let start = *at;
    let low = member(at, whole)?;
    let is_range = at.0.len() >= 2 && at.0.starts_with('-') && !at.0.starts_with("-]");
    let high = if is_range {
        at.next();
        member(at, whole)?
    } else {
        low
    };
    if high < low {
        return Err(PatternError::new(Fault::ClassRange, at.since(start)));
    }
    // The ends of a range that lie between the surrogates move out of them.
    let low = char::from_u32(low).unwrap_or('\u{e000}');
    let high = char::from_u32(high).unwrap_or('\u{d7ff}');
    if low <= high {
        write_char(class, low);
    }
    if low < high {
        class.push('-');
        write_char(class, high);
    }
    Ok(())
}

fn member(at: &mut Cursor<'_>, whole: Cursor<'_>) -> Result<u32> {
    match at.peek() {
        Some('\\') => escaped(at),
        Some(c) => {
            at.next();
            Ok(u32::from(c))
        }
        None => Err(PatternError::new(Fault::MissingBracket, whole.0)),
    }
}
