//! Queries as they were measured on Alertmanager 0.25 and 0.33.

use proptest::prelude::*;

use super::*;
use crate::domain::labels::Fingerprint;
use crate::domain::samples::labels;

type Pair<'a> = (&'a [u8], &'a [u8]);

fn read(query: &str) -> Result<Wanted, String> {
    Wanted::read(Some(query), Dialect::default()).map_err(|error| error.to_string())
}

fn wanted(query: &str) -> Wanted {
    read(query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

#[test]
fn pairs_are_read_as_go_reads_them() {
    let table: &[(&str, &[Pair<'_>])] = &[
        ("", &[]),
        ("&&", &[]),
        ("a", &[(b"a", b"")]),
        ("a=", &[(b"a", b"")]),
        ("=b", &[(b"", b"b")]),
        ("a==b", &[(b"a", b"=b")]),
        ("a=1&a=2&b=3", &[(b"a", b"1"), (b"a", b"2"), (b"b", b"3")]),
        ("a=x+y%2bz", &[(b"a", b"x y+z")]),
        ("%61=%C3%a9", &[(b"a", "é".as_bytes())]),
        ("a=\u{e9}", &[(b"a", "é".as_bytes())]),
        ("a=%ff", &[(b"a", b"\xff")]),
        ("a=%zz&b=1", &[(b"b", b"1")]),
        ("%zz=a&b=1", &[(b"b", b"1")]),
        ("a=%&b=1", &[(b"b", b"1")]),
        ("a=%4&b=1", &[(b"b", b"1")]),
        ("a;b&c=1;d&b=1", &[(b"b", b"1")]),
        ("a=%3b", &[(b"a", b";")]),
    ];
    for (query, pairs) in table {
        let read = Pairs::read(query).0;
        let read: Vec<Pair<'_>> =
            read.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        assert_eq!(read, *pairs, "of {query:?}");
    }
}

#[test]
fn what_does_not_mean_yes_means_no_and_nothing_means_yes() {
    let table = [
        ("", true),
        ("active", true),
        ("active=", true),
        ("active=true", true),
        ("active=TRUE", true),
        ("active=1", true),
        ("active=Yes", true),
        ("active=ok", true),
        ("active=y", true),
        ("active=on", true),
        ("active=selected", true),
        ("active=checked", true),
        ("active=t", true),
        ("active=enabled", true),
        ("active=false", false),
        ("active=maybe", false),
        ("active=%20true", false),
        ("active=%ff", false),
        ("active=true&active=false", false),
        ("active=false&active=true", true),
        ("active=false&active=", true),
        ("Active=false", true),
        ("active=false;", true),
        ("active=false%", true),
    ];
    for (query, flag) in table {
        assert_eq!(wanted(query).active, flag, "of {query:?}");
    }
}

#[test]
fn flags_drop_alerts_by_their_status() {
    let active = Status::default();
    let silenced = Status {
        silenced_by: vec![crate::domain::id::SilenceId(uuid::Uuid::nil())],
        ..Status::default()
    };
    let inhibited = Status { inhibited_by: vec![Fingerprint(1)], ..Status::default() };
    let both = Status { inhibited_by: vec![Fingerprint(1)], ..silenced.clone() };
    let statuses = [active, silenced, inhibited, both];
    let table = [
        ("", [true, true, true, true]),
        ("unprocessed=false&muted=false", [true, true, true, true]),
        ("active=false", [false, true, true, true]),
        ("silenced=false", [true, false, true, false]),
        ("inhibited=false", [true, true, false, false]),
        ("active=false&inhibited=false", [false, true, false, false]),
        ("silenced=false&inhibited=false", [true, false, false, false]),
        ("active=false&silenced=false&inhibited=false", [false, false, false, false]),
    ];
    for (query, kept) in table {
        let wanted = wanted(query);
        let has = |status: &Status| wanted.has(&labels(&[("a", "1")]), || status.clone());
        assert_eq!(statuses.each_ref().map(has), kept, "of {query:?}");
    }
}

#[test]
fn filters_are_read_by_the_grammar_that_is_spoken() {
    let dialects = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict];
    let table = [
        ("filter=a%3DW", [true, true, true]),
        ("filter=%22foo+bar%22%3D%221%22", [true, false, true]),
        ("filter=x%3Da,b", [true, true, false]),
        ("filter=a%3DW%7D", [false, true, false]),
        ("filter=a%3D", [true, true, false]),
        ("receiver_matchers=%22name%22%3Ddefault", [true, false, true]),
    ];
    for (query, taken) in table {
        let is_taken = |dialect| Wanted::read(Some(query), dialect).is_ok();
        assert_eq!(dialects.map(is_taken), taken, "of {query}");
    }
}

#[test]
fn every_filter_must_match_and_a_missing_label_is_empty() {
    let alert = labels(&[("alertname", "W"), ("team", "db ops"), ("odd", "\u{fffd}")]);
    let table = [
        ("filter=alertname%3DW", true),
        ("filter=alertname%3D\"W\"&filter=team%3D~\"db+.*\"", true),
        ("filter=alertname%3DW&filter=team%3Dweb", false),
        ("filter=team%3D\"db+ops\"", true),
        ("filter=team=~db", false),
        ("filter=owner=", true),
        ("filter=owner!=", false),
        ("filter=team!=", true),
        ("filter=alertname!~W|X", false),
        ("filter=%zz", true),
        ("filters=foo", true),
        ("filter=alertname%3D%ff", false),
        ("filter=odd%3D%ff", true),
    ];
    for (query, has) in table {
        assert_eq!(wanted(query).has(&alert, Status::default), has, "of {query:?}");
    }
}

#[test]
fn a_status_is_asked_for_only_of_what_matches() {
    let asked = wanted("filter=a%3D1").has(&labels(&[("a", "2")]), || panic!("was asked for"));
    assert!(!asked);
}

#[test]
fn receivers_are_found_by_their_whole_name_and_by_their_labels() {
    let table = [
        ("", true),
        ("receiver=", true),
        ("receiver=default", true),
        ("receiver=def.*", true),
        ("receiver=d", false),
        ("receiver=web|default", true),
        ("receiver==", false),
        ("receiver=web&receiver=default", true),
        ("receiver=(&receiver=", true),
        ("receiver_matchers=name%3Ddefault", true),
        ("receiver_matchers=name%3D~def.*&receiver_matchers=team%3D", true),
        ("receiver_matchers=name!%3Ddefault", false),
        ("receiver_matchers=team%3Dweb", false),
        ("receiver=default&receiver_matchers=name%3Dweb", false),
    ];
    for (query, have) in table {
        assert_eq!(wanted(query).receivers.have("default"), have, "of {query:?}");
    }
}

#[test]
fn refusals_are_told_in_alertmanagers_words_and_order() {
    let table = [
        ("filter=foo", "bad matcher format: foo"),
        ("filter", "bad matcher format: "),
        ("filter=a%3D1&filter=foo&filter=bar", "bad matcher format: foo"),
        ("filter=%7Ba%3DW%7D", "unexpected open or close brace: {a=W}"),
        ("filter=a%3D~%22(%22", "error parsing regexp: missing closing ): `^(?:()$`"),
        (
            "receiver=(",
            "failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`",
        ),
        (
            "receiver=+(",
            "failed to parse receiver param: error parsing regexp: missing closing ): `^(?: ()$`",
        ),
        (
            "receiver=%5B",
            "failed to parse receiver param: error parsing regexp: missing closing ]: `[)$`",
        ),
        (
            "receiver=a%ff",
            "failed to parse receiver param: error parsing regexp: invalid UTF-8: `\u{fffd})$`",
        ),
        (
            "receiver_matchers=foo",
            "failed to parse receiver_matchers param: bad matcher format: foo",
        ),
        ("receiver_matchers=x&receiver=(&filter=foo", "bad matcher format: foo"),
        (
            "receiver_matchers=x&receiver=(",
            "failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`",
        ),
    ];
    for (query, message) in table {
        assert_eq!(read(query).unwrap_err(), message, "of {query:?}");
    }
}

#[test]
fn matchers_are_bounded_in_number() {
    let most = vec!["filter=a%3D1"; MATCHERS].join("&");
    assert!(read(&most).is_ok());
    let refused = read(&format!("{most}&filter=a%3D1")).unwrap_err();
    assert_eq!(refused, "65 matchers are more than a query may have; send at most 64");
}

#[test]
fn patterns_are_bounded_in_their_bytes_together() {
    let pattern = |length: usize| "x".repeat(length);
    let most = format!("filter=a%3D~{}&receiver={}", pattern(4_093), pattern(4_096));
    assert!(read(&most).is_ok());
    let table = [
        format!("{most}x"),
        format!("{most}&filter=b!~c"),
        format!("{most}&receiver_matchers=name%3D~d"),
        format!("filter=a=~%22{}%22", pattern(8_192)),
    ];
    for query in table {
        let refused = read(&query).unwrap_err();
        assert!(refused.ends_with("send at most 8192"), "{refused}");
    }
    // What is no pattern costs nothing.
    assert!(read(&format!("{most}&filter=a%3D{}", pattern(9_000))).is_ok());
    insta::assert_snapshot!(
        read(&format!("{most}x")).unwrap_err(),
        @"patterns of 8193 bytes are more than a query may have; send at most 8192"
    );
}

#[test]
fn what_is_no_text_is_a_value_nobody_has_or_refused_by_the_classic_grammar() {
    let none = wanted("filter=a%3D%ff");
    assert!(!none.has(&labels(&[("a", "b")]), Status::default));
    let table = [
        ("filter=a%3D%ff+b", "matcher value not valid UTF-8: \u{fffd} b"),
        (
            "receiver_matchers=a%3D%ff+b",
            "failed to parse receiver_matchers param: \
             matcher value not valid UTF-8: \u{fffd} b",
        ),
        ("filter=%ff", "bad matcher format: \u{fffd}"),
    ];
    for (query, message) in table {
        assert_eq!(read(query).unwrap_err(), message, "of {query:?}");
    }
}

proptest! {
    #[test]
    fn no_query_makes_the_reader_panic(query in "[a-z%&=;+0-9(){}\\[\"~!é\u{0}]{0,40}") {
        for query in [query.clone(), format!("filter={query}"), format!("receiver={query}")] {
            let _ = Wanted::read(Some(&query), Dialect::default());
        }
    }

    #[test]
    fn what_is_escaped_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
        let escaped: Vec<String> = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
        prop_assert_eq!(unescaped(&escaped.concat()), Some(bytes));
    }
}
