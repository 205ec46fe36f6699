//! Matchers: what each dialect reads, what patterns match, and what holds of all of them.

mod laws;
mod patterns;
mod table;

use super::*;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}

fn matcher(name: &str, operator: Operator, value: &str) -> Matcher {
    Matcher { name: name.to_owned(), condition: Condition::new(operator, value).unwrap() }
}

#[test]
fn an_absent_label_is_as_an_empty_one() {
    let table: &[(&str, &[&str])] = &[
        (r#"team="""#, &["", "absent"]),
        (r#"team!="""#, &["db", "db\n", "web"]),
        ("team=db", &["db"]),
        ("team!=db", &["", "absent", "db\n", "web"]),
        ("team=~d.", &["db"]),
        ("team=~.*", &["", "absent", "db", "web"]),
        ("team!~.*", &["db\n"]),
        ("team!~.+", &["", "absent", "db\n"]),
        ("team=~db|we", &["db"]),
        ("team=~(?s).*", &["", "absent", "db", "db\n", "web"]),
    ];
    let sets = [
        ("absent", labels(&[("x", "1")])),
        ("", labels(&[("team", "")])),
        ("db", labels(&[("team", "db")])),
        ("db\n", labels(&[("team", "db\n")])),
        ("web", labels(&[("team", "web")])),
    ];
    for (text, wanted) in table {
        let matcher = Matcher::parse(text, Dialect::Fallback).unwrap();
        let mut found: Vec<&str> =
            sets.iter().filter(|(_, set)| matcher.matches(set)).map(|(name, _)| *name).collect();
        found.sort_unstable();
        assert_eq!(found, *wanted, "{text}");
    }
}

#[test]
fn matchers_are_equal_by_what_they_say_and_sorted_by_name_value_and_operator() {
    let sorted = [
        matcher("a", Operator::MatchesNot, "1"),
        matcher("a", Operator::Equal, "2"),
        matcher("a", Operator::NotEqual, "2"),
        matcher("a", Operator::Matches, "2"),
        matcher("a", Operator::MatchesNot, "2"),
        matcher("b", Operator::Equal, "1"),
    ];
    let mut mixed = sorted.clone();
    mixed.reverse();
    mixed.sort();
    assert_eq!(mixed, sorted);
    assert_ne!(sorted[1], sorted[2]);
}

#[test]
fn a_name_is_quoted_only_where_it_would_be_read_as_something_else() {
    let table = [
        ("team", "db", r#"team="db""#),
        ("Σ", "a\\b\n\"c\"\t", "Σ=\"a\\\\b\\n\\\"c\\\"\t\""),
        ("a:b", "", r#"a:b="""#),
        ("foo bar", "1", r#""foo bar"="1""#),
        ("foo bar", "it's", r#""foo bar"="it's""#),
        ("a\"b", "x\t\u{7}é\u{ad}\u{301}\u{e0001}\u{7f}", r#""a\"b"="x\t\aé\u00ad"#),
        ("", "x", r#"="x""#),
    ];
    for (name, value, printed) in table {
        let text = matcher(name, Operator::Equal, value).to_string();
        // A combining mark is printed as it is; it would sit on the quote of this line.
        let printed = printed
            .strip_suffix("00ad")
            .map_or(printed.to_owned(), |start| format!("{start}00ad\u{301}\\U000e0001\\x7f\""));
        assert_eq!(text, printed);
    }
}

#[test]
fn classic_names_are_narrower_than_the_names_in_classic_matchers() {
    let table = [
        ("a_1", true, true),
        ("_", true, true),
        ("1a", true, false),
        ("a:b", true, false),
        ("a-b", true, false),
        ("ü", true, false),
        ("", false, false),
    ];
    for (name, wide, classic) in table {
        assert_eq!(is_label_name(name, Dialect::Fallback), wide, "{name}");
        assert_eq!(is_label_name(name, Dialect::Utf8Strict), wide, "{name}");
        assert_eq!(is_label_name(name, Dialect::Classic), classic, "{name}");
    }
}
