//! JSON as Go's decoder takes it: first the form of the whole first value, then what stands in it.
//!
//! Not serde: clients see Go's words where a body is wrong, and Go takes what `serde_json` refuses:
//! bytes that are no UTF-8, halves of surrogate pairs, and anything after the first value. Knows
//! nothing of alerts.

mod form;

use std::borrow::Cow;

pub(super) use form::{Malformed, first_value};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Shape {
    /// Go's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::Text => "string",
            Self::List => "array",
            Self::Object => "object",
        }
    }
}

/// Reads forward through a value whose form was checked. Every value that is come upon must be
/// entered, read or skipped before what follows it.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    json: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Before the value that `json` is.
    pub(super) fn new(json: &'a [u8]) -> Self {
        Self { json, at: 0 }
    }

    /// What comes next.
    pub(super) fn shape(&mut self) -> Shape {
        match self.peek() {
            Some(b'{') => Shape::Object,
            Some(b'[') => Shape::List,
            Some(b'"') => Shape::Text,
            Some(b'n') | None => Shape::Null,
            Some(b't' | b'f') => Shape::Bool,
            Some(_) => Shape::Number,
        }
    }

    /// Into a list or an object.
    pub(super) fn enter(&mut self) {
        self.peek();
        self.at += 1;
    }

    /// Whether the list has another item, which then comes next. At its end it is left.
    pub(super) fn item(&mut self) -> bool {
        if self.peek() == Some(b',') {
            self.at += 1;
        }
        match self.peek() {
            Some(b']' | b'}') | None => {
                self.at += 1;
                false
            }
            Some(_) => true,
        }
    }

    /// The name of the object's next entry, whose value then comes next. At its end it is left.
    pub(super) fn name(&mut self) -> Option<Cow<'a, str>> {
        if !self.item() {
            return None;
        }
        let name = self.text();
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        Some(name)
    }

    /// The text that comes next.
    pub(super) fn text(&mut self) -> Cow<'a, str> {
        self.peek();
        let from = self.at + 1;
        let end = end_of_text(self.json, from);
        self.at = end + 1;
        unquoted(self.json.get(from..end).unwrap_or_default())
    }

    /// Which of both words comes next.
    pub(super) fn truth(&mut self) -> bool {
        let truth = self.peek() == Some(b't');
        self.skip();
        truth
    }

    /// Past the value that comes next, however deep it is.
    pub(super) fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.at = end_of_text(self.json, self.at + 1) + 1,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                b',' | b':' => {
                    self.at += 1;
                    continue;
                }
                _ => self.skip_bare(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Past a number or a word.
    fn skip_bare(&mut self) {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| b" \t\r\n,]}:".contains(byte));
        self.at += length.unwrap_or(rest.len()).max(1);
    }

    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.json.get(self.at) {
            if !is_space(*byte) {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Where the quote is that ends the text whose first byte is at `from`.
fn end_of_text(json: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = json.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
        match json.get(at) {
            Some(b'\\') => at += 2,
            Some(_) | None => return at,
        }
    }
}

/// The text between two quotes (`unquote` of Go's `encoding/json`): each byte that is no UTF-8, and
/// each escaped half of a surrogate pair, becomes U+FFFD.
fn unquoted(raw: &[u8]) -> Cow<'_, str> {
    if !raw.contains(&b'\\')
        && let Ok(text) = std::str::from_utf8(raw)
    {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| *byte == b'\\').unwrap_or(rest.len());
        let (bytes, escaped) = rest.split_at(plain);
        push_utf8(&mut text, bytes);
        let (c, length) = escape(escaped);
        text.extend(c);
        rest = escaped.get(length..).unwrap_or_default();
    }
    Cow::Owned(text)
}

/// Go knows no half of a character: every byte of one is a U+FFFD of its own.
fn push_utf8(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
    }
}

/// The character that an escape at the beginning of `raw` stands for, and its length.
fn escape(raw: &[u8]) -> (Option<char>, usize) {
    let simple = match raw.get(1) {
        None => return (None, raw.len()),
        Some(b'u') => return unit_escape(raw),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(byte) => char::from(*byte),
    };
    (Some(simple), 2)
}

fn unit_escape(raw: &[u8]) -> (Option<char>, usize) {
    const LENGTH: usize = 6;
    let unit = |at: usize| {
        let digits = raw.get(at..at + LENGTH)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let units = [unit(0), unit(LENGTH)].into_iter().map_while(|unit| unit);
    match char::decode_utf16(units).next() {
        Some(Ok(c)) => (Some(c), c.len_utf16() * LENGTH),
        Some(Err(_)) | None => (Some(char::REPLACEMENT_CHARACTER), LENGTH),
    }
}

#[cfg(test)]
mod tests;
