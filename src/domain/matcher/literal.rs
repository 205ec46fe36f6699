//! Texts in double quotes as Go's `strconv` writes and reads them.

use std::fmt::Write as _;

/// `text` in double quotes, with what does not print as an escape (`strconv.Quote`).
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\u{7}' => quoted.push_str(r"\a"),
            '\u{8}' => quoted.push_str(r"\b"),
            '\t' => quoted.push_str(r"\t"),
            '\n' => quoted.push_str(r"\n"),
            '\u{b}' => quoted.push_str(r"\v"),
            '\u{c}' => quoted.push_str(r"\f"),
            '\r' => quoted.push_str(r"\r"),
            c if prints(c) => quoted.push(c),
            c => write_escape(&mut quoted, u32::from(c)),
        }
    }
    quoted.push('"');
    quoted
}

fn write_escape(to: &mut String, point: u32) {
    // Writing to a string does not fail.
    let _ = match point {
        ..=0x7f => write!(to, r"\x{point:02x}"),
        0x80..=0xffff => write!(to, r"\u{point:04x}"),
        0x1_0000.. => write!(to, r"\U{point:08x}"),
    };
}

/// Whether it is a letter, mark, number, punctuation, symbol or the ASCII space: the characters
/// that the standard library does not escape either, save for marks at the start of a text.
fn prints(c: char) -> bool {
    String::from_iter(['x', c]).escape_debug().eq(['x', c])
}

/// What a text in double quotes says, or nothing if it is not well formed (`strconv.Unquote`) or
/// not UTF-8.
pub(super) fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '"' => return None,
            '\\' => escape(&mut rest, &mut bytes)?,
            c => push(&mut bytes, c),
        }
    }
    String::from_utf8(bytes).ok()
}

/// What follows a backslash. `\x` and octal digits give a byte, the others a character.
fn escape(rest: &mut std::str::Chars<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    match rest.next()? {
        'a' => bytes.push(0x07),
        'b' => bytes.push(0x08),
        'f' => bytes.push(0x0c),
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        'v' => bytes.push(0x0b),
        '\\' => bytes.push(b'\\'),
        '"' => bytes.push(b'"'),
        'x' => bytes.push(u8::try_from(number(rest, 0, 2, 16)?).ok()?),
        'u' => push(bytes, char::from_u32(number(rest, 0, 4, 16)?)?),
        'U' => push(bytes, char::from_u32(number(rest, 0, 8, 16)?)?),
        c => bytes.push(u8::try_from(number(rest, c.to_digit(8)?, 2, 8)?).ok()?),
    }
    Some(())
}

/// `first` with `count` more digits behind it.
fn number(rest: &mut std::str::Chars<'_>, first: u32, count: usize, radix: u32) -> Option<u32> {
    (0..count).try_fold(first, |number, _| {
        number.checked_mul(radix)?.checked_add(rest.next()?.to_digit(radix)?)
    })
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
