//! Text from outside: kept as it came where it is data, cleaned where it is for people.

mod quoted;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use quoted::{quoted, quoted_char};

/// One line of text for people: no control, escape or bidi character, no white space at its ends
/// and none doubled. Derived from what came in, never used for matching or hashing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Arc<str>);

impl Text {
    /// The cleaned form of `raw`, cut to 1,000 characters.
    pub fn derive(raw: &str) -> Self {
        if is_clean(raw) {
            return Self(raw.into());
        }
        let mut line = cleaned(raw);
        if let Some((end, _)) = line.char_indices().nth(Self::LONGEST) {
            line.truncate(end);
            // The cut may have come just after a space.
            line.truncate(line.trim_end().len());
        }
        Self(line.into())
    }

    /// The cleaned form of `raw`, for what somebody wrote by hand: refuses what would be cut.
    pub fn whole(raw: &str) -> Result<Self, TooLong> {
        let line = cleaned(raw);
        match line.chars().count() {
            ..=Self::LONGEST => Ok(Self(line.into())),
            length => Err(TooLong { length }),
        }
    }

    /// The longest text kept, in characters.
    pub const LONGEST: usize = 1_000;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was left of what came in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A text is longer than what is kept of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("has {} characters at most and this one has {length}; shorten it", Text::LONGEST)]
pub struct TooLong {
    /// How long it is, in characters, cleaned.
    pub length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self("".into())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::derive(raw)
    }
}

/// Whether cleaning and cutting would leave it as it is, as far as that is seen at one look: nearly
/// everything is plain ASCII.
fn is_clean(raw: &str) -> bool {
    let mut before = b' ';
    let plain = raw.bytes().all(|byte| {
        let doubled = before == b' ' && byte == b' ';
        before = byte;
        matches!(byte, b' '..=b'~') && !doubled
    });
    plain && raw.len() <= Text::LONGEST && (before != b' ' || raw.is_empty())
}

/// One line, of words with one space between each two.
fn cleaned(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len().min(1_024));
    for word in line_of(raw).split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// `raw` as it may leave for a terminal or a log: control and bidi characters gone, line breaks
/// and tabs turned into spaces. Whole escape sequences go, not only their first byte.
pub fn line_of(raw: &str) -> Cow<'_, str> {
    if raw.chars().all(is_plain) {
        return Cow::Borrowed(raw);
    }
    let mut line = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    let mut strings = Strings::MayEnd;
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => line.push(' '),
            '\u{1b}' => skip_escape(&mut rest, &mut strings),
            '\u{9b}' => skip_control_sequence(&mut rest),
            c if is_plain(c) => line.push(c),
            _ => {}
        }
    }
    Cow::Owned(line)
}

/// Whether a terminal shows `c` and does nothing else with it: no control and no bidi character.
pub fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether a string that is opened further on can have an end: once one had none, no later one
/// has, and looking again each time would take for ever on a text made of openers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    MayEnd,
    NeverEnd,
}

/// After ESC: `[` opens a control sequence; `]`, `P`, `^`, `_`, `X` open a string that ends with
/// BEL or ESC `\`; anything else is a sequence of one more character.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, strings: &mut Strings) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            skip_control_sequence(rest);
        }
        Some(']' | 'P' | '^' | '_' | 'X') => {
            // An unended string must not swallow the text: only its opener goes then.
            if *strings == Strings::MayEnd {
                let mut ahead = rest.clone();
                while let Some(c) = ahead.next() {
                    if c == '\u{7}' || (c == '\u{1b}' && ahead.next_if_eq(&'\\').is_some()) {
                        *rest = ahead;
                        return;
                    }
                }
                *strings = Strings::NeverEnd;
            }
            rest.next();
        }
        Some(c) if c.is_ascii_graphic() => {
            rest.next();
        }
        Some(_) | None => {}
    }
}

/// After CSI: parameters and intermediates up to and with the final byte (ECMA-48 §5.4).
fn skip_control_sequence(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
    rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_for_people_loses_escapes_controls_bidi_and_doubled_space() {
        let table = [
            ("net004 is down", "net004 is down"),
            ("  two\n lines\t here ", "two lines here"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;owned\u{7}title", "title"),
            ("\u{1b}]0;never ended", "0;never ended"),
            ("a\u{9b}1mb", "ab"),
            ("bell\u{7} nul\u{0}", "bell nul"),
            ("\u{202e}evil\u{2069}", "evil"),
            ("Größe 容量 🙂", "Größe 容量 🙂"),
        ];
        for (raw, clean) in table {
            assert_eq!(Text::derive(raw).as_str(), clean, "from {raw:?}");
        }
    }

    #[test]
    fn text_that_is_cut_at_a_space_does_not_end_with_one() {
        let cut = Text::derive(&format!("{} end", "x".repeat(Text::LONGEST - 1)));
        assert_eq!(Text::derive(cut.as_str()), cut);
    }

    #[test]
    fn a_text_that_is_to_be_whole_is_measured_as_it_is_kept() {
        let longest = "é".repeat(Text::LONGEST);
        assert_eq!(Text::whole(&format!("  {longest}\n")), Ok(Text::derive(&longest)));
        let length = Text::LONGEST + 2;
        assert_eq!(Text::whole(&format!("{longest}  x")), Err(TooLong { length }));
    }

    #[test]
    fn a_text_made_of_unended_escapes_takes_no_longer_than_its_length() {
        let text = "\u{1b}]".repeat(1 << 20);
        assert_eq!(line_of(&text), "");
    }

    proptest! {
        #[test]
        fn nothing_cleaned_holds_a_character_a_terminal_obeys(raw in any::<String>()) {
            prop_assert!(line_of(&raw).chars().all(is_plain));
            let text = Text::derive(&raw);
            prop_assert_eq!(&Text::derive(text.as_str()), &text);
        }

        #[test]
        fn what_looks_clean_is_what_cleaning_would_make_of_it(raw in "[ a~\u{7f}\té]{0,8}") {
            prop_assert!(!is_clean(&raw) || cleaned(&raw) == raw);
        }
    }
}
