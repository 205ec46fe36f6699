//! What holds of every matcher and every text.

use proptest::prelude::*;

use super::super::{
    Condition, Dialect, Matcher, MatcherError, Operator, PatternFault, check_pattern, is_label_name,
};

/// Texts in which the signs of the grammars come up often.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => "[ab_:é{}=!~,\"'`\\\\ n\u{a0}]",
        1 => Just("\\x41".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

/// Texts in which the signs of regular expressions come up often.
fn patterns() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => "[abU0-9é(){}\\[\\]^$.*+?|,:<>&~_\\\\-]",
        1 => prop::sample::select(vec![
            "(?i", "(?-s:", "(?P<n>", "[[:alpha:]", "[^", "{2,3}", "{0}", r"\pL", r"\p{^Greek}",
            r"\Q", r"\E", r"\d", r"\b", r"\x{d800}", r"\xff", r"\07", "&&", "--", "a-z",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(word, 0..10).prop_map(|words| words.concat())
}

fn operators() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Matches,
        Operator::MatchesNot,
    ])
}

fn matchers() -> impl Strategy<Value = Matcher> {
    (texts(), operators(), texts()).prop_filter_map(
        "a name and a pattern",
        |(name, operator, value)| {
            let condition = Condition::new(operator, &value).ok()?;
            is_label_name(&name, Dialect::Fallback).then_some(Matcher { name, condition })
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same_matcher(matcher in matchers()) {
        let printed = matcher.to_string();
        for dialect in [Dialect::Fallback, Dialect::Utf8Strict] {
            prop_assert_eq!(&Matcher::parse(&printed, dialect), &Ok(matcher.clone()), "{}", printed);
        }
        let listed = format!("{{{printed},{printed},}}");
        for dialect in [Dialect::Fallback, Dialect::Utf8Strict] {
            let read = Matcher::parse_list(&listed, dialect);
            prop_assert_eq!(&read, &Ok(vec![matcher.clone(), matcher.clone()]), "{}", listed);
        }
    }

    #[test]
    fn classic_has_the_last_word_and_strict_fills_its_gaps(text in texts()) {
        let [fallback, classic, strict] = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict]
            .map(|dialect| Matcher::parse_list(&text, dialect));
        prop_assert_eq!(fallback, if classic.is_ok() { classic } else { strict.or(classic) });
        let [fallback, classic, strict] = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict]
            .map(|dialect| Matcher::parse(&text, dialect));
        let in_braces = text.starts_with('{') || text.ends_with('}');
        prop_assert_eq!(fallback, match (in_braces, classic, strict) {
            (true, _, _) => Err(MatcherError::Brace(text)),
            (false, Err(classic), strict) => strict.or(Err(classic)),
            (false, Ok(classic), _) => Ok(classic),
        });
    }

    #[test]
    fn every_pattern_is_refused_in_gos_words_or_compiles(pattern in patterns()) {
        let found = check_pattern(&pattern).map_err(|error| error.fault);
        prop_assert_ne!(found, Err(PatternFault::Internal), "{}", pattern);
        prop_assert_ne!(found, Err(PatternFault::Nesting), "{}", pattern);
    }

    #[test]
    fn a_literal_pattern_matches_itself_only(text in any::<String>(), other in any::<String>()) {
        let quoted = Condition::new(Operator::Matches, &format!(r"\Q{text}\E"));
        prop_assume!(!text.contains(r"\E"));
        let quoted = quoted.unwrap();
        prop_assert!(quoted.holds([text.as_str()]));
        prop_assert_eq!(quoted.holds([other.as_str()]), text == other);
    }
}
