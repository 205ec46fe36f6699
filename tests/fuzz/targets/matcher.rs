//! Matchers in their three dialects, patterns, and the filter of the console.

use watchbell::domain::matcher::{
    Condition, Dialect, Matcher, MatcherError, Operator, PatternFault, check_pattern, is_label_name,
};
use watchbell::domain::query::{Filter, View};
use watchbell::domain::text::{Text, is_plain};

use super::service;

const DIALECTS: [Dialect; 3] = [Dialect::Fallback, Dialect::Classic, Dialect::Utf8Strict];

/// Every dialect reads what is printed as what it was printed from, and they keep their order.
pub(super) fn matcher(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for dialect in DIALECTS {
        let read = Matcher::parse_bytes(data, dialect);
        if matches!(text, std::borrow::Cow::Borrowed(_)) {
            assert_eq!(read, Matcher::parse(&text, dialect));
        }
        told(&read);
        if let Ok(matcher) = &read {
            reads_itself(matcher);
        }
        let list = Matcher::parse_list(&text, dialect);
        told(&list);
        for matcher in list.iter().flatten() {
            reads_itself(matcher);
        }
    }
    let [fallback, classic, strict] = DIALECTS.map(|dialect| Matcher::parse_list(&text, dialect));
    assert_eq!(fallback, if classic.is_ok() { classic } else { strict.or(classic) });
    let [fallback, classic, strict] = DIALECTS.map(|dialect| Matcher::parse(&text, dialect));
    let in_braces = text.starts_with('{') || text.ends_with('}');
    assert_eq!(
        fallback,
        match (in_braces, classic, strict) {
            (true, _, _) => Err(MatcherError::Brace(text.into_owned())),
            (false, Err(classic), strict) => strict.or(Err(classic)),
            (false, Ok(classic), _) => Ok(classic),
        }
    );
}

fn told<T>(read: &Result<T, MatcherError>) {
    if let Err(error) = read {
        assert!(!error.to_string().is_empty());
    }
}

fn reads_itself(matcher: &Matcher) {
    if !is_label_name(&matcher.name, Dialect::Fallback) {
        return;
    }
    let printed = matcher.to_string();
    for dialect in [Dialect::Fallback, Dialect::Utf8Strict] {
        assert_eq!(Matcher::parse(&printed, dialect).as_ref(), Ok(matcher), "{printed}");
        let listed = Matcher::parse_list(&format!("{{{printed},}}"), dialect);
        assert_eq!(listed.as_deref(), Ok(std::slice::from_ref(matcher)), "{printed}");
    }
    if is_label_name(&matcher.name, Dialect::Classic) {
        assert_eq!(Matcher::parse(&printed, Dialect::Classic).as_ref(), Ok(matcher), "{printed}");
    }
}

/// A pattern, and behind the first line feed a text that it is tried on.
pub(super) fn pattern(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (pattern, subject) = text.split_once('\n').unwrap_or((&text, ""));
    let checked = check_pattern(pattern);
    let [matches, not] = [Operator::Matches, Operator::MatchesNot]
        .map(|operator| Condition::new(operator, pattern).map(|it| it.holds([subject])));
    assert_eq!(matches, not.map(|holds| !holds));
    for error in [checked.as_ref().err(), matches.as_ref().err()].into_iter().flatten() {
        assert!(!matches!(error.fault, PatternFault::Internal), "{pattern:?}: {error}");
        // What anchors a pattern stands around it: it may close what is open, and be quoted.
        let differs = matches!(error.fault, PatternFault::TooLarge | PatternFault::Nesting);
        let differs = differs || pattern.contains("\\Q");
        assert!(checked.is_err() || differs, "{pattern:?}: {error}");
    }
    if !pattern.contains("\\E") {
        let quoted = Condition::new(Operator::Matches, &format!("\\Q{pattern}\\E")).unwrap();
        assert_eq!(quoted.holds([subject]), pattern == subject);
    }
}

/// Whatever is typed is a filter, and what is wrong with it lies in it.
pub(super) fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let filter = Filter::parse(&text);
    let mut end = 0;
    for problem in filter.problems() {
        assert!(text.get(problem.range.clone()).is_some_and(|piece| !piece.is_empty()));
        assert!(problem.range.start >= end, "in order");
        end = problem.range.end;
        is_clean(&problem.reason);
    }
    assert_eq!(filter.is_empty(), text.trim().is_empty());
    service::with("filter", Dialect::Fallback, |service| {
        let latest = service.handle.latest();
        let now = service.handle.now();
        let view = View { table: &latest.table, me: None, now };
        for alert in latest.table.alerts() {
            assert!(filter.matches(alert, view) || !filter.shows(alert, view));
        }
    });
}

fn is_clean(text: &Text) {
    assert!(text.as_str().chars().all(is_plain), "{text:?}");
}
