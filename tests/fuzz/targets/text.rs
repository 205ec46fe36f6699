//! Cleaned text, times and lengths of time.

use watchbell::console::terminal::{self, Desktop, Multiplexer};
use watchbell::console::text::{cut, fit, instead, width, wrap, wrap_to};
use watchbell::domain::snooze;
use watchbell::domain::text::{Text, is_plain, line_of, quoted};
use watchbell::domain::time::{
    Moment, SignedDuration, TimeZone, Timestamp, after, age, parse_span, parse_time,
};

use super::chosen;

/// Text from outside is cleaned once and for all, and fits where it is drawn.
pub(super) fn text(data: &[u8]) {
    let (first, rest) = chosen(data);
    let raw = String::from_utf8_lossy(rest);
    let line = line_of(&raw);
    assert!(line.chars().all(is_plain), "{line:?}");
    assert_eq!(line_of(&line), line);
    let text = Text::derive(&raw);
    assert!(text.as_str().chars().all(is_plain), "{text:?}");
    assert_eq!(Text::derive(text.as_str()), text);
    assert!(text.as_str().chars().count() <= Text::LONGEST);
    if let Ok(whole) = Text::whole(&raw) {
        assert_eq!(whole, text);
    }
    let quoted = quoted(&raw);
    assert!(!quoted.chars().any(char::is_control), "{quoted:?}");
    let cells = usize::from(first);
    drawn(&line, cells);
    let ends = terminal::title(&raw);
    let inside = ends.strip_prefix(b"\x1b]2;").and_then(|rest| rest.strip_suffix(b"\x1b\\"));
    assert!(!inside.unwrap().iter().any(u8::is_ascii_control));
    for desktop in [Desktop::Unknown, Desktop::Osc9, Desktop::Osc99, Desktop::Osc777] {
        let shown = terminal::message("prod", &raw, desktop, Multiplexer::None);
        let escapes = shown.iter().filter(|byte| byte.is_ascii_control()).count();
        let sequences = if desktop == Desktop::Unknown { 2 } else { 1 };
        assert_eq!(escapes, 2 * sequences, "{}", shown.escape_ascii());
    }
}

fn drawn(line: &str, cells: usize) {
    assert!(width(&cut(line, cells, "…")) <= cells);
    assert_eq!(width(&fit(line, cells, "…")), cells);
    let lines = wrap(line, cells);
    assert!(lines.iter().all(|line| width(line) <= cells));
    let few = wrap_to(line, cells, 2, "…");
    assert!(few.len() <= 2 && few.iter().all(|line| width(line) <= cells));
    for glyph in line.split("").filter(|glyph| !glyph.is_empty()) {
        if let Some(drawn) = instead(glyph, "?") {
            assert!(width(drawn) <= width(glyph).max(1), "{glyph:?}");
        }
    }
}

/// What is read as a time or a length is one, and is printed as what is read again.
pub(super) fn time(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let now: Timestamp = "2026-11-22T03:14:00Z".parse().unwrap();
    if let Some(time) = parse_time(&text) {
        assert_eq!(parse_time(&time.to_string()), Some(time));
        let shown = Moment::utc(time).in_millis().to_string();
        let again = parse_time(&shown).unwrap();
        assert!(again <= time && time.duration_since(again) < SignedDuration::from_millis(1));
        assert!(!age(now, time).is_empty());
    }
    if let Some(span) = parse_span(&text) {
        assert!(after(now, span) <= Timestamp::MAX);
    }
    for zone in [TimeZone::UTC, TimeZone::get("Europe/Berlin").unwrap()] {
        if let Ok(until) = snooze::until(&text, now, &zone) {
            assert!(
                until > now && until.duration_since(now) <= SignedDuration::from_hours(30 * 24)
            );
        }
    }
}
