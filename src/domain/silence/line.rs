//! Matchers as people write them on one line: each as Alertmanager does, with spaces or commas
//! between them. What cannot be read is located and explained; the rest is read.

use std::ops::Range;

use super::Terms;
use crate::domain::matcher::{Dialect, Matcher, MatcherError, Operator};
use crate::domain::query::{Problem, pattern_fault};
use crate::domain::text::Text;

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The matchers that could be read, in their order.
    pub matchers: Vec<Matcher>,
    /// The pieces that could not, in order; ranges are bytes of the line.
    pub problems: Vec<Problem>,
}

/// Reads a line in this dialect. The braces of a whole list may stand around it.
pub fn read(text: &str, dialect: Dialect) -> Line {
    let mut line = Line::default();
    let mut at = 0;
    while let Some(range) = piece(text, at) {
        at = range.end;
        let piece = text.get(range.clone()).unwrap_or_default();
        // Those of a list that was copied from elsewhere.
        let whole = text.trim();
        let opens = whole.starts_with('{') && whole.ends_with('}');
        let piece = if opens && is_first(text, &range) { skip(piece, '{') } else { piece };
        let piece = if opens && is_last(text, &range) {
            piece.strip_suffix('}').unwrap_or(piece)
        } else {
            piece
        };
        if piece.is_empty() {
            continue;
        }
        match Matcher::parse(piece, dialect) {
            Ok(matcher) => line.matchers.push(matcher),
            Err(error) => line.problems.push(Problem { range, reason: reason(piece, &error) }),
        }
    }
    if line.matchers.len() > Terms::MOST_MATCHERS {
        let reason = format!("{} matchers at most; make several silences", Terms::MOST_MATCHERS);
        line.problems.push(Problem { range: 0..text.len(), reason: Text::derive(&reason) });
    }
    line
}

/// Matchers as such a line.
pub fn written(matchers: &[Matcher]) -> String {
    let each: Vec<String> = matchers.iter().map(ToString::to_string).collect();
    each.join(" ")
}

fn skip(piece: &str, brace: char) -> &str {
    piece.strip_prefix(brace).unwrap_or(piece)
}

fn is_first(text: &str, range: &Range<usize>) -> bool {
    text.get(..range.start).is_some_and(|before| before.trim().is_empty())
}

fn is_last(text: &str, range: &Range<usize>) -> bool {
    text.get(range.end..).is_some_and(|behind| behind.trim().is_empty())
}

fn reason(piece: &str, error: &MatcherError) -> Text {
    let has_sign = ["=", "!~"].iter().any(|sign| piece.contains(sign));
    Text::derive(&match error {
        MatcherError::Pattern(error) | MatcherError::StrictPattern(error) => pattern_fault(error),
        _ if !has_sign => "no matcher: write name=\"value\"".to_owned(),
        MatcherError::Quote(_) => "\" not closed, or without a \\ before it".to_owned(),
        MatcherError::Format(_)
        | MatcherError::NotUtf8(_)
        | MatcherError::Brace(_)
        | MatcherError::Grammar(_)
        | MatcherError::Missing
        | MatcherError::Several(_) => error.to_string(),
    })
}

/// Where the next matcher stands, from `at` on: a name, a sign and a value, which may have spaces
/// between them.
fn piece(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let start = at + rest.find(|c: char| !is_between(c))?;
    let name = start + word(text.get(start..)?, is_sign);
    let gap = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + (rest.len() - rest.trim_start().len())
    };
    let Some((_, sign)) = text.get(gap(name)..).and_then(Operator::at_start_of) else {
        return Some(start..name.max(start + 1));
    };
    let value = gap(gap(name) + sign);
    // A name and a sign, and another matcher after a space, are one matcher without a value.
    let end = value + word(text.get(value..).unwrap_or_default(), |_| false);
    Some(start..end)
}

fn is_between(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

fn is_sign(rest: &str) -> bool {
    Operator::at_start_of(rest).is_some()
}

/// How long a name or a value is: to the next space or comma outside of quotes, or to where `ends`
/// says.
fn word(text: &str, ends: impl Fn(&str) -> bool) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if quoted && escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            c if is_between(c) || ends(text.get(at..).unwrap_or_default()) => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matchers_stand_on_a_line_with_spaces_or_commas_between_them() {
        let same = r#"a="b" c=~"d|e f" g!="h""#;
        let lines = [
            same,
            r#"a=b,c=~"d|e f",g!=h"#,
            r#"{a="b", c=~"d|e f", g!="h"}"#,
            r#" a = "b" ,, c =~ "d|e f"  g!= h "#,
        ];
        for text in lines {
            let line = read(text, Dialect::Fallback);
            assert_eq!(line.problems, [], "{text}");
            assert_eq!(written(&line.matchers), same, "{text}");
        }
        assert_eq!(read(" {} ", Dialect::Fallback), Line::default());
    }

    #[test]
    fn what_is_no_matcher_is_located_and_the_rest_is_read() {
        let cases = [
            ("disk a=b", 0..4, "no matcher: write name=\"value\""),
            ("a=b c=~\"(d\"", 4..11, "( not closed"),
            ("a=b c=\"d", 4..8, "\" not closed, or without a \\ before it"),
            ("a=b =c", 4..6, "bad matcher format: =c"),
            ("a=b c==", 4..4, ""),
        ];
        for (text, range, reason) in cases {
            let line = read(text, Dialect::Fallback);
            assert_eq!(written(&line.matchers).split(' ').next(), Some("a=\"b\""), "{text}");
            if !reason.is_empty() {
                assert_eq!(line.problems, [Problem { range, reason: reason.into() }], "{text}");
            }
        }
        let many = vec!["a=b"; Terms::MOST_MATCHERS + 1].join(" ");
        assert_eq!(read(&many, Dialect::Fallback).problems.len(), 1);
    }

    #[test]
    fn a_line_is_read_in_the_dialect_that_the_service_speaks() {
        let dialects = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict];
        let told = |text: &str| {
            dialects.map(|dialect| {
                let Line { matchers, problems } = read(text, dialect);
                let reasons: Vec<_> = problems.iter().map(|one| one.reason.as_str()).collect();
                format!("{} {}", written(&matchers), reasons.join("; ")).trim().to_owned()
            })
        };
        let lines = ["größe=voll", "a=~\"b\\.c\"", "a=[b"];
        insta::assert_debug_snapshot!(lines.map(told));
    }

    proptest! {
        #[test]
        fn any_line_is_read_and_every_problem_lies_in_it(text in "[a=~!\", {}\\\\é(]{0,14}|.{0,30}") {
            for problem in read(&text, Dialect::Fallback).problems {
                prop_assert!(text.get(problem.range.clone()).is_some());
                prop_assert!(!problem.range.is_empty());
            }
        }
    }
}
