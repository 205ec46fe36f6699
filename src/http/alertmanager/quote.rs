//! Text in quotes, as Go writes it: in JSON, in error messages, and in messages about times.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::domain::text::{quoted, quoted_char};

/// How much of a text is quoted, in characters: Alertmanager quotes all of it, and a message may
/// then be many times as long as the post that it is about.
const QUOTED: usize = 256;

/// Whether `<`, `>` and `&` are escaped in JSON. Alertmanager does within alerts and in what its
/// framework says, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Html {
    /// They are.
    Escaped,
    /// They are not.
    Plain,
}

/// As much of `text` as is quoted, and what stands for the rest.
fn cut(text: &str) -> (&str, &'static str) {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => (text.get(..end).unwrap_or_default(), "…"),
        None => (text, ""),
    }
}

/// `text`, or its beginning if it is long.
pub(super) fn brief(text: &str) -> Cow<'_, str> {
    match cut(text) {
        (text, "") => Cow::Borrowed(text),
        (beginning, rest) => Cow::Owned(format!("{beginning}{rest}")),
    }
}

/// A JSON string.
pub(super) fn json(text: &str, html: Html) -> String {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    push_json(&mut quoted, text, html);
    String::from_utf8_lossy(&quoted).into_owned()
}

/// A JSON string (`appendString` of Go's `encoding/json`), written behind what is there.
pub(super) fn push_json(body: &mut Vec<u8>, text: &str, html: Html) {
    body.push(b'"');
    let mut rest = text;
    while let Some((at, special)) = rest.char_indices().find(|(_, c)| is_special(*c, html)) {
        let (plain, from) = rest.split_at(at);
        body.extend_from_slice(plain.as_bytes());
        push_escaped(body, special);
        rest = from.get(special.len_utf8()..).unwrap_or_default();
    }
    body.extend_from_slice(rest.as_bytes());
    body.push(b'"');
}

fn push_escaped(body: &mut Vec<u8>, special: char) {
    let short: &[u8] = match special {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        _ => {
            // A vector takes all that is written to it.
            let _ = write!(body, "\\u{:04x}", u32::from(special));
            return;
        }
    };
    body.extend_from_slice(short);
}

fn is_special(c: char, html: Html) -> bool {
    match c {
        '"' | '\\' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => true,
        '<' | '>' | '&' => html == Html::Escaped,
        _ => false,
    }
}

/// As `%q` prints it, or its beginning if it is long.
pub(super) fn go(text: &str) -> String {
    quoted(&brief(text))
}

/// A byte where it does not belong, as the errors of Go's JSON name it (`quoteChar`): each byte is
/// a character of its own.
pub(super) fn go_byte(byte: u8) -> String {
    quoted_char(char::from(byte))
}

/// As the errors of Go's `time` do: what is no ASCII is told byte by byte. Of a long text its
/// beginning.
pub(super) fn time(text: &str) -> String {
    let (text, rest) = cut(text);
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..0x80 => quoted.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(quoted, "\\x{byte:02x}")),
        }
    }
    quoted.push_str(rest);
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_go_quotes_it() {
        let table = [
            ("a\"b\\c/'d", r#""a\"b\\c/'d""#, r#""a\"b\\c/'d""#, r#""a\"b\\c/'d""#),
            ("\u{8}\t\n", r#""\b\t\n""#, r#""\b\t\n""#, r#""\x08\x09\x0a""#),
            (
                "\u{0}\u{1f}\u{7f}",
                "\"\\u0000\\u001f\u{7f}\"",
                r#""\x00\x1f\x7f""#,
                "\"\\x00\\x1f\u{7f}\"",
            ),
            (
                "é\u{301}🙂",
                "\"é\u{301}🙂\"",
                "\"é\u{301}🙂\"",
                r#""\xc3\xa9\xcc\x81\xf0\x9f\x99\x82""#,
            ),
            ("\u{2028}", r#""\u2028""#, r#""\u2028""#, r#""\xe2\x80\xa8""#),
            ("<&>", r#""\u003c\u0026\u003e""#, r#""<&>""#, r#""<&>""#),
            (
                "\u{a0}\u{feff}\u{e0001}",
                "\"\u{a0}\u{feff}\u{e0001}\"",
                r#""\u00a0\ufeff\U000e0001""#,
                r#""\xc2\xa0\xef\xbb\xbf\xf3\xa0\x80\x81""#,
            ),
        ];
        for (text, in_json, in_go, in_time) in table {
            assert_eq!(json(text, Html::Escaped), in_json);
            assert_eq!(go(text), in_go);
            assert_eq!(time(text), in_time);
        }
        assert_eq!(json("<&>", Html::Plain), r#""<&>""#);
    }

    #[test]
    fn a_byte_is_named_as_a_character_of_its_own() {
        let table = [
            (b'h', "'h'"),
            (b'\'', "'\\''"),
            (b'"', "'\"'"),
            (b'\n', "'\\n'"),
            (0, "'\\x00'"),
            (0xc3, "'Ã'"),
            (0x80, "'\\u0080'"),
        ];
        for (byte, named) in table {
            assert_eq!(go_byte(byte), named);
        }
    }
}
