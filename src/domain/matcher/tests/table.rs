//! What each dialect reads in a text, or says against it: as measured on Alertmanager 0.33.1 and
//! (classic) 0.25.0, or read in the source of 0.34.0.

use super::super::{Dialect, Matcher, MatcherError};

/// Text, then what is read or refused: fallback, classic, strict. `=` is as on its left.
type Row = (&'static str, [&'static str; 3]);

const DIALECTS: [Dialect; 3] = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict];

const NO_OPERATOR: &str = "end of input: expected an operator such as '=', '!=', '=~' or '!~'";

const ONE: &[Row] = &[
    ("a=W", [r#"a="W""#, "=", "="]),
    (" a = W ", [r#"a="W""#, "=", "="]),
    (r#"a="W""#, [r#"a="W""#, "=", "="]),
    ("a=~W|X", [r#"a=~"W|X""#, "=", "="]),
    (r#"a=~"W|X""#, [r#"a=~"W|X""#, "=", "="]),
    ("a!=W", [r#"a!="W""#, "=", "="]),
    ("a!~W", [r#"a!~"W""#, "=", "="]),
    (r#""a"=W"#, [r#"a="W""#, r#"bad matcher format: "a"=W"#, r#"a="W""#]),
    (
        r#""foo bar"="1""#,
        [r#""foo bar"="1""#, r#"bad matcher format: "foo bar"="1""#, r#""foo bar"="1""#],
    ),
    ("Σ=1", [r#"Σ="1""#, "bad matcher format: Σ=1", r#"Σ="1""#]),
    (
        "foo bar=1",
        [
            "bad matcher format: foo bar=1",
            "=",
            "4:7: unexpected bar: expected an operator such as '=', '!=', '=~' or '!~'",
        ],
    ),
    ("foo", ["bad matcher format: foo", "=", NO_OPERATOR]),
    ("=b", ["bad matcher format: =b", "=", "0:1: unexpected =: expected label name"]),
    ("a>W", ["bad matcher format: a>W", "=", NO_OPERATOR]),
    ("", ["bad matcher format: ", "=", "no matchers"]),
    (
        "x=a,b",
        [r#"x="a,b""#, "=", "end of input: expected an operator such as '=', '!=', '=~' or '!~'"],
    ),
    (
        r#"a="W",b=c"#,
        [
            r#"matcher value contains unescaped double quote: "W",b=c"#,
            "=",
            "expected 1 matcher, found 2",
        ],
    ),
    ("a=W,", [r#"a="W,""#, "=", r#"a="W""#]),
    (
        "{a=W}",
        [
            "unexpected open or close brace: {a=W}",
            "bad matcher format: {a=W}",
            "unexpected open or close brace: {a=W}",
        ],
    ),
    (
        r#"{alertname="W"}"#,
        [
            r#"unexpected open or close brace: {alertname="W"}"#,
            r#"bad matcher format: {alertname="W"}"#,
            r#"unexpected open or close brace: {alertname="W"}"#,
        ],
    ),
    (
        "a=W}",
        [
            "unexpected open or close brace: a=W}",
            r#"a="W}""#,
            "unexpected open or close brace: a=W}",
        ],
    ),
    ("a=", [r#"a="""#, "=", "end of input: expected label value"]),
    ("a!=", [r#"a!="""#, "=", "end of input: expected label value"]),
    (r#"a="""#, [r#"a="""#, "=", "="]),
    ("a==W", [r#"a="=W""#, "=", "2:3: unexpected =: expected label value"]),
    ("alertname==W", [r#"alertname="=W""#, "=", "10:11: unexpected =: expected label value"]),
    ("a=b=c", [r#"a="b=c""#, "=", "3:4: unexpected =: expected a comma or close brace"]),
    (r#"bs="a\b""#, [r#"bs="a\\b""#, "=", "bs=\"a\u{8}\""]),
    (r"bs=a\b", [r#"bs="a\\b""#, "=", r"4:5: \: invalid input: expected a comma or close brace"]),
    ("a='W'", [r#"a="'W'""#, "=", "2:3: ': invalid input: expected label value"]),
    (
        r#"a=~"(""#,
        [
            "error parsing regexp: missing closing ): `^(?:()$`",
            "=",
            "failed to create matcher: error parsing regexp: missing closing ): `^(?:()$`",
        ],
    ),
    // What follows is not in the measured table.
    ("a:b=1", [r#"a:b="1""#, "=", "="]),
    ("1a=1", [r#"1a="1""#, "bad matcher format: 1a=1", r#"1a="1""#]),
    ("a=b c", [r#"a="b c""#, "=", "4:5: unexpected c: expected a comma or close brace"]),
    ("\u{a0}a=b", [r#"a="b""#, "bad matcher format: \u{a0}a=b", r#"a="b""#]),
    ("a=\u{a0}b", ["a=\"\u{a0}b\"", "=", r#"a="b""#]),
    ("a=\u{b}b", ["a=\"\u{b}b\"", "=", r#"a="b""#]),
    (
        "a!b",
        [
            "bad matcher format: a!b",
            "=",
            "1:2: !: expected one of '=~': expected an operator such as '=', '!=', '=~' or '!~'",
        ],
    ),
    (
        "a!",
        [
            "bad matcher format: a!",
            "=",
            "1:2: unexpected end of input, expected one of '=~': expected an operator such as '=', '!=', '=~' or '!~'",
        ],
    ),
    (
        r#"Σ="b"#,
        [r#"bad matcher format: Σ="b"#, "=", "2:4: \"b: missing end \": expected label value"],
    ),
    (
        r#"a="b"#,
        [
            r#"matcher value contains unescaped double quote: "b"#,
            "=",
            "2:4: \"b: missing end \": expected label value",
        ],
    ),
    (r#"a="\x41""#, [r#"a="\\x41""#, "=", r#"a="A""#]),
    (r#"a="\u00e9\"""#, [r#"a="\\u00e9\"""#, "=", r#"a="é\"""#]),
    (r#"a="\xf0\x9f""#, [r#"a="\\xf0\\x9f""#, "=", r#"2:12: "\xf0\x9f": invalid input"#]),
    ("a=\"b\nc\"", [r#"a="b\nc""#, "=", "2:7: \"b\nc\": invalid input"]),
    (r#""\q"=b"#, [r#"bad matcher format: "\q"=b"#, "=", r#"0:4: "\q": invalid input"#]),
    (r"\a=b", [r"bad matcher format: \a=b", "=", r"0:1: \: invalid input"]),
    (
        r#"a="b"c"#,
        [
            r#"matcher value contains unescaped double quote: "b"c"#,
            "=",
            "5:6: unexpected c: expected a comma or close brace",
        ],
    ),
    (r"a=b\", [r#"a="b\\""#, "=", r"3:4: \: invalid input: expected a comma or close brace"]),
    (r#"""=b"#, [r#"="b""#, r#"bad matcher format: ""=b"#, r#"="b""#]),
    (
        "a=b,,",
        [r#"a="b,,""#, "=", "4:5: unexpected ,: expected a matcher or close brace after comma"],
    ),
];

const LIST: &[Row] = &[
    ("", ["", "=", "="]),
    ("{}", ["", "=", "="]),
    ("a=1", [r#"a="1""#, "=", "="]),
    ("a=1,", [r#"a="1""#, "=", "="]),
    (
        " { a = 1 , b!=2 , } ",
        [r#"a="1" b!="2""#, "bad matcher format:  { a = 1 ", r#"a="1" b!="2""#],
    ),
    ("{a=1,b=~\"x,y\"}", [r#"a="1" b=~"x,y""#, "=", "="]),
    ("{a=1", [r#"a="1""#, "=", "0:4: end of input: expected close brace"]),
    ("{a=1,", [r#"a="1""#, "=", "0:5: end of input: expected close brace"]),
    ("a=1}", [r#"a="1""#, "=", "0:4: }: expected opening brace"]),
    ("}", ["", "=", "0:1: }: expected opening brace"]),
    ("{", ["", "=", "0:1: end of input: expected close brace"]),
    (",", ["bad matcher format: ", "=", "0:1: unexpected ,: expected label name"]),
    ("{,}", ["bad matcher format: ", "=", "1:2: unexpected ,: expected label name"]),
    (
        "a=1,,",
        [
            "bad matcher format: ",
            "=",
            "4:5: unexpected ,: expected a matcher or close brace after comma",
        ],
    ),
    (
        "a=1,=",
        [
            "bad matcher format: =",
            "=",
            "4:5: unexpected =: expected a matcher or close brace after comma",
        ],
    ),
    ("{}x=1", ["bad matcher format: }x=1", "=", "2:3: x: expected end of input"]),
    ("{a=1}b=2", [r#"a="1}b=2""#, "=", "5:6: b: expected end of input"]),
    (r"{}\", [r"bad matcher format: }\", "=", r"2:3: \: invalid input: expected end of input"]),
    ("{{a=1}", ["bad matcher format: {a=1", "=", "1:2: unexpected {: expected label name"]),
    (
        r#"{"a b"=1,c=2}"#,
        [r#""a b"="1" c="2""#, r#"bad matcher format: "a b"=1"#, r#""a b"="1" c="2""#],
    ),
    (r#"{a="\"x,y",b=2}"#, [r#"a="\"x,y" b="2""#, "=", "="]),
    // The backslash before a comma in quotes is not forgotten: the quotes go on to the end.
    (
        r#"a="x\,",b="y""#,
        [
            r#"matcher value contains unescaped double quote: "x\,",b="y""#,
            "=",
            r#"2:7: "x\,": invalid input"#,
        ],
    ),
    (
        r#"{foo=:"bar"}"#,
        [
            r#"matcher value contains unescaped double quote: :"bar""#,
            "=",
            r#"6:11: unexpected "bar": expected a comma or close brace"#,
        ],
    ),
    (r#"{foo="bar\w"}"#, [r#"foo="bar\\w""#, "=", r#"5:12: "bar\w": invalid input"#]),
    (
        r"{foo=bar\n}",
        [r#"foo="bar\n""#, "=", r"8:9: \: invalid input: expected a comma or close brace"],
    ),
    (
        "a=1,b=~[",
        [
            "error parsing regexp: missing closing ]: `[)$`",
            "=",
            "failed to create matcher: error parsing regexp: missing closing ]: `[)$`",
        ],
    ),
];

fn cells_of([fallback, classic, strict]: [&'static str; 3]) -> [&'static str; 3] {
    let classic = if classic == "=" { fallback } else { classic };
    [fallback, classic, if strict == "=" { classic } else { strict }]
}

fn said(matchers: Result<Vec<Matcher>, MatcherError>) -> String {
    match matchers {
        Ok(matchers) => matchers.iter().map(Matcher::to_string).collect::<Vec<_>>().join(" "),
        Err(error) => error.to_string(),
    }
}

/// Compares whole columns, so that all that differs is shown.
fn check(column: usize) {
    let dialect = DIALECTS[column];
    let one = |text: &str| Matcher::parse(text, dialect).map(|matcher| vec![matcher]);
    let list = |text: &str| Matcher::parse_list(text, dialect);
    let found = ONE.iter().map(|row| said(one(row.0)));
    let found = found.chain(LIST.iter().map(|row| said(list(row.0))));
    let wrong: Vec<_> = std::iter::zip(ONE.iter().chain(LIST), found)
        .map(|(row, found)| (row.0, found, cells_of(row.1)[column]))
        .filter(|(_, found, wanted)| found != wanted)
        .collect();
    assert!(wrong.is_empty(), "text, found, wanted: {wrong:#?}");
}

#[test]
fn fallback_reads_what_either_grammar_reads_and_takes_the_classic_meaning() {
    check(0);
}

#[test]
fn classic_reads_what_0_25_reads() {
    check(1);
}

#[test]
fn strict_reads_utf_8_and_says_where_it_cannot() {
    check(2);
}

#[test]
fn what_is_not_utf_8_is_a_value_nobody_has_or_refused_by_the_classic_grammar() {
    let table: [(&[u8], [&str; 3]); 6] = [
        (b"a=W", [r#"a="W""#, "=", "="]),
        (
            b"a=\xff",
            ["a=\"\u{fffd}\"", "matcher value not valid UTF-8: \u{fffd}", "a=\"\u{fffd}\""],
        ),
        (
            b"a=\xff b",
            [
                "matcher value not valid UTF-8: \u{fffd} b",
                "=",
                "4:5: unexpected b: expected a comma or close brace",
            ],
        ),
        (b"\xff=b", ["\u{fffd}=\"b\"", "bad matcher format: \u{fffd}=b", "\u{fffd}=\"b\""]),
        (b"\xff", ["bad matcher format: \u{fffd}", "=", NO_OPERATOR]),
        (
            b"{\xff",
            [
                "unexpected open or close brace: {\u{fffd}",
                "bad matcher format: {\u{fffd}",
                "unexpected open or close brace: {\u{fffd}",
            ],
        ),
    ];
    for (bytes, cells) in table {
        let wanted = cells_of(cells);
        for (dialect, wanted) in DIALECTS.into_iter().zip(wanted) {
            let found = Matcher::parse_bytes(bytes, dialect).map(|matcher| vec![matcher]);
            assert_eq!(said(found), wanted, "{bytes:?} in {dialect:?}");
        }
    }
}

#[test]
fn of_several_matchers_where_one_is_wanted_no_pattern_is_looked_at() {
    for text in [r#"a=~"(",b=c"#, r#"a=b,c=~"(""#] {
        let found = Matcher::parse(text, Dialect::Utf8Strict).unwrap_err();
        assert_eq!(found, MatcherError::Several(2), "{text}");
    }
}
