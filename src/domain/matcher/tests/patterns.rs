//! Patterns: refused in Go's words, and where Go and the `regex` crate differ read as Go does.

use super::super::{Condition, Operator, check_pattern};

fn refusal(pattern: &str) -> String {
    Condition::new(Operator::Matches, pattern).map_or_else(
        |error| error.to_string().replace("error parsing regexp: ", ""),
        |_| "fine".to_owned(),
    )
}

#[test]
fn a_bad_pattern_is_refused_in_gos_words() {
    let table = [
        ("(", "missing closing ): `^(?:()$`"),
        ("((a)", "missing closing ): `^(?:((a))$`"),
        (r"a\", r"missing closing ): `^(?:a\)$`"),
        (r"\Qa", r"missing closing ): `^(?:\Qa)$`"),
        ("(?", "missing closing ): `^(?:(?)$`"),
        (")", "unexpected ): `^(?:))$`"),
        ("a)b", "unexpected ): `^(?:a)b)$`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a|+?", "missing argument to repetition operator: `+?`"),
        ("({2})", "missing argument to repetition operator: `{2}`"),
        ("(?i)*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a*??", "invalid nested repetition operator: `*??`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("a++", "invalid nested repetition operator: `++`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("a{99999999999999999999}", "invalid repeat count: `{99999999999999999999}`"),
        ("((a{20}){20}){20}", "invalid repeat count: `{20}`"),
        ("[", "missing closing ]: `[)$`"),
        ("a[b", "missing closing ]: `[b)$`"),
        ("[]", "missing closing ]: `[])$`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        (r"[\x{41}-!]", r"invalid character class range: `\x{41}-!`"),
        ("[[:no:]]", "invalid character class range: `[:no:]`"),
        (r"\p{No_Such}", r"invalid character class range: `\p{No_Such}`"),
        (r"\p{Alphabetic}", r"invalid character class range: `\p{Alphabetic}`"),
        (r"\p{gc=L}", r"invalid character class range: `\p{gc=L}`"),
        (r"\p{}", r"invalid character class range: `\p{}`"),
        (r"\pé", r"invalid character class range: `\pé`"),
        (r"\p{L", r"invalid character class range: `\p{L)$`"),
        (r"\q", r"invalid escape sequence: `\q`"),
        (r"\Z", r"invalid escape sequence: `\Z`"),
        (r"\C", r"invalid escape sequence: `\C`"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"\8", r"invalid escape sequence: `\8`"),
        (r"\u0041", r"invalid escape sequence: `\u`"),
        (r"\xg1", r"invalid escape sequence: `\xg1`"),
        (r"\x{110000}", r"invalid escape sequence: `\x{110000`"),
        (r"\x{}", r"invalid escape sequence: `\x{}`"),
        (r"\é", r"invalid escape sequence: `\é`"),
        (r"[a-\d]", r"invalid escape sequence: `\d`"),
        (r"[\b]", r"invalid escape sequence: `\b`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<=a)", "invalid named capture: `(?<=a))$`"),
        ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
        ("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`"),
        ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`"),
        ("(?P<n", "invalid named capture: `(?P<n)$`"),
        ("(?<a b>c)", "invalid named capture: `(?<a b>`"),
    ];
    let found: Vec<_> = table.iter().map(|(pattern, _)| (*pattern, refusal(pattern))).collect();
    let wanted: Vec<_> = table.iter().map(|(pattern, why)| (*pattern, (*why).to_owned())).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_pattern_without_anchors_is_shown_as_it_was_written() {
    let table = [
        ("(", "error parsing regexp: missing closing ): `(`"),
        (r"a\", "error parsing regexp: trailing backslash at end of expression: ``"),
        (r"\x4", r"error parsing regexp: invalid escape sequence: `\x4`"),
        (r"\p", r"error parsing regexp: invalid character class range: `\p`"),
    ];
    for (pattern, wanted) in table {
        assert_eq!(check_pattern(pattern).unwrap_err().to_string(), wanted);
    }
    assert_eq!(check_pattern("a|b"), Ok(()));
}

#[test]
fn a_pattern_that_takes_too_much_is_refused() {
    let large = r"(?:\pL\d){500}";
    assert_eq!(refusal(large), format!("expression too large: `^(?:{large})$`"));
    let begins =
        |with: &str| format!("expression too large: `^(?:{}...`", with.repeat(60).split_at(56).0);
    assert_eq!(refusal(&"x".repeat(1 << 16)), begins("x"));
    assert_eq!(refusal(&r"\pN".repeat(501)), begins(r"\pN"));
    for class in ["[a]", r"\W", r"\D", r"\S", r"(?i)[#-\x{1f000}]"] {
        let why = refusal(&class.repeat(501));
        assert!(why.starts_with("expression too large: `^(?:") && why.ends_with("...`"), "{why}");
        assert!(why.len() < 100, "{why}");
    }
    let deep = format!("{}{}", "(".repeat(2_000), ")".repeat(2_000));
    assert_eq!(refusal(&deep), format!("expression nests too deeply: `^(?:{deep})$`"));
    for usual in [".{1000}", r"\w{1,63}", r"\pL{1,20}", "[[:alnum:]-]{0,253}", &"(a)".repeat(200)] {
        assert_eq!(refusal(usual), "fine", "{usual}");
    }
}

/// What matches, and what does not.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

fn check(table: &[Row]) {
    for (pattern, matching, others) in table {
        let condition = Condition::new(Operator::Matches, pattern)
            .unwrap_or_else(|error| panic!("{pattern}: {error}"));
        for text in *matching {
            assert!(condition.holds([*text]), "{pattern} does not match {text:?}");
        }
        for text in *others {
            assert!(!condition.holds([*text]), "{pattern} matches {text:?}");
        }
    }
}

#[test]
fn a_pattern_nests_as_deep_as_is_allowed_without_harm() {
    for open in ["(", "(a", "(a|", "(a*|b(?i)", "((a|b)*[c-e]"] {
        let found: Vec<String> = (1..=1_000)
            .step_by(40)
            .map(|depth| refusal(&format!("{}{}", open.repeat(depth), ")*".repeat(depth))))
            .map(|why| why.split(':').next().unwrap_or_default().to_owned())
            .collect();
        let allowed = found.iter().take_while(|why| *why == "fine").count();
        assert!(allowed > 1, "{open} is refused at {allowed} times 40");
        let refused = ["expression nests too deeply", "expression too large"];
        assert!(found.iter().skip(allowed).all(|why| refused.contains(&why.as_str())), "{found:?}");
    }
}

#[test]
fn anchors_and_classes_of_perl_mean_what_they_mean_in_go() {
    check(&[
        ("a", &["a"], &["a\n", "aa", "A", ""]),
        ("a|b", &["a", "b"], &["ab"]),
        ("a)|(b", &["a", "ax", "b", "xb"], &["x"]),
        (".", &["a", "é", "\r"], &["\n", ""]),
        ("(?s).", &["\n"], &[]),
        ("a$", &["a"], &["a\n"]),
        ("(?m)a$\nb", &["a\nb"], &["a"]),
        ("(?m:^a$)(?s:.*)", &["a", "a\nb"], &["ab"]),
        (r"a\z", &["a"], &["a\n"]),
        (r"\Aa", &["a"], &[]),
        // Classes of Perl are ASCII.
        (r"\d", &["1"], &["٣"]),
        (r"\w+", &["a_1"], &["é", "ſ"]),
        (r"\W", &["é", "-"], &["a"]),
        (r"\s", &[" ", "\t", "\r"], &["\u{b}", "\u{a0}"]),
        (r"[\S]", &["\u{b}", "a"], &[" "]),
        (r"[^\D]", &["1"], &["a", "٣"]),
        (r"(?i)\w", &["ſ", "K", "k"], &["é"]),
        (r"(?i)k", &["K", "k", "K"], &[]),
        (r"é\b.", &[], &["é-", "éa "]),
        (r"é\ba", &["éa"], &[]),
        (r"é\B-", &["é-"], &[]),
    ]);
}

#[test]
fn escapes_and_braces_mean_what_they_mean_in_go() {
    check(&[
        // The crate reads them as something else, or not at all.
        (r"\<a\>", &["<a>"], &["a"]),
        (r"\b{start}a", &[], &["a"]),
        ("a{,2}", &["a{,2}"], &["aa", ""]),
        ("a{02}", &["a{02}"], &["aa"]),
        ("{", &["{"], &[]),
        ("x{a}", &["x{a}"], &[]),
        ("]", &["]"], &[]),
        (r"\Qa.*\E+", &["a.*", "a.**"], &["ab"]),
        (r"a\Q\E*", &["", "aa"], &[]),
        (r"a(?i)*B", &["ab", "aaB", "b"], &["Ab"]),
        ("(?)a", &["a"], &[]),
        ("(?ii-ii:a)", &["a"], &["A"]),
        (r"\101\x42\x{43}\0", &["ABC\0"], &[]),
        (r"\a\f\v\_\-", &["\u{7}\u{c}\u{b}_-"], &[]),
        (r"\x{D800}", &[], &["\u{d7ff}", "\u{e000}", ""]),
        ("^*a$*", &["a"], &[]),
        ("(|a)*", &["", "aa"], &[]),
        ("a{0}", &[""], &["a"]),
        ("(?P<n>a)(?<n>b)", &["ab"], &[]),
        ("(?U)a+", &["aaa"], &[]),
    ]);
}

#[test]
fn brackets_mean_what_they_mean_in_go() {
    check(&[
        // They have no operators, and no brackets in them.
        ("[a&&b]", &["a", "&", "b"], &[]),
        ("[a-c--b]", &["a", "b", "c", "-", "0"], &["~", ","]),
        ("[[a]]", &["[]", "a]"], &["a"]),
        ("[]a]", &["]", "a"], &[]),
        ("[^]a]", &["b", "\n"], &["]", "a"]),
        ("[a-]", &["a", "-"], &[]),
        ("[-a]", &["a", "-"], &[]),
        ("[[:alpha:]_]", &["x", "_"], &["é", "1"]),
        ("[[:^alpha:]]", &["1", "é"], &["a"]),
        ("[[:alpha]", &["[", ":", "a", "l"], &["x"]),
        (r"[\x{D800}-\x{DFFF}]", &[], &["\u{d7ff}", "\u{e000}"]),
        (r"[^\x{D800}]", &["a"], &[""]),
        (r"[a-\x{D800}]", &["b", "\u{d7ff}"], &["\u{e000}"]),
        // Classes of Unicode.
        (r"\pN", &["1", "٣", "Ⅷ"], &["a"]),
        (r"\p{Greek}+", &["αΩ"], &["a"]),
        (r"\p{^Greek}", &["a"], &["α"]),
        (r"\P{^Greek}", &["α"], &["a"]),
        (r"[\p{Lu}\d]", &["É", "1"], &["é"]),
        (r"(?i)\p{Lu}", &["é"], &["1"]),
        (r"\p{Any}\p{ascii}", &["éa"], &["éé"]),
    ]);
}
