//! Text in cells: how wide it is, where it is cut, how it is wrapped. Nothing here knows colours,
//! and everything here expects text that `domain::text` has cleaned.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Which glyphs the screen is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symbols {
    /// The few glyphs that every font with box drawing has.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

#[expect(missing_docs, reason = "each is the glyph it is named for")]
impl Symbols {
    pub fn cursor(self) -> &'static str {
        self.pick("▌", ">")
    }

    pub fn first(self) -> &'static str {
        self.pick("›", "-")
    }

    pub fn to(self) -> &'static str {
        self.pick("→", ">")
    }

    pub fn nobody(self) -> &'static str {
        self.pick("–", "-")
    }

    pub fn cut(self) -> &'static str {
        self.pick("…", "~")
    }

    pub fn rule(self) -> &'static str {
        self.pick("─", "-")
    }

    pub fn wall(self) -> &'static str {
        self.pick("│", "|")
    }

    pub fn dot(self) -> &'static str {
        self.pick("·", ",")
    }

    pub fn unknown(self) -> &'static str {
        self.pick("\u{fffd}", "?")
    }

    /// The glyphs of `text` that have an ASCII form, in that form where it is asked for.
    pub fn of(self, text: String) -> String {
        match self {
            Symbols::Unicode => text,
            Symbols::Ascii => {
                let plain = text.replace('→', ">").replace('…', "~").replace('–', "-");
                plain.replace('·', ",").replace('↓', "down").replace('↑', "up").replace('←', "left")
            }
        }
    }

    fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Symbols::Unicode => unicode,
            Symbols::Ascii => ascii,
        }
    }
}

/// How many cells `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `cells` cells; what was cut is marked with `mark`.
pub fn cut(text: &str, cells: usize, mark: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let room = cells.saturating_sub(width(mark));
    let mut short = head(text, room).trim_end().to_owned();
    if width(mark) <= cells {
        short.push_str(mark);
    }
    short
}

/// `text` cut and filled to exactly `cells` cells.
pub fn fit(text: &str, cells: usize, mark: &str) -> String {
    let mut text = cut(text, cells, mark);
    let missing = cells.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// `text` broken into lines of at most `cells` cells, between words where that is possible. Each
/// glyph is measured a fixed number of times: a word may be as long as a sender likes.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    wrap_some(text, cells, usize::MAX)
}

/// As `wrap`, but no more than `most` lines and what of the next one is known by then.
fn wrap_some(text: &str, cells: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    if cells == 0 {
        return lines;
    }
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        // A word of marks alone takes no cell, but the space before it does.
        let room = cells.checked_sub(used + 1);
        if !line.is_empty() && !room.is_some_and(|room| fits(word, room)) {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while !fits(word, cells) && lines.len() <= most {
            let start = head(word, cells);
            // A glyph wider than the line is left out: it could only be drawn in halves.
            let taken = if start.is_empty() { first_glyph(word) } else { start };
            if !start.is_empty() {
                lines.push(start.to_owned());
            }
            word = word.get(taken.len()..).unwrap_or_default();
        }
        if lines.len() > most {
            return lines;
        }
        if !line.is_empty() && !word.is_empty() {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The first lines of `text` wrapped, the last one marked where more follows.
pub fn wrap_to(text: &str, cells: usize, most: usize, mark: &str) -> Vec<String> {
    let mut lines = wrap_some(text, cells, most);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            let room = cells.saturating_sub(width(mark));
            *last = format!("{}{mark}", head(last, room).trim_end());
        }
    }
    lines
}

/// What is drawn for `glyph`, where that is not itself: terminals disagree on how wide joined emoji,
/// flags and Indic conjuncts are, and one cell too many moves everything after it. Its first part
/// stands for it where that fits, else `unknown`; neither is wider than the glyph.
pub fn instead<'a>(glyph: &'a str, unknown: &'a str) -> Option<&'a str> {
    if glyph.is_ascii() || is_agreed(glyph) {
        return None;
    }
    let end = glyph.chars().next().map_or(0, char::len_utf8);
    let first = glyph.get(..end).filter(|first| is_agreed(first) && width(first) <= width(glyph));
    Some(first.unwrap_or(unknown))
}

/// Whether a glyph is one character that takes cells and marks that all terminals know to take none.
fn is_agreed(glyph: &str) -> bool {
    let mut characters = glyph.chars();
    let Some(base) = characters.next() else { return true };
    let flag = matches!(base, '\u{1f1e6}'..='\u{1f1ff}');
    let cells = base.width().unwrap_or_default();
    let is_mark = |mark: char| {
        // Joiners and selectors take no cell themselves, and change how wide the rest is.
        let joins = matches!(mark,
            '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}');
        mark.width() == Some(0) && !joins
    };
    cells > 0 && !flag && characters.all(is_mark) && width(glyph) == cells
}

/// A number with a comma between thousands.
pub fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in four cells at most where that is possible, rounded down: `812`, `5.6k`, `23k`, `1.2M`.
pub fn rounded(value: usize) -> String {
    let tenths = |unit: usize, letter| {
        let [whole, tenth] = [value / unit, value % unit * 10 / unit];
        if whole < 10 { format!("{whole}.{tenth}{letter}") } else { format!("{whole}{letter}") }
    };
    match value {
        ..1_000 => value.to_string(),
        1_000..1_000_000 => tenths(1_000, 'k'),
        1_000_000.. => tenths(1_000_000, 'M'),
    }
}

/// Whether `text` takes at most `cells` cells, without measuring more of it than that.
fn fits(text: &str, cells: usize) -> bool {
    head(text, cells).len() == text.len()
}

fn head(text: &str, cells: usize) -> &str {
    let mut end = 0;
    let mut taken = 0;
    for (start, glyph) in text.grapheme_indices(true) {
        taken += width(glyph);
        if taken > cells {
            break;
        }
        end = start + glyph.len();
    }
    text.get(..end).unwrap_or_default()
}

fn first_glyph(text: &str) -> &str {
    text.graphemes(true).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_cut_between_glyphs_and_says_so() {
        let cases = [
            ("short", 10, "short"),
            ("exactly", 7, "exactly"),
            ("much too long", 8, "much to…"),
            ("much too long", 6, "much…"),
            ("容量不足", 5, "容量…"),
            ("容量不足", 4, "容…"),
            ("anything", 1, "…"),
            ("anything", 0, ""),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", 3, "e\u{301}e\u{301}…"),
        ];
        for (text, cells, expected) in cases {
            assert_eq!(cut(text, cells, "…"), expected, "{text:?} in {cells}");
        }
    }

    #[test]
    fn lines_break_between_words_and_long_words_within() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("容", 1), Vec::<String>::new());
        assert_eq!(wrap("ab \u{301}", 2), ["ab", "\u{301}"]);
        assert_eq!(wrap_to("one two three four", 7, 2, "…"), ["one two", "three…"]);
        assert_eq!(wrap_to("one two three four", 3, 2, "…"), ["one", "tw…"]);
    }

    #[test]
    fn a_word_of_a_million_letters_is_wrapped_without_measuring_its_rest_for_every_line() {
        assert_eq!(wrap(&"x".repeat(1_000_000), 80).len(), 12_500);
    }

    #[test]
    fn glyphs_of_disputed_width_are_drawn_as_their_first_part() {
        let cases = [
            ("a", None),
            ("é", None),
            ("e\u{301}", None),
            ("容", None),
            ("🙂", None),
            ("🇩🇪", Some("?")),
            ("क्षि", Some("क")),
            ("👨\u{200d}👩\u{200d}👧", Some("👨")),
            ("👍🏽", Some("👍")),
            ("❤\u{fe0f}", Some("❤")),
            ("⌚\u{fe0e}", Some("?")),
        ];
        for (glyph, drawn) in cases {
            assert_eq!(instead(glyph, "?"), drawn, "{glyph}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000, "1,000,000")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked_for(text in any::<String>(), cells in 0usize..40) {
            let text = crate::domain::text::line_of(&text);
            prop_assert!(width(&cut(&text, cells, "…")) <= cells);
            prop_assert!(wrap(&text, cells).iter().all(|line| width(line) <= cells));
            for line in wrap_to(&text, cells, 2, "…") {
                prop_assert!(width(&line) <= cells);
            }
        }
    }
}
