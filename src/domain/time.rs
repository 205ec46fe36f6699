//! Time as a value. Nothing in the domain reads a clock: `now` is always an argument.

pub use jiff::{SignedDuration, Timestamp};

/// A time as a sender wrote it. API v2 gives it back with the offset that it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// How far east of UTC it was written, in seconds.
    pub offset: i32,
}

impl Moment {
    /// A time of our own, or one that was written in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self { at, offset: 0 }
    }
}

/// `now` plus `span`, held at the end of time instead of failing.
pub fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// `now` minus `span`, held at the beginning of time instead of failing.
pub fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// How long before `now` the time `then` was; never negative.
pub fn since(now: Timestamp, then: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// The length of time that `text` names, as `90s`, `1h 30m` or `90d`; a day has 24 hours, and
/// months and years have no length. Nothing where it names none.
pub fn parse_span(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

/// An age as a column shows it: `now`, `5m`, `3h`, `2d`, `>99d`. Never seconds: a figure that
/// changes every second is redrawn every second.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = since(now, then).as_secs() / 60;
    match minutes {
        ..=0 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..144_000 => format!("{}d", minutes / 1440),
        _ => ">99d".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_may_be_named_in_days_but_not_in_months() {
        let table = [
            ("90s", Some(90)),
            ("1h 30m", Some(5_400)),
            ("90d", Some(90 * 86_400)),
            ("1 week", Some(7 * 86_400)),
            ("PT2H", Some(7_200)),
            ("-5m", Some(-300)),
            ("1mo", None),
            ("2 years", None),
            ("15", None),
            ("soon", None),
            ("", None),
        ];
        for (text, seconds) in table {
            assert_eq!(parse_span(text).map(|span| span.as_secs()), seconds, "of {text:?}");
        }
    }

    #[test]
    fn an_age_is_coarse_and_never_wider_than_four_columns() {
        let then = Timestamp::UNIX_EPOCH;
        let at = |seconds: i64| age(after(then, SignedDuration::from_secs(seconds)), then);
        let table = [
            (-5, "now"),
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (3599, "59m"),
            (3600, "1h"),
            (86_399, "23h"),
            (86_400, "1d"),
            (99 * 86_400, "99d"),
            (100 * 86_400, ">99d"),
        ];
        for (seconds, text) in table {
            assert_eq!(at(seconds), text, "after {seconds} s");
        }
    }
}
