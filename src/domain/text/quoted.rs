//! Text in quotes as Go writes it (`strconv`): in the words of refusals, and in matchers that are
//! read again. Must not read any.

use std::fmt::Write as _;

/// `text` in double quotes, with what does not print as an escape (`strconv.Quote`).
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    text.chars().for_each(|c| push(&mut quoted, c, '"'));
    quoted.push('"');
    quoted
}

/// `c` in single quotes, with an escape if it does not print.
pub fn quoted_char(c: char) -> String {
    let mut quoted = "'".to_owned();
    push(&mut quoted, c, '\'');
    quoted.push('\'');
    quoted
}

fn push(quoted: &mut String, c: char, quote: char) {
    let short = match c {
        '\\' => '\\',
        c if c == quote => c,
        ' '..='~' => return quoted.push(c),
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        c if prints(c) => return quoted.push(c),
        c => return push_number(quoted, u32::from(c)),
    };
    quoted.extend(['\\', short]);
}

fn push_number(quoted: &mut String, point: u32) {
    // Writing to a string does not fail.
    let _ = match point {
        ..=0x7f => write!(quoted, r"\x{point:02x}"),
        0x80..=0xffff => write!(quoted, r"\u{point:04x}"),
        0x1_0000.. => write!(quoted, r"\U{point:08x}"),
    };
}

/// Whether it is a letter, mark, number, punctuation or symbol: the characters that the standard
/// library does not escape either, save for marks at the start of a text.
fn prints(c: char) -> bool {
    c.escape_debug().eq([c]) || String::from_iter(['x', c]).escape_debug().eq(['x', c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_go_quotes_it() {
        let table = [
            ("a\"b\\c/'d", r#""a\"b\\c/'d""#),
            ("\u{7}\u{8}\t\n\u{b}\u{c}\r", r#""\a\b\t\n\v\f\r""#),
            ("\u{0}\u{1f}\u{7f}", r#""\x00\x1f\x7f""#),
            ("é\u{301}🙂", "\"é\u{301}🙂\""),
            ("\u{2028}", r#""\u2028""#),
            ("<&>", r#""<&>""#),
            ("\u{a0}\u{ad}\u{feff}\u{e0001}", r#""\u00a0\u00ad\ufeff\U000e0001""#),
        ];
        for (text, wanted) in table {
            assert_eq!(quoted(text), wanted);
        }
        let table = [('h', "'h'"), ('\'', r"'\''"), ('"', "'\"'"), ('\0', r"'\x00'")];
        for (c, wanted) in table {
            assert_eq!(quoted_char(c), wanted);
        }
    }
}
