//! Conditions that only a few texts fulfil: those are found without looking at all others.

use std::borrow::Cow;

use super::{Condition, Operator, PatternError};

/// More texts than this are not looked up one by one.
const MOST: usize = 64;

impl Condition {
    /// The texts of which a value must be one, where that is all there is to it. What is absent is as
    /// an empty text, so that a condition which the empty text fulfils gives none.
    pub fn texts(&self) -> Option<Vec<Cow<'_, str>>> {
        let texts: Option<Vec<_>> = match self.operator {
            Operator::Equal => Some(vec![Cow::Borrowed(self.value.as_str())]),
            Operator::Matches => alternatives(&self.value).take(MOST + 1).collect(),
            Operator::NotEqual | Operator::MatchesNot => None,
        };
        texts.filter(|texts| texts.len() <= MOST && texts.iter().all(|text| !text.is_empty()))
    }
}

impl Condition {
    /// That a value is one of `texts`. Refuses more than a pattern can hold.
    pub fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        let texts: Vec<&str> = texts.into_iter().collect();
        if let [only] = texts.as_slice() {
            return Self::new(Operator::Equal, only);
        }
        let texts: Vec<String> = texts.into_iter().map(pattern_of).collect();
        Self::new(Operator::Matches, &texts.join("|"))
    }
}

/// The signs that mean something in a pattern.
const SIGNS: &[char] = &['\\', '.', '+', '*', '?', '(', ')', '[', ']', '{', '}', '^', '$', '|'];

/// The pattern that only `text` matches.
fn pattern_of(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if SIGNS.contains(&c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The alternatives of a pattern, each as the only text that it matches.
fn alternatives(pattern: &str) -> impl Iterator<Item = Option<Cow<'_, str>>> {
    let mut escaped = false;
    let parts = pattern.split(move |c| {
        let ends = c == '|' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    parts.map(literal)
}

/// What a pattern says, if it is nothing but a text.
fn literal(pattern: &str) -> Option<Cow<'_, str>> {
    if !pattern.contains(SIGNS) {
        return Some(Cow::Borrowed(pattern));
    }
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            // A sign behind a backslash stands for itself; a letter or a digit does not.
            '\\' => text.push(rest.next().filter(char::is_ascii_punctuation)?),
            c if SIGNS.contains(&c) => return None,
            c => text.push(c),
        }
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_only_a_few_texts_fulfil_says_which() {
        use Operator::{Equal, Matches, MatchesNot, NotEqual};
        let many = vec!["a"; MOST + 1].join("|");
        let table: [(Operator, &str, Option<&[&str]>); 16] = [
            (Equal, "a.b|c", Some(&["a.b|c"])),
            (Equal, "", None),
            (NotEqual, "a", None),
            (MatchesNot, "a", None),
            (Matches, "a", Some(&["a"])),
            (Matches, "a|bc", Some(&["a", "bc"])),
            (
                Matches,
                r"node-1\.example\.org:9100|b\|c\\",
                Some(&["node-1.example.org:9100", r"b|c\"]),
            ),
            (Matches, "a|", None),
            (Matches, "|a", None),
            (Matches, "", None),
            (Matches, "a.b", None),
            (Matches, "a|b+", None),
            (Matches, "(a|b)", None),
            (Matches, "(?i)a", None),
            (Matches, r"a\d", None),
            (Matches, &many, None),
        ];
        for (operator, value, wanted) in table {
            let condition = Condition::new(operator, value).unwrap();
            let texts = condition.texts();
            let texts: Option<Vec<&str>> =
                texts.as_ref().map(|texts| texts.iter().map(AsRef::as_ref).collect());
            assert_eq!(texts.as_deref(), wanted, "{operator}{value:?}");
        }
    }

    proptest! {
        /// Whatever the texts are said to be: they are all that the condition takes.
        #[test]
        fn a_value_is_one_of_the_texts_or_not_as_asked_for(
            pattern in r"[ab|.\\*\n]{0,8}",
            value in "[ab|.\\\\*\n]{0,4}",
        ) {
            let Ok(condition) = Condition::new(Operator::Matches, &pattern) else { return Ok(()) };
            let Some(texts) = condition.texts() else { return Ok(()) };
            prop_assert!(texts.iter().all(|text| condition.holds([text.as_ref()])), "{:?}", texts);
            prop_assert_eq!(condition.holds([value.as_str()]), texts.iter().any(|text| *text == value));
        }
    }
}
